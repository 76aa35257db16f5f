"""Reservations that cost something and that nobody uses: told before, set aside, billed once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from backend.db.engine import DB
from backend.reservations import service as reservations
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.transactions import replaying
from shared.accounts import Role
from tests.conformance.conftest import node, operator  # noqa: F401  # fixtures
from tests.conformance.flows16 import charge_point, status
from tests.conformance.test_v16_reservations import PATH, of_first, reserve
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Session16, asked, eventually, key

# 6.00 for each hour that it is kept, 3.00 more if nobody comes; with 19 % VAT 7.14 for half an hour.
ELEMENTS = [
    {
        "price_components": [{"type": "FLAT", "price": "3.00", "vat": 19}],
        "restrictions": {"reservation": "RESERVATION_EXPIRES"},
    },
    {
        "price_components": [{"type": "TIME", "price": "6.00", "vat": 19}],
        "restrictions": {"reservation": "RESERVATION"},
    },
    {"price_components": [{"type": "ENERGY", "price": "0.40", "vat": 19}]},
]


@asynccontextmanager
async def held(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    **tariff: Any,
) -> AsyncIterator[tuple[ScriptedStation, httpx.AsyncClient, Json, Json]]:
    """(the station, the driver, what the station was asked, the reservation)."""
    definition = msgspec.convert({"elements": ELEMENTS} | tariff, Tariff, strict=False)
    tariff_id = await tariffs.add(node.ctx, node.tenant_id, "Kept", definition)
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        await DB.run("UPDATE connector SET tariff = $1", tariff_id)
        sent, answer = await reserve(station, driver, await of_first(operator))
        assert answer.status_code == 201, answer.text
        yield station, driver, sent, answer.json()


async def minutes_later(minutes: int) -> None:
    """As if it had been made so long before."""
    await DB.run(
        f"""UPDATE reservation SET created_at = created_at - interval '{minutes} minutes',
        expires_at = expires_at - interval '{minutes} minutes'"""
    )
    await DB.run(
        f"UPDATE transaction SET reserved_from = reserved_from - interval '{minutes} minutes' WHERE state = 'reserved'"
    )


async def paid(client: httpx.AsyncClient, reservation: Json, state: str) -> Json:
    path = f"/api/v1/transactions/{reservation['id']}"
    found = await eventually(client, path, lambda one: one["payment"] and one["payment"]["state"] == state, 20)
    return dict(found)


async def test_one_that_expires_is_told_before_and_billed_after(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with held(node, operator) as (_, driver, _, made):
        connector = {"connector": made["connector_id"], "minutes": 30}
        told = (await driver.get(f"{PATH}/price", params=connector)).json()
        assert {name: told[name]["amount"] for name in ("unused", "given_back", "held")} == {
            "unused": "7.14",
            "given_back": "3.57",
            "held": "7.14",
        }
        assert made["unused_price"]["amount"] == "7.1400"
        assert (await paid(driver, made, "held"))["payment"]["held"]["amount"] == "7.1400"
        assert (await driver.get("/api/v1/transactions")).json()["items"] == []
        await minutes_later(30)
        await reservations.expire(node.ctx, {"reservation_id": made["id"]})
        await reservations.expire(node.ctx, {"reservation_id": made["id"]})
        detail = await paid(driver, made, "captured")
        assert detail["payment"]["captured"]["amount"] == "7.1400"
        (row,) = (await driver.get("/api/v1/transactions", params={"state": "ended,failed,reserved"})).json()["items"]
        assert (row["state"], row["stop_reason"], row["cost"]["amount"]) == ("reserved", "expired", "7.1400")
        assert row["ended_at"] is not None
        path = f"/api/v1/transactions/{made['id']}/receipt"
        receipt = (await driver.get(path)).json()
        assert (receipt["reservation"], receipt["energy_wh"], receipt["total_incl"]["amount"]) == (True, 0, "7.1400")
        assert [(line["kind"], line["amount"]) for line in receipt["lines"]] == [
            ("reservation_expired_flat", "3.0000"),
            ("reservation_expired", "3.0000"),
        ]
        assert (await driver.get(f"{path}/pdf")).content.startswith(b"%PDF")
        (cdr,) = (await operator.get(f"{path}/cdr")).json()["items"]
        assert "session_id" not in cdr
        assert (cdr["total_energy"], cdr["total_time"], cdr["total_cost"]["incl_vat"]) == (0, 0, 7.14)
        assert cdr["total_reservation_cost"]["excl_vat"] == 6
        assert cdr["charging_periods"][0]["dimensions"] == [{"type": "RESERVATION_TIME", "volume": 0.5}]
        (replay,) = await replaying.replay(node.ctx, receipt["number"])
        assert (replay.differences, replay.left) == ([], Decimal("7.14"))
        sessions, bills = [
            (await operator.get("/api/v1/exports", params={"kind": kind})).text.splitlines()
            for kind in ("sessions", "cdrs")
        ]
        assert (len(sessions), len(bills)) == (1, 2)


async def test_one_that_is_given_back_costs_the_time_until_then(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with held(node, operator) as (station, driver, _, made):
        await minutes_later(10)
        address = f"{PATH}/{made['id']}/cancel"
        _, answer = await asked(station, driver, address, None, "CancelReservation", {"status": "Accepted"})
        assert answer.json()["state"] == "cancelled", answer.text
        detail = await paid(driver, made, "captured")
        assert detail["transaction"]["stop_reason"] == "given_back"
        assert Decimal("1.19") <= Decimal(detail["payment"]["captured"]["amount"]) <= Decimal("1.22")
        receipt = (await driver.get(f"/api/v1/transactions/{made['id']}/receipt")).json()
        assert [line["kind"] for line in receipt["lines"]] == ["reservation_cancelled"]
        (replay,) = await replaying.replay(node.ctx, receipt["number"])
        assert replay.differences == []


async def test_one_that_costs_only_who_does_not_come_is_given_back_for_nothing(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    elements = [ELEMENTS[0], ELEMENTS[2]]
    least = {"excl_vat": "2.00", "incl_vat": "2.38"}  # of a session
    async with held(node, operator, elements=elements, min_price=least) as (station, driver, _, made):
        address = f"{PATH}/{made['id']}/cancel"
        await asked(station, driver, address, None, "CancelReservation", {"status": "Accepted"})
        await paid(driver, made, "released")
        assert (await driver.get("/api/v1/transactions", params={"state": "reserved"})).json()["items"] == []
        assert await DB.run("SELECT 1 FROM cdr") == []


@pytest.mark.parametrize("why", ["taken away", "offline", "out of order", "wrong clock", "never answered"])
async def test_nobody_pays_for_what_was_not_their_doing(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    why: str,
) -> None:
    async with held(node, operator) as (station, driver, _, made):
        await minutes_later(10 if why == "wrong clock" else 30)
        if why == "taken away":
            address = f"{PATH}/{made['id']}/cancel"
            await asked(station, operator, address, None, "CancelReservation", {"status": "Accepted"})
        elif why == "offline":
            await DB.run("UPDATE charging_station SET online = false")
        elif why == "out of order":
            await status(station, "Faulted")
        elif why == "never answered":
            await DB.run("UPDATE reservation SET state = 'asked'")
        await reservations.expire(node.ctx, {"reservation_id": made["id"]})
        await paid(driver, made, "released")
        assert await DB.run("SELECT 1 FROM cdr") == []


async def test_who_comes_gets_back_what_was_set_aside(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    """Also where the station doesn't name the reservation: the time that was kept is part of the session's bill."""
    async with held(node, operator) as (station, driver, sent, made):
        await minutes_later(60)
        session = Session16(station, token=sent["idTag"])
        await session.started(0, minutes_ago=45)
        await reservations.expire(node.ctx, {"reservation_id": made["id"]})
        await paid(driver, made, "released")
        (one,) = (await driver.get(PATH)).json()["items"]
        assert one["state"] == "used"
        await session.stopped(10_000)
        receipt = await eventually(driver, f"/api/v1/transactions/{one['transaction_id']}/receipt", lambda _: True)
        assert [line["kind"] for line in receipt["lines"]] == ["reservation", "energy"]
        assert len(await DB.run("SELECT 1 FROM cdr")) == 1


async def test_a_start_that_is_told_late_takes_the_bill_back(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with held(node, operator) as (station, driver, sent, made):
        await minutes_later(60)
        await reservations.expire(node.ctx, {"reservation_id": made["id"]})
        await paid(driver, made, "captured")
        session = Session16(station, token=sent["idTag"])
        await session.started(0, minutes_ago=40, reservationId=sent["reservationId"])
        credits = f"/api/v1/transactions/{made['id']}/corrections"
        (credit,) = (await eventually(operator, credits, lambda bill: bill["corrections"]))["corrections"]
        assert (credit["kind"], Decimal(credit["total_incl"]["amount"])) == ("credit_note", Decimal("-7.14"))
        (one,) = (await driver.get(PATH)).json()["items"]
        assert one["state"] == "used"


@pytest.mark.parametrize(("email", "code"), [("declined@x.org", "payment_declined"), ("unavailable@x.org", "")])
async def test_who_cannot_pay_reserves_nothing(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    email: str,
    code: str,
) -> None:
    async with held(node, operator) as (station, driver, _, made):
        address = f"{PATH}/{made['id']}/cancel"
        await asked(station, driver, address, None, "CancelReservation", {"status": "Accepted"})
        other = await node.client(Role.DRIVER, email)
        refused = await other.post(PATH, json=await of_first(operator), headers=key())
        assert (refused.status_code, refused.json()["code"]) == (402, code or "payment_unavailable"), refused.text
        await station.expect_nothing(0.1)
        (one,) = (await other.get(PATH)).json()["items"]
        assert one["state"] == "refused"
