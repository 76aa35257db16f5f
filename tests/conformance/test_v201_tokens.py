"""Block C: cards that are refused, the cache, groups and the master pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.conformance.flows import STATION, TOKEN, charging_station, drive, ended, shown, started, updated
from tests.conformance.lists import add_token, change_token, choose, clear_cache, sent_list, state_is
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, asked

PAST = (datetime.now(UTC) - timedelta(days=1)).isoformat()
GROUP = {"idToken": "FAMILY", "type": "Central"}


def token(value: str) -> Json:
    return {"idToken": value, "type": "ISO14443"}


def with_token(step: Any, value: str) -> Any:
    return step._replace(more=step.more | {"idToken": token(value)})


async def asks(station: ScriptedStation, value: str) -> Json:
    return dict((await station.call("Authorize", {"idToken": token(value)}))["idTokenInfo"])


async def refused_start(node: Node, operator: httpx.AsyncClient, word: str) -> None:
    async with charging_station(node) as station:
        assert (await asks(station, "BAD-1"))["status"] == word
        meter = Meter201(station, evse=None)
        begin = with_token(started("Authorized", "EVConnected", evse=1), "BAD-1")
        (answer,) = await drive(station, [begin], meter, ago=1)
        assert answer["idTokenInfo"]["status"] == word
        await drive(station, [ended("Deauthorized", "DeAuthorized", wh=1000)], meter)
        await shown(operator, state="failed", flags=["not_authorized"], cost=None)


async def test_TC_C_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused_start(node, operator, "Invalid")


async def test_TC_C_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await change_token(operator, await add_token(operator, "BAD-1"), blocked=True)
    await refused_start(node, operator, "Blocked")


async def test_TC_C_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await add_token(operator, "BAD-1", expires_at=PAST)
    await refused_start(node, operator, "Expired")


async def test_TC_C_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """From the cache of the station, without Authorize: the answer to the start confirms it."""
    async with charging_station(node) as station:
        (answer,) = await drive(station, [started("Authorized", "Charging", evse=1, token=True)])
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await shown(operator, state="active", flags=[])


async def test_TC_C_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The cache says yes, the operator says no since then: the start is answered so, and the station ends it."""
    async with charging_station(node, known_card=False) as station:
        token_id = await add_token(operator, TOKEN["idToken"])
        assert (await asks(station, TOKEN["idToken"]))["status"] == "Accepted"
        await change_token(operator, token_id, blocked=True)
        meter = Meter201(station, evse=None)
        (answer,) = await drive(station, [started("Authorized", "Charging", evse=1, token=True)], meter, ago=1)
        assert answer["idTokenInfo"]["status"] == "Blocked"
        await drive(station, [ended("Deauthorized", "DeAuthorized", wh=1000)], meter)
        await shown(operator, state="failed", flags=["not_authorized"])


async def cache_cleared(node: Node, operator: httpx.AsyncClient, reply: str) -> None:
    async with charging_station(node) as station:
        answer = await clear_cache(station, operator, reply)
        assert (answer["status"], answer["accepted"]) == (reply, reply == "Accepted")
        newest = (await operator.get(f"{STATION}/commands")).json()["items"][0]
        assert (newest["action"], newest["status"]) == ("ClearCache", reply)


async def test_TC_C_37_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await cache_cleared(node, operator, "Accepted")


async def test_TC_C_38_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await cache_cleared(node, operator, "Rejected")


async def family(operator: httpx.AsyncClient, *numbers: str) -> list[str]:
    return [await add_token(operator, number, group="FAMILY") for number in numbers]


async def stopped_by_second(station: ScriptedStation, operator: httpx.AsyncClient, *, asks_first: bool) -> None:
    """FAMILY-1 starts, FAMILY-2 stops; both are answered with their group, by which the station knows."""
    meter = Meter201(station, evse=None)
    begin = with_token(started("Authorized", "Charging", evse=1), "FAMILY-1")
    (answer,) = await drive(station, [begin], meter, ago=5)
    assert answer["idTokenInfo"] == {"status": "Accepted", "groupIdToken": GROUP}
    if asks_first:
        assert await asks(station, "FAMILY-2") == {"status": "Accepted", "groupIdToken": GROUP}
    stop = with_token(ended("StopAuthorized", "Local"), "FAMILY-2")
    (answer,) = await drive(station, [stop], meter)
    assert answer["idTokenInfo"]["groupIdToken"] == GROUP
    await shown(operator, state="ended", id_token="•••LY-1", energy_wh=2500, flags=[])


async def test_TC_C_39_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await family(operator, "FAMILY-1", "FAMILY-2")
    async with charging_station(node) as station:
        await stopped_by_second(station, operator, asks_first=True)


def entry(number: str, status: str = "Accepted") -> Json:
    return {"idToken": token(number), "idTokenInfo": {"status": status, "groupIdToken": GROUP}}


async def test_TC_C_40_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Both cards stand in the station's own list with their group: it needs to ask nobody."""
    await family(operator, "FAMILY-1", "FAMILY-2")
    async with charging_station(node) as station:
        await choose(operator, "groups", ("FAMILY",))
        sent = await sent_list(station)
        assert sent["localAuthorizationList"] == [entry("FAMILY-1"), entry("FAMILY-2")]
        await state_is(operator, "synced")
        await stopped_by_second(station, operator, asks_first=False)


async def test_TC_C_43_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station's list says that the second card is blocked; since then it was freed, which asking tells."""
    _, second = await family(operator, "FAMILY-1", "FAMILY-2")
    await change_token(operator, second, blocked=True)
    async with charging_station(node) as station:
        await choose(operator, "groups", ("FAMILY",))
        sent = await sent_list(station)
        assert sent["localAuthorizationList"] == [entry("FAMILY-1"), entry("FAMILY-2", "Blocked")]
        await state_is(operator, "synced")
        await choose(operator, "off")
        await change_token(operator, second, blocked=False)
        await stopped_by_second(station, operator, asks_first=True)


async def master(station: ScriptedStation, operator: httpx.AsyncClient, evses: tuple[int, ...]) -> list[Meter201]:
    """The station learns the group of the master pass; two others charge, and some of them are stopped by it."""
    await add_token(operator, "MASTER-1", group="MASTER", label="Master pass")
    body = {"component": "AuthCtrlr", "name": "MasterPassGroupId", "value": "MASTER"}
    reply = {
        "setVariableResult": [
            {
                "attributeStatus": "Accepted",
                "component": {"name": "AuthCtrlr"},
                "variable": {"name": "MasterPassGroupId"},
            }
        ]
    }
    sent, answer = await asked(station, operator, f"{STATION}/variables", body, "SetVariables", reply)
    assert sent["setVariableData"][0]["attributeValue"] == "MASTER"
    assert answer.json()["accepted"]
    meters = []
    for evse, number in ((1, "GUEST-1"), (2, "GUEST-2")):
        await add_token(operator, number)
        meter = Meter201(station, evse=None)
        await drive(station, [with_token(started("Authorized", "Charging", evse=evse), number)], meter, ago=5)
        meters.append(meter)
    info = await asks(station, "MASTER-1")
    assert info == {"status": "Accepted", "groupIdToken": {"idToken": "MASTER", "type": "Central"}}
    for evse in evses:
        stop = with_token(ended("StopAuthorized", "MasterPass"), "MASTER-1")
        (answer,) = await drive(station, [stop], meters[evse - 1])
        assert answer["idTokenInfo"]["status"] == "Accepted"
    return meters


async def states(operator: httpx.AsyncClient) -> dict[str, tuple[str, str]]:
    items = (await operator.get("/api/v1/transactions")).json()["items"]
    return {one["connector"]: (one["state"], one["stop_reason"]) for one in items}


async def test_TC_C_47_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2, known_card=False) as station:
        await master(station, operator, (1, 2))
        assert await states(operator) == {"1": ("ended", "MasterPass"), "2": ("ended", "MasterPass")}


async def test_TC_C_48_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """On its screen only one was chosen."""
    async with charging_station(node, outlets=2, known_card=False) as station:
        meters = await master(station, operator, (2,))
        assert await states(operator) == {"1": ("active", ""), "2": ("ended", "MasterPass")}
        await drive(station, [updated("MeterValuePeriodic", "Charging", wh=2000)], meters[0])
        assert (await states(operator))["1"] == ("active", "")


async def test_TC_C_49_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Without a screen there is nothing to choose; whose sessions they were stays as it was."""
    async with charging_station(node, outlets=2, known_card=False) as station:
        await master(station, operator, (1, 2))
        items = (await operator.get("/api/v1/transactions")).json()["items"]
        assert {one["id_token"] for one in items} == {"•••ST-1", "•••ST-2"}
        assert {one["stop_reason"] for one in items} == {"MasterPass"}
