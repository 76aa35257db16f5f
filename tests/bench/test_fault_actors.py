"""A simulated station tells what is so when it tells it."""

from typing import Any, cast
from uuid import uuid4

from backend.bench.fault_actors import BOOT_S, Actor
from backend.simulator.fault_days import Scenario, Step
from backend.stations.model import StationRef
from shared.stations import Registration


class Spoken(Actor):
    """Keeps what it would say."""

    said: list[Any]

    async def call(self, action: str, payload: Any) -> Any:
        self.said.append((self.second, action, payload.get("status")))
        return {}

    async def _connect(self) -> None:
        self.pipe = cast(Any, object())

    async def drop(self) -> None:
        self.pipe = None


def status(at_s: float, status: str) -> Step:
    return Step(at_s, "say", "StatusNotification", {"connectorId": 1, "status": status, "errorCode": "OtherError"})


async def test_a_car_that_leaves_while_its_station_restarts_is_gone_after_it() -> None:
    """Told as it was before the restart, the outlet would seem stuck for the rest of the day."""
    away_s = 110 + BOOT_S / 2
    steps = [Step(0, "connect"), status(100, "Finishing"), status(away_s, "Available")]
    ref = StationRef(id=uuid4(), tenant_id=uuid4(), identity="B-1", registration=Registration.ACCEPTED)
    scenario = Scenario("MREC CX016", steps, begins_s=50, rules=frozenset({"connector_faulted"}))
    actor = Spoken(cast(Any, None), cast(Any, None), ref, scenario, "CARD", lambda _at_s: [])
    actor.said = []
    await actor.until(105)
    assert actor._answer("Reset", {"type": "Soft"}) == {"status": "Accepted"}
    await actor.until(1000)
    told = [(at_s, what) for at_s, action, what in actor.said if action == "StatusNotification"]
    assert [what for _, what in told] == ["Finishing", "Available"]
    assert told[1][0] > away_s
