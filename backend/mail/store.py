"""Queries of letters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def add(values: Row) -> None:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await DB.run(f"INSERT INTO mail ({', '.join(names)}) VALUES ({marks})", *values.values())


async def get(mail_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM mail WHERE id = $1", mail_id)
    return rows[0] if rows else None


async def settled(mail_id: UUID, state: str, error: str, at: datetime) -> None:
    await DB.run(
        """UPDATE mail SET state = $2::text, error = $3, settled_at = $4,
        attachments = CASE WHEN $2::text = 'sent' THEN '[]'::jsonb ELSE attachments END WHERE id = $1""",
        mail_id,
        state,
        error,
        at,
    )


async def troubled(mail_id: UUID, error: str) -> None:
    """It will be tried again."""
    await DB.run("UPDATE mail SET error = $2 WHERE id = $1", mail_id, error)


async def forget_before(moment: datetime) -> None:
    await DB.run("DELETE FROM mail WHERE created_at < $1", moment)
