"""`wattline bench-faults`: simulated days of stations through the real connections, rules, playbooks and database, on a
clock that runs as fast as it can; then a storm; then reported faults to a phone in real time. Writes
build/bench-faults.json."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from backend import logs, wiring
from backend.bench import fault_push, fault_score, fault_storm, fault_world
from backend.bench.fault_rows import Row, shown
from backend.bus.local import LocalBus
from backend.context import Context
from backend.db import engine
from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate
from backend.events import IncidentOpened
from backend.ocpp.codec import CODECS, Call
from backend.ocpp.frames import FrameLog
from backend.ocpp.host import Take
from backend.ocpp.session import Session
from backend.ocpp.v16 import inbound as inbound16
from backend.ocpp.v16 import outbound as outbound16
from backend.settings import Settings
from backend.simulator import faults
from backend.simulator.fault_days import Ranges

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What is detected doesn't depend on whether it would survive a power cut; the days pass faster."""
SILENT_S = 1
"""How long a simulated station that hangs is waited for: in real time, unlike all else."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`met`: whether the goal is reached; None where there is none."""

    name: str
    value: float
    unit: str
    goal: str
    met: bool | None


class NoLink:
    """A session's socket that leads nowhere: what goes out is of no interest here."""

    blunt = False
    breach: tuple[int, str] | None = None
    peer = "simulated"

    async def receive(self) -> bytes | None:
        return None

    async def serve(self, take: Take) -> None:
        return None

    async def send(self, frame: bytes) -> None:
        return None

    def send_now(self, frame: bytes) -> bool:
        return True

    async def alive(self, timeout_s: float) -> bool:
        return True

    async def close(self, code: int = 1000, reason: str = "") -> None:
        return None


class Now:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Actor:
    """A simulated station at the place where its socket would end."""

    def __init__(self, ctx: Context, ref: StationRef, scenario: Scenario, frames: FrameLog) -> None:
        self.ctx = ctx
        self.ref = ref
        self.scenario = scenario
        self.frames = frames
        self.session: Session | None = None
        self.mute = False
        self.next = 0
        self.number = 0
        self.messages = 0

    def due(self, second: float) -> bool:
        return self.next < len(self.scenario.steps) and self.scenario.steps[self.next].at_s <= second

    async def until(self, begin: datetime, second: float) -> None:
        steps = self.scenario.steps
        while self.next < len(steps) and steps[self.next].at_s <= second:
            await self._do(steps[self.next], begin)
            self.next += 1

    async def _do(self, step: Step, begin: datetime) -> None:
        if step.kind == "connect" and self.session is None:
            self.session = Session(
                self.ctx, self.ref, "1.6", NoLink(), CODECS["1.6"], inbound16.HANDLERS, self.frames, outbound16.execute
            )
            await stations.connected(self.ctx, self.ref.id, self.session.id, "bench", "1.6")
        elif step.kind == "drop" and self.session is not None:
            await stations.disconnected(self.ctx, self.ref.id, self.session.id, "gone")
            self.session = None
        elif step.kind == "mute":
            self.mute = True
        elif step.kind == "say" and self.session is not None and not self.mute:
            await self._say(self.session, step, begin + timedelta(seconds=step.at_s + step.clock_off_s))

    async def _say(self, session: Session, step: Step, at: datetime) -> None:
        payload: dict[str, Any] = json.loads(json.dumps(dict(step.payload)).replace('"$tx"', str(self.number)))
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if step.action == "MeterValues":
            payload["meterValue"][0]["timestamp"] = stamp
        else:
            payload["timestamp"] = stamp
        frame = json.dumps([2, uuid4().hex, step.action, payload]).encode()
        call = session.codec.decode(frame)
        assert isinstance(call, Call), call
        answer = await inbound16.HANDLERS[call.action](session, call.payload)
        self.messages += 1
        if step.action == "StartTransaction":
            self.number = answer.transaction_id


async def people_a_world(ctx: Context, scenarios: Sequence[Scenario]) -> list[StationRef]:
    """A tenant with cards, a site for every three stations, and a station for each scenario."""
    tenant = await tenants.ensure(ctx, name="Bench")
    await DB.run(
        "INSERT INTO id_token (tenant, value) SELECT $1, 'CARD-' || n FROM generate_series(1, 40) n", tenant.id
    )
    sites = [uuid4() for _ in range(len(scenarios) // 3 + 1)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT id, $1, 'Site', 0, 0 FROM unnest($2::uuid[]) id""",
        tenant.id,
        sites,
    )
    refs = []
    # Broken ones are spread: a site whose three stations go for reasons of their own would be one incident rightly.
    for number in range(len(scenarios)):
        station_id, identity = uuid4(), f"B-{number:04}"
        await DB.run(
            """INSERT INTO charging_station (id, tenant, identity, registration, location, vendor, model)
            VALUES ($1, $2, $3, 'accepted', $4, 'Simulated', 'Station')""",
            station_id,
            tenant.id,
            identity,
            sites[number % len(sites)],
        )
        await DB.run(
            "INSERT INTO connector (station, evse, max_power_w, status) VALUES ($1, 1, 11000, 'available')", station_id
        )
        refs.append(
            StationRef(id=station_id, tenant_id=tenant.id, identity=identity, registration=Registration.ACCEPTED)
        )
    return refs


async def live(ctx: Context, now: Now, actors: Sequence[Actor], hours: float) -> datetime:
    """A day, minute by minute: what stations say in it, then what the clock looks at."""
    begin = now.at
    for minute in range(int(hours * 60)):
        now.at = begin + TICK * (minute + 1)
        due = [one for one in actors if one.due((minute + 1) * 60.0)]
        for start in range(0, len(due), AT_ONCE):
            await asyncio.gather(*(one.until(begin, (minute + 1) * 60.0) for one in due[start : start + AT_ONCE]))
        await stations.seen(ctx, {one.ref.id: now.at for one in actors if one.session is not None and not one.mute})
        await alerts.watch(ctx)
        if minute % 30 == 0:
            print(f"  hour {minute / 60:g} of {hours:g}", file=sys.stderr, flush=True)
    return begin


async def judged(actors: Sequence[Actor], begin: datetime, hours: float) -> tuple[list[Row], list[str], list[str]]:
    """Figures; what was missed, and what was false."""
    found = await DB.run(
        """SELECT i.rule, i.opened_at, i.station, i.parent, i.location, s.location AS site, i.title FROM incident i
        LEFT JOIN charging_station s ON s.id = i.station"""
    )
    by_station: dict[UUID, list[Any]] = {}
    for row in found:
        if row["station"] is not None:
            by_station.setdefault(row["station"], []).append(row)
    missed, false = [], []
    delays: list[float] = []
    broken = [one for one in actors if one.scenario.begins_s is not None]
    for actor in actors:
        scenario, rows = actor.scenario, by_station.get(actor.ref.id, [])
        at = begin + timedelta(seconds=scenario.begins_s or 0)
        hits = [
            (row["opened_at"] - at).total_seconds()
            for row in rows
            if row["rule"] in scenario.rules and row["opened_at"] >= at
        ]
        if scenario.begins_s is not None:
            if hits and min(hits) <= scenario.within_s + TICK.total_seconds():
                delays.append(min(hits))
            else:
                missed.append(f"{scenario.kind}: {sorted(row['rule'] for row in rows)} {hits[:1]}")
        for row in rows:
            follows = scenario.begins_s is not None and row["opened_at"] >= at
            if not follows or row["rule"] not in scenario.rules | scenario.also:
                false.append(f"{scenario.kind}: {row['rule']}")
    false += [f"site: {row['title']}" for row in found if row["station"] is None]
    days = len(actors) * hours / 24
    kinds = len({one.scenario.kind for one in broken})
    share = 100 * len(delays) / max(1, len(broken))
    rate = 100 * len(false) / days
    return (
        [
            Row(name="kinds of faults", value=kinds, unit="", goal="≥ 40", met=kinds >= 40),
            Row(name="faults detected in their window", value=round(share, 2), unit="%", goal="≥ 98", met=share >= 98),
            Row(name="faults", value=len(broken), unit="", goal="", met=None),
            Row(
                name="false incidents per 100 station-days",
                value=round(rate, 2),
                unit="",
                goal="≤ 1",
                met=rate <= 1,
            ),
            Row(name="station-days", value=round(days, 1), unit="", goal="", met=None),
        ],
        missed,
        false,
    )


async def reported_latency(ctx: Context, actors: Sequence[Actor], now: Now) -> Row:
    """From the report's arrival to the committed incident with its notice, among 10,000 stations."""
    tenant_id = actors[0].ref.tenant_id
    await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration, online, last_seen_at)
        SELECT $1, 'F-' || n, 'accepted', true, $2 FROM generate_series(1, $3) n""",
        tenant_id,
        now.at,
        10_000 - len(actors),
    )
    took = []
    for actor in [one for one in actors if one.session is not None and not one.mute][:150]:
        now.at += TICK
        assert actor.session is not None
        begun = time.perf_counter()
        code = "GroundFailure" if actor.number % 2 else "PowerSwitchFailure"
        payload = {"connectorId": 1, "status": "Faulted", "errorCode": code}
        await actor._say(actor.session, Step(0, "say", "StatusNotification", payload), now.at)
        took.append(time.perf_counter() - begun)
    p99 = sorted(took)[int(len(took) * 0.99) - 1]
    return Row(
        name="reported fault to stored incident and notice, p99, 10,000 stations",
        value=round(p99 * 1000, 1),
        unit="ms",
        goal="≤ 2000 with delivery",
        met=p99 <= 2,
    )


async def storm(ctx: Context, now: Now, tenant_id: UUID, heard: list[Any]) -> list[Row]:
    """5,000 stations lose power at once: sockets die, the grace passes, the clock looks."""
    await DB.run("DELETE FROM incident")
    await DB.run("DELETE FROM pgqueuer")
    await DB.run("UPDATE charging_station SET last_seen_at = $1 WHERE online", now.at)
    sites = [uuid4() for _ in range(STORM_SITES)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT id, $1, 'Storm', 0, 0 FROM unnest($2::uuid[]) id""",
        tenant_id,
        sites,
    )
    connection = uuid4()
    rows = await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration, online, last_seen_at, location, connection)
        SELECT $1, 'S-' || n, 'accepted', true, $2, ($3::uuid[])[1 + n % $4], $5 FROM generate_series(1, $6) n
        RETURNING id""",
        tenant_id,
        now.at,
        sites,
        STORM_SITES,
        connection,
        STORM,
    )
    heard.clear()
    begun = time.perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        await asyncio.gather(
            *(stations.disconnected(ctx, row["id"], connection, "gone") for row in rows[start : start + AT_ONCE])
        )
    backlog = (await DB.run("SELECT count(*) AS n FROM pgqueuer WHERE entrypoint LIKE 'alerts.%'"))[0]["n"]
    now.at += timedelta(seconds=90)
    await watching.look_at_presence(ctx)
    took = time.perf_counter() - begun
    opened = len([event for event in heard if event.station_id is None or event.parent_id is None])
    return [
        Row(
            name="incidents told when 5,000 stations go at once",
            value=opened,
            unit="",
            goal="a handful (≤ 5)",
            met=1 <= opened <= 5,
        ),
        Row(name="jobs of that storm", value=backlog, unit="", goal="no backlog (≤ 60)", met=backlog <= 60),
        Row(name="that storm handled", value=round(took, 1), unit="s", goal="≤ 60", met=took <= 60),
    ]


async def run(url: str, ranges: Ranges, options: argparse.Namespace) -> list[Row]:
async def days(url: str, ranges: Ranges, options: argparse.Namespace) -> list[Row]:
    await migrate(url)
    await engine.connect(url, pool_min=20, pool_max=20)
    now = fault_world.Now(datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=2))
    heard: list[Any] = []

    async def keep(_ctx: Context, _unit: object, event: Any) -> None:
        heard.append(event)

    handlers = dict(wiring.EVENTS)
    handlers[IncidentOpened] = (*handlers.get(IncidentOpened, ()), keep)
    settings = Settings(secret="x" * 40, station_rate=0, call_timeout_s=SILENT_S)
    try:
        async with LocalBus() as bus:
            ctx = Context(settings=settings, bus=bus, now=now, handlers=handlers)
            rows, tenant_id = await _days(ctx, now, ranges, options)
            return rows + await fault_storm.storm(ctx, now, tenant_id, heard)
    finally:
        await engine.disconnect()


async def _days(
    ctx: Context, now: fault_world.Now, ranges: Ranges, options: argparse.Namespace
) -> tuple[list[Row], Any]:
    kinds = [kind for kind in faults.FAULTS if not options.kinds or any(part in kind for part in options.kinds)]
    scenarios = [faults.well(ranges, number) for number in range(options.well)]
    scenarios += [faults.broken(ranges, kind, number) for kind in kinds for number in range(options.each)]
    refs = await fault_world.settle(ctx, scenarios)
    await fault_world.give_a_past(refs, scenarios, now.at)
    actors = fault_world.cast(ctx, ranges, refs, scenarios)
    begun = time.monotonic()
    begin = await fault_world.live(ctx, now, actors, options.hours)
    score = await fault_score.scored(actors, begin, options.hours)
    for word, found in (("missed", score.missed), ("false", score.false), ("not mended", score.unmended)):
        for line, times in Counter(found).most_common(40):
            print(f"  {word}: {line}" + (f" ({times} times)" if times > 1 else ""), file=sys.stderr)
    rows = [
        *score.rows,
        Row(name="messages of stations in these days", value=sum(one.messages for one in actors)),
        Row(name="wall time of these days", value=round(time.monotonic() - begun), unit="s"),
    ]
    for actor in actors:
        await actor.close()
    return rows, refs[0].tenant_id


def parse(argv: Sequence[str]) -> argparse.Namespace:
    one = argparse.ArgumentParser(prog="wattline bench-faults", description=__doc__)
    one.add_argument("--set", choices=["scoring", "tuning"], default="scoring", help="which scenarios (scoring)")
    one.add_argument("--well", type=int, default=200, help="stations that are well (200)")
    one.add_argument("--each", type=int, default=4, help="stations with each kind of fault (4)")
    one.add_argument("--kinds", nargs="*", default=(), help="only kinds of faults that contain one of these words")
    one.add_argument("--hours", type=float, default=24, help="how long they live (24)")
    one.add_argument("--stations", type=int, default=10_000, help="in the database while pushes are timed; 0: none are")
    one.add_argument("--sockets", type=int, default=300, help="of these connected, each with a fault (300)")
    one.add_argument("--output", type=Path, default=Path("build/bench-faults.json"))
    return one.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    options = parse(argv)
    logs.configure(level="error")
    ranges = faults.SCORING if options.set == "scoring" else faults.TUNING
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), options=QUICK) as url:
        rows = asyncio.run(days(url, ranges, options))
    if options.stations:
        rows += fault_push.measured(options.stations, options.sockets)
    print(shown(rows))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
