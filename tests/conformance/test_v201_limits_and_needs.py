"""Block K: limits of others, and cars that say what they need (ISO 15118)."""

from typing import Any

import httpx

from tests.conformance.charging import PROFILES, profile, refused, set_profile, stored
from tests.conformance.flows import STATION, charging_station, drive, shown, updated
from tests.conformance.test_v201_smart_charging import RELATIVE, charging, on_wire, read, reports
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, eventually, stamp

# --- limits of others --------------------------------------------------------------------------------


async def limit_told(station: ScriptedStation, limit: float, **more: Any) -> None:
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    told = {"chargingLimit": {"chargingLimitSource": "EMS", "isGridCritical": True}, "chargingSchedule": [schedule]}
    assert await station.call("NotifyChargingLimit", told | more) == {}


async def limits(operator: httpx.AsyncClient) -> list[tuple[int, str, bool, str]]:
    items = (await operator.get(f"{STATION}/external-limits")).json()["items"]
    return [
        (one["evse"], one["source"], one["grid_critical"], one["schedules"][0]["periods"][0]["limit"]) for one in items
    ]


async def test_TC_K_48_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await limit_told(station, 16, evseId=1)
        assert await limits(operator) == [(1, "EMS", True, "16.0")]
        await limit_told(station, 8, evseId=1)
        await limit_told(station, 32)
        assert await limits(operator) == [(0, "EMS", True, "32.0"), (1, "EMS", True, "8.0")]


async def lifted(station: ScriptedStation, operator: httpx.AsyncClient) -> None:
    await limit_told(station, 8, evseId=1)
    assert await station.call("ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 1}) == {}
    assert await limits(operator) == []


async def test_TC_K_50_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await lifted(station, operator)


async def test_TC_K_51_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The rate of the running transaction changes with it, and it goes on."""
    async with charging_station(node) as station:
        meter = await charging(station)
        await lifted(station, operator)
        await drive(station, [updated("ChargingRateChanged", "Charging", wh=2000)], meter)
        await shown(operator, state="active", charging_state="charging", energy_wh=1000, flags=[])


async def test_TC_K_52_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station keeps the limit as a profile, and tells it when asked; lifted, both are gone."""
    async with charging_station(node) as station:
        await limit_told(station, 8, evseId=1)
        purpose = "ChargingStationExternalConstraints"
        request_id, sent = await read(station, operator, {"evse": 1, "purpose": purpose})
        assert sent["chargingProfile"] == {"chargingProfilePurpose": purpose}
        await reports(station, request_id, 1, on_wire(-7, purpose), source="EMS")
        assert await stored(operator) == [(1, -7, "EMS", purpose)]
        await lifted(station, operator)
        assert await stored(operator) == []


# --- cars that say what they need --------------------------------------------------------------------


async def needs_told(station: ScriptedStation, expected: str = "Accepted", **more: Any) -> None:
    ac = {"energyAmount": 20_000, "evMinCurrent": 6, "evMaxCurrent": 12, "evMaxVoltage": 400}
    told = {"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "AC_three_phase", "acChargingParameters": ac}}
    assert await station.call("NotifyEVChargingNeeds", told | more) == {"status": expected}


async def profile_sent(station: ScriptedStation) -> Json:
    """What the background sends to answer a car."""
    message_id, payload = await station.expect_call("SetChargingProfile")
    await station.answer(message_id, {"status": "Accepted"})
    assert payload["evseId"] == 1
    return dict(payload["chargingProfile"])


def periods_of(one: Json) -> list[tuple[int, float]]:
    (schedule,) = one["chargingSchedule"]
    return [(each["startPeriod"], each["limit"]) for each in schedule["chargingSchedulePeriod"]]


async def plan_told(station: ScriptedStation, limit: float, expected: str) -> None:
    plan = {
        "id": 1,
        "chargingRateUnit": "A",
        "duration": 3600,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    told = {"timeBase": stamp(), "evseId": 1, "chargingSchedule": plan}
    assert await station.call("NotifyEVChargingSchedule", told) == {"status": expected}


async def answered(station: ScriptedStation, operator: httpx.AsyncClient) -> Meter201:
    """A session whose car has said what it needs, and was given it below the limit of 10 A."""
    flat = {"periods": [{"start_s": 0, "limit": "10"}], "starts_at": "2020-01-01T00:00:00Z", "duration_s": None}
    await set_profile(station, operator, 0, profile("ChargingStationMaxProfile", schedule=flat))
    meter = await charging(station)
    await needs_told(station)
    one = await profile_sent(station)
    assert (one["chargingProfilePurpose"], one["transactionId"]) == ("TxProfile", meter.ref)
    assert periods_of(one) == [(0, 10.0)]
    return meter


async def plans(operator: httpx.AsyncClient) -> list[Any]:
    items = (await operator.get(f"{STATION}/charging-needs")).json()["items"]
    return [one["plan_within"] for one in items]


async def test_TC_K_53_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Without a transaction there is nothing to plan; with one, the car gets no more than it takes and may have."""
    async with charging_station(node) as station:
        await needs_told(station, "Rejected")
        await answered(station, operator)
        await plan_told(station, 10, "Accepted")
        assert await plans(operator) == [True]
        (shown_needs,) = (await operator.get(f"{STATION}/charging-needs")).json()["items"]
        assert (shown_needs["energy_wh"], shown_needs["max_current_a"]) == (20_000, 12)


async def test_TC_K_55_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await answered(station, operator)
        await plan_told(station, 12, "Rejected")
        assert await plans(operator) == [False]
        assert periods_of(await profile_sent(station)) == [(0, 10.0)]
        await plan_told(station, 9.5, "Accepted")
        assert await plans(operator) == [True]


async def test_TC_K_57_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The car asks again in the middle of the session: it leaves soon, and reads one period only."""
    async with charging_station(node) as station:
        await answered(station, operator)
        await needs_told(station, maxScheduleTuples=1)
        assert periods_of(await profile_sent(station)) == [(0, 10.0)]
        await plan_told(station, 10, "Accepted")
        assert await stored(operator) != []


async def renegotiated(node: Node, operator: httpx.AsyncClient, asks_again: bool) -> None:
    """An operator gives the running session less; the car plans anew with it."""
    async with charging_station(node) as station:
        meter = await answered(station, operator)
        less = {"periods": [{"start_s": 0, "limit": "6"}]}
        one = profile("TxProfile", kind="Relative", schedule=less | {"starts_at": None, "duration_s": None})
        sent, answer = await set_profile(station, operator, 1, one)
        assert (sent["chargingProfile"]["transactionId"], answer["accepted"]) == (meter.ref, True)
        await plan_told(station, 10, "Rejected")
        await profile_sent(station)
        if asks_again:
            await needs_told(station)
            assert periods_of(await profile_sent(station)) == [(0, 10.0)]
            await plan_told(station, 10, "Accepted")
        else:
            _, answer = await set_profile(station, operator, 1, one)
            await plan_told(station, 6, "Accepted")
        assert await plans(operator) == [True]
        assert len([1 for _, _, _, purpose in await stored(operator) if purpose == "TxProfile"]) == 1


async def test_TC_K_58_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await renegotiated(node, operator, asks_again=False)


async def test_TC_K_59_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await renegotiated(node, operator, asks_again=True)


async def test_TC_K_60_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        meter = await charging(station)
        sent, answer = await set_profile(station, operator, 1, RELATIVE)
        assert sent["chargingProfile"]["transactionId"] == meter.ref
        await drive(station, [updated("ChargingRateChanged", "Charging", wh=2000)], meter)
        await shown(operator, state="active", energy_wh=1000)
        assert await stored(operator) == [(1, answer["number"], "CSO", "TxProfile")]


async def test_TC_K_70_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Several at once: of each purpose its own, and for a transaction up to three schedules to choose from."""
    async with charging_station(node) as station:
        await charging(station)
        await set_profile(station, operator, 0, profile("ChargingStationMaxProfile"))
        await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        await set_profile(station, operator, 1, profile("TxDefaultProfile", stack_level=1))
        three = RELATIVE | {"schedules": [RELATIVE["schedules"][0]] * 3}
        sent, _ = await set_profile(station, operator, 1, three)
        ids = [one["id"] for one in sent["chargingProfile"]["chargingSchedule"]]
        assert len(set(ids)) == 3
        assert [one[3] for one in await stored(operator)] == [
            "ChargingStationMaxProfile",
            "TxDefaultProfile",
            "TxDefaultProfile",
            "TxProfile",
        ]
        wrong = await refused(operator, 1, three | {"purpose": "TxDefaultProfile"})
        assert wrong.json()["fields"][0]["path"] == "$.profile.schedules"
        await eventually(operator, PROFILES, lambda page: len(page["items"]) == 4)
