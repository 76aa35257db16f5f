"""How far other loads may rise while limits still hold, as it is told or learned."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.energy.core.grid import Load
from backend.energy.core.rows import Rows
from backend.energy.core.safety import Message, Safety
from backend.sites import rises
from tests.rules.test_energy_core import STEP, WANTS, Stations, site
from tests.rules.test_sites import node

START = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
WINDOW_S = 1020.0


def heard(told: list[tuple[float, float]], days: int = 0) -> dict[str, Any] | None:
    """A meter's (minute, amperes) of one phase, each day again."""
    known: dict[str, Any] | None = None
    for day in range(days + 1):
        for minute, amps in told:
            at = START + timedelta(days=day, minutes=minute)
            known = rises.learned(known, at, [amps, 2.0, 2.0], WINDOW_S)
    return known


CURVES = [
    ("steady", [(0, 9), (5, 9), (10, 9)], 0),
    ("falls", [(0, 9), (5, 4), (10, 1)], 0),
    ("climbs within the window", [(0, 4), (5, 6), (10, 9)], 5),
    ("jumps up from its lowest", [(0, 9), (4, 2), (8, 12)], 10),
    ("climbs slowly: only what the window holds", [(minute, minute / 4) for minute in range(0, 60, 2)], 4),
    ("was not heard of for longer than the window", [(0, 1), (25, 9)], 0),
    ("two in a minute: the lower one", [(0.2, 5), (0.8, 3), (3, 8)], 5),
]


@pytest.mark.parametrize(("name", "curve", "rise"), CURVES, ids=[row[0] for row in CURVES])
def test_the_largest_rise_within_the_window(name: str, curve: list[tuple[float, float]], rise: float) -> None:
    known = heard(curve, days=8)
    now = START + timedelta(days=8, hours=1)
    load = node("l", "load", "grid", limit_a=80)
    assert rises.rise_a(load, known, now) == pytest.approx(rise * rises.MORE)


def test_what_is_told_holds_and_what_is_not_known_is_everything() -> None:
    load, now = node("l", "load", "grid", limit_a=80), START + timedelta(hours=1)
    assert rises.rise_a(load, None, now) == math.inf
    assert rises.rise_a(load, heard([(0, 3), (5, 4)]), now) == math.inf, "an hour is not enough"
    assert rises.rise_a(node("l", "load", "grid", limit_a=80, rise_a=7), None, now) == 7


def test_what_was_weeks_ago_is_forgotten_and_a_meter_that_was_away_for_as_long_learns_anew() -> None:
    known = heard([(0, 1), (5, 9)])
    load = node("l", "load", "grid", limit_a=80)
    for day in range(1, 31):
        known = rises.learned(known, START + timedelta(days=day), [3.0, 3.0, 3.0], WINDOW_S)
    assert rises.rise_a(load, known, START + timedelta(days=30)) == 0
    known = rises.learned(known, START + timedelta(days=90), [3.0, 3.0, 3.0], WINDOW_S)
    assert rises.rise_a(load, known, START + timedelta(days=90)) == math.inf
    assert len(known["lows"]) == 1


WORST, RISE, STALE, WINDOW = 16.0, 5.0, 120.0, 1020.0
LOADED = st.one_of(
    STEP,
    st.tuples(st.just("want"), WANTS),
    st.tuples(st.just("rise"), st.sampled_from([-16.0, -3.0, 2.0, 5.0, 16.0])),
    st.tuples(st.just("hear"), st.booleans()),
    st.tuples(st.just("all lost"), st.booleans()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LOADED, max_size=50), st.sampled_from([0.0, 3.0]))
def test_a_load_that_rises_beside_stations_out_of_reach_passes_no_limit(
    events: list[tuple[str, object]], fallback: float
) -> None:
    """Stations and meter may fall silent at any moment, together too, and the load may rise at once as far as it can
    within the time that a limit holds; nobody takes anything back then, and still no limit is passed."""
    grid = site(amps=32, fallback=fallback)
    load = Load(id="pump", node="f", worst=(WORST,) * 3, margin=RISE)
    rows = Rows(msgspec.structs.replace(grid, loads=(load,)))
    safety, stations = Safety(rows, 0.0), Stations(rows)
    now, wanted, heard_at = 0.0, {}, -1000.0
    drawn, lows = 8.0, [(0.0, 8.0)]
    queues: dict[str, list[Message]] = {one.id: [] for one in rows.grid.connectors}
    answers: list[Message] = []
    for what, about in events:
        match what:
            case "want":
                wanted = about
            case "reach":
                if full := [name for name, queue in queues.items() if queue]:
                    message = queues[full[about % len(full)]].pop(0)  # type: ignore[operator]
                    stations.take(message)
                    answers.append(message)
            case "answer":
                if answers:
                    message = answers.pop(about % len(answers))  # type: ignore[operator]
                    safety.acknowledged(message.connector, message.number)
            case "lost" | "back":
                (safety.lost if what == "lost" else safety.back)(str(about))
            case "all lost":
                for name in queues:
                    (safety.lost if about else safety.back)(name)
            case "time":
                now += float(about)  # type: ignore[arg-type]
            case "rise":
                least = min(low for at, low in lows if at > now - WINDOW)
                drawn = min(max(drawn + float(about), 0.0), WORST, least + RISE)  # type: ignore[arg-type]
            case "hear":
                heard_at = now
                safety.loads({"pump": (drawn,) * 3})
        lows.append((now, drawn))
        if now - heard_at > STALE:
            safety.loads({})
        for message in safety.release(wanted, now, (now // 300 + 3) * 300, renew_s=300.0):  # type: ignore[arg-type]
            queues[message.connector].append(message)
        left = rows.left({"pump": (drawn,) * 3})
        assert rows.fits(stations.given(now), left), (what, about)
        for later in (301.0, 601.0, 1000.0):
            # As far as it may rise until then, should nobody hear of it any more.
            least = min([drawn, *(low for at, low in lows if at > now + later - WINDOW)])
            most = min(least + RISE, WORST)
            assert rows.fits(stations.given(now + later), rows.left({"pump": (most,) * 3})), (what, about, later)
