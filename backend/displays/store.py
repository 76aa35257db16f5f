"""Queries of messages on screens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from backend.displays.model import Shown

Row = Mapping[str, Any]


async def put(station_id: UUID, one: Shown, request_id: int | None, at: datetime) -> None:
    """The latest word on a number wins; a report sets by which request it was told."""
    await DB.run(
        """INSERT INTO display_message (station, number, priority, format, content, language, state, begins_at,
            ends_at, transaction_ref, request_id, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (station, number) DO UPDATE SET priority = excluded.priority, format = excluded.format,
            content = excluded.content, language = excluded.language, state = excluded.state,
            begins_at = excluded.begins_at, ends_at = excluded.ends_at, transaction_ref = excluded.transaction_ref,
            request_id = excluded.request_id, updated_at = excluded.updated_at""",
        station_id,
        one.number,
        one.priority,
        one.format,
        one.content,
        one.language,
        one.state,
        one.begins_at,
        one.ends_at,
        one.transaction_ref,
        request_id,
        at,
    )


async def remove(station_id: UUID, number: int) -> None:
    await DB.run("DELETE FROM display_message WHERE station = $1 AND number = $2", station_id, number)


async def remove_all(station_id: UUID) -> None:
    await DB.run("DELETE FROM display_message WHERE station = $1", station_id)


async def of_station(station_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM display_message WHERE station = $1 ORDER BY number", station_id)


async def next_request() -> int:
    rows = await DB.run("SELECT nextval('display_request')::int AS n")
    return int(rows[0]["n"])
