"""German: codes of makers, ends of firmware, weak links."""

TEXTS = {
    # --- codes of makers
    "Codes of makers": "Codes der Hersteller",
    "Makers have codes of their own. What you say of one counts from its next report on.": (
        "Hersteller haben eigene Codes. Was Sie über einen sagen, gilt ab seiner nächsten Meldung."
    ),
    "Nobody knows these yet": "Diese kennt noch niemand",
    "Every code that came has a meaning.": "Jeder Code, der kam, hat eine Bedeutung.",
    "Your meanings": "Ihre Bedeutungen",
    "You have said nothing of any code yet.": "Sie haben noch zu keinem Code etwas gesagt.",
    "Known to the house": "Dem Haus bekannt",
    "Add a meaning": "Bedeutung hinzufügen",
    "All makers": "Alle Hersteller",
    "once": "einmal",
    "{n} times": "{n}-mal",
    "last {when}": "zuletzt {when}",
    "It says: {text}": "Sie sagt: {text}",
    "Say what it means": "Bedeutung sagen",
    "Maker (none: all)": "Hersteller (leer: alle)",
    "Code, as the station sends it": "Code, wie die Station ihn sendet",
    "What it means": "Was er bedeutet",
    "Severity": "Schwere",
    "What a code means": "Was ein Code bedeutet",
    # --- firmware
    "Say until when a vendor stands by a firmware: sixty days before, its stations get an incident.": (
        "Sag, bis wann ein Hersteller zu einer Firmware steht: Sechzig Tage davor bekommen ihre Stationen eine Störung."
    ),
    "No firmware is known yet": "Noch keine Firmware bekannt",
    "Stations tell theirs when they boot.": "Stationen nennen ihre beim Start.",
    "on one station": "auf einer Station",
    "on {n} stations": "auf {n} Stationen",
    "Support is over": "Unterstützung ist zu Ende",
    "Until {day}": "Bis {day}",
    "Set an end": "Ende eintragen",
    "Change the end": "Ende ändern",
    "Last day of support (year-month-day)": "Letzter Tag der Unterstützung (Jahr-Monat-Tag)",
    "A day such as 2027-06-30.": "Ein Tag wie 2027-06-30.",
    "This model": "Dieses Modell",
    "All models of this maker": "Alle Modelle dieses Herstellers",
    "End of support": "Ende der Unterstützung",
    "This was taken back already.": "Das wurde schon zurückgenommen.",
    # --- what the house did
    "cost about {amount}": "hat etwa {amount} gekostet",
    "A playbook is at work.": "Ein Ablaufplan ist am Werk.",
    "A playbook waits.": "Ein Ablaufplan wartet.",
    "A playbook asks for your yes.": "Ein Ablaufplan bittet um Ihr Ja.",
    "A playbook mended it.": "Ein Ablaufplan hat es behoben.",
    "A playbook couldn't mend it.": "Ein Ablaufplan konnte es nicht beheben.",
    "A playbook was stopped.": "Ein Ablaufplan wurde angehalten.",
    # --- weak links
    "Milliseconds for an answer, by cable": "Millisekunden bis zur Antwort, per Kabel",
    "Milliseconds for an answer, by radio": "Millisekunden bis zur Antwort, per Funk",
    "Pings lost, by cable, %": "Verlorene Pings, per Kabel, %",
    "Pings lost, by radio, %": "Verlorene Pings, per Funk, %",
    "Pings lost that are always too many, %": "Verlorene Pings, die immer zu viele sind, %",
    "A station stays connected over a weak link: pings take long or are lost, more than is usual there.": (
        "Eine Station hängt an einer schwachen Verbindung: Pings dauern lange oder gehen verloren, mehr als dort "
        "üblich."
    ),
}
