"""German: problems that drivers report, for them and for operators."""

TEXTS = {
    "Report a problem": "Ein Problem melden",
    "What is wrong?": "Was stimmt nicht?",
    "Charging doesn't start": "Das Laden beginnt nicht",
    "The screen is dark": "Der Bildschirm ist dunkel",
    "The cable is stuck": "Das Kabel klemmt",
    "Paying doesn't work": "Das Bezahlen geht nicht",
    "A car blocks the place": "Ein Auto versperrt den Platz",
    "Something is damaged": "Etwas ist beschädigt",
    "Something else": "Etwas anderes",
    "In a few words": "In wenigen Worten",
    "In a few words (if you like)": "In wenigen Worten (freiwillig)",
    "If somebody is in danger, call the emergency number first.": "Ist jemand in Gefahr, rufen Sie zuerst den Notruf.",
    "Send the report": "Meldung senden",
    "You reported: {what}": "Sie haben gemeldet: {what}",
    "Thank you. You hear when it works again.": "Danke. Sie hören von uns, wenn es wieder geht.",
    "It works again.": "Es geht wieder.",
    "It works again: somebody charged there.": "Es geht wieder: Dort hat jemand geladen.",
    "Nobody reported it again.": "Niemand hat es noch einmal gemeldet.",
    "No connection. Tap again: the same report never counts twice.": (
        "Keine Verbindung. Tippen Sie noch einmal: Dieselbe Meldung zählt nie doppelt."
    ),
    "Say in a few words what is wrong.": "Sagen Sie in wenigen Worten, was nicht stimmt.",
    "You reported a lot already. Try again in an hour.": (
        "Sie haben schon viel gemeldet. Versuchen Sie es in einer Stunde noch einmal."
    ),
    "Drivers report a problem here.": "Fahrer melden hier ein Problem.",
    # --- operators
    "Drivers report": "Fahrer melden",
    "tried to charge here": "hat hier zu laden versucht",
    "didn't try to charge here": "hat hier nicht zu laden versucht",
    "Reports of drivers": "Meldungen von Fahrern",
    "Drivers report: charging doesn't start": "Fahrer melden: Das Laden beginnt nicht",
    "Drivers report: the screen is dark": "Fahrer melden: Der Bildschirm ist dunkel",
    "Drivers report: the cable is stuck": "Fahrer melden: Das Kabel klemmt",
    "Drivers report: paying doesn't work": "Fahrer melden: Das Bezahlen geht nicht",
    "Drivers report: the place is blocked": "Fahrer melden: Der Platz ist versperrt",
    "Drivers report: something is damaged": "Fahrer melden: Etwas ist beschädigt",
    "Drivers report a problem": "Fahrer melden ein Problem",
    "Connector {label}: one driver reports a problem, {n} of them tried to charge here.": (
        "Anschluss {label}: Ein Fahrer meldet ein Problem, {n} davon hat hier zu laden versucht."
    ),
    "Connector {label}: {count} drivers report a problem, {n} of them tried to charge here.": (
        "Anschluss {label}: {count} Fahrer melden ein Problem, {n} davon haben hier zu laden versucht."
    ),
    "Restart the station. If the screen stays dark, send somebody.": (
        "Starte die Station neu. Bleibt der Bildschirm dunkel, schick jemanden hin."
    ),
    "Unlock the connector from here. If it stays stuck, send somebody.": (
        "Entriegle den Anschluss von hier. Klemmt es weiter, schick jemanden hin."
    ),
    "Look at the terminal and at the payments of the last hours.": (
        "Sehen Sie sich das Terminal und die Zahlungen der letzten Stunden an."
    ),
    "Ask whoever looks after the place to have it cleared.": (
        "Bitte die Zuständigen vor Ort, den Platz räumen zu lassen."
    ),
    "Take it out of service and send somebody before anyone gets hurt.": (
        "Nehmen Sie ihn außer Betrieb und schicken Sie jemanden hin, bevor sich jemand verletzt."
    ),
    "Read what the drivers wrote, and try a charge.": "Lies, was die Fahrer schreiben, und lade zur Probe.",
    "A driver: charging doesn't start.": "Ein Fahrer: Das Laden beginnt nicht.",
    "A driver: the screen is dark.": "Ein Fahrer: Der Bildschirm ist dunkel.",
    "A driver: the cable is stuck.": "Ein Fahrer: Das Kabel klemmt.",
    "A driver: paying doesn't work.": "Ein Fahrer: Das Bezahlen geht nicht.",
    "A driver: the place is blocked.": "Ein Fahrer: Der Platz ist versperrt.",
    "A driver: something is damaged.": "Ein Fahrer: Etwas ist beschädigt.",
    "A driver has a problem.": "Ein Fahrer hat ein Problem.",
    "Weight from which an operator is told": "Gewicht, ab dem der Betreiber es hört",
    "Weight from which drivers are warned": "Gewicht, ab dem Fahrer gewarnt werden",
}
