"""Block D: the lists of cards that stations keep."""

import httpx

from tests.conformance.flows import TOKEN, charging_station
from tests.conformance.lists import LIST, add_token, ask_version, change_token, choose, held, sent_list, state_is
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked

CARD = TOKEN["idToken"]


def entry(number: str, status: str | None = "Accepted") -> Json:
    info = {} if status is None else {"idTokenInfo": {"status": status}}
    return {"idToken": {"idToken": number, "type": "ISO14443"}} | info


async def synced(station: ScriptedStation, operator: httpx.AsyncClient, **body: bool) -> Json:
    sent, answer = await asked(station, operator, f"{LIST}/sync", body, "SendLocalList", {"status": "Accepted"})
    assert (answer.status_code, answer.json()["state"]) == (200, "synced"), answer.text
    return sent


async def first_list(station: ScriptedStation, operator: httpx.AsyncClient) -> Json:
    await choose(operator)
    sent = await sent_list(station)
    await state_is(operator, "synced")
    return sent


async def test_TC_D_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        assert await first_list(station, operator) == {
            "versionNumber": 1,
            "updateType": "Full",
            "localAuthorizationList": [entry(CARD)],
        }
        assert await held(operator) == {CARD: "accepted"}
        again = await synced(station, operator, full=True)
        assert (again["versionNumber"], again["updateType"]) == (2, "Full")


async def test_TC_D_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        old = await add_token(operator, "OLD")
        await first_list(station, operator)
        await add_token(operator, "NEW")
        await change_token(operator, old, blocked=True)
        assert await synced(station, operator) == {
            "versionNumber": 2,
            "updateType": "Differential",
            "localAuthorizationList": [entry("NEW"), entry("OLD", "Blocked")],
        }
        assert await held(operator) == {CARD: "accepted", "NEW": "accepted", "OLD": "blocked"}


async def test_TC_D_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        lost = await add_token(operator, "LOST")
        await first_list(station, operator)
        assert (await operator.delete(f"/api/v1/tokens/{lost}")).status_code == 204
        assert await synced(station, operator) == {
            "versionNumber": 2,
            "updateType": "Differential",
            "localAuthorizationList": [entry("LOST", None)],
        }
        assert await held(operator) == {CARD: "accepted"}


async def test_TC_D_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Nobody is chosen any more: one empty full list clears what the station had."""
    async with charging_station(node) as station:
        await first_list(station, operator)
        await choose(operator, "groups", ("NOBODY",))
        await sent_list(station)
        await state_is(operator, "synced")
        sent = await synced(station, operator, full=True)
        assert sent == {"versionNumber": 3, "updateType": "Full"}
        assert await held(operator) == {}


async def version_told(node: Node, operator: httpx.AsyncClient, number: int) -> None:
    async with charging_station(node) as station:
        await first_list(station, operator)
        answer = await ask_version(station, operator, {"versionNumber": number})
        assert (answer.json()["station_version"], answer.json()["version"]) == (number, 1)


async def test_TC_D_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await version_told(node, operator, 1)
    assert await held(operator) == {CARD: "accepted"}


async def test_TC_D_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """It has lost its list: what it holds isn't known any more, and the next update is a full one."""
    await version_told(node, operator, 0)
    assert await held(operator) == {}
    async with node.booted("CP-1", "2.0.1") as station:
        sent = await synced(station, operator)
        assert (sent["versionNumber"], sent["updateType"]) == (2, "Full")
