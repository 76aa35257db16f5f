"""Worked examples of prices from a file: each with a tariff and the segments of a session, priced as bills are.

The form: `{"vectors": [{"id", "tariff", "segments": [{"kind", "start", "minutes", "kwh", "current_a", "power_kw"}]}]}`;
times are those of a wall clock, kinds are TIME, PARKING_TIME, WAITING, RESERVATION,
EXPIRED and CANCELLED. Pure.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from backend.tariffs.model import Bill, Period, PeriodKind, Tariff
from backend.tariffs.offer import problems
from backend.tariffs.rules import price

MOST = Decimal(10_000_000)


class Kind(StrEnum):
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"
    WAITING = "WAITING"
    RESERVATION = "RESERVATION"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


PERIOD_KIND = {
    Kind.TIME: PeriodKind.CHARGING,
    Kind.PARKING_TIME: PeriodKind.PARKING,
    Kind.WAITING: PeriodKind.WAITING,
    Kind.RESERVATION: PeriodKind.RESERVATION,
    Kind.EXPIRED: PeriodKind.RESERVATION_EXPIRED,
    Kind.CANCELLED: PeriodKind.RESERVATION_CANCELLED,
}


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    start: str
    minutes: Decimal
    kwh: Decimal = Decimal(0)
    current_a: Decimal | None = None
    power_kw: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("minutes", "kwh", "current_a", "power_kw"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and 0 <= value <= MOST):
                raise ValueError(f"{name} must be from 0 to {MOST}")


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """What else a vector says (about, totals, note) is for people and tests."""

    id: str
    tariff: Tariff
    segments: list[Segment]


class File(msgspec.Struct, frozen=True):
    vectors: list[Any]


DESCRIBES = frozenset(
    "id type country_code party_id last_updated energy_mix tariff_alt_text tariff_alt_url tax_included".split()
)
"""What an OCPI tariff says beside its prices. From when until when it holds is none of it: that is refused, as by the
API, and not left out."""


def periods(segments: list[Segment], zone: ZoneInfo) -> Iterator[Period]:
    for one in segments:
        start = datetime.fromisoformat(one.start)
        begin = (start if start.tzinfo else start.replace(tzinfo=zone)).astimezone(UTC)
        yield Period(
            kind=PERIOD_KIND[one.kind],
            begins_at=begin,
            ends_at=begin + timedelta(microseconds=round(Fraction(one.minutes) * 60_000_000)),
            energy_wh=one.kwh * 1000,
            current_a=one.current_a,
            power_w=None if one.power_kw is None else one.power_kw * 1000,
        )


def read(content: bytes) -> list[Any]:
    """The vectors of a file, unchecked: one that can't be priced must not hide the others. Raises ValueError."""
    exact = msgspec.json.Decoder(File, float_hook=Decimal)
    return exact.decode(content).vectors


def priced(vector: Any, zone: ZoneInfo) -> Bill:
    """Raises ValueError, with the place, for a vector or a tariff that can't be meant."""
    try:
        return _priced(vector, zone)
    except ArithmeticError as error:  # a time beyond the calendar, a number that is none
        raise ValueError(f"a number or a time can't be meant: {error}") from None


def _without(value: Any, names: frozenset[str] = frozenset()) -> Any:
    """Without these names, and without what is null, or a step of 0: in OCPI the same as left out."""
    if isinstance(value, dict):
        said = {name: one for name, one in value.items() if one is not None and (name, one) != ("step_size", 0)}
        return {name: _without(one) for name, one in said.items() if name not in names}
    return [_without(one) for one in value] if isinstance(value, list) else value


def _priced(vector: Any, zone: ZoneInfo) -> Bill:
    if isinstance(vector, dict) and isinstance(vector.get("tariff"), dict):
        vector = vector | {"tariff": _without(vector["tariff"], DESCRIBES)}
    one = msgspec.convert(vector, Vector, strict=False)
    if found := problems(one.tariff):
        raise ValueError("; ".join(f"{text} - at `{path}`" for path, text in found))
    return price(one.tariff, list(periods(one.segments, zone)), zone)


def shown(name: Any, bill: Bill) -> dict[str, Any]:
    """A priced vector as it is printed; amounts are JSON numbers with four decimals, taken from the exact ones."""
    return {
        "id": name,
        "currency": bill.currency,
        "total_excl_vat": bill.total_excl_vat,
        "total_incl_vat": bill.total_incl_vat,
        "payable": bill.payable,
        "lines": list(bill.lines),
    }
