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


async def remove_firmware_end(tenant_id: UUID, end_id: UUID) -> bool:
    rows = await DB.run("DELETE FROM firmware_support WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, end_id)
    return bool(rows)


async def firmware_in_use(tenant_id: UUID) -> Sequence[Row]:
    """What runs, on how many stations."""
    return await DB.run(
        """SELECT vendor, model, firmware, count(*)::int AS stations FROM charging_station
        WHERE tenant = $1 AND registration = 'accepted' AND firmware <> '' AND vendor <> ''
        GROUP BY vendor, model, firmware ORDER BY vendor, model, firmware""",
        tenant_id,
    )


# --- codes of vendors --------------------------------------------------------------------------------


async def vendor_code(tenant_id: UUID, vendor: str, code: str) -> Row | None:
    """A tenant's meaning: of this vendor, or else of any."""
    rows = await DB.run(
        """SELECT * FROM vendor_code WHERE tenant = $1 AND vendor IN ($2, '') AND code = $3
        ORDER BY vendor DESC LIMIT 1""",
        tenant_id,
        vendor,
        code,
    )
    return rows[0] if rows else None


async def vendor_codes(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM vendor_code WHERE tenant = $1 ORDER BY vendor, code", tenant_id)


async def put_vendor_code(
    tenant_id: UUID, vendor: str, code: str, title: str, severity: str, cause: str, advice: str, at: datetime
) -> Row:
    rows = await DB.run(
        """INSERT INTO vendor_code (tenant, vendor, code, title, severity, cause, advice, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, vendor, code)
        DO UPDATE SET title = $4, severity = $5, cause = $6, advice = $7, updated_at = $8 RETURNING *""",
        tenant_id,
        vendor,
        code,
        title,
        severity,
        cause,
        advice,
        at,
    )
    return rows[0]


async def remove_vendor_code(tenant_id: UUID, meaning_id: UUID) -> bool:
    rows = await DB.run("DELETE FROM vendor_code WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, meaning_id)
    return bool(rows)


MOST_UNKNOWN = 500
"""Codes of a tenant that are remembered: a station that makes up a new one each time fills no disk."""


async def count_unknown(tenant_id: UUID, vendor: str, code: str, station_id: UUID, text: str, at: datetime) -> None:
    """Who comes while another transaction counts the same code isn't counted: in a storm nobody waits for that."""
    await DB.run(
        """INSERT INTO unknown_code (tenant, vendor, code, station, text, seen_at)
        SELECT $1::uuid, $2::text, $3::text, $4::uuid, $5::text, $6::timestamptz
        WHERE pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2 || ' ' || $3, 1))
            AND ((SELECT count(*) FROM unknown_code WHERE tenant = $1) < $7
                OR EXISTS (SELECT 1 FROM unknown_code WHERE tenant = $1 AND vendor = $2 AND code = $3))
        ON CONFLICT (tenant, vendor, code)
        DO UPDATE SET times = unknown_code.times + 1, station = $4, text = $5, seen_at = $6""",
        tenant_id,
        vendor,
        code,
        station_id,
        text,
        at,
        MOST_UNKNOWN,
    )


async def unknown_codes(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT u.*, s.identity FROM unknown_code u LEFT JOIN charging_station s ON s.id = u.station
        WHERE u.tenant = $1 ORDER BY u.times DESC, u.seen_at DESC LIMIT 100""",
        tenant_id,
    )


async def forget_unknown(tenant_id: UUID, vendor: str, code: str) -> None:
    """Of this vendor, or of any where the meaning is one for all."""
    await DB.run(
        "DELETE FROM unknown_code WHERE tenant = $1 AND code = $3 AND (vendor = $2 OR $2 = '')", tenant_id, vendor, code
    )
