"""Three nodes on one PostgreSQL and one NATS server, against one node by itself.

Where three cores for nodes are missing they share one: then what several nodes cost more is what can be measured.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from backend.bench import process
from backend.bench.measures import Pair, Round, Scale, answers, pair
from backend.bench.process import child
from backend.bench.rows import Row, compared, not_measured
from backend.db.embedded_host import free_port

NODES = 3
NAME = f"CPU per message, stored, {NODES} nodes and NATS"


def nodes(scale: Scale) -> list[Row]:
    """The 1.6 mix in sessions, as many messages as can be, as many stations on each of three nodes as on the one."""
    program = shutil.which("nats-server") or shutil.which("nats-server", path=str(Path(sys.executable).parent))
    if program is None:
        return [not_measured(NAME, "µs", "nats-server is not installed")]
    with pair("node", f"--stations={scale.stations}") as one:
        one.connect("charging", scale.stations)
        one.run(scale.seconds)
        alone = [one.run(scale.seconds) for _ in range(scale.rounds)]
    together = _together(scale, program)
    own, theirs = median(one.cpu_us for one in together), median(one.cpu_us for one in alone)
    rate, single = (median(one.messages / one.seconds for one in some) for some in (together, alone))
    load = f"{scale.stations} stations on each node, all nodes on one core, PostgreSQL on another"
    times = f"with a core each and a database that keeps up they carry {NODES * theirs / own:.1f} times one node"
    return [
        compared(NAME, own, "µs", "one node without NATS", theirs, f"{load}; {answers(together)}; {times}"),
        compared(
            f"messages stored and answered, {NODES} nodes on one core",
            rate,
            "1/s",
            "one node on that core",
            single,
            f"{load}; {answers(together)}",
            more_is_better=True,
        ),
        *_database(together, alone, load),
    ]


def _database(together: list[Round], alone: list[Round], load: str) -> list[Row]:
    if any(one.database_us is None for one in (*together, *alone)):
        return []
    own, theirs = (median(one.database_us or 0.0 for one in some) for some in (together, alone))
    return [compared(f"  of PostgreSQL, {NODES} nodes", own, "µs", "one node without NATS", theirs, load)]


def _together(scale: Scale, program: str) -> list[Round]:
    usable = process.cores()
    core = str(usable[0]) if usable else ""
    with ExitStack() as stack:
        nats = stack.enter_context(_nats(program))
        first = stack.enter_context(pair("node", f"--stations={NODES * scale.stations}", f"--nats={nats}"))
        shared = f"--join={first.server.hello['database']}", f"--nats={nats}"
        beside = [
            stack.enter_context(child("backend.bench.server", "node", f"--core={core}", "--roles=ocpp", *shared))
            for _ in range(NODES - 1)
        ]
        for n, one in enumerate((first.server, *beside)):
            Pair(one, first.crowd).connect("charging", scale.stations, first=n * scale.stations)
        first.run(scale.seconds)
        rounds = []
        for _ in range(scale.rounds):
            before = [one.ask("usage")["cpu_s"] for one in beside]
            done = first.run(scale.seconds)
            more = sum(one.ask("usage")["cpu_s"] - was for one, was in zip(beside, before, strict=True))
            rounds.append(done.with_more(more))
        return rounds


@contextmanager
def _nats(program: str) -> Iterator[str]:
    port = free_port()
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        server = subprocess.Popen([program, "-a", "127.0.0.1", "-p", str(port), "-l", log.name])
        try:
            yield f"nats://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()
