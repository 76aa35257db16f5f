"""Queries of vendors' messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

Row = Mapping[str, Any]


async def add(station_id: UUID, at: datetime, direction: str, texts: Sequence[str]) -> None:
    """`texts`: vendor, message, data, status, answer."""
    await DB.run(
        """INSERT INTO vendor_data (station, at, direction, vendor_id, message_id, data, status, answer)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        station_id,
        at,
        direction,
        *texts,
    )


async def of_station(
    station_id: UUID, vendor_id: str | None, message_id: str | None, before: int | None, limit: int
) -> Sequence[Row]:
    """Newest first."""
    return await DB.run(
        """SELECT id, at, direction, vendor_id, message_id, data, status, answer FROM vendor_data
        WHERE station = $1 AND ($2::text IS NULL OR vendor_id = $2) AND ($3::text IS NULL OR message_id = $3)
        AND ($4::bigint IS NULL OR id < $4) ORDER BY id DESC LIMIT $5""",
        station_id,
        vendor_id,
        message_id,
        before,
        limit,
    )


async def forget(before: datetime) -> None:
    await DB.run("DELETE FROM vendor_data WHERE at < $1", before)


async def known(tenant_id: UUID, vendor_id: str) -> list[str] | None:
    """The messages of this vendor that are accepted, empty: all; None: the vendor isn't known."""
    rows = await DB.run(
        "SELECT message_ids FROM known_vendor WHERE tenant = $1 AND vendor_id = $2", tenant_id, vendor_id
    )
    return list(rows[0]["message_ids"]) if rows else None


async def vendors(tenant_id: UUID, after: str, limit: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT vendor_id, message_ids FROM known_vendor WHERE tenant = $1 AND vendor_id > $2
        ORDER BY vendor_id LIMIT $3""",
        tenant_id,
        after,
        limit,
    )


async def put_vendor(tenant_id: UUID, vendor_id: str, message_ids: Sequence[str]) -> None:
    await DB.run(
        """INSERT INTO known_vendor (tenant, vendor_id, message_ids) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (tenant, vendor_id) DO UPDATE SET message_ids = excluded.message_ids""",
        tenant_id,
        vendor_id,
        msgspec.json.encode(list(message_ids)).decode(),
    )


async def remove_vendor(tenant_id: UUID, vendor_id: str) -> None:
    await DB.run("DELETE FROM known_vendor WHERE tenant = $1 AND vendor_id = $2", tenant_id, vendor_id)
