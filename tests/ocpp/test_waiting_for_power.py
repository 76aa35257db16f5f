"""Cars that are made to wait, over real sockets: whoever withholds the power, nobody pays an idle fee for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from backend.db.engine import DB
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.transactions import replaying, silent
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, Session16, asked, card, eventually, only_session, stamp

PRICES = [
    {"type": "ENERGY", "price": "0.50"},
    {"type": "TIME", "price": "3"},
    {"type": "PARKING_TIME", "price": "6"},
]
GRACE = 10
PROFILES = "/api/v1/stations/CP-1/charging-profiles"
OFF = {"unit": "A", "periods": [{"start_s": 0, "limit": "0"}]}


@asynccontextmanager
async def station(node: Node, version: str) -> AsyncIterator[ScriptedStation]:
    definition = {"elements": [{"price_components": PRICES}], "parking_grace_minutes": GRACE}
    tariff = await tariffs.add(
        node.ctx, node.tenant_id, "By time too", msgspec.convert(definition, Tariff, strict=False)
    )
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    async with node.booted("CP-1", version) as one:
        yield one


async def says(station: ScriptedStation, status: str, minutes_ago: float) -> None:
    told = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": stamp(minutes_ago)}
    assert await station.call("StatusNotification", told) == {}


def energy(wh: int) -> Json:
    return {"value": str(wh)}


async def receipt_of(client: httpx.AsyncClient, session: str) -> tuple[Json, dict[str, Decimal]]:
    """(the receipt, how much of what it counts)."""
    found = await eventually(client, f"/api/v1/transactions/{session}/receipt", lambda _: True)
    return found, {line["kind"]: Decimal(line["quantity"]) for line in found["lines"]}


async def agrees(node: Node, client: httpx.AsyncClient, session: str, parking_h: Decimal) -> None:
    """The bill computed anew, and the CDR for others."""
    (again,) = await replaying.replay(node.ctx, session)
    assert again.differences == []
    cdr = (await client.get(f"/api/v1/transactions/{session}/receipt/cdr")).json()["items"][0]
    assert Decimal(str(cdr["total_parking_time"])) == pytest.approx(parking_h, abs=Decimal("0.01"))


def hours(minutes: float) -> Any:
    return pytest.approx(Decimal(minutes) / 60, abs=Decimal("0.01"))


async def test_a_station_of_1_6_makes_a_car_wait_and_then_it_is_full(node: Node) -> None:
    operator = await node.client()
    async with station(node, "1.6") as one:
        session = Session16(one)
        await session.started(0, minutes_ago=180)
        await says(one, "Charging", 179.9)
        await session.meter(150, energy(9000))
        await says(one, "SuspendedEVSE", 150)
        await session.meter(61, energy(9000))
        id_ = (await only_session(operator))["id"]
        running = (await operator.get(f"/api/v1/transactions/{id_}")).json()["transaction"]
        assert running["charging_state"] == "suspended_evse"
        # 4.50 for the energy, 30 minutes of charging; 89 minutes of waiting cost nothing.
        assert Decimal(running["cost"]["amount"]) == pytest.approx(Decimal("6.00"), abs=Decimal("0.02"))
        await says(one, "SuspendedEV", 60)
        await session.stopped(9000, minutes_ago=20)
        receipt, lines = await receipt_of(operator, id_)
        assert lines == {"energy": 9, "time": hours(30), "parking": hours(40 - GRACE)}
        assert receipt["waited_s"] == pytest.approx(90 * 60, abs=5)
        await agrees(node, operator, id_, Decimal(40) / 60)


async def test_a_station_of_1_6_that_makes_a_car_wait_to_the_end(node: Node) -> None:
    operator = await node.client()
    async with station(node, "1.6") as one:
        session = Session16(one)
        await session.started(0, minutes_ago=180)
        await says(one, "SuspendedEV", 179.9)  # it balances its battery …
        await says(one, "SuspendedEVSE", 172)  # … and now the station holds it back: the same status in our words
        await session.stopped(0)
        receipt, lines = await receipt_of(operator, (await only_session(operator))["id"])
        assert lines == {}
        assert receipt["waited_s"] == pytest.approx(172 * 60, abs=5)


async def test_a_station_of_2_0_1_makes_a_car_wait_and_then_it_is_full(node: Node) -> None:
    operator = await node.client()
    async with station(node, "2.0.1") as one:
        meter = Meter201(one)
        await meter.started(minutes_ago=180, wh=0, token="CARD-1", info={"chargingState": "Charging"})
        # Without a meter value: the state holds from here on all the same.
        await meter.updated("ChargingStateChanged", minutes_ago=150, info={"chargingState": "SuspendedEVSE"})
        await meter.updated(minutes_ago=61, wh=0, info={"chargingState": "SuspendedEVSE"})
        id_ = (await only_session(operator))["id"]
        await meter.updated("ChargingStateChanged", minutes_ago=60, wh=0, info={"chargingState": "SuspendedEV"})
        answer = await meter.ended("EVDeparted", minutes_ago=20, wh=0, info={"stoppedReason": "EVDisconnected"})
        receipt, lines = await receipt_of(operator, id_)
        assert lines == {"time": hours(30), "parking": hours(40 - GRACE)}
        assert receipt["waited_s"] == pytest.approx(90 * 60, abs=5)
        assert Decimal(str(answer["totalCost"])) == Decimal(receipt["total_incl"]["amount"])
        await agrees(node, operator, id_, Decimal(40) / 60)


async def test_a_profile_of_ours_that_gives_nothing(node: Node) -> None:
    """The station says that the car pauses, as some do; until it is given power again and stays away of itself."""
    operator = await node.client()
    async with station(node, "1.6") as one:
        session = Session16(one)
        await session.started(0, minutes_ago=30)
        await says(one, "Charging", 29.9)
        profile = {"purpose": "TxProfile", "kind": "Relative", "schedules": [OFF]}
        _, answer = await asked(
            one, operator, PROFILES, {"evse": 1, "profile": profile}, "SetChargingProfile", {"status": "Accepted"}
        )
        assert answer.json()["accepted"]
        await session.meter(0, energy(9000))
        await says(one, "SuspendedEV", 0)
        await session.stopped(9000, minutes_ago=-9)  # a clock that is ahead by less than ten minutes counts
        id_ = (await only_session(operator))["id"]
        receipt, lines = await receipt_of(operator, id_)
        assert lines == {"energy": 9, "time": hours(30)}
        assert receipt["waited_s"] == pytest.approx(540, abs=10)
        await agrees(node, operator, id_, Decimal(0))


async def test_the_cost_so_far_counts_idle_time_while_the_station_says_nothing(node: Node) -> None:
    operator = await node.client()
    async with station(node, "1.6") as one:
        session = Session16(one)
        await session.started(0, minutes_ago=180)
        await says(one, "Charging", 180)
        await session.meter(121, energy(20_000))
        await says(one, "SuspendedEV", 120)
        id_ = (await only_session(operator))["id"]
        await silent.follow(node.ctx)
        soon = (await only_session(operator))["cost"]["amount"]
        assert Decimal(soon) < 20, "heard a moment ago: its own messages price it"
        await DB.run("UPDATE transaction SET updated_at = updated_at - interval '2 minutes'")
        await silent.follow(node.ctx)
        live = Decimal((await only_session(operator))["cost"]["amount"])
        assert live == pytest.approx(10 + 3 + 11, abs=Decimal("0.1")), "energy, an hour, idle after the grace"
        await session.stopped(20_000)
        _, lines = await receipt_of(operator, id_)
        assert lines["parking"] == hours(120 - GRACE)
        assert Decimal((await only_session(operator))["cost"]["amount"]) == pytest.approx(live, abs=Decimal("0.02"))


async def test_power_that_is_given_again_and_not_taken_is_idle_time(node: Node) -> None:
    operator = await node.client()
    async with station(node, "1.6") as one:
        session = Session16(one)
        await session.started(0, minutes_ago=60)
        await says(one, "SuspendedEV", 59.9)  # full before anybody held it back
        default = {"purpose": "TxDefaultProfile", "kind": "Relative", "schedules": [OFF]}
        accepted = {"status": "Accepted"}
        await asked(one, operator, PROFILES, {"evse": 1, "profile": default}, "SetChargingProfile", accepted)
        id_ = (await only_session(operator))["id"]
        (held,) = await DB.run("SELECT holds FROM transaction WHERE id = $1", id_)
        assert len(held["holds"]) == 1
        await asked(one, operator, f"{PROFILES}/clear", {}, "ClearChargingProfile", accepted)
        (over,) = await DB.run("SELECT holds FROM transaction WHERE id = $1", id_)
        assert over["holds"][0][0] == held["holds"][0][0]
        assert over["holds"][0][1] < held["holds"][0][1]
        await session.stopped(0)
        receipt, lines = await receipt_of(operator, id_)
        assert lines["parking"] == hours(60 - GRACE)
        assert receipt["waited_s"] == 0


async def test_a_limit_that_was_there_before_the_session(node: Node) -> None:
    operator = await node.client()
    async with station(node, "2.0.1") as one:
        default = {"purpose": "TxDefaultProfile", "kind": "Relative", "schedules": [OFF]}
        body, accepted = {"evse": 0, "profile": default}, {"status": "Accepted"}
        await asked(one, operator, PROFILES, body, "SetChargingProfile", accepted)
        meter = Meter201(one)
        await meter.started(wh=0, token="CARD-1", info={"chargingState": "EVConnected"})
        await meter.ended("EVDeparted", minutes_ago=-9, wh=0, info={"stoppedReason": "EVDisconnected"})
        id_ = (await only_session(operator))["id"]
        receipt, lines = await receipt_of(operator, id_)
        assert lines == {}
        assert receipt["waited_s"] == pytest.approx(540, abs=10)
