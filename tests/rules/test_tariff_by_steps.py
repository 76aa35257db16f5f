"""The engine against a second, slower reading of OCPI 2.2.1: a session walked in steps of half a minute.

Nothing of the engine's cutting is used here: each step asks the restrictions for itself, as the specification words
them. All that begins or ends in these sessions does so on a step, so both must agree to the last digit.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from backend.tariffs import rules
from backend.tariffs.model import Bill, Period, PeriodKind, Tariff

BERLIN = ZoneInfo("Europe/Berlin")
STEP = timedelta(seconds=30)
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
OWN = ("RESERVATION", "EXPIRED")
KINDS = {
    "TIME": PeriodKind.CHARGING,
    "PARKING_TIME": PeriodKind.PARKING,
    "WAITING": PeriodKind.WAITING,
    "RESERVATION": PeriodKind.RESERVATION,
    "EXPIRED": PeriodKind.RESERVATION_EXPIRED,
}

Segment = tuple[str, datetime, int, int, int | None]
"""Kind, begin, steps, Wh in each step, A."""


def told(rule: dict[str, Any], now: datetime, elapsed: int, wh: int, watts: int, amps: int | None) -> bool:
    local = now.astimezone(BERLIN)
    clock, day = local.strftime("%H:%M"), local.date().isoformat()
    low, high = rule.get("start_time", "00:00"), rule.get("end_time", "00:00")
    if not ((low <= clock < high) if low < high else (clock >= low or clock < high)):
        return False
    if day < rule.get("start_date", day) or not day < rule.get("end_date", "9999-12-31"):
        return False
    if DAYS[local.weekday()] not in rule.get("day_of_week", DAYS):
        return False
    for name, value in (
        ("duration", Decimal(elapsed)),
        ("kwh", Decimal(wh) / 1000),
        ("power", Decimal(watts) / 1000),
        ("current", None if amps is None else Decimal(amps)),
    ):
        least, most = rule.get(f"min_{name}"), rule.get(f"max_{name}")
        if (least is not None or most is not None) and value is None:
            return False
        if least is not None and value < Decimal(str(least)):
            return False
        if most is not None and value >= Decimal(str(most)):
            return False
    return True


def component_of(elements: Sequence[dict[str, Any]], wanted: str, kind: str, **moment: Any) -> dict[str, Any] | None:
    for part in {"RESERVATION": ["RESERVATION"], "EXPIRED": ["RESERVATION_EXPIRES", "RESERVATION"]}.get(kind, [None]):
        for one in elements:
            rule = one.get("restrictions", {})
            if rule.get("reservation") == part and told(rule, **moment):
                for component in one["price_components"]:
                    if component["type"] == wanted:
                        return component
    return None


def by_steps(tariff: dict[str, Any], segments: Sequence[Segment]) -> tuple[Fraction, Fraction]:
    """Totals without and with VAT."""
    amounts: dict[tuple[str, int], Fraction] = {}
    components: dict[int, dict[str, Any]] = {}
    last: dict[str, int] = {}
    flats: set[str] = set()
    wh, grace, ends = 0, tariff.get("parking_grace_minutes", 0) * 60, ""
    began = next((begin for kind, begin, *_ in segments if kind not in OWN), None)
    for kind, begin, steps, step_wh, amps in segments:
        for number in range(steps):
            now = begin + number * STEP
            own = kind in OWN
            moment = {
                "now": now,
                "elapsed": 0 if own else int((now - (began or now)).total_seconds()),
                "wh": wh,
                "watts": step_wh * 120,
                "amps": amps,
            }
            seconds = 30
            if kind == "PARKING_TIME" and grace:
                grace, seconds = grace - 30, 0
            time_name = "TIME" if kind != "PARKING_TIME" else kind
            group = kind if own else "session"
            if kind == "WAITING":
                seconds = 0
            for dimension, quantity in (("FLAT", 1), (time_name, seconds), ("ENERGY", 0 if own else step_wh)):
                found = component_of(tariff["elements"], dimension, kind, **moment)
                name = f"{group} {dimension}"
                if found is None or not quantity or (dimension == "FLAT" and name in flats):
                    continue
                if dimension == "FLAT":
                    flats.add(name)
                same = next((key for key, one in components.items() if one == found), len(components))
                components[same] = found
                amounts[name, same] = amounts.get((name, same), Fraction(0)) + quantity
                last[name] = same
                if not own and dimension == time_name:
                    ends = name
            wh += 0 if own else step_wh
    for name, same in last.items():
        dimension = name.split()[1]
        if dimension == "FLAT" or (name in ("session TIME", "session PARKING_TIME") and name != ends):
            continue
        total = sum(quantity for (other, _), quantity in amounts.items() if other == name)
        amounts[name, same] += -total % components[same].get("step_size", 1)
    excl = incl = Fraction(0)
    cap = tariff.get("parking_cap")
    for (name, same), quantity in amounts.items():
        component = components[same]
        per = {"FLAT": 1, "ENERGY": 1000}.get(component["type"], 3600)
        amount = quantity / per * Fraction(str(component["price"]))
        if cap is not None and component["type"] == "PARKING_TIME" and name.startswith("session"):
            amount = min(amount, Fraction(cap))
            cap = Fraction(cap) - amount
        excl += amount
        incl += amount * (1 + Fraction(component.get("vat", 0)) / 100)
    return excl, incl


clock = st.integers(0, 287).map(lambda n: f"{n // 12:02}:{n % 12 * 5:02}")


@st.composite
def restrictions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in draw(
        st.lists(st.sampled_from("clock days dates kwh duration power current reservation".split()), max_size=2)
    ):
        if name == "clock":
            found |= {"start_time": draw(clock), "end_time": draw(clock)}
        elif name == "days":
            found["day_of_week"] = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True))
        elif name == "dates":
            found[draw(st.sampled_from(["start_date", "end_date"]))] = draw(
                st.dates(date(2026, 3, 27), date(2026, 3, 31))
            ).isoformat()
        elif name == "reservation":
            found["reservation"] = draw(st.sampled_from(["RESERVATION", "RESERVATION_EXPIRES"]))
        else:
            scale = {"kwh": 0.05, "duration": 30, "power": 3, "current": 8}[name]
            low = draw(st.integers(0, 40 if name in ("kwh", "duration") else 4))
            low_of, high_of = f"min_{name}", f"max_{name}"
            which = draw(st.sampled_from(["low", "high", "both"]))
            if which != "high":
                found[low_of] = round(low * scale, 2)
            if which != "low":
                found[high_of] = round((low + draw(st.integers(1, 40))) * scale, 2)
    return found


@st.composite
def tariffs(draw: st.DrawFn) -> dict[str, Any]:
    elements = []
    for _ in range(draw(st.integers(1, 5))):
        kinds = draw(
            st.lists(st.sampled_from("FLAT ENERGY TIME PARKING_TIME".split()), min_size=1, max_size=4, unique=True)
        )
        components = [
            {
                "type": kind,
                "price": draw(st.sampled_from([0, 0.1, 0.35, 2, 5])),
                "vat": draw(st.sampled_from([0, 7, 20])),
                "step_size": draw(st.sampled_from([1, 60, 300, 500, 900])),
            }
            for kind in kinds
        ]
        rule = draw(restrictions())
        elements.append({"price_components": components} | ({"restrictions": rule} if rule else {}))
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more = {"parking_grace_minutes": draw(st.integers(0, 30)), "parking_cap": draw(st.integers(0, 3))}
    return {"currency": "EUR", "elements": elements} | more


@st.composite
def sessions(draw: st.DrawFn) -> list[Segment]:
    now = datetime(2026, 3, 28, 12, 0, tzinfo=UTC) + draw(st.integers(0, 2879)) * timedelta(minutes=1)
    found: list[Segment] = []
    reserved = draw(st.sampled_from([None, None, "RESERVATION", "EXPIRED"]))
    if reserved:
        steps = draw(st.integers(1, 120))
        found.append((reserved, now, steps, 0, None))
        now += steps * STEP
    for _ in range(0 if reserved == "EXPIRED" else draw(st.integers(1, 4))):
        now += draw(st.sampled_from([0, 0, 0, 7])) * STEP
        kind = draw(st.sampled_from(["TIME", "TIME", "PARKING_TIME", "WAITING"]))
        steps = draw(st.integers(1, 200))
        step_wh = draw(st.sampled_from([0, 50])) if kind != "PARKING_TIME" else 0
        found.append((kind, now, steps, step_wh, draw(st.sampled_from([None, 0, 16, 32]))))
        now += steps * STEP
    return found


def periods(segments: Sequence[Segment]) -> Iterator[Period]:
    for kind, begin, steps, step_wh, amps in segments:
        yield Period(
            kind=KINDS[kind],
            begins_at=begin,
            ends_at=begin + steps * STEP,
            energy_wh=Decimal(step_wh * steps),
            current_a=None if amps is None else Decimal(amps),
        )


def billed(tariff: dict[str, Any], segments: Sequence[Segment]) -> Bill:
    return rules.price(msgspec.convert(tariff, Tariff, strict=False), list(periods(segments)), BERLIN)


PUT_FORWARD = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@example(
    tariff={
        "elements": [
            {"price_components": [{"type": "TIME", "price": 2}], "restrictions": {"start_time": "02:15"}},
            {"price_components": [{"type": "TIME", "price": 5}]},
        ]
    },
    segments=[("TIME", PUT_FORWARD, 120, 50, None)],
)
@given(tariff=tariffs(), segments=sessions())
def test_a_session_costs_what_its_steps_cost(tariff: dict[str, Any], segments: list[Segment]) -> None:
    bill = billed(tariff, segments)
    excl, incl = by_steps(tariff, segments)
    assert (bill.total_excl_vat, bill.total_incl_vat) == (rules.exact(excl), rules.exact(incl))
