"""Queries of deliveries and of how channels do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from backend.notify.store import HEARS

Row = Mapping[str, Any]


async def add(values: Mapping[str, Any]) -> bool:
    """False: this message is written down already."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"INSERT INTO delivery ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING RETURNING id",
        *values.values(),
    )
    return bool(rows)


async def hold(values: Mapping[str, Any], notices: Sequence[str]) -> bool:
    """Add to the held message of the same address, or make one; True: it is new."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"""INSERT INTO delivery ({", ".join(names)}, state, notices) VALUES ({marks}, 'held', ${len(names) + 1}::jsonb)
        ON CONFLICT (tenant, account, hook, device, channel, reason) WHERE state = 'held'
        DO UPDATE SET notices = delivery.notices || excluded.notices RETURNING id""",
        *values.values(),
        list(notices),
    )
    return bool(rows[0]["id"] == values["id"])


async def recent(
    tenant_id: UUID,
    account_id: UUID | None,
    hook_id: UUID | None,
    device_id: UUID | None,
    channel: str,
    since: datetime,
) -> Row:
    """How many went to an address since then, and whether some are gathered in a storm."""
    rows = await DB.run(
        """SELECT count(*) FILTER (WHERE state <> 'held' AND created_at > $6)::int AS sent,
            count(*) FILTER (WHERE state = 'held' AND reason = 'storm')::int AS held
        FROM delivery WHERE tenant = $1 AND account IS NOT DISTINCT FROM $2 AND hook IS NOT DISTINCT FROM $3
        AND device IS NOT DISTINCT FROM $4 AND channel = $5 AND (state = 'held' OR created_at > $6)
        AND kind NOT IN ('session_finished', 'session_interrupted', 'station_back', 'test')""",
        tenant_id,
        account_id,
        hook_id,
        device_id,
        channel,
        since,
    )
    return rows[0]


_FULL = f"""SELECT d.*, t.name AS sender, t.country, t.time_zone, device.token, device.p256dh,
        device.auth, device.language, a.email, a.role,
        h.url AS hook_url, h.secret AS hook_secret, h.kind AS hook_kind,
        (SELECT own.language FROM push_device own WHERE own.account = a.id AND own.language <> ''
            ORDER BY own.seen_at DESC LIMIT 1) AS spoken
    FROM delivery d JOIN tenant t ON t.id = d.tenant
    LEFT JOIN account a ON a.id = d.account AND a.disabled_at IS NULL
    LEFT JOIN push_device device ON device.id = d.device AND device.account = a.id AND {HEARS}
    LEFT JOIN notify_hook h ON h.id = d.hook"""
"""What is true now: who left, or signed out on that device, since this was written has no address any more."""


async def get(delivery_id: UUID) -> Row | None:
    rows = await DB.run(f"{_FULL} WHERE d.id = $1", delivery_id)
    return rows[0] if rows else None


async def lock(delivery_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM delivery WHERE id = $1 FOR UPDATE", delivery_id)
    return rows[0] if rows else None


async def change(delivery_id: UUID, **values: Any) -> None:
    pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await DB.run(f"UPDATE delivery SET {pairs} WHERE id = $1", delivery_id, *values.values())


async def page(
    tenant_id: UUID,
    *,
    state: str | None = None,
    channel: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        """SELECT d.*, coalesce(a.name, h.name, '') AS "to" FROM delivery d LEFT JOIN account a ON a.id = d.account
        LEFT JOIN notify_hook h ON h.id = d.hook
        WHERE d.tenant = $1 AND d.channel <> 'app' AND ($2::text IS NULL OR d.state = $2)
        AND ($3::text IS NULL OR d.channel = $3)
        AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4, $5::uuid))
        ORDER BY d.created_at DESC, d.id DESC LIMIT $6""",
        tenant_id,
        state,
        channel,
        at,
        last,
        limit,
    )


async def of_account(tenant_id: UUID, account_id: UUID, limit: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT id, kind, severity, title, body, link, created_at, read_at FROM delivery
        WHERE tenant = $1 AND account = $2 AND channel = 'app' AND state = 'sent' ORDER BY created_at DESC LIMIT $3""",
        tenant_id,
        account_id,
        limit,
    )


async def read_all(account_id: UUID, now: datetime) -> None:
    await DB.run(
        "UPDATE delivery SET read_at = $2 WHERE account = $1 AND channel = 'app' AND read_at IS NULL", account_id, now
    )


async def forget(before: datetime) -> None:
    await DB.run("DELETE FROM delivery WHERE created_at < $1", before)


# --- health ------------------------------------------------------------------------------------------


async def healthy(tenant_id: UUID, channel: str, now: datetime) -> None:
    await DB.run(
        """INSERT INTO channel_health (tenant, channel, ok_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, channel) DO UPDATE SET failures = 0, failing_since = NULL, error = '', ok_at = $3""",
        tenant_id,
        channel,
        now,
    )


async def ailing(tenant_id: UUID, channel: str, error: str, now: datetime) -> None:
    await DB.run(
        """INSERT INTO channel_health (tenant, channel, failures, failing_since, error) VALUES ($1, $2, 1, $4, $3)
        ON CONFLICT (tenant, channel) DO UPDATE SET failures = channel_health.failures + 1, error = $3,
            failing_since = coalesce(channel_health.failing_since, $4)""",
        tenant_id,
        channel,
        error,
        now,
    )


async def health(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM channel_health WHERE tenant = $1", tenant_id)


async def waiting(tenant_id: UUID) -> Mapping[str, int]:
    rows = await DB.run(
        """SELECT CASE WHEN channel = 'webhook' THEN hook::text ELSE channel END AS name, count(*)::int AS n
        FROM delivery WHERE tenant = $1 AND state = 'queued' GROUP BY 1""",
        tenant_id,
    )
    return {row["name"]: row["n"] for row in rows}
