"""Who comes when: the same seed brings the same people and the same mishaps."""

from itertools import islice

import pytest

from backend.simulator.mishaps import mishaps
from backend.simulator.model import Spec
from backend.simulator.people import Visit, visits

AC = Spec(identity="CP-1", power_type="AC", power_w=22_000, connectors=2)
DC = Spec(identity="CP-2", power_type="DC", power_w=150_000)


def some(seed: str, spec: Spec = AC, number: int = 1, count: int = 50, **more: bool | float) -> list[Visit]:
    return list(islice(visits(seed, spec, number, **more), count))  # type: ignore[arg-type]


def test_the_same_seed_brings_the_same_people() -> None:
    assert some("7") == some("7")
    assert some("7") != some("8")
    assert some("7", number=1) != some("7", number=2)
    assert some("7", DC) != some("7", AC)


def test_the_same_seed_brings_the_same_mishaps() -> None:
    assert list(islice(mishaps("7"), 40)) == list(islice(mishaps("7"), 40))
    assert list(islice(mishaps("7"), 40)) != list(islice(mishaps("8"), 40))


def test_the_first_fault_comes_within_the_first_minute() -> None:
    for seed in range(50):
        first, second, third = islice(mishaps(str(seed)), 3)
        assert (first.kind, second.kind, third.kind) == ("fault", "offline", "slow")
        assert first.after_s < 60
        assert first.after_s + second.after_s < 120


@pytest.mark.parametrize("spec", [AC, DC])
def test_people_are_plausible(spec: Spec) -> None:
    for visit in some("1", spec, count=400):
        assert 5 <= visit.soc < visit.target <= 100
        assert 1 <= visit.gap_s <= 7200
        assert visit.leave_s < 10
        assert visit.stop_after_s is None or visit.stop_after_s > 30


def test_at_the_start_a_good_third_of_the_outlets_gets_a_car_within_half_a_minute() -> None:
    firsts = [some("demo", Spec(identity=f"CP-{number}"), count=1)[0] for number in range(400)]
    soon = sum(visit.gap_s < 26 for visit in firsts)
    assert 0.33 < soon / 400 < 0.52


def test_the_first_outlet_of_a_fleet_gets_one_at_once() -> None:
    assert some("any", at_once=True, count=1)[0].gap_s <= 5
