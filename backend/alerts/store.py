"""Queries of incidents and their timelines."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.alerts.place import Place
from backend.alerts.rules import Finding
from backend.db.engine import DB

Row = Mapping[str, Any]
LABEL = "CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END"
_UNCLOSED = """tenant = $1 AND location IS NOT DISTINCT FROM $2 AND station IS NOT DISTINCT FROM $3
    AND connector IS NOT DISTINCT FROM $4 AND part = $5 AND rule = $6 AND state <> 'closed'"""


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- one place and rule ------------------------------------------------------------------------------


async def lock_open(place: Place, rule: str) -> Row | None:
    """The incident of this place and rule that isn't closed. Whoever else asks waits until this transaction ends,
    so there is never a second one."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"incident {place.key} {rule}")
    return await _one(f"SELECT * FROM incident WHERE {_UNCLOSED}", *place.columns, rule)


async def is_open(place: Place, rule: str) -> bool:
    """Without the lock: enough to skip a closing that has nothing to close."""
    return await _one(f"SELECT 1 FROM incident WHERE {_UNCLOSED}", *place.columns, rule) is not None


async def open_rules(place: Place, rules: Sequence[str]) -> set[str]:
    """Which of these rules have an incident here that isn't closed."""
    rows = await DB.run(
        f"SELECT rule FROM incident WHERE {_UNCLOSED.replace('rule = $6', 'rule = ANY ($6::text[])')}",
        *place.columns,
        list(rules),
    )
    return {row["rule"] for row in rows}


OpenRules = Mapping[tuple[UUID, UUID | None, UUID | None, UUID | None, str], Collection[str]]
"""By the columns of a place."""


async def open_at(connectors: Collection[UUID]) -> OpenRules:
    """Which rules have an incident at these outlets that isn't closed."""
    return await _open_where("connector = ANY($1::uuid[])", connectors)


async def open_of_stations(stations: Collection[UUID]) -> OpenRules:
    """The same of these stations as a whole."""
    return await _open_where("station = ANY($1::uuid[]) AND connector IS NULL", stations)


async def _open_where(places: str, ids: Collection[UUID]) -> OpenRules:
    rows = await DB.run(
        f"""SELECT tenant, location, station, connector, part, array_agg(rule) AS rules FROM incident
        WHERE {places} AND state <> 'closed' GROUP BY tenant, location, station, connector, part""",
        list(ids),
    )
    return {
        (row["tenant"], row["location"], row["station"], row["connector"], row["part"]): row["rules"] for row in rows
    }


async def noticed_at(station_id: UUID, connector_id: UUID) -> Row | None:
    """The worst that is open at an outlet or its whole station, among what drivers feel; of a part the greater one."""
    return await _one(
        """SELECT g.* FROM incident i JOIN incident g ON g.id = coalesce(i.parent, i.id)
        WHERE i.station = $1 AND (i.connector IS NULL OR i.connector = $2) AND i.severity <> 'info' AND i.down > 0
        AND i.rule <> 'driver_reports' AND i.state IN ('open', 'acknowledged', 'in_repair') AND g.state <> 'closed'
        ORDER BY i.severity = 'critical' DESC, i.opened_at LIMIT 1""",
        station_id,
        connector_id,
    )


async def add(
    place: Place, rule: str, finding: Finding, at: datetime, *, parent: UUID | None = None, affected: int = 1
) -> UUID:
    incident_id = uuid4()
    await DB.run(
        """INSERT INTO incident
            (id, tenant, location, station, connector, part, rule, severity, title, detail, advice, cause, code, down,
             began_at, evidence, opened_at, seen_at, parent, affected)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19)""",
        incident_id,
        *place.columns,
        rule,
        finding.severity.value,
        finding.title,
        finding.detail,
        finding.advice,
        finding.cause,
        finding.code[:60],
        finding.down,
        finding.began_at,
        finding.evidence,
        at,
        parent,
        affected,
    )
    return incident_id


async def see_again(incident_id: UUID, finding: Finding, at: datetime, *, more: int) -> None:
    """`more`: how many occurrences are added; 0: only its words are better now."""
    await DB.run(
        """UPDATE incident SET occurrences = occurrences + $7, seen_at = $2, severity = $3, title = $4, detail = $5,
            advice = $6, cause = $8, code = $9, down = $10, evidence = $11, repaired_at = NULL WHERE id = $1""",
        incident_id,
        at,
        finding.severity.value,
        finding.title,
        finding.detail,
        finding.advice,
        more,
        finding.cause,
        finding.code[:60],
        finding.down,
        finding.evidence,
    )


# --- states ------------------------------------------------------------------------------------------


async def set_state(incident_id: UUID, state: str, at: datetime, account_id: UUID | None = None) -> None:
    """With the time at which it first came there. Closed without an account: its condition ended by itself."""
    await DB.run(
        """UPDATE incident SET state = $2::text,
            acknowledged_at = CASE WHEN $2 IN ('acknowledged', 'in_repair') THEN coalesce(acknowledged_at, $3)
                ELSE acknowledged_at END,
            acknowledged_by = CASE WHEN $2 IN ('acknowledged', 'in_repair') THEN coalesce(acknowledged_by, $4)
                ELSE acknowledged_by END,
            in_repair_at = CASE WHEN $2 = 'in_repair' THEN $3 ELSE in_repair_at END,
            watched_at = CASE WHEN $2 = 'watched' THEN $3 ELSE watched_at END,
            closed_at = CASE WHEN $2 = 'closed' THEN $3::timestamptz END,
            closed_by = CASE WHEN $2 = 'closed' THEN $4::uuid END,
            repaired_at = CASE WHEN $2 IN ('watched', 'closed') THEN coalesce(repaired_at, $3) ELSE repaired_at END
        WHERE id = $1""",
        incident_id,
        state,
        at,
        account_id,
    )


async def close_parts(incident_id: UUID, at: datetime, words: str, account_id: UUID | None) -> None:
    """With a greater one that somebody closes: hidden behind it, they would keep what goes on from opening again."""
    await DB.run(
        """WITH part AS (
            UPDATE incident SET state = 'closed', closed_at = $2, closed_by = $4,
                repaired_at = coalesce(repaired_at, $2)
            WHERE parent = $1 AND state <> 'closed' RETURNING id)
        INSERT INTO incident_entry (incident, at, kind, text, account, data)
            SELECT id, $2, 'closed', $3, $4, '{}' FROM part""",
        incident_id,
        at,
        words,
        account_id,
    )


async def set_assignee(incident_id: UUID, account_id: UUID | None) -> None:
    await DB.run("UPDATE incident SET assignee = $2 WHERE id = $1", incident_id, account_id)


async def set_repaired(incident_id: UUID, at: datetime) -> None:
    await DB.run("UPDATE incident SET repaired_at = coalesce(repaired_at, $2) WHERE id = $1", incident_id, at)


async def set_group(incident_id: UUID, finding: Finding, affected: int, at: datetime) -> None:
    """What is known of a greater incident now."""
    await see_again(incident_id, finding, at, more=0)
    await DB.run("UPDATE incident SET affected = $2 WHERE id = $1", incident_id, affected)


async def account_name(tenant_id: UUID, account_id: UUID) -> str | None:
    """Of somebody who may take care of incidents."""
    row = await _one(
        "SELECT name FROM account WHERE tenant = $1 AND id = $2 AND role <> 'driver' AND disabled_at IS NULL",
        tenant_id,
        account_id,
    )
    return row["name"] if row else None


async def lock(tenant_id: UUID, incident_id: UUID) -> Row | None:
    return await _one("SELECT * FROM incident WHERE tenant = $1 AND id = $2 FOR UPDATE", tenant_id, incident_id)


async def by_id(incident_id: UUID) -> Row | None:
    return await _one("SELECT * FROM incident WHERE id = $1", incident_id)


async def watched_before(at: datetime) -> Sequence[Row]:
    """Watched ones that kept quiet since."""
    return await DB.run("SELECT * FROM incident WHERE state = 'watched' AND greatest(watched_at, seen_at) <= $1", at)


async def still_reported(incident_id: UUID) -> bool:
    """Whether the outlet of a reported fault still says what it said: most stations say it once."""
    sql = """SELECT 1 FROM incident i JOIN connector c ON c.id = i.connector WHERE i.id = $1
        AND i.rule = 'connector_faulted' AND (c.status = 'faulted' OR c.error_code NOT IN ('', 'NoError'))"""
    return await _one(sql, incident_id) is not None


async def open_again(incident_id: UUID, at: datetime) -> None:
    await DB.run("UPDATE incident SET state = 'open', seen_at = $2, repaired_at = NULL WHERE id = $1", incident_id, at)


# --- the timeline ------------------------------------------------------------------------------------


async def add_entry(
    incident_id: UUID, at: datetime, kind: str, text: str, account_id: UUID | None, data: Mapping[str, str]
) -> None:
    await DB.run(
        "INSERT INTO incident_entry (incident, at, kind, text, account, data) VALUES ($1, $2, $3, $4, $5, $6)",
        incident_id,
        at,
        kind,
        text,
        account_id,
        dict(data),
    )


async def entries(incident_id: UUID) -> Sequence[Row]:
    """Oldest first, at most the last 500."""
    return await DB.run(
        """SELECT * FROM (SELECT e.*, coalesce(a.name, '') AS by FROM incident_entry e
            LEFT JOIN account a ON a.id = e.account WHERE e.incident = $1 ORDER BY e.id DESC LIMIT 500) latest
        ORDER BY id""",
        incident_id,
    )


# --- what people see ---------------------------------------------------------------------------------

_INCIDENT = f"""
    SELECT i.*, coalesce(s.identity, '') AS identity, coalesce(s.name, '') AS station_name,
        coalesce(l.name, '') AS location_name, l.id AS location_id, coalesce({LABEL}, '') AS label,
        coalesce(a.name, '') AS by, coalesce(z.name, '') AS closer, coalesce(g.name, '') AS assigned, n.currency,
        b.station IS NOT NULL OR i.lost_sessions > 0 AS priced,
        coalesce(r.state, '') AS remedy, coalesce(r.detail, '') AS remedy_detail
    FROM incident i
    JOIN tenant n ON n.id = i.tenant
    LEFT JOIN charging_station s ON s.id = i.station
    LEFT JOIN station_baseline b ON b.station = i.station
    LEFT JOIN location l ON l.id = coalesce(i.location, s.location)
    LEFT JOIN connector c ON c.id = i.connector
    LEFT JOIN account a ON a.id = i.acknowledged_by
    LEFT JOIN account z ON z.id = i.closed_by
    LEFT JOIN account g ON g.id = i.assignee
    LEFT JOIN LATERAL (
        SELECT state, detail FROM remedy WHERE incident = i.id ORDER BY created_at DESC LIMIT 1
    ) r ON true
    WHERE i.tenant = $1"""


async def incident(tenant_id: UUID, incident_id: UUID) -> Row | None:
    return await _one(f"{_INCIDENT} AND i.id = $2", tenant_id, incident_id)


async def incidents(
    tenant_id: UUID,
    states: Sequence[str],
    *,
    identity: str | None = None,
    rule: str | None = None,
    severity: str | None = None,
    location: UUID | None = None,
    parent: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Newest first. Parts of greater ones only for that one, or for a station."""
    at, incident_id = after or (None, None)
    return await DB.run(
        f"""{_INCIDENT} AND i.state = ANY ($2::text[]) AND ($3::text IS NULL OR s.identity = $3)
        AND ($4::timestamptz IS NULL OR (i.opened_at, i.id) < ($4, $5::uuid))
        AND ($7::text IS NULL OR i.rule = $7) AND ($8::text IS NULL OR i.severity = $8)
        AND ($9::uuid IS NULL OR l.id = $9)
        AND CASE WHEN $10::uuid IS NOT NULL THEN i.parent = $10
            ELSE i.parent IS NULL OR $3::text IS NOT NULL END
        ORDER BY i.opened_at DESC, i.id DESC LIMIT $6""",
        tenant_id,
        list(states),
        identity,
        at,
        incident_id,
        limit,
        rule,
        severity,
        location,
        parent,
    )


async def frames(station_id: UUID, since: datetime, until: datetime, limit: int) -> Sequence[Row]:
    """Messages around the beginning; the index is by id, so the log is walked back from its end."""
    return await DB.run(
        """SELECT * FROM (SELECT at, direction, kind, action, payload FROM ocpp_frame
            WHERE station_id = $1 AND at BETWEEN $2 AND $3 ORDER BY id DESC LIMIT $4) latest ORDER BY at""",
        station_id,
        since,
        until,
        limit,
    )


async def points(connector_id: UUID | None, transaction_id: UUID | None, until: datetime, limit: int) -> Sequence[Row]:
    """Readings of the session an incident is about, or of the last one at its outlet."""
    return await DB.run(
        """SELECT * FROM (SELECT r.at, r.power_w, r.voltage_v, r.current_a, r.energy_wh FROM transaction_reading r
            WHERE r.transaction = coalesce($2, (SELECT id FROM transaction
                WHERE connector = $1 AND begun_at <= $3 ORDER BY created_at DESC LIMIT 1))
            ORDER BY r.at DESC LIMIT $4) latest ORDER BY at""",
        connector_id,
        transaction_id,
        until,
        limit,
    )


async def figures(tenant_id: UUID, since: datetime) -> Sequence[Row]:
    """By rule; medians in seconds."""
    return await DB.run(
        """SELECT i.rule, n.currency, count(*)::int AS incidents,
            count(*) FILTER (WHERE i.state <> 'closed')::int AS open,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.opened_at - i.began_at))
                FILTER (WHERE i.began_at IS NOT NULL) AS detect_s,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.acknowledged_at - i.opened_at))
                FILTER (WHERE i.acknowledged_at IS NOT NULL) AS acknowledge_s,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.repaired_at - i.opened_at))
                FILTER (WHERE i.repaired_at IS NOT NULL) AS repair_s,
            sum(i.lost_sessions)::float AS lost_sessions, sum(i.lost_amount)::float AS lost_amount
        FROM incident i JOIN tenant n ON n.id = i.tenant
        WHERE i.tenant = $1 AND i.opened_at >= $2 AND i.parent IS NULL
        GROUP BY i.rule, n.currency ORDER BY count(*) DESC, i.rule""",
        tenant_id,
        since,
    )


async def price_open(now: datetime, *, only: UUID | None = None) -> None:
    """What incidents have cost so far: what their stations usually take in such a time, as far as it is out of order.
    A connector counts for its part of the station; a part of a greater one counts there."""
    await DB.run(
        """WITH cost AS (
            SELECT i.id, sum(d.down * greatest(0, extract(epoch FROM coalesce(d.repaired_at, $1) -
                    coalesce(d.began_at, d.opened_at))) / 86400 * b.sessions_per_day /
                    CASE WHEN d.connector IS NULL THEN 1 ELSE greatest(1, o.n) END) AS sessions,
                sum(d.down * greatest(0, extract(epoch FROM coalesce(d.repaired_at, $1) -
                    coalesce(d.began_at, d.opened_at))) / 86400 * b.sessions_per_day * b.session_amount::float /
                    CASE WHEN d.connector IS NULL THEN 1 ELSE greatest(1, o.n) END) AS amount
            FROM incident i JOIN incident d ON d.id = i.id OR d.parent = i.id
            JOIN station_baseline b ON b.station = d.station
            LEFT JOIN LATERAL (SELECT count(*) AS n FROM connector WHERE station = d.station AND evse > 0) o ON true
            WHERE ($2::uuid IS NULL AND i.state <> 'closed' AND i.parent IS NULL) OR i.id = $2
            GROUP BY i.id)
        UPDATE incident i SET lost_sessions = least(cost.sessions, 99999999), lost_amount = least(cost.amount, 1e11)
        FROM cost WHERE cost.id = i.id""",
        now,
        only,
    )
