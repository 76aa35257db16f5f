"""German: problems that drivers report, for them and for operators."""

TEXTS = {
    "Report a problem": "Ein Problem melden",
    "What is wrong?": "Was stimmt nicht?",
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
    "Weight from which an operator is told": "Gewicht, ab dem der Betreiber es hört",
    "Weight from which drivers are warned": "Gewicht, ab dem Fahrer gewarnt werden",
}
