"""Numbers with their units, money, and times as people say them, in the language that is spoken now.

`speak` says which; `app.hooks.use_store` calls it, so that every component that asks for the store writes correctly.
"""

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as calendar_date
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.i18n.catalog import CATALOGS, translate
from shared.money import Money, PriceHeadline

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "JPY": "¥", "SEK": "kr", "NOK": "kr", "DKK": "kr"}
MONEY = {*SYMBOLS, *SYMBOLS.values()}
NO_CENTS = {"JPY", "KRW", "ISK", "CLP", "VND"}
NARROW = "\u202f"
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.".split(),
}
LONG_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
}
_language: ContextVar[str] = ContextVar("language", default="en")
_zone: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def speak(language: str, zone: str = "") -> None:
    """What follows in this task is written in this language, its times by this clock (the machine's own if none)."""
    _language.set(language)
    _zone.set(_clock_of(zone) if zone else None)


@cache
def _clock_of(zone: str) -> tzinfo | None:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):  # a device without time zone data
        return None


def local(at: datetime) -> datetime:
    return at.astimezone(_zone.get())


def say(text: str) -> str:
    """A text of the catalog in the language that is spoken now."""
    return translate(text, _language.get())


def spoken_language() -> str:
    return _language.get()


def several(count: int, one: str, many: str) -> str:
    """`one` for exactly one, else `many` with its `{n}`; both in the language of the component."""
    return say(one) if count == 1 else say(many).format(n=number(count))


def _decimal(written: str) -> str:
    """`1,240.5` as the language writes it."""
    comma = "," if _language.get() == "de" else "."
    return written.replace(",", NARROW).replace(".", comma)


def language_of(page: Any) -> str:
    """The first language of the device that we speak."""
    configuration = getattr(page, "locale_configuration", None)
    for locale in getattr(configuration, "supported_locales", None) or ():
        if locale.language_code in CATALOGS:
            return str(locale.language_code)
    return "en"


def number(value: float | Decimal, places: int = 0) -> str:
    return _decimal(f"{value:,.{places}f}")


def energy(wh: int | None) -> tuple[str, str]:
    """(number, unit): `12.4 kWh`, `1 240 kWh`, `3.2 MWh`."""
    if wh is None:
        return "–", "kWh"
    if wh >= 10_000_000:
        return number(wh / 1_000_000, 1), "MWh"
    kwh = wh / 1000
    return number(kwh, 0 if kwh >= 1000 else 1 if kwh >= 10 else 2), "kWh"


def power(w: int | None) -> tuple[str, str]:
    """(number, unit)."""
    if w is None:
        return "–", "kW"
    if w >= 10_000_000:
        return number(w / 1_000_000, 2), "MW"
    return number(w / 1000, 0 if w >= 1_000_000 else 1), "kW"


def rated(w: int) -> str:
    """The power on a sign: `22 kW`, `3.7 kW`; `– kW` where nobody entered it."""
    if w <= 0:
        return "– kW"
    kw = w / 1000
    return f"{number(kw, 0 if kw == round(kw) else 1)} kW"


def money(value: Money | None, *, places: int | None = None) -> str:
    if value is None:
        return "–"
    return amount(value.amount, value.currency, places=places)


def amount(value: Decimal, currency: str, *, places: int | None = None) -> str:
    """As papers write it: `€0.49` and `CHF 0.49` in English, `0,49 €` in German."""
    shown = places if places is not None else (0 if currency in NO_CENTS else 2)
    return _as_money(number(value, shown), SYMBOLS.get(currency, currency))


def money_parts(value: Decimal, currency: str, *, places: int | None = None) -> tuple[str, str]:
    """A sum set large, and the symbol that may stand smaller behind it: none where it stands before."""
    written, shown = amount(value, currency, places=places), symbol(currency)
    if shown and written.endswith(shown):
        return written.removesuffix(shown).rstrip(), shown
    return written, ""


def with_unit(written: str, unit: str) -> str:
    """`12 kWh`; a currency stands before its number in English."""
    return _as_money(written, unit) if unit in MONEY else f"{written} {unit}".strip()


def _as_money(written: str, unit: str) -> str:
    if _language.get() == "de" or not unit:
        return f"{written} {unit}".strip()
    minus = "-" if written.startswith("-") else ""
    return f"{minus}{unit}{' ' if unit.isalpha() else ''}{written.removeprefix('-')}"


def symbol(currency: str) -> str:
    return SYMBOLS.get(currency, currency)


def price(headline: PriceHeadline | None) -> str:
    """`€0.49/kWh + €1.00 fee`; short enough for a list, the price of energy first."""
    language = _language.get()
    if headline is None:
        return translate("No charge", language)
    parts = []
    if headline.energy is not None:
        parts.append(f"{amount(headline.energy, headline.currency, places=2)}/kWh")
    if headline.time is not None:
        parts.append(f"{amount(headline.time, headline.currency, places=2)}/h")
    if headline.flat is not None:
        parts.append(translate("{amount} fee", language).format(amount=amount(headline.flat, headline.currency)))
    return " + ".join(parts) or translate("No charge", language)


def distance(metres: int | None) -> str:
    if metres is None:
        return ""
    return f"{metres // 10 * 10} m" if metres < 1000 else f"{number(metres / 1000, 1)} km"


def duration(span: timedelta | None) -> str:
    """`1 h 05 min`, `12 min`, `40 s`."""
    if span is None:
        return "–"
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 1440:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def countdown(span: timedelta) -> str:
    """`4:05`, `1:04:05`: for times that run."""
    seconds = max(0, int(span.total_seconds()))
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """`just now`, `3 min ago`, `5 h ago`, then the date."""
    language = _language.get()
    if at is None:
        return translate("never", language)
    now = now or datetime.now(UTC)
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return translate("just now", language)
    if seconds < 3600:
        return translate("{n} min ago", language).format(n=int(seconds // 60))
    if seconds < 86400:
        return translate("{n} h ago", language).format(n=int(seconds // 3600))
    return date(at)


def clock(at: datetime | None) -> str:
    return "–" if at is None else local(at).strftime("%H:%M")


def day(at: datetime | None) -> str:
    """`21 Nov`, `21. Nov.`"""
    if at is None:
        return "–"
    mine, language = local(at), _language.get()
    dot = "." if language == "de" else ""
    return f"{mine.day}{dot} {MONTHS[language][mine.month - 1]}"


def day_of(value: calendar_date) -> str:
    """`21 Nov` of a day that is no moment."""
    language = _language.get()
    dot = "." if language == "de" else ""
    return f"{value.day}{dot} {MONTHS[language][value.month - 1]}"


def date(at: datetime | None) -> str:
    """`21 Nov 2026`."""
    return "–" if at is None else f"{day(at)} {local(at).year}"


def moment(at: datetime | None) -> str:
    """`21 Nov, 14:05`."""
    return "–" if at is None else f"{day(at)}, {clock(at)}"


def month(at: datetime) -> str:
    """`November 2026`."""
    mine = local(at)
    return f"{LONG_MONTHS[_language.get()][mine.month - 1]} {mine.year}"


def percent(share: float | None, places: int = 0) -> str:
    return "–" if share is None else f"{number(share * 100, places)} %"
