"""Targets, corrections, prices explained and meters in doubt, in German."""

TEXTS = {
    "Money": "Geld",
    "Another amount in {unit}": "Anderer Wert in {unit}",
    "Set": "Setzen",
    "Charging stops before it costs more than this, with VAT. You can always stop earlier.": (
        "Das Laden endet, bevor es mehr kostet, mit MwSt. Früher beenden können Sie immer."
    ),
    "Charging stops when so much has gone into the car. You can always stop earlier.": (
        "Das Laden endet, wenn so viel im Auto ist. Früher beenden können Sie immer."
    ),
    "Charging stops after this time. You can always stop earlier.": (
        "Das Laden endet nach dieser Zeit. Früher beenden können Sie immer."
    ),
    "Charging stops when the car says that its battery is so full. Not every car tells.": (
        "Das Laden endet, wenn das Auto meldet, dass der Akku so voll ist. Nicht jedes Auto meldet es."
    ),
    "Leave it": "Lassen",
    "No target": "Kein Ziel",
    "Stop by itself at": "Automatisch beenden bei",
    "Stop by itself …": "Automatisch beenden …",
    "Target": "Ziel",
    "Target reached: {target}": "Ziel erreicht: {target}",
    "Stops by itself at {target}": "Endet von selbst bei {target}",
    "{percent} % of the way": "{percent} % geschafft",
    "Stopped at your target: {target}": "Bei Ihrem Ziel beendet: {target}",
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
    "The operator looked at it: the bill by the trusted readings stays.": (
        "Der Betreiber hat es geprüft: Die Rechnung nach den verlässlichen Werten bleibt."
    ),
    "The operator looked at it: what the charger reported is billed.": (
        "Der Betreiber hat es geprüft: Berechnet wird, was die Ladesäule gemeldet hat."
    ),
    "The operator looked at it: nothing is to pay for this session.": (
        "Der Betreiber hat es geprüft: Für diesen Ladevorgang ist nichts zu zahlen."
    ),
    "It is billed by its trusted readings, {energy}. The operator looks at it.": (
        "Berechnet werden seine verlässlichen Werte, {energy}. Der Betreiber prüft es."
    ),
    "The charger's meter gave numbers that can't be true.": (
        "Der Zähler der Ladesäule hat Werte gemeldet, die nicht stimmen können."
    ),
    "{amount} given back": "{amount} erstattet",
    "Total after corrections": "Summe nach Berichtigung",
    "Corrected since": "Seither berichtigt",
    "Bill": "Rechnung",
    "Keep the bill": "Rechnung behalten",
    "Bill what it reported": "Gemeldetes berechnen",
    "Bill nothing": "Nichts berechnen",
    "Nothing was corrected. A bill is never changed: it is credited beside it.": (
        "Nichts wurde berichtigt. Eine Rechnung ändert sich nie: Sie wird daneben gutgeschrieben."
    ),
    "Correct the bill …": "Rechnung berichtigen …",
    "Correct the bill": "Rechnung berichtigen",
    "Trusted readings": "Verlässliche Werte",
    "No energy that could be billed": "Keine Energie, die berechnet werden könnte",
    "What the meter reported": "Vom Zähler gemeldet",
    "This meter needs your decision": "Dieser Zähler braucht Ihre Entscheidung",
    "This meter was in doubt": "Dieser Zähler war im Zweifel",
    "Credit note {number} is written.": "Rechnungskorrektur {number} ist geschrieben.",
    "{amount} are left of this bill.": "{amount} sind von dieser Rechnung übrig.",
    "Amount with VAT; empty: all of it": "Betrag mit MwSt.; leer: alles",
    "Reason, for the driver too": "Grund, auch für den Fahrer",
    "The bill stays as it is. The credit note gets the next number and goes to the driver.": (
        "Die Rechnung bleibt, wie sie ist. Die Rechnungskorrektur erhält die nächste Nummer und geht an den Fahrer."
    ),
    "Write the credit note": "Rechnungskorrektur schreiben",
    "Decided. The driver is told.": "Entschieden. Der Fahrer erfährt es.",
    "The driver pays {amount}, by the trusted readings.": "Der Fahrer zahlt {amount}, nach den verlässlichen Werten.",
    "The driver pays {amount}, by what the meter reported.": "Der Fahrer zahlt {amount}, nach dem Gemeldeten.",
    "The driver pays nothing; what was taken goes back.": "Der Fahrer zahlt nichts; was abgebucht war, geht zurück.",
    "Why": "Warum",
    "Needs a decision": "Zu entscheiden",
    "It is unclear what the meter counted: decide what is billed.": (
        "Es ist unklar, was der Zähler gezählt hat: Entscheiden Sie, was berechnet wird."
    ),
    "The meter stood still while the car charged; only what it counted is billed.": (
        "Der Zähler stand still, während das Auto lud; berechnet wird nur, was er zählte."
    ),
    "The station told no meter after the start, so no energy is billed.": (
        "Die Station nannte nach dem Start keinen Zählerstand, darum wird keine Energie berechnet."
    ),
    "{n} sessions need your decision: it is unclear what their meters counted.": (
        "{n} Ladevorgänge brauchen Ihre Entscheidung: Unklar ist, was ihr Zähler gezählt hat."
    ),
    "One session needs your decision: it is unclear what its meter counted.": (
        "Ein Ladevorgang braucht Ihre Entscheidung: Unklar ist, was sein Zähler gezählt hat."
    ),
    "Correction": "Berichtigung",
    "What it costs": "Was es kostet",
    "What would my session cost?": "Was würde mein Ladevorgang kosten?",
    "{amount} for each hour after charging": "{amount} je Stunde nach dem Laden",
    "The price now": "Der Preis jetzt",
    "Charging costs nothing at this hour.": "Zu dieser Stunde kostet Laden nichts.",
    "The first {minutes} minutes after charging are free: time to come back to the car.": (
        "Die ersten {minutes} Minuten nach dem Laden sind frei: Zeit, zum Auto zurückzukommen."
    ),
    "Time in which the charger makes your car wait for power is free.": (
        "Zeit, in der die Station Ihr Auto auf Strom warten lässt, ist kostenlos."
    ),
    "The time after charging never costs more than {amount}.": "Die Zeit nach dem Laden kostet nie mehr als {amount}.",
    "A session costs at least {amount}.": "Ein Ladevorgang kostet mindestens {amount}.",
    "A session never costs more than {amount}.": "Ein Ladevorgang kostet nie mehr als {amount}.",
    "All prices include VAT ({rates}).": "Alle Preise enthalten die MwSt. ({rates}).",
    "No VAT applies.": "Es fällt keine MwSt. an.",
    "now": "jetzt",
    "Today, by the hour": "Heute nach Uhrzeit",
    "A session keeps its price list; each part is billed at the price of its hour.": (
        "Ein Ladevorgang behält seine Preisliste; jeder Teil wird zum Preis seiner Uhrzeit berechnet."
    ),
    "By how much and how long": "Nach Menge und Dauer",
    "From {low} to {high} {unit}": "Von {low} bis {high} {unit}",
    "From {low} {unit} on": "Ab {low} {unit}",
    "If you start now, with a car that takes {power}. Worked out as bills are.": (
        "Wenn Sie jetzt beginnen, mit einem Auto, das {power} aufnimmt. Gerechnet wie die Rechnungen."
    ),
    "Examples": "Beispiele",
    "{kwh} kWh in {charging}": "{kwh} kWh in {charging}",
    "{kwh} kWh in {charging}, then {parking} connected": "{kwh} kWh in {charging}, dann {parking} angeschlossen",
}
