"""Queries of configuration templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]
SELECT = """SELECT t.*, ARRAY(SELECT s.identity FROM config_template_station c
        JOIN charging_station s ON s.id = c.station WHERE c.template = t.id ORDER BY s.identity)::text[] AS identities,
    ARRAY(SELECT c.station FROM config_template_station c WHERE c.template = t.id) AS stations
    FROM config_template t"""


async def add(tenant_id: UUID, values: Mapping[str, Any], at: datetime) -> UUID | None:
    """None: the name is taken."""
    rows = await DB.run(
        """INSERT INTO config_template (id, tenant, name, vendor, model, firmware, wanted, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (tenant, name) DO NOTHING RETURNING id""",
        uuid4(),
        tenant_id,
        *(values[name] for name in ("name", "vendor", "model", "firmware", "wanted")),
        at,
    )
    return rows[0]["id"] if rows else None


async def change(template_id: UUID, values: Mapping[str, Any], at: datetime) -> bool:
    """False: the name is another one's. Keys of `values` are columns."""
    if "name" in values:
        taken = await DB.run(
            """SELECT 1 FROM config_template t JOIN config_template o ON o.tenant = t.tenant AND o.id <> t.id
            WHERE t.id = $1 AND o.name = $2""",
            template_id,
            values["name"],
        )
        if taken:
            return False
    names = list(values)
    assigned = "".join(f", {name} = ${number}" for number, name in enumerate(names, 3))
    await DB.run(
        f"UPDATE config_template SET updated_at = $2{assigned} WHERE id = $1", template_id, at, *values.values()
    )
    return True


async def set_stations(template_id: UUID, station_ids: Sequence[UUID]) -> None:
    await DB.run("DELETE FROM config_template_station WHERE template = $1", template_id)
    await DB.run(
        "INSERT INTO config_template_station (template, station) SELECT $1, unnest($2::uuid[])",
        template_id,
        list(station_ids),
    )


async def remove(tenant_id: UUID, template_id: UUID) -> bool:
    return bool(
        await DB.run("DELETE FROM config_template WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, template_id)
    )


async def one(tenant_id: UUID, template_id: UUID) -> Row | None:
    rows = await DB.run(f"{SELECT} WHERE t.tenant = $1 AND t.id = $2", tenant_id, template_id)
    return next(iter(rows), None)


async def page(tenant_id: UUID, after: str | None, limit: int | None) -> Sequence[Row]:
    """By name; limit None: all of them."""
    return await DB.run(
        f"{SELECT} WHERE t.tenant = $1 AND ($2::text IS NULL OR t.name > $2) ORDER BY t.name LIMIT $3",
        tenant_id,
        after,
        limit,
    )
