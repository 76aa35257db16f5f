"""German: the detection rules, their thresholds, and looking back."""

TEXTS = {
    # --- groups and thresholds
    "Connection": "Verbindung",
    "Reported by stations": "Von Stationen gemeldet",
    "Power and meters": "Leistung und Zähler",
    "Business": "Geschäft",
    "Seconds it may be away": "Sekunden, die sie fort sein darf",
    "Lost connections an hour, by cable": "Abbrüche je Stunde, per Kabel",
    "Lost connections an hour, by radio": "Abbrüche je Stunde, per Funk",
    "Times what is usual there": "Vielfaches des dort Üblichen",
    "Sessions in a row": "Ladevorgänge in Folge",
    "Least energy, Wh": "Mindestenergie, Wh",
    "Failed starts in an hour": "Fehlstarts in einer Stunde",
    "Times what the outlet can give": "Vielfaches dessen, was der Anschluss kann",
    "Energy that is borne besides, Wh": "Geduldete Energie, Wh",
    "Minutes without a word": "Minuten ohne ein Wort",
    "Minutes while the outlet says it is free": "Minuten, in denen der Anschluss frei meldet",
    "Mains voltage, V": "Netzspannung, V",
    "Percent below": "Prozent darunter",
    "Percent above": "Prozent darüber",
    "Readings in a row": "Messwerte in Folge",
    "Percent between the voltages of phases": "Prozent zwischen den Spannungen der Phasen",
    "Percent between the currents of phases": "Prozent zwischen den Strömen der Phasen",
    "Least current, A": "Mindeststrom, A",
    "Percent of the offer": "Prozent des Angebots",
    "Battery counts as nearly full from, %": "Akku gilt als fast voll ab, %",
    "Least power, W": "Mindestleistung, W",
    "Chance of so long a gap, %": "Wahrscheinlichkeit einer so langen Pause, %",
    "Times the longest gap so far": "Vielfaches der bisher längsten Pause",
    "At least so many hours": "Mindestens so viele Stunden",
    "Days before": "Tage vorher",
    "Times the silence that is borne": "Vielfaches der geduldeten Stille",
    "Severity up to (0 is the worst)": "Schwere bis (0 ist am schlimmsten)",
    # --- the page
    "What Wattline looks for. Change a threshold where a rule fires too often or too late; try it first.": (
        "Wonach Wattline sucht. Wo eine Regel zu oft oder zu spät anschlägt, ändere die Schwelle; probiere sie vorher."
    ),
    "It finds nothing any more. Tell whoever looks after Wattline, then switch it on again.": (
        "Sie findet nichts mehr. Sagen Sie es der Person, die Wattline betreut, und schalten Sie sie dann wieder ein."
    ),
    "Failed and switched off": "Gescheitert und abgeschaltet",
    "Own thresholds": "Eigene Schwellen",
    "hasn't fired in 30 days": "in 30 Tagen nicht angeschlagen",
    "fired once in 30 days": "in 30 Tagen einmal angeschlagen",
    "fired {n} times in 30 days": "in 30 Tagen {n}-mal angeschlagen",
    "This rule has no thresholds: what a station reports counts.": (
        "Diese Regel hat keine Schwellen: Es zählt, was die Station meldet."
    ),
    "All stations": "Alle Stationen",
    "Back to the usual": "Zurück zum Üblichen",
    "A number from {least} to {most}.": "Eine Zahl von {least} bis {most}.",
    "A whole number from {least} to {most}.": "Eine ganze Zahl von {least} bis {most}.",
    "Keep these thresholds": "Diese Schwellen behalten",
    "Vendor (none: all)": "Hersteller (leer: alle)",
    "Model (none: all)": "Modell (leer: alle)",
    # --- looking back
    "Span": "Zeitraum",
    "{n} of {all} stations looked at": "{n} von {all} Stationen angesehen",
    "It failed: {error}": "Es ist gescheitert: {error}",
    "No station is meant by this.": "Damit ist keine Station gemeint.",
    "In the last {days} days it would have fired {n} times.": (
        "In den letzten {days} Tagen hätte es {n}-mal angeschlagen."
    ),
    "In the last {days} days it would have fired once.": "In den letzten {days} Tagen hätte es einmal angeschlagen.",
    "With the thresholds of today: once.": "Mit den heutigen Schwellen: einmal.",
    "With the thresholds of today: {n} times.": "Mit den heutigen Schwellen: {n}-mal.",
    "Its steps were tried in {tried} of them and mended {n}.": (
        "In {tried} davon wurden seine Schritte versucht und behoben {n}."
    ),
    "Stopped after {n} of {all} stations.": "Angehalten nach {n} von {all} Stationen.",
    "{n} of them were incidents in truth.": "{n} davon waren wirklich Störungen.",
    "{n} incidents that were would not have been found.": "{n} wirkliche Störungen wären nicht gefunden worden.",
    "{n} a guard would have held back.": "{n} hätte eine Schranke zurückgehalten.",
    "Recorded since {when}.": "Aufgezeichnet seit {when}.",
    "Nothing recorded tells of: {rules}.": "Keine Aufzeichnung sagt etwas zu: {rules}.",
    "{rule} failed: {error}": "{rule} ist gescheitert: {error}",
    "not over yet": "noch nicht vorbei",
    "no incident then": "damals keine Störung",
    "a command like its steps mended it": "ein Befehl wie seine Schritte hat es behoben",
    "a command like its steps didn't help": "ein Befehl wie seine Schritte half nicht",
    "nobody tried its steps": "niemand hat seine Schritte versucht",
    "over before its first step": "vor seinem ersten Schritt vorbei",
    "held back": "zurückgehalten",
    "limit a day": "Grenze je Tag",
    "a session was running": "es lief ein Ladevorgang",
    # --- the editor of playbooks
    "For incidents of these rules": "Für Störungen dieser Regeln",
    "Models, with commas between (none: all)": "Modelle, mit Kommas dazwischen (leer: alle)",
    "Guards": "Schranken",
    "Nothing from (quiet hours)": "Nichts ab (Ruhezeit)",
    "until": "bis",
    "As 22:00": "Wie 22:00",
    # --- rules
    "A connector, or the station itself, reports an error (OCPP 1.6 §7.6 ChargePointErrorCode; 2.0.1 Faulted; MREC).": (
        "Ein Anschluss oder die Station selbst meldet einen Fehler."
    ),
    "A 2.0.1 station reports a problem of one of its components, or that a monitor of it was passed (N07).": (
        "Eine Station mit 2.0.1 meldet ein Problem eines Bauteils oder dass eine Überwachung ansprach."
    ),
    "A security event of a station that somebody must look at: reported by it, or seen at its door.": (
        "Ein Sicherheitsereignis, das jemand ansehen muss: von der Station gemeldet oder an ihrer Tür gesehen."
    ),
    "A bulk action stopped by itself, and waits for somebody to decide.": (
        "Eine Sammelaktion hat selbst angehalten und wartet auf eine Entscheidung."
    ),
    "A station lost its connection and hasn't come back.": "Eine Station verlor die Verbindung und kam nicht zurück.",
    "A station holds its connection and says nothing: hung, or behind a link that died without a word.": (
        "Eine Station hält die Verbindung und sagt nichts: Sie hängt, oder die Leitung starb ohne ein Wort."
    ),
    "A station loses its connection again and again. Over radio more is borne than over a cable.": (
        "Eine Station verliert immer wieder die Verbindung. Per Funk wird mehr geduldet als per Kabel."
    ),
    "A station talks so much that it is read more slowly, so that the others don't suffer.": (
        "Eine Station redet so viel, dass sie langsamer gelesen wird, damit die anderen nicht leiden."
    ),
    "An outlet draws more than it was given: its neighbours get less, and the fuse may be in danger.": (
        "Ein Anschluss nimmt mehr als zugeteilt: Die Nachbarn bekommen weniger, die Sicherung kann in Gefahr sein."
    ),
    "The mains voltage leaves its band while a car charges (EN 50160: 230 V, 10 % up and down).": (
        "Die Netzspannung verlässt beim Laden ihr Band (EN 50160: 230 V, 10 % auf und ab)."
    ),
    "One phase gives much less than the others while a car charges with all three: a blown fuse, a burnt contact.": (
        "Eine Phase gibt viel weniger als die anderen, obwohl mit allen dreien geladen wird: Sicherung oder Kontakt."
    ),
    "A car charges with much less than the station offers it, and is not full.": (
        "Ein Auto lädt mit viel weniger, als die Station anbietet, und ist nicht voll."
    ),
    "The energy register leaps by more than the outlet can give in the time.": (
        "Das Energieregister springt um mehr, als der Anschluss in der Zeit geben kann."
    ),
    "A car draws power and the energy register stands still: energy that nobody pays.": (
        "Ein Auto nimmt Leistung und das Energieregister steht still: Energie, die niemand bezahlt."
    ),
    "The energy register of a session went backwards: the bill of this one may be wrong.": (
        "Das Register eines Ladevorgangs lief rückwärts: Seine Rechnung kann falsch sein."
    ),
    "Starts fail one after the other at the same outlet, although it looks well.": (
        "Am selben Anschluss scheitert ein Start nach dem anderen, obwohl er gesund aussieht."
    ),
    "A car is plugged in and nothing begins.": "Ein Auto ist angesteckt und nichts beginnt.",
    "An outlet doesn't become free after its session: the cable is still in, or the station thinks so.": (
        "Ein Anschluss wird nach dem Laden nicht frei: Das Kabel steckt noch, oder die Station glaubt es."
    ),
    "An outlet says that it charges and there is no session: energy that nobody pays.": (
        "Ein Anschluss sagt, dass er lädt, ohne Ladevorgang: Energie, die niemand bezahlt."
    ),
    "A session says that it charges, and no energy flows.": (
        "Ein Ladevorgang sagt, er lade, und es fließt keine Energie."
    ),
    "A session that nobody hears of any more although its station is there, "
    "or that goes on while its outlet is free.": (
        "Ein Ladevorgang, von dem nichts mehr zu hören ist, oder der läuft, obwohl der Anschluss frei ist."
    ),
    "Sessions at an outlet end one after the other without energy, although it looks well.": (
        "An einem Anschluss endet ein Ladevorgang nach dem anderen ohne Energie, obwohl er gesund aussieht."
    ),
    "Sessions at an outlet stop after seconds, and not because the driver wanted it.": (
        "An einem Anschluss enden Ladevorgänge nach Sekunden, und nicht weil der Fahrer es wollte."
    ),
    "A station has had no session for longer than its own past and its peers suggest. A quiet place is no alarm.": (
        "Eine Station hatte länger keinen Ladevorgang, als ihre Vergangenheit und ihresgleichen erwarten lassen."
    ),
    "A station's clock is wrong: its readings and bills have wrong times, and certificates may not be believed.": (
        "Die Uhr einer Station geht falsch: Messwerte und Rechnungen haben falsche Zeiten."
    ),
    "The certificate with which a station gets in ends soon.": (
        "Das Zertifikat, mit dem eine Station hereinkommt, endet bald."
    ),
    "The vendor stands by a station's firmware no longer, or soon no longer.": (
        "Der Hersteller steht nicht mehr oder bald nicht mehr zu dieser Firmware."
    ),
}
