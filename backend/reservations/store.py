"""Queries of reservations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]
OPEN = "state IN ('asked', 'held')"
SELECT = """SELECT r.*, s.identity, s.name AS station_name, coalesce(l.name, '') AS location,
    c.evse, c.number AS connector_number, coalesce(a.name, '') AS driver
    FROM reservation r JOIN charging_station s ON s.id = r.station LEFT JOIN location l ON l.id = s.location
    LEFT JOIN connector c ON c.id = r.connector LEFT JOIN account a ON a.id = r.account"""


async def add(values: Row) -> Row:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"INSERT INTO reservation ({', '.join(names)}) VALUES ({marks}) RETURNING id, number", *values.values()
    )
    return rows[0]


async def one(tenant_id: UUID, reservation_id: UUID) -> Row | None:
    rows = await DB.run(f"{SELECT} WHERE r.tenant = $1 AND r.id = $2", tenant_id, reservation_id)
    return rows[0] if rows else None


async def page(
    tenant_id: UUID,
    *,
    account_id: UUID | None,
    identity: str | None,
    open_only: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        f"""{SELECT} WHERE r.tenant = $1 AND ($2::uuid IS NULL OR r.account = $2)
        AND ($3::text IS NULL OR s.identity = $3) AND (NOT $4::bool OR r.{OPEN})
        AND ($5::timestamptz IS NULL OR (r.created_at, r.id) < ($5, $6::uuid))
        ORDER BY r.created_at DESC, r.id DESC LIMIT $7""",
        tenant_id,
        account_id,
        identity,
        open_only,
        at,
        last,
        limit,
    )


async def own_open(account_id: UUID) -> int:
    rows = await DB.run(f"SELECT count(*)::int AS n FROM reservation WHERE account = $1 AND {OPEN}", account_id)
    return int(rows[0]["n"])


async def lock_account(account_id: UUID) -> None:
    """Two taps at once make one reservation."""
    await DB.run("SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE", account_id)


async def end(reservation_id: UUID, state: str, at: datetime, *, detail: str = "", of: Sequence[str]) -> Row | None:
    """From one of the states `of` into a last one, and what it was (`was`); None: it was in none of them."""
    rows = await DB.run(
        """UPDATE reservation r SET state = $2, detail = $3, ended_at = $4
        FROM (SELECT id, state AS was FROM reservation WHERE id = $1 FOR UPDATE) o
        WHERE r.id = o.id AND o.was = ANY ($5::text[]) RETURNING r.*, o.was""",
        reservation_id,
        state,
        detail[:300],
        at,
        list(of),
    )
    return rows[0] if rows else None


async def came(row: Row, until: datetime) -> Row | None:
    """The session that began where this reservation was held, while it was, of its driver, card or group."""
    rows = await DB.run(
        """SELECT t.id FROM transaction t LEFT JOIN id_token k ON k.tenant = t.tenant
            AND lower(k.value) = lower(t.id_token)
        WHERE t.station = $1 AND ($2::uuid IS NULL OR t.connector = $2) AND t.state IN ('active', 'ended')
        AND t.begun_at >= $3 AND t.begun_at <= $4 AND (t.account = $5 OR lower(t.id_token) = lower($6)
            OR ($7 <> '' AND lower(k.parent) = lower($7)))
        ORDER BY t.begun_at LIMIT 1""",
        row["station"],
        row["connector"],
        row["created_at"],
        until,
        row["account"],
        row["id_token"],
        row["parent"],
    )
    return rows[0] if rows else None


async def used_by(reservation_id: UUID, transaction_id: UUID) -> None:
    await DB.run(
        "UPDATE reservation SET state = 'used', transaction = $2, detail = '' WHERE id = $1",
        reservation_id,
        transaction_id,
    )


async def usable(row: Row) -> bool:
    """Whether its driver could charge there now."""
    rows = await DB.run(
        """SELECT s.online AND coalesce(c.status, '') NOT IN ('faulted', 'unavailable', 'offline') AS usable
        FROM charging_station s LEFT JOIN connector c ON c.id = $2 WHERE s.id = $1""",
        row["station"],
        row["connector"],
    )
    return bool(rows and rows[0]["usable"])


async def place(station_id: UUID, connector_id: UUID | None) -> Row:
    """What the price of an outlet, or of any of a station, depends on."""
    rows = await DB.run(
        """SELECT s.id AS station, s.location, c.tariff, coalesce(l.time_zone, 'UTC') AS time_zone
        FROM charging_station s LEFT JOIN location l ON l.id = s.location LEFT JOIN connector c ON c.id = $2
        WHERE s.id = $1""",
        station_id,
        connector_id,
    )
    return rows[0]


async def hold(reservation_id: UUID) -> bool:
    rows = await DB.run(
        "UPDATE reservation SET state = 'held' WHERE id = $1 AND state = 'asked' RETURNING id", reservation_id
    )
    return bool(rows)


async def open_by_number(station_id: UUID, number: int) -> UUID | None:
    rows = await DB.run(f"SELECT id FROM reservation WHERE station = $1 AND number = $2 AND {OPEN}", station_id, number)
    return rows[0]["id"] if rows else None


async def use(station_id: UUID, number: int, transaction_id: UUID, at: datetime) -> Row | None:
    """It, with since when it held (`created_at`). One that expired here while the station was offline was used all the
    same; a repeated start changes nothing: None."""
    rows = await DB.run(
        """UPDATE reservation SET state = 'used', transaction = $3, ended_at = $4, detail = ''
        WHERE station = $1 AND number = $2 AND state IN ('asked', 'held', 'expired') RETURNING id, created_at""",
        station_id,
        number,
        transaction_id,
        at,
    )
    return rows[0] if rows else None


async def on_connector(connector_id: UUID, now: datetime) -> Row | None:
    """What is held on an outlet now, or may be: the station hasn't answered."""
    rows = await DB.run(
        f"SELECT * FROM reservation WHERE connector = $1 AND {OPEN} AND expires_at > $2 ORDER BY state DESC LIMIT 1",
        connector_id,
        now,
    )
    return rows[0] if rows else None


async def station_of(reservation_id: UUID) -> UUID:
    rows = await DB.run("SELECT station FROM reservation WHERE id = $1", reservation_id)
    found: UUID = rows[0]["station"]
    return found
