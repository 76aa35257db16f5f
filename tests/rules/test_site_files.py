"""SITE.json and SESSIONS.csv: what is read, what is refused, and in which words."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from backend.energy.core.fields import BadFile
from backend.energy.core.grid import BadGrid, value_at
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import read_sessions
from backend.energy.core.simulation import Faults, run
from backend.energy.core.site_files import read_site
from backend.energy.core.steps import steps, unrolled
from backend.energy.site_cli import told_of
from tests.rules.test_energy_core import SESSIONS, SITE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ('{"connectors": [{"id": "a", "phases": 5}]}', "phases"),
        ('{"connectors": [{"id": "a"}], "tariff": [{"from": "25:99", "price": 1}]}', "time of the day"),
        ('{"connectors": [{"id": "a", "max_amps": "much"}]}', "max_amps is a number"),
        ('{"connectors": [{"id": "a"}], "time_zone": "Mars/Base"}', "time zone"),
        ('{"connectors": [{"id": "a"}], "limits": [{"weights": {"a": 1}}]}', "no bound"),
        ('{"connectors": [{"id": "a"}], "limits": [{"weights": {"a": 1}, "angles": 3, "bound": 9}]}', "by connector"),
        ('{"connectors": [{"id": "a", "voltage": 0, "max_kw": 11}]}', "a: the voltage is above 0"),
        ('{"connectors": [{"id": "a"}], "tariff": [{"from": "08:00Z", "price": 1}]}', "has an offset"),
        ("[" * 100_000, "nested too deeply"),
        ('{"connectors": [{"id": "a", "dc": "false"}]}', "a: dc is true or false"),
        ('{"connectors": [{"id": "a", "max_amps": true}]}', "a: max_amps is a number, not True"),
        ('{"connectors": [{"id": "a", "phases": true}]}', "a: phases is 1, 2 or 3"),
        ('{"connectors": [{"id": "a"}], "loads": [{"id": "l", "node": "g", "worst_amps": -10}]}', "l: a load draws"),
        (
            '{"connectors": [{"id": "a"}], "loads": [{"id": "l", "node": "g", "worst_amps": 9, "steps": -30}]}',
            "l: a load draws",
        ),
        (
            '{"connectors": [{"id": "a"}], "loads": [{"id": "l", "node": "g", "worst_amps": 9, "margin_amps": -1}]}',
            "l: a load draws",
        ),
        (
            '{"nodes": [{"id": "g", "amps": 50}], "connectors": [{"id": "a"}],'
            ' "loads": [{"id": "lift", "node": "g", "worst_amps": 5, "steps": 20}]}',
            "lift: its steps reach 20 A",
        ),
        (
            '{"nodes": [{"id": "g"}, {"id": "h"}], "connectors": [{"id": "a"}]}',
            "a has no node, and it may be any of g, h",
        ),
        ('{"connectors": [{"id": "a"}], "limits": [{"weights": {"a": 1, "a": 2}, "bound": 9}]}', "a stands twice"),
    ],
)
def test_a_bad_site_says_where(text: str, says: str) -> None:
    with pytest.raises((BadFile, BadGrid), match=says):
        read_site(text)


@pytest.mark.parametrize(
    ("terms", "weights", "angles"),
    [
        ('[["A", 1], ["A", 2], ["B", 1]]', {"A": 3, "B": 1}, {}),
        ('[{"connector": "A"}, {"connector": "A", "weight": -0.5}]', {"A": 0.5}, {}),
        ('[["A", 1, 0], ["A", 1, 90], ["B", 1, 30]]', {"A": 2**0.5, "B": 1}, {"A": 45, "B": 30}),
        ('[["A", 1, -60], ["A", 1]]', {"A": 3**0.5}, {"A": -30}),
    ],
)
def test_terms_of_one_connector_add_up(terms: str, weights: dict[str, float], angles: dict[str, float]) -> None:
    text = f'{{"connectors": {{"A": {{}}, "B": {{}}}}, "limits": [{{"id": "l", "weights": {terms}, "bound": 9}}]}}'
    (limit,) = read_site(text).grid.limits
    assert limit.weights == pytest.approx(weights)
    assert limit.angles == pytest.approx(angles)


def test_who_names_no_node_hangs_on_the_grid_connection() -> None:
    """Two cars that want 32 A each behind a fuse of 16 A, whose file has one word wrong."""
    text = '{"nodes": [{"id": "g", "amps": 16}], "connectors": [{"id": "A", "nodes": "g"}, {"id": "B"}, {"id": "C"}]}'
    site_ = read_site(text)
    found = run(site_, read_sessions(SESSIONS, site_))
    assert {one.node for one in site_.grid.connectors} == {"g"}
    assert max(found.drawn.sum(axis=0)) == pytest.approx(16, abs=0.2)
    assert found.violations == 0


@pytest.mark.parametrize(
    ("volts", "kw"),
    [
        ('"voltage": 277,', 41.55),
        ('"voltage": 480,', 41.57),
        ("", 34.5),
    ],
)
def test_kilowatts_of_a_load_are_of_its_voltage(volts: str, kw: float) -> None:
    text = f"""{{{volts} "nodes": [{{"id": "g", "kw": 100}}], "connectors": [{{"id": "A"}}],
        "loads": [{{"id": "mill", "node": "g", "worst_amps": 50}}]}}"""
    assert 100 - Rows(read_site(text).grid).left({})[0] == pytest.approx(kw, abs=0.01)
    each = text.replace(volts, "").replace('{"id": "A"}', f'{{{volts} "id": "A"}}')  # as its neighbours have it
    assert 100 - Rows(read_site(each).grid).left({})[0] == pytest.approx(kw, abs=0.01)


@pytest.mark.parametrize(
    ("day", "steps_", "local"),
    [
        # 02:00 to 03:00 doesn't exist
        ("2026-03-29", {"00:00": 1, "02:30": 2, "03:00": 3}, {"01:59": 1, "03:00": 3, "03:29": 3, "03:31": 3}),
        ("2026-03-29", {"00:00": 1, "02:30": 2, "04:00": 3}, {"01:59": 1, "03:00": 2, "04:00": 3}),
        ("2026-10-25", {"00:00": 1, "02:30": 2, "03:00": 3}, {"01:59": 1, "02:31": 2, "03:00": 3}),
    ],
)
def test_the_night_in_which_the_clock_is_put_forward(
    day: str, steps_: dict[str, float], local: dict[str, float]
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    begins = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone).timestamp()
    found = unrolled(steps(steps_, "tariff", str(zone), "price"), str(zone), begins, begins + 86400)
    assert list(found) == sorted(found)
    for clock, value in local.items():
        when = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)
        assert value_at(found, when.timestamp()) == value, clock


def test_limits_of_one_name_are_told_apart_and_of_one_id_refused() -> None:
    text = """{"nodes": [{"id": "g", "kw": 99}, {"id": "a", "name": "Feeder", "parent": "g", "amps": 20},
        {"id": "b", "name": "Feeder", "parent": "g", "amps": 40}], "connectors": [{"id": "A"}]}"""
    told = told_of(read_site(text), run(read_site(text), ()), Faults())["limits"]
    assert {key: (one["name"], one["bound"]) for key, one in told.items() if key.endswith("L1")} == {
        "a L1": ("Feeder L1", 20),
        "b L1": ("Feeder L1", 40),
    }
    twice = json.loads(text) | {"limits": [{"name": "a L1", "weights": {"A": 1}, "bound": 9}]}
    with pytest.raises(BadGrid, match="a L1: there are two limits of this name"):
        Rows(read_site(json.dumps(twice)).grid)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,connector\n", "missing"),
        ("", "missing"),
        ("id,connector,arrival,departure,energy_kwh,Energy_kWh\n", "column energy_kwh twice"),
        ("id,connector,arrival,departure,energy_kwh\n1,X,2026-03-02T08:00,2026-03-02T09:00,1\n", "no connector X"),
        ("id,connector,arrival,departure,energy_kwh\n1,A,2026-03-02T08:00,2026-03-02T07:00,1\n", "departs before"),
        (
            "id,connector,arrival,departure,energy_kwh\n1,A,2026-03-02T08:00,2026-03-02T09:00,\n",
            "line 2: energy_kwh is",
        ),
        ("id,connector,arrival,departure,energy_kwh\n1,A,soon,2026-03-02T07:00,1\n", "line 2, arrival"),
        ("id,connector,arrival,departure,energy_kwh\n1,A,2026-03-02T08:00,9999-03-02T09:00,1\n", "31 are the most"),
        ("id,connector,arrival,departure,energy_kwh\n1," + "A" * 200_000 + ",2026-03-02T08:00,x,1\n", "line 2.*no CSV"),
        (
            "id,connector,arrival,departure,energy_kwh\n1,A,1026-03-02T08:00,1026-03-02T09:00,1\n"
            "2,A,2026-03-02T08:00,2026-03-02T09:00,1\n",
            "check the years",
        ),
        (
            "id,connector,arrival,departure,energy_kwh,phases\n1,A,2026-03-02T08:00,2026-03-02T09:00,1,4\n",
            "phases of the car are 1, 2 or 3",
        ),
        (SESSIONS + "4,A,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,1,\n", "at the same time"),
    ],
)
def test_bad_sessions_say_where(text: str, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        read_sessions(text, read_site(SITE))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffid,connector,arrival,departure,energy_kwh\r\n1,A,2026-03-02T08:00Z,2026-03-02T09:00Z,5.5\r\n",
        "id\tconnector\tarrival\tdeparture\tenergy_kwh\n1\tA\t2026-03-02T08:00Z\t2026-03-02T09:00Z\t5.5\n",
        "id;connector;arrival;departure;energy_kwh\n1;A;2026-03-02T08:00Z;2026-03-02T09:00Z;5,5\n",
        "id,connector,arrival,departure,energy_kwh\n1,A,1772438400,1772442000,5.5\n",
        "id,connector,arrival,departure,energy_kwh\n1,A,1772438400000,1772442000000,5.5\n",
    ],
)
def test_sessions_of_all_dialects_read_alike(text: str) -> None:
    (one,) = read_sessions(text, read_site(SITE))
    assert (one.arrival, one.departure, one.energy_kwh) == (1772438400.0, 1772442000.0, 5.5)
