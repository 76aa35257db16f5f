"""Queries of campaigns and their stations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.db.engine import DB

Row = Mapping[str, Any]
SHOWN = """c.*, a.name AS created_by, (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM
    (SELECT state, count(*) AS n FROM campaign_station WHERE campaign = c.id GROUP BY state) counted) AS counts"""


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def choose(tenant_id: UUID, wanted: Mapping[str, Any], limit: int) -> Sequence[Row]:
    """Accepted stations that fit, by identity."""
    return await DB.run(
        """SELECT id, identity FROM charging_station
        WHERE tenant = $1 AND registration = 'accepted'
        AND (cardinality($2::text[]) = 0 OR identity = ANY($2::text[]))
        AND ($3::uuid IS NULL OR location = $3)
        AND ($4 = '' OR lower(vendor) = lower($4)) AND ($5 = '' OR lower(model) = lower($5))
        AND ($6 = '' OR lower(firmware) = lower($6)) AND ($7 = '' OR ocpp_version = $7)
        ORDER BY identity LIMIT $8""",
        tenant_id,
        wanted["identities"],
        wanted["location_id"],
        *(wanted[name] for name in ("vendor", "model", "firmware", "ocpp_version")),
        limit,
    )


async def known(tenant_id: UUID, identities: Sequence[str]) -> set[str]:
    rows = await DB.run(
        "SELECT identity FROM charging_station WHERE tenant = $1 AND identity = ANY($2::text[])",
        tenant_id,
        list(identities),
    )
    return {row["identity"] for row in rows}


async def add(
    tenant_id: UUID, account_id: UUID, values: Mapping[str, Any], stations: Sequence[UUID], at: datetime
) -> UUID:
    campaign_id = uuid4()
    await DB.run(
        """INSERT INTO campaign (id, tenant, account, name, action, stages, stage_ends, pause_s, max_failed_percent,
            min_failed, created_at)
        VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7::text::jsonb, $8, $9, $10, $11)""",
        campaign_id,
        tenant_id,
        account_id,
        values["name"],
        _json(values["action"]),
        _json(values["stages"]),
        _json(values["stage_ends"]),
        values["pause_s"],
        values["max_failed_percent"],
        values["min_failed"],
        at,
    )
    await DB.run(
        """INSERT INTO campaign_station (campaign, station)
        SELECT $1, station FROM unnest($2::uuid[]) WITH ORDINALITY AS chosen (station, place) ORDER BY place""",
        campaign_id,
        list(stations),
    )
    return campaign_id


async def one(tenant_id: UUID, campaign_id: UUID) -> Row | None:
    rows = await DB.run(
        f"""SELECT {SHOWN} FROM campaign c LEFT JOIN account a ON a.id = c.account
        WHERE c.tenant = $1 AND c.id = $2""",
        tenant_id,
        campaign_id,
    )
    return next(iter(rows), None)


async def page(tenant_id: UUID, state: str | None, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    at, campaign_id = after or (None, None)
    return await DB.run(
        f"""SELECT {SHOWN} FROM campaign c LEFT JOIN account a ON a.id = c.account
        WHERE c.tenant = $1 AND ($2::text IS NULL OR c.state = $2)
        AND ($3::timestamptz IS NULL OR (c.created_at, c.id) < ($3, $4::uuid))
        ORDER BY c.created_at DESC, c.id DESC LIMIT $5""",
        tenant_id,
        state,
        at,
        campaign_id,
        limit,
    )


async def results(campaign_id: UUID, state: str | None, search: str, after: int, limit: int) -> Sequence[Row]:
    """In the order of the campaign; `search` is a part of the identity or the name."""
    return await DB.run(
        """SELECT r.id, r.state, r.detail, r.sent_at, r.ended_at, s.identity, s.name
        FROM campaign_station r JOIN charging_station s ON s.id = r.station
        WHERE r.campaign = $1 AND r.id > $2 AND ($3::text IS NULL OR r.state = $3)
        AND (position(lower($4) in lower(s.identity)) > 0 OR position(lower($4) in lower(s.name)) > 0)
        ORDER BY r.id LIMIT $5""",
        campaign_id,
        after,
        state,
        search,
        limit,
    )


# --- running -----------------------------------------------------------------------------------------


async def lock(campaign_id: UUID) -> Row | None:
    """Until the end of the transaction only this one moves the campaign."""
    return next(iter(await DB.run("SELECT * FROM campaign WHERE id = $1 FOR UPDATE", campaign_id)), None)


async def counts(campaign_id: UUID) -> dict[str, int]:
    rows = await DB.run(
        "SELECT state, count(*) AS n FROM campaign_station WHERE campaign = $1 GROUP BY state", campaign_id
    )
    return {row["state"]: row["n"] for row in rows}


async def take(campaign_id: UUID, count: int) -> list[int]:
    rows = await DB.run(
        """UPDATE campaign_station SET state = 'running', detail = '' WHERE id IN (
            SELECT id FROM campaign_station WHERE campaign = $1 AND state = 'waiting' ORDER BY id LIMIT $2
        ) RETURNING id""",
        campaign_id,
        count,
    )
    return sorted(row["id"] for row in rows)


async def result(result_id: int) -> Row | None:
    return next(iter(await DB.run("SELECT * FROM campaign_station WHERE id = $1", result_id)), None)


async def last_failed(campaign_id: UUID) -> UUID | None:
    """The station that failed last."""
    rows = await DB.run(
        """SELECT station FROM campaign_station
        WHERE campaign = $1 AND state IN ('refused', 'failed', 'unknown') ORDER BY ended_at DESC, id DESC LIMIT 1""",
        campaign_id,
    )
    return rows[0]["station"] if rows else None


async def put_back(result_id: int) -> None:
    await DB.run("UPDATE campaign_station SET state = 'waiting' WHERE id = $1 AND sent_at IS NULL", result_id)


async def claim(result_id: int, at: datetime) -> None:
    await DB.run("UPDATE campaign_station SET sent_at = $2 WHERE id = $1", result_id, at)


async def finish(result_id: int, state: str, detail: str, task: UUID | None, at: datetime) -> None:
    """What is known for certain replaces `unknown`, nothing else that is over."""
    await DB.run(
        """UPDATE campaign_station SET state = $2::text, detail = $3, task = $4,
            ended_at = CASE WHEN $2::text = 'running' THEN NULL ELSE $5::timestamptz END
        WHERE id = $1 AND state IN ('running', 'unknown')""",
        result_id,
        state,
        detail[:300],
        task,
        at,
    )


async def cancel_waiting(campaign_id: UUID, at: datetime) -> None:
    await DB.run(
        "UPDATE campaign_station SET state = 'cancelled', ended_at = $2 WHERE campaign = $1 AND state = 'waiting'",
        campaign_id,
        at,
    )


async def update(campaign_id: UUID, **values: Any) -> None:
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, start=2))
    await DB.run(f"UPDATE campaign SET {columns} WHERE id = $1", campaign_id, *values.values())


async def going_on() -> Sequence[Row]:
    """Campaigns that run, or whose last stations haven't answered yet."""
    return await DB.run(
        """SELECT id FROM campaign c WHERE state = 'running' OR EXISTS
        (SELECT 1 FROM campaign_station r WHERE r.campaign = c.id AND r.state = 'running')"""
    )


async def running(campaign_id: UUID) -> Sequence[Row]:
    return await DB.run(
        "SELECT * FROM campaign_station WHERE campaign = $1 AND state = 'running' ORDER BY id", campaign_id
    )
