"""5,000 stations lose power at once: how many incidents and messages that is, and how long it takes."""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.alerts import watching
from backend.bench.fault_rows import Row
from backend.bench.fault_world import AT_ONCE, Now
from backend.context import Context
from backend.db.engine import DB
from backend.stations import service as stations

STORM = 5000
STORM_SITES = 250


async def storm(ctx: Context, now: Now, tenant_id: UUID, heard: list[Any]) -> list[Row]:
    """5,000 stations lose power at once: sockets die, the grace passes, the clock looks."""
    await DB.run("DELETE FROM incident")
    await DB.run("DELETE FROM pgqueuer")
    await DB.run("UPDATE charging_station SET last_seen_at = $1 WHERE online", now.at)
    sites = [uuid4() for _ in range(STORM_SITES)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT id, $1, 'Storm', 0, 0 FROM unnest($2::uuid[]) id""",
        tenant_id,
        sites,
    )
    connection = uuid4()
    rows = await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration, online, last_seen_at, location, connection)
        SELECT $1, 'S-' || n, 'accepted', true, $2, ($3::uuid[])[1 + n % $4], $5 FROM generate_series(1, $6) n
        RETURNING id""",
        tenant_id,
        now.at,
        sites,
        STORM_SITES,
        connection,
        STORM,
    )
    heard.clear()
    begun = time.perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        await asyncio.gather(
            *(stations.disconnected(ctx, row["id"], connection, "gone") for row in rows[start : start + AT_ONCE])
        )
    backlog = (await DB.run("SELECT count(*) AS n FROM pgqueuer WHERE entrypoint LIKE 'alerts.%'"))[0]["n"]
    now.at += timedelta(seconds=90)
    await watching.look_at_presence(ctx)
    took = time.perf_counter() - begun
    opened = len([event for event in heard if event.station_id is None or event.parent_id is None])
    return [
        Row(
            name="incidents told when 5,000 stations go at once",
            value=opened,
            unit="",
            goal="a handful (≤ 5)",
            met=1 <= opened <= 5,
        ),
        Row(name="jobs of that storm", value=backlog, unit="", goal="no backlog (≤ 60)", met=backlog <= 60),
        Row(name="that storm handled", value=round(took, 1), unit="s", goal="≤ 60", met=took <= 60),
    ]
