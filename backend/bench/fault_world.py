"""A day of many stations through the node's own connections, rules, jobs and database; only the clock is faked."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend import wiring
from backend.alerts import service as alerts
from backend.bench.fault_actors import DRIVERS, Actor
from backend.context import Context
from backend.db.engine import DB
from backend.energy import service as energy
from backend.ocpp.connections import Connections
from backend.simulator import faults
from backend.simulator.fault_days import Ranges, Scenario
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.tenants import service as tenants
from shared.stations import Registration

TICK = timedelta(minutes=1)
PART_S = 10.0
"""What happens within it has one time on the house's clock."""
AT_ONCE = 8
"""Stations that speak in the same moment."""
BUSINESS_EACH = 10
PAST_DAYS = 28
RUN = ("alerts.", "remedies.", "notify.tell", "notify.release")
"""Jobs of a simulated day. Bills and the like are of no interest here, and messages leave in `fault_push`."""


class Now:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Jobs:
    """Runs the house's jobs when their delay is over on the simulated clock: the queue's own is PostgreSQL's."""

    def __init__(self, ctx: Context, now: Now) -> None:
        self._ctx, self._now = ctx, now
        self._due: dict[int, datetime] = {}

    async def run(self) -> None:
        for _ in range(20):
            await self._look()
            due = sorted(number for number, at in self._due.items() if at <= self._now.at)
            if not due:
                return
            rows = await DB.run(
                "DELETE FROM pgqueuer WHERE id = ANY ($1::bigint[]) RETURNING id, entrypoint, payload", due
            )
            for number in due:
                self._due.pop(number)
            ours = [row for row in rows if row["entrypoint"].startswith(RUN)]
            for start in range(0, len(ours), AT_ONCE):
                await asyncio.gather(*(self._one(row) for row in ours[start : start + AT_ONCE]))

    async def _look(self) -> None:
        rows = await DB.run(
            "SELECT id, execute_after - created AS delay FROM pgqueuer WHERE NOT id = ANY ($1::bigint[])",
            list(self._due),
        )
        for row in rows:
            self._due[row["id"]] = self._now.at + max(row["delay"], timedelta(0))

    async def _one(self, row: Mapping[str, Any]) -> None:
        await wiring.JOBS[row["entrypoint"]](self._ctx, msgspec.json.decode(row["payload"] or b"{}"))


async def settle(ctx: Context, ranges: Ranges, scenarios: Sequence[Scenario]) -> list[StationRef]:
    """A tenant with cards, sites, and a station for each scenario."""
    tenant = await tenants.ensure(ctx, name="Bench")
    await DB.run(
        """INSERT INTO id_token (tenant, value)
        SELECT $1, 'CARD-' || n || '-' || d FROM generate_series(0, $2) n, generate_series(0, $3) d""",
        tenant.id,
        len(scenarios),
        DRIVERS,
    )
    await _give_accounts(tenant.id, scenarios)
    at = faults.sites(ranges, len(scenarios))
    sites = [uuid4() for _ in range(max(at) + 1)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT id, $1, 'Site', 0, 0 FROM unnest($2::uuid[]) id""",
        tenant.id,
        sites,
    )
    refs = []
    # Broken ones are spread: a site whose stations go for reasons of their own would be one incident rightly.
    for number, scenario in enumerate(scenarios):
        station_id, identity = uuid4(), f"B-{number:04}"
        await DB.run(
            """INSERT INTO charging_station (id, tenant, identity, registration, location, vendor, model, wireless)
            VALUES ($1, $2, $3, 'accepted', $4, $5, $6, $7)""",
            station_id,
            tenant.id,
            identity,
            sites[at[number]],
            scenario.vendor,
            scenario.model,
            scenario.link == "radio",
        )
        await DB.run(
            "INSERT INTO connector (station, evse, max_power_w, status) VALUES ($1, 1, $2, 'available')",
            station_id,
            scenario.max_power_w,
        )
        refs.append(
            StationRef(id=station_id, tenant_id=tenant.id, identity=identity, registration=Registration.ACCEPTED)
        )
    return refs


async def _give_accounts(tenant_id: UUID, scenarios: Sequence[Scenario]) -> None:
    """To the cards of stations whose drivers report something: who charged there is known by it."""
    numbers = [n for n, one in enumerate(scenarios) if any(step.kind == "report" for step in one.steps)]
    await DB.run(
        """WITH made AS (
            INSERT INTO account (id, tenant, email, name, password_hash, role)
            SELECT gen_random_uuid(), $1, lower(value) || '@example.com', 'Driver', 'x', 'driver'
            FROM id_token WHERE tenant = $1 AND split_part(value, '-', 2)::int = ANY ($2::int[])
            RETURNING id, email
        )
        UPDATE id_token t SET account = made.id FROM made WHERE lower(t.value) || '@example.com' = made.email""",
        tenant_id,
        numbers,
    )


async def give_a_past(refs: Sequence[StationRef], scenarios: Sequence[Scenario], until: datetime) -> None:
    """Ended sessions of the last weeks, so that each station has something that is usual for it."""
    await DB.run("UPDATE charging_station SET created_at = $1", until - timedelta(days=PAST_DAYS))
    await DB.run(
        """INSERT INTO transaction (tenant, station, connector, state, begun_at, ended_at, created_at, energy_wh)
        SELECT s.tenant, s.id, c.id, 'ended', x.at, x.at + interval '30 minutes', x.at, 9000
        FROM unnest($1::uuid[], $2::float8[]) AS q (station, usual) JOIN charging_station s ON s.id = q.station
        JOIN connector c ON c.station = s.id
        CROSS JOIN LATERAL (SELECT $3::timestamptz - make_interval(secs => (n + random()) * 86400 / q.usual) AS at
            FROM generate_series(1, (q.usual * $4)::int) n) x""",
        [one.id for one in refs],
        [one.usual_per_day for one in scenarios],
        until,
        PAST_DAYS,
    )


def cast(
    ctx: Context,
    connections: Connections,
    ranges: Ranges,
    refs: Sequence[StationRef],
    scenarios: Sequence[Scenario],
) -> list[Actor]:
    return [
        Actor(ctx, connections, ref, one, f"CARD-{number}", partial(faults.recovered, ranges, one.kind, number))
        for number, (ref, one) in enumerate(zip(refs, scenarios, strict=True))
    ]


async def speak(actors: Sequence[Actor], second: float) -> None:
    due = [one for one in actors if one.due(second)]
    for start in range(0, len(due), AT_ONCE):
        await asyncio.gather(*(one.until(second) for one in due[start : start + AT_ONCE]))


async def live(ctx: Context, now: Now, connections: Connections, actors: Sequence[Actor], hours: float) -> datetime:
    """A day, minute by minute: what stations say in it, what the clock looks at, and the jobs that are due."""
    begin, work = now.at, Jobs(ctx, now)
    for actor in actors:
        actor.begin = begin
    await alerts.watch_upkeep(ctx)
    for minute in range(int(hours * 60)):
        second = (minute + 1) * 60.0
        for part in range(1, round(60 / PART_S) + 1):
            now.at = begin + TICK * minute + timedelta(seconds=part * PART_S)
            await speak(actors, minute * 60 + part * PART_S)
        for one in actors:
            one.second = second
        await stations.seen(ctx, {one.ref.id: now.at for one in actors if one.pipe is not None and not one.mute})
        if minute % BUSINESS_EACH == 0:
            await connections.note_links()
        await alerts.watch(ctx, limits=energy.allowed_a)
        if minute % BUSINESS_EACH == 0:
            await alerts.watch_business(ctx)
        await work.run()
        if minute % 60 == 0:
            print(f"  hour {minute / 60:g} of {hours:g}", file=sys.stderr, flush=True)
    return begin
