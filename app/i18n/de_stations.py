"""German texts of the operator's overview and station pages."""

from app.i18n.de_places import TEXTS as PLACES
from app.i18n.de_upkeep import TEXTS as UPKEEP

LISTS: dict[str, str] = {
    "Add station": "Station anlegen",
    "Search name, identity, location or model": "Name, Kennung, Standort oder Modell suchen",
    "All": "Alle",
    "Waiting": "Wartet",
    "Rejected": "Abgewiesen",
    "Station": "Station",
    "State": "Zustand",
    "Location": "Standort",
    "Locations": "Standorte",
    "Power": "Leistung",
    "Last seen": "Zuletzt gesehen",
    "now": "jetzt",
    "Show {n} more": "{n} weitere zeigen",
    "Show all": "Alle zeigen",
    "Show all {n} that wait": "Alle {n} wartenden zeigen",
    "No station fits": "Keine Station passt",
    "Nothing matches this search and filter.": "Zu dieser Suche und diesem Filter gibt es nichts.",
    "{n} of {total} free": "{n} von {total} frei",
    "Connect your first station": "Erste Station verbinden",
    "Enter it here, then type this address into it. {identity} is the name you give it.": (
        "Legen Sie sie hier an und tragen Sie diese Adresse in sie ein. {identity} ist der Name, den Sie ihr geben."
    ),
    "{name} wants to connect": "{name} möchte sich verbinden",
    "Has not introduced itself yet": "Hat sich noch nicht vorgestellt",
    "connected now": "gerade verbunden",
    "last seen {when}": "zuletzt gesehen {when}",
    "Accept": "Annehmen",
    "Reject": "Abweisen",
    "Reject {name}?": "{name} abweisen?",
    "It is disconnected and can't connect again. You can accept it later.": (
        "Sie wird getrennt und kann sich nicht wieder verbinden. Sie können sie später annehmen."
    ),
    "{name} is accepted. It charges cars from its next start-up message on.": (
        "{name} ist angenommen. Sie lädt ab ihrer nächsten Startmeldung."
    ),
    "{name} is rejected.": "{name} ist abgewiesen.",
}

OVERVIEW: dict[str, str] = {
    "Needs you now": "Braucht Sie jetzt",
    "All good: nothing needs you now": "Alles gut: nichts braucht Sie gerade",
    "{n} of {total} stations are connected.": "{n} von {total} Stationen sind verbunden.",
    "All incidents": "Alle Störungen",
    "{n} more incidents": "{n} weitere Störungen",
    "All {n} waiting stations": "Alle {n} wartenden Stationen",
    "{n} in hand": "{n} in Arbeit",
    "{n} more in hand": "{n} weitere in Arbeit",
    "Acknowledge": "Übernehmen",
    "Open": "Öffnen",
    "{name} is on it": "{name} kümmert sich",
    "{n} times": "{n}-mal",
    "Power now": "Leistung jetzt",
    "Charging now": "Laden gerade",
    "session": "Vorgang",
    "sessions": "Vorgänge",
    "Power over the last 24 hours": "Leistung der letzten 24 Stunden",
    "No car has charged in the last 24 hours.": "In den letzten 24 Stunden hat kein Auto geladen.",
    "Today so far": "Heute bisher",
    "Energy": "Energie",
    "Revenue": "Umsatz",
    "yesterday, the whole day: {value}": "gestern, ganzer Tag: {value}",
    "{n} stations": "{n} Stationen",
    "All stations": "Alle Stationen",
    "No station yet": "Noch keine Station",
    "Add one: you get the address to type into it.": "Legen Sie eine an: Sie bekommen die Adresse zum Eintragen.",
}

ENTERING: dict[str, str] = {
    "Cancel": "Abbrechen",
    "Save": "Speichern",
    "Copy": "Kopieren",
    "Identity": "Kennung",
    "As the station calls itself, such as HH-0042. It can't be changed later.": (
        "So nennt sich die Station selbst, etwa HH-0042. Später nicht mehr zu ändern."
    ),
    "Name (what people read)": "Name (für Menschen)",
    "No location yet": "Noch kein Standort",
    "Protect with a password": "Mit Passwort schützen",
    "Made for you and shown once, in the next step.": "Wird erzeugt und im nächsten Schritt einmal gezeigt.",
    "Give it an identity: the name it calls itself on the wire.": (
        "Geben Sie ihr eine Kennung: den Namen, mit dem sie sich meldet."
    ),
    "{name} is entered": "{name} ist angelegt",
    "Open station": "Station öffnen",
    "Type this into the station's settings. It appears as online as soon as it calls in.": (
        "Tragen Sie dies in der Station ein. Sie erscheint als verbunden, sobald sie sich meldet."
    ),
    "Address of the central system": "Adresse des Zentralsystems",
    "User name": "Benutzername",
    "The password is shown only now. It can be replaced later, but not read.": (
        "Das Passwort wird nur jetzt gezeigt. Später lässt es sich ersetzen, aber nicht lesen."
    ),
    "Many stations want the address without the identity and add it themselves: then leave out {end}.": (
        "Viele Stationen hängen ihre Kennung selbst an: Dann {end} weglassen."
    ),
    "Edit": "Bearbeiten",
    "Edit {name}": "{name} bearbeiten",
    "Make a new password": "Neues Passwort erzeugen",
    "Shown only now. It counts from the station's next connection on: enter it there first.": (
        "Nur jetzt sichtbar. Es gilt ab der nächsten Verbindung: tragen Sie es zuerst in der Station ein."
    ),
    "Stored.": "Gespeichert.",
}

STATION: dict[str, str] = {
    "Now": "Jetzt",
    "OCPP log": "OCPP-Log",
    "Configuration": "Konfiguration",
    "Commands": "Befehle",
    "Back to the stations": "Zurück zu den Stationen",
    "Close": "Schließen",
    "Open its page": "Ganze Seite öffnen",
    "Waits for you": "Wartet auf Sie",
    "It called in and nobody entered it. Accept it to let it charge.": (
        "Sie hat sich gemeldet, aber niemand hat sie angelegt. Annehmen, damit sie lädt."
    ),
    "It can't connect until somebody accepts it.": ("Sie kann sich nicht verbinden, bis jemand sie annimmt."),
    "Never connected": "Nie verbunden",
    "It has not called in yet. Type its address into it: see the facts.": (
        "Sie hat sich noch nicht gemeldet. Tragen Sie ihre Adresse ein: siehe Daten."
    ),
    "Last seen {when}. Running sessions go on there and are told later.": (
        "Zuletzt gesehen {when}. Laufende Vorgänge gehen dort weiter und werden nachgemeldet."
    ),
    "Not working": "Außer Funktion",
    "Every connector reports a fault.": "Jeder Anschluss meldet eine Störung.",
    "Partly working": "Teilweise in Funktion",
    "Connector {which} reports a fault. Connected for {since}.": (
        "Anschluss {which} meldet eine Störung. Verbunden seit {since}."
    ),
    "Working, with something open": "In Funktion, etwas ist offen",
    "Connected for {since}.": "Verbunden seit {since}.",
    "It takes no new sessions. Connected for {since}.": "Sie nimmt keine neuen Vorgänge an. Verbunden seit {since}.",
    "Working": "In Funktion",
    "{free} of {total} connectors free. Connected for {since}.": (
        "{free} von {total} Anschlüssen frei. Verbunden seit {since}."
    ),
    "Connectors": "Anschlüsse",
    "Connector {label}": "Anschluss {label}",
    "No connectors yet": "Noch keine Anschlüsse",
    "They appear as soon as the station tells their state. Ask it for a StatusNotification.": (
        "Sie erscheinen, sobald die Station ihren Zustand meldet. Fragen Sie nach einer StatusNotification."
    ),
    "for {time}": "seit {time}",
    "It reports: {what}": "Sie meldet: {what}",
    "Cost": "Kosten",
    "Time": "Zeit",
    "Battery": "Batterie",
    "Session": "Ladevorgang",
    "Stop": "Beenden",
    "Stopping …": "Wird beendet …",
    "Asked to start; waits for the car.": "Start angefragt; wartet auf das Auto.",
    "Unknown driver": "Unbekannter Fahrer",
    "an unknown driver": "unbekannt",
    "The station says that this connector is free, but never told the end of this session.": (
        "Die Station meldet den Anschluss als frei, hat aber das Ende dieses Vorgangs nie gemeldet."
    ),
    "Last sessions": "Letzte Ladevorgänge",
    "Session of {when}": "Vorgang vom {when}",
    "No session has ended here yet. Each one appears with its energy, time and cost.": (
        "Hier ist noch kein Vorgang zu Ende gegangen. Jeder erscheint mit Energie, Dauer und Kosten."
    ),
    "Facts": "Daten",
    "Vendor": "Hersteller",
    "Model": "Modell",
    "Serial number": "Seriennummer",
    "Firmware": "Firmware",
    "Sign-in": "Anmeldung",
    "No password": "Ohne Passwort",
    "Connected since": "Verbunden seit",
    "Last start-up": "Letzter Start",
    "Address": "Adresse",
    "Known since": "Bekannt seit",
    "Address for the station": "Adresse zum Eintragen",
}

COMMANDS: dict[str, str] = {
    "What you can do": "Was Sie tun können",
    "{identity} is offline. Some commands can wait until it is back.": (
        "{identity} ist offline. Manche Befehle können warten, bis sie wieder da ist."
    ),
    "The station is offline. Wait for it at most": "Die Station ist offline. Auf sie warten höchstens",
    "1 hour": "1 Stunde",
    "1 day": "1 Tag",
    "1 week": "1 Woche",
    "It is sent as soon as the station is back. Until then you can call it off.": (
        "Er wird gesendet, sobald die Station wieder da ist. Bis dahin können Sie ihn zurückziehen."
    ),
    "It waits for {identity}": "Er wartet auf {identity}",
    "At most until {when}. In the list below you can call it off.": (
        "Höchstens bis {when}. In der Liste unten können Sie ihn zurückziehen."
    ),
    "Not while the station is offline.": "Nicht, solange die Station offline ist.",
    "Only once the station is accepted.": "Erst wenn die Station angenommen ist.",
    "Begins a session on a connector, without a card.": "Beginnt einen Vorgang an einem Anschluss, ohne Karte.",
    "Begins a session on connector {label}, without a card.": "Beginnt einen Vorgang an Anschluss {label}, ohne Karte.",
    "Start charging at {name}?": "Laden an {name} starten?",
    "No connector is ready for a new session.": "Kein Anschluss ist bereit für einen neuen Vorgang.",
    "Ends a running session. The driver pays for what was charged.": (
        "Beendet einen laufenden Vorgang. Bezahlt wird, was geladen wurde."
    ),
    "Ends the session of {driver} on connector {label}. They pay for what was charged.": (
        "Beendet den Vorgang von {driver} an Anschluss {label}. Bezahlt wird, was geladen wurde."
    ),
    "Stop charging at {name}?": "Laden an {name} beenden?",
    "No session is running.": "Kein Vorgang läuft.",
    "Unlock cable": "Kabel entriegeln",
    "Releases a cable that is stuck. A session on it ends.": "Gibt ein festes Kabel frei. Ein Vorgang daran endet.",
    "Unlock a cable at {name}?": "Kabel an {name} entriegeln?",
    "It has not told of any connector yet.": "Sie hat noch keinen Anschluss gemeldet.",
    "In or out of service": "In oder außer Betrieb",
    "Closes the station or one connector for new sessions, or opens it again.": (
        "Schließt die Station oder einen Anschluss für neue Vorgänge, oder öffnet sie wieder."
    ),
    "Change the service of {name}?": "Betrieb von {name} ändern?",
    "In service": "In Betrieb",
    "Take out of service": "Außer Betrieb nehmen",
    "Put into service": "In Betrieb nehmen",
    "Ask": "Bitten",
    "Ask {name} for a message": "{name} um eine Meldung bitten",
    "The station tells its state, meter or start-up again. Nobody notices.": (
        "Die Station meldet Zustand, Zähler oder Start noch einmal. Niemand merkt es."
    ),
    "Restart when idle": "Neustart, wenn frei",
    "Running sessions end as usual, then it restarts. Offline for a minute or two.": (
        "Laufende Vorgänge enden wie üblich, dann startet sie neu. Ein, zwei Minuten offline."
    ),
    "Restart {name} when it is idle?": "{name} neu starten, wenn frei?",
    "Restart at once": "Sofort neu starten",
    "Ends every running session and restarts immediately.": "Beendet jeden laufenden Vorgang und startet sofort neu.",
    "Restart {name} at once?": "{name} sofort neu starten?",
    "This ends {n} running session.": "Das beendet {n} laufenden Vorgang.",
    "This ends {n} running sessions.": "Das beendet {n} laufende Vorgänge.",
    "Whole station": "Ganze Station",
    "What": "Was",
    "Where": "Wo",
    "Asked so far": "Bisher gefragt",
    "Nothing yet. Each command appears here with who sent it and what the station said.": (
        "Noch nichts. Jeder Befehl erscheint hier: wer ihn sandte und was die Station sagte."
    ),
    "Wattline itself": "Wattline selbst",
    "waiting": "wartet",
    "The station is not connected": "Nicht verbunden",
    "The station didn't answer in time": "Keine Antwort",
    "The station refused": "Abgelehnt",
    "Send any OCPP call": "Beliebigen OCPP-Aufruf senden",
    "For experts. Calls go out as they stand.": "Für Fachleute. Aufrufe gehen hinaus, wie sie hier stehen.",
    "Action": "Aktion",
    "Payload (JSON)": "Inhalt (JSON)",
    "Send": "Senden",
    "Send {action} to {name}?": "{action} an {name} senden?",
    "It goes to the station as it stands. What it does there is up to the station.": (
        "Er geht so an die Station. Was er dort bewirkt, bestimmt die Station."
    ),
    "Call {action}": "Aufruf {action}",
    "Which action?": "Welche Aktion?",
    "This is not JSON.": "Das ist kein JSON.",
    "The payload is a JSON object: {…}": "Der Inhalt ist ein JSON-Objekt: {…}",
}

ANSWERS: dict[str, str] = {
    "Dismiss": "Ausblenden",
    "Waiting for {identity}": "Warten auf {identity}",
    "{s} s of at most {most} s": "{s} s von höchstens {most} s",
    "{ms} ms": "{ms} ms",
    "{identity} answered": "{identity} hat geantwortet",
    "{identity} answered: {status}": "{identity} antwortet: {status}",
    "It begins when the station says so.": "Er beginnt, wenn die Station es meldet.",
    "The session ends when the station says so.": "Der Vorgang endet, wenn die Station es meldet.",
    "It will do it.": "Sie tut es.",
    "It refuses.": "Sie lehnt ab.",
    "It will do it when the running session has ended.": "Sie tut es, wenn der laufende Vorgang zu Ende ist.",
    "It is stored and counts after the next restart.": "Gespeichert; gilt nach dem nächsten Neustart.",
    "The cable can be pulled out.": "Das Kabel kann gezogen werden.",
    "The lock didn't move. Somebody has to look at the cable.": (
        "Die Verriegelung hat sich nicht bewegt. Jemand muss nach dem Kabel sehen."
    ),
    "This station can't do that.": "Diese Station kann das nicht.",
    "This station doesn't know this command.": "Diese Station kennt diesen Befehl nicht.",
    "It refuses. Its own rules, or what it does right now, don't allow it.": (
        "Sie lehnt ab: Ihre eigenen Regeln oder ihr Zustand lassen es nicht zu."
    ),
    "A session is running on this connector; stop it first.": (
        "An diesem Anschluss läuft ein Vorgang; beenden Sie ihn zuerst."
    ),
    "It doesn't know this connector.": "Sie kennt diesen Anschluss nicht.",
    "It doesn't know this setting.": "Sie kennt diese Einstellung nicht.",
    "It doesn't know this part.": "Sie kennt dieses Teil nicht.",
    "This setting can't be changed in this way.": "Diese Einstellung lässt sich so nicht ändern.",
    "Nobody noted what {identity} did": "Niemand hat notiert, was {identity} getan hat",
    "Look at its state, then try again in a minute.": "Zustand ansehen, dann in einer Minute noch einmal versuchen.",
    "Nobody can tell what {identity} did": "Niemand weiß, was {identity} getan hat",
    "The server it was connected to is gone. Look at its state and the log, then try again.": (
        "Der Server, mit dem sie verbunden war, ist weg. Zustand und Protokoll ansehen, dann noch einmal versuchen."
    ),
    "No answer from {identity}": "Keine Antwort von {identity}",
    "It may still do it. Look at the log, then try again.": (
        "Vielleicht tut sie es noch. Sehen Sie ins Log, dann versuchen Sie es erneut."
    ),
    "{identity} is offline": "{identity} ist offline",
    "The command was not sent. It works again once the station is connected.": (
        "Der Befehl wurde nicht gesendet. Er geht wieder, sobald die Station verbunden ist."
    ),
    "{identity} answered with an error": "{identity} antwortet mit einem Fehler",
}

LOG: dict[str, str] = {
    "Both ways": "Beide Richtungen",
    "From station": "Von der Station",
    "To station": "Zur Station",
    "Errors only": "Nur Fehler",
    "Every action": "Jede Aktion",
    "Pause": "Anhalten",
    "Go on ({n} new)": "Weiter ({n} neu)",
    "Older messages": "Ältere Meldungen",
    "No messages here": "Keine Meldungen",
    "Every OCPP message appears the moment it passes, with secrets blanked.": (
        "Jede OCPP-Meldung erscheint im selben Moment, Geheimes ist geschwärzt."
    ),
    "(no action)": "(ohne Aktion)",
    "call": "Aufruf",
    "answer": "Antwort",
    "error": "Fehler",
    "unreadable": "unlesbar",
    "{size} bytes · message {id}": "{size} Byte · Meldung {id}",
}

CONFIGURATION: dict[str, str] = {
    "Search settings and values": "Einstellungen und Werte suchen",
    "Read anew": "Neu lesen",
    "Read the configuration": "Konfiguration lesen",
    "Nothing was read yet": "Noch nichts gelesen",
    "Ask the station for its settings: they are kept here, can be searched and changed.": (
        "Fragen Sie die Station nach ihren Einstellungen: Hier lassen sie sich suchen und ändern."
    ),
    "The station is offline. Its settings are read once it is connected, if you ask for them now.": (
        "Die Station ist offline. Fragen Sie jetzt nach den Einstellungen: sie kommen, sobald sie verbunden ist."
    ),
    "It is sent once the station is back, at most until {when}.": (
        "Wird gesendet, sobald die Station zurück ist, höchstens bis {when}."
    ),
    "Setting": "Einstellung",
    "Value": "Wert",
    "{n} settings": "{n} Einstellungen",
    "told {when}": "gemeldet {when}",
    "{name} is read-only.": "{name} ist nur lesbar.",
    "Read-only": "Nur lesbar",
    "Can be changed": "Änderbar",
    "No setting fits": "Keine Einstellung passt",
    "Nothing matches this search.": "Zu dieser Suche gibt es nichts.",
    "Change": "Ändern",
    "Change {name} of {station}": "{name} von {station} ändern",
    "Change {name} to {value}": "{name} auf {value} ändern",
    "New value": "Neuer Wert",
    "It is {value} now.": "Jetzt: {value}.",
    "This is true or false.": "Hier geht nur true oder false.",
    "This is a whole number.": "Hier geht nur eine ganze Zahl.",
    "As its template {name} wants it": "So, wie ihre Vorlage {name} es will",
    "{n} settings differ from the template {name}": "{n} Einstellungen weichen von der Vorlage {name} ab",
    "One setting differs from the template {name}": "Eine Einstellung weicht von der Vorlage {name} ab",
    "Look": "Ansehen",
    "Set them": "Setzen",
    "{station} and its template {name}": "{station} und ihre Vorlage {name}",
    "{value} now, {wanted} wanted": "Jetzt {value}, gewünscht {wanted}",
    "The station told of no such setting.": "Von so einer Einstellung hat die Station nichts gemeldet.",
    "The station says that this can't be changed.": "Laut Station lässt sich das nicht ändern.",
    "The station refused.": "Die Station hat abgelehnt.",
    "The station doesn't support this.": "Die Station unterstützt das nicht.",
    "The station has no such component.": "Diese Komponente hat die Station nicht.",
    "The component has no such variable.": "Diese Variable hat die Komponente nicht.",
    "It takes effect after a restart.": "Es wirkt nach einem Neustart.",
}

TEXTS = LISTS | OVERVIEW | ENTERING | PLACES | STATION | COMMANDS | ANSWERS | LOG | CONFIGURATION | UPKEEP
