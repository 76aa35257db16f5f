"""Commands for stations that are offline: refused at once, or kept in order, as the caller chose."""

import asyncio

import httpx

from backend.commands import Trigger
from backend.db.engine import DB
from backend.stations import waiting
from backend.wiring import ERRANDS
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.wire import Json, eventually, key

STATION = "/api/v1/stations/CP-1"


async def queue(client: httpx.AsyncClient, room: str, body: Json, seconds: int | None = 3600) -> httpx.Response:
    params = {} if seconds is None else {"queue_for_s": seconds}
    return await client.post(f"{STATION}/{room}", json=body, params=params, headers=key())


async def states(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    """Oldest first."""
    items = (await client.get(f"{STATION}/commands")).json()["items"]
    return [(one["action"], one["state"], one["status"]) for one in reversed(items)]


async def test_refused_at_once_or_kept_in_order(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    refused = await queue(operator, "reset", {"kind": "soft"}, None)
    assert (refused.status_code, refused.json()["code"]) == (409, "station_offline")
    for room, body in (
        ("availability", {"operative": False}),
        ("trigger", {"message": "Heartbeat"}),
        ("reset", {"kind": "hard"}),
    ):
        answer = await queue(operator, room, body)
        assert (answer.status_code, answer.json()["status"], answer.json()["accepted"]) == (202, "Queued", False)
        assert answer.json()["queued_until"]
    gone = answer.json()["command_id"]
    cancel = f"{STATION}/commands/{gone}/cancel"
    assert (await operator.post(cancel)).status_code == 204
    assert (await operator.post(cancel)).json()["code"] == "not_queued"
    async with node.booted("CP-1") as station:
        message_id, sent = await station.expect_call("ChangeAvailability")
        assert sent == {"connectorId": 0, "type": "Inoperative"}
        await station.expect_nothing(0.2)  # one at a time
        await station.answer(message_id, {"status": "Accepted"})
        message_id, _ = await station.expect_call("TriggerMessage")
        await station.answer(message_id, {"status": "Rejected"})
        await eventually(operator, f"{STATION}/commands", lambda page: page["items"][1]["state"] == "answered")
        await station.expect_nothing(0.2)
    assert await states(operator) == [
        ("Reset", "failed", "The station is not connected"),
        ("SetAvailability", "answered", "Accepted"),
        ("Trigger", "answered", "Rejected"),
        ("Reset", "failed", "Cancelled"),
    ]


async def test_one_that_is_there_is_asked_now(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        post = asyncio.create_task(queue(operator, "trigger", {"message": "Heartbeat"}))
        message_id, _ = await station.expect_call("TriggerMessage")
        await station.answer(message_id, {"status": "Accepted"})
        assert (await post).json()["accepted"]


async def test_too_late_and_interrupted_ones_are_told(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    await queue(operator, "trigger", {"message": "Heartbeat"})
    await queue(operator, "trigger", {"message": "BootNotification"})
    await DB.run(
        "UPDATE station_command SET expires_at = now() - interval '1 minute' WHERE request::text LIKE '%Heart%'"
    )
    await DB.run(
        """UPDATE station_command SET state = 'sent', answered_at = now() - interval '1 hour'
        WHERE request::text LIKE '%Boot%'"""
    )
    await waiting.expire(node.ctx)
    assert await states(operator) == [("Trigger", "failed", "Expired"), ("Trigger", "failed", "Unknown")]
    async with node.booted("CP-1") as station:
        await station.expect_nothing(0.3)


async def test_two_workers_send_each_once(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    for _ in range(6):
        await queue(operator, "trigger", {"message": "Heartbeat"})
    (row,) = await DB.run("SELECT id FROM charging_station")
    asked = []

    async def answer() -> None:
        while True:
            message_id, _ = await one.expect_call("TriggerMessage")
            asked.append(message_id)
            await one.answer(message_id, {"status": "Accepted"})

    async with node.booted("CP-1") as one:
        answering = asyncio.create_task(answer())
        await asyncio.gather(*(waiting.deliver(ERRANDS, node.ctx, {"station_id": str(row["id"])}) for _ in range(3)))
        await eventually(
            operator, f"{STATION}/commands", lambda page: all(each["state"] == "answered" for each in page["items"])
        )
        answering.cancel()
    assert len(asked) == len(set(asked)) == 6
    assert Trigger.__name__ == (await states(operator))[0][0]


# --- what rooms ask in their own words -----------------------------------------------------------------

PROFILE = {
    "evse": 0,
    "profile": {
        "purpose": "ChargingStationMaxProfile",
        "kind": "Absolute",
        "schedules": [{"unit": "W", "periods": [{"start_s": 0, "limit": 11000}], "starts_at": "2026-01-01T00:00:00Z"}],
    },
}
ACCEPTED = {"status": "Accepted"}
ERRAND_CALLS: list[tuple[str, str, Json, str, Json]] = [
    # method, path, body → action on the wire, the station's answer
    ("post", "charging-profiles", PROFILE, "SetChargingProfile", ACCEPTED),
    ("put", "messages/3", {"content": "Closed at night"}, "SetDisplayMessage", ACCEPTED),
    ("post", "firmware", {"url": "https://files.example.com/a.bin"}, "UpdateFirmware", ACCEPTED),
    ("post", "logs", {"kind": "diagnostics"}, "GetLog", {"status": "Accepted", "filename": "a.log"}),
    ("put", "monitoring/level", {"severity": 4}, "SetMonitoringLevel", ACCEPTED),
    ("post", "local-list/sync", {"full": True}, "SendLocalList", ACCEPTED),
    ("post", "certificates/read", {}, "GetInstalledCertificateIds", {"status": "NotFound"}),
    (
        "post",
        "variables",
        {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval", "value": "60"},
        "SetVariables",
        {
            "setVariableResult": [
                {
                    "attributeStatus": "Accepted",
                    "component": {"name": "OCPPCommCtrlr"},
                    "variable": {"name": "HeartbeatInterval"},
                }
            ]
        },
    ),
    ("post", "charging-profiles/clear", {"numbers": [999]}, "ClearChargingProfile", {"status": "Unknown"}),
    ("delete", "messages/3", {}, "ClearDisplayMessage", ACCEPTED),
    ("post", "ocpp/ClearCache", {}, "ClearCache", ACCEPTED),
]


async def errand(client: httpx.AsyncClient, method: str, path: str, body: Json, **params: int) -> httpx.Response:
    sent = {} if method == "delete" else {"json": body}
    return await client.request(method, f"{STATION}/{path}", params=params, headers=key(), **sent)


async def test_what_rooms_ask_waits_with_all_that_belongs_to_it(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    await operator.put(f"{STATION}/local-list", json={"mode": "all"})
    await DB.run("UPDATE local_list SET state = 'synced'")
    for method, path, body, *_ in ERRAND_CALLS:
        refused = await errand(operator, method, path, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "station_offline"), path
    await DB.run("DELETE FROM station_command")
    await DB.run("UPDATE local_list SET state = 'synced'")
    for method, path, body, *_ in ERRAND_CALLS:
        kept = await errand(operator, method, path, body, queue_for_s=3600)
        assert (kept.status_code, kept.json()["status"]) == (202, "Queued"), (path, kept.text)
    queued = (await operator.get(f"{STATION}/commands", params={"state": "queued"})).json()["items"]
    assert len(queued) == len(ERRAND_CALLS)
    async with node.booted("CP-1", "2.0.1") as station:
        for *_, action, answer in ERRAND_CALLS:
            message_id, _ = await station.expect_call(action)
            await station.answer(message_id, answer)
        page = await eventually(
            operator,
            f"{STATION}/commands",
            lambda page: not [one for one in page["items"] if one["state"] in ("sent", "queued")],
        )
        rows = [one for one in page["items"] if one["action"] != "GetBaseReport"]
        assert [one["state"] for one in rows] == ["answered"] * len(ERRAND_CALLS), rows  # and no second row for any
    (kept,) = (await operator.get(f"{STATION}/charging-profiles")).json()["items"]
    assert float(kept["profile"]["schedules"][0]["periods"][0]["limit"]) == 11000, kept
    assert (await operator.get(f"{STATION}/messages")).json()["items"] == []  # shown, and taken away again
    assert (await operator.get(f"{STATION}/firmware")).json()["items"][0]["status"] == "Accepted"
    assert (await operator.get(f"{STATION}/logs")).json()["items"][0]["file_name"] == "a.log"
    assert (await operator.get(f"{STATION}/monitoring")).json()["severity"] == 4
    assert (await operator.get(f"{STATION}/local-list")).json()["state"] == "synced"


async def test_what_can_never_work_is_refused_now_and_the_rest_is_told_later(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    secret = {"component": "SecurityCtrlr", "name": "BasicAuthPassword", "value": "a-password-of-16-chars"}
    session = PROFILE | {"evse": 1, "profile": PROFILE["profile"] | {"purpose": "TxProfile", "kind": "Relative"}}
    for path, body in (
        ("variables", secret),
        ("firmware", {"url": "https://files.example.com/a.bin", "signature": "AA=="}),
        ("certificates", {"kind": "csms", "certificate": "no certificate"}),
        ("customer-information", {"report": True, "clear": False}),
        ("firmware", {"url": "http://127.0.0.1/a.bin"}),
        ("ocpp/ChangeConfiguration", {"key": "AuthorizationKey", "value": "00" * 20}),
    ):
        answer = await errand(operator, "post", path, body, queue_for_s=3600)
        assert answer.status_code == 400, (path, answer.text)
    assert (await errand(operator, "post", "local-list/sync", {}, queue_for_s=60)).json()["code"] == "list_off"
    assert await states(operator) == []
    session["profile"]["schedules"] = [{"unit": "W", "periods": [{"start_s": 0, "limit": 11000}]}]
    assert (await errand(operator, "post", "charging-profiles", session, queue_for_s=60)).status_code == 202
    async with node.booted("CP-1", "2.0.1") as station:
        failed = await eventually(operator, f"{STATION}/commands", lambda page: page["items"][-1]["state"] == "failed")
        assert "Nobody is charging" in failed["items"][-1]["detail"]
        await station.expect_nothing(0.1)
