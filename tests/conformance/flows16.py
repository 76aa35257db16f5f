"""What the cases of 1.6 sessions and commands share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from shared.accounts import Role
from tests.conformance.flows import STATION, outlets
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked, card

CARD = "CARD-1"


async def status(station: ScriptedStation, word: str, connector: int = 1, **more: Any) -> None:
    told = {"connectorId": connector, "status": word, "errorCode": "NoError"} | more
    assert await station.call("StatusNotification", told) == {}


async def authorize(station: ScriptedStation, token: str = CARD, expected: str = "Accepted") -> None:
    answer = await station.call("Authorize", {"idTag": token})
    assert answer["idTagInfo"]["status"] == expected, answer


@asynccontextmanager
async def charge_point(node: Node, *, outlets: int = 1, known_card: bool = True) -> AsyncIterator[ScriptedStation]:
    """A booted charge point with free connectors, and a known card."""
    await node.add_station("CP-1", connectors=outlets, tariff_id=await node.add_tariff())
    if known_card:
        await card(node)
    async with node.booted("CP-1") as station:
        for connector in range(1, outlets + 1):
            await status(station, "Available", connector)
        yield station


async def remote_start(
    node: Node, station: ScriptedStation, operator: httpx.AsyncClient, reply: str = "Accepted"
) -> tuple[httpx.AsyncClient, str, httpx.Response]:
    """A driver taps Start: (the driver, the id that the station was given, the API's answer)."""
    driver = await node.client(Role.DRIVER)
    body = {"connector_id": (await outlets(operator))[0]["id"]}
    answer_of = {"status": reply}
    sent, answer = await asked(station, driver, "/api/v1/transactions", body, "RemoteStartTransaction", answer_of)
    assert sent.keys() == {"connectorId", "idTag"}
    assert sent["connectorId"] == 1
    assert 0 < len(sent["idTag"]) <= 20
    return driver, sent["idTag"], answer


async def commanded(
    station: ScriptedStation, operator: httpx.AsyncClient, room: str, body: Json, action: str, reply: str
) -> Json:
    """An operator's command whose answer is one status word: what the station was asked."""
    sent, answer = await asked(station, operator, f"{STATION}/{room}", body, action, {"status": reply})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == reply
    newest = (await operator.get(f"{STATION}/commands")).json()["items"][0]
    assert (newest["state"], newest["status"]) == ("answered", reply)
    return sent
