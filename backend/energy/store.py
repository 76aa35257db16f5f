"""Queries of charging profiles, external limits and what cars ask for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

Row = Mapping[str, Any]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def next_number() -> int:
    rows = await DB.run("SELECT nextval('charging_profile_number')::int AS n")
    return int(rows[0]["n"])


async def next_request(station_id: UUID, everything: bool, at: datetime) -> int:
    rows = await DB.run(
        """INSERT INTO charging_profile_read (request_id, station, everything, asked_at)
        VALUES (nextval('charging_profile_request')::int, $1, $2, $3) RETURNING request_id""",
        station_id,
        everything,
        at,
    )
    return int(rows[0]["request_id"])


async def put(
    station_id: UUID,
    evse: int,
    source: str,
    profile: Any,
    transaction_id: UUID | None,
    request_id: int | None,
    at: datetime,
) -> None:
    """The station holds it now. One of ours takes the place of another of its purpose and level (K01.FR.05)."""
    if source == "CSO" and request_id is None:
        await DB.run(
            """DELETE FROM charging_profile WHERE station = $1 AND evse = $2 AND purpose = $3 AND stack_level = $4
            AND source = 'CSO' AND transaction IS NOT DISTINCT FROM $5::uuid""",
            station_id,
            evse,
            profile.purpose.value,
            profile.stack_level,
            transaction_id,
        )
    await DB.run(
        """INSERT INTO charging_profile (station, evse, number, source, purpose, stack_level, transaction, profile,
            request_id, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $10)
        ON CONFLICT (station, source, number) DO UPDATE SET evse = excluded.evse, purpose = excluded.purpose,
            stack_level = excluded.stack_level, profile = excluded.profile, request_id = excluded.request_id,
            transaction = coalesce(excluded.transaction, charging_profile.transaction),
            set_at = CASE WHEN excluded.request_id IS NULL THEN excluded.set_at ELSE charging_profile.set_at END""",
        station_id,
        evse,
        profile.number,
        source,
        profile.purpose.value,
        profile.stack_level,
        transaction_id,
        _json(profile),
        request_id,
        at,
    )


async def number_of(
    station_id: UUID, evse: int, purpose: str, stack_level: int, transaction_id: UUID | None
) -> int | None:
    """Of the profile of ours whose place another one would take."""
    rows = await DB.run(
        """SELECT number FROM charging_profile WHERE station = $1 AND evse = $2 AND purpose = $3 AND stack_level = $4
        AND source = 'CSO' AND transaction IS NOT DISTINCT FROM $5::uuid LIMIT 1""",
        station_id,
        evse,
        purpose,
        stack_level,
        transaction_id,
    )
    return int(rows[0]["number"]) if rows else None


async def page(station_id: UUID, after: tuple[int, str, int] | None, limit: int) -> Sequence[Row]:
    evse, source, number = after or (None, None, None)
    return await DB.run(
        """SELECT * FROM charging_profile WHERE station = $1
        AND ($2::int IS NULL OR (evse, source, number) > ($2, $3::text, $4::int))
        ORDER BY evse, source, number LIMIT $5""",
        station_id,
        evse,
        source,
        number,
        limit,
    )


async def of_station(station_id: UUID) -> Sequence[Row]:
    """Those that may say something now: of a transaction only while it runs."""
    return await DB.run(
        """SELECT p.*, t.begun_at FROM charging_profile p LEFT JOIN transaction t ON t.id = p.transaction
        WHERE p.station = $1 AND (p.purpose <> 'TxProfile' OR t.state = 'active')""",
        station_id,
    )


async def forget(
    station_id: UUID, *, number: int | None, evse: int | None, purpose: str | None, stack_level: int | None
) -> None:
    """What the station cleared, or said that it doesn't have."""
    await DB.run(
        """DELETE FROM charging_profile WHERE station = $1 AND ($2::int IS NULL OR number = $2)
        AND ($3::int IS NULL OR evse = $3) AND ($4::text IS NULL OR purpose = $4)
        AND ($5::int IS NULL OR stack_level = $5) AND purpose <> 'ChargingStationExternalConstraints'""",
        station_id,
        number,
        evse,
        purpose,
        stack_level,
    )


async def forget_transactions(transactions: Sequence[UUID]) -> None:
    await DB.run("DELETE FROM charging_profile WHERE transaction = ANY($1::uuid[])", list(transactions))


async def forget_unreported(station_id: UUID, request_id: int) -> None:
    """After the last part of an answer to a question for everything. What was set since then stays."""
    await DB.run(
        """DELETE FROM charging_profile p USING charging_profile_read r
        WHERE p.station = $1 AND r.request_id = $2 AND r.station = $1 AND r.everything
        AND p.request_id IS DISTINCT FROM $2 AND p.set_at <= r.asked_at""",
        station_id,
        request_id,
    )


# --- limits of others --------------------------------------------------------------------------------


async def put_limit(
    station_id: UUID, evse: int, source: str, grid_critical: bool, schedules: Any, at: datetime
) -> None:
    await DB.run(
        """INSERT INTO external_limit (station, evse, source, grid_critical, schedules, set_at)
        VALUES ($1, $2, $3, $4, $5::text::jsonb, $6) ON CONFLICT (station, evse, source)
        DO UPDATE SET grid_critical = excluded.grid_critical, schedules = excluded.schedules,
            set_at = excluded.set_at""",
        station_id,
        evse,
        source,
        grid_critical,
        _json(schedules),
        at,
    )


async def lift_limit(station_id: UUID, evse: int | None, source: str) -> None:
    """evse None: wherever this source had set one. The profile in which the station keeps it goes too."""
    for table, extra in (
        ("external_limit", ""),
        ("charging_profile", "AND purpose = 'ChargingStationExternalConstraints'"),
    ):
        await DB.run(
            f"DELETE FROM {table} WHERE station = $1 AND source = $2 AND ($3::int IS NULL OR evse = $3) {extra}",
            station_id,
            source,
            evse,
        )


async def limits(station_id: UUID, after: tuple[int, str] | None, limit: int) -> Sequence[Row]:
    evse, source = after or (None, None)
    return await DB.run(
        """SELECT * FROM external_limit WHERE station = $1 AND ($2::int IS NULL OR (evse, source) > ($2, $3::text))
        ORDER BY evse, source LIMIT $4""",
        station_id,
        evse,
        source,
        limit,
    )


# --- what cars ask for -------------------------------------------------------------------------------


async def put_needs(station_id: UUID, evse: int, values: Row) -> None:
    """A new question begins without a plan."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(3, len(names) + 3))
    told = ", ".join(f"{name} = excluded.{name}" for name in names)
    await DB.run(
        f"""INSERT INTO charging_needs (station, evse, {", ".join(names)}) VALUES ($1, $2, {marks})
        ON CONFLICT (station, evse) DO UPDATE SET {told}, plan = NULL, plan_within = NULL""",
        station_id,
        evse,
        *values.values(),
    )


async def put_plan(station_id: UUID, evse: int, plan: Any, within: bool, at: datetime) -> None:
    await DB.run(
        """INSERT INTO charging_needs (station, evse, asked_at, plan, plan_within)
        VALUES ($1, $2, $3, $4::text::jsonb, $5)
        ON CONFLICT (station, evse) DO UPDATE SET plan = excluded.plan, plan_within = excluded.plan_within""",
        station_id,
        evse,
        at,
        _json(plan),
        within,
    )


async def needs(station_id: UUID, after: int | None, limit: int) -> Sequence[Row]:
    return await DB.run(
        "SELECT * FROM charging_needs WHERE station = $1 AND ($2::int IS NULL OR evse > $2) ORDER BY evse LIMIT $3",
        station_id,
        after,
        limit,
    )


async def needs_on(station_id: UUID, evse: int) -> Row | None:
    rows = await DB.run("SELECT * FROM charging_needs WHERE station = $1 AND evse = $2", station_id, evse)
    return rows[0] if rows else None


async def giving_nothing(stations: Collection[UUID]) -> list[UUID]:
    """Those that were told at some time to give nothing, by whomever. Amounts are texts in what is kept."""
    rows = await DB.run(
        r"""SELECT station FROM charging_profile WHERE station = ANY($1::uuid[])
            AND jsonb_path_exists(profile, '$.schedules[*].periods[*].limit ? (@ like_regex "^0(\.0*)?$")')
        UNION SELECT station FROM external_limit WHERE station = ANY($1::uuid[])
            AND jsonb_path_exists(schedules, '$[*].periods[*].limit ? (@ like_regex "^0(\.0*)?$")')""",
        list(stations),
    )
    return [row["station"] for row in rows]


# --- the station beneath -----------------------------------------------------------------------------


async def running(station_id: UUID) -> Sequence[Row]:
    """Its transactions now: id, number, ref, evse, begun_at."""
    return await DB.run(
        """SELECT id, number, ref, evse, begun_at FROM transaction
        WHERE station = $1 AND state = 'active' AND evse IS NOT NULL ORDER BY begun_at""",
        station_id,
    )


async def transaction(station_id: UUID, transaction_id: UUID) -> Row | None:
    rows = await DB.run(
        "SELECT id, number, ref, evse, state, begun_at FROM transaction WHERE station = $1 AND id = $2",
        station_id,
        transaction_id,
    )
    return rows[0] if rows else None


async def outlets(station_id: UUID) -> Sequence[Row]:
    """Each EVSE with the power of its strongest connector."""
    return await DB.run(
        """SELECT evse, max(max_power_w) AS max_power_w, bool_or(power_type = 'DC') AS dc FROM connector
        WHERE station = $1 GROUP BY evse ORDER BY evse""",
        station_id,
    )
