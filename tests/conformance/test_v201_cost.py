"""Block I: what a session costs, on the screen of the station."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from backend.ocpp.v201 import costs
from backend.transactions import pricing
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, asked, bill, card, only_session

STATION = "/api/v1/stations/CP-1"


@pytest.fixture
def priced_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing, "COST_EVERY", timedelta(0))
    monkeypatch.setattr(pricing, "A_READING", timedelta(0))


async def with_screen(station: ScriptedStation, operator: httpx.AsyncClient, shows: str) -> None:
    """The operator reads whether it shows costs."""
    one: Json = {"component": {"name": "TariffCostCtrlr"}, "variable": {"name": "Enabled", "instance": "Cost"}}
    reply: Json = {"getVariableResult": [one | {"attributeStatus": "Accepted", "attributeValue": shows}]}
    body: Json = {"names": ["TariffCostCtrlr.Enabled/Cost"]}
    sent, answer = await asked(station, operator, f"{STATION}/variables/read", body, "GetVariables", reply)
    assert sent == {"getVariableData": [one]}
    assert answer.json()["accepted"]


async def cost(operator: httpx.AsyncClient) -> float:
    return float((await only_session(operator))["cost"]["amount"])


@pytest.mark.usefixtures("priced_at_once")
async def test_TC_I_01_CSMS(node: Node, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """To a station that shows costs, when the price has moved, and not more often than people read."""
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started(token="CARD-1", wh=0, minutes_ago=30)
        await meter.updated(wh=1000, minutes_ago=20)
        await station.expect_nothing(0.1)
        await with_screen(station, operator, "true")
        for wh, every, told in ((2000, timedelta(0), 0.8), (2000, timedelta(0), None), (4000, costs.EVERY, None)):
            monkeypatch.setattr(costs, "EVERY", every)
            await meter.updated(wh=wh, minutes_ago=20 - wh / 250)
            if told is None:
                await station.expect_nothing(0.1)
                continue
            message_id, sent = await station.expect_call("CostUpdated")
            await station.answer(message_id, {})
            assert sent == {"totalCost": told, "transactionId": meter.ref}
            assert await cost(operator) == told
        monkeypatch.setattr(costs, "EVERY", timedelta(0))
        await with_screen(station, operator, "false")
        await meter.updated(wh=5000, minutes_ago=0)
        await station.expect_nothing(0.1)


@pytest.mark.usefixtures("priced_at_once")
async def test_TC_I_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The answer to the end carries the total, which is what the bill says."""
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        assert "totalCost" not in await meter.started(token="CARD-1", wh=1000, minutes_ago=30)
        answer = await meter.ended(wh=6000, token="CARD-1", info={"stoppedReason": "Local"})
        assert answer["totalCost"] == 2.0
        await station.expect_nothing(0.1)
    total, energy = await bill(operator, (await only_session(operator))["id"])
    assert (total, energy) == (Decimal(2), 5000)
