"""Queries that change locations, where stations stand, and what is known of outlets."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]

COLUMNS = (
    "name",
    "address",
    "postal_code",
    "city",
    "country",
    "latitude",
    "longitude",
    "time_zone",
    "description",
)
OUTLET_COLUMNS = ("standard", "power_type", "max_power_w", "tariff")


async def add(tenant_id: UUID, values: Mapping[str, Any], at: Any) -> UUID:
    """`values` holds every one of COLUMNS."""
    location_id = uuid4()
    marks = ", ".join(f"${number}" for number in range(4, 4 + len(COLUMNS)))
    await DB.run(
        f"INSERT INTO location (id, tenant, created_at, {', '.join(COLUMNS)}) VALUES ($1, $2, $3, {marks})",
        location_id,
        tenant_id,
        at,
        *(values[column] for column in COLUMNS),
    )
    return location_id


async def change(location_id: UUID, values: Mapping[str, Any]) -> None:
    await _update("location", COLUMNS, location_id, values)


async def change_outlet(connector_id: UUID, values: Mapping[str, Any]) -> None:
    await _update("connector", OUTLET_COLUMNS, connector_id, values)


async def _update(table: str, allowed: Sequence[str], row_id: UUID, values: Mapping[str, Any]) -> None:
    columns = [column for column in allowed if column in values]
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, start=2))
    await DB.run(f"UPDATE {table} SET {assignments} WHERE id = $1", row_id, *(values[column] for column in columns))


async def lock(tenant_id: UUID, location_id: UUID, *, only_keep: bool = False) -> bool:
    """Whether the tenant has it; until the end of the transaction nobody else changes it.

    `only_keep`: nobody deletes it, which is all that a station's move needs.
    """
    strength = "KEY SHARE" if only_keep else "UPDATE"
    return bool(
        await DB.run(f"SELECT 1 FROM location WHERE tenant = $1 AND id = $2 FOR {strength}", tenant_id, location_id)
    )


async def delete(location_id: UUID) -> None:
    await DB.run("DELETE FROM location WHERE id = $1", location_id)


async def station_refs(location_id: UUID) -> Sequence[Row]:
    """Every station that is assigned to it, as `station_ref` reads them."""
    return await DB.run(
        """SELECT id, tenant, identity, registration, ocpp_version FROM charging_station
        WHERE location = $1 ORDER BY identity""",
        location_id,
    )


async def location_of(station_id: UUID) -> UUID | None:
    """Where a station stands; nobody moves it until the end of the transaction."""
    rows = await DB.run("SELECT location FROM charging_station WHERE id = $1 FOR NO KEY UPDATE", station_id)
    return rows[0]["location"] if rows else None
