"""Measurements of a whole node: commits, commands, live screens, and how it is after a long time."""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import linear_regression, median
from typing import Any
from uuid import uuid4

from backend.bench import process
from backend.bench.measures import Pair, Scale, answers, pair
from backend.bench.process import child
from backend.bench.rows import Row, compared, measured

BESIDE = 1000.0
"""Messages a second beside what is measured."""
COMMANDS = 200
REST_S = 3.0
"""Until what follows from a load is over: idle is what comes then."""
SCREENS = 500
CHANGES = 10
PARTS = 20
POOL = 16
"""Connections that commit side by side."""


def commits(scale: Scale) -> list[Row]:
    """TransactionEvents only, each answered after its commit; against a commit for each message, as a server makes
    them that handles one message after the other, and as one makes them that has a pool of connections."""
    rates, words = [], ""
    for arguments in ((), ("--one-by-one=1",), (f"--one-by-one={POOL}",)):
        with pair("node", f"--stations={scale.stations}", *arguments) as one:
            one.connect("only events", scale.stations, "2.0.1")
            one.run(scale.seconds)
            rounds = [one.run(scale.seconds) for _ in range(scale.rounds)]
        rates.append(median(r.messages / r.seconds for r in rounds))
        words = words or answers(rounds)
    load = f"{scale.stations} stations, one TransactionEvent with 8 samples in flight each; {words}"
    name, baseline = "durable TransactionEvents", "the same node with a commit for each message"
    alone, many = f"{baseline}, one after the other", f"{baseline}, {POOL} at once"
    return [
        compared(name, rates[0], "1/s", alone, rates[1], load, more_is_better=True),
        compared(f"{name}, and a pool", rates[0], "1/s", many, rates[2], load, more_is_better=True),
    ]


def ingest(scale: Scale) -> list[Row]:
    with child("backend.bench.server", "node", "--stations=0") as server:
        together = server.ask("ingest", seconds=scale.seconds, together=500)["rows"]
        alone = server.ask("ingest", seconds=scale.seconds, together=1)["rows"]
    load = "500 readings a statement and commit, one connection, duplicates left out"
    name, baseline = "readings written", "one reading a statement and commit"
    return [compared(name, together, "1/s", baseline, alone, load, more_is_better=True)]


class Client:
    """An operator at the HTTP API, on one connection."""

    def __init__(self, hello: dict[str, Any]) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", hello["web"], timeout=30)
        self._token = ""
        self._token = self.post("/api/v1/auth/sign-in", hello["person"])["access_token"]

    @property
    def token(self) -> str:
        return self._token

    def post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        self._http.request("POST", path, json.dumps(body), headers)
        response = self._http.getresponse()
        text = response.read()
        if response.status >= 400:
            raise process.ChildFailed(f"{path} was answered with {response.status}: {text[:200]!r}")
        return json.loads(text)

    def command(self, identity: str) -> float:
        """Milliseconds."""
        begun = time.perf_counter()
        answer = self.post(f"/api/v1/stations/{identity}/trigger", {"message": "Heartbeat"})
        took = (time.perf_counter() - begun) * 1000
        if not answer["accepted"]:
            raise process.ChildFailed(f"the station was asked and said {answer}")
        return took


@contextmanager
def loaded(one: Pair, seconds: float) -> Iterator[Callable[[], Any]]:
    """1,000 messages a second while the block runs; what is yielded waits for their report."""
    with ThreadPoolExecutor(1) as thread:
        report = thread.submit(one.run, seconds, BESIDE)
        yield report.result


def commands(scale: Scale) -> list[Row]:
    """TriggerMessage by POST: noted, sent, answered by the station, noted, answered to the operator."""
    rows = []
    with pair("node", f"--stations={scale.stations}") as one:
        one.connect("charging", scale.stations)
        one.run(scale.seconds)
        client = Client(one.server.hello)
        time.sleep(REST_S)
        for number in range(20):
            client.command(f"B{number % scale.stations:05d}")
        idle = sorted(client.command(f"B{number % scale.stations:05d}") for number in range(COMMANDS))
        with loaded(one, 2 * scale.seconds + 2) as report:
            until = time.monotonic() + 2 * scale.seconds
            busy: list[float] = []
            while time.monotonic() < until:
                busy.append(client.command(f"B{len(busy) % scale.stations:05d}"))
                time.sleep(0.005)
            beside = report()
    busy.sort()
    for took, load in (
        (idle, f"{len(idle)} commands one after the other, {scale.stations} silent stations"),
        (busy, f"{len(busy)} commands beside {beside.messages / beside.seconds:,.0f} messages/s, stored"),
    ):
        words = "idle" if took is idle else "under load"
        rows.append(measured(f"command to a station and back, {words}, p50", took[len(took) // 2], "ms", load))
        rows.append(measured(f"command to a station and back, {words}, p99", took[len(took) * 99 // 100], "ms", load))
    return rows


def screens(scale: Scale) -> list[Row]:
    """Each screen follows the overview and the page of one station."""
    count = min(SCREENS, scale.stations)
    cores = process.cores()
    with (
        pair("node", f"--stations={scale.stations + 1}") as one,
        child("backend.bench.screens", str(cores[1]) if cores else "") as crowd,
    ):
        hello = one.server.hello
        one.connect("charging", scale.stations)
        one.run(scale.seconds)  # their sessions have begun
        token, identity = Client(hello).token, f"B{scale.stations:05d}"
        crowd.ask("watch", web=hello["web"], token=token, identity=identity, screens=count, ocpp=hello["port"])
        crowd.ask("change", times=2)
        with loaded(one, 5 * scale.seconds) as report:
            delays = crowd.ask("change", times=CHANGES)["ms"]
            beside = report()
    load = f"{count} screens on one node, {CHANGES} changes beside {beside.messages / beside.seconds:,.0f} messages/s"
    name = f"a change on the wire on {count} screens"
    return [
        measured(f"{name}, p50", delays[len(delays) // 2], "ms", load),
        measured(f"{name}, p99", delays[len(delays) * 99 // 100], "ms", load),
    ]


def soak(scale: Scale) -> list[Row]:
    """A steady load for long: memory must stay flat. The slope is that of the second half, when all is warm."""
    rate = min(BESIDE, scale.stations / 2)
    rows = []
    with pair("node", f"--stations={scale.stations}") as one:
        one.connect("charging", scale.stations)
        part = scale.seconds / PARTS
        server, database = [], []
        for _ in range(PARTS):
            one.run(part, rate)
            held = one.server.ask("settle")
            server.append(held["rss"] / 1e6)
            database.append(held["database_rss"] / 1e6)
        words = f"{rate:,.0f} messages/s for {scale.seconds:,.0f} s; MB by twentieths: "
        for name, memory in (("server", server), ("PostgreSQL, shared memory once", database)):
            load = words + ", ".join(f"{mb:.0f}" for mb in memory)
            slope = grown(memory[PARTS // 2 :]) / part * 3600
            rows.append(measured(f"memory of {name}, growth under a long load", slope, "MB/h", load))
    return rows


def grown(memory: Sequence[float]) -> float:
    """What memory grew by from one sample to the next: the least squares slope, which one odd sample hardly moves."""
    return linear_regression(range(len(memory)), memory).slope


def many(scale: Scale) -> list[Row]:
    """All stay connected to one process, with a heartbeat a minute each: a lost socket or a wrong answer is an error.
    Everything on."""
    with pair("node", f"--stations={scale.idle}") as one:
        connected = one.connect("heartbeats", scale.idle, at_once=500, tries=10)
        quiet = one.run(scale.seconds, scale.idle / 60)
        held = one.server.ask("settle")["rss"] / 1e6
    load = (
        f"{scale.idle:,} stations on one process for {scale.seconds:,.0f} s after {connected['seconds']:.0f} s to "
        f"connect and boot, stored; {quiet.messages / quiet.seconds:,.0f} heartbeats/s, "
        f"server at {quiet.busy:.0%} of a core, {held:,.0f} MB"
    )
    return [
        measured("sockets lost of many", 0, "", load),  # one lost would have ended the measurement
        measured("heartbeat of many, p99", quiet.p99_ms, "ms", load),
    ]
