"""German texts of templates and of what stations watch by themselves."""

TEXTS: dict[str, str] = {
    "Templates for stations": "Vorlagen für Stationen",
    "No template yet": "Noch keine Vorlage",
    "Say once how stations of a kind should be set, and see which of them differ.": (
        "Sagen Sie einmal, wie Stationen einer Art eingestellt sein sollen, und sehen Sie, welche abweichen."
    ),
    "One setting": "Eine Einstellung",
    "{n} settings": "{n} Einstellungen",
    "Every station": "Jede Station",
    "Change {name}": "{name} ändern",
    "Delete {name}": "{name} löschen",
    "Delete the template {name}?": "Die Vorlage {name} löschen?",
    "No station is changed by it. Where they differ is no longer shown.": (
        "Keine Station wird dadurch verändert. Wo sie abweichen, wird nicht mehr gezeigt."
    ),
    "Give the template a name.": "Geben Sie der Vorlage einen Namen.",
    "This line is no setting: {line}": "Diese Zeile ist keine Einstellung: {line}",
    "Empty is any; * stands for anything, as in AC-22*.": "Leer heißt jede; * steht für Beliebiges, etwa AC-22*.",
    "Or only these stations, with commas": "Oder nur diese Stationen, mit Kommas",
    "A line each: HeartbeatInterval = 300, or OCPPCommCtrlr.HeartbeatInterval = 300": (
        "Je eine Zeile: HeartbeatInterval = 300 oder OCPPCommCtrlr.HeartbeatInterval = 300"
    ),
    "Change a template": "Vorlage ändern",
    "Add a template": "Vorlage hinzufügen",
    "Monitors": "Wächter",
    "Tells of": "Meldet",
    "Read from the station": "Von der Station lesen",
    "No monitor is known. Add one, or read them from the station.": (
        "Kein Wächter ist bekannt. Fügen Sie einen hinzu, oder lesen Sie sie von der Station."
    ),
    "What it watches": "Was sie überwacht",
    "The station refused it: {status}": "Die Station hat es abgelehnt: {status}",
    "Variable, as in Connector@1/1.Temperature": "Variable, etwa Connector@1/1.Temperature",
    "Tells when it": "Meldet, wenn sie",
    "How serious that is": "Wie ernst das ist",
    "Add a monitor": "Wächter hinzufügen",
    "Remove monitor {n}": "Wächter {n} entfernen",
    "over again": "wieder vorbei",
    "None so far. What a monitor notices appears here.": "Noch nichts. Was ein Wächter bemerkt, erscheint hier.",
    "What it told": "Was sie gemeldet hat",
    "This station watches nothing by itself": "Diese Station überwacht nichts von selbst",
    "Stations with OCPP 2.0.1 can tell when a temperature, a voltage or another value passes a limit.": (
        "Stationen mit OCPP 2.0.1 können melden, wenn eine Temperatur, Spannung oder ein anderer Wert eine Grenze "
        "überschreitet."
    ),
    "rises above a limit": "über eine Grenze steigt",
    "falls below a limit": "unter eine Grenze fällt",
    "changes by a step": "sich um einen Schritt ändert",
    "time after time": "immer wieder, nach Zeit",
    "time after time, by the clock": "immer wieder, nach der Uhr",
    "Limit": "Grenze",
    "Step": "Schritt",
    "Every … seconds": "Alle … Sekunden",
    "above {value}": "über {value}",
    "below {value}": "unter {value}",
    "a change of {value}": "eine Änderung um {value}",
    "every {value} s": "alle {value} s",
    "every {value} s, by the clock": "alle {value} s, nach der Uhr",
    "Danger": "Gefahr",
    "Hardware failure": "Hardwarefehler",
    "System failure": "Systemfehler",
    "Error": "Fehler",
    "Alert": "Alarm",
    "Warning": "Warnung",
    "Notice": "Hinweis",
    "Informational": "Zur Kenntnis",
    "Debug": "Fehlersuche",
    "Critical and worse": "Kritisches und Schlimmeres",
    "Errors and worse": "Fehler und Schlimmeres",
    "Warnings and worse": "Warnungen und Schlimmeres",
    "Everything": "Alles",
    "As it came from the factory": "Wie ab Werk",
    "Built in only": "Nur fest eingebaute",
    "passed a limit": "Grenze überschritten",
    "changed": "geändert",
    "as agreed": "wie vereinbart",
    "Name a component and its variable, as in Connector@1/1.Temperature.": (
        "Nennen Sie eine Komponente und ihre Variable, etwa Connector@1/1.Temperature."
    ),
    "Enter a number.": "Geben Sie eine Zahl ein.",
}
