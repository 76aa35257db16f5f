"""Queries of local lists: one row a station, with what it is known to hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

Row = Mapping[str, Any]


async def of_stations(stations: Sequence[UUID]) -> Sequence[Row]:
    return await DB.run("SELECT * FROM local_list WHERE station = ANY($1::uuid[])", list(stations))


async def of_station(station_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM local_list WHERE station = $1", station_id)
    return rows[0] if rows else None


async def choose(station_id: UUID, mode: str, groups: Sequence[str]) -> None:
    await DB.run(
        """INSERT INTO local_list (station, mode, groups) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (station) DO UPDATE SET mode = excluded.mode, groups = excluded.groups, excluded = '{}'""",
        station_id,
        mode,
        msgspec.json.encode(list(groups)).decode(),
    )


async def exclude(station_id: UUID, name: str) -> bool:
    """Whether the station's list is kept up to date: then it goes on without this token."""
    return bool(
        await DB.run(
            """UPDATE local_list SET excluded = array_append(array_remove(excluded, $2), $2)
            WHERE station = $1 AND mode <> 'off' RETURNING station""",
            station_id,
            name,
        )
    )


async def tell(station_id: UUID, state: str, detail: str) -> None:
    await DB.run(
        """INSERT INTO local_list (station, state, detail) VALUES ($1, $2, $3)
        ON CONFLICT (station) DO UPDATE SET state = excluded.state, detail = excluded.detail""",
        station_id,
        state,
        detail[:300],
    )


async def hold(station_id: UUID, version: int, entries: Any) -> None:
    """The station accepted an update."""
    await DB.run(
        """UPDATE local_list SET version = $2, station_version = $2, entries = $3::text::jsonb,
            busy_until = now() + interval '5 minutes' WHERE station = $1""",
        station_id,
        version,
        msgspec.json.encode(entries).decode(),
    )


async def finish(station_id: UUID, at: datetime) -> None:
    """Everything was sent; unless cards changed meanwhile, nothing is missing."""
    await DB.run(
        """UPDATE local_list SET synced_at = $2, state = CASE WHEN state = 'sending' THEN 'synced' ELSE state END
        WHERE station = $1""",
        station_id,
        at,
    )


async def forget(station_id: UUID) -> None:
    """What the station holds isn't known any more."""
    await DB.run("UPDATE local_list SET entries = NULL WHERE station = $1", station_id)


async def hear(station_id: UUID, version: int) -> None:
    await DB.run(
        """INSERT INTO local_list (station, station_version) VALUES ($1, $2)
        ON CONFLICT (station) DO UPDATE SET station_version = excluded.station_version""",
        station_id,
        version,
    )


async def tell_followers(tenant_id: UUID, state: str) -> bool:
    """Of every station of a tenant whose list is kept up to date; whether there is one."""
    rows = await DB.run(
        """WITH followers AS MATERIALIZED (
            SELECT l.station FROM local_list l JOIN charging_station s ON s.id = l.station
            WHERE s.tenant = $1 AND l.mode <> 'off' ORDER BY l.station FOR UPDATE OF l
        )
        UPDATE local_list l SET state = $2, detail = '' FROM followers f WHERE l.station = f.station
        RETURNING l.station""",
        tenant_id,
        state,
    )
    return bool(rows)


async def in_state(tenant_id: UUID, state: str) -> list[UUID]:
    """The stations of a tenant whose list is kept up to date and is in this state."""
    rows = await DB.run(
        """SELECT l.station FROM local_list l JOIN charging_station s ON s.id = l.station
        WHERE s.tenant = $1 AND l.mode <> 'off' AND l.state = $2 ORDER BY l.station""",
        tenant_id,
        state,
    )
    return [row["station"] for row in rows]


async def lock(station_id: UUID) -> bool:
    """One synchronisation of a station at a time, over all nodes; False: another one runs."""
    rows = await DB.run(
        """UPDATE local_list SET busy_until = now() + interval '5 minutes'
        WHERE station = $1 AND (busy_until IS NULL OR busy_until < now()) RETURNING station""",
        station_id,
    )
    return bool(rows)


async def unlock(station_id: UUID) -> None:
    await DB.run("UPDATE local_list SET busy_until = NULL WHERE station = $1", station_id)


async def lacks_master_pass(station_id: UUID) -> bool:
    return bool(await lack_master_pass([station_id]))


async def lack_master_pass(stations: Sequence[UUID]) -> Sequence[UUID]:
    """Which 2.0.1 stations should be told of the master pass: they hold another than they should. One that never
    told of it, and needs none, lacks nothing; one that refused this very one is left alone until its firmware changes.
    """
    rows = await DB.run(
        """SELECT s.id FROM charging_station s
        LEFT JOIN token_group g ON g.tenant = s.tenant AND g.master_pass
        LEFT JOIN station_variable v ON v.station = s.id AND v.component = 'AuthCtrlr'
            AND v.name = 'MasterPassGroupId' AND v.evse = 0
        WHERE s.id = ANY($1::uuid[]) AND s.ocpp_version = '2.0.1' AND s.registration = 'accepted'
        AND coalesce(v.value, '') <> coalesce(g.name, '')
        AND NOT EXISTS (SELECT 1 FROM master_pass_refusal r WHERE r.station = s.id
            AND r.name = coalesce(g.name, '') AND r.firmware = s.firmware)""",
        list(stations),
    )
    return [row["id"] for row in rows]


async def refused_master_pass(station_id: UUID, name: str, status: str, at: datetime) -> None:
    await DB.run(
        """INSERT INTO master_pass_refusal (station, name, firmware, status, at)
        SELECT id, $2, firmware, $3, $4 FROM charging_station WHERE id = $1
        ON CONFLICT (station) DO UPDATE
        SET name = excluded.name, firmware = excluded.firmware, status = excluded.status, at = excluded.at""",
        station_id,
        name,
        status[:60],
        at,
    )


async def with_groups(tenant_id: UUID) -> list[UUID]:
    """Stations whose version knows a master pass."""
    rows = await DB.run(
        """SELECT id FROM charging_station WHERE tenant = $1 AND ocpp_version = '2.0.1'
        AND registration = 'accepted'""",
        tenant_id,
    )
    return [row["id"] for row in rows]
