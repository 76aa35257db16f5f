"""What profiles come to: worked examples, the behaviours of real stations, and laws."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.energy.composite import Held, Supply, composite, differ, limit_at, within
from shared.energy import ChargingSchedule, Kind, Purpose, RateUnit, Recurrency, SchedulePeriod

MAX, DEFAULT, TX, EXTERNAL = Purpose.STATION_MAX, Purpose.DEFAULT, Purpose.TRANSACTION, Purpose.EXTERNAL
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
NO_LIMIT = 999_999


def at(clock: str, day: int = 2) -> datetime:
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return datetime(2026, 3, day, hours, minutes, *seconds, tzinfo=UTC)


def periods(text: str, phases: int | None = None) -> list[SchedulePeriod]:
    """`0:16 1800:15` and with phases `0:16/1`."""
    found = []
    for part in text.split():
        start, _, rest = part.partition(":")
        limit, _, named = rest.partition("/")
        one = SchedulePeriod(start_s=int(start), limit=Decimal(limit), phases=int(named) if named else phases)
        found.append(one)
    return found


def held(purpose: Purpose, text: str, start: datetime | None = None, **more: Any) -> Held:
    phases, duration = more.pop("phases", None), more.pop("duration", None)
    unit = more.pop("unit", RateUnit.AMPERE)
    schedule = ChargingSchedule(unit=unit, periods=periods(text, phases), starts_at=start, duration_s=duration)
    kind = Kind.RECURRING if "recurrency" in more else Kind.ABSOLUTE if start else Kind.RELATIVE
    return Held(**({"evse": 0, "purpose": purpose, "kind": kind, "stack_level": 0, "schedule": schedule} | more))


def asked(
    profiles: Sequence[Held],
    start: datetime,
    duration: int = 3600,
    *,
    evse: int = 1,
    evses: int = 1,
    unit: RateUnit = RateUnit.AMPERE,
    begun: datetime | None = None,
) -> str:
    found = composite(
        profiles,
        evse=evse,
        evses=range(1, evses + 1),
        starts_at=start,
        duration_s=duration,
        unit=unit,
        begun={1: begun} if begun else {},
    )
    return " ".join(
        f"{one.start_s}:{one.limit.normalize():f}" + (f"/{one.phases}" if one.phases else "") for one in found
    )


DAILY = {"recurrency": Recurrency.DAILY}
OFFICE = held(MAX, "0:24 900:28 1800:30 2700:32", at("08:00"), phases=1, **DAILY)
MONDAYS: dict[str, Any] = {"duration": 7200, "recurrency": Recurrency.WEEKLY}
RELATIVE = held(DEFAULT, "0:16 1800:15 2700:14")
STEPPED = held(DEFAULT, "0:16 600:20", at("08:00"))


def office(**more: Any) -> Held:
    return msgspec.structs.replace(OFFICE, **more)


HOURS = "0:16/1 3600:16/3 7200:10/1 10800:10/3"
MIXED = [
    held(MAX, HOURS, at("00:00"), **DAILY),
    held(DEFAULT, "0:12420 300:8280 600:6210 900:4140 1200:2070", unit=RateUnit.WATT),
]
CERTIFIED = [
    held(MAX, "0:10", at("12:24:36"), phases=3, duration=86404),
    held(
        DEFAULT,
        "0:6 60:10 120:8 180:15 260:8",
        at("12:24:36"),
        phases=3,
        duration=304,
        valid_from=at("12:24:36"),
        valid_to=at("12:31:25"),
    ),
    held(TX, "0:8 50:11 140:16 200:6 240:12", at("12:24:36"), phases=3, duration=264, evse=1),
]
EVENING = [
    held(
        DEFAULT,
        "0:2000",
        datetime(2020, 1, 1, 17, tzinfo=UTC),
        phases=3,
        unit=RateUnit.WATT,
        duration=10800,
        stack_level=1,
        **DAILY,
    ),
    held(
        DEFAULT,
        f"0:{NO_LIMIT}",
        datetime(2020, 1, 5, tzinfo=UTC),
        unit=RateUnit.WATT,
        duration=86400,
        stack_level=2,
        recurrency=Recurrency.WEEKLY,
    ),
    held(
        DEFAULT, f"0:{NO_LIMIT}", datetime(2020, 12, 25, tzinfo=UTC), unit=RateUnit.WATT, duration=86400, stack_level=3
    ),
]
WORKED = {  # V1 to V8: the published vectors; then each behaviour of a station that a schedule can show
    "V1, certification": (
        asked(CERTIFIED, at("12:24:40"), 400, begun=at("12:24:36")),
        "0:8/3 46:10/3 196:6/3 236:10/3 260:8/3 300:10/3",
    ),
    "V2, daily maximum": (asked([OFFICE], at("08:00"), evse=0), "0:24/1 900:28/1 1800:30/1 2700:32/1"),
    "V3, relative default": (asked([RELATIVE], at("08:00"), evse=0), "0:16 1800:15 2700:14"),
    "V3, two EVSEs add up": (asked([RELATIVE], at("08:00"), evse=0, evses=2), "0:32 1800:30 2700:28"),
    "V4, both": (asked([OFFICE, RELATIVE], at("08:01")), "0:16/1 1800:15/1 2700:14/1"),
    "V6, A from W, one phase": (asked(MIXED, at("00:00")), "0:16/1 1200:9/1"),
    "V6, A from W, three phases": (asked(MIXED, at("01:00")), "0:16/3 300:12/3 600:9/3 900:6/3 1200:3/3"),
    "V6, A from W, one phase again": (asked(MIXED, at("02:00")), "0:10/1 1200:9/1"),
    "V6, A from W, three again": (asked(MIXED, at("03:00")), "0:10/3 600:9/3 900:6/3 1200:3/3"),
    "V6, W from A, one phase": (asked(MIXED, at("02:00"), unit=RateUnit.WATT), "0:2300/1 1200:2070/1"),
    "V6, W from A, three phases": (
        asked(MIXED, at("03:00"), unit=RateUnit.WATT),
        "0:6900/3 600:6210/3 900:4140/3 1200:2070/3",
    ),
    "V8, stack on a weekday": (
        asked(EVENING, at("16:00"), 5 * 3600, unit=RateUnit.WATT),
        "0:33120 3600:2000/3 14400:33120",
    ),
    "V8, stack on a Sunday": (asked(EVENING, at("16:00", 1), 5 * 3600, unit=RateUnit.WATT), f"0:{NO_LIMIT}"),
    "V8, a holiday of another year": (
        asked(EVENING, datetime(2025, 12, 25, 16, tzinfo=UTC), 5 * 3600, unit=RateUnit.WATT),
        "0:33120 3600:2000/3 14400:33120",
    ),
    "V8, that holiday": (
        asked(EVENING, datetime(2020, 12, 25, 16, tzinfo=UTC), 5 * 3600, unit=RateUnit.WATT),
        f"0:{NO_LIMIT}",
    ),
    "no profiles": (asked([], at("08:00")), "0:48"),
    "no profiles, two EVSEs": (asked([], at("08:00"), evse=0, evses=2), "0:48"),
    "external below": (
        asked([RELATIVE, held(EXTERNAL, "0:6", at("08:20"), duration=60)], at("08:00")),
        "0:16 1200:6 1260:16 1800:15 2700:14",
    ),
    "the lowest of others counts": (
        asked([RELATIVE, held(EXTERNAL, "0:6", at("07:00")), held(EXTERNAL, "0:32", at("07:00"), evse=1)], at("08:00")),
        "0:6",
    ),
    "whatever their level": (
        asked([held(EXTERNAL, "0:10", at("07:00"), stack_level=5), held(EXTERNAL, "0:6", at("07:00"))], at("08:00")),
        "0:6",
    ),
    "one EVSE limited by others, in the sum": (
        asked([held(DEFAULT, "0:16"), held(EXTERNAL, "0:6", at("07:00"), evse=1)], at("08:00"), evse=0, evses=2),
        "0:22",
    ),
    "external above": (asked([RELATIVE, held(EXTERNAL, "0:40", at("07:00"))], at("08:00")), "0:16 1800:15 2700:14"),
    "not yet valid": (asked([held(MAX, "0:8", at("07:00"), valid_from=at("08:30"))], at("08:00")), "0:48 1800:8"),
    "valid until": (asked([held(MAX, "0:8", at("07:00"), valid_to=at("08:30"))], at("08:00")), "0:8 1800:48"),
    "expired": (asked([held(MAX, "0:8", at("07:00"), valid_to=at("07:30"))], at("08:00")), "0:48"),
    "begins later": (asked([held(MAX, "0:8", at("08:30"))], at("08:00")), "0:48 1800:8"),
    "over": (asked([held(MAX, "0:8", at("07:00"), duration=600)], at("08:00")), "0:48"),
    "first period begins late": (asked([held(MAX, "60:8", at("08:00"))], at("08:00")), "0:48 60:8"),
    "the next day": (asked([OFFICE], at("08:15", 3)), "0:28/1 900:30/1 1800:32/1"),
    "not before its first day": (asked([OFFICE], at("08:00", 1)), "0:48"),
    "over midnight": (
        asked([held(MAX, "0:8 7200:16", at("23:00"), duration=10800, **DAILY)], at("00:30", 3)),
        "0:8 1800:16",
    ),
    "higher stack": (
        asked([RELATIVE, held(DEFAULT, "0:6", at("08:10"), duration=60, stack_level=1)], at("08:00"), 1200),
        "0:16 600:6 660:16",
    ),
    "its own EVSE wins": (asked([held(DEFAULT, "0:10"), held(DEFAULT, "0:9", evse=1)], at("08:00")), "0:9"),
    "another EVSE's": (asked([held(DEFAULT, "0:10"), held(DEFAULT, "0:9", evse=2)], at("08:00")), "0:10"),
    "no transaction, no profile of it": (asked([RELATIVE, held(TX, "0:6")], at("08:00"), 600), "0:16"),
    "relative to the transaction": (
        asked([held(TX, "0:6 1200:12", evse=1)], at("08:00"), begun=at("07:50")),
        "0:6 600:12",
    ),
    "relative default, transaction before": (asked([RELATIVE], at("08:00"), begun=at("07:40")), "0:16 600:15 1500:14"),
    "weekly, during": (asked([held(MAX, "0:8 3600:10", at("08:00"), **MONDAYS)], at("08:30", 9)), "0:8 1800:10"),
    "weekly, near its end": (asked([held(MAX, "0:8 3600:10", at("08:00"), **MONDAYS)], at("09:45", 9)), "0:10 900:48"),
    "weekly, the day after": (asked([held(MAX, "0:8 3600:10", at("08:00"), **MONDAYS)], at("08:30", 10)), "0:48"),
    "daily, no duration": (asked([OFFICE], at("09:30")), "0:32/1"),
    "daily, before it is valid": (asked([office(valid_from=at("00:00", 3))], at("08:15")), "0:48"),
    "daily, almost valid": (
        asked([office(valid_from=at("08:30", 3))], at("08:15", 3)),
        "0:48 900:30/1 1800:32/1",
    ),
    "daily, near the end of its validity": (asked([office(valid_to=at("08:20", 3))], at("08:15", 3)), "0:28/1 300:48"),
    "daily, expired": (asked([office(valid_to=at("08:00", 3))], at("08:15", 4)), "0:48"),
    "layered, same start": (asked([STEPPED, held(MAX, "0:18 300:12", at("08:00"))], at("08:00")), "0:16 300:12"),
    "layered, later start": (
        asked([STEPPED, held(MAX, "0:18 300:12", at("08:10"))], at("08:00")),
        "0:16 600:18 900:12",
    ),
    "layered, earlier start": (asked([STEPPED, held(MAX, "0:18 900:12", at("07:50"))], at("08:00")), "0:16 300:12"),
    "the transaction begins later": (
        asked([held(TX, "0:6 1200:12", evse=1)], at("08:00"), 1800, begun=at("08:10")),
        "0:48 600:6",
    ),
    "parts of a second": (
        asked([held(MAX, "0:8 60:9", at("08:00") + timedelta(milliseconds=700))], at("08:00:30")),
        "0:8 30:9",
    ),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_examples(name: str) -> None:
    found, expected = WORKED[name]
    assert found == expected


SCHEDULES = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(0, 60)), min_size=0, max_size=4, unique_by=lambda one: one[0]
).map(lambda later: [(0, 20), *sorted(later)])


@st.composite
def profiles(draw: st.DrawFn) -> list[Held]:
    found = []
    for purpose in draw(st.lists(st.sampled_from(list(Purpose)), max_size=6)):
        text = " ".join(f"{start}:{limit}" for start, limit in draw(SCHEDULES))
        start = draw(st.none() | st.integers(-7200, 7200))
        more: dict[str, Any] = {
            "stack_level": draw(st.integers(0, 3)),
            "duration": draw(st.none() | st.integers(1, 5000)),
        }
        if start is not None and draw(st.booleans()):
            more |= DAILY
        if purpose is TX:
            more["evse"] = 1
        found.append(held(purpose, text, None if start is None else MIDNIGHT + timedelta(seconds=start), **more))
    return found


@given(every=profiles(), evse=st.integers(0, 1), second=st.integers(0, 5999))
def test_never_above_a_cap_that_holds_then(every: list[Held], evse: int, second: int) -> None:
    def at_second(some: list[Held]) -> Decimal:
        found = composite(
            some,
            evse=evse,
            evses=(1, 2),
            starts_at=MIDNIGHT,
            duration_s=6000,
            unit=RateUnit.AMPERE,
            begun={1: MIDNIGHT},
        )
        limit = limit_at(found, second)
        assert limit is not None
        return limit

    whole = at_second(every)
    for purpose in (MAX, EXTERNAL):
        alone = [one for one in every if one.purpose is purpose]
        free = held(DEFAULT, f"0:{NO_LIMIT}", stack_level=9)
        assert whole <= at_second([*alone, free])
    for one in every:
        if one.purpose is EXTERNAL:
            assert whole <= at_second([one, held(DEFAULT, f"0:{NO_LIMIT}", stack_level=9)])


@given(every=profiles(), cut=st.integers(1, 5999))
def test_a_part_of_the_time_says_the_same(every: list[Held], cut: int) -> None:
    """Asked from a later moment on, nothing changes: absolute profiles only, relative ones move with the question."""
    fixed = [one for one in every if one.kind is not Kind.RELATIVE]

    def found(start: datetime, duration: int) -> list[SchedulePeriod]:
        return composite(fixed, evse=1, evses=(1,), starts_at=start, duration_s=duration, unit=RateUnit.AMPERE)

    whole, rest = found(MIDNIGHT, 6000), found(MIDNIGHT + timedelta(seconds=cut), 6000 - cut)
    for second in range(cut, 6000, 97):
        assert limit_at(whole, second) == limit_at(rest, second - cut)


@given(every=profiles())
def test_it_begins_at_once_and_every_step_is_one(every: list[Held]) -> None:
    found = composite(every, evse=1, evses=(1,), starts_at=MIDNIGHT, duration_s=6000, unit=RateUnit.WATT)
    assert found[0].start_s == 0
    assert [one.start_s for one in found] == sorted({one.start_s for one in found})
    steps = list(pairwise(found))
    assert all((before.limit, before.phases) != (after.limit, after.phases) for before, after in steps)
    assert all(one.limit >= 0 for one in found)


def test_supply_and_comparison() -> None:
    weak = Supply(default_a=Decimal(16), phases=1)
    found = composite([], evse=1, evses=(1,), starts_at=MIDNIGHT, duration_s=60, unit=RateUnit.WATT, supply=weak)
    assert found == [SchedulePeriod(start_s=0, limit=Decimal(3680))]
    ours = periods("0:16 60:10.04")
    assert differ(periods("0:16 60:10"), ours, 120) is None
    assert differ(periods("0:16"), ours, 120) == 60
    assert differ(periods("0:16"), ours, 60) is None
    assert differ([], ours, 60) == 0
    assert differ(periods("0:16/1"), periods("0:16/3"), 60) == 0
    assert differ(periods("0:16/1"), periods("0:16"), 60) is None
    assert within(periods("0:10"), ours, 120)
    assert not within(periods("0:10 90:11"), ours, 120)
