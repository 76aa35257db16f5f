"""Queries of drivers' reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]
_SHOWN = """SELECT r.*, coalesce(nullif(s.name, ''), s.identity) AS station_name,
        CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END AS label
    FROM driver_report r JOIN charging_station s ON s.id = r.station JOIN connector c ON c.id = r.connector"""


async def lately(reporter: str, connector_id: UUID, since: datetime) -> int:
    """At how many other outlets this person reported something since."""
    rows = await DB.run(
        """SELECT count(DISTINCT connector)::int AS n FROM driver_report
        WHERE reporter = $1 AND at > $2 AND connector <> $3""",
        reporter,
        since,
        connector_id,
    )
    return int(rows[0]["n"])


async def tried(station_id: UUID, account_id: UUID | None, visit_id: UUID | None, since: datetime) -> bool:
    """Whether this driver, or this guest's visit, tried to charge at the station."""
    rows = await DB.run(
        """SELECT 1 AS x FROM transaction WHERE (id = $3 AND station = $1)
        OR (account = $2 AND station = $1 AND created_at > $4) LIMIT 1""",
        station_id,
        account_id,
        visit_id,
        since,
    )
    return bool(rows)


async def put(values: Row) -> tuple[UUID, bool]:
    """The person's open report about an outlet, made or renewed: its id, and whether it says something new."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"""WITH before AS (SELECT kind, words, there FROM driver_report
            WHERE connector = $1 AND reporter = $2 AND state = 'open')
        INSERT INTO driver_report ({", ".join(names)}) VALUES ({marks})
        ON CONFLICT (connector, reporter) WHERE state = 'open' DO UPDATE SET kind = excluded.kind,
            words = excluded.words, at = excluded.at, there = driver_report.there OR excluded.there
        RETURNING id, NOT EXISTS (SELECT 1 FROM before b
            WHERE b.kind = driver_report.kind AND b.words = driver_report.words
            AND b.there = driver_report.there) AS news""",
        *values.values(),
    )
    return rows[0]["id"], rows[0]["news"]


async def get(report_id: UUID) -> Row:
    return (await DB.run(f"{_SHOWN} WHERE r.id = $1", report_id))[0]


async def open_at(connector_id: UUID) -> Sequence[Row]:
    """Open reports that speak for themselves: those that strengthen another rule's incident are told by that."""
    return await DB.run(
        """SELECT r.* FROM driver_report r LEFT JOIN incident i ON i.id = r.incident
        WHERE r.connector = $1 AND r.state = 'open' AND (i.id IS NULL OR i.rule = 'driver_reports')
        ORDER BY r.at, r.id""",
        connector_id,
    )


async def lock(connector_id: UUID) -> None:
    """Who reports, and what ends reports, wait for each other at an outlet."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"driver reports {connector_id}")


async def set_incident(report_ids: Sequence[UUID], incident_id: UUID) -> None:
    await DB.run("UPDATE driver_report SET incident = $2 WHERE id = ANY ($1::uuid[])", list(report_ids), incident_id)


async def proven_wrong(kinds: Sequence[str], least_wh: int) -> Sequence[Row]:
    """Open reports after which somebody charged at the same outlet."""
    return await DB.run(
        """SELECT r.id, r.connector FROM driver_report r WHERE r.state = 'open' AND r.kind = ANY ($1::text[])
        AND EXISTS (SELECT 1 FROM transaction t WHERE t.connector = r.connector AND t.begun_at > r.at
            AND t.created_at > r.at - interval '1 hour' AND t.energy_wh >= $2)""",
        list(kinds),
        least_wh,
    )


async def older(kinds: Sequence[str], before: datetime) -> Sequence[Row]:
    return await DB.run(
        "SELECT id, connector FROM driver_report WHERE state = 'open' AND kind = ANY ($1::text[]) AND at < $2",
        list(kinds),
        before,
    )


async def settle(report_ids: Sequence[UUID], state: str, now: datetime) -> Sequence[Row]:
    return await DB.run(
        """UPDATE driver_report SET state = $2, settled_at = $3 WHERE id = ANY ($1::uuid[]) AND state = 'open'
        RETURNING *""",
        list(report_ids),
        state,
        now,
    )


async def settle_incident(incident_id: UUID, now: datetime) -> Sequence[Row]:
    return await DB.run(
        """UPDATE driver_report SET state = 'mended', settled_at = $2 WHERE incident = $1 AND state = 'open'
        RETURNING *""",
        incident_id,
        now,
    )


async def forget(before: datetime) -> None:
    await DB.run("DELETE FROM driver_report WHERE state <> 'open' AND settled_at < $1", before)


# --- what people see ---------------------------------------------------------------------------------


async def of_reporter(reporter: str, since: datetime) -> Sequence[Row]:
    """Newest first; what was settled before is left out."""
    return await DB.run(
        f"""{_SHOWN} WHERE r.reporter = $1 AND (r.state = 'open' OR r.settled_at > $2)
        ORDER BY r.at DESC, r.id DESC LIMIT 50""",
        reporter,
        since,
    )


async def at_station(
    tenant_id: UUID, station_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row]:
    at, report_id = after or (None, None)
    return await DB.run(
        f"""{_SHOWN} WHERE r.tenant = $1 AND r.station = $2
        AND ($3::timestamptz IS NULL OR (r.at, r.id) < ($3, $4::uuid)) ORDER BY r.at DESC, r.id DESC LIMIT $5""",
        tenant_id,
        station_id,
        at,
        report_id,
        limit,
    )
