"""Block K: profiles, limits of others, and cars that say what they need."""

from typing import Any

import httpx

from tests.conformance.charging import BEGIN, ON_WIRE, PROFILES, clear, composite, profile, refused, set_profile, stored
from tests.conformance.flows import charging_station, drive, ended, outlets, shown, started
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, asked, stamp

RELATIVE = profile("TxProfile", kind="Relative", schedule={"starts_at": None})


async def default_set(node: Node, operator: httpx.AsyncClient, evse: int) -> None:
    async with charging_station(node, outlets=2) as station:
        sent, answer = await set_profile(station, operator, evse, profile("TxDefaultProfile"))
        number = answer["number"]
        assert sent == {
            "evseId": evse,
            "chargingProfile": {
                "id": number,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [
                    {
                        "id": number,
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": ON_WIRE,
                        "startSchedule": BEGIN,
                        "duration": 3600,
                    }
                ],
            },
        }
        assert answer["accepted"]
        assert await stored(operator) == [(evse, number, "CSO", "TxDefaultProfile")]


async def test_TC_K_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await default_set(node, operator, 1)


async def test_TC_K_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await default_set(node, operator, 0)


async def charging(station: ScriptedStation) -> Meter201:
    meter = Meter201(station, evse=None)
    await drive(station, [started("Authorized", "Charging", evse=1, token=True)], meter, ago=5)
    return meter


async def test_TC_K_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Nobody charges: refused here. Named one that has just ended: refused by the station. Neither is kept."""
    async with charging_station(node) as station:
        answer = await refused(operator, 1, RELATIVE)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_transaction")
        await station.expect_nothing(0.1)
        meter = await charging(station)
        await drive(station, [ended("StopAuthorized", "Local")], meter)
        over = (await shown(operator, state="ended"))["id"]
        sent, told = await set_profile(station, operator, 1, RELATIVE | {"transaction_id": over}, "Rejected")
        assert sent["chargingProfile"]["transactionId"] == meter.ref
        assert (told["accepted"], told["status"]) == (False, "Rejected")
        assert await stored(operator) == []


async def test_TC_K_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        sent, answer = await set_profile(station, operator, 0, profile("ChargingStationMaxProfile"))
        assert (sent["evseId"], sent["chargingProfile"]["chargingProfilePurpose"]) == (0, "ChargingStationMaxProfile")
        assert await stored(operator) == [(0, answer["number"], "CSO", "ChargingStationMaxProfile")]
        for wrong in (
            await refused(operator, 1, profile("ChargingStationMaxProfile")),
            await refused(operator, 0, RELATIVE | {"purpose": "ChargingStationMaxProfile"}),
        ):
            assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_input")


async def test_TC_K_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        _, first = await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        again = profile("TxDefaultProfile", number=first["number"], stack_level=3)
        sent, answer = await set_profile(station, operator, 1, again)
        assert (sent["chargingProfile"]["id"], sent["chargingProfile"]["stackLevel"]) == (first["number"], 3)
        assert await stored(operator) == [(1, answer["number"], "CSO", "TxDefaultProfile")]
        items = (await operator.get(PROFILES)).json()["items"]
        assert [one["profile"]["stack_level"] for one in items] == [3]


async def test_TC_K_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        _, first = await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        sent, answer = await clear(station, operator, {"numbers": [first["number"]]})
        assert (sent, answer["accepted"]) == ({"chargingProfileId": first["number"]}, True)
        assert await stored(operator) == []


async def test_TC_K_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        _, other = await set_profile(station, operator, 1, profile("TxDefaultProfile", stack_level=1))
        sent, _ = await clear(station, operator, {"purpose": "TxDefaultProfile", "stack_level": 0})
        assert sent == {"chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}}
        assert await stored(operator) == [(1, other["number"], "CSO", "TxDefaultProfile")]


async def test_TC_K_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """What the station says that it doesn't have, we forget."""
    async with charging_station(node) as station:
        _, lost = await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        _, answer = await clear(station, operator, {"numbers": [lost["number"]]}, "Unknown")
        assert (answer["accepted"], answer["detail"]) == (False, "The station has no profile that fits.")
        assert await stored(operator) == []


async def test_TC_K_15_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        body = {"evse": 1, "profile": profile("TxDefaultProfile")}
        _, answer = await asked(station, operator, PROFILES, body, "SetChargingProfile", "NotSupported")
        assert (answer.status_code, answer.json()["code"]) == (502, "station_error")
        assert "NotSupported" in answer.json()["detail"]
        assert await stored(operator) == []


async def test_TC_K_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        daily = profile("TxDefaultProfile", kind="Recurring", recurrency="Daily")
        sent, _ = await set_profile(station, operator, 1, daily)
        on_wire = sent["chargingProfile"]
        assert (on_wire["chargingProfileKind"], on_wire["recurrencyKind"]) == ("Recurring", "Daily")
        assert on_wire["chargingSchedule"][0]["startSchedule"] == BEGIN
        wrong = await refused(operator, 1, profile("TxDefaultProfile", kind="Recurring"))
        assert wrong.json()["fields"][0]["path"] == "$.profile.recurrency"


# --- reading -----------------------------------------------------------------------------------------


def on_wire(number: int, purpose: str = "TxDefaultProfile", **more: Any) -> Json:
    schedule = {"id": number, "chargingRateUnit": "A", "chargingSchedulePeriod": ON_WIRE, "startSchedule": BEGIN}
    return {
        "id": number,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    } | more


async def read(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, reply: str = "Accepted"
) -> tuple[int, Json]:
    """(request id, the rest of what the station was asked)."""
    sent, answer = await asked(station, operator, f"{PROFILES}/read", body, "GetChargingProfiles", {"status": reply})
    assert answer.json()["accepted"] == (reply == "Accepted")
    return sent.pop("requestId"), sent


async def reports(
    station: ScriptedStation, request_id: int, evse: int, *profiles: Json, more: bool = False, source: str = "CSO"
) -> None:
    told = {"requestId": request_id, "chargingLimitSource": source, "evseId": evse, "chargingProfile": list(profiles)}
    assert await station.call("ReportChargingProfiles", told | ({"tbc": True} if more else {})) == {}


async def read_some(node: Node, operator: httpx.AsyncClient, body: Json, expected: Json) -> None:
    """The question on the wire, and its answer shown, while what it wasn't about stays."""
    async with charging_station(node, outlets=2) as station:
        _, own = await set_profile(station, operator, 2, profile("TxDefaultProfile", stack_level=7))
        request_id, sent = await read(station, operator, body)
        assert sent == expected
        evse = body.get("evse", 1)
        await reports(station, request_id, evse, on_wire(901), more=True)
        await reports(station, request_id, evse, on_wire(902, stackLevel=1))
        found = await stored(operator)
        assert {one[1] for one in found} == {own["number"], 901, 902}
        request_id, _ = await read(station, operator, body, "NoProfiles")
        assert len(await stored(operator)) == 3


async def test_TC_K_29_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(node, operator, {"evse": 0}, {"evseId": 0, "chargingProfile": {}})


async def test_TC_K_30_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(node, operator, {"evse": 1}, {"evseId": 1, "chargingProfile": {}})


async def test_TC_K_31_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Asked for everything: what the last part didn't name is no more."""
    async with charging_station(node) as station:
        await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        request_id, sent = await read(station, operator, {})
        assert sent == {"chargingProfile": {}}
        await reports(station, request_id, 1, on_wire(901), more=True)
        assert len(await stored(operator)) == 2
        await reports(station, request_id, 0, on_wire(902, "ChargingStationMaxProfile"))
        assert await stored(operator) == [
            (0, 902, "CSO", "ChargingStationMaxProfile"),
            (1, 901, "CSO", "TxDefaultProfile"),
        ]
        await read(station, operator, {}, "NoProfiles")
        assert await stored(operator) == []


async def test_TC_K_32_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(node, operator, {"numbers": [901, 902]}, {"chargingProfile": {"chargingProfileId": [901, 902]}})


async def test_TC_K_33_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(node, operator, {"evse": 1, "stack_level": 1}, {"evseId": 1, "chargingProfile": {"stackLevel": 1}})


async def test_TC_K_34_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(
        node,
        operator,
        {"evse": 1, "sources": ["CSO", "EMS"]},
        {"evseId": 1, "chargingProfile": {"chargingLimitSource": ["CSO", "EMS"]}},
    )


async def test_TC_K_35_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(
        node,
        operator,
        {"evse": 1, "purpose": "TxDefaultProfile"},
        {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}},
    )


async def test_TC_K_36_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read_some(
        node,
        operator,
        {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 0},
        {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}},
    )


async def test_TC_K_37_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        body = {"connector_id": (await outlets(operator))[0]["id"], "profile": RELATIVE}
        reply = {"status": "Accepted"}
        sent, answer = await asked(station, operator, "/api/v1/limited-starts", body, "RequestStartTransaction", reply)
        assert answer.status_code == 202, answer.text
        assert sent["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
        assert "transactionId" not in sent["chargingProfile"]
        more = {"idToken": sent["idToken"], "info": {"remoteStartId": sent["remoteStartId"]}}
        meter = Meter201(station, evse=None)
        await drive(station, [started("RemoteStart", "Charging", evse=1, more=more)], meter, ago=1)
        assert await stored(operator) == [(1, sent["chargingProfile"]["id"], "CSO", "TxProfile")]
        await drive(station, [ended("StopAuthorized", "Local")], meter)
        assert await stored(operator) == []


async def composite_of(node: Node, operator: httpx.AsyncClient, evse: int, limit: str) -> None:
    """Two EVSEs with a default profile of 16 A each, below a maximum of 20 A."""
    async with charging_station(node, outlets=2) as station:
        flat = {"periods": [{"start_s": 0, "limit": "20"}], "starts_at": "2020-01-01T00:00:00Z", "duration_s": None}
        await set_profile(station, operator, 0, profile("ChargingStationMaxProfile", schedule=flat))
        own = flat | {"periods": [{"start_s": 0, "limit": "16"}]}
        await set_profile(station, operator, 0, profile("TxDefaultProfile", schedule=own))
        schedule = {
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": float(limit)}],
            "evseId": evse,
            "duration": 600,
            "scheduleStart": stamp(),
            "chargingRateUnit": "A",
        }
        reply = {"status": "Accepted", "schedule": schedule}
        sent, answer = await composite(station, operator, {"evse": evse, "duration_s": 600}, reply)
        assert sent == {"duration": 600, "evseId": evse}
        found = answer.json()
        assert (found["unit"], found["differs_at_s"]) == ("A", None)
        assert [one["limit"] for one in found["computed"]] == [limit]
        _, answer = await composite(station, operator, {"evse": evse, "unit": "W"}, {"status": "Rejected"})
        assert answer.json()["code"] == "composite_rejected"


async def test_TC_K_43_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await composite_of(node, operator, 1, "16.0")


async def test_TC_K_44_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await composite_of(node, operator, 0, "20.0")
