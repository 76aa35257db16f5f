"""Queries of monitors and events."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from backend.monitoring.model import Happened, Watched

Row = Mapping[str, Any]


async def set_level(station_id: UUID, base: str | None, severity: int | None, at: datetime) -> None:
    """What is None stays."""
    await DB.run(
        """INSERT INTO station_monitoring (station, base, severity, updated_at) VALUES ($1, coalesce($2, ''), $3, $4)
        ON CONFLICT (station) DO UPDATE SET base = coalesce($2, station_monitoring.base),
            severity = coalesce($3, station_monitoring.severity), updated_at = $4""",
        station_id,
        base,
        severity,
        at,
    )


async def level(station_id: UUID) -> Row | None:
    return next(iter(await DB.run("SELECT * FROM station_monitoring WHERE station = $1", station_id)), None)


async def put_monitors(station_id: UUID, found: Sequence[Watched], at: datetime) -> None:
    """In order of their numbers, so that two reports can't lock each other out."""
    for one in sorted(found, key=lambda one: one.number):
        await DB.run(
            """INSERT INTO station_monitor (station, number, component, evse, connector, name, type, value, severity,
                transaction, own, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (station, number) DO UPDATE SET component = excluded.component, evse = excluded.evse,
                connector = excluded.connector, name = excluded.name, type = excluded.type, value = excluded.value,
                severity = excluded.severity, transaction = excluded.transaction,
                own = station_monitor.own OR excluded.own, updated_at = excluded.updated_at""",
            station_id,
            *asdict(one).values(),
            at,
        )


async def remove_monitors(station_id: UUID, numbers: Sequence[int]) -> None:
    await DB.run(
        "DELETE FROM station_monitor WHERE station = $1 AND number = ANY($2::int[])", station_id, list(numbers)
    )


async def remove_own(station_id: UUID) -> None:
    await DB.run("DELETE FROM station_monitor WHERE station = $1 AND own", station_id)


async def remove_older(station_id: UUID, at: datetime) -> None:
    """Monitors that nobody told of since."""
    await DB.run("DELETE FROM station_monitor WHERE station = $1 AND updated_at < $2", station_id, at)


async def monitors(station_id: UUID, after: int | None, limit: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT * FROM station_monitor WHERE station = $1 AND ($2::int IS NULL OR number > $2)
        ORDER BY number LIMIT $3""",
        station_id,
        after,
        limit,
    )


EVENT_COLUMNS = ("station", "received_at", *Happened.__dataclass_fields__)


async def add_events(station_id: UUID, found: Sequence[Happened], at: datetime) -> None:
    await DB.copy("station_event", EVENT_COLUMNS, [(station_id, at, *asdict(one).values()) for one in found])


async def events(
    station_id: UUID, before: int | None, limit: int, trigger: str | None, component: str | None
) -> Sequence[Row]:
    return await DB.run(
        """SELECT * FROM station_event WHERE station = $1 AND ($2::bigint IS NULL OR id < $2)
        AND ($4::text IS NULL OR trigger = $4) AND ($5::text IS NULL OR component = $5)
        ORDER BY id DESC LIMIT $3""",
        station_id,
        before,
        limit,
        trigger,
        component,
    )


async def forget_events(before: datetime, most: int = 20_000) -> int:
    """The oldest ones, in steps that hold no lock for long; how many went."""
    gone = await DB.run(
        """WITH old AS (SELECT id FROM station_event WHERE received_at < $1 ORDER BY id LIMIT $2),
        gone AS (DELETE FROM station_event USING old WHERE station_event.id = old.id RETURNING 1)
        SELECT count(*)::int AS n FROM gone""",
        before,
        most,
    )
    return int(gone[0]["n"])
