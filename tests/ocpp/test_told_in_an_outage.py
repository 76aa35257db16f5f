"""What stations say while the database is away, over real sockets: the connections that wait in it are cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.db import engine
from backend.ocpp import frames, unstored
from tests.support.node import running_node

CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database() AND pid <> pg_backend_pid()"""
TASK = """INSERT INTO maintenance_task (station, kind, request_id, status, history)
    VALUES ($1, 'update', 1, 'Accepted', '[{"status": "Requested", "at": "2026-05-01T09:00:00Z", "detail": ""}]')"""
AT = "2026-05-01T10:00:00Z"
SECURITY = {"type": "TamperDetectionActivated", "timestamp": AT, "techInfo": "lid"}
UNAVAILABLE = {
    "eventId": 7,
    "timestamp": AT,
    "trigger": "Delta",
    "actualValue": "Unavailable",
    "eventNotificationType": "HardWiredNotification",
    "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "AvailabilityState"},
}
SAID: list[tuple[str, dict[str, Any]]] = [
    ("SecurityEventNotification", SECURITY),
    ("SecurityEventNotification", SECURITY),
    ("NotifyEvent", {"generatedAt": AT, "seqNo": 0, "eventData": [UNAVAILABLE]}),
    ("FirmwareStatusNotification", {"status": "Downloading", "requestId": 1}),
    ("FirmwareStatusNotification", {"status": "Downloaded", "requestId": 1}),
]


@asynccontextmanager
async def outage() -> AsyncIterator[None]:
    """Whoever asks these tables loses the connection."""

    async def cut() -> None:
        while True:
            await asyncio.sleep(0.02)
            await engine.DB.run(CUT)

    async with engine.transaction():
        await engine.DB.run(
            "LOCK TABLE security_event, station_event, maintenance_task, ocpp_frame IN ACCESS EXCLUSIVE MODE"
        )
        task = asyncio.get_running_loop().create_task(cut())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_what_stations_say_only_once_is_written_when_the_database_is_back(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unstored, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(frames, "FLUSH_S", 0.02)
    async with running_node(db) as node:
        await node.add_station("CP-1")
        (station,) = await engine.DB.run("SELECT id FROM charging_station")
        await engine.DB.run(TASK, station["id"])
        async with node.booted("CP-1", "2.0.1") as one:
            async with outage():
                with capture_logs() as logs:
                    for action, payload in SAID:
                        assert "error" in await one.call(action, payload)
            async with asyncio.timeout(5):
                while station["id"] in unstored._stations:  # noqa: ASYNC110  # there is no event for it
                    await asyncio.sleep(0.02)
            assert await one.call(*SAID[0]) == {}  # once more, as an error asks for
    told = [line for line in logs if line.get("action")]
    assert [line["event"] for line in told] == ["a call could not be handled"] * 3, "the 1st, the 2nd, the 4th"
    assert [line["event"] for line in logs].count("the OCPP log can't be written") == 1, "once an outage"
    assert not any(line.get("exc_info") for line in logs)
    (task,) = await engine.DB.run("SELECT history FROM maintenance_task")
    assert [step["status"] for step in task["history"]] == ["Requested", "Downloading", "Downloaded"]
    assert [row["info"] for row in await engine.DB.run("SELECT info FROM security_event")] == ["lid"]
    assert [row["value"] for row in await engine.DB.run("SELECT value FROM station_event")] == ["Unavailable"]
    assert [row["status"] for row in await engine.DB.run("SELECT status FROM connector")] == ["unavailable"]
