"""Reservations of 1.6, as drivers make them."""

from typing import Any

import httpx

from backend.db.engine import DB
from backend.reservations import service as reservations
from shared.accounts import Role
from tests.conformance.flows import outlets, shown
from tests.conformance.flows16 import CARD, charge_point, status
from tests.conformance.lists import add_token
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Session16, asked, eventually

PATH = "/api/v1/reservations"


async def reserve(
    station: ScriptedStation, client: httpx.AsyncClient, body: Json, reply: str = "Accepted"
) -> tuple[Json, httpx.Response]:
    return await asked(station, client, PATH, body, "ReserveNow", {"status": reply})


async def of_first(operator: httpx.AsyncClient, **more: Any) -> Json:
    return {"connector_id": (await outlets(operator))[0]["id"]} | more


async def kept(client: httpx.AsyncClient, **expected: Any) -> Json:
    """The only reservation; these of its fields are as expected."""
    (one,) = (await client.get(PATH)).json()["items"]
    assert {name: one[name] for name in expected} == expected, one
    return dict(one)


async def test_TC_046_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Reserved from the app, and then used: the session says which reservation it was."""
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        sent, answer = await reserve(station, driver, await of_first(operator, minutes=15))
        assert (answer.status_code, answer.json()["state"]) == (201, "held"), answer.text
        assert sent.keys() == {"connectorId", "expiryDate", "idTag", "reservationId"}
        assert (sent["connectorId"], sent["reservationId"]) == (1, answer.json()["number"])
        assert sent["expiryDate"][:19] == answer.json()["expires_at"][:19]
        await status(station, "Reserved")
        assert [one["status"] for one in await outlets(operator)] == ["reserved"]
        session = Session16(station, token=sent["idTag"])
        began = await station.call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": sent["idTag"],
                "meterStart": 1000,
                "timestamp": "2030-01-01T10:00:00Z",
                "reservationId": sent["reservationId"],
            },
        )
        assert began["idTagInfo"]["status"] == "Accepted"
        session.number = began["transactionId"]
        running = await shown(operator, state="active", driver="driver")
        await kept(driver, state="used", transaction_id=running["id"], connector="1")


async def test_TC_047_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        await reserve(station, driver, await of_first(operator, minutes=1))
        await status(station, "Reserved")
        found = await kept(driver, state="held")
        (job,) = await DB.run(
            "SELECT execute_after - created AS wait FROM pgqueuer WHERE entrypoint = 'reservations.expire'"
        )
        assert 60 <= job["wait"].total_seconds() <= 120
        await reservations.expire(node.ctx, {"reservation_id": found["id"]})
        await status(station, "Available")
        await kept(driver, state="expired")
        assert (await driver.get(PATH, params={"open": True})).json()["items"] == []


async def refused(node: Node, operator: httpx.AsyncClient, reply: str, code: str) -> None:
    """Told in plain words, kept as refused, and free for the next one."""
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        _, answer = await reserve(station, driver, await of_first(operator), reply)
        assert (answer.status_code, answer.json()["code"]) == (502, code)
        await kept(driver, state="refused", detail=answer.json()["detail"])
        _, answer = await reserve(station, driver, await of_first(operator))
        assert answer.json()["state"] == "held"


async def test_TC_048_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Faulted", "reserve_faulted")


async def test_TC_048_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Occupied", "reserve_occupied")


async def test_TC_048_3_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Unavailable", "reserve_unavailable")


async def test_TC_048_4_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Rejected", "reserve_rejected")


async def test_TC_049_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Connector 0: whichever is free."""
    async with charge_point(node, outlets=2) as station:
        sent, answer = await reserve(station, operator, {"station": "CP-1", "id_token": CARD})
        assert (sent["connectorId"], sent["idTag"]) == (0, CARD)
        assert answer.json()["state"] == "held"
        await kept(operator, connector="", connector_id=None, id_token="•••RD-1")


async def cancel(station: ScriptedStation, client: httpx.AsyncClient, reply: str) -> tuple[Json, httpx.Response]:
    path = f"{PATH}/{(await kept(client))['id']}/cancel"
    return await asked(station, client, path, {}, "CancelReservation", {"status": reply})


async def test_TC_051_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        reserved, _ = await reserve(station, driver, await of_first(operator))
        sent, answer = await cancel(station, driver, "Accepted")
        assert sent == {"reservationId": reserved["reservationId"]}
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        await status(station, "Available")
        await eventually(
            operator, "/api/v1/stations/CP-1", lambda page: page["row"]["connectors"][0]["status"] == "available"
        )


async def test_TC_052_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Rejected says that the station has no such reservation: it is over, and the driver may reserve anew."""
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        await reserve(station, driver, await of_first(operator))
        _, answer = await cancel(station, driver, "Rejected")
        assert (answer.status_code, answer.json()["state"]) == (200, "removed")
        assert "knew nothing" in (await kept(driver, state="removed"))["detail"]
        _, answer = await reserve(station, driver, await of_first(operator))
        assert answer.json()["state"] == "held"


async def test_TC_053_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Reserved for one card of a family, used with another one."""
    await add_token(operator, "FAMILY-1", group="FAMILY")
    await add_token(operator, "FAMILY-2", group="FAMILY")
    async with charge_point(node) as station:
        sent, _ = await reserve(station, operator, await of_first(operator, id_token="FAMILY-1"))
        assert (sent["idTag"], sent["parentIdTag"]) == ("FAMILY-1", "FAMILY")
        await status(station, "Reserved")
        answer = await station.call("Authorize", {"idTag": "FAMILY-2"})
        assert answer["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FAMILY"}
        told = {"connectorId": 1, "idTag": "FAMILY-2", "meterStart": 0, "timestamp": "2030-01-01T10:00:00Z"}
        began = await station.call("StartTransaction", told | {"reservationId": sent["reservationId"]})
        assert began["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FAMILY"}
        await kept(operator, state="used")
