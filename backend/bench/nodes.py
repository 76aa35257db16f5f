"""Three nodes on one PostgreSQL and one NATS server, against one node by itself.

Where three cores for nodes are missing they must not be busy at once: each would wait for the others' caches. So the
stations of one node after the other talk, while all three run, and what all three use for that is counted: also what
one hears of the others.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean, median

from backend.bench import process
from backend.bench.measures import Pair, Round, Scale, pair
from backend.bench.process import child
from backend.bench.rows import Row, compared, not_measured
from backend.db.embedded_host import free_port

NODES = 3
NAME = f"CPU per message, stored, on one of {NODES} nodes with NATS"
WARM = 3
"""Times as long as a round: every connection must have seen every statement, every session its first price."""


def nodes(scale: Scale) -> list[Row]:
    """The 1.6 mix in sessions, as many messages as can be, as many stations on each of three nodes as on the one."""
    program = shutil.which("nats-server") or shutil.which("nats-server", path=str(Path(sys.executable).parent))
    if program is None:
        return [not_measured(NAME, "µs", "nats-server is not installed")]
    with pair("node", f"--stations={scale.stations}") as one:
        one.connect("charging", scale.stations)
        one.run(WARM * scale.seconds)
        alone = [one.run(scale.seconds) for _ in range(scale.rounds)]
    each = _each_in_turn(scale, program)
    theirs, own = median(one.cpu_us for one in alone), mean(median(one.cpu_us for one in some) for some in each)
    load = f"{scale.stations} stations on each node, those of one node after the other talk"
    times = f"with a core each, and a database that keeps up, {NODES} carry {NODES * theirs / own:.1f} times one"
    rows = [compared(NAME, own, "µs", "one node without NATS", theirs, f"{load}; {times}")]
    if all(one.database_us is not None for some in (alone, *each) for one in some):
        theirs = median(one.database_us or 0.0 for one in alone)
        own = mean(median(one.database_us or 0.0 for one in some) for some in each)
        rows.append(compared("  of PostgreSQL", own, "µs", "one node without NATS", theirs, load))
    return rows


def _each_in_turn(scale: Scale, program: str) -> list[list[Round]]:
    """The rounds of each node."""
    usable = process.cores()
    core, other = (str(usable[0]), str(usable[1])) if usable else ("", "")
    with ExitStack() as stack:
        nats = stack.enter_context(_nats(program))
        first = stack.enter_context(pair("node", f"--stations={NODES * scale.stations}", f"--nats={nats}"))
        shared = f"--core={core}", "--roles=ocpp", f"--join={first.server.hello['database']}", f"--nats={nats}"
        pairs = [first] + [
            Pair(
                stack.enter_context(child("backend.bench.server", "node", *shared)),
                stack.enter_context(child("backend.bench.load", other)),
            )
            for _ in range(NODES - 1)
        ]
        for n, one in enumerate(pairs):
            one.connect("charging", scale.stations, first=n * scale.stations)
            one.run(WARM * scale.seconds)
        return [[_of_all(one, pairs, scale.seconds) for _ in range(scale.rounds)] for one in pairs]


def _of_all(one: Pair, pairs: list[Pair], seconds: float) -> Round:
    """A round of one node, with what all of them used."""
    before = [each.server.ask("usage") for each in pairs]
    done = one.run(seconds)
    after = [each.server.ask("usage") for each in pairs]
    cpu_s = sum(late["cpu_s"] - early["cpu_s"] for early, late in zip(before, after, strict=True))
    return done.by_all(cpu_s)


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
