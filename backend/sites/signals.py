"""Prices, CO2 and solar: what holds when, what an import may contain, and how a feed is read. Pure."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from backend.errors import InvalidInput
from shared.sites import EnergyTariff, SignalKind, SignalPoint

LATE = timedelta(hours=6)
"""Prices of tomorrow are known in time, or the feed has stopped."""
MOST_VALUE = 100_000_000
JUMP = 10
"""So many times its usual size is no value but a mistake."""
USUAL_AT_LEAST = {SignalKind.PRICE: Decimal("0.05"), SignalKind.CO2: Decimal(50), SignalKind.SOLAR: Decimal(1000)}
HELD = "The feed stopped. The values of the same hours of the last day hold until it is back."


class Judged(NamedTuple):
    taken: list[SignalPoint]
    left_out: int
    state: str
    detail: str


def judged(kind: SignalKind, points: Sequence[SignalPoint], known: Sequence[Decimal]) -> Judged:
    """Values that can't be right are left out and said. Raises InvalidInput for times that make no sense, and where
    there is no value."""
    if not points:
        raise InvalidInput("There is no value in it.", code="bad_feed", fields=[("$.points", "at least one")])
    for place, one in enumerate(points):
        if not (one.value.is_finite() and abs(one.value) < MOST_VALUE):
            raise InvalidInput("This is no value.", fields=[(f"$.points[{place}].value", "a number")])
        if one.starts_at.tzinfo is None or one.ends_at.tzinfo is None:
            raise InvalidInput("Times need their zone.", fields=[(f"$.points[{place}].starts_at", "with Z or +01:00")])
        if not timedelta(0) < one.ends_at - one.starts_at <= timedelta(days=1):
            raise InvalidInput(
                "A value holds for up to a day.", fields=[(f"$.points[{place}].ends_at", "after the begin")]
            )
    ordered = sorted(points, key=lambda one: one.starts_at)
    for before, after in pairwise(ordered):
        if after.starts_at < before.ends_at:
            raise InvalidInput("Two values hold at one time.", fields=[("$.points", after.starts_at.isoformat())])
    usual = max(USUAL_AT_LEAST[kind], Decimal(median(abs(one) for one in (known or [point.value for point in points]))))
    taken = [one for one in ordered if abs(one.value) <= JUMP * usual]
    left_out = len(points) - len(taken)
    if not left_out:
        return Judged(taken, 0, "ok", "")
    many = "1 value" if left_out == 1 else f"{left_out} values"
    detail = f"{many} jumped to more than {JUMP} times the usual {usual:.3f}: left out."
    return Judged(taken, left_out, "jumped", detail)


UNFETCHED = "It can't be fetched: "
NOTHING_YET = "Nothing has come yet; the tariff holds."


class Judgement(NamedTuple):
    """`code`: ok, nothing_yet, stopped, jumped, unfetched."""

    state: str
    code: str
    detail: str


def feed_state(kind: str, state: str, detail: str, last_end: datetime | None, now: datetime) -> Judgement:
    if detail.startswith(UNFETCHED):
        return Judgement("held", "unfetched", detail)
    if last_end is None:
        return Judgement("held", "nothing_yet", NOTHING_YET) if state == "ok" else Judgement(state, state, detail)
    if last_end < now:
        return Judgement("held", "stopped", HELD)
    return Judgement(state, state, detail)


class Known(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    value: Decimal


def value_at(known: Sequence[Known], at: datetime) -> Decimal | None:
    """Of the signal at a moment; after its end that of the same hour of the last day it knows (held)."""
    for one in known:
        if one.starts_at <= at < one.ends_at:
            return one.value
    if not known or at < known[-1].ends_at:
        return None
    back = at
    while back >= known[-1].ends_at:
        back -= timedelta(days=1)
    return next((one.value for one in known if one.starts_at <= back < one.ends_at), known[-1].value)


def step_price(tariff: EnergyTariff, at: datetime, zone: str) -> Decimal:
    local = at.astimezone(ZoneInfo(zone))
    for step in tariff.steps:
        if step.days and _day(step.begins, step.ends, local) not in step.days:
            continue
        if _within(step.begins, step.ends, local.time()):
            return step.price
    return tariff.base


def _within(begins: time, ends: time, at: time) -> bool:
    return begins <= at < ends if begins < ends else at >= begins or at < ends


def _day(begins: time, ends: time, local: datetime) -> int:
    """A step over midnight belongs to the day on which it begins."""
    return (local - timedelta(days=1) if begins >= ends and local.time() < ends else local).weekday()


def price_at(tariff: EnergyTariff, prices: Sequence[Known], at: datetime, zone: str) -> Decimal:
    found = value_at(prices, at)
    return found if found is not None else step_price(tariff, at, zone)


# --- adapters: what comes over HTTP, into points -----------------------------------------------------

Adapter = Callable[[bytes], list[SignalPoint]]


def _points(data: bytes) -> list[SignalPoint]:
    """Our own: [{"starts_at": …, "ends_at": …, "value": …}]."""
    return msgspec.json.decode(data, type=list[SignalPoint], strict=False)


class _Awattar(msgspec.Struct):
    start_timestamp: int
    end_timestamp: int
    marketprice: Decimal


class _AwattarFile(msgspec.Struct):
    data: list[_Awattar]


def _awattar(data: bytes) -> list[SignalPoint]:
    """Day-ahead prices in milliseconds and EUR/MWh."""
    return [
        SignalPoint(
            starts_at=datetime.fromtimestamp(one.start_timestamp / 1000, UTC),
            ends_at=datetime.fromtimestamp(one.end_timestamp / 1000, UTC),
            value=one.marketprice / 1000,
        )
        for one in msgspec.json.decode(data, type=_AwattarFile).data
    ]


def _csv(data: bytes) -> list[SignalPoint]:
    """Lines of `begin,end,value`, or with semicolons or tabs, where 0,25 is a number too; a first line of words is
    passed over, and what begins with #."""
    text = data.decode("utf-8-sig")
    separator = next((one for one in (";", "\t") if one in text), ",")
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    found = []
    for line in lines:
        cells = [cell.strip() for cell in line]
        words = lines.line_num == 1 and not cells[0][:1].isdigit() if cells else True
        if words or not any(cells) or cells[0].startswith("#"):
            continue
        try:
            found.append(_line(cells, separator))
        except (ValueError, ArithmeticError):
            raise ValueError(f"line {lines.line_num} is no begin, end and value") from None
    return found


def _line(cells: Sequence[str], separator: str) -> SignalPoint:
    """More columns may follow; after a comma they may also be what follows a decimal one, and nobody could tell."""
    if len(cells) < 3 or (separator == "," and len(cells) > 3 and cells[3].isdigit()):
        raise ValueError
    return SignalPoint(
        starts_at=datetime.fromisoformat(cells[0]),
        ends_at=datetime.fromisoformat(cells[1]),
        value=Decimal(cells[2].replace(",", ".")),
    )


ADAPTERS: Mapping[str, Adapter] = {"points": _points, "awattar": _awattar, "csv": _csv}


def read(adapter: str, data: bytes) -> list[SignalPoint]:
    """Raises InvalidInput for what this format isn't, and where no value is in it."""
    try:
        found = ADAPTERS[adapter](data)
    except (msgspec.MsgspecError, csv.Error, ValueError, ArithmeticError, OverflowError, OSError) as error:
        raise InvalidInput(f"This is no file in the format '{adapter}': {error}"[:300], code="bad_feed") from None
    if not found:
        raise InvalidInput("There is no value in it.", code="bad_feed")
    return found


# --- what it came to ---------------------------------------------------------------------------------


class Session(NamedTuple):
    """`wh`: by quarter of an hour, as its meter told. `free_w`: its full power, had nobody limited it."""

    begun_at: datetime
    ended_at: datetime
    free_w: float
    wh: Mapping[datetime, float]


QUARTER = timedelta(minutes=15)


def quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def uncontrolled(one: Session) -> dict[datetime, float]:
    """The same energy from the arrival on, at full power."""
    left, at, found = float(sum(one.wh.values())), one.begun_at, dict[datetime, float]()
    while left > 0.5 and one.free_w > 0:
        begin = quarter(at)
        ends = begin + QUARTER
        took = min(left, one.free_w * (ends - at).total_seconds() / 3600)
        found[begin] = found.get(begin, 0.0) + took
        left -= took
        at = ends
    return found


class Came(NamedTuple):
    energy_wh: int
    cost: Decimal
    free_cost: Decimal
    peak_w: int
    free_peak_w: int


def came_to(sessions: Sequence[Session], price: Callable[[datetime], Decimal]) -> Came:
    real: dict[datetime, float] = {}
    free: dict[datetime, float] = {}
    for one in sessions:
        for at, wh in one.wh.items():
            real[at] = real.get(at, 0.0) + wh
        for at, went in uncontrolled(one).items():
            free[at] = free.get(at, 0.0) + went
    return Came(
        energy_wh=round(sum(real.values())),
        cost=_cost(real, price),
        free_cost=_cost(free, price),
        peak_w=round(max(real.values(), default=0) * 4),
        free_peak_w=round(max(free.values(), default=0) * 4),
    )


def demand_cost(each_kw: Decimal, peak_w: int) -> Decimal:
    return (each_kw * peak_w / 1000).quantize(Decimal("0.01"))


def _cost(wh: Mapping[datetime, float], price: Callable[[datetime], Decimal]) -> Decimal:
    total = sum((Decimal(str(round(each, 3))) / 1000 * price(at) for at, each in wh.items()), Decimal(0))
    return total.quantize(Decimal("0.01"))


def month_at(at: datetime, zone: str) -> str:
    """The month that it is there, as `2030-01`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"


def month_of(text: str, zone: str) -> tuple[datetime, datetime]:
    """Begin and end of `2030-01` in the local time. Raises InvalidInput."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidInput("A month looks like 2030-01.", fields=[("$.month", text[:20])]) from None
    after = (first + timedelta(days=32)).replace(day=1)
    here = ZoneInfo(zone)
    return datetime.combine(first, time(), here), datetime.combine(after, time(), here)
