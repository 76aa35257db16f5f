"""Numbers with their units, money, and times as people say them. Pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.i18n.catalog import CATALOGS
from shared.money import Money, PriceHeadline

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "JPY": "¥", "SEK": "kr", "NOK": "kr", "DKK": "kr"}
NO_CENTS = {"JPY", "KRW", "ISK", "CLP", "VND"}
NARROW = "\u202f"


def language_of(page: Any) -> str:
    """The first language of the device that we speak."""
    configuration = getattr(page, "locale_configuration", None)
    for locale in getattr(configuration, "supported_locales", None) or ():
        if locale.language_code in CATALOGS:
            return str(locale.language_code)
    return "en"


def number(value: float | Decimal, places: int = 0) -> str:
    return f"{value:,.{places}f}".replace(",", NARROW)


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
    """The power on a sign: `22 kW`, `3.7 kW`."""
    kw = w / 1000
    return f"{kw:.0f} kW" if kw == round(kw) else f"{kw:.1f} kW"


def money(value: Money | None, *, places: int | None = None) -> str:
    if value is None:
        return "–"
    return amount(value.amount, value.currency, places=places)


def amount(value: Decimal, currency: str, *, places: int | None = None) -> str:
    shown = places if places is not None else (0 if currency in NO_CENTS else 2)
    symbol = SYMBOLS.get(currency, currency)
    return f"{number(value, shown)} {symbol}".strip()


def price(headline: PriceHeadline | None) -> str:
    """`0.49 €/kWh + 1.00 € fee`; short enough for a list."""
    if headline is None:
        return "Free"
    symbol = SYMBOLS.get(headline.currency, headline.currency)
    parts = []
    if headline.energy is not None:
        parts.append(f"{_short(headline.energy)} {symbol}/kWh")
    if headline.time is not None:
        parts.append(f"{_short(headline.time)} {symbol}/h")
    if headline.flat is not None:
        parts.append(f"{_short(headline.flat)} {symbol} fee")
    return " + ".join(parts) or "Free"


def _short(value: Decimal) -> str:
    return f"{value:.2f}"


def distance(metres: int | None) -> str:
    if metres is None:
        return ""
    return f"{metres // 10 * 10} m" if metres < 1000 else f"{metres / 1000:.1f} km"


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


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """`just now`, `3 min ago`, `5 h ago`, then the date."""
    if at is None:
        return "never"
    now = now or datetime.now(UTC)
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    return at.astimezone().strftime("%d %b %Y")


def clock(at: datetime | None) -> str:
    return "–" if at is None else at.astimezone().strftime("%H:%M")


def moment(at: datetime | None) -> str:
    """`21 Nov, 14:05`."""
    return "–" if at is None else at.astimezone().strftime("%d %b, %H:%M")


def percent(share: float | None, places: int = 0) -> str:
    return "–" if share is None else f"{share * 100:.{places}f} %"
