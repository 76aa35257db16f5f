"""Leases in the database. They are renewed over a connection of their own: a busy pool must not look like death."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from backend.db.engine import DB, LOST_HOST, terminate, transaction

Row = Mapping[str, Any]

BEAT_PATIENCE_S = 3.0
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What renewing a lease raises when the database is away."""


class Line:
    """The one connection over which a node renews its lease; made anew when it broke."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None

    async def renew(
        self, name: str, instance: UUID, roles: str, connections: int, stations: int, draining: bool, lease: timedelta
    ) -> bool:
        """Whether the lease was still there. Raises one of LOST."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=BEAT_PATIENCE_S,
                command_timeout=BEAT_PATIENCE_S,
                server_settings={"application_name": "wattline node", **LOST_HOST},
            )
        try:
            held = await self._connection.fetchval(
                """WITH old AS (SELECT seen_at FROM node WHERE name = $1)
                INSERT INTO node (name, instance, roles, connections, stations, draining)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (name) DO UPDATE SET instance = $2, roles = $3, connections = $4, stations = $5,
                    draining = $6, seen_at = clock_timestamp(),
                    started_at = CASE WHEN node.instance = $2 THEN node.started_at ELSE clock_timestamp() END
                RETURNING coalesce((SELECT seen_at FROM old) > clock_timestamp() - $7::interval, false)""",
                name,
                instance,
                roles,
                connections,
                stations,
                draining,
                lease,
            )
        except LOST:
            terminate(self._connection)
            raise
        return bool(held)

    async def remove(self, name: str, instance: UUID) -> None:
        """On this very connection: whatever was sent on it before is over by then. Raises one of LOST."""
        if self._connection is None or self._connection.is_closed():
            raise ConnectionError("the line to the database is closed")
        await self._connection.execute("DELETE FROM node WHERE name = $1 AND instance = $2", name, instance)

    def close(self) -> None:
        if self._connection is not None:
            terminate(self._connection)
            self._connection = None


async def now() -> datetime:
    """The database's time, which all nodes share."""
    rows = await DB.run("SELECT clock_timestamp() AS now")
    found: datetime = rows[0]["now"]
    return found


async def all_nodes(lease: timedelta) -> Sequence[Row]:
    """`alive`: its lease holds."""
    return await DB.run(
        """SELECT name, instance, roles, connections, stations, draining, started_at, seen_at,
            seen_at > clock_timestamp() - $1::interval AS alive FROM node ORDER BY name""",
        lease,
    )


async def dead(lease: timedelta) -> list[str]:
    rows = await DB.run("SELECT name FROM node WHERE seen_at < clock_timestamp() - $1::interval", lease)
    return [row["name"] for row in rows]


async def strangers() -> list[str]:
    """Names through which stations show online and which nobody has: left by a process of another time."""
    rows = await DB.run(
        """SELECT DISTINCT s.node FROM charging_station s
        WHERE s.online AND NOT EXISTS (SELECT FROM node n WHERE n.name = s.node)"""
    )
    return [row["node"] for row in rows]


async def bury(name: str, by: str, lease: timedelta) -> bool:
    """Remove a dead node. False: it lives again, another node was faster, or the lease of `by` itself ran out: then
    everybody's may have, because the database stood still."""
    return bool(
        await DB.run(
            """DELETE FROM node WHERE name = $1 AND seen_at < clock_timestamp() - $3::interval AND EXISTS (
                SELECT FROM node mine WHERE mine.name = $2 AND mine.seen_at > clock_timestamp() - $3::interval)
            RETURNING name""",
            name,
            by,
            lease,
        )
    )


async def allowed_connections() -> tuple[int, str]:
    """How many connections this role may have here, and what says so: the least of the limits of the server, the
    database and the role. Those of the latter two aren't for superusers."""
    rows = await DB.run(
        """SELECT server.n, role.limited AS role, base.limited AS base FROM (
            SELECT current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true), '0')::int AS n) server,
            (SELECT CASE WHEN rolconnlimit >= 0 AND NOT rolsuper THEN rolconnlimit END AS limited, rolsuper
                FROM pg_roles WHERE rolname = session_user) role,
            LATERAL (SELECT CASE WHEN datconnlimit >= 0 AND NOT role.rolsuper THEN datconnlimit END AS limited
                FROM pg_database WHERE datname = current_database()) base"""
    )
    limits = {
        "max_connections of PostgreSQL": rows[0]["n"],
        "the CONNECTION LIMIT of the database": rows[0]["base"],
        "the CONNECTION LIMIT of its role": rows[0]["role"],
    }
    return min((most, what) for what, most in limits.items() if most is not None)


@asynccontextmanager
async def one_enters() -> AsyncIterator[None]:
    """Of the nodes that start, one after the other. The lock lasts as long as the block; a lease that is renewed
    meanwhile is seen by all at once, because it has a connection of its own."""
    async with transaction():
        await DB.run("SELECT pg_advisory_xact_lock(hashtextextended('a node enters', 0))")
        yield


async def one_tenant() -> bool:
    return len(await DB.run("SELECT 1 FROM tenant LIMIT 2")) < 2
