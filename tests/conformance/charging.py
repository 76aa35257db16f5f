"""What the cases of smart charging of both versions share: profiles as an operator writes them."""

from typing import Any

import httpx

from tests.conformance.flows import STATION
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked

PROFILES = f"{STATION}/charging-profiles"
BEGIN = "2030-01-01T08:00:00Z"
PERIODS = [{"start_s": 0, "limit": "16"}, {"start_s": 1800, "limit": "10.5", "phases": 1}]
ON_WIRE = [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 1800, "limit": 10.5, "numberPhases": 1}]


def profile(purpose: str, **more: Any) -> Json:
    """Absolute, from eight o'clock on, in amperes."""
    schedule: Json = {"unit": "A", "periods": PERIODS, "starts_at": BEGIN, "duration_s": 3600}
    schedule |= more.pop("schedule", {})
    schedule = {name: value for name, value in schedule.items() if value is not None}
    return {"purpose": purpose, "kind": "Absolute", "stack_level": 0, "schedules": [schedule]} | more


async def set_profile(
    station: ScriptedStation, operator: httpx.AsyncClient, evse: int, one: Json, reply: Json | str = "Accepted"
) -> tuple[Json, Json]:
    """(what the station was asked, the API's answer)."""
    answer_of = {"status": reply} if isinstance(reply, str) else reply
    body = {"evse": evse, "profile": one}
    sent, answer = await asked(station, operator, PROFILES, body, "SetChargingProfile", answer_of)
    assert answer.status_code == 200, answer.text
    return sent, dict(answer.json())


async def refused(operator: httpx.AsyncClient, evse: int, one: Json) -> httpx.Response:
    """A profile that the station never hears of."""
    body = {"evse": evse, "profile": one}
    return await operator.post(PROFILES, json=body, headers={"Idempotency-Key": "a-profile-refused"})


async def stored(operator: httpx.AsyncClient) -> list[tuple[int, int, str, str]]:
    """(evse, number, source, purpose) of what the station holds."""
    items = (await operator.get(PROFILES)).json()["items"]
    return [(one["evse"], one["number"], one["source"], one["profile"]["purpose"]) for one in items]


async def clear(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, reply: str = "Accepted"
) -> tuple[Json, Json]:
    sent, answer = await asked(station, operator, f"{PROFILES}/clear", body, "ClearChargingProfile", {"status": reply})
    assert answer.status_code == 200, answer.text
    return sent, dict(answer.json())


async def composite(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, reply: Json
) -> tuple[Json, httpx.Response]:
    path = f"{STATION}/composite-schedule"
    return await asked(station, operator, path, body, "GetCompositeSchedule", reply)
