"""Complete sessions of 2.0.1 stations over a real socket: the wire, what is stored, what the API says, what is paid."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.db.engine import DB
from shared.accounts import Role
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Meter201, asked, bill, card, eventually, messages, only_session, sessions, stamp


async def free(station: ScriptedStation, evse: int = 1) -> None:
    said = {"timestamp": stamp(), "connectorStatus": "Available", "evseId": evse, "connectorId": 1}
    assert await station.call("StatusNotification", said) == {}


async def start_from_app(
    station: ScriptedStation, driver: httpx.AsyncClient, connector: Any, reply: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the station was asked, the transaction)."""
    wish, answer = await asked(
        station,
        driver,
        "/api/v1/transactions",
        {"connector_id": str(connector)},
        "RequestStartTransaction",
        reply or {"status": "Accepted"},
    )
    assert answer.status_code == 202, answer.text
    return wish, answer.json()


async def test_from_the_apps_start_to_the_paid_receipt(node: Node) -> None:
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-2", tariff_id=tariff)
    driver, operator = await node.client(Role.DRIVER), await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        assert "currentTime" in await station.call("Heartbeat")
        await free(station)
        wish, transaction = await start_from_app(station, driver, connector)
        assert wish["evseId"] == 1
        assert wish["remoteStartId"] == transaction["number"]
        assert wish["idToken"]["type"] == "Central"
        meter = Meter201(station)
        answer = await meter.started(
            "RemoteStart",
            minutes_ago=30,
            wh=1000,
            info={"remoteStartId": wish["remoteStartId"], "chargingState": "EVConnected"},
            idToken=wish["idToken"],
        )
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await meter.updated("ChargingStateChanged", minutes_ago=29, info={"chargingState": "Charging"})
        await meter.updated(minutes_ago=15, wh=6000, info={"chargingState": "Charging"})
        seen = (await driver.get(f"/api/v1/transactions/{transaction['id']}")).json()["transaction"]
        assert (seen["state"], seen["energy_wh"], seen["charging_state"]) == ("active", 5000, "charging")

        wish, answer = await asked(
            station,
            driver,
            f"/api/v1/transactions/{transaction['id']}/stop",
            {},
            "RequestStopTransaction",
            {"status": "Accepted"},
        )
        assert answer.status_code == 202
        assert wish == {"transactionId": meter.ref}
        assert answer.json()["stopping"]
        await meter.updated("RemoteStop", info={"chargingState": "EVConnected"}, minutes_ago=0.1)
        answer = await meter.ended("EVCommunicationLost", wh=11000, info={"stoppedReason": "Remote"})
        assert answer["totalCost"] == 4.0
        receipt = await eventually(
            driver, f"/api/v1/transactions/{transaction['id']}/receipt", lambda r: r["payment_state"] == "captured"
        )
        assert Decimal(receipt["total_incl"]["amount"]) == Decimal("4.00") == Decimal(receipt["paid"]["amount"])
        assert (receipt["energy_wh"], receipt["meter_start_wh"], receipt["meter_stop_wh"]) == (10000, 1000, 11000)
        ended = (await operator.get(f"/api/v1/transactions/{transaction['id']}")).json()
        assert ended["transaction"]["stop_reason"] == "Remote"
        assert ended["transaction"]["flags"] == []
        assert [one["kind"] for one in await messages()] == ["started", *["updated"] * 3, "ended"]


@pytest.mark.parametrize("announced", [True, False])
async def test_cable_first_then_start_from_the_app(node: Node, announced: bool) -> None:
    """TxStartPoint EVConnected: the transaction runs before anybody is known; the app's start joins it (F01)."""
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-2", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started("CablePluggedIn", minutes_ago=10, wh=500, info={"chargingState": "EVConnected"})
        wish, transaction = await start_from_app(
            station, driver, connector, {"status": "Accepted", "transactionId": meter.ref}
        )
        info: dict[str, Any] = {"chargingState": "EVConnected"}
        if announced:
            info["remoteStartId"] = wish["remoteStartId"]
        answer = await meter.updated("RemoteStart", minutes_ago=9, info=info, idToken=wish["idToken"])
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await meter.updated("ChargingStateChanged", minutes_ago=9, info={"chargingState": "Charging"})
        running = (await driver.get(f"/api/v1/transactions/{transaction['id']}")).json()["transaction"]
        assert running["state"] == "active"
        await meter.ended("EVDeparted", wh=5500, info={"stoppedReason": "EVDisconnected"})
        assert await bill(driver, transaction["id"]) == (Decimal("2.00"), 5000)
        assert (await only_session(await node.client()))["id"] == transaction["id"]
        paid = await eventually(
            driver, f"/api/v1/transactions/{transaction['id']}", lambda d: d["payment"]["state"] == "captured"
        )
        assert Decimal(paid["payment"]["captured"]["amount"]) == Decimal("2.00")


async def test_card_first_then_cable(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        token = {"idToken": "CARD-1", "type": "ISO14443"}
        assert (await station.call("Authorize", {"idToken": token}))["idTokenInfo"]["status"] == "Accepted"
        meter = Meter201(station)
        await meter.started("Authorized", minutes_ago=20, token="CARD-1", wh=100)
        await meter.updated("CablePluggedIn", minutes_ago=19, info={"chargingState": "EVConnected"})
        await meter.updated("ChargingStateChanged", minutes_ago=18, info={"chargingState": "Charging"})
        await meter.updated(minutes_ago=10, wh=2600, info={"chargingState": "Charging"})
        await meter.updated("ChargingStateChanged", minutes_ago=5, info={"chargingState": "SuspendedEV"})
        answer = await meter.ended("StopAuthorized", wh=5100, token="CARD-1", info={"stoppedReason": "Local"})
        assert answer["idTokenInfo"]["status"] == "Accepted"
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"], session["id_token"][-4:]) == ("ended", 5000, "RD-1")
        assert await bill(operator, session["id"]) == (Decimal("2.00"), 5000)


async def test_the_token_comes_only_in_an_update(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        assert "idTokenInfo" not in await meter.started("CablePluggedIn", minutes_ago=9, wh=0)
        answer = await meter.updated("Authorized", minutes_ago=8, token="NOBODY")
        assert answer["idTokenInfo"]["status"] == "Invalid"
        assert (await only_session(operator))["id_token"] == ""
        assert (await meter.updated("Authorized", minutes_ago=7, token="CARD-1"))["idTokenInfo"]["status"] == "Accepted"
        await meter.ended("EVDeparted", wh=1000)
        session = await only_session(operator)
        assert session["id_token"].endswith("RD-1")
        assert await bill(operator, session["id"]) == (Decimal("0.40"), 1000)


async def test_a_refused_token_and_then_a_good_one(node: Node) -> None:
    """The start named a card that may not charge; the driver presents another one in the same transaction."""
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        assert (await meter.started(minutes_ago=9, wh=0, token="NOBODY"))["idTokenInfo"]["status"] == "Invalid"
        assert (await only_session(operator))["state"] == "failed"
        await meter.updated("Authorized", minutes_ago=8, token="CARD-1")
        assert (await only_session(operator))["state"] == "active"
        await meter.ended("EVDeparted", wh=1000)
        session = await only_session(operator)
        assert (session["state"], session["flags"], session["failure"]) == ("ended", [], "")
        assert await bill(operator, session["id"]) == (Decimal("0.40"), 1000)


async def test_no_token_after_a_remote_start(node: Node) -> None:
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-2", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-2", "2.0.1") as station:
        _, transaction = await start_from_app(station, driver, connector)
        meter = Meter201(station)
        await meter.started("RemoteStart", minutes_ago=5, wh=0)
        await meter.ended("RemoteStop", wh=2000)
        assert await bill(driver, transaction["id"]) == (Decimal("0.80"), 2000)


async def test_a_wrong_remote_start_id_is_matched_by_the_token(node: Node) -> None:
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-2", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-2", "2.0.1") as station:
        wish, transaction = await start_from_app(station, driver, connector)
        meter = Meter201(station)
        await meter.started("RemoteStart", wh=0, idToken=wish["idToken"], info={"remoteStartId": 0})
        assert (await only_session(driver))["state"] == "active"
        assert (await only_session(driver))["id"] == transaction["id"]


async def test_a_whole_transaction_offline_and_replayed(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        events = [meter.event("Started", "Authorized", minutes_ago=600, wh=0, token="CARD-1", offline=True)]
        for step in range(1, 20):
            events.append(
                meter.event("Updated", "MeterValuePeriodic", minutes_ago=600 - step, wh=step * 100, offline=True)
            )
        events.append(meter.event("Ended", "EVDeparted", minutes_ago=500, wh=2000, offline=True))
        for event in events + events[5:]:
            assert "error" not in await station.call("TransactionEvent", event)
        session = await only_session(operator)
        assert (session["energy_wh"], session["flags"]) == (2000, ["offline"])
        assert await bill(operator, session["id"]) == (Decimal("0.80"), 2000)
        assert len(await messages()) == len(events)
        shown = (await operator.get("/api/v1/locations")).json()["items"][0]["availability"]
        assert shown["in_use"] == 0


@pytest.mark.parametrize("more", [{}, {"offline": True}, {"evse": {"id": 1, "connectorId": 1}}])
async def test_an_outlet_is_finishing_until_it_is_free(node: Node, more: dict[str, Any]) -> None:
    """However often it says that a plug is in: on reconnecting, or because it was asked. Its end may name no outlet."""
    await node.add_station("CP-2")
    await card(node)
    operator = await node.client()

    async def shown() -> str:
        return str((await operator.get("/api/v1/stations/CP-2")).json()["row"]["connectors"][0]["status"])

    async with node.booted("CP-2", "2.0.1") as station:
        await free(station)
        meter = Meter201(station)
        await meter.started("Authorized", minutes_ago=9, wh=0, token="CARD-1", info={"chargingState": "Charging"})
        assert await shown() == "charging"
        occupied = {"timestamp": stamp(), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
        await station.call("StatusNotification", occupied)
        await meter.ended("EnergyLimitReached", wh=1000, **more)
        assert await shown() == "finishing"
        await station.call("StatusNotification", occupied)
        assert await shown() == "finishing"
        await free(station)
        await station.call("StatusNotification", {**occupied, "timestamp": stamp()})
        assert await shown() == "occupied"


async def test_gaps_and_repetitions_of_seq_no(node: Node) -> None:
    await node.add_station("CP-2")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        start = meter.event("Started", "Authorized", minutes_ago=9, wh=0, token="CARD-1")
        for message_id in ("a", "a", "b"):
            await station.call("TransactionEvent", start, message_id=message_id)
        await meter.updated(minutes_ago=8, wh=100, seq_no=1)
        assert (await only_session(operator))["flags"] == []
        await meter.updated(minutes_ago=6, wh=300, seq_no=5)
        assert (await only_session(operator))["flags"] == ["messages_missing"]
        await meter.updated(minutes_ago=7, wh=200, seq_no=3)
        last = meter.event("Ended", "EVDeparted", wh=1000, seq_no=6)
        for message_id in ("x", "y", "y"):
            await station.call("TransactionEvent", last, message_id=message_id)
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"], session["flags"]) == ("ended", 1000, ["messages_missing"])
        assert [one["seq_no"] for one in await messages()] == [0, 1, 5, 3, 6]
        assert len(await DB.run("SELECT 1 FROM cdr")) <= 1


async def test_ended_without_started(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        await meter.ended("EVDeparted", seq_no=7, wh=900, evse={"id": 1, "connectorId": 1})
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"]) == ("ended", 0)
        assert "start_missing" in session["flags"]
        assert await bill(operator, session["id"]) == (Decimal("0.00"), 0)


async def test_a_start_that_arrives_last_brings_its_register(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-2", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        await meter.updated(minutes_ago=8, wh=1500, seq_no=1, evse={"id": 1, "connectorId": 1})
        assert (await only_session(operator))["flags"] == ["start_missing"]
        answer = await meter.started(minutes_ago=9, wh=1000, token="CARD-1", seq_no=0)
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await meter.ended("EVDeparted", wh=3500, seq_no=2)
        session = await only_session(operator)
        assert (session["energy_wh"], session["flags"], session["id_token"][-4:]) == (2500, [], "RD-1")
        assert await bill(operator, session["id"]) == (Decimal("1.00"), 2500)


@pytest.mark.parametrize(
    "reason",
    [
        "EVDeparted",
        "StopAuthorized",
        "RemoteStop",
        "Deauthorized",
        "EVCommunicationLost",
        "AbnormalCondition",
        "TimeLimitReached",
        "EnergyLimitReached",
        "ResetCommand",
    ],
)
async def test_every_way_to_end(node: Node, reason: str) -> None:
    await node.add_station("CP-2")
    await card(node)
    async with node.booted("CP-2", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started(minutes_ago=9, wh=0, token="CARD-1")
        for trigger in ("ChargingRateChanged", "MeterValueClock", "UnlockCommand", "SignedDataReceived", "Trigger"):
            await meter.updated(trigger, minutes_ago=5, info={"chargingState": "Charging"})
        await meter.ended(reason, wh=700)
        session = await only_session(await node.client())
        assert (session["state"], session["energy_wh"]) == ("ended", 700)


async def test_meter_values_outside_and_inside_of_a_transaction(node: Node) -> None:
    await node.add_station("CP-2")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        values = {"evseId": 1, "meterValue": [{"timestamp": stamp(5), "sampledValue": [{"value": 55}]}]}
        assert await station.call("MeterValues", values) == {}
        assert await sessions(operator) == []
        meter = Meter201(station)
        await meter.started(minutes_ago=4, wh=100, token="CARD-1")
        values["meterValue"][0] = {"timestamp": stamp(3), "sampledValue": [{"value": 600}]}
        assert await station.call("MeterValues", values) == {}
        assert (await only_session(operator))["energy_wh"] == 500


async def test_two_transactions_on_two_evses_stay_apart(node: Node) -> None:
    await node.add_station("CP-2", connectors=2)
    await card(node)
    await card(node, "CARD-2")
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        one, two = Meter201(station, evse=1), Meter201(station, evse=2)
        await asyncio.gather(
            one.started(minutes_ago=9, wh=0, token="CARD-1"), two.started(minutes_ago=9, wh=5000, token="CARD-2")
        )
        await one.updated(minutes_ago=5, wh=400)
        await two.updated(minutes_ago=5, wh=5900)
        await one.ended(wh=500)
        found = {item["connector"]: (item["state"], item["energy_wh"]) for item in await sessions(operator)}
        assert found == {"1": ("ended", 500), "2": ("active", 900)}


async def test_a_start_closes_an_older_transaction_that_lost_its_end(node: Node) -> None:
    await node.add_station("CP-2")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        lost = Meter201(station)
        await lost.started(minutes_ago=60, wh=0, token="CARD-1")
        await lost.updated(minutes_ago=50, wh=1000)
        await Meter201(station).started(minutes_ago=1, wh=1000, token="CARD-1")
        older, newer = await sessions(operator)
        assert (older["state"], older["energy_wh"], newer["state"]) == ("ended", 1000, "active")
        assert {"unstopped", "estimated"} <= set(older["flags"])
        await lost.ended(minutes_ago=45, wh=1200, info={"stoppedReason": "PowerLoss"})
        older, newer = await sessions(operator)
        assert (older["energy_wh"], newer["state"]) == (1200, "active")
        assert not {"unstopped", "estimated"} & set(older["flags"])
