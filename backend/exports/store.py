"""Rows of exports, a slice at a time: from behind a place, so that none is read twice or left out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from backend.exports.rules import Kind

Row = dict[str, Any]
_PLACE = """JOIN charging_station s ON s.id = t.station LEFT JOIN location l ON l.id = s.location
    LEFT JOIN connector c ON c.id = t.connector LEFT JOIN account a ON a.id = t.account"""
_CONNECTOR = """CASE WHEN c.number > 1 THEN c.evse || '-' || c.number ELSE COALESCE(c.evse, t.evse)::text END"""
_SESSIONS = f"""
    SELECT t.created_at AS sort_at, t.id AS sort_id, t.number, t.state, l.name AS location,
        COALESCE(NULLIF(s.name, ''), s.identity) AS station, {_CONNECTOR} AS connector, a.name AS driver, t.id_token,
        t.begun_at, t.ended_at, round(extract(epoch FROM t.ended_at - t.begun_at) / 60)::int AS minutes,
        t.energy_wh::numeric / 1000 AS energy_kwh, t.meter_start_wh::numeric / 1000 AS meter_start_kwh,
        t.meter_last_wh::numeric / 1000 AS meter_last_kwh, t.max_power_w::numeric / 1000 AS max_power_kw, t.cost,
        t.currency, t.stop_reason, t.flags, t.id::text AS session_id
    FROM transaction t {_PLACE} WHERE t.tenant = $1 AND t.state <> 'reserved'"""
_CDRS = f"""
    SELECT r.issued_at AS sort_at, r.id AS sort_id, r.number, r.issued_at, r.facts ->> 'location' AS location,
        r.facts ->> 'station' AS station, r.facts ->> 'connector' AS connector, a.name AS driver,
        COALESCE(t.begun_at, t.reserved_from) AS begun_at, t.ended_at,
        (r.facts ->> 'energy_wh')::numeric / 1000 AS energy_kwh,
        (r.facts ->> 'meter_start_wh')::numeric / 1000 AS meter_start_kwh,
        (r.facts ->> 'meter_stop_wh')::numeric / 1000 AS meter_stop_kwh,
        r.total_excl, r.total_incl - r.total_excl AS total_vat, r.total_incl, r.currency, f.name AS tariff,
        (r.facts ->> 'estimated')::bool AS estimated, r.corrects, r.reason, t.id::text AS session_id
    FROM (SELECT id, tenant, transaction, tariff, number, issued_at, currency, total_excl, total_incl, facts,
              '' AS corrects, '' AS reason FROM cdr
          UNION ALL
          SELECT k.id, k.tenant, k.transaction, o.tariff, k.number, k.issued_at, k.currency, k.total_excl, k.total_incl,
              o.facts || '{{"energy_wh": 0}}', o.number, k.reason FROM correction k JOIN cdr o ON o.id = k.cdr) r
    JOIN transaction t ON t.id = r.transaction {_PLACE} LEFT JOIN tariff f ON f.id = r.tariff
    WHERE r.tenant = $1"""
_PAYMENTS = f"""
    SELECT p.created_at AS sort_at, p.id AS sort_id, p.created_at, p.updated_at, p.state, p.provider, p.method,
        p.reference, a.name AS driver, r.number AS receipt, p.hold_amount AS held, p.due_amount AS due,
        p.captured_amount AS captured, p.currency, p.failure, t.id::text AS session_id, p.id::text AS payment_id
    FROM payment p JOIN transaction t ON t.id = p.transaction {_PLACE} LEFT JOIN cdr r ON r.transaction = t.id
    WHERE p.tenant = $1"""
# What isn't of one session has no station: filtered by a place, only what belongs to a session there is left.
_SOMEWHERE = """LEFT JOIN transaction t ON t.id = p.transaction LEFT JOIN charging_station s ON s.id = t.station
    LEFT JOIN account a ON a.id = p.account LEFT JOIN cdr r ON r.transaction = t.id"""
_TOPUPS = f"""
    SELECT p.created_at AS sort_at, p.id AS sort_id, p.created_at, p.updated_at, p.state, a.name AS driver, a.email,
        p.hold_amount AS amount, p.refunded_amount AS refunded, p.currency, p.provider, p.method, p.reference,
        p.failure, p.id::text AS payment_id
    FROM payment p {_SOMEWHERE} WHERE p.tenant = $1 AND p.purpose = 'topup'"""
_WALLETS = """
    SELECT x.created_at AS sort_at, x.id AS sort_id, x.created_at AS at, a.name AS driver, a.email, x.kind,
        e.amount, e.currency, x.note, t.id::text AS session_id, p.id::text AS payment_id, x.id::text AS transfer_id
    FROM ledger_entry e JOIN ledger_account w ON w.id = e.account AND w.kind = 'wallet'
    JOIN ledger_transfer x ON x.id = e.transfer JOIN account a ON a.id = w.owner
    LEFT JOIN payment p ON p.id = x.payment LEFT JOIN transaction t ON t.id = p.transaction
    LEFT JOIN charging_station s ON s.id = t.station WHERE x.tenant = $1"""
_DEBTS = f"""
    SELECT d.created_at AS sort_at, d.id AS sort_id, d.created_at, d.closed_at, d.state, a.name AS driver, a.email,
        d.amount, d.currency, d.reason, r.number AS receipt, y.method AS paid_with,
        CASE WHEN d.state = 'settled' THEN d.closed_at END AS paid_at, t.id::text AS session_id,
        p.id::text AS payment_id, d.id::text AS debt_id
    FROM debt d JOIN payment p ON p.id = d.payment {_SOMEWHERE} LEFT JOIN payment y ON y.id = d.settling
    WHERE d.tenant = $1"""
_REFUNDS = f"""
    SELECT f.created_at AS sort_at, f.id AS sort_id, f.created_at, f.updated_at, f.state, a.name AS driver, f.amount,
        f.currency, f.target AS "to", f.reason, m.name AS made_by, f.reference, f.failure, r.number AS receipt,
        t.id::text AS session_id, p.id::text AS payment_id, f.id::text AS refund_id
    FROM refund f JOIN payment p ON p.id = f.payment {_SOMEWHERE} LEFT JOIN account m ON m.id = f.made_by
    WHERE f.tenant = $1"""
_QUERIES = {
    Kind.SESSIONS: _SESSIONS,
    Kind.CDRS: _CDRS,
    Kind.PAYMENTS: _PAYMENTS,
    Kind.TOPUPS: _TOPUPS,
    Kind.WALLETS: _WALLETS,
    Kind.DEBTS: _DEBTS,
    Kind.REFUNDS: _REFUNDS,
}
_ROW = {
    Kind.SESSIONS: "t",
    Kind.PAYMENTS: "p",
    Kind.CDRS: "r",
    Kind.TOPUPS: "p",
    Kind.WALLETS: "x",
    Kind.DEBTS: "d",
    Kind.REFUNDS: "f",
}
_AT = {kind: f"{row}.{'issued_at' if kind is Kind.CDRS else 'created_at'}" for kind, row in _ROW.items()}
_ID = {kind: f"{row}.id" for kind, row in _ROW.items()}
_STATE = dict.fromkeys((Kind.SESSIONS, Kind.CDRS), "t.state") | {
    Kind.PAYMENTS: "p.state",
    Kind.TOPUPS: "p.state",
    Kind.WALLETS: "x.kind",
    Kind.DEBTS: "d.state",
    Kind.REFUNDS: "f.state",
}


async def rows(
    kind: Kind,
    tenant_id: UUID,
    *,
    begin: datetime | None,
    end: datetime | None,
    location_id: UUID | None,
    station: str | None,
    state: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Oldest first; `sort_at` and `sort_id` are the place behind which the next slice begins."""
    at, key = _AT[kind], _ID[kind]
    return await DB.run(
        f"""{_QUERIES[kind]} AND ($2::timestamptz IS NULL OR {at} >= $2) AND ($3::timestamptz IS NULL OR {at} < $3)
          AND ($4::uuid IS NULL OR s.location = $4) AND ($5::text IS NULL OR s.identity = $5)
          AND ($6::text IS NULL OR {_STATE[kind]} = $6)
          AND ($7::timestamptz IS NULL OR ({at}, {key}) > ($7, $8::uuid))
        ORDER BY {at}, {key} LIMIT $9""",
        tenant_id,
        begin,
        end,
        location_id,
        station,
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
