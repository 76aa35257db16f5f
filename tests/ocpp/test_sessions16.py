"""Complete sessions of 1.6 stations over a real socket: the wire, what is stored, what is paid."""

import asyncio
from decimal import Decimal

import pytest

from shared.accounts import Role
from tests.support.node import Node
from tests.support.wire import eventually, key, stamp


async def test_from_the_apps_start_to_the_paid_receipt(node: Node) -> None:
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        starting = asyncio.create_task(
            driver.post("/api/v1/transactions", json={"connector_id": str(connector)}, headers=key())
        )
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        assert asked["connectorId"] == 1
        await station.answer(message_id, {"status": "Accepted"})
        answer = await starting
        assert answer.status_code == 202, answer.text
        transaction = answer.json()
        assert transaction["state"] == "requested"

        began = await station.call(
            "StartTransaction",
            {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 1000, "timestamp": stamp(30)},
        )
        assert began["idTagInfo"]["status"] == "Accepted"
        assert began["transactionId"] == transaction["number"]
        for minutes_ago, wh in ((20, 4000), (10, 7000)):
            await station.call(
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": began["transactionId"],
                    "meterValue": [
                        {
                            "timestamp": stamp(minutes_ago),
                            "sampledValue": [
                                {"value": str(wh)},
                                {"value": "18.0", "measurand": "Power.Active.Import", "unit": "kW"},
                            ],
                        }
                    ],
                },
            )
        now = (await driver.get(f"/api/v1/transactions/{transaction['id']}")).json()
        assert now["transaction"]["energy_wh"] == 6000
        assert now["transaction"]["power_w"] == 18000
        assert Decimal(now["transaction"]["cost"]["amount"]) > 0

        stopping = asyncio.create_task(driver.post(f"/api/v1/transactions/{transaction['id']}/stop", headers=key()))
        message_id, asked = await station.expect_call("RemoteStopTransaction")
        assert asked["transactionId"] == began["transactionId"]
        await station.answer(message_id, {"status": "Accepted"})
        assert (await stopping).status_code == 202
        await station.call(
            "StopTransaction",
            {"transactionId": began["transactionId"], "meterStop": 11000, "timestamp": stamp(0), "reason": "Remote"},
        )
        receipt = await eventually(
            driver, f"/api/v1/transactions/{transaction['id']}/receipt", lambda r: r["payment_state"] == "captured"
        )
        assert Decimal(receipt["total_incl"]["amount"]) == Decimal("4.00")
        assert Decimal(receipt["paid"]["amount"]) == Decimal("4.00")
        assert receipt["energy_wh"] == 10000
        assert receipt["number"].endswith("-000001")
        overview = (await operator.get("/api/v1/overview")).json()
        assert overview["sessions_today"] == 1
        assert Decimal(overview["revenue_today"]["amount"]) == Decimal("4.00")


async def test_a_start_the_station_refuses_gives_the_money_back(node: Node) -> None:
    tariff = await node.add_tariff()
    (connector,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        starting = asyncio.create_task(
            driver.post("/api/v1/transactions", json={"connector_id": str(connector)}, headers=key())
        )
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Rejected"})
        answer = await starting
        assert answer.status_code == 502
        assert answer.json()["code"] == "start_rejected"
        (mine,) = (await driver.get("/api/v1/transactions")).json()["items"]
        assert mine["state"] == "failed"
        await eventually(
            driver, f"/api/v1/transactions/{mine['id']}", lambda d: d["payment"] and d["payment"]["state"] == "released"
        )


async def test_an_invalid_card_opens_no_session(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as station:
        assert (await station.call("Authorize", {"idTag": "NOBODY"}))["idTagInfo"]["status"] == "Invalid"
        began = await station.call(
            "StartTransaction", {"connectorId": 1, "idTag": "NOBODY", "meterStart": 0, "timestamp": stamp(5)}
        )
        assert began["idTagInfo"]["status"] == "Invalid"
        stopped = await station.call(
            "StopTransaction", {"transactionId": began["transactionId"], "meterStop": 500, "timestamp": stamp(0)}
        )
        assert "error" not in stopped
        (only,) = (await operator.get("/api/v1/transactions")).json()["items"]
        assert only["state"] == "failed"
        assert set(only["flags"]) == {"not_authorized", "energy_without_authorization"}
        assert only["cost"] is None


async def test_repeated_starts_and_stops_are_one_transaction(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 10, "timestamp": stamp(9)}
    from backend.authorization import service as authorization

    await authorization.add_card(node.ctx, node.tenant_id, "CARD-1")
    async with node.booted("CP-1") as station:
        numbers = {
            (await station.call("StartTransaction", start, message_id=message_id))["transactionId"]
            for message_id in ("same", "same", "other")
        }
        assert len(numbers) == 1
        stop = {"transactionId": numbers.pop(), "meterStop": 2010, "timestamp": stamp(1)}
        for _ in range(3):
            assert "error" not in await station.call("StopTransaction", stop)
        (only,) = (await operator.get("/api/v1/transactions")).json()["items"]
        assert (only["state"], only["energy_wh"]) == ("ended", 2000)


@pytest.mark.parametrize("number", [0, -1, 424242])
async def test_stop_of_an_unknown_transaction_is_confirmed_and_kept(node: Node, number: int) -> None:
    from backend.db.engine import DB

    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        answer = await station.call("StopTransaction", {"transactionId": number, "meterStop": 5, "timestamp": stamp(1)})
        assert "error" not in answer
        rows = await DB.run("SELECT transaction, note FROM transaction_message")
        assert [row["transaction"] for row in rows] == [None]
