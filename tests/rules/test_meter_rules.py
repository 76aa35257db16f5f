"""What the registers of a session are worth, in tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.transactions import meter_rules as rules
from backend.transactions.model import Ended, Sample, Updated
from backend.transactions.rules import closing, follow

BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)
AC_W = 22_000


def after(minutes: float) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


def row(**values: Any) -> dict[str, Any]:
    return {
        "state": "active", "begun_at": BEGUN, "meter_start_wh": 1000, "meter_last_wh": 21_000, "charging_state": None,
        "meter_last_at": after(120), "flags": [], "max_power_w": 0, "seq_no_last": None,
    } | values  # fmt: skip


@pytest.mark.parametrize(
    ("power_w", "state", "energy_wh", "stopped"),
    [
        (11_000, None, 11_000, False),
        (11_000, None, 0, True),
        (500, "charging", 0, False),
        (0, "charging", 0, False),
        (None, None, 0, False),
        (None, "charging", 0, True),
        (None, "charging", 1, False),
        (None, "suspended_ev", 0, False),
    ],
)
def test_a_meter_that_stopped(power_w: int | None, state: str | None, energy_wh: int, stopped: bool) -> None:
    said = {"power_w": power_w, "charging_state": state}
    readings = [{"at": after(minutes)} | said for minutes in range(0, 61, 10)]
    assert rules.meter_stopped(readings, energy_wh) is stopped
    assert not rules.meter_stopped([], energy_wh)
    assert not rules.meter_stopped(readings[:4], energy_wh) or power_w


@pytest.mark.parametrize(
    ("start", "last", "stop", "wh", "flags"),
    [
        (1000, 1000, 0, 0, {"meter_backwards", "estimated"}),
        (1000, 9000, 0, 8000, {"meter_backwards", "estimated"}),
        (0, 9000, 0, 9000, {"meter_backwards", "estimated"}),
        (0, 0, 0, 0, set()),
        (1000, 9000, 9500, 8500, set()),
        (1000, 9000, 8500, 7500, {"meter_backwards"}),
        (1000, 9000, 10**9, 8000, {"meter_jump", "estimated"}),
        (None, None, 9000, 0, {"no_start_register"}),
        (None, None, None, 0, {"no_readings"}),
        (1000, 9000, None, 8000, set()),
    ],
)
def test_what_a_session_ends_with(
    start: int | None, last: int | None, stop: int | None, wh: int, flags: set[str]
) -> None:
    known = row(meter_start_wh=start, meter_last_wh=last, meter_last_at=after(60 if last != start else 0))
    ended = closing(known, Ended(at=after(120), meter_wh=stop), AC_W, after(120))
    assert (ended["energy_wh"], set(ended["flags"])) == (wh, flags)


@pytest.mark.parametrize(
    ("values", "minutes", "stop", "reason", "unread"),
    [
        ({}, 30, None, "Local", True),
        ({}, 30, 1000, "Local", False),
        ({"meter_last_at": after(10)}, 30, None, "Local", False),
        ({"charging_state": "charging"}, 30, None, "EVDisconnected", True),
        ({"charging_state": "preparing"}, 30, None, "Local", False),
        ({}, 30, None, "Timeout", False),
        ({}, 0.5, None, "Local", False),
    ],
)
def test_a_session_without_any_register_after_its_start(
    values: dict[str, Any], minutes: float, stop: int | None, reason: str, unread: bool
) -> None:
    known = row(meter_last_wh=1000, meter_last_at=BEGUN) | values
    assert rules.unread(known, stop, after(minutes), reason) is unread


@pytest.mark.parametrize(
    ("minute", "wh", "more", "trusted", "flag"),
    [
        (30, 6000, {}, True, ""),
        (30, 1000, {}, True, ""),
        (30, 21_000, {}, False, "meter_jump"),
        (30, 9_000_000, {}, False, "meter_jump"),
        (60, 21_000, {}, True, ""),
        (30, 900, {}, False, "meter_backwards"),
        (-5, 900, {}, False, ""),
        (30, 900, {"flags": ["start_missing"]}, False, ""),
        (30, 900, {"meter_start_wh": None}, True, ""),
        (30, -1, {}, False, "meter_backwards"),
    ],
)
def test_a_reading_that_comes_after_later_ones(
    minute: float, wh: int, more: dict[str, Any], trusted: bool, flag: str
) -> None:
    known = row(**more)
    report = Updated(at=after(minute), readings=[Sample(at=after(minute), energy_wh=wh)])
    points, values = follow(known, report, AC_W, running=True, now=after(121))
    assert points[0][8] is trusted
    assert set(values["flags"]) - set(known["flags"]) == ({flag} if flag else set())
    assert (values["meter_last_wh"], values["meter_last_at"]) == (21_000, after(120))


def test_a_late_reading_in_the_wrong_unit_is_put_right_as_the_others_were() -> None:
    sample = Sample(at=after(30), energy_wh=6_000_000, energy_other_wh=6000)
    report = Updated(at=after(30), readings=[sample])
    points, _ = follow(row(flags=["unit_mended"]), report, AC_W, running=True, now=after(121))
    assert (points[0][1], points[0][8]) == (6000, True)


@pytest.mark.parametrize(
    ("registers", "strays"),
    [
        ([], []),
        ([1000, 2000, 2000, 3000], []),
        ([1000, 19_000, 5000, 9000], [1]),
        ([1000, 5000, 1500, 2000, 12_000], [1]),
        ([1000, 8000, 9000, 2000, 3000, 4000, 12_000], [1, 2]),
        ([1000, None, 19_000, 5000, 9000], [2]),
        ([1000, 30_000, 25_000], []),
    ],
)
def test_registers_that_fit_their_neighbours(registers: list[int | None], strays: list[int]) -> None:
    readings = [{"at": after(n), "energy_wh": wh, "trusted": True, "context": None} for n, wh in enumerate(registers)]
    assert rules.out_of_line(readings, 21_000) == [after(n) for n in strays]
    assert rules.out_of_line([one | {"trusted": False} for one in readings], 21_000) == []
    assert rules.out_of_line([one | {"context": "Status"} for one in readings], 21_000) == []


def test_a_register_that_only_a_change_of_state_carried_on_makes_no_late_reading_doubtful() -> None:
    """The station says that it charges, then sends what its meter showed a quarter of an hour before."""
    told = [(3500, "Sample.Periodic"), (1000, "Status"), (6000, "Transaction.End")]
    readings = [
        {"at": after(n), "energy_wh": wh, "trusted": True, "context": context} for n, (wh, context) in enumerate(told)
    ]
    assert rules.out_of_line(readings, 6000) == []
