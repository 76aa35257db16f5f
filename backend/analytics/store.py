"""Read models over stations, transactions and receipts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def connector_states(tenant_id: UUID) -> list[Row]:
    """(station, state, registration) of each connector; the state is offline without a socket."""
    return await DB.run(
        """
        SELECT s.id AS station, s.online, s.registration, c.id AS connector, c.status
        FROM charging_station s LEFT JOIN connector c ON c.station = s.id
        WHERE s.tenant = $1
        """,
        tenant_id,
    )


async def live(tenant_id: UUID) -> Row:
    """Of the active transactions: how many, the power they draw, the energy they took so far."""
    rows = await DB.run(
        """
        SELECT count(*) AS sessions, COALESCE(sum(power_w), 0)::bigint AS power_w,
               COALESCE(sum(energy_wh), 0)::bigint AS energy_wh
        FROM transaction WHERE tenant = $1 AND state = 'active'
        """,
        tenant_id,
    )
    return rows[0]


async def ended_between(tenant_id: UUID, begin: datetime, end: datetime) -> Row:
    rows = await DB.run(
        """
        SELECT count(*) AS sessions, COALESCE(sum(t.energy_wh), 0)::bigint AS energy_wh
        FROM transaction t WHERE t.tenant = $1 AND t.state = 'ended' AND t.ended_at >= $2 AND t.ended_at < $3
        """,
        tenant_id,
        begin,
        end,
    )
    return rows[0]


async def power_curve(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """The network's power in steps of 15 minutes, as it was rolled up."""
    return await DB.run(
        "SELECT at, power_w FROM power_rollup WHERE tenant = $1 AND at >= $2 AND at < $3 ORDER BY at",
        tenant_id,
        begin,
        end,
    )


async def sessions(tenant_id: UUID, begin: datetime, end: datetime, location_id: UUID | None) -> list[Row]:
    """Every try that touches begin…end."""
    return await DB.run(
        """
        SELECT s.location, t.begun_at, t.ended_at, COALESCE(t.requested_at, t.begun_at, t.created_at) AS tried_at,
               t.energy_wh
        FROM transaction t JOIN charging_station s ON s.id = t.station
        WHERE t.tenant = $1 AND ($4::uuid IS NULL OR s.location = $4)
          AND COALESCE(t.requested_at, t.begun_at, t.created_at) < $3 AND t.state <> 'reserved'
          AND (t.ended_at >= $2 OR t.state = 'active'
               OR (t.state = 'failed' AND COALESCE(t.requested_at, t.created_at) >= $2))
        """,
        tenant_id,
        begin,
        end,
        location_id,
    )


async def earned(
    tenant_id: UUID, begin: datetime, end: datetime, currency: str, location_id: UUID | None = None
) -> list[Row]:
    """Sums of the bills and corrections that were written in begin…end."""
    return await DB.run(
        """
        WITH said AS (
            SELECT r.transaction, r.issued_at, r.total_incl AS gross,
                COALESCE(q.total_excl, round(r.total_excl, 2)) AS net
            FROM cdr r LEFT JOIN paper q ON q.cdr = r.id
            WHERE r.tenant = $1 AND r.currency = $4 AND r.issued_at >= $2 AND r.issued_at < $3
            UNION ALL
            SELECT k.transaction, k.issued_at, k.total_incl, k.total_excl FROM correction k
            WHERE k.tenant = $1 AND k.currency = $4 AND k.issued_at >= $2 AND k.issued_at < $3)
        SELECT s.location, date_trunc('minute', b.issued_at) AS written_at, sum(b.gross) AS gross, sum(b.net) AS net
        FROM said b JOIN transaction t ON t.id = b.transaction JOIN charging_station s ON s.id = t.station
        WHERE $5::uuid IS NULL OR s.location = $5 GROUP BY 1, 2
        """,
        tenant_id,
        begin,
        end,
        currency,
        location_id,
    )


async def connectors(tenant_id: UUID, location_id: UUID | None) -> list[Row]:
    return await DB.run(
        """
        SELECT c.id AS connector, s.id AS station, c.evse, s.location, s.created_at AS since, c.max_power_w
        FROM connector c JOIN charging_station s ON s.id = c.station
        WHERE s.tenant = $1 AND s.registration = 'accepted' AND ($2::uuid IS NULL OR s.location = $2)
        """,
        tenant_id,
        location_id,
    )


async def statuses(tenant_id: UUID, begin: datetime, end: datetime, location_id: UUID | None) -> list[Row]:
    """Changes in begin…end, and for each connector and station the last one before."""
    return await DB.run(
        """
        WITH mine AS (
            SELECT id FROM charging_station WHERE tenant = $1 AND ($4::uuid IS NULL OR location = $4)
        )
        SELECT h.station, h.connector, h.at, h.status FROM status_change h JOIN mine ON mine.id = h.station
        WHERE h.at >= $2 AND h.at < $3
        UNION ALL
        SELECT * FROM (
            SELECT DISTINCT ON (h.station, h.connector) h.station, h.connector, h.at, h.status
            FROM status_change h JOIN mine ON mine.id = h.station
            WHERE h.at < $2 ORDER BY h.station, h.connector, h.at DESC
        ) AS before
        """,
        tenant_id,
        begin,
        end,
        location_id,
    )


async def locations(tenant_id: UUID, location_id: UUID | None) -> list[Row]:
    return await DB.run(
        "SELECT id, name FROM location WHERE tenant = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY name",
        tenant_id,
        location_id,
    )


async def decisions(tenant_id: UUID) -> int:
    """Sessions that wait for one."""
    rows = await DB.run(
        "SELECT count(*) AS n FROM transaction WHERE tenant = $1 AND flags ? 'needs_decision'", tenant_id
    )
    return int(rows[0]["n"])


# --- failures ----------------------------------------------------------------------------------------


async def accepted_stations(tenant_id: UUID, location_id: UUID | None) -> list[Row]:
    return await DB.run(
        """
        SELECT s.id, coalesce(l.name, '') AS location, trim(s.vendor || ' ' || s.model) AS model, s.created_at AS since
        FROM charging_station s LEFT JOIN location l ON l.id = s.location
        WHERE s.tenant = $1 AND s.registration = 'accepted' AND ($2::uuid IS NULL OR s.location = $2)
        """,
        tenant_id,
        location_id,
    )


async def failures(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """What cost business in begin…end, at single stations: a site that lost its power is no fault of its stations.
    A visit is a ticket that a service partner answered as done."""
    return await DB.run(
        """
        SELECT i.station, i.connector, i.rule, i.began_at, i.opened_at, i.acknowledged_at, i.repaired_at,
            (SELECT count(*)::int FROM service_ticket t WHERE t.incident = i.id AND t.state = 'done') AS visits
        FROM incident i
        WHERE i.tenant = $1 AND i.station IS NOT NULL AND i.parent IS NULL AND i.down > 0 AND i.severity <> 'info'
          AND i.opened_at < $3 AND coalesce(i.repaired_at, $3) >= $2
        """,
        tenant_id,
        begin,
        end,
    )
