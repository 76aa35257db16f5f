"""The rows of `wattline bench-energy`: what was reached, against what, and why a comparison is missing."""

import sys
from pathlib import Path

import pytest

from backend.bench import energy_cases, energy_run
from backend.errors import StartRefused


@pytest.fixture(scope="module")
def result() -> energy_run.Result:
    case = energy_cases.generated(1, scarce=True, priced=False, count=24)
    return energy_run.measure(case, {}, [1])


def test_a_row_says_what_was_reached_and_whether_it_is_enough(result: energy_run.Result) -> None:
    found = {row.name.partition(": ")[2]: row for row in energy_run.rows_of("small", [result])}
    violations = found.pop("violations, also with 5 % offline, answers up to 30 s late and reordered, meters stale")
    assert (violations.value, violations.met) == (0, True)
    assert found["slowest plan"].goal == "<= 1"
    assert 0.5 < found["energy"].value <= 1.0001
    assert found["energy"].met == (found["energy"].value >= (0.97 if result.bound_kwh < 0.95 * result.wanted else 0.99))


def test_a_comparison_that_is_missing_says_why(result: energy_run.Result) -> None:
    result.unmeasured, result.baselines = "no answer within 60 s", {"round robin": {"energy_kwh": 1.0, "cost": 0.0}}
    told = [energy_run.line(row) for row in energy_run.rows_of("small", [result]) if "energy" in row.name]
    assert any(one.endswith("least laxity (acnportal): no answer within 60 s (1 of 1 days)") for one in told)
    assert any("round robin (acnportal) 0." in one for one in told)


def test_an_algorithm_that_takes_longer_has_no_answer_and_one_that_cant_start_is_named() -> None:
    asked: dict[str, list[str]] = {"cases": [], "algorithms": []}
    assert energy_cases.worker(Path(sys.executable), "baselines", asked, 1e-6) is None
    with pytest.raises(StartRefused, match="can't be started"):
        energy_cases.worker(Path("/nowhere/python"), "baselines", asked, 1)


def test_a_slow_machine_gives_the_others_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert energy_run.baseline_s() >= energy_run.BASELINE_S
    moments = iter([0.0, 3 * energy_run.LOOPS_S])
    monkeypatch.setattr("backend.bench.energy_run.time.perf_counter", lambda: next(moments))
    assert energy_run.baseline_s() == pytest.approx(600.0)
