"""Queries of reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]


async def next_request() -> int:
    return int((await DB.run("SELECT nextval('report_request')::int AS n"))[0]["n"])


async def add(
    station_id: UUID, account_id: UUID | None, request_id: int, kind: str, asked: Mapping[str, Any], at: datetime
) -> UUID:
    report_id = uuid4()
    await DB.run(
        """INSERT INTO station_report (id, station, account, request_id, kind, asked, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        report_id,
        station_id,
        account_id,
        request_id,
        kind,
        dict(asked),
        at,
    )
    return report_id


async def answered(report_id: UUID, status: str, detail: str) -> None:
    await DB.run(
        "UPDATE station_report SET status = $2, detail = $3 WHERE id = $1", report_id, status[:40], detail[:500]
    )


async def part(
    station_id: UUID,
    kinds: Sequence[str],
    request_id: int,
    number: int,
    more: bool,
    items: int,
    text: str,
    at: datetime,
) -> Row | None:
    """A part of the latest report with this number came in; a repeated one counts once. None: nobody asked for it."""
    rows = await DB.run(
        """UPDATE station_report SET
            parts = CASE WHEN $4 = ANY(parts) THEN parts ELSE parts || $4 END,
            items = items + CASE WHEN $4 = ANY(parts) THEN 0 ELSE $6 END,
            last_part = CASE WHEN $5 THEN last_part ELSE greatest(last_part, $4) END,
            texts = CASE WHEN $7 = '' THEN texts ELSE texts || jsonb_build_object($4::text, $7::text) END,
            heard_at = $8
        WHERE id = (SELECT id FROM station_report WHERE station = $1 AND kind = ANY($2::text[]) AND request_id = $3
            ORDER BY created_at DESC LIMIT 1)
        RETURNING *""",
        station_id,
        list(kinds),
        request_id,
        number,
        more,
        items,
        text,
        at,
    )
    return next(iter(rows), None)


async def report(station_id: UUID, kinds: Sequence[str], report_id: UUID) -> Row | None:
    rows = await DB.run(
        "SELECT * FROM station_report WHERE station = $1 AND kind = ANY($2::text[]) AND id = $3",
        station_id,
        list(kinds),
        report_id,
    )
    return next(iter(rows), None)


async def reports(
    station_id: UUID, kinds: Sequence[str], after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row]:
    at, report_id = after or (None, None)
    return await DB.run(
        """SELECT * FROM station_report WHERE station = $1 AND kind = ANY($2::text[])
        AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $5""",
        station_id,
        list(kinds),
        at,
        report_id,
        limit,
    )


async def remove(station_id: UUID, kinds: Sequence[str], report_id: UUID) -> bool:
    return bool(
        await DB.run(
            "DELETE FROM station_report WHERE station = $1 AND kind = ANY($2::text[]) AND id = $3 RETURNING id",
            station_id,
            list(kinds),
            report_id,
        )
    )


async def forget_before(at: datetime) -> None:
    await DB.run("DELETE FROM station_report WHERE created_at < $1", at)
