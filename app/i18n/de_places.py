"""German texts of locations and of what is entered about outlets."""

TEXTS: dict[str, str] = {
    "Accept {name}?": "{name} annehmen?",
    "Where does it stand?": "Wo steht sie?",
    "Later": "Später",
    "New location": "Neuer Standort",
    "Choose another": "Anderen wählen",
    "Drivers see a station once it has a location. It can be chosen later.": (
        "Fahrer sehen eine Station, sobald sie einen Standort hat. Er lässt sich auch später wählen."
    ),
    "Name of the location": "Name des Standorts",
    "Street and number": "Straße und Nummer",
    "Postal code": "PLZ",
    "City": "Ort",
    "Map: tap where it is": "Karte: Tippen Sie auf die Stelle",
    "Tap the map where it is.": "Tippen Sie auf der Karte auf die Stelle.",
    "Latitude": "Breite",
    "Longitude": "Länge",
    "Take where I am": "Meinen Ort nehmen",
    "Country": "Land",
    "Time zone": "Zeitzone",
    "What drivers should know": "Was Fahrer wissen sollten",
    "Give the location a name: drivers look for it.": "Geben Sie dem Standort einen Namen: Fahrer suchen danach.",
    "Show where it is: tap the map, or type its latitude and longitude.": (
        "Zeigen Sie, wo er ist: auf die Karte tippen oder Breite und Länge eintragen."
    ),
    "Latitude is a number from -90 to 90, longitude one from -180 to 180.": (
        "Breite ist eine Zahl von -90 bis 90, Länge eine von -180 bis 180."
    ),
    "No locations yet": "Noch keine Standorte",
    "A location is where stations stand: its address, and its place on the drivers' map.": (
        "Ein Standort ist, wo Stationen stehen: seine Adresse und sein Platz auf der Karte der Fahrer."
    ),
    "For drivers": "Für Fahrer",
    "On the drivers' map": "Auf der Karte der Fahrer",
    "Not yet on the drivers' map": "Noch nicht auf der Karte der Fahrer",
    "1 station": "1 Station",
    "{n} stations": "{n} Stationen",
    "{name} is deleted.": "{name} ist gelöscht.",
    "Delete {name}?": "{name} löschen?",
    "Delete": "Löschen",
    "Delete this location": "Diesen Standort löschen",
    "No station stands there. Past sessions and receipts keep its name.": (
        "Dort steht keine Station. Vergangene Vorgänge und Belege behalten seinen Namen."
    ),
    "It can be deleted once no station stands here any more.": (
        "Er lässt sich löschen, sobald hier keine Station mehr steht."
    ),
    "Drivers don't see it: it has no location.": "Fahrer sehen sie nicht: Sie hat keinen Standort.",
    "Choose a location": "Standort wählen",
    "Plug, power and tariff": "Stecker, Leistung und Tarif",
    "Drivers can't see its power yet.": "Fahrer sehen seine Leistung noch nicht.",
    "Enter plug and power": "Stecker und Leistung eintragen",
    "Connector {label} of {name}": "Anschluss {label} von {name}",
    "Plug": "Stecker",
    "Current": "Strom",
    "Greatest power in kW": "Größte Leistung in kW",
    "The power is a number of kilowatts, such as 22 or 3.7.": "Die Leistung ist eine Zahl in kW, etwa 22 oder 3,7.",
    "Tariff": "Tarif",
    "What applies at this place, else {name}": "Was an diesem Ort gilt, sonst {name}",
    "There is no tariff: charging is free.": "Es gibt keinen Tarif: Laden ist kostenlos.",
    "The tariffs can't be read now; the connector keeps its own.": (
        "Die Tarife lassen sich gerade nicht lesen; der Anschluss behält seinen."
    ),
}
