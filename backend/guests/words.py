"""The words of guests' pages. English is the key. Pure."""

from decimal import Decimal

from backend.papers.words import Voice
from shared.money import PriceHeadline
from shared.tariffs import PriceExample, PricePart

LETTER = (
    "Hello,\n\nthe payment of {amount} for your charging session failed: the card didn't pay.\n\n"
    "You can pay with another card on the page of your session:\n{link}\n\n{operator}"
)
"""To a guest whose card didn't pay."""
GERMAN = {
    "Your payment failed": "Ihre Zahlung ist fehlgeschlagen",
    LETTER: (
        "Guten Tag,\n\ndie Zahlung von {amount} für Ihren Ladevorgang ist fehlgeschlagen: Die Karte hat nicht bezahlt."
        "\n\nAuf der Seite Ihres Ladevorgangs können Sie mit einer anderen Karte bezahlen:\n{link}\n\n{operator}"
    ),
    "Still to pay: {amount}": "Noch zu zahlen: {amount}",
    "Your card didn't pay. Please pay with another one.": (
        "Ihre Karte hat nicht bezahlt. Bitte bezahlen Sie mit einer anderen."
    ),
    "Pay {amount}": "{amount} bezahlen",
    "Enter your card": "Karte angeben",
    "No card was entered yet. Nothing was reserved, and charging doesn't begin.": (
        "Es wurde noch keine Karte angegeben. Nichts ist reserviert, und das Laden beginnt nicht."
    ),
    "Don't charge": "Nicht laden",
    "This debt is being paid just now.": "Dieser Betrag wird gerade bezahlt.",
    "Charge here": "Hier laden",
    "Report a problem": "Ein Problem melden",
    "What is wrong?": "Was stimmt nicht?",
    "Charging doesn't start": "Das Laden beginnt nicht",
    "The screen is dark": "Der Bildschirm ist dunkel",
    "The cable is stuck": "Das Kabel klemmt",
    "Paying doesn't work": "Das Bezahlen geht nicht",
    "A car blocks the place": "Ein Auto versperrt den Platz",
    "Something is damaged": "Etwas ist beschädigt",
    "Something else": "Etwas anderes",
    "In a few words (if you like)": "In wenigen Worten (freiwillig)",
    "If somebody is in danger, call the emergency number first.": "Ist jemand in Gefahr, rufen Sie zuerst den Notruf.",
    "Send the report": "Meldung senden",
    "Back": "Zurück",
    "Thank you. Somebody looks after it.": "Danke. Es kümmert sich jemand darum.",
    "It works again.": "Es geht wieder.",
    "Nobody reported it again.": "Niemand hat es noch einmal gemeldet.",
    "Say in a few words what is wrong.": "Sagen Sie in wenigen Worten, was nicht stimmt.",
    "Write what you see, then send it again.": "Schreiben Sie, was Sie sehen, und senden Sie es noch einmal.",
    "Choose what is wrong.": "Wählen Sie, was nicht stimmt.",
    "Choose one of the lines below.": "Wählen Sie eine der Zeilen unten.",
    "You reported a lot already. Try again in an hour.": (
        "Sie haben schon viel gemeldet. Versuchen Sie es in einer Stunde noch einmal."
    ),
    "{amount} go back to your card.": "{amount} gehen zurück auf Ihre Karte.",
    "Open it as PDF": "Als PDF öffnen",
    "Connector {name}": "Anschluss {name}",
    "Choose your connector": "Wählen Sie Ihren Anschluss",
    "Price": "Preis",
    "free": "kostenlos",
    "for each kWh": "je kWh",
    "for each hour of charging": "je Stunde Laden",
    "for each hour after charging": "je Stunde nach dem Laden",
    "once for the session": "einmal je Ladevorgang",
    "from": "ab",
    "{minutes} minutes after charging are free": "{minutes} Minuten nach dem Laden sind frei",
    "Prices depend on time or use": "Der Preis hängt von Zeit oder Nutzung ab",
    "All prices include VAT.": "Alle Preise enthalten die MwSt.",
    "Up to {power}": "Bis {power}",
    "Available": "Frei",
    "In use": "Belegt",
    "Out of order": "Außer Betrieb",
    "Offline": "Offline",
    "Reserved": "Reserviert",
    "Faulted": "Gestört",
    "Unknown": "Unbekannt",
    "How to pay": "Bezahlen",
    "{amount} are reserved on your card. After charging only what you used is taken.": (
        "{amount} werden auf Ihrer Karte reserviert. Nach dem Laden wird nur abgebucht, was Sie verbraucht haben."
    ),
    "Demo card": "Demo-Karte",
    "Demo card that is declined": "Demo-Karte, die abgelehnt wird",
    "You pay on the page of our payment provider. We never see your card.": (
        "Sie bezahlen auf der Seite unseres Zahlungsanbieters. Wir sehen Ihre Karte nie."
    ),
    "E-mail for the receipt (if you like)": "E-Mail für den Beleg (freiwillig)",
    "Reserve {amount} and start": "{amount} reservieren und starten",
    "Start charging": "Laden starten",
    "By starting you agree to this price.": "Mit dem Start stimmen Sie diesem Preis zu.",
    "1. Plug in your car": "1. Auto anschließen",
    "2. Start here": "2. Hier starten",
    "The cable is in.": "Das Kabel steckt.",
    "What you can do": "Was Sie tun können",
    "Free nearby": "In der Nähe frei",
    "at this charger": "an dieser Ladesäule",
    "{distance} away": "{distance} entfernt",
    "Nothing else is free nearby right now.": "In der Nähe ist gerade nichts anderes frei.",
    "Look again": "Noch einmal prüfen",
    "This page looks again by itself.": "Diese Seite prüft von selbst noch einmal.",
    "Now plug in your car": "Jetzt das Auto anschließen",
    "The charger begins as soon as the cable is in. After {seconds} seconds it is called off, for free.": (
        "Das Laden beginnt, sobald das Kabel steckt. Nach {seconds} Sekunden wird es kostenlos abgebrochen."
    ),
    "Charging": "Lädt",
    "The car pauses": "Das Auto pausiert",
    "The charger pauses": "Die Ladesäule pausiert",
    "Connected": "Verbunden",
    "Energy": "Energie",
    "Cost so far": "Kosten bisher",
    "Power": "Leistung",
    "Time": "Zeit",
    "Battery": "Akku",
    "Stop charging": "Laden beenden",
    "The charger is stopping …": "Die Ladesäule beendet …",
    "Cancel": "Abbrechen",
    "Keep this page: it is the only way back to your session and to your receipt.": (
        "Merken Sie sich diese Seite: Nur über sie kommen Sie zu Ihrem Ladevorgang und Ihrem Beleg zurück."
    ),
    "Stop by itself (if you like)": "Automatisch beenden (freiwillig)",
    "What would my session cost?": "Was würde mein Ladevorgang kosten?",
    "now": "jetzt",
    "after charging": "nach dem Laden",
    "{kwh} kWh in {minutes} minutes": "{kwh} kWh in {minutes} Minuten",
    "{kwh} kWh in {minutes} minutes, then {parking} minutes connected": (
        "{kwh} kWh in {minutes} Minuten, dann {parking} Minuten angeschlossen"
    ),
    "If you start now, with a car that takes {power}. Counted by what writes the bills.": (
        "Wenn Sie jetzt beginnen, mit einem Auto, das {power} aufnimmt. Gerechnet wie die Rechnungen."
    ),
    "Stop at": "Beenden bei",
    "Stop by itself": "Automatisch beenden",
    "Change where it stops": "Ändern, wann es endet",
    "Leave the field empty to charge without a target.": "Lassen Sie das Feld leer, um ohne Ziel zu laden.",
    "Save": "Speichern",
    "Unit": "Einheit",
    "Charging stops before the price, the energy or the time goes beyond this. You can always stop earlier.": (
        "Das Laden endet, bevor Preis, Energie oder Zeit darüber hinausgehen. Früher beenden können Sie immer."
    ),
    "Stops by itself at {target}": "Endet von selbst bei {target}",
    "This target can't be reached.": "Dieses Ziel geht nicht.",
    "Choose a higher target, or leave the field empty.": "Wählen Sie ein höheres Ziel oder lassen Sie das Feld leer.",
    "The charger is offline and can't be told to stop. Unplug to stop now; it is told when it is back.": (
        "Die Ladesäule ist offline und kann nicht beendet werden. Ziehen Sie das Kabel, um jetzt zu beenden; sonst "
        "endet es, sobald die Säule zurück ist."
    ),
    "The charger doesn't answer. It is asked again; unplug to stop now.": (
        "Die Ladesäule antwortet nicht. Sie wird noch einmal gefragt; ziehen Sie das Kabel, um jetzt zu beenden."
    ),
    "The charger refused to stop. It is asked again; stop at the car or unplug to stop now.": (
        "Die Ladesäule hat das Beenden abgelehnt und wird noch einmal gefragt; beenden Sie am Auto oder ziehen Sie das "
        "Kabel."
    ),
    "Done": "Fertig",
    "Your receipt is being written …": "Ihr Beleg wird geschrieben …",
    "You can unplug now.": "Sie können das Kabel jetzt ziehen.",
    "Receipt as PDF": "Beleg als PDF",
    "Send the receipt": "Beleg senden",
    "E-mail": "E-Mail",
    "Sent to {email}.": "An {email} gesendet.",
    "It didn't begin": "Es hat nicht begonnen",
    "Nothing was charged; what was reserved is given back.": (
        "Es wurde nichts abgebucht; was reserviert war, wird freigegeben."
    ),
    "Try again": "Noch einmal versuchen",
    "This link is not known": "Diesen Link gibt es nicht",
    "Scan the code on the charger once more.": "Scannen Sie den Code auf der Ladesäule noch einmal.",
    "This charger is not known": "Diese Ladesäule ist nicht bekannt",
    "Check the code on the charger, or ask the operator.": (
        "Prüfen Sie den Code auf der Ladesäule oder fragen Sie den Betreiber."
    ),
    "Something went wrong": "Etwas ging schief",
    "Help: {email}": "Hilfe: {email}",
    "Signed meter data (XML)": "Signierte Messdaten (XML)",
    "Scan to charge": "Scannen und laden",
    "No app, no account": "Ohne App, ohne Anmeldung",
    "That is no e-mail address.": "Das ist keine E-Mail-Adresse.",
    # what stands in the way
    "This charger is offline. Please choose another one.": "Diese Ladesäule ist offline.",
    "Somebody is charging here already. Please choose another connector.": "Hier lädt schon jemand.",
    "This connector is out of service. Please choose another one.": "Dieser Anschluss ist außer Betrieb.",
    "This connector reports a fault. Please choose another one.": "Dieser Anschluss meldet eine Störung.",
    "This connector is reserved for somebody else.": "Dieser Anschluss ist für jemand anderen reserviert.",
    "This connector is in use.": "Dieser Anschluss ist belegt.",
    "The card was declined. Please use another one.": "Die Karte wurde abgelehnt.",
    "The payment service doesn't answer. Nothing was charged; please try again in a minute.": (
        "Der Zahlungsdienst antwortet nicht."
    ),
    "The charger refused to start.": "Die Ladesäule hat den Start abgelehnt.",
    "The charger doesn't answer.": "Die Ladesäule antwortet nicht.",
    "The charger refused to stop. Stop at the car, or unplug, or call the operator.": (
        "Die Ladesäule hat das Beenden abgelehnt. Beenden Sie am Auto, ziehen Sie das Kabel oder rufen Sie an."
    ),
    "The charger didn't begin in time. Plug in within two minutes after the start.": (
        "Die Ladesäule hat nicht rechtzeitig begonnen. Schließen Sie das Auto innerhalb von zwei Minuten an."
    ),
    "Cancelled before the charger began.": "Abgebrochen, bevor das Laden begann.",
    "Too many tries": "Zu viele Versuche",
    "Please look at the price once more": "Bitte sehen Sie noch einmal auf den Preis",
    "Use another charger, or try again in some minutes: chargers often come back by themselves.": (
        "Nehmen Sie eine andere Ladesäule oder versuchen Sie es in einigen Minuten: Oft kommt sie von selbst zurück."
    ),
    "Use another connector, or come back when the car has left. This page tells when it is free.": (
        "Nehmen Sie einen anderen Anschluss oder kommen Sie später wieder. Diese Seite zeigt, wenn er frei ist."
    ),
    "Use another connector. The operator sees the fault and has been told.": (
        "Nehmen Sie einen anderen Anschluss. Der Betreiber sieht die Störung und ist benachrichtigt."
    ),
    "Use another connector. The operator has taken this one out of service.": (
        "Nehmen Sie einen anderen Anschluss. Der Betreiber hat diesen außer Betrieb genommen."
    ),
    "Use another connector. If the reservation is yours, start from the app.": (
        "Nehmen Sie einen anderen Anschluss. Ist es Ihre Reservierung, starten Sie in der App."
    ),
    "Check that the cable is plugged in at both ends, then try again.": (
        "Prüfen Sie, ob das Kabel an beiden Enden steckt, und versuchen Sie es noch einmal."
    ),
    "Wait a moment, then try again; or use another charger.": (
        "Warten Sie einen Moment und versuchen Sie es noch einmal, oder nehmen Sie eine andere Ladesäule."
    ),
    "Try another card. Nothing was charged.": "Nehmen Sie eine andere Karte. Es wurde nichts abgebucht.",
    "Try again in a minute. Nothing was charged.": (
        "Versuchen Sie es in einer Minute noch einmal. Es wurde nichts abgebucht."
    ),
    "The price here is in another currency than the operator is paid in. Please tell the operator.": (
        "Der Preis hier ist in einer anderen Währung, als der Betreiber bezahlt wird. Bitte sagen Sie es dem Betreiber."
    ),
    "Use another charger. The operator has to correct the price of this one.": (
        "Nehmen Sie eine andere Ladesäule. Bei dieser muss der Betreiber den Preis berichtigen."
    ),
    "This page was open for long. Look at the price once more, then start.": (
        "Diese Seite war lange offen. Sehen Sie noch einmal auf den Preis und starten Sie dann."
    ),
    "Wait a minute, then try again.": "Warten Sie eine Minute und versuchen Sie es noch einmal.",
    "This operator can't send e-mail yet; download the PDF instead.": (
        "Dieser Betreiber kann noch keine E-Mails senden; laden Sie stattdessen das PDF."
    ),
}
PARKED = "after charging"
PLUGS = {
    "IEC_62196_T2": "Type 2",
    "IEC_62196_T2_COMBO": "CCS",
    "IEC_62196_T1": "Type 1",
    "IEC_62196_T1_COMBO": "CCS 1",
    "CHADEMO": "CHAdeMO",
    "DOMESTIC_F": "Schuko",
    "TESLA_S": "Tesla",
    "SAE_J3400": "NACS",
}


class GuestVoice(Voice):
    """Guests' words first, then those of papers."""

    def __call__(self, text: str, **values: str | int) -> str:
        if self.language == "de" and text in GERMAN:
            return GERMAN[text].format(**values) if values else GERMAN[text]
        return super().__call__(text, **values)

    def kilowatts(self, watts: int) -> str:
        return f"{self.number(Decimal(watts) / 1000, 0 if watts % 1000 == 0 else 1)} kW"

    def distance(self, metres: int) -> str:
        """Never broken over two lines."""
        found = f"{metres} m" if metres < 1000 else f"{self.number(Decimal(metres) / 1000, 1)} km"
        return found.replace(" ", "\N{NO-BREAK SPACE}")

    def plug(self, standard: str) -> str:
        return PLUGS.get(standard, standard.replace("_", " ").title())

    def prices(self, price: PriceHeadline | None) -> list[tuple[str, str]]:
        """(amount, what for), the kWh first; empty: it is free."""
        if price is None:
            return []
        parts = (
            (price.energy, "for each kWh"),
            (price.time, "for each hour of charging"),
            (price.flat, "once for the session"),
            (price.parking, "for each hour after charging"),
        )
        before = f"{self('from')} " if price.varies else ""
        return [(before + self.price(amount, price.currency), self(word)) for amount, word in parts if amount]

    def window(self, parts: list[PricePart], currency: str) -> str:
        """The prices of a part of the day."""
        units = {"energy": "/kWh", "time": "/h", "parking": "/h", "flat": ""}
        said = [
            f"{self.price(one.price, currency)}{units[one.kind]}"
            + (f" {self(PARKED)}" if one.kind == "parking" else "")
            for one in parts
        ]
        return " + ".join(said) or self("free")

    def example(self, one: PriceExample) -> str:
        kwh = self.number(Decimal(one.energy_wh) / 1000)
        if not one.parking_minutes:
            return self("{kwh} kWh in {minutes} minutes", kwh=kwh, minutes=one.charging_minutes)
        return self(
            "{kwh} kWh in {minutes} minutes, then {parking} minutes connected",
            kwh=kwh, minutes=one.charging_minutes, parking=one.parking_minutes,
        )  # fmt: skip
