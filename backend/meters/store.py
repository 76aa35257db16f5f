"""Queries of signed values and meter keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def values(transaction_id: UUID) -> list[Row]:
    return await DB.run("SELECT * FROM signed_value WHERE transaction = $1 ORDER BY at, id", transaction_id)


async def with_values(transactions: Sequence[UUID]) -> list[UUID]:
    """Those of which anything was signed."""
    rows = await DB.run(
        "SELECT DISTINCT transaction FROM signed_value WHERE transaction = ANY($1::uuid[])", list(transactions)
    )
    return [row["transaction"] for row in rows]


async def session(transaction_id: UUID) -> Row | None:
    rows = await DB.run(
        "SELECT id, number, tenant, station, evse, energy_wh, flags FROM transaction WHERE id = $1", transaction_id
    )
    return rows[0] if rows else None


async def keys(station_id: UUID) -> list[Row]:
    return await DB.run("SELECT * FROM meter_key WHERE station = $1 ORDER BY evse", station_id)


async def configured_keys(station_id: UUID) -> list[Row]:
    """Keys in the station's own configuration: 1.6 `MeterPublicKey1`, 2.0.1 FiscalMetering PublicKey."""
    return await DB.run(
        """SELECT evse, name, value FROM station_variable WHERE station = $1 AND value <> ''
        AND (name ~* '^MeterPublicKey' OR (component = 'FiscalMetering' AND name = 'PublicKey')) ORDER BY name""",
        station_id,
    )


async def save_key(station_id: UUID, evse: int, public_key: str, label: str, at: datetime) -> None:
    await DB.run(
        """INSERT INTO meter_key (station, evse, public_key, label, changed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (station, evse) DO UPDATE SET public_key = $3, label = $4, changed_at = $5""",
        station_id,
        evse,
        public_key,
        label,
        at,
    )


async def drop_key(station_id: UUID, evse: int) -> bool:
    return bool(await DB.run("DELETE FROM meter_key WHERE station = $1 AND evse = $2 RETURNING id", station_id, evse))


async def judged(value_id: int, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await DB.run(f"UPDATE signed_value SET {names} WHERE id = $1", value_id, *values.values())


async def unsettled(station_id: UUID) -> list[UUID]:
    """Sessions of a station whose values aren't all verified, the latest thousand."""
    rows = await DB.run(
        """SELECT t.id FROM transaction t WHERE t.station = $1
        AND EXISTS (SELECT 1 FROM signed_value v WHERE v.transaction = t.id
                    AND (v.state <> 'verified' OR v.key_source = 'message'))
        ORDER BY t.created_at DESC LIMIT 1000""",
        station_id,
    )
    return [row["id"] for row in rows]


async def set_flags(transaction_id: UUID, flags: list[str]) -> None:
    await DB.run("UPDATE transaction SET flags = $2 WHERE id = $1", transaction_id, flags)
