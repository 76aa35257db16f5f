"""Smart charging of 1.6."""

import httpx

from tests.conformance.charging import BEGIN, ON_WIRE, clear, composite, profile, refused, set_profile, stored
from tests.conformance.flows import outlets, shown
from tests.conformance.flows16 import charge_point
from tests.support.node import Node
from tests.support.wire import Session16, asked

SCHEDULE = {
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": ON_WIRE,
    "duration": 3600,
    "startSchedule": BEGIN,
}


async def test_TC_056_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node, outlets=2) as station:
        for evse in (0, 1):
            sent, answer = await set_profile(station, operator, evse, profile("TxDefaultProfile", stack_level=2))
            assert sent == {
                "connectorId": evse,
                "csChargingProfiles": {
                    "chargingProfileId": answer["number"],
                    "stackLevel": 2,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "chargingProfileKind": "Absolute",
                    "chargingSchedule": SCHEDULE,
                },
            }
            assert answer["accepted"]
        assert [(evse, purpose) for evse, _, _, purpose in await stored(operator)] == [
            (0, "TxDefaultProfile"),
            (1, "TxDefaultProfile"),
        ]
        _, answer = await set_profile(station, operator, 2, profile("TxDefaultProfile"), "NotSupported")
        assert (answer["accepted"], answer["detail"]) == (False, "The station has no smart charging.")
        assert len(await stored(operator)) == 2


async def test_TC_057_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """It names the running transaction, and ends with it."""
    relative = profile("TxProfile", kind="Relative", schedule={"starts_at": None})
    async with charge_point(node) as station:
        answer = await refused(operator, 1, relative)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_transaction")
        session = Session16(station)
        await session.started(1000)
        sent, answer_body = await set_profile(station, operator, 1, relative)
        on_wire = sent["csChargingProfiles"]
        assert (sent["connectorId"], on_wire["transactionId"]) == (1, session.number)
        assert "startSchedule" not in on_wire["chargingSchedule"]
        assert await stored(operator) == [(1, answer_body["number"], "CSO", "TxProfile")]
        await session.stopped(6000)
        assert await stored(operator) == []


async def test_TC_059_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        one = profile("TxProfile", kind="Relative", schedule={"starts_at": None})
        body = {"connector_id": (await outlets(operator))[0]["id"], "profile": one}
        reply = {"status": "Accepted"}
        sent, answer = await asked(station, operator, "/api/v1/limited-starts", body, "RemoteStartTransaction", reply)
        assert answer.status_code == 202, answer.text
        on_wire = sent["chargingProfile"]
        assert on_wire["chargingProfilePurpose"] == "TxProfile"
        assert on_wire["chargingSchedule"]["chargingSchedulePeriod"] == ON_WIRE
        assert "transactionId" not in on_wire
        session = Session16(station, token=sent["idTag"])
        await session.started(1000)
        await shown(operator, state="active", id=answer.json()["id"])
        assert await stored(operator) == [(1, on_wire["chargingProfileId"], "CSO", "TxProfile")]
        await session.stopped(2000)
        assert await stored(operator) == []


async def test_TC_066_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station's answer stands beside what we compute of the profiles it holds."""
    async with charge_point(node) as station:
        await set_profile(station, operator, 0, profile("ChargingStationMaxProfile", schedule={"duration_s": 86_400}))
        await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        told = {
            "status": "Accepted",
            "connectorId": 1,
            "scheduleStart": "2030-01-01T08:10:00Z",
            "chargingSchedule": {
                "duration": 1800,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 16},
                    {"startPeriod": 1200, "limit": 10.5, "numberPhases": 1},
                ],
            },
        }
        body = {"evse": 1, "duration_s": 1800, "unit": "A"}
        sent, answer = await composite(station, operator, body, told)
        assert sent == {"connectorId": 1, "duration": 1800, "chargingRateUnit": "A"}
        found = answer.json()
        assert found["differs_at_s"] is None
        assert [(one["start_s"], one["limit"], one["phases"]) for one in found["computed"]] == [
            (0, "16.0", None),
            (1200, "10.5", 1),
        ]
        told["chargingSchedule"]["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": 16}]
        _, answer = await composite(station, operator, body, told)
        assert answer.json()["differs_at_s"] == 1200
        _, answer = await composite(station, operator, body, {"status": "Rejected"})
        assert (answer.status_code, answer.json()["code"]) == (409, "composite_rejected")


async def test_TC_067_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        _, first = await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        await set_profile(station, operator, 1, profile("TxDefaultProfile", stack_level=1))
        await set_profile(station, operator, 0, profile("ChargingStationMaxProfile"))
        sent, answer = await clear(station, operator, {"numbers": [first["number"]]})
        assert (sent, answer["accepted"]) == ({"id": first["number"]}, True)
        assert len(await stored(operator)) == 2
        sent, _ = await clear(station, operator, {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 1})
        assert sent == {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
        assert [one[3] for one in await stored(operator)] == ["ChargingStationMaxProfile"]
        sent, _ = await clear(station, operator, {"purpose": "ChargingStationMaxProfile"})
        assert sent == {"chargingProfilePurpose": "ChargePointMaxProfile"}
        sent, answer = await clear(station, operator, {}, "Unknown")
        assert (sent, answer["accepted"]) == ({}, False)
        assert await stored(operator) == []
