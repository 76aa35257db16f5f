"""A plan keeps its time, however long the optimum would take and however busy the machine is."""

import threading
import time

import numpy as np
import pytest

from backend.energy.core import optimum
from backend.energy.core.cars import Car, Outlook
from backend.energy.core.grid import Connector, Grid, Limit
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows

CARS, LINES = 300, 120


def tangled(count: int = CARS) -> Grid:
    """Many limits that all cross each other: far too much for a few hundredths of a second."""
    chance = np.random.default_rng(3)
    connectors = tuple(Connector(id=f"c{n}", max_amps=32.0) for n in range(count))
    limits = tuple(
        Limit(
            id=f"l{n}",
            weights={f"c{car}": float(weight) for car, weight in enumerate(chance.uniform(0.1, 1, count))},
            bound=float(count * chance.uniform(1, 3)),
        )
        for n in range(LINES)
    )
    return Grid(connectors=connectors, limits=limits)


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(tangled())


def cars(count: int = CARS) -> list[Car]:
    return [
        Car(connector=f"c{n}", arrived=0.0, departure=3600.0 * (2 + n % 11), wanted_wh=20_000.0 + 37 * n)
        for n in range(count)
    ]


def test_a_solver_that_would_take_long_is_left_alone(rows: Rows) -> None:
    found = plan(rows, cars(), Outlook(price=((0.0, 0.3), (7200.0, 0.1))), now=0.0, budget_s=0.3)
    assert found.solver == "greedy"
    assert found.fell_back
    assert rows.fits(np.array([found.amps[one.id] for one in rows.grid.connectors]))
    assert sum(found.amps.values()) > 0
    assert found.took_s < 1.0


def large() -> optimum.highspy.HighsLp:
    chance = np.random.default_rng(1)
    build = optimum._Build()
    for _ in range(3000):
        build.column(-float(chance.random()), 0.0, 10.0)
    for _ in range(1500):
        index = chance.choice(3000, 40, replace=False).tolist()
        build.row(-1e30, float(chance.random() * 100), index, chance.random(40).tolist())
    return optimum._model(build)


def test_nobody_waits_for_the_solver_after_its_time() -> None:
    """Its own limit is for whoever has a whole core; here others keep the machine busy."""
    model, over = large(), threading.Event()

    def busy() -> None:
        while not over.is_set():
            sum(range(1000))

    others = [threading.Thread(target=busy, daemon=True) for _ in range(6)]
    for one in others:
        one.start()
    began = time.perf_counter()
    with pytest.raises(optimum.Unsolved):
        optimum._solved(model, 0.2, gap=0.0)
    took = time.perf_counter() - began
    over.set()
    assert took < 0.8


def test_no_time_is_no_optimum() -> None:
    with pytest.raises(optimum.Unsolved, match="no time left"):
        optimum._solved(optimum._model(optimum._Build()), 0.0, gap=0.0, owner="who asked nothing before")


def small() -> optimum.highspy.HighsLp:
    build = optimum._Build()
    build.column(-1.0, 0.0, 10.0)
    return optimum._model(build)


def test_a_site_has_one_solver_at_work_also_after_it_was_given_up() -> None:
    model = large()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum, "GRACE_S", -1.1)  # not waited for at all, and at work for its second
        with pytest.raises(optimum.Unsolved, match="didn't stop"):
            optimum._solved(model, 1.0, 0.0, "one site")
    assert len(optimum._overdue) == 1
    with pytest.raises(optimum.Unsolved, match="of an earlier plan"):
        optimum._solved(small(), 0.001, 0.0, "one site")
    assert optimum._solved(small(), 1.0, 0.0, "another site") == pytest.approx([10.0])
    assert optimum._solved(small(), 20.0, 0.0, "one site") == pytest.approx([10.0])  # waited for it, then solved
    assert len(optimum._overdue) == 0


def test_a_house_has_few_solvers_at_work_that_were_given_up() -> None:
    over, begun = threading.Event(), time.perf_counter()
    threads = [threading.Thread(target=over.wait, daemon=True) for _ in range(optimum.MOST_OVERDUE)]
    for number, thread in enumerate(threads):
        thread.start()
        optimum._overdue.add(f"site {number}", thread)
    with pytest.raises(optimum.Unsolved, match="of 4 other plans"):
        optimum._solved(small(), 1.0, 0.0, "another site")
    assert time.perf_counter() - begun < 1.0  # at once: a fair share is better than to wait
    over.set()
    for thread in threads:
        thread.join()
    assert optimum._solved(small(), 1.0, 0.0, "another site") == pytest.approx([10.0])
