"""Queries of notices, of who may hear them, and of the operator's routes, rotas and webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]
AT_ONCE = 500
MOST_DEVICES = 20
"""Of one person; the ones seen longest ago make room."""
HEARS = """(device.sign_in IS NULL OR EXISTS (
    SELECT 1 FROM refresh_token r WHERE r.family = device.sign_in AND r.revoked_at IS NULL
))"""
"""Whether somebody is still signed in on `device`. Sign-ins that have run out are deleted (accounts)."""


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- notices -----------------------------------------------------------------------------------------


async def add_notice(tenant_id: UUID, kind: str, key: str, at: datetime, **about: Any) -> bool:
    """`about`: incident, transaction, station, account, data. False: it is noted already."""
    values = {"id": uuid4(), "tenant": tenant_id, "kind": kind, "key": key, "at": at, **about}
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    rows = await DB.run(
        f"INSERT INTO notice ({', '.join(values)}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING RETURNING id",
        *values.values(),
    )
    return bool(rows)


async def take_notices(tenant_id: UUID, now: datetime) -> Sequence[Row]:
    """Those that nobody was told yet, in this transaction; another worker takes others."""
    return await DB.run(
        """UPDATE notice SET told_at = $2 WHERE id IN (
            SELECT id FROM notice WHERE tenant = $1 AND told_at IS NULL ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED
        ) RETURNING id, kind, incident, transaction, station, account, data, at""",
        tenant_id,
        now,
        AT_ONCE,
    )


async def notices(notice_ids: Sequence[UUID]) -> Sequence[Row]:
    """Those about incidents, the oldest first: without questions that were answered, and with what was told meanwhile
    of the same ones, that they got worse."""
    return await DB.run(
        """SELECT n.kind, n.incident, coalesce(n.data->>'said', '') AS said FROM notice n
        JOIN (SELECT incident, min(at) AS since FROM notice WHERE id = ANY ($1::uuid[]) GROUP BY incident) o
            ON o.incident = n.incident
        WHERE (n.id = ANY ($1::uuid[]) OR n.kind = 'incident_worse' AND n.at >= o.since)
        AND (n.kind <> 'remedy_asks'
            OR EXISTS (SELECT 1 FROM remedy r WHERE r.incident = n.incident AND r.state = 'asks'))
        ORDER BY n.at, n.id""",
        list(notice_ids),
    )


async def forget_notices(before: datetime) -> None:
    await DB.run("DELETE FROM notice WHERE at < $1", before)


async def incidents(incident_ids: Sequence[UUID]) -> Sequence[Row]:
    return await DB.run(
        """SELECT i.id, i.tenant, i.rule, i.severity, i.state, i.title, i.detail, i.advice, i.affected,
            i.parent IS NOT NULL AS part, i.opened_at, i.watched_at,
            l.id AS location, coalesce(l.name, '') AS location_name,
            coalesce(nullif(s.name, ''), s.identity, '') AS station,
            coalesce(CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END, '') AS connector
        FROM incident i LEFT JOIN charging_station s ON s.id = i.station
        LEFT JOIN location l ON l.id = coalesce(i.location, s.location)
        LEFT JOIN connector c ON c.id = i.connector WHERE i.id = ANY ($1::uuid[])""",
        list(incident_ids),
    )


async def session(transaction_id: UUID) -> Row | None:
    return await _one(
        """SELECT t.id AS transaction, t.energy_wh, t.stop_reason,
            coalesce(nullif(s.name, ''), s.identity) AS station_name,
            coalesce(l.name, '') AS location
        FROM transaction t JOIN charging_station s ON s.id = t.station LEFT JOIN location l ON l.id = s.location
        WHERE t.id = $1""",
        transaction_id,
    )


async def station(station_id: UUID) -> Row | None:
    return await _one(
        """SELECT s.id, s.online, coalesce(nullif(s.name, ''), s.identity) AS station_name, l.id AS place,
            coalesce(l.name, '') AS location,
            EXISTS (SELECT 1 FROM connector c WHERE c.station = s.id AND c.status IN ('available', 'occupied')) AS good
        FROM charging_station s LEFT JOIN location l ON l.id = s.location WHERE s.id = $1""",
        station_id,
    )


# --- people ------------------------------------------------------------------------------------------


async def zone(tenant_id: UUID) -> Row:
    rows = await DB.run("SELECT name, time_zone FROM tenant WHERE id = $1", tenant_id)
    return rows[0]


async def people(tenant_id: UUID, account_ids: Sequence[UUID], roles: Sequence[str] = ()) -> Sequence[Row]:
    """Those of these ids or roles who can sign in, with their role, wishes (None: they said nothing) and devices."""
    return await DB.run(
        f"""SELECT a.id, a.email, a.name, a.role, p.wishes, coalesce((SELECT json_agg(json_build_object(
            'id', device.id, 'name', device.name, 'platform', device.platform
        ))::text FROM push_device device WHERE device.account = a.id AND {HEARS}), '[]') AS devices
        FROM account a LEFT JOIN notify_preference p ON p.account = a.id
        WHERE a.tenant = $1 AND a.disabled_at IS NULL AND (a.id = ANY ($2::uuid[]) OR a.role = ANY ($3::text[]))""",
        tenant_id,
        list(account_ids),
        list(roles),
    )


async def wishes(account_id: UUID) -> Any:
    row = await _one("SELECT wishes FROM notify_preference WHERE account = $1", account_id)
    return None if row is None else row["wishes"]


async def set_wishes(account_id: UUID, wanted: Any) -> None:
    await DB.run(
        """INSERT INTO notify_preference (account, wishes) VALUES ($1, $2)
        ON CONFLICT (account) DO UPDATE SET wishes = excluded.wishes""",
        account_id,
        wanted,
    )


async def devices(account_id: UUID) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT id, platform, name, seen_at FROM push_device device WHERE account = $1 AND {HEARS}
        ORDER BY seen_at DESC, id""",
        account_id,
    )


async def put_device(account_id: UUID, token: str, now: datetime, **values: Any) -> Row:
    """In a transaction. A device on which somebody else signs in is theirs from now on, and a new one: what was
    written for the one before doesn't reach it. `values`: platform, name, language, sign_in, p256dh, auth.
    """
    await DB.run("DELETE FROM push_device WHERE token = $1 AND account <> $2", token, account_id)
    row = {"account": account_id, "token": token, "seen_at": now, **values}
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    again = ", ".join(f"{name} = excluded.{name}" for name in ("account", "seen_at", *values))
    rows = await DB.run(
        f"""INSERT INTO push_device ({", ".join(row)}) VALUES ({marks})
        ON CONFLICT (token) DO UPDATE SET {again} RETURNING id, platform, name, seen_at""",
        *row.values(),
    )
    await DB.run(
        """DELETE FROM push_device WHERE id IN (
            SELECT id FROM push_device WHERE account = $1 ORDER BY seen_at DESC, id = $3 DESC OFFSET $2
        )""",
        account_id,
        MOST_DEVICES,
        rows[0]["id"],
    )
    return rows[0]


async def browser(account_id: UUID, endpoint: str) -> Row | None:
    """A browser of this person that hears."""
    return await _one(
        f"SELECT id, name, platform FROM push_device device WHERE account = $1 AND token = $2 AND {HEARS}",
        account_id,
        endpoint,
    )


async def set_language(account_id: UUID, endpoint: str, language: str) -> None:
    await DB.run(
        "UPDATE push_device SET language = $3 WHERE account = $1 AND token = $2 AND language <> $3",
        account_id,
        endpoint,
        language,
    )


async def move_browser(endpoint: str, auth: str, to: Mapping[str, Any], now: datetime) -> bool:
    """`to`: token, p256dh and auth that the browser has instead. False: no such browser, or not these keys."""
    return bool(
        await DB.run(
            """UPDATE push_device SET token = $3, p256dh = $4, auth = $5, seen_at = $6
            WHERE token = $1 AND auth = $2 AND p256dh <> ''
            AND NOT EXISTS (SELECT 1 FROM push_device WHERE token = $3 AND token <> $1) RETURNING 1""",
            endpoint,
            auth,
            to["token"],
            to["p256dh"],
            to["auth"],
            now,
        )
    )


async def signed_in(sign_in: UUID) -> bool:
    return bool(await DB.run("SELECT 1 FROM refresh_token WHERE family = $1 AND revoked_at IS NULL LIMIT 1", sign_in))


async def forget_deaf_devices() -> None:
    await DB.run(f"DELETE FROM push_device device WHERE NOT {HEARS}")


async def delete_device(account_id: UUID, device_id: UUID) -> bool:
    return bool(
        await DB.run("DELETE FROM push_device WHERE account = $1 AND id = $2 RETURNING 1", account_id, device_id)
    )


async def forget_device(device_id: UUID) -> None:
    await DB.run("DELETE FROM push_device WHERE id = $1", device_id)


async def watch(account_id: UUID, tenant_id: UUID, station_id: UUID, now: datetime) -> bool:
    """False: there is no such station."""
    found = await _one("SELECT 1 AS x FROM charging_station WHERE id = $1 AND tenant = $2", station_id, tenant_id)
    if found is not None:
        await DB.run(
            "INSERT INTO station_watch (account, station, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            account_id,
            station_id,
            now,
        )
    return found is not None


async def unwatch(account_id: UUID, station_id: UUID) -> bool:
    return bool(
        await DB.run(
            "DELETE FROM station_watch WHERE account = $1 AND station = $2 RETURNING 1", account_id, station_id
        )
    )


async def watched(account_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT s.id, s.identity, s.name, coalesce(l.name, '') AS location FROM station_watch w
        JOIN charging_station s ON s.id = w.station LEFT JOIN location l ON l.id = s.location
        WHERE w.account = $1 ORDER BY w.at DESC""",
        account_id,
    )


async def take_watchers(station_id: UUID) -> Sequence[UUID]:
    """Whoever wanted to hear of it hears it once."""
    rows = await DB.run("DELETE FROM station_watch WHERE station = $1 RETURNING account", station_id)
    return [row["account"] for row in rows]


# --- routes, rotas, webhooks -------------------------------------------------------------------------

TABLES = ("notify_route", "notify_rota", "notify_hook")


async def listed(table: str, tenant_id: UUID) -> Sequence[Row]:
    assert table in TABLES
    order = "name, id" if table != "notify_route" else "created_at, id"
    return await DB.run(f"SELECT * FROM {table} WHERE tenant = $1 ORDER BY {order}", tenant_id)


async def get(table: str, tenant_id: UUID, thing_id: UUID) -> Row | None:
    assert table in TABLES
    return await _one(f"SELECT * FROM {table} WHERE tenant = $1 AND id = $2", tenant_id, thing_id)


async def put(table: str, tenant_id: UUID, thing_id: UUID | None, values: Mapping[str, Any]) -> UUID | None:
    """Made without an id, else changed; None: there is none of this id."""
    assert table in TABLES
    names = list(values)
    if thing_id is None:
        marks = ", ".join(f"${number}" for number in range(2, len(names) + 2))
        sql = f"INSERT INTO {table} (tenant, {', '.join(names)}) VALUES ($1, {marks}) RETURNING id"
        rows = await DB.run(sql, tenant_id, *values.values())
    else:
        pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 3))
        sql = f"UPDATE {table} SET {pairs} WHERE tenant = $1 AND id = $2 RETURNING id"
        rows = await DB.run(sql, tenant_id, thing_id, *values.values())
    return rows[0]["id"] if rows else None


async def delete(table: str, tenant_id: UUID, thing_id: UUID) -> bool:
    assert table in TABLES
    return bool(await DB.run(f"DELETE FROM {table} WHERE tenant = $1 AND id = $2 RETURNING 1", tenant_id, thing_id))
