"""The measurements themselves: each starts its processes, puts load on them, and returns rows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from backend.bench import node_library, process
from backend.bench.process import Child, child
from backend.bench.rows import Row, compared, measured, not_measured

PLAIN = "ocpp package on websockets, validation on, compression off"
WITH_TLS = f"{PLAIN}, TLS"
BUSY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured. The figures of a small run say little; the default's are those of the documentation."""

    seconds: float = 2.0
    rounds: int = 3
    stations: int = 500
    idle: int = 9000


class WrongAnswers(Exception):
    """A server answered something else than it should have: then nothing it did counts."""


@dataclass(frozen=True, slots=True)
class Round:
    messages: int
    seconds: float
    cpu_us: float
    """Of the server, for each message."""
    database_us: float | None
    busy: float
    """Share of a core that the server used."""
    p50_ms: float
    p99_ms: float

    def by_all(self, cpu_s: float) -> "Round":
        """The same with what several servers have used."""
        return replace(self, cpu_us=cpu_s / self.messages * 1e6, busy=cpu_s / self.seconds)


@dataclass(frozen=True, slots=True)
class Pair:
    """A server and its stations."""

    server: Child
    crowd: Child

    def connect(
        self, talk: str, stations: int, version: str = "1.6", at_once: int = 100, tries: int = 1, first: int = 0
    ) -> dict[str, Any]:
        return _right(
            self.crowd.ask(
                "connect",
                port=self.server.hello["port"],
                talk=talk,
                stations=stations,
                version=version,
                at_once=at_once,
                tries=tries,
                first=first,
                certificate=self.server.hello.get("certificate", ""),
            )
        )

    def run(self, seconds: float, rate: float = 0.0) -> Round:
        before = self.server.ask("usage")
        done = _right(self.crowd.ask("run", seconds=seconds, rate=rate))
        after = self.server.ask("usage")
        cpu, messages = after["cpu_s"] - before["cpu_s"], max(done["messages"], 1)
        database = None
        if after.get("database_cpu_s") is not None:
            database = (after["database_cpu_s"] - before["database_cpu_s"]) / messages * 1e6
        return Round(
            messages=done["messages"],
            seconds=done["seconds"],
            cpu_us=cpu / messages * 1e6,
            database_us=database,
            busy=cpu / done["seconds"],
            p50_ms=done["p50_ms"],
            p99_ms=done["p99_ms"],
        )


def _right(report: dict[str, Any]) -> dict[str, Any]:
    if report["wrong"] or report["lost"]:
        raise WrongAnswers(f"{report['wrong']} wrong answers, {report['lost']} lost sockets: {report['example']}")
    return report


@contextmanager
def pair(kind: str, *arguments: str) -> Iterator[Pair]:
    cores = process.cores()
    own, other = (str(cores[0]), str(cores[1])) if cores else ("", "")
    with ExitStack() as stack:
        server = stack.enter_context(
            node_library.serving(own)
            if kind == "ocpp-rpc"
            else child("backend.bench.server", kind, f"--core={own}", *arguments)
        )
        yield Pair(server, stack.enter_context(child("backend.bench.load", other)))


def _load(scale: Scale, rounds: list[Round], *others: list[Round]) -> str:
    """The load point in words: a ratio means nothing without it."""
    busy = [f"{median(one.busy for one in some):.0%}" for some in (rounds, *others)]
    idle = any(median(one.busy for one in some) < BUSY for some in (rounds, *others))
    words = "not saturated" if idle else "saturated"
    return f"{scale.stations} stations, one call in flight each, {words}: server at {' and '.join(busy)} of a core"


def _secured(tls: bool) -> tuple[str, ...]:
    return ("--tls",) if tls else ()


# --- protocol only -------------------------------------------------------------------------------------------


def protocol(scale: Scale, version: str, tls: bool = False, rate: float = 0.0) -> list[Row]:
    """CPU of a server that parses, validates, dispatches and replies; rounds of all in turn. `rate`: messages a second
    instead of as many as can be."""
    name = f"CPU per message, protocol only, {version} mix{', TLS' if tls else ''}"
    name += f", paced at {rate:,.0f}/s" if rate else ""
    why = "not compared over TLS or paced" if tls or rate else node_library.absent()
    kinds = ["protocol", "baseline", *(() if why else ("ocpp-rpc",))]
    rounds: dict[str, list[Round]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        pairs = {kind: stack.enter_context(pair(kind, *_secured(tls and kind != "ocpp-rpc"))) for kind in kinds}
        for one in pairs.values():
            one.connect(version, scale.stations, version)
            one.run(min(1.0, scale.seconds))
        for _ in range(scale.rounds):
            for kind, one in pairs.items():
                rounds[kind].append(one.run(scale.seconds, rate))
    own, plain = rounds["protocol"], rounds["baseline"]
    value, theirs = median(one.cpu_us for one in own), median(one.cpu_us for one in plain)
    rows = [compared(name, value, "µs", WITH_TLS if tls else PLAIN, theirs, _load(scale, own, plain))]
    if not why:
        node = rounds["ocpp-rpc"]
        load = _load(scale, own, node)
        rows.append(compared(f"{name}, and Node", value, "µs", node_library.NAME, median(r.cpu_us for r in node), load))
    elif not tls and not rate:
        rows.append(not_measured(f"{name}, and Node", "µs", why))
    return rows


def storm(scale: Scale) -> list[Row]:
    """Everybody comes back after an outage: sockets open, boots answered."""
    rows = []
    for at_once, words in ((500, "500 in flight"), (scale.idle, "all at once")):
        took: dict[str, Any] = {}
        for kind in ("protocol", "baseline") if at_once == 500 else ("protocol",):
            with pair(kind) as one:
                before = one.server.ask("usage")["cpu_s"]
                took[kind] = one.connect("1.6", scale.idle, at_once=at_once, tries=10)
                took[kind]["cpu_ms"] = (one.server.ask("usage")["cpu_s"] - before) / scale.idle * 1000
        own = took["protocol"]
        name = f"{scale.idle:,} stations connect and boot, {words}"
        load = f"{own['refused']} turned away, {own['refused_twice']} of them twice, nothing stored"
        if "baseline" in took:
            theirs = took["baseline"]
            rows.append(compared(name, own["seconds"], "s", PLAIN, theirs["seconds"], load))
            load = "of the server; the stations of the bench take most of the wall time above"
            rows.append(compared("CPU to connect and boot", own["cpu_ms"], "ms", PLAIN, theirs["cpu_ms"], load))
        else:
            rows.append(measured(name, own["seconds"], "s", load))
    return rows


def memory(scale: Scale, tls: bool = False) -> list[Row]:
    """What a connected, booted, silent station costs."""

    def of(kind: str) -> float:
        with pair(kind, *_secured(tls)) as one:
            one.connect("1.6", 20)
            before = one.server.ask("settle")["rss"]
            one.connect("1.6", scale.idle)
            return float(one.server.ask("settle")["rss"] - before) / scale.idle / 1024

    name = f"memory per idle connection{', TLS' if tls else ''}"
    ours = of("protocol")
    if not ours:
        return [not_measured(name, "KiB", "this system doesn't tell")]
    load = f"{scale.idle} stations connected and booted, resident memory after a collection"
    return [compared(name, ours, "KiB", WITH_TLS if tls else PLAIN, of("baseline"), load)]


# --- a whole node --------------------------------------------------------------------------------------------


STORED = (
    ("charging", "1.6", "1.6 mix in sessions"),
    ("events", "2.0.1", "2.0.1 mix in sessions"),
    ("sessions", "1.6", "StartTransaction, StopTransaction"),
)
"""Talk, version, and what rows call it."""


STEADY = 3000.0


def stored(scale: Scale) -> list[Row]:
    """Everything on: embedded PostgreSQL with fsync, OCPP log, web server and worker in the same process."""
    rows = []
    for talk, version, title in STORED:
        with pair("node", f"--stations={scale.stations}") as one:
            one.connect(talk, scale.stations, version)
            one.run(scale.seconds)  # every database connection must have seen every statement once
            before = one.server.ask("usage")
            rounds = [one.run(scale.seconds) for _ in range(scale.rounds)]
            steady = one.run(scale.seconds * 2, STEADY) if talk == "charging" else None
            if talk == "sessions":
                rows += _settled(one, before, sum(r.messages for r in rounds) / 2)
        load = f"{_load(scale, rounds)}; {answers(rounds)}"
        own = median(r.cpu_us for r in rounds)
        rows.append(measured(f"CPU per message, stored, {title}", own, "µs", load))
        if all(r.database_us is not None for r in rounds):
            database = median(r.database_us or 0.0 for r in rounds)
            rows.append(measured(f"  of PostgreSQL, {title}", database, "µs", load))
            rows.append(measured(f"  server and PostgreSQL, {title}", own + database, "µs", load))
        rate = median(r.messages / r.seconds for r in rounds)
        rows.append(measured(f"messages stored and answered, {title}", rate, "1/s", load))
        if steady is not None:
            load = f"{scale.stations} stations, {steady.messages / steady.seconds:,.0f} messages/s came through"
            load += f", server at {steady.busy:.0%} of a core"
            rows.append(measured(f"reply p50, {title}, paced at {STEADY:,.0f}/s", steady.p50_ms, "ms", load))
            rows.append(measured(f"reply p99, {title}, paced at {STEADY:,.0f}/s", steady.p99_ms, "ms", load))
    return rows


def _settled(one: Pair, before: dict[str, Any], sessions: float) -> list[Row]:
    """What a whole session costs, its bill by the job worker included."""
    late = one.server.ask("drained")["seconds"]
    after = one.server.ask("usage")
    names = [name for name in ("cpu_s", "database_cpu_s") if after.get(name) is not None]
    cost = sum(after[name] - before[name] for name in names) / max(sessions, 1) * 1e6
    load = f"{sessions:,.0f} sessions; the last was settled {late:.1f} s after the load"
    return [measured("CPU per session, start, stop and settlement, server and PostgreSQL", cost, "µs", load)]


def answers(rounds: list[Round]) -> str:
    return f"answers p50 {median(r.p50_ms for r in rounds):.0f} ms, p99 {median(r.p99_ms for r in rounds):.0f} ms"


def first_frame(scale: Scale) -> list[Row]:
    """The app in a browser with an empty cache, on loopback."""
    from backend.bench import browser

    names = (("first frame of the web app", "s"), ("web app, bytes on the wire", "MB"))
    absent = browser.absent()
    if absent:
        return [not_measured(name, unit, absent) for name, unit in names]
    with child("backend.bench.server", "node", "--stations=0") as server:
        seen = [browser.visit(server.hello["app"]) for _ in range(scale.rounds)]
    load = f"headless Chromium, empty cache, loopback, median of {scale.rounds}"
    return [
        measured(names[0][0], median(one.first_frame_s for one in seen), names[0][1], load),
        measured(names[1][0], median(one.wire_bytes for one in seen) / 1e6, names[1][1], f"{load}, compressed"),
    ]
