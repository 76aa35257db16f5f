"""Bulk actions against several stations: stages, refusals, stations that are away, halts, and lost workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from backend import jobs
from backend.campaigns import service
from backend.db.engine import DB
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, eventually, key

CAMPAIGNS = "/api/v1/campaigns"
RESET = {"kind": "reset", "reset": "soft"}
ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


@asynccontextmanager
async def fleet(node: Node, count: int, *, away: int = 0) -> AsyncIterator[list[ScriptedStation]]:  # noqa: F811
    """CP-0, CP-1 …; the last `away` of them are not connected."""
    async with AsyncExitStack() as stack:
        for number in range(count):
            await node.add_station(f"CP-{number}")
        yield [await stack.enter_async_context(node.booted(f"CP-{number}")) for number in range(count - away)]


async def begin(client: httpx.AsyncClient, **values: Any) -> str:
    """Its address."""
    body = {"name": "Roll-out", "stations": {"every": True}, "action": RESET} | values
    answer = await client.post(CAMPAIGNS, json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return f"{CAMPAIGNS}/{answer.json()['id']}"


async def reply(station: ScriptedStation, answer: Json, action: str = "Reset") -> Json:
    message_id, asked = await station.expect_call(action)
    await station.answer(message_id, answer)
    return asked


async def results(client: httpx.AsyncClient, path: str, **params: str) -> dict[str, tuple[str, str]]:
    items = (await client.get(f"{path}/stations", params=params)).json()["items"]
    return {one["identity"]: (one["state"], one["detail"]) for one in items}


async def until(client: httpx.AsyncClient, path: str, state: str) -> Json:
    found: Json = await eventually(client, path, lambda one: one["state"] == state)
    return found


async def test_stage_after_stage(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    async with fleet(node, 4) as stations:
        path = await begin(operator, stages=[{"count": 1}, {"percent": 25}], pause_s=1)
        assert await reply(stations[0], ACCEPTED) == {"type": "Soft"}
        paused = await eventually(operator, path, lambda one: one["stage"] == 2)
        assert paused["stage_from"]
        assert paused["counts"] == {"done": 1, "waiting": 3}
        await stations[1].expect_nothing(0.3)
        await reply(stations[1], ACCEPTED)
        await eventually(operator, path, lambda one: one["stage"] == 3)
        await asyncio.gather(*(reply(one, ACCEPTED) for one in stations[2:]))
        done = await until(operator, path, "done")
    assert (done["counts"], done["total"], done["stages_total"]) == ({"done": 4}, 4, 3)
    assert done["ended_at"]
    assert set((await results(operator, path)).values()) == {("done", "Accepted")}
    listed = (await operator.get(CAMPAIGNS, params={"state": "done"})).json()["items"]
    assert [one["name"] for one in listed] == ["Roll-out"]
    assert (await operator.post(f"{path}/cancel")).json()["code"] == "campaign_over"


async def test_refusals_errors_and_stations_that_are_away(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with fleet(node, 4, away=1) as stations:
        path = await begin(
            operator,
            max_failed_percent=100,
            stations={"identities": ["CP-3", "CP-2", "CP-1", "CP-0"], "ocpp_version": ""},
        )
        await reply(stations[0], ACCEPTED)
        await reply(stations[1], REJECTED)
        message_id, _ = await stations[2].expect_call("Reset")
        await stations[2].answer_error(message_id, "InternalError", "no memory")
        done = await until(operator, path, "done")
    assert done["counts"] == {"done": 1, "refused": 2, "offline": 1}
    found = await results(operator, path)
    assert list(found) == ["CP-3", "CP-2", "CP-1", "CP-0"]
    assert found["CP-1"] == ("refused", "Rejected")
    assert "InternalError: no memory" in found["CP-2"][1]
    assert found["CP-3"] == ("offline", "The station was not connected; it was skipped.")
    assert list(await results(operator, path, state="refused", search="p-1")) == ["CP-1"]
    assert not (
        await DB.run(
            "SELECT 1 FROM station_command c JOIN charging_station s ON s.id = c.station WHERE s.identity = 'CP-3'"
        )
    )
    first = (await operator.get(f"{path}/stations", params={"limit": 3})).json()
    rest = (await operator.get(f"{path}/stations", params={"cursor": first["next_cursor"]})).json()
    assert [one["identity"] for one in rest["items"]] == ["CP-0"]


async def test_halted_with_an_incident_and_resumed(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with fleet(node, 3) as stations:
        path = await begin(operator, stages=[{"count": 1}, {"count": 1}])
        await reply(stations[0], REJECTED)
        halted = await until(operator, path, "halted")
        assert halted["detail"] == "1 of 1 stations failed or refused."
        await stations[1].expect_nothing(0.2)
        (incident,) = (await operator.get("/api/v1/incidents")).json()["items"]
        assert (incident["rule"], incident["station_identity"]) == ("campaign_halted", "CP-0")
        assert incident["detail"] == "Roll-out: 1 of 1 stations failed or refused, this one last."
        resumed = await operator.post(f"{path}/resume", headers=key())
        assert resumed.json()["state"] == "running"
        (incident,) = (await operator.get("/api/v1/incidents")).json()["items"]
        assert incident["state"] == "closed"
        await reply(stations[1], ACCEPTED)
        await reply(stations[2], ACCEPTED)
        assert (await until(operator, path, "done"))["counts"] == {"done": 2, "refused": 1}


async def test_paused_resumed_and_cancelled(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    async with fleet(node, 3) as stations:
        path = await begin(operator, stages=[{"count": 1}, {"count": 1}])
        message_id, _ = await stations[0].expect_call("Reset")
        assert (await operator.post(f"{path}/pause")).json()["state"] == "paused"
        await stations[0].answer(message_id, ACCEPTED)
        await eventually(operator, path, lambda one: one["counts"] == {"done": 1, "waiting": 2})
        await stations[1].expect_nothing(0.2)
        assert (await operator.post(f"{path}/resume", headers=key())).json()["state"] == "running"
        message_id, _ = await stations[1].expect_call("Reset")
        cancelled = (await operator.post(f"{path}/cancel")).json()
        assert cancelled["state"] == "cancelled"
        await stations[1].answer(message_id, ACCEPTED)
        await eventually(operator, path, lambda one: one["counts"] == {"done": 2, "cancelled": 1})
        await stations[2].expect_nothing(0.2)


async def test_one_lost_between_claim_and_answer_is_told_and_not_repeated(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with fleet(node, 2) as stations:
        await DB.run("DELETE FROM campaign")
        path = await begin(operator, stages=[{"count": 1}], max_failed_percent=100)
        await reply(stations[0], ACCEPTED)
        await reply(stations[1], ACCEPTED)
        await until(operator, path, "done")
        # As a worker leaves it that was killed after its claim: its job is taken over by another.
        rows = await DB.run(
            """UPDATE campaign_station SET state = 'running', detail = '', ended_at = NULL
            WHERE id = (SELECT max(id) FROM campaign_station) RETURNING id"""
        )
        await DB.run("UPDATE campaign SET state = 'running', ended_at = NULL")
        await jobs.enqueue("campaigns.act", {"result_id": rows[0]["id"]})
        await stations[1].expect_nothing(0.4)
        await service.watch(node.ctx)
        assert (await results(operator, path))["CP-1"][0] == "running"  # perhaps somebody still waits for it
        await DB.run("UPDATE campaign_station SET sent_at = now() - interval '1 hour' WHERE state = 'running'")
        await service.watch(node.ctx)
        assert (await results(operator, path))["CP-1"] == ("unknown", service.LOST)
        assert (await until(operator, path, "done"))["counts"] == {"done": 1, "unknown": 1}
        await stations[1].expect_nothing(0.2)


async def test_one_taken_whose_job_is_gone_is_asked_after_all(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with fleet(node, 1) as stations:
        path = await begin(operator)
        await reply(stations[0], REJECTED)
        await until(operator, path, "halted")
        await DB.run("DELETE FROM pgqueuer")
        await DB.run("UPDATE campaign_station SET state = 'running', sent_at = NULL, ended_at = NULL")
        await DB.run("UPDATE campaign SET state = 'running'")
        await service.watch(node.ctx)
        await reply(stations[0], ACCEPTED)
        assert (await until(operator, path, "done"))["counts"] == {"done": 1}


async def test_an_update_counts_when_it_has_ended(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    firmware = {"url": "https://files.example.com/a.bin"}
    async with fleet(node, 2) as stations:
        path = await begin(
            operator, action={"kind": "firmware", "firmware": firmware}, stages=[{"count": 1}], pause_s=0
        )
        asked = await reply(stations[0], {}, "UpdateFirmware")
        assert asked["location"] == firmware["url"]
        await eventually(operator, f"{path}/stations", lambda page: page["items"][0]["detail"] == "Accepted")
        await service.watch(node.ctx)
        await stations[1].expect_nothing(0.2)
        await stations[0].call("FirmwareStatusNotification", {"status": "Installed"})
        await service.watch(node.ctx)
        await reply(stations[1], {}, "UpdateFirmware")
        await eventually(operator, f"{path}/stations", lambda page: page["items"][1]["detail"] == "Accepted")
        await stations[1].call("FirmwareStatusNotification", {"status": "InstallationFailed"})
        await service.watch(node.ctx)
        assert await results(operator, path) == {
            "CP-0": ("done", "Installed"),
            "CP-1": ("failed", "InstallationFailed"),
        }


@pytest.mark.parametrize(
    ("action", "call", "payload", "answer", "outcome"),
    [
        (
            {"kind": "availability", "operative": False},
            "ChangeAvailability",
            {"connectorId": 0, "type": "Inoperative"},
            {"status": "Scheduled"},
            ("done", "Scheduled"),
        ),
        (
            {"kind": "trigger", "message": "Heartbeat"},
            "TriggerMessage",
            {"requestedMessage": "Heartbeat"},
            {"status": "NotImplemented"},
            ("refused", "NotImplemented"),
        ),
        (
            {"kind": "variables", "variables": [{"name": "HeartbeatInterval", "value": "60"}]},
            "ChangeConfiguration",
            {"key": "HeartbeatInterval", "value": "60"},
            {"status": "RebootRequired"},
            ("done", "Takes effect after a restart."),
        ),
        ({"kind": "local_list"}, None, {}, {}, ("refused", "Choose first which cards this station shall keep.")),
        ({"kind": "template"}, None, {}, {}, ("refused", "No template is for this station.")),
    ],
)
async def test_every_action(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    action: Json,
    call: str | None,
    payload: Json,
    answer: Json,
    outcome: tuple[str, str],
) -> None:
    async with fleet(node, 1) as stations:
        path = await begin(operator, action=action, max_failed_percent=100)
        if call is not None:
            assert await reply(stations[0], answer, call) == payload
        await until(operator, path, "done")
        assert (await results(operator, path))["CP-0"] == outcome


@pytest.mark.parametrize(
    ("stations", "words"),
    [
        ({}, "Choose stations, or say that it is for every one."),
        ({"identities": ["CP-9"]}, "There is no station CP-9."),
        ({"location_id": "x"}, "This location doesn't exist."),
        ({"vendor": "Nobody"}, "No accepted station fits."),
    ],
)
async def test_a_choice_that_fits_nothing_is_refused(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    stations: Json,
    words: str,
) -> None:
    await node.add_station("CP-0")
    answer = await operator.post(CAMPAIGNS, json={"name": "C", "stations": stations, "action": RESET}, headers=key())
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "invalid_input", words)
    assert (await operator.get(CAMPAIGNS)).json()["items"] == []
