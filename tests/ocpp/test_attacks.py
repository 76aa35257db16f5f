"""Attacks at the OCPP edge: who isn't let in, what is kept of it, and that nobody else notices."""

import asyncio
import csv
import io
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from backend.db.engine import DB
from backend.ocpp import door
from tests.ocpp.test_edge import PASSWORD, protect
from tests.support.node import Node
from tests.support.scripted_station import basic, station
from tests.support.wire import Session16, card, eventually, only_session, stamp

EVENTS = "/api/v1/stations/CP-1/security-events"


async def attempt(node: Node, identity: str, password: str) -> int:
    """The HTTP status; 101: it is in."""
    headers = basic(identity, password)
    try:
        async with connect(
            f"{node.ocpp_url}/{identity}", subprotocols=["ocpp1.6"], additional_headers=headers, proxy=None
        ):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


async def kinds(node: Node) -> list[str]:
    return [one["type"] for one in (await (await node.client()).get(EVENTS)).json()["items"]]


async def test_a_refused_connection_is_kept_and_changes_nothing(node: Node) -> None:
    """A01, A02."""
    await node.add_station("CP-1")
    await protect("CP-1")
    for headers in ({}, basic("CP-2", PASSWORD), basic("CP-1", "wrong")):
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"{node.ocpp_url}/CP-1", subprotocols=["ocpp1.6"], additional_headers=headers, proxy=None)
        assert caught.value.response.status_code == 401
    operator = await node.client()
    (event,) = (await operator.get(EVENTS)).json()["items"]
    assert (event["type"], event["critical"]) == (door.REFUSED, False)
    assert event["info"] == "wrong credentials, from 127.0.0.1"
    assert (await operator.get("/api/v1/stations/CP-1")).json()["row"]["online"] is False


async def test_a_thousand_wrong_passwords_lock_out_who_tries_them_and_nobody_else(node: Node) -> None:
    """A04."""
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    await protect("CP-1")
    await protect("CP-2")
    statuses: list[int] = []
    for begin in range(0, 1000, 50):
        statuses += await asyncio.gather(*(attempt(node, "CP-1", f"wrong-{begin + n}") for n in range(50)))
    assert set(statuses) == {401, 429}
    assert statuses.count(401) < 100  # those that were under way already when it was enough
    assert await attempt(node, "CP-1", PASSWORD) == 429
    assert await attempt(node, "CP-2", PASSWORD) == 101
    async with connect(
        f"{node.ocpp_url}/CP-1",
        subprotocols=["ocpp1.6"],
        additional_headers=basic("CP-1", PASSWORD),
        local_addr=("127.0.0.2", 0),
        proxy=None,
    ):
        pass
    assert sorted(await kinds(node)) == [door.REFUSED, door.TOO_MANY]
    found = await eventually(await node.client(), "/api/v1/incidents", lambda page: page["items"])
    assert [one["title"] for one in found["items"]] == ["Security event"]
    assert door.TOO_MANY in found["items"][0]["detail"]


async def test_a_station_behind_the_same_address_as_its_attacker_gets_in(node: Node) -> None:
    """A04, behind a proxy."""
    await node.add_station("CP-1")
    await protect("CP-1")
    assert await attempt(node, "CP-1", PASSWORD) == 101
    tries = [await attempt(node, "CP-1", f"wrong-{number}") for number in range(door.MOST_TRIES + 3)]
    assert tries == [401] * door.MOST_TRIES + [429] * 3
    async with station(node.ocpp_url, "CP-1", password=PASSWORD) as one:
        assert "currentTime" in await one.call("Heartbeat")
        assert await attempt(node, "CP-1", "wrong") == 401  # it counts anew from here


async def test_who_remembers_its_password_again_is_not_held_against(node: Node) -> None:
    await node.add_station("CP-1")
    await protect("CP-1")
    for _ in range(3):
        for _ in range(door.MOST_TRIES - 1):
            assert await attempt(node, "CP-1", "wrong") == 401
        assert await attempt(node, "CP-1", PASSWORD) == 101
    for _ in range(2 * door.MOST_TRIES):
        assert await attempt(node, "CP-1", PASSWORD) in (101, 409)
    assert set(await kinds(node)) == {door.REFUSED}


async def test_identities_nobody_has_are_counted_too(node: Node) -> None:
    await node.add_station("CP-1")
    assert await attempt(node, "NEW-1", PASSWORD) == 101  # the first one is held for an operator
    tries = [await attempt(node, "NEW-1", f"wrong-{n}") for n in range(door.MOST_TRIES + 3)]
    assert tries == [401] * door.MOST_TRIES + [429] * 3


async def test_a_second_connection_without_credentials_leaves_the_first_alone(node: Node) -> None:
    """A05; A06 and A07 are in test_links."""
    await node.add_station("CP-1")
    await protect("CP-1")
    async with station(node.ocpp_url, "CP-1", password=PASSWORD) as one:
        assert await attempt(node, "CP-1", "wrong") == 401
        assert "currentTime" in await one.call("Heartbeat")
        assert len(node.listener.connections) == 1


EVIL = "=cmd|' /C calc'!A0<script>alert(1)</script>'; DROP TABLE charging_station;--\r\nX: y"


async def test_words_of_stations_are_only_words(node: Node) -> None:
    """A18: kept as they are, and harmless where they are shown."""
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as one:
        boot = {"chargePointVendor": EVIL, "chargePointModel": EVIL, "firmwareVersion": EVIL}
        assert (await one.call("BootNotification", boot, message_id="=1+1"))["status"] == "Accepted"
        assert (await one.call("Authorize", {"idTag": EVIL}))["idTagInfo"]["status"] == "Invalid"
        status = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "info": EVIL}
        assert await one.call("StatusNotification", status | {"vendorErrorCode": EVIL}) == {}
        start = {"connectorId": 1, "idTag": EVIL, "meterStart": 0, "timestamp": stamp(1)}
        assert (await one.call("StartTransaction", start))["idTagInfo"]["status"] == "Invalid"
    answer = await operator.get("/api/v1/stations/CP-1")
    assert answer.headers["content-type"].startswith("application/json")
    shown = answer.json()["row"]
    assert shown["vendor"].startswith("=cmd|' /C calc'!A0<script>")
    assert "\r" not in shown["vendor"]
    assert (await DB.run("SELECT count(*) AS n FROM charging_station"))[0]["n"] == 1
    await node.listener.connections.frames.flush()
    table = await operator.get("/api/v1/stations/CP-1/frames/export")
    cells = [cell for row in csv.reader(io.StringIO(table.text)) for cell in row]
    assert any("=1+1" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


async def test_more_than_the_schema_knows_is_accounted_all_the_same(node: Node) -> None:
    """A19."""
    await node.add_station("CP-1")
    await card(node, "C" * 21)
    async with node.booted("CP-1") as one:
        session = Session16(one, token="C" * 21)
        await session.started(0)
        await session.meter(5, {"value": "400", "measurand": "Made.Up", "colour": "red"}, {"value": "500"}, extra={})
        await session.stopped(900, reason="Boredom", mood={"is": "good"})
        found = await only_session(await node.client())
        assert (found["state"], found["energy_wh"]) == ("ended", 900)


@pytest.mark.parametrize("node_settings", [{"unknown_stations": "refuse"}])
async def test_names_that_dont_exist_look_like_wrong_passwords(node: Node) -> None:
    await node.add_station("CP-1")
    await protect("CP-1")
    answers: list[tuple[int, Any]] = []
    for identity in ("CP-1", "CP-9"):
        with pytest.raises(InvalidStatus) as caught:
            await connect(
                f"{node.ocpp_url}/{identity}",
                subprotocols=["ocpp1.6"],
                additional_headers=basic(identity, "wrong-wrong-wrong"),
                proxy=None,
            )
        answers.append((caught.value.response.status_code, caught.value.response.body))
    assert answers[0] == answers[1]
