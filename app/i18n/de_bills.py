"""Targets, corrections, prices explained and meters in doubt, in German."""

TEXTS = {
    "Money": "Geld",
    "Another amount in {unit}": "Anderer Wert in {unit}",
    "Set": "Setzen",
    "Charging stops before it costs more than this, with VAT. You can always stop earlier.": (
        "Das Laden endet, bevor es mehr kostet, mit MwSt. Früher beenden kannst du immer."
    ),
    "Charging stops when so much has gone into the car. You can always stop earlier.": (
        "Das Laden endet, wenn so viel im Auto ist. Früher beenden kannst du immer."
    ),
    "Charging stops after this time. You can always stop earlier.": (
        "Das Laden endet nach dieser Zeit. Früher beenden kannst du immer."
    ),
    "Charging stops when the car says that its battery is so full. Not every car tells.": (
        "Das Laden endet, wenn das Auto meldet, dass der Akku so voll ist. Nicht jedes Auto meldet es."
    ),
    "Leave it": "Lassen",
    "No target": "Kein Ziel",
    "Stop by itself at": "Von selbst beenden bei",
    "Stop by itself …": "Von selbst beenden …",
    "Target": "Ziel",
    "Target reached: {target}": "Ziel erreicht: {target}",
    "Stops by itself at {target}": "Endet von selbst bei {target}",
    "{percent} % of the way": "{percent} % geschafft",
    "Stopped at your target: {target}": "Bei deinem Ziel beendet: {target}",
    "The driver's target was reached": "Das Ziel des Fahrers war erreicht",
    "The charger is offline and can't be told to stop. Unplug to stop now; it is told when it is back.": (
        "Die Ladesäule ist offline und kann nicht beendet werden. Zieh das Kabel, um jetzt zu beenden; sonst endet es, "
        "sobald sie zurück ist."
    ),
    "The charger doesn't answer. It is asked again; unplug to stop now.": (
        "Die Ladesäule antwortet nicht. Sie wird noch einmal gefragt; zieh das Kabel, um jetzt zu beenden."
    ),
    "The charger refused to stop. It is asked again; stop at the car or unplug to stop now.": (
        "Die Ladesäule hat das Beenden abgelehnt und wird noch einmal gefragt; beende am Auto oder zieh das Kabel."
    ),
    "Supplementary bill": "Nachberechnung",
}
