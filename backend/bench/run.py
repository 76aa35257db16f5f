"""`wattline bench`: choose measurements, run them, print the table and write build/bench.json."""

import argparse
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from backend.bench import measures, node_measures, nodes, rows
from backend.bench.measures import Scale
from backend.bench.process import ChildFailed
from backend.bench.rows import Row
from backend.errors import StartRefused

USUAL, SMALL = Scale(), Scale(seconds=0.5, rounds=1, stations=20, idle=100)
MEASUREMENTS: Mapping[str, tuple[Callable[[Scale], list[Row]], str]] = {
    "protocol-1.6": (partial(measures.protocol, version="1.6"), "server CPU per message of OCPP 1.6, nothing stored"),
    "protocol-2.0.1": (partial(measures.protocol, version="2.0.1"), "the same for OCPP 2.0.1"),
    "protocol-1.6-tls": (partial(measures.protocol, version="1.6", tls=True), "OCPP 1.6 with TLS on both servers"),
    "protocol-2.0.1-tls": (
        partial(measures.protocol, version="2.0.1", tls=True),
        "OCPP 2.0.1 with TLS on both",
    ),
    "paced": (partial(measures.protocol, version="1.6", rate=1000.0), "OCPP 1.6 at 1,000 messages a second"),
    "storm": (measures.storm, "how long it takes until everybody is back"),
    "memory": (measures.memory, "memory of an idle connection"),
    "memory-tls": (partial(measures.memory, tls=True), "the same with TLS"),
    "first-frame": (measures.first_frame, "how soon the web app shows something, and what it loads"),
    "stored": (measures.stored, "CPU per message and messages per second with everything stored"),
    "commits": (node_measures.commits, "durable TransactionEvents a second, against a commit for each"),
    "ingest": (node_measures.ingest, "readings a second into the database"),
    "commands": (node_measures.commands, "from the HTTP API to a station and back, idle and under load"),
    "nodes": (nodes.nodes, "what three nodes with NATS cost, against one"),
    "screens": (node_measures.screens, "how soon 500 live screens show what happened on the wire"),
}
ON_REQUEST: Mapping[str, tuple[Callable[[Scale], list[Row]], str]] = {
    "soak": (node_measures.soak, "memory under load for --seconds (3600, say); only when named"),
    "many": (node_measures.many, "--idle stations (15000, say) on one process for --seconds (600); only when named"),
}


def parser() -> argparse.ArgumentParser:
    known = "\n".join(f"  {name:<18} {about}" for name, (_, about) in {**MEASUREMENTS, **ON_REQUEST}.items())
    top = argparse.ArgumentParser(
        prog="wattline bench",
        description="Measure speed and memory, ratios to a baseline measured in the same run.",
        epilog=f"measurements:\n{known}\n\nMethod and figures: docs/performance.md",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("measurement", nargs="*", help="which ones, all if none is named")
    top.add_argument("--quick", action="store_true", help="small and short: shows that it works, not how fast")
    top.add_argument("--seconds", type=float, help=f"length of a round ({USUAL.seconds:g})")
    top.add_argument("--rounds", type=int, help=f"rounds of each server, taken in turn ({USUAL.rounds})")
    top.add_argument("--stations", type=int, help=f"stations that talk ({USUAL.stations})")
    top.add_argument("--idle", type=int, help=f"stations that only stay connected ({USUAL.idle})")
    top.add_argument(
        "--output", type=Path, default=Path("build/bench.json"), help="where the rows go (build/bench.json)"
    )
    return top


def main(argv: Sequence[str]) -> int:
    """Raises StartRefused when a measurement could not be made."""
    one = parser()
    options = one.parse_args(argv)
    every = {**MEASUREMENTS, **ON_REQUEST}
    unknown = [name for name in options.measurement if name not in every]
    if unknown:
        one.error(f"{unknown[0]} is not a measurement; choose from {', '.join(MEASUREMENTS)}")
    found: list[Row] = []
    for name in options.measurement or MEASUREMENTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            found += every[name][0](scale(options))
        except (measures.WrongAnswers, ChildFailed) as error:
            rows.write(found, options.output)  # what was found until then took minutes
            raise StartRefused(f"{name} could not be measured: {error}.") from None
    print(f"\nPython {platform.python_version()}, {platform.system()} {platform.machine()}\n\n{rows.table(found)}")
    rows.write(found, options.output)
    print(f"\nwritten to {options.output}", file=sys.stderr)
    return 0


def scale(options: argparse.Namespace) -> Scale:
    usual = SMALL if options.quick else USUAL
    return Scale(
        seconds=usual.seconds if options.seconds is None else options.seconds,
        rounds=usual.rounds if options.rounds is None else options.rounds,
        stations=usual.stations if options.stations is None else options.stations,
        idle=usual.idle if options.idle is None else options.idle,
    )
