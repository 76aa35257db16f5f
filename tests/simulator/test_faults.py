"""Days of stations that are broken: the same for the same seed, as the schemas want them, tuning apart from scoring."""

import json

import pytest

from backend.ocpp.codec import CODECS, Call
from backend.simulator import faults


def test_there_are_enough_kinds_and_two_sets() -> None:
    assert len(faults.FAULTS) >= 40
    assert faults.TUNING.seed != faults.SCORING.seed


@pytest.mark.parametrize("kind", list(faults.FAULTS))
def test_a_broken_day_is_repeatable_and_right_by_the_schemas(kind: str) -> None:
    one, again = (faults.broken(faults.SCORING, kind, 0) for _ in range(2))
    assert one.steps == again.steps
    assert one.begins_s is not None
    assert any(step.at_s >= one.begins_s for step in one.steps)
    other = faults.broken(faults.TUNING, kind, 0)
    assert other.steps != one.steps
    for step in one.steps:
        if step.kind != "say":
            continue
        payload = json.loads(json.dumps(dict(step.payload)).replace('"$tx"', "7"))
        times = payload["meterValue"][0] if step.action == "MeterValues" else payload
        times["timestamp"] = "2026-03-02T09:00:00Z"
        call = CODECS["1.6"].decode(json.dumps([2, "1", step.action, payload]).encode())
        assert isinstance(call, Call), step
