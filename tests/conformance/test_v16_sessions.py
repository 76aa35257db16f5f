"""Whole sessions of 1.6: at the station, from afar, and while it was offline."""

import httpx

from tests.conformance.flows import STATION, outlets, shown
from tests.conformance.flows16 import CARD, authorize, charge_point, commanded, remote_start, status
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Session16, asked, bill, key, only_session, sessions, stamp

WORDS = {"Preparing": "occupied", "Charging": "charging", "Finishing": "finishing", "Available": "available"}


async def moves(station: ScriptedStation, operator: httpx.AsyncClient, *words: str) -> None:
    """The connector goes through these states, and each is shown."""
    for word in words:
        await status(station, word)
        assert [one["status"] for one in await outlets(operator)] == [WORDS[word]]


async def charges(station: ScriptedStation, operator: httpx.AsyncClient, token: str = CARD) -> Session16:
    session = Session16(station, token=token)
    began = await session.started(1000)
    assert began["idTagInfo"]["status"] == "Accepted"
    assert began["transactionId"] > 0
    await moves(station, operator, "Charging")
    await session.meter(15, {"value": "3500"})
    return session


async def billed(operator: httpx.AsyncClient, reason: str, wh: int = 5000) -> None:
    """The only session has ended, and what it costs is what its registers say: 0.40 a kWh."""
    session = await shown(operator, state="ended", stop_reason=reason, energy_wh=wh)
    total, energy = await bill(operator, session["id"])
    assert (total * 2500, energy) == (wh, wh)
    await shown(operator, flags=[])  # with the bill comes what the whole session tells of its meter


async def local_session(node: Node, operator: httpx.AsyncClient, cable_first: bool) -> None:
    async with charge_point(node) as station:
        if cable_first:
            await moves(station, operator, "Preparing")
            await authorize(station)
        else:
            await authorize(station)
            await moves(station, operator, "Preparing")
        session = await charges(station, operator)
        await shown(operator, state="active", energy_wh=2500, connector="1")
        await authorize(station)
        answer = await session.stopped(6000, idTag=CARD, reason="Local")
        assert answer["idTagInfo"]["status"] == "Accepted"
        await moves(station, operator, "Finishing", "Available")
        await billed(operator, "Local")


async def test_TC_003_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await local_session(node, operator, cable_first=True)


async def test_TC_004_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await local_session(node, operator, cable_first=False)


async def test_TC_004_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        await authorize(station)
        await moves(station, operator, "Preparing", "Available")
        assert await sessions(operator) == []


async def test_TC_005_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The driver pulls the plug out of the car: over, without a card."""
    async with charge_point(node) as station:
        await moves(station, operator, "Preparing")
        await authorize(station)
        session = await charges(station, operator)
        assert await session.stopped(6000, reason="EVDisconnected") == {}
        await moves(station, operator, "Finishing", "Available")
        await billed(operator, "EVDisconnected")


async def from_afar(node: Node, operator: httpx.AsyncClient, cable_first: bool) -> None:
    async with charge_point(node) as station:
        if cable_first:
            await moves(station, operator, "Preparing")
        driver, token, answer = await remote_start(node, station, operator)
        assert answer.status_code == 202, answer.text
        await authorize(station, token)
        if not cable_first:
            await moves(station, operator, "Preparing")
        session = await charges(station, operator, token)
        mine = await only_session(driver)
        assert (mine["state"], mine["energy_wh"], mine["id"]) == ("active", 2500, answer.json()["id"])
        await session.stopped(6000, reason="Local", idTag=token)
        await billed(operator, "Local")


async def test_TC_010_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await from_afar(node, operator, cable_first=True)


async def test_TC_011_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await from_afar(node, operator, cable_first=False)


async def test_TC_011_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Nobody plugs in: the station is free again, and the driver may take back what they asked for."""
    async with charge_point(node) as station:
        driver, _, answer = await remote_start(node, station, operator)
        await moves(station, operator, "Preparing", "Available")
        path = f"/api/v1/transactions/{answer.json()['id']}"
        assert (await driver.get(path)).json()["transaction"]["state"] == "requested"
        assert (await driver.post(f"{path}/stop", headers=key())).status_code == 202
        assert (await driver.get(path)).json()["transaction"]["state"] == "failed"
        await station.expect_nothing(0.1)


async def stop_asked(
    node: Node, station: ScriptedStation, operator: httpx.AsyncClient, reply: str
) -> tuple[Session16, httpx.Response]:
    driver, token, _ = await remote_start(node, station, operator)
    session = await charges(station, operator, token)
    path = f"/api/v1/transactions/{(await only_session(driver))['id']}/stop"
    sent, answer = await asked(station, driver, path, {}, "RemoteStopTransaction", {"status": reply})
    assert sent == {"transactionId": session.number}
    return session, answer


async def test_TC_012_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        session, answer = await stop_asked(node, station, operator, "Accepted")
        assert answer.status_code == 202, answer.text
        await session.stopped(6000, reason="Remote")
        await moves(station, operator, "Finishing", "Available")
        await billed(operator, "Remote")


async def test_TC_026_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        driver, _, answer = await remote_start(node, station, operator, "Rejected")
        assert (answer.status_code, answer.json()["code"]) == (502, "start_rejected")
        assert (await only_session(driver))["state"] == "failed"


async def test_TC_028_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        _, answer = await stop_asked(node, station, operator, "Rejected")
        assert (answer.status_code, answer.json()["code"]) == (502, "stop_rejected")
        await shown(operator, state="active", energy_wh=2500)


async def test_TC_032_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The power comes back: it boots, and ends what ran when it went away."""
    async with charge_point(node) as station:
        session = await charges(station, operator)
        station.vanish()
    async with node.booted("CP-1") as station:
        await status(station, "Available")
        session.station = station
        await session.stopped(6000, minutes_ago=10, reason="PowerLoss")
        await billed(operator, "PowerLoss")


async def test_TC_039_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """All of it happened while the station was offline: its own times count, and it is asked for nothing."""
    async with charge_point(node) as station:
        began, ended = stamp(90), stamp(30)
        answer = await station.call(
            "StartTransaction", {"connectorId": 1, "idTag": CARD, "meterStart": 1000, "timestamp": began}
        )
        assert answer["idTagInfo"]["status"] == "Accepted"
        told = {"transactionId": answer["transactionId"], "meterStop": 6000, "timestamp": ended, "reason": "Local"}
        assert "error" not in await station.call("StopTransaction", told | {"idTag": CARD})
        await station.expect_nothing(0.1)
        await billed(operator, "Local")
        session = await only_session(operator)
        assert [session[name].replace("Z", "")[:19] for name in ("begun_at", "ended_at")] == [began[:19], ended[:19]]
    assert (await operator.get(STATION)).status_code == 200


async def test_TC_018_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Unlocked while it charges: the station ends the session and frees the cable."""
    async with charge_point(node) as station:
        session = await charges(station, operator)
        body = {"connector_id": (await outlets(operator))[0]["id"]}
        sent = await commanded(station, operator, "unlock", body, "UnlockConnector", "Unlocked")
        assert sent == {"connectorId": 1}
        await session.stopped(6000, reason="UnlockCommand")
        await moves(station, operator, "Finishing", "Available")
        await billed(operator, "UnlockCommand")
