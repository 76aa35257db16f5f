"""Queries of network profiles."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from shared.network import NetworkProfileNew

Row = Mapping[str, Any]
COLUMNS = "slot, url, security_profile, interface, message_timeout_s, active, updated_at"


async def put(station_id: UUID, slot: int, wanted: NetworkProfileNew, at: datetime) -> None:
    await DB.run(
        """INSERT INTO network_profile
            (station, slot, url, security_profile, interface, message_timeout_s, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (station, slot) DO UPDATE SET url = excluded.url,
            security_profile = excluded.security_profile, interface = excluded.interface,
            message_timeout_s = excluded.message_timeout_s, updated_at = excluded.updated_at""",
        station_id,
        slot,
        wanted.url,
        wanted.security_profile,
        wanted.interface.value,
        wanted.message_timeout_s,
        at,
    )


async def set_active(station_id: UUID, slot: int) -> None:
    await DB.run("UPDATE network_profile SET active = slot = $2 WHERE station = $1", station_id, slot)


async def of_station(station_id: UUID, after: int, limit: int) -> Sequence[Row]:
    return await DB.run(
        f"SELECT {COLUMNS} FROM network_profile WHERE station = $1 AND slot > $2 ORDER BY slot LIMIT $3",
        station_id,
        after,
        limit,
    )


async def slots(station_id: UUID) -> list[int]:
    rows = await DB.run("SELECT slot FROM network_profile WHERE station = $1 ORDER BY active DESC, slot", station_id)
    return [row["slot"] for row in rows]


async def one(station_id: UUID, slot: int) -> Row | None:
    rows = await DB.run(f"SELECT {COLUMNS} FROM network_profile WHERE station = $1 AND slot = $2", station_id, slot)
    return rows[0] if rows else None
