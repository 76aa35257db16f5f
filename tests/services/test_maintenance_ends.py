"""Updates and logs of which a station says no more: they end, in words that tell why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.db.engine import DB
from backend.maintenance import rules, service, store
from backend.stations import service as stations
from backend.stations.model import BootFacts
from tests import world
from tests.conftest import Clock


@pytest.mark.parametrize(
    ("status", "said_after_boot", "ends"),
    [
        ("Downloading", False, True),
        ("Installing", False, True),
        ("Uploading", False, True),
        ("Downloading", True, False),
        ("Accepted", False, False),
        ("DownloadScheduled", False, False),
        ("InstallScheduled", False, False),
    ],
)
def test_what_a_restart_interrupts(clock: Clock, status: str, said_after_boot: bool, ends: bool) -> None:
    booted_at = clock.now()
    heard = booted_at + timedelta(seconds=5 if said_after_boot else -5)
    assert rules.interrupted(status, heard, booted_at) is ends


async def task(station_id: UUID, clock: Clock, kind: str, status: str, number: int) -> UUID:
    now = clock.now()
    return await store.add_task(
        {
            "station": station_id,
            "kind": kind,
            "request_id": number,
            "status": status,
            "history": [{"status": status, "at": now, "detail": ""}],
            "expires_at": now + service.ADDRESS_LIFE,
            "created_at": now,
        }
    )


async def states() -> dict[int, tuple[str, bool]]:
    rows = await DB.run("SELECT request_id, status, ended_at IS NOT NULL AS over FROM maintenance_task")
    return {row["request_id"]: (row["status"], row["over"]) for row in rows}


async def test_after_a_restart_a_log_ends_soon_and_an_update_later(db: str, clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant(), "CP-1")
    ctx = world.make_context(clock, world.handlers_of(service))
    await task(station_id, clock, "diagnostics", "Uploading", 1)
    await task(station_id, clock, "update", "Installing", 2)
    await task(station_id, clock, "update", "DownloadScheduled", 3)
    whole = await task(station_id, clock, "security", "Uploading", 4)
    await store.received(whole, "log.zip", 5)
    clock.advance(minutes=1)
    booted_at = clock.now()
    await stations.booted(ctx, station_id, BootFacts(vendor="Test", model="One"))
    queued = await DB.run("SELECT payload, execute_after > now() + interval '59 min' AS late FROM pgqueuer")
    assert sorted(row["late"] for row in queued) == [False, True]
    payload: dict[str, Any] = {"station_id": str(station_id), "booted_at": booted_at.isoformat()}
    clock.advance(minutes=10)
    await service.after_boot(ctx, payload)
    assert await states() == {
        1: ("Interrupted", True),
        2: ("Installing", False),
        3: ("DownloadScheduled", False),
        4: ("Uploaded", True),
    }
    clock.advance(minutes=50)
    await service.after_boot(ctx, payload)
    await service.after_boot(ctx, payload)  # twice does no harm
    assert (await states())[2] == ("Interrupted", True)
    assert (await states())[3] == ("DownloadScheduled", False)


async def test_nothing_goes_on_for_ever(db: str, clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant(), "CP-1")
    ctx = world.make_context(clock)
    await task(station_id, clock, "diagnostics", "Accepted", 1)
    await task(station_id, clock, "update", "InstallScheduled", 2)
    clock.advance(hours=47)
    await service.watch(ctx)
    assert not any(over for _, over in (await states()).values())
    clock.advance(hours=2)
    await service.watch(ctx)
    assert await states() == {1: ("TimedOut", True), 2: ("InstallScheduled", False)}
    clock.advance(days=30)
    await service.watch(ctx)
    assert (await states())[2] == ("TimedOut", True)
