"""German texts of the driver's pages."""

FINDING = {
    "1 location": "1 Standort",
    "{n} locations": "{n} Standorte",
    "1 connector available": "1 Anschluss frei",
    "{n} connectors available": "{n} Anschlüsse frei",
    "{n} of {total} available": "{n} von {total} frei",
    "All in use": "Alle belegt",
    "Available now": "Jetzt frei",
    "Near me": "In meiner Nähe",
    "Place, street or name": "Ort, Straße oder Name",
    "Nothing fits": "Nichts gefunden",
    "No location fits your search and filters.": "Kein Standort passt zu Suche und Filtern.",
    "Show all": "Alle zeigen",
    "Show less": "Weniger zeigen",
    "Show more": "Mehr zeigen",
    "No charging locations yet": "Noch keine Standorte",
    "As soon as the operator opens one, it appears here and on the map.": (
        "Sobald der Betreiber einen eröffnet, steht er hier und auf der Karte."
    ),
    "up to {power}": "bis {power}",
    "from {price}": "ab {price}",
    "Zoom in": "Vergrößern",
    "Zoom out": "Verkleinern",
    "Your place isn't known: allow it in the settings of your browser or device, or search by name.": (
        "Ihr Ort ist nicht bekannt: Erlauben Sie ihn in den Einstellungen von Browser oder Gerät, oder suchen Sie."
    ),
    "Your place can't be found now. Search by name or move the map.": (
        "Ihr Ort ist gerade nicht zu finden. Suchen Sie nach Namen oder verschieben Sie die Karte."
    ),
}
LOCATION = {
    "Back": "Zurück",
    "Close": "Schließen",
    "Directions": "Route",
    "{distance} from you": "{distance} entfernt",
    "Connector {name}": "Anschluss {name}",
    "Choose a connector to see its price and to start.": "Wählen Sie einen Anschluss für Preis und Start.",
    "This charger has no connection to us, so it can't be started from the app.": (
        "Diese Station hat keine Verbindung zu uns und lässt sich nicht aus der App starten."
    ),
    "The charger reports a fault. The operator knows.": "Die Station meldet eine Störung. Der Betreiber weiß es.",
    "Taken out of service by the operator.": "Vom Betreiber außer Betrieb genommen.",
    "Reserved for somebody else.": "Für jemand anderen reserviert.",
    "Somebody is charging here.": "Hier lädt gerade jemand.",
    "Free here: {name}": "Hier frei: {name}",
    "{name} has a free one, {distance} away": "{name}: einer frei, {distance} weiter",
    "Nothing of this kind is available elsewhere now.": "Anderswo ist gerade nichts dieser Art frei.",
    "You have a session already. Stop it before you start another one.": (
        "Sie laden bereits. Beenden Sie das, bevor Sie neu starten."
    ),
    "Type 2": "Typ 2",
    "Type 1": "Typ 1",
    "Show my session": "Meinen Ladevorgang zeigen",
    "No connection. Tap again: the same start is never counted twice.": (
        "Keine Verbindung. Tippen Sie noch einmal: Derselbe Start zählt nie doppelt."
    ),
}
PRICES = {
    "No charge": "Kostenlos",
    "{amount} fee": "{amount} Gebühr",
    "Charging costs nothing here.": "Laden kostet hier nichts.",
    "{amount} for each kWh": "{amount} je kWh",
    "{amount} for each hour of charging": "{amount} je Stunde Laden",
    "{amount} once, for starting": "{amount} einmalig für den Start",
    "When your car is full: {amount} for each hour that it stays": (
        "Wenn Ihr Auto voll ist: {amount} je Stunde, die es stehen bleibt"
    ),
    "When your car is full: {minutes} min free, then {amount} for each hour that it stays": (
        "Wenn Ihr Auto voll ist: {minutes} min frei, dann {amount} je Stunde, die es stehen bleibt"
    ),
    "Prices depend on the time of day or on how much you charge": "Preise hängen von Tageszeit oder Menge ab",
    "All prices include VAT.": "Alle Preise mit Mehrwertsteuer.",
    "Price": "Preis",
    "We reserve {amount} on your card before the start. You pay only what you use.": (
        "Wir reservieren vor dem Start {amount} auf Ihrer Karte. Sie zahlen nur, was Sie laden."
    ),
    "Nothing is reserved and nothing is charged.": "Nichts wird reserviert und nichts berechnet.",
    "{amount} is reserved on {method}. You pay only what you use.": (
        "{amount} sind auf {method} reserviert. Sie zahlen nur, was Sie laden."
    ),
    "{amount} paid with {method}.": "{amount} bezahlt mit {method}.",
    "Nothing was charged.": "Nichts wurde berechnet.",
    "Nothing was charged. The reservation was given back.": "Nichts wurde berechnet. Die Reservierung ist aufgehoben.",
    "The payment failed.": "Die Zahlung ist fehlgeschlagen.",
    "The payment is under way.": "Die Zahlung läuft.",
    "Demo card •••• 4242": "Demo-Karte •••• 4242",
    "By invoice": "Auf Rechnung",
}
SESSION = {
    "Session": "Ladevorgang",
    "Waiting for the car": "Wartet auf das Auto",
    "Not started": "Nicht gestartet",
    "Ended": "Beendet",
    "Stopping": "Wird beendet",
    "Stopping …": "Wird beendet …",
    "Paused by your car": "Vom Auto pausiert",
    "Paused by the charger": "Von der Station pausiert",
    "Getting ready": "Gleich geht es los",
    "Done, still plugged in": "Fertig, noch angesteckt",
    "The charger is ending the session. This takes a few seconds.": "Die Station beendet das Laden in Sekunden.",
    "Your car is full.": "Ihr Auto ist voll.",
    "It is full, or its own timer waits.": "Es ist voll, oder seine eigene Zeituhr wartet.",
    "The charger gives no power now, often to share it. It goes on by itself, and waiting is free.": (
        "Die Station gibt gerade keinen Strom, oft um ihn zu teilen. Es geht von selbst weiter, Warten ist kostenlos."
    ),
    "Unplug and drive on, so that the next car can charge.": "Bitte abstecken, damit das nächste Auto laden kann.",
    "Charger and car are agreeing on the power.": "Station und Auto einigen sich auf die Leistung.",
    "Battery {percent} %": "Batterie {percent} %",
    "of up to {power}": "von bis zu {power}",
    "How full": "Füllstand",
    "Cost so far": "Kosten bisher",
    "Total": "Summe",
    "Time": "Zeit",
    "Power": "Leistung",
    "No readings yet": "Noch keine Messwerte",
    "Begun": "Begonnen",
    "Payment": "Zahlung",
    "Plug in the cable": "Kabel einstecken",
    "Plug the cable into your car and into connector {name}.": "Kabel ins Auto und in Anschluss {name} stecken.",
    "Keep the car unlocked until you hear it lock the plug.": "Auto offen lassen, bis der Stecker hörbar einrastet.",
    "Charging begins by itself. You can put the phone away.": "Das Laden beginnt von selbst.",
    "left to plug in": "zum Einstecken",
    "Cancel": "Abbrechen",
    "Cancel the start?": "Start abbrechen?",
    "Cancel the start": "Start abbrechen",
    "Keep waiting": "Weiter warten",
    "Nothing is charged and the reservation is given back.": (
        "Nichts wird berechnet, die Reservierung wird aufgehoben."
    ),
    "Stop charging at {station}?": "Laden an {station} beenden?",
    "The charger ends the session and you get your receipt. Then unplug your cable.": (
        "Die Station beendet das Laden und Sie erhalten Ihren Beleg. Danach das Kabel abstecken."
    ),
    "Keep charging": "Weiter laden",
    "No connection. Tap again, or stop at the charger or the car.": (
        "Keine Verbindung. Tippen Sie noch einmal, oder beenden Sie an Station oder Auto."
    ),
    "Show receipt": "Beleg zeigen",
    "The receipt is being written …": "Der Beleg wird geschrieben …",
    "Charging didn't start": "Das Laden hat nicht begonnen",
    "The charger never began.": "Die Station hat nie begonnen.",
    "The charger didn't begin in time. Plug in within two minutes after the start.": (
        "Die Station hat nicht rechtzeitig begonnen. Stecken Sie nach dem Start bald ein."
    ),
    "Cancelled before the charger began.": "Abgebrochen, bevor die Station begann.",
    "Try the same connector again, or choose another one.": "Versuchen Sie es erneut oder an einem anderen Anschluss.",
    "Back to the charger": "Zurück zur Station",
}
CODE = {
    "Type the code that is written on the charger, such as HAF-01.": "Code auf der Station eingeben, etwa HAF-01.",
    "Code on the charger": "Code auf der Station",
    "Nothing is charging now": "Gerade lädt nichts",
    "Enter the code, or choose a charger on the map": "Code eingeben oder Station auf der Karte wählen",
    "Choose the connector that fits your car": "Anschluss wählen, der zu Ihrem Auto passt",
    "Start, plug in, and follow it here": "Starten, einstecken und hier verfolgen",
    "Open the map": "Karte öffnen",
    "No charger has this code": "Keine Station hat diesen Code",
    "Check the letters, or choose the charger on the map.": "Prüfen Sie die Zeichen oder wählen Sie auf der Karte.",
}
PAST = {
    "No sessions yet": "Noch keine Ladevorgänge",
    "Each time you charge, the session and its receipt are kept here.": (
        "Jeder Ladevorgang und sein Beleg werden hier aufbewahrt."
    ),
    "Find a charger": "Station finden",
    "Receipt": "Beleg",
    "Receipt {number}": "Beleg {number}",
    "The receipt is being written": "Der Beleg wird geschrieben",
    "It appears here by itself, usually within seconds after the charger ended the session.": (
        "Er erscheint von selbst, meist Sekunden nach dem Ende des Ladens."
    ),
    "This session cost nothing.": "Dieser Ladevorgang kostet nichts.",
    "Charger": "Station",
    "Duration": "Dauer",
    "Meter at start": "Zähler Beginn",
    "Meter at end": "Zähler Ende",
    "Energy": "Energie",
    "Charging time": "Ladezeit",
    "Time after charging": "Zeit nach dem Laden",
    "Session fee": "Startgebühr",
    "Reservation": "Reservierung",
    "Reservation fee": "Reservierungsgebühr",
    "Reservation not used": "Reservierung nicht genutzt",
    "Fee for a reservation not used": "Gebühr für ungenutzte Reservierung",
    "Up to the minimum price": "Bis zum Mindestpreis",
    "Down to the maximum price": "Bis zum Höchstpreis",
    "What went into your car, as the charger's meter counted it.": "Was laut Zähler der Station in Ihr Auto floss.",
    "For the time that your car was charging.": "Für die Zeit, die Ihr Auto geladen hat.",
    "Your car waited {time} for power: that time is free.": (
        "Ihr Auto hat {time} auf Strom gewartet: Diese Zeit ist kostenlos."
    ),
    "For the time that your car stayed after charging, beyond the free minutes.": (
        "Für die Zeit nach dem Laden über die freien Minuten hinaus."
    ),
    "Once for each session.": "Einmal je Ladevorgang.",
    "For the time that the connector was kept for you.": "Für die Zeit, die der Anschluss reserviert war.",
    "Once for the reservation.": "Einmal für die Reservierung.",
    "The connector was kept for you and you didn't come.": "Der Anschluss war reserviert und wurde nicht genutzt.",
    "Once for a reservation that wasn't used.": "Einmal für die ungenutzte Reservierung.",
    "A session costs at least this much.": "So viel kostet ein Ladevorgang mindestens.",
    "A session never costs more than this: the rest is taken off.": "Mehr kostet kein Ladevorgang: Der Rest entfällt.",
    "Rounding": "Rundung",
    "Net": "Netto",
    "VAT {rate}": "MwSt. {rate}",
    "{vat} on {net}": "{vat} auf {net}",
    "Paid with": "Bezahlt mit",
    "Paid": "Bezahlt",
    "Still to pay": "Noch offen",
    "Nothing more to pay": "Nichts mehr zu zahlen",
    "Nothing to pay": "Nichts zu zahlen",
    "On your invoice": "Auf Ihrer Rechnung",
    "Payment failed": "Zahlung fehlgeschlagen",
    "Payment under way": "Zahlung läuft",
    "The amount is being taken from what was reserved. This page updates itself.": (
        "Der Betrag wird von der Reservierung abgebucht. Diese Seite aktualisiert sich selbst."
    ),
    "The station's own numbers for the end can't be used: this is its last reliable reading.": (
        "Die Zahlen der Station zum Ende sind unbrauchbar: Dies ist ihr letzter verlässlicher Messwert."
    ),
    "Questions? {email}": "Fragen? {email}",
}
ME = {
    "Appearance": "Darstellung",
    "Theme": "Farben",
    "As the device": "Wie das Gerät",
    "Light": "Hell",
    "Dark": "Dunkel",
    "Language": "Sprache",
    "Driver": "Fahrer",
    "Operator": "Betreiber",
    "Administrator": "Administrator",
    "Help": "Hilfe",
    "Support": "Hilfe per E-Mail",
    "Version": "Version",
    "This is a demo: a card that isn't real. Holds, captures and receipts work as with a real one.": (
        "Dies ist eine Demo: keine echte Karte. Reservierung, Abbuchung und Beleg laufen wie mit einer echten."
    ),
}
TROUBLE = {
    "No connection": "Keine Verbindung",
    "Wattline can't be reached now. Check your connection; we keep trying.": (
        "Wattline ist gerade nicht erreichbar. Prüfen Sie Ihre Verbindung; wir versuchen es weiter."
    ),
    "Something went wrong": "Etwas ist schiefgegangen",
    "Please try again.": "Bitte versuchen Sie es noch einmal.",
    "This session doesn't exist.": "Diesen Ladevorgang gibt es nicht.",
    "This location doesn't exist.": "Diesen Standort gibt es nicht.",
    "This charger is offline. Please choose another one.": "Diese Station ist offline. Bitte wählen Sie eine andere.",
    "Somebody is charging here already. Please choose another connector.": (
        "Hier lädt schon jemand. Bitte wählen Sie einen anderen Anschluss."
    ),
    "This connector is out of service. Please choose another one.": (
        "Dieser Anschluss ist außer Betrieb. Bitte wählen Sie einen anderen."
    ),
    "This connector reports a fault. Please choose another one.": (
        "Dieser Anschluss meldet eine Störung. Bitte wählen Sie einen anderen."
    ),
    "This connector is reserved for somebody else.": "Dieser Anschluss ist für jemand anderen reserviert.",
    "You have a session already; stop it first.": "Sie laden bereits; beenden Sie das zuerst.",
    "This connector is in use.": "Dieser Anschluss wird benutzt.",
    "The card was declined. Please use another one.": "Die Karte wurde abgelehnt. Bitte nehmen Sie eine andere.",
    "The charger refused to stop. Stop at the car, or unplug, or call the operator.": (
        "Die Station will nicht beenden. Beenden Sie am Auto, stecken Sie ab oder rufen Sie den Betreiber an."
    ),
}
AHEAD = {
    "Your target in about {time}": "Ihr Ziel in etwa {time}",
    "80 % in about {time}": "80 % in etwa {time}",
    "Full in about {time}": "Voll in etwa {time}",
}
AGES = {
    "never": "nie",
    "just now": "gerade eben",
    "{n} min ago": "vor {n} min",
    "{n} h ago": "vor {n} h",
}
TEXTS: dict[str, str] = FINDING | LOCATION | PRICES | SESSION | CODE | PAST | ME | TROUBLE | AHEAD | AGES
