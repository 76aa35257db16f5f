"""Cards of 1.6: refused ones, the cache, offline sessions, and the lists that stations keep."""

from datetime import UTC, datetime, timedelta

import httpx

from tests.conformance.flows import STATION, shown
from tests.conformance.flows16 import CARD, authorize, charge_point, status
from tests.conformance.lists import (
    LIST,
    add_token,
    ask_version,
    change_token,
    choose,
    clear_cache,
    held,
    sent_list,
    state_is,
)
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Session16, asked, bill, only_session

PAST = (datetime.now(UTC) - timedelta(days=1)).isoformat()


async def test_TC_007_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station knows the card from its cache and asks nobody: the start says it again."""
    async with charge_point(node) as station:
        await status(station, "Preparing")
        answer = await Session16(station).started(1000)
        assert answer["idTagInfo"]["status"] == "Accepted"
        await status(station, "Charging")
        await shown(operator, state="active", flags=[])


async def refused_start(node: Node, operator: httpx.AsyncClient, word: str) -> None:
    """The card is refused at Authorize and at a start that comes all the same; nothing is charged for."""
    async with charge_point(node, known_card=False) as station:
        await authorize(station, "BAD-1", word)
        session = Session16(station, token="BAD-1")
        answer = await session.started(1000)
        assert answer["idTagInfo"]["status"] == word
        await session.stopped(1000, reason="DeAuthorized")
        found = await shown(operator, state="failed", flags=["not_authorized"])
        receipt = await operator.get(f"/api/v1/transactions/{found['id']}/receipt")
        assert receipt.status_code == 404


async def test_TC_023_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused_start(node, operator, "Invalid")


async def test_TC_023_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await add_token(operator, "BAD-1", expires_at=PAST)
    await refused_start(node, operator, "Expired")


async def test_TC_023_3_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await change_token(operator, await add_token(operator, "BAD-1"), blocked=True)
    await refused_start(node, operator, "Blocked")


async def delivered_late(station: ScriptedStation, token: str) -> tuple[Session16, Json]:
    session = Session16(station, token=token)
    return session, await session.started(1000, minutes_ago=60)


async def test_TC_037_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """It began while the station was offline, and goes on."""
    async with charge_point(node) as station:
        session, answer = await delivered_late(station, CARD)
        assert answer["idTagInfo"]["status"] == "Accepted"
        await shown(operator, state="active")
        await session.stopped(6000, reason="Local")
        total, energy = await bill(operator, (await only_session(operator))["id"])
        assert (total, energy) == (2, 5000)


async def test_TC_037_3_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station let an unknown card charge; told of it, it stops."""
    async with charge_point(node) as station:
        session, answer = await delivered_late(station, "NOBODY")
        assert answer["idTagInfo"]["status"] == "Invalid"
        assert answer["transactionId"] > 0
        await session.stopped(1500, reason="DeAuthorized")
        await shown(operator, state="failed", flags=["energy_without_authorization", "not_authorized"])


async def test_TC_061_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        assert (await clear_cache(station, operator, "Accepted"))["accepted"]
        assert not (await clear_cache(station, operator, "Rejected"))["accepted"]
        commands = (await operator.get(f"{STATION}/commands")).json()["items"]
        assert [one["status"] for one in commands[:2]] == ["Rejected", "Accepted"]


async def version_told(node: Node, operator: httpx.AsyncClient, number: int) -> None:
    async with charge_point(node) as station:
        answer = await ask_version(station, operator, {"listVersion": number})
        assert (answer.status_code, answer.json()["station_version"]) == (200, number)
        assert (await operator.get(LIST)).json()["station_version"] == number


async def test_TC_042_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await version_told(node, operator, -1)


async def test_TC_042_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await version_told(node, operator, 0)


async def list_refused(node: Node, operator: httpx.AsyncClient, reply: str, words: str) -> None:
    async with charge_point(node) as station:
        await choose(operator)
        await sent_list(station, reply)
        found = await state_is(operator, "refused")
        assert words in found["detail"]
        assert await held(operator) == {}
        await station.expect_nothing(0.1)


async def test_TC_043_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await list_refused(node, operator, "NotSupported", "keeps no list")


async def test_TC_043_3_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await list_refused(node, operator, "Failed", "could not take")


async def test_TC_043_4_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        await add_token(operator, "FAMILY-2", group="FAMILY")
        await choose(operator)
        assert await sent_list(station) == {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": CARD, "idTagInfo": {"status": "Accepted"}},
                {"idTag": "FAMILY-2", "idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}},
            ],
        }
        found = await state_is(operator, "synced")
        assert (found["version"], found["size"]) == (1, 2)
        assert await held(operator) == {CARD: "accepted", "FAMILY-2": "accepted"}


async def test_TC_043_5_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A card that is blocked reaches the station by itself, and nothing else is sent again."""
    async with charge_point(node) as station:
        stolen = await add_token(operator, "STOLEN")
        await choose(operator)
        await sent_list(station)
        await state_is(operator, "synced")
        await change_token(operator, stolen, blocked=True)
        assert (await operator.get(LIST)).json()["state"] == "waiting"
        answer_sync = await synced_now(station, operator)
        assert answer_sync == {
            "listVersion": 2,
            "updateType": "Differential",
            "localAuthorizationList": [{"idTag": "STOLEN", "idTagInfo": {"status": "Blocked"}}],
        }
        assert await held(operator) == {CARD: "accepted", "STOLEN": "blocked"}


async def synced_now(station: ScriptedStation, operator: httpx.AsyncClient) -> Json:
    """The operator doesn't wait for the background: what was sent."""
    sent, answer = await asked(station, operator, f"{LIST}/sync", {}, "SendLocalList", {"status": "Accepted"})
    assert (answer.status_code, answer.json()["state"]) == (200, "synced"), answer.text
    return sent
