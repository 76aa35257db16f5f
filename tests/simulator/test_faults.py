"""Days of stations that are broken: the same for the same seed, as the schemas want them, tuning apart from scoring."""

import json
from dataclasses import replace

import pytest

from backend.ocpp.codec import CODECS, Call
from backend.simulator import faults
from backend.simulator.fault_days import NUMBERS, SCORING, TUNING

LITERALS = {"$tx": "7", "$card": "CARD", "$now": "2026-03-02T09:00:00Z"}


def test_there_are_enough_kinds() -> None:
    assert len(faults.FAULTS) >= 40
    assert set(faults.CURES) <= set(faults.FAULTS)
    assert all(sum(cures.values()) == pytest.approx(1) for cures in faults.CURES.values())


def test_scoring_has_no_seed_and_no_number_of_tuning() -> None:
    assert TUNING.seed != SCORING.seed
    assert [name for name in NUMBERS if not SCORING.apart(TUNING, name)] == []


@pytest.mark.parametrize("kind", list(faults.FAULTS))
def test_a_broken_day_is_repeatable_and_right_by_the_schemas(kind: str) -> None:
    one, again = (faults.broken(SCORING, kind, 0) for _ in range(2))
    assert one.steps == again.steps
    assert one.begins_s is not None
    assert kind == "nobody comes any more" or any(step.at_s >= one.begins_s for step in one.steps)
    assert faults.broken(TUNING, kind, 0) != one
    for step in one.steps:
        if step.kind != "say":
            continue
        text = json.dumps(step.payload).replace('"$tx"', LITERALS["$tx"])
        for word in ("$card", "$now"):
            text = text.replace(word, LITERALS[word])
        call = CODECS[one.version].decode(json.dumps([2, "1", step.action, json.loads(text)]).encode())
        assert isinstance(call, Call), (step, call)


@pytest.mark.parametrize("seed", ["tuning", "539aa290f28e", "e0cac2779134", "2753b5b1839a"])
def test_no_outlet_is_free_in_the_middle_of_a_session_before_its_fault(seed: str) -> None:
    """Two cars at one outlet would be a fault that nobody meant, and its incident be counted as false."""
    ranges = replace(faults.SCORING, seed=seed)
    for kind in faults.FAULTS:
        for number in range(3):
            day, charging = faults.broken(ranges, kind, number), False
            for step in day.steps:
                if step.at_s >= (day.begins_s or 0):
                    break
                charging = step.action == "StartTransaction" or (charging and step.action != "StopTransaction")
                assert not (charging and step.payload.get("status") == "Available"), (kind, number, step.at_s)
