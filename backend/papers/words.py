"""The words on papers, in the languages they speak. English is the key. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal

from backend.tariffs.rules import round_money
from shared.money import Money, Target

Words = Callable[[str], str]
GERMAN_CLOCKS = {"CET": "MEZ", "CEST": "MESZ"}
LOCALES = {"en": Locale("en", "GB"), "de": Locale("de", "DE")}
GERMAN = {
    "Receipt": "Beleg",
    "Invoice": "Rechnung",
    "Credit note": "Rechnungskorrektur",
    "Settlement": "Abrechnung",
    "Draft, not issued yet": "Entwurf, noch nicht ausgestellt",
    "Paid to": "Auszahlung an",
    "Location": "Standort",
    "Net earnings": "Netto-Erlös",
    "Nothing was earned in this month.": "In diesem Monat wurde nichts eingenommen.",
    "Your share of {rate}": "Anteil von {rate}",
    "Less {fee} for each of {n} sessions": "Abzüglich {fee} je Ladevorgang ({n})",
    "Payout, net": "Auszahlung, netto",
    "Payout": "Auszahlung",
    "Number": "Nummer",
    "Date": "Datum",
    "Period": "Zeitraum",
    "For": "Für",
    "From": "Von",
    "Tax ID": "USt-IdNr.",
    "Bank": "Bank",
    "Supplementary bill": "Nachberechnung",
    "Corrects": "Berichtigt",
    "Reason": "Grund",
    "Correction": "Berichtigung",
    "Charging session": "Ladevorgang",
    "Charging sessions": "Ladevorgänge",
    "Place": "Ort",
    "Charger": "Ladesäule",
    "Connector {name}": "Anschluss {name}",
    "Begun": "Beginn",
    "Ended": "Ende",
    "Duration": "Dauer",
    "Energy": "Energie",
    "Meter": "Zähler",
    "Meter at start": "Zähler am Anfang",
    "Meter at end": "Zähler am Ende",
    "Position": "Position",
    "Quantity": "Menge",
    "Price": "Preis",
    "Net": "Netto",
    "VAT": "MwSt.",
    "VAT {rate}": "MwSt. {rate}",
    "Amount": "Betrag",
    "Gross": "Brutto",
    "Rate": "Satz",
    "No VAT": "Ohne MwSt.",
    "Rounding": "Rundung",
    "Total": "Gesamt",
    "All prices include VAT.": "Alle Preise enthalten die MwSt.",
    "Paid": "Bezahlt",
    "Paid with {method}": "Bezahlt mit {method}",
    "Still to pay": "Noch zu zahlen",
    "Nothing more to pay": "Nichts mehr zu zahlen",
    "Nothing to pay": "Nichts zu zahlen",
    "Payment failed": "Zahlung fehlgeschlagen",
    "Payment under way": "Zahlung läuft",
    "On your invoice": "Auf Ihrer Rechnung",
    "This session cost nothing.": "Dieser Ladevorgang hat nichts gekostet.",
    "Page {page} of {pages}": "Seite {page} von {pages}",
    "Questions? {email}": "Fragen? {email}",
    "Summary": "Zusammenfassung",
    "Sessions": "Ladevorgänge",
    "Details of the sessions": "Die Ladevorgänge im Einzelnen",
    "Receipt {number}": "Beleg {number}",
    "The station's own numbers for the end can't be used: this is its last reliable reading.": (
        "Die Angaben der Ladesäule zum Ende sind unbrauchbar: Dies ist ihr letzter verlässlicher Messwert."
    ),
    # lines
    "Charging time": "Ladezeit",
    "Time after charging": "Standzeit nach dem Laden",
    "Session fee": "Grundgebühr",
    "Reservation": "Reservierung",
    "Reservation fee": "Reservierungsgebühr",
    "Reservation not used": "Reservierung nicht genutzt",
    "Reservation given back": "Zurückgegebene Reservierung",
    "Fee for a reservation given back": "Gebühr für zurückgegebene Reservierung",
    "The connector was kept for you until you gave it back.": (
        "Der Anschluss war für Sie reserviert, bis Sie ihn zurückgaben."
    ),
    "Once for a reservation that you gave back.": "Einmal für eine Reservierung, die Sie zurückgaben.",
    "Reserved from": "Reserviert ab",
    "Until": "Bis",
    "here is your receipt for the connector that was kept for you at {place} on {date} and not used: {total}.": (
        "hier ist Ihr Beleg für den Anschluss, der bei {place} am {date} für Sie reserviert war und nicht genutzt "
        "wurde: {total}."
    ),
    "Fee for a reservation not used": "Gebühr für ungenutzte Reservierung",
    "Up to the minimum price": "Bis zum Mindestpreis",
    "Down to the maximum price": "Bis zum Höchstpreis",
    "What went into your car, as the charger's meter counted it.": (
        "Was in Ihr Auto floss, wie der Zähler der Ladesäule es gezählt hat."
    ),
    "For the time that your car was charging.": "Für die Zeit, in der Ihr Auto lud.",
    "For the time that your car stayed after charging, beyond the free minutes.": (
        "Für die Zeit, die Ihr Auto nach dem Laden blieb, über die freien Minuten hinaus."
    ),
    "Once for each session.": "Einmal je Ladevorgang.",
    "For the time that the connector was kept for you.": "Für die Zeit, die der Anschluss für Sie freigehalten wurde.",
    "Once for the reservation.": "Einmal für die Reservierung.",
    "The connector was kept for you and you didn't come.": (
        "Der Anschluss wurde für Sie freigehalten, und Sie kamen nicht."
    ),
    "Once for a reservation that wasn't used.": "Einmal für die ungenutzte Reservierung.",
    "A session costs at least this much.": "Ein Ladevorgang kostet mindestens so viel.",
    "A session never costs more than this: the rest is taken off.": (
        "Ein Ladevorgang kostet nie mehr als dies: Der Rest wird abgezogen."
    ),
    # methods
    "By invoice": "Auf Rechnung",
    # letters
    "Your receipt {number} of {total}": "Ihr Beleg {number} über {total}",
    "Your invoice {number} of {total}": "Ihre Rechnung {number} über {total}",
    "Your credit note {number} of {total}": "Ihre Rechnungskorrektur {number} über {total}",
    "Hello,": "Guten Tag,",
    "Hello {name},": "Guten Tag {name},",
    "About your charging session": "Zu Ihrem Ladevorgang",
    "the meter of the charger at {place} gave numbers for your session that can't be true.": (
        "der Zähler der Ladesäule ({place}) hat zu Ihrem Ladevorgang Werte gemeldet, die nicht stimmen können."
    ),
    "the charger at {place} didn't tell what its meter counted in your session.": (
        "die Ladesäule ({place}) hat nicht gemeldet, was ihr Zähler bei Ihrem Ladevorgang gezählt hat."
    ),
    "the charger at {place} told of the end of your session only after its bill was written.": (
        "die Ladesäule ({place}) hat das Ende Ihres Ladevorgangs erst gemeldet, als er schon abgerechnet war."
    ),
    "We looked at it: what you paid by the meter's trusted readings stays as it is.": (
        "Wir haben das geprüft: Es bleibt bei dem, was Sie nach den glaubhaften Werten bezahlt haben."
    ),
    "We looked at it: what the charger reported is billed.": (
        "Wir haben das geprüft: Berechnet wird, was die Ladesäule gemeldet hat."
    ),
    "We looked at it: you pay nothing for this session.": (
        "Wir haben das geprüft: Für diesen Ladevorgang bezahlen Sie nichts."
    ),
    "You find the session with its receipt in the app under History.": (
        "Den Ladevorgang mit seinem Beleg finden Sie in der App unter Verlauf."
    ),
    "here is your receipt for charging at {place} on {date}: {energy} for {total}.": (
        "hier ist Ihr Beleg für das Laden bei {place} am {date}: {energy} für {total}."
    ),
    "here is your invoice for {period}: {count} sessions, {energy}, {total}.": (
        "hier ist Ihre Rechnung für {period}: {count} Ladevorgänge, {energy}, {total}."
    ),
    "here is your credit note: {total}.": "hier ist Ihre Rechnungskorrektur: {total}.",
    "here is what is to pay on top of an earlier receipt: {total}.": (
        "hier ist, was zu einem früheren Beleg noch zu zahlen ist: {total}."
    ),
    "Your supplementary bill {number} of {total}": "Ihre Nachberechnung {number} über {total}",
    "Everything is in the attached PDF.": "Alles steht im angehängten PDF.",
    "Your car waited {time} for power: that time is free.": (
        "Ihr Fahrzeug hat {time} auf Strom gewartet: Diese Zeit ist kostenlos."
    ),
    "Stopped at your target: {target}": "Bei Ihrem Ziel beendet: {target}",
    # trusted meters
    "What the meter signed": "Was der Zähler signiert hat",
    "verified": "geprüft",
    "The meter's signature was checked and fits.": "Die Signatur des Zählers wurde geprüft und passt.",
    "The meter's signature does not fit: ask the operator.": (
        "Die Signatur des Zählers passt nicht: Fragen Sie den Betreiber."
    ),
    "The meter's signature could not be checked here, as its key is not known.": (
        "Die Signatur des Zählers konnte hier nicht geprüft werden, weil ihr Schlüssel nicht bekannt ist."
    ),
    "To check it yourself, load the file of this session into the S.A.F.E. transparency software.": (
        "Zum eigenen Prüfen laden Sie die Datei dieses Ladevorgangs in die Transparenzsoftware von S.A.F.E."
    ),
    "Public key": "Öffentlicher Schlüssel",
    "Signed reading at the start": "Signierter Wert am Anfang",
    "Signed reading": "Signierter Wert",
    "Signed reading at the end": "Signierter Wert am Ende",
}
EXPLAINED = {
    "energy": "What went into your car, as the charger's meter counted it.",
    "time": "For the time that your car was charging.",
    "parking": "For the time that your car stayed after charging, beyond the free minutes.",
    "flat": "Once for each session.",
    "reservation": "For the time that the connector was kept for you.",
    "reservation_flat": "Once for the reservation.",
    "reservation_expired": "The connector was kept for you and you didn't come.",
    "reservation_expired_flat": "Once for a reservation that wasn't used.",
    "reservation_cancelled": "The connector was kept for you until you gave it back.",
    "reservation_cancelled_flat": "Once for a reservation that you gave back.",
    "minimum": "A session costs at least this much.",
    "maximum": "A session never costs more than this: the rest is taken off.",
}
"""Why a line is there, by its kind."""


class Voice:
    """Words, money and time as a person reads them. `zone`: the clock of times that have none of their own."""

    def __init__(self, language: str, zone: str = "UTC") -> None:
        self.language = language if language in LOCALES else "en"
        self.locale = LOCALES[self.language]
        self.zone = ZoneInfo(zone)

    def __call__(self, text: str, **values: str | int) -> str:
        said = GERMAN.get(text, text) if self.language == "de" else text
        return said.format(**values) if values else said

    def money(self, money: Money) -> str:
        return self.amount(money.amount, money.currency)

    def amount(self, amount: Decimal, currency: str) -> str:
        """Rounded as bills are: halves up, where babel alone would go to the even coin."""
        return format_currency(round_money(amount, currency), currency, locale=self.locale)

    def price(self, amount: Decimal, currency: str) -> str:
        """A price for a unit keeps what lies below the smallest coin: `0.495 €`."""
        exact = round(amount, 4).normalize()
        digits = max(2, min(4, -int(exact.as_tuple().exponent)))
        pattern = {"en": "¤#,##0.", "de": "#,##0."}[self.language] + "0" * digits
        pattern += "" if self.language == "en" else "\N{NO-BREAK SPACE}¤"
        return format_currency(amount, currency, pattern, locale=self.locale, currency_digits=False)

    def target(self, target: Target) -> str:
        """What a session was to stop at: `10.00 €`, `20 kWh`, `45 min`, `80 %`."""
        if target.money is not None:
            return self.money(target.money)
        if target.energy_wh is not None:
            return f"{format_decimal(Decimal(target.energy_wh) / 1000, '#,##0.###', locale=self.locale)} kWh"
        return f"{target.minutes} min" if target.minutes is not None else f"{target.soc_percent} %"

    def number(self, value: Decimal | int, digits: int = 0) -> str:
        return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=self.locale)

    def kwh(self, wh: int) -> str:
        return f"{self.number(Decimal(wh) / 1000, 3)} kWh"

    def rate(self, rate: Decimal) -> str:
        return f"{format_decimal(rate, '0.##', locale=self.locale)} %"

    def date(self, moment: datetime) -> str:
        return format_date(moment.astimezone(self.zone).date(), "medium", locale=self.locale)

    def moment(self, moment: datetime, zone: str = "") -> str:
        """With its offset: a paper is read elsewhere, too."""
        own = ZoneInfo(zone) if zone else self.zone
        there = moment.astimezone(own)
        return f"{self._said(there)} {self._clock(there)}"

    def span(self, begun: datetime, ended: datetime) -> str:
        """From one moment to another; a day and a clock that both share are said once."""
        first, last = begun.astimezone(self.zone), ended.astimezone(self.zone)
        if first.date() != last.date() or first.utcoffset() != last.utcoffset():
            return f"{self.moment(begun)} – {self.moment(ended)}"
        clock = f"{format_time(last, 'short', locale=self.locale)} {self._clock(last)}"
        return f"{self._said(first)} – {clock}"

    def _said(self, there: datetime) -> str:
        """The day as it stands elsewhere on a paper."""
        day = format_date(there.date(), "medium", locale=self.locale)
        return f"{day}, {format_time(there, 'short', locale=self.locale)}"

    def _clock(self, there: datetime) -> str:
        name = f"{there:%Z}"
        return GERMAN_CLOCKS.get(name, name) if self.language == "de" else name

    def month(self, period: str) -> str:
        first = datetime.fromisoformat(f"{period}-01")
        return format_skeleton("yMMMM", first, locale=self.locale)

    def duration(self, span: timedelta) -> str:
        minutes = round(span.total_seconds() / 60)
        return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
