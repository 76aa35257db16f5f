"""Block J: meter values, sampled and clock-aligned, in and outside of transactions, plain and signed."""

import base64
import json
from typing import Any

import httpx

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, card, eventually, messages, only_session, sessions, stamp

READING = "Energy.Active.Import.Register"


def sampled(wh: float, context: str, **more: Any) -> Json:
    return {"value": wh, "measurand": READING, "context": context} | more


def values(*one: Json, minutes_ago: float = 0) -> list[Json]:
    return [{"timestamp": stamp(minutes_ago), "sampledValue": list(one)}]


def signed(wh: float, context: str) -> Json:
    data = base64.b64encode(f"OCMF|{wh}|signature".encode()).decode()
    return sampled(
        wh,
        context,
        signedMeterValue={
            "signedMeterData": data,
            "signingMethod": "ECDSA-secp256r1-SHA256",
            "encodingMethod": "OCMF",
            "publicKey": base64.b64encode(b"key").decode(),
        },
    )


async def logged(operator: httpx.AsyncClient, action: str, count: int) -> list[Json]:
    """The payloads of the calls that came in, as the OCPP log shows them; it is written a group at a time."""
    path = f"/api/v1/stations/CP-1/frames?action={action}&direction=in"
    page = await eventually(operator, path, lambda it: len(it["items"]) >= count)
    return [json.loads(one["payload"])[3] for one in page["items"] if one["kind"] == "call"]


async def begun(node: Node, station: ScriptedStation) -> Meter201:
    await card(node)
    meter = Meter201(station)
    await meter.started("CablePluggedIn", wh=1000, minutes_ago=30, token="CARD-1")
    return meter


async def curve(operator: httpx.AsyncClient) -> list[int]:
    """The different energies of the only session's readings, Wh."""
    session = await only_session(operator)
    detail = (await operator.get(f"/api/v1/transactions/{session['id']}")).json()
    return list(dict.fromkeys(one["energy_wh"] for one in detail["readings"]))


async def test_TC_J_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Each EVSE and the grid meter (EVSE 0) tell by the clock; nobody charges, so no session comes of it."""
    await node.add_station("CP-1", connectors=2)
    async with node.booted("CP-1", "2.0.1") as station:
        for evse in (0, 1, 2):
            told = {"evseId": evse, "meterValue": values(sampled(500 + evse, "Sample.Clock"))}
            assert await station.call("MeterValues", told) == {}
    assert await sessions(operator) == []
    assert sorted(one["evseId"] for one in await logged(operator, "MeterValues", 3)) == [0, 1, 2]


async def test_TC_J_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        meter = await begun(node, station)
        for minutes_ago, wh in ((15, 3000), (0, 5000)):
            await meter.updated(
                "MeterValueClock", meterValue=values(sampled(wh, "Sample.Clock"), minutes_ago=minutes_ago)
            )
        session = await only_session(operator)
        assert (session["energy_wh"], session["flags"]) == (4000, [])
        assert await curve(operator) == [0, 2000, 4000]


async def test_TC_J_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The ending event brings the clock-aligned values of the whole transaction."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        meter = await begun(node, station)
        every = [
            *values(sampled(1000, "Transaction.Begin"), minutes_ago=30),
            *values(sampled(2500, "Sample.Clock"), minutes_ago=15),
            *values(sampled(4000, "Transaction.End")),
        ]
        await meter.ended(meterValue=every)
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"]) == ("ended", 3000)
        assert await curve(operator) == [0, 1500, 3000]


async def kept_signed(wh: float, context: str) -> bool:
    """The signed value is stored as it came, to be checked later."""
    return any(
        one == signed(wh, context)
        for message in await messages()
        for group in message["payload"].get("meterValue", [])
        for one in group["sampledValue"]
    )


async def test_TC_J_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        meter = await begun(node, station)
        await meter.updated("MeterValueClock", meterValue=values(signed(2000, "Sample.Clock"), minutes_ago=10))
        await meter.ended(meterValue=values(signed(3000, "Sample.Clock")))
        assert (await only_session(operator))["energy_wh"] == 2000
        assert await kept_signed(2000, "Sample.Clock")
        assert await kept_signed(3000, "Sample.Clock")


async def test_TC_J_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The first event knows its EVSE and carries the values of the beginning."""
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started(meterValue=values(sampled(7000, "Transaction.Begin")), token="CARD-1")
        session = await only_session(operator)
        detail = (await operator.get(f"/api/v1/transactions/{session['id']}")).json()
        assert (detail["meter_start_wh"], session["energy_wh"], session["connector"]) == (7000, 0, "1")


async def test_TC_J_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Authorised before a cable is in: the outlet and its first reading come with a later event."""
    await node.add_station("CP-1", connectors=2)
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station, evse=None)
        await meter.started("Authorized", minutes_ago=20, token="CARD-1")
        assert (await only_session(operator))["connector_id"] is None
        await meter.updated(
            "CablePluggedIn",
            minutes_ago=19,
            evse={"id": 2, "connectorId": 1},
            meterValue=values(sampled(7000, "Transaction.Begin"), minutes_ago=19),
        )
        await meter.ended(meterValue=values(sampled(9500, "Transaction.End")))
        session = await only_session(operator)
        assert (session["connector"], session["energy_wh"]) == ("2", 2500)


async def test_TC_J_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        meter = await begun(node, station)
        power = {"value": 11.04, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W", "multiplier": 3}}
        for minutes_ago, wh in ((20, 2000), (10, 4000)):
            answer = await meter.updated(
                meterValue=values(sampled(wh, "Sample.Periodic"), power, minutes_ago=minutes_ago)
            )
            assert "idTokenInfo" not in answer
        session = await only_session(operator)
        assert (session["energy_wh"], session["power_w"]) == (3000, 11040)
        assert await curve(operator) == [0, 1000, 3000]


async def test_TC_J_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        meter = await begun(node, station)
        every = [
            *values(sampled(1000, "Transaction.Begin"), minutes_ago=30),
            *values(sampled(2000, "Sample.Periodic"), minutes_ago=20),
            *values(sampled(4500, "Transaction.End")),
        ]
        await meter.ended(meterValue=every, info={"stoppedReason": "Local"})
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"], session["stop_reason"]) == ("ended", 3500, "Local")
        assert await curve(operator) == [0, 1000, 3500]


async def test_TC_J_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        begin = values(signed(1000, "Transaction.Begin"), minutes_ago=30)
        await meter.started(minutes_ago=30, meterValue=begin, token="CARD-1")
        await meter.updated(meterValue=values(signed(2000, "Sample.Periodic"), minutes_ago=10))
        await meter.ended(meterValue=values(signed(3200, "Transaction.End")))
        assert (await only_session(operator))["energy_wh"] == 2200
        for wh, context in ((1000, "Transaction.Begin"), (2000, "Sample.Periodic"), (3200, "Transaction.End")):
            assert await kept_signed(wh, context)
