"""Queries of the owners of locations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = dict[str, Any]
COLUMNS = ("name", "address", "email", "tax_id", "bank", "share", "session_fee", "vat")
_OWNERS = """SELECT o.*, lower(o.name) AS sorted_by, (SELECT coalesce(json_agg(json_build_object('id', l.id, 'name',
        l.name) ORDER BY l.name), '[]')::text FROM location l WHERE l.owner = o.id) AS locations
    FROM location_owner o WHERE o.tenant = $1"""


async def page(tenant_id: UUID, after: tuple[str, UUID] | None, limit: int) -> Sequence[Row]:
    name, owner_id = after or (None, None)
    return await DB.run(
        f"""{_OWNERS} AND ($2::text IS NULL OR (lower(o.name), o.id) > ($2, $3::uuid))
        ORDER BY lower(o.name), o.id LIMIT $4""",
        tenant_id,
        name,
        owner_id,
        limit,
    )


async def one(tenant_id: UUID, owner_id: UUID) -> Row | None:
    rows = await DB.run(f"{_OWNERS} AND o.id = $2", tenant_id, owner_id)
    return rows[0] if rows else None


async def add(tenant_id: UUID, values: Mapping[str, Any], now: datetime) -> UUID | None:
    """None: there is one of this name."""
    marks = ", ".join(f"${number}" for number in range(4, 4 + len(COLUMNS)))
    rows = await DB.run(
        f"""INSERT INTO location_owner (id, tenant, created_at, {", ".join(COLUMNS)}) VALUES ($1, $2, $3, {marks})
        ON CONFLICT (tenant, lower(name)) DO NOTHING RETURNING id""",
        uuid4(),
        tenant_id,
        now,
        *(values[name] for name in COLUMNS),
    )
    return rows[0]["id"] if rows else None


async def change(tenant_id: UUID, owner_id: UUID, values: Mapping[str, Any]) -> bool:
    """False: another one has this name."""
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(COLUMNS, start=3))
    rows = await DB.run(
        f"""UPDATE location_owner SET {sets} WHERE tenant = $1 AND id = $2 AND NOT EXISTS (SELECT 1
            FROM location_owner o WHERE o.tenant = $1 AND lower(o.name) = lower($3) AND o.id <> $2) RETURNING id""",
        tenant_id,
        owner_id,
        *(values[name] for name in COLUMNS),
    )
    return bool(rows)


async def remove(tenant_id: UUID, owner_id: UUID) -> bool:
    return bool(
        await DB.run("DELETE FROM location_owner WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, owner_id)
    )


async def give(tenant_id: UUID, owner_id: UUID, locations: Sequence[UUID]) -> int:
    """These locations are theirs, and no others; how many were found."""
    await DB.run("UPDATE location SET owner = NULL WHERE tenant = $1 AND owner = $2", tenant_id, owner_id)
    rows = await DB.run(
        "UPDATE location SET owner = $2 WHERE tenant = $1 AND id = ANY($3) RETURNING id",
        tenant_id,
        owner_id,
        list(locations),
    )
    return len(rows)


async def issued(tenant_id: UUID, period: str) -> Sequence[Row]:
    """Statements of a month as they were issued, by the name they bear."""
    return await DB.run(
        """SELECT owner, number, currency, document, issued_at FROM owner_statement WHERE tenant = $1 AND period = $2
        ORDER BY lower(document -> 'owner' ->> 'name'), number""",
        tenant_id,
        period,
    )


async def lock_period(tenant_id: UUID, period: str) -> None:
    """One issues the statements of a month at a time, until the end of the database transaction."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 37))", f"{tenant_id}{period}")


async def issue(values: Row) -> None:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await DB.run(f"INSERT INTO owner_statement ({', '.join(names)}) VALUES ({marks})", *values.values())
