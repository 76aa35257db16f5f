"""Queries of messages that fitted no transaction when they came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

Row = dict[str, Any]
SELECT = """
    SELECT m.id, s.identity, m.kind, m.at, m.received_at, m.note, m.payload, m.report, m.transaction, m.resolution,
        m.resolution_note, m.resolved_at, a.name AS by_name
    FROM transaction_message m JOIN charging_station s ON s.id = m.station LEFT JOIN account a ON a.id = m.resolved_by
"""


async def put(message_id: int, reason: str, report: Any) -> None:
    await DB.run(
        "UPDATE transaction_message SET transaction = NULL, note = $2, report = $3::text::jsonb WHERE id = $1",
        message_id,
        reason,
        msgspec.json.encode(report).decode(),
    )


async def page(
    tenant_id: UUID, resolution: str | None, identity: str | None, before: int | None, limit: int
) -> Sequence[Row]:
    return await DB.run(
        f"""{SELECT} WHERE s.tenant = $1 AND (m.transaction IS NULL OR m.resolution <> '')
        AND ($2::text IS NULL OR m.resolution = $2) AND ($3::text IS NULL OR s.identity = $3)
        AND ($4::bigint IS NULL OR m.id < $4) ORDER BY m.id DESC LIMIT $5""",
        tenant_id,
        resolution,
        identity,
        before,
        limit,
    )


async def one(tenant_id: UUID, message_id: int, *, lock: bool = False) -> Row | None:
    rows = await DB.run(
        f"""{SELECT} WHERE s.tenant = $1 AND m.id = $2 AND (m.transaction IS NULL OR m.resolution <> '')
        {"FOR UPDATE OF m" if lock else ""}""",
        tenant_id,
        message_id,
    )
    return rows[0] if rows else None


async def resolve(
    message_id: int,
    resolution: str,
    note: str,
    account_id: UUID,
    at: datetime,
    *,
    transaction_id: UUID | None = None,
) -> None:
    await DB.run(
        """UPDATE transaction_message SET resolution = $2, resolution_note = $3, resolved_by = $4, resolved_at = $5,
            transaction = $6 WHERE id = $1""",
        message_id,
        resolution,
        note,
        account_id,
        at,
        transaction_id,
    )
