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
    "Say which code it is, and what it means.": "Sag, welcher Code es ist und was er bedeutet.",
    "This meaning doesn't exist any more.": "Diese Bedeutung gibt es nicht mehr.",
    "Error of the maker's own": "Eigener Fehler des Herstellers",
    "Its code is not known here: look it up in the manual and add its meaning under Rules. A restart often helps.": (
        "Sein Code ist hier noch nicht bekannt: Schlag ihn im Handbuch nach und trag die Bedeutung unter Regeln ein. "
        "Oft hilft ein Neustart."
    ),
    "Direct current leaks (6 mA protection)": "Gleichstrom fließt ab (6-mA-Schutz)",
    "Restart it. Back with several cars: have the sensor ring and its cable checked; with one only: that car.": (
        "Starte sie neu. Kommt es bei mehreren Autos wieder, müssen Sensorring oder Flachkabel geprüft werden; "
        "bei nur einem Auto dieses."
    ),
    "Power board doesn't switch": "Leistungsplatine schaltet nicht",
    "Update its firmware and switch it off for ten seconds. If it comes back, have its power board looked at.": (
        "Aktualisiere die Firmware und schalte sie zehn Sekunden aus. Kommt es wieder, lass Kabel, Sicherungen und "
        "Relais der Leistungsplatine ansehen."
    ),
    "Earth is missing, or neutral and phase are swapped": "Erde fehlt, oder Neutralleiter und Phase sind vertauscht",
    "How the station was wired": "Wie die Station verdrahtet wurde",
    "Keep it out of service until an electrician has checked earth, neutral and phases.": (
        "Außer Betrieb lassen, bis eine Elektrofachkraft Erde, Neutralleiter und Phasen geprüft hat."
    ),
    "The car draws too much": "Das Auto zieht zu viel",
    "The car draws far too much": "Das Auto zieht viel zu viel",
    "Boards of the station don't talk to each other": "Platinen der Station verstehen sich nicht",
    "A loose plug inside, or a board that failed": "Ein loser Stecker im Inneren oder eine defekte Platine",
    "A phase is missing": "Eine Phase fehlt",
    "A fuse, a breaker or the grid": "Eine Sicherung, ein Schalter oder das Netz",
    "Contactor isn't let on by the current monitor": "Stromüberwachung gibt das Schütz nicht frei",
    "A protection of the station that isn't ready": "Ein Schutz der Station, der nicht bereit ist",
    "Contactor isn't let on by the controller": "Laderegler gibt das Schütz nicht frei",
    "Contactor doesn't close although it was told to": "Schütz zieht trotz Befehl nicht an",
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
    "Weak link": "Schwache Verbindung",
    "Milliseconds for an answer, by cable": "Millisekunden bis zur Antwort, per Kabel",
    "Milliseconds for an answer, by radio": "Millisekunden bis zur Antwort, per Funk",
    "Pings lost, by cable, %": "Verlorene Pings, per Kabel, %",
    "Pings lost, by radio, %": "Verlorene Pings, per Funk, %",
    "Pings lost that are always too many, %": "Verlorene Pings, die immer zu viele sind, %",
    "Look at its antenna, its provider or its cable before it drops out. Commands may take long until then.": (
        "Sieh nach Antenne, Anbieter oder Kabel, bevor sie ausfällt. Befehle dauern bis dahin vielleicht lange."
    ),
    "A weak radio signal, or a crowded cell": "Schwaches Funksignal oder volle Funkzelle",
    "A bad cable, a router or its provider": "Ein schlechtes Kabel, ein Router oder der Anbieter",
    "A station stays connected over a weak link: pings take long or are lost, more than is usual there.": (
        "Eine Station hängt an einer schwachen Verbindung: Pings dauern lange oder gehen verloren, mehr als dort "
        "üblich."
    ),
}
