"""Queries of plans: who plans a site now, what a plan knew, and what came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB


async def put_plan(location_id: UUID, plan: Any, at: datetime) -> None:
    await DB.run(
        "UPDATE power_site SET plan = $2::text::jsonb, planned_at = $3 WHERE location = $1",
        location_id,
        msgspec.json.encode(plan).decode(),
        at,
    )


async def transaction_number() -> str:
    rows = await DB.run("SELECT pg_current_xact_id()::text AS number")
    return str(rows[0]["number"])


async def snapshot() -> str:
    """Which transactions are committed now, so that later reads know at least these."""
    rows = await DB.run("SELECT pg_current_snapshot()::text AS seen")
    return str(rows[0]["seen"])


async def was_seen(number: str, seen: str | None) -> bool:
    if seen is None:
        return False
    sql = "SELECT pg_visible_in_snapshot($1::text::xid8, $2::text::pg_snapshot) AS seen"
    rows = await DB.run(sql, number, seen)
    return bool(rows[0]["seen"])


@asynccontextmanager
async def planning(location_id: UUID | None) -> AsyncIterator[bool]:
    """Whether this is the one planner of the site now. Held by a connection, not by a transaction. None: of
    the stations that stand nowhere."""
    key = f"sites.plan.{location_id}"
    async with DB.connection() as connection:
        mine = await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key)
        try:
            yield bool(mine)
        finally:
            if mine:
                await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)
