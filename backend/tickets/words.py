"""The words of a ticket's letter and page. English is the key. Pure."""

from shared.said import Words, words_of

GERMAN = {
    "Critical": "Kritisch",
    "Warning": "Warnung",
    "For your information": "Zur Kenntnis",
    "Fault": "Störung",
    "Seen": "Beobachtet",
    "Since": "Seit",
    "Station": "Station",
    "Connector": "Anschluss",
    "Model": "Modell",
    "serial number": "Seriennummer",
    "Firmware": "Firmware",
    "Site": "Standort",
    "Address": "Adresse",
    "Likely cause": "Wahrscheinliche Ursache",
    "Suggested": "Vorschlag",
    "Message": "Nachricht",
    "Measured": "Gemessen",
    "{sender} asks you to look after a charging station.": "{sender} bittet Sie, sich um eine Ladestation zu kümmern.",
    "Say here that you take it, and that it is done:": (
        "Sagen Sie hier, dass Sie den Auftrag übernehmen, und wenn er erledigt ist:"
    ),
    "Take it, or say that it is done": "Übernehmen oder als erledigt melden",
    "Questions": "Fragen",
    "Ticket": "Auftrag",
    "Waits for you": "Wartet auf Sie",
    "You take care of it": "Sie kümmern sich darum",
    "Done – thank you": "Erledigt – danke",
    "You don't take it": "Sie übernehmen ihn nicht",
    "Your message (not required)": "Ihre Nachricht (freiwillig)",
    "We take care of it": "Wir kümmern uns darum",
    "It is done": "Es ist erledigt",
    "We can't take it": "Wir können ihn nicht übernehmen",
    "You wrote": "Sie schrieben",
    "Please press one of the buttons.": "Bitte drücken Sie einen der Knöpfe.",
    "This ticket is closed already.": "Dieser Auftrag ist schon abgeschlossen.",
    "Unknown ticket": "Unbekannter Auftrag",
    "This ticket isn't known": "Dieser Auftrag ist nicht bekannt",
    "The link may be cut off. Open it from the message once more, or ask the operator for a new one.": (
        "Vielleicht ist der Link abgeschnitten. Öffnen Sie ihn noch einmal aus der Nachricht, oder bitten Sie den "
        "Betreiber um einen neuen."
    ),
}


def spoken(language: str) -> Words:
    """The words of tickets first, then what the house says of faults."""
    said = words_of(language)
    return (lambda text: GERMAN.get(text) or said(text)) if language == "de" else said
