"""5,000 stations lose power at once: how many incidents and messages that is, and how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from backend.alerts import watching
from backend.bench.fault_rows import Row
from backend.bench.fault_world import Jobs, Now
from backend.context import Context
from backend.db.engine import DB
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.stations import ConnectorStatus

STORM = 5000
STORM_SITES = 250
AT_ONCE = 20
"""Stations that a node hears in the same moment: each sees what the others have committed, and no more."""
LAST_WORDS = 3
"""Every third one still says that its voltage falls, before it is gone."""
AFTER = timedelta(minutes=20)


async def storm(ctx: Context, now: Now, tenant_id: UUID, heard: list[Any]) -> list[Row]:
    """Some report a fault, all sockets die, the grace passes, the clock looks, and messages go out for a while."""
    connection = uuid4()
    ids = await _stations(now, tenant_id, connection)
    heard.clear()
    begun = time.perf_counter()
    await _together([partial(_last_words, ctx, one) for one in ids[::LAST_WORDS]])
    await _together([partial(stations.disconnected, ctx, one, connection, "gone") for one in ids])
    backlog = await _count("pgqueuer WHERE entrypoint LIKE 'alerts.%'")
    work = Jobs(ctx, now)
    await work.run()
    now.at += timedelta(seconds=90)
    await watching.look_at_presence(ctx)
    took = time.perf_counter() - begun
    for _ in range(int(AFTER / timedelta(minutes=1))):
        await work.run()
        now.at += timedelta(minutes=1)
    told = [event.incident_id for event in heard if event.parent_id is None]
    seen = await _count("incident WHERE parent IS NULL AND state <> 'closed'")
    pushes = await _count("delivery WHERE channel = 'push' AND state <> 'held'")
    treated = await _count("remedy WHERE state <> 'over'")
    return [
        Row(name="storm: stations that lose power at once", value=STORM),
        Row(name="storm: incidents that stand for themselves", value=seen, goal="≤ 5", met=1 <= seen <= 5),
        Row(name="storm: incidents opened for telling, before they were grouped", value=len(told)),
        Row(name="storm: pushes to a person in 20 minutes", value=pushes, goal="≤ 8", met=1 <= pushes <= 8),
        Row(name="storm: playbooks begun", value=treated, goal="≤ 5", met=treated <= 5),
        Row(name="storm: jobs of the rules", value=backlog, goal="≤ 60", met=backlog <= 60),
        Row(name="storm: handled", value=round(took, 1), unit="s", goal="≤ 60", met=took <= 60),
    ]


async def _stations(now: Now, tenant_id: UUID, connection: UUID) -> list[UUID]:
    """The world before: nothing is wrong, and somebody with a phone is on call."""
    await DB.run("DELETE FROM incident")
    await DB.run("DELETE FROM pgqueuer")
    await DB.run("UPDATE charging_station SET last_seen_at = $1 WHERE online", now.at)
    await DB.run(
        """WITH person AS (INSERT INTO account (tenant, email, password_hash, name, role)
            VALUES ($1, 'on-call@example.com', '', 'On call', 'operator') RETURNING id)
        INSERT INTO push_device (account, token, platform) SELECT id, 'phone', 'android' FROM person""",
        tenant_id,
    )
    sites = [uuid4() for _ in range(STORM_SITES)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT id, $1, 'Storm', 0, 0 FROM unnest($2::uuid[]) id""",
        tenant_id,
        sites,
    )
    rows = await DB.run(
        """WITH made AS (
            INSERT INTO charging_station (tenant, identity, registration, online, last_seen_at, location, connection)
            SELECT $1, 'S-' || n, 'accepted', true, $2, ($3::uuid[])[1 + n % $4], $5 FROM generate_series(1, $6) n
            RETURNING id), outlets AS (INSERT INTO connector (station, evse) SELECT id, 1 FROM made)
        SELECT id FROM made""",
        tenant_id,
        now.at,
        sites,
        STORM_SITES,
        connection,
        STORM,
    )
    return [row["id"] for row in rows]


async def _last_words(ctx: Context, station_id: UUID) -> None:
    report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="UnderVoltage")
    await stations.connector_status(ctx, station_id, report)


async def _together(works: Sequence[Callable[[], Awaitable[Any]]]) -> None:
    for start in range(0, len(works), AT_ONCE):
        await asyncio.gather(*(work() for work in works[start : start + AT_ONCE]))


async def _count(what: str) -> int:
    return int((await DB.run(f"SELECT count(*) AS n FROM {what}"))[0]["n"])
