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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from backend import wiring
from backend.bench import fault_push, fault_score, fault_storm, fault_world
from backend.bench.fault_rows import Row, shown
from backend.bus.local import LocalBus
from backend.context import Context
from backend.db import engine
from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate
from backend.events import IncidentOpened
from backend.ocpp.connections import Connections
from backend.ocpp.listener import DIALECTS
from backend.ocpp.quirks import Profile, Profiles
from backend.settings import Settings
from backend.simulator import faults
from backend.simulator.fault_days import Ranges

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What is detected doesn't depend on whether it would survive a power cut; the days pass faster."""
SILENT_S = 1
"""How long a simulated station that hangs is waited for: in real time, unlike all else."""
AT_ONCE = Profiles([Profile(about="The bench", quirks={"boot_patience_s": 0.0})])
"""Nor is a first word waited for: seconds after a link, which are real ones, are minutes of these days."""


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
    refs = await fault_world.settle(ctx, ranges, scenarios)
    await fault_world.give_a_past(refs, scenarios, now.at)
    connections = Connections(ctx, "bench", DIALECTS, AT_ONCE)
    actors = fault_world.cast(ctx, connections, ranges, refs, scenarios)
    begun = time.monotonic()
    begin = await fault_world.live(ctx, now, connections, actors, options.hours)
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
    one.add_argument("--seed", default="", help="other days of the same ranges")
    one.add_argument("--well", type=int, default=140, help="stations that are well (140)")
    one.add_argument("--each", type=int, default=3, help="stations with each kind of fault (3)")
    one.add_argument("--kinds", nargs="*", default=(), help="only kinds of faults that contain one of these words")
    one.add_argument("--hours", type=float, default=24, help="how long they live (24)")
    one.add_argument("--stations", type=int, default=10_000, help="in the database while pushes are timed; 0: none are")
    one.add_argument("--sockets", type=int, default=300, help="of these connected, each with a fault (300)")
    one.add_argument("--output", type=Path, default=Path("build/bench-faults.json"))
    return one.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    options = parse(argv)
    ranges = faults.SCORING if options.set == "scoring" else faults.TUNING
    if options.seed:
        ranges = replace(ranges, seed=options.seed)
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
