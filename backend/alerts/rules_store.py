"""Queries of what tenants ask of rules: thresholds, switches, ends of firmware."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]


async def thresholds(tenant_id: UUID) -> Sequence[Row]:
    """Those of all vendors and models first, so that later ones are the more special."""
    return await DB.run("SELECT * FROM rule_threshold WHERE tenant = $1 ORDER BY vendor, model, rule", tenant_id)


async def put_threshold(
    tenant_id: UUID, rule: str, vendor: str, model: str, values: Mapping[str, float], at: datetime
) -> Row:
    rows = await DB.run(
        """INSERT INTO rule_threshold (tenant, rule, vendor, model, values, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, rule, vendor, model) DO UPDATE SET values = $5, updated_at = $6 RETURNING *""",
        tenant_id,
        rule,
        vendor,
        model,
        dict(values),
        at,
    )
    return rows[0]


async def remove_threshold(tenant_id: UUID, threshold_id: UUID) -> bool:
    rows = await DB.run(
        "DELETE FROM rule_threshold WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, threshold_id
    )
    return bool(rows)


async def switches(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM rule_switch WHERE tenant = $1", tenant_id)


async def switch(tenant_id: UUID, rule: str, off_at: datetime | None, error: str, *, failed: bool = False) -> None:
    await DB.run(
        """INSERT INTO rule_switch (tenant, rule, off_at, error, failures) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, rule) DO UPDATE SET off_at = $3, error = $4, failures = rule_switch.failures + $5""",
        tenant_id,
        rule,
        off_at,
        error,
        int(failed),
    )


async def fired(tenant_id: UUID, since: datetime) -> dict[str, int]:
    rows = await DB.run(
        "SELECT rule, count(*)::int AS n FROM incident WHERE tenant = $1 AND opened_at >= $2 GROUP BY rule",
        tenant_id,
        since,
    )
    return {row["rule"]: row["n"] for row in rows}


async def firmware_ends(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM firmware_support WHERE tenant = $1 ORDER BY vendor, model, firmware", tenant_id)


async def put_firmware_end(tenant_id: UUID, vendor: str, model: str, firmware: str, ends_on: date) -> Row:
    rows = await DB.run(
        """INSERT INTO firmware_support (tenant, vendor, model, firmware, ends_on) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, vendor, model, firmware) DO UPDATE SET ends_on = $5 RETURNING *""",
        tenant_id,
        vendor,
        model,
        firmware,
        ends_on,
    )
    return rows[0]


async def make_of(station_id: UUID) -> tuple[str, str]:
    """Its vendor and model."""
    rows = await DB.run("SELECT vendor, model FROM charging_station WHERE id = $1", station_id)
    return (rows[0]["vendor"], rows[0]["model"]) if rows else ("", "")
