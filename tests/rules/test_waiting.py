"""Time in which a car is made to wait for power: what counts as such, and that it costs nothing but its energy."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cdrs import ocpi
from backend.tariffs import rules, vectors
from backend.tariffs.model import Period, PeriodKind, Tariff
from backend.tariffs.periods import Reading, from_readings
from backend.transactions import flow_rules, pricing
from shared.stations import ConnectorStatus
from shared.transactions import ChargingState
from shared.transactions import TransactionState as State

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
TARIFF = msgspec.convert(
    {
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": "0.50"},
                    {"type": "TIME", "price": "3"},
                    {"type": "PARKING_TIME", "price": "6"},
                ]
            }
        ],
        "parking_grace_minutes": 10,
    },
    Tariff,
    strict=False,
)
Told = tuple[int, int, str | None]
"""Minute, Wh, state."""


def at(minute: float) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def session(
    told: list[Told], minutes: int, holds: list[tuple[int, int]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(its row, its readings) as the database has them."""
    row = {
        "state": State.ENDED,
        "reserved_from": None,
        "begun_at": BEGIN,
        "ended_at": at(minutes),
        "meter_start_wh": 0,
        "energy_wh": max((wh for _, wh, _ in told), default=0),
        "holds": [[at(begin).isoformat(), at(end).isoformat()] for begin, end in holds],
    }
    readings = [
        {"at": at(minute), "energy_wh": wh, "current_a": None, "charging_state": state, "trusted": True}
        for minute, wh, state in told
    ]
    return row, readings


ON, CAR, STATION, NONE = "charging", "suspended_ev", "suspended_evse", None
CASES: dict[str, tuple[list[Told], int, list[tuple[int, int]], int, int, int]] = {
    # what was told, minutes in all, holds: minutes of charging, parking, waiting
    "full": ([(0, 0, ON), (60, 9000, CAR)], 180, [], 60, 120, 0),
    "the station pauses": ([(0, 0, ON), (60, 9000, STATION)], 180, [], 60, 0, 120),
    "the station pauses, then it is full": (
        [(0, 0, ON), (60, 9000, STATION), (120, 9000, ON), (150, 12000, CAR)], 180, [], 90, 30, 60
    ),
    "paused before it began": ([(0, 0, STATION), (90, 0, ON), (120, 6000, CAR)], 130, [], 30, 10, 90),
    "something flows all the same": ([(0, 0, STATION), (60, 600, STATION)], 60, [], 0, 0, 60),
    "told to give nothing, the car says it pauses": (
        [(0, 0, ON), (60, 9000, CAR), (120, 9000, CAR), (130, 9000, ON), (180, 16000, ON)], 180, [(59, 130)], 109, 0, 71
    ),
    "told to give nothing, the station goes on saying that it charges": (
        [(0, 0, ON), (60, 9000, ON), (120, 9000, ON)], 120, [(60, 120)], 60, 0, 60
    ),
    "told to give nothing, and no state at all": (
        [(0, 0, NONE), (60, 9000, NONE), (120, 9000, NONE), (180, 9000, NONE)], 180, [(60, 120)], 60, 60, 60
    ),
    "told to give nothing after it was full": ([(0, 0, ON), (60, 9000, CAR)], 180, [(90, 180)], 60, 120, 0),
    "told to give nothing, and it gives": ([(0, 0, ON), (60, 9000, ON), (120, 18000, ON)], 120, [(60, 120)], 120, 0, 0),
    "told to give nothing from the start": ([(0, 0, NONE), (60, 0, NONE), (90, 5000, NONE)], 90, [(0, 60)], 30, 0, 60),
    "full, then its power goes to others and the station says so": (
        [(0, 0, ON), (60, 9000, CAR), (100, 9000, STATION)], 180, [(100, 180)], 60, 120, 0
    ),
    "not ready yet, then the station withholds": (
        [(0, 0, CAR), (10, 0, STATION), (60, 0, ON), (90, 5000, ON)], 90, [], 30, 10, 50
    ),
    "told within a stretch": ([(0, 0, ON), (60, 9000, ON)], 60, [(20, 50)], 30, 0, 30),
    "told twice": ([(0, 0, ON), (60, 6000, ON), (120, 6000, ON)], 120, [(10, 20), (60, 120)], 50, 0, 70),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_who_waits_pays_for_energy_alone(case: str) -> None:
    told, minutes, holds, charging, parking, waiting = CASES[case]
    row, readings = session(told, minutes, holds)
    periods = pricing.periods(row, readings, row["ended_at"])
    spent = {
        kind: sum(((one.ends_at - one.begins_at) for one in periods if one.kind is kind), timedelta(0))
        for kind in (PeriodKind.CHARGING, PeriodKind.PARKING, PeriodKind.WAITING)
    }
    assert [span / timedelta(minutes=1) for span in spent.values()] == [charging, parking, waiting]
    assert sum(one.energy_wh for one in periods) == row["energy_wh"]
    bill = pricing.bill(TARIFF, row, readings, UTC_ZONE, row["ended_at"])
    due = Decimal(row["energy_wh"]) / 2000 + Decimal(charging * 3 + max(0, parking - 10) * 6) / 60
    assert (bill.total_excl_vat, bill.waited_s) == (due, waiting * 60)


@pytest.mark.parametrize("case", CASES)
def test_a_bill_of_before_is_computed_as_it_was(case: str) -> None:
    """By which all that wasn't charging was parking, whoever held the power back."""
    told, minutes, holds, *_ = CASES[case]
    row, readings = session(told, minutes, holds)
    old = pricing.periods(row, readings, row["ended_at"], edition=pricing.edition_of({}))
    assert PeriodKind.WAITING not in {one.kind for one in old}
    as_then = [one | {"charging_state": CAR if one["charging_state"] == STATION else one["charging_state"]}
               for one in readings]  # fmt: skip
    assert old == pricing.periods(row | {"holds": []}, as_then, row["ended_at"])


HOURS = st.lists(st.tuples(st.sampled_from([ON, CAR, STATION]), st.integers(1, 90), st.integers(0, 9000)), min_size=1)


@given(
    parts=HOURS,
    looks=st.lists(st.integers(1, 400), max_size=5),
    hold=st.tuples(st.integers(0, 300), st.integers(1, 90)),
)
def test_how_often_a_station_tells_changes_nothing(
    parts: list[tuple[str, int, int]], looks: list[int], hold: tuple[int, int]
) -> None:
    """Also within a hold; readings that say what was known anyway."""
    told: list[Told] = []
    minute, wh = 0, 0
    rates: list[tuple[int, int, int, int, str]] = []
    for state, minutes, per_hour in parts:
        told.append((minute, wh, state))
        flows = per_hour * 60 if state == ON else 0  # Wh a minute, whole ones
        rates.append((minute, minute + minutes, wh, flows, state))
        minute, wh = minute + minutes, wh + flows * minutes
    told.append((minute, wh, CAR))
    more = [
        (look, base + rate * (look - begin), state)
        for look in looks
        for begin, end, base, rate, state in rates
        if begin < look < end
    ]
    row, readings = session(told, minute, [])
    _, closer = session(sorted({*told, *more}), minute, [])
    one, other = (pricing.bill(TARIFF, row, some, UTC_ZONE, row["ended_at"]) for some in (readings, closer))
    assert one == other
    held = row | {"holds": [[at(hold[0]).isoformat(), at(sum(hold)).isoformat()]]}
    with_hold = pricing.bill(TARIFF, held, readings, UTC_ZONE, row["ended_at"])
    assert with_hold.total_excl_vat <= one.total_excl_vat
    assert with_hold.waited_s >= one.waited_s


@given(
    points=st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 10_000), st.sampled_from([None, True, False])), max_size=9
    ),
    holds=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90)), max_size=3),
)
def test_holds_lose_and_make_no_energy_and_no_time(
    points: list[tuple[int, int, bool | None]], holds: list[tuple[int, int]]
) -> None:
    readings = [Reading(at=at(minute), energy_wh=wh, charging=flows) for minute, wh, flows in points]
    plain = from_readings(readings)
    found = from_readings(readings, None, [(at(begin), at(begin + span)) for begin, span in holds])
    assert sum(one.energy_wh for one in found) == sum(one.energy_wh for one in plain)
    assert all(one.energy_wh >= 0 and one.begins_at < one.ends_at for one in found)
    edges = [(one.begins_at, one.ends_at) for one in found]
    assert all(end == begin for (_, end), (begin, _) in pairwise(edges))
    assert [edges[0][0], edges[-1][1]] == [plain[0].begins_at, plain[-1].ends_at] if plain else not edges


def test_grace_and_steps_are_those_of_parking_alone() -> None:
    waiting = Period(kind=PeriodKind.WAITING, begins_at=at(0), ends_at=at(300), energy_wh=Decimal(1000))
    parking = Period(kind=PeriodKind.PARKING, begins_at=at(300), ends_at=at(315))
    bill = rules.price(TARIFF, [waiting, parking], UTC_ZONE)
    assert [(one.kind, one.quantity) for one in bill.lines] == [
        ("energy", Decimal(1)),
        ("parking", Decimal("0.0833")),
    ]


def test_a_cdr_names_it_neither_charging_nor_parking() -> None:
    row = {"tariff": None}
    nothing = Period(kind=PeriodKind.WAITING, begins_at=at(0), ends_at=at(30))
    assert ocpi._period(nothing, row)["dimensions"] == [{"type": "ENERGY", "volume": 0}]
    some = msgspec.structs.replace(nothing, energy_wh=Decimal(500))
    assert ocpi._period(some, row)["dimensions"] == [{"type": "ENERGY", "volume": Decimal("0.5")}]


def test_a_file_of_vectors_may_have_it() -> None:
    definition = {"currency": "EUR", "elements": [{"price_components": [{"type": "PARKING_TIME", "price": 6}]}]}
    segments = [{"kind": kind, "start": "2026-03-02T08:00", "minutes": 60} for kind in ("WAITING",)]
    assert vectors.priced({"id": "w", "tariff": definition, "segments": segments}, UTC_ZONE).payable == 0
    segments[0]["kind"] = "PARKING_TIME"
    assert vectors.priced({"id": "w", "tariff": definition, "segments": segments}, UTC_ZONE).payable == 6


@pytest.mark.parametrize(
    ("status", "withheld", "state"),
    [
        (ConnectorStatus.CHARGING, False, ChargingState.CHARGING),
        (ConnectorStatus.SUSPENDED, False, ChargingState.SUSPENDED_EV),
        (ConnectorStatus.SUSPENDED, True, ChargingState.SUSPENDED_EVSE),
        (ConnectorStatus.FINISHING, False, ChargingState.IDLE),
        (ConnectorStatus.AVAILABLE, False, None),
    ],
)
def test_what_a_status_says_of_a_session(status: ConnectorStatus, withheld: bool, state: ChargingState | None) -> None:
    assert flow_rules.state_of(status, withheld) is state


@pytest.mark.parametrize(
    ("known", "now", "to_come", "found"),
    [
        ([], 10, [], []),
        ([], 10, [(10, 25)], [(10, 25)]),
        ([(10, 25)], 15, [(15, 30)], [(10, 30)]),  # renewed
        ([(10, 25)], 15, [], [(10, 15)]),  # given power again
        ([(10, 25)], 40, [(40, 50)], [(10, 25), (40, 50)]),
        ([(60, 90)], 10, [(20, 30)], [(20, 30)]),  # another plan
        ([(10, 25)], 10, [], []),
    ],
    ids=["none", "first", "renewed", "over", "again", "other plan", "at once"],
)
def test_what_is_kept_of_holds(known: Any, now: int, to_come: Any, found: Any) -> None:
    def texts(some: Any) -> list[list[str]]:
        return [[at(begin).isoformat(), at(end).isoformat()] for begin, end in some]

    assert flow_rules.noted(texts(known), at(now), [(at(begin), at(end)) for begin, end in to_come]) == texts(found)
