"""Simulated stations at the place where their sockets would end: the node's own connections take what they say."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from backend.context import Context
from backend.db.engine import DB
from backend.driver_reports import rules as report_rules
from backend.driver_reports import service as driver_reports
from backend.driver_reports.service import Reporter
from backend.ocpp.connections import Connections
from backend.ocpp.host import Count, LinkClosed, Take
from backend.ocpp.ping_tally import Answered, PingTally
from backend.simulator.fault_days import Scenario, Step
from backend.stations.model import NOT_TOLD, StationRef
from shared.driver_reports import DriverReportNew, ProblemKind

DISTURB = frozenset({"Reset", "UnlockConnector", "ChangeAvailability", "RemoteStopTransaction"})
"""What would interrupt a session, were one running."""
STRENGTH = ("", "trigger", "heartbeat", "unlock", "soft", "hard")
"""What mends, mildest first: a restart does what an unlock does, too."""
BOOT_S = 70
SIM = "89490200001234567890"
PINGS = 200
"""That stand for those of some minutes: their shares are what is drawn."""
DRIVERS = 7
"""Who come to a station, one after the other."""
Recover = Callable[[float], list[Step]]


class Drawn(PingTally):
    """Answers of pings as the scenario has them."""

    answers: Answered | None = None

    def read(self) -> Answered | None:
        return self.answers


class Pipe:
    """A socket's two ends in memory."""

    blunt = False
    breach: tuple[int, str] | None = None
    peer = "simulated"

    def __init__(self, hears: Callable[[bytes], None]) -> None:
        self._hears = hears
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._open = True
        self.drawn = Drawn()
        self.tally: PingTally = self.drawn

    def say(self, frame: bytes) -> None:
        self._frames.put_nowait(frame)

    async def receive(self) -> bytes | None:
        return await self._frames.get()

    async def serve(self, take: Take, counts: Count | None = None) -> None:
        while (frame := await self.receive()) is not None:
            if (rest := take(frame)) is not None:
                await rest

    def send_now(self, frame: bytes) -> bool:
        if self._open:
            self._hears(frame)
        return self._open

    async def send(self, frame: bytes) -> None:
        if not self._open:
            raise LinkClosed("the socket closed")
        self._hears(frame)

    async def alive(self, timeout_s: float) -> bool:
        return self._open

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._open = False
        self._frames.put_nowait(None)


class Actor:
    """A station that lives its scenario, answers what it is asked, and is mended where its cure is tried."""

    def __init__(
        self,
        ctx: Context,
        connections: Connections,
        ref: StationRef,
        scenario: Scenario,
        card: str,
        recover: Recover,
    ) -> None:
        self.ctx = ctx
        self.connections, self.ref, self.scenario, self.card = connections, ref, scenario, card
        self.recover = recover
        self.pipe: Pipe | None = None
        self.serving: asyncio.Task[None] | None = None
        self.mute = False
        self.cured_s: float | None = None
        self.second = 0.0
        self.begin = datetime.min.replace(tzinfo=UTC)
        self.next = 0
        self.number = 0
        self.answers: Answered | None = None
        self.drivers = 0
        self.session_open = False
        self.messages = 0
        self.interrupted = 0
        self.asked: list[str] = []
        self.last_status: Step | None = None
        self.waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def broken(self) -> bool:
        begins = self.scenario.begins_s
        return begins is not None and self.second >= begins and self.cured_s is None

    def due(self, second: float) -> bool:
        return self.next < len(self.scenario.steps) and self.scenario.steps[self.next].at_s <= second

    async def until(self, second: float) -> None:
        while self.due(second):
            step = self.scenario.steps[self.next]
            self.next += 1
            await self.do(step)

    # --- saying ----------------------------------------------------------------------------------------------

    async def do(self, step: Step) -> None:
        self.second = max(self.second, step.at_s)
        if step.kind == "connect" and self.pipe is None:
            await self._connect()
        elif step.kind == "drop":
            await self.drop()
        elif step.kind == "mute":
            self.mute = True
        elif step.kind == "link":
            heard = PINGS - round(PINGS * step.payload["lost"] / 100)
            self.answers = Answered(PINGS, heard, step.payload["ms"] if heard else None)
            if self.pipe is not None:
                self.pipe.drawn.answers = self.answers
        elif step.kind == "report":
            await self._report(step)
        elif step.kind == "boot" and self.pipe is not None:
            await self._boot()
        elif step.kind == "tell":
            await self._say_status(step)
        elif step.kind == "say":
            if step.action == "StatusNotification":
                self.last_status = step  # it is so, heard or not: a car leaves while its station restarts, too
            if self.pipe is not None and not self.mute:
                await self._say(step)

    async def _report(self, step: Step) -> None:
        """Somebody tells the app, as its page does."""
        who = step.payload["who"]
        name, account_id = report_rules.of_address("", f"{self.card}-{who}"), None
        if step.payload["there"]:
            card = f"{self.card}-{(self.drivers - 1 - who) % DRIVERS}"
            [row] = await DB.run("SELECT account FROM id_token WHERE value = $1", card)
            account_id = row["account"]
            name = report_rules.of_account(account_id)
        [outlet] = await DB.run("SELECT id FROM connector WHERE station = $1", self.ref.id)
        wanted = DriverReportNew(kind=ProblemKind(step.payload["problem"]), words="As seen on site")
        await driver_reports.report(self.ctx, self.ref.tenant_id, outlet["id"], Reporter(name, account_id), wanted)

    async def _connect(self) -> None:
        self.pipe = Pipe(self._hear)
        self.pipe.drawn.answers = self.answers
        version = self.scenario.version
        self.serving = asyncio.create_task(self.connections.serve(self.pipe, self.ref, version, NOT_TOLD))
        while not self.connections.holds(self.ref.id):  # noqa: ASYNC110 - the node tells nobody
            await asyncio.sleep(0.001)

    async def drop(self) -> None:
        pipe, serving = self.pipe, self.serving
        self.pipe = self.serving = None
        if pipe is not None and serving is not None:
            await pipe.close()
            await serving
            for future in self.waiting.values():
                future.cancel()

    async def _boot(self) -> None:
        vendor, model, radio = self.scenario.vendor, self.scenario.model, self.scenario.link == "radio"
        if self.scenario.version == "1.6":
            payload: dict[str, Any] = {"chargePointVendor": vendor, "chargePointModel": model}
            payload |= {"iccid": SIM} if radio else {}
        else:
            about: dict[str, Any] = {"vendorName": vendor, "model": model}
            about |= {"modem": {"iccid": SIM}} if radio else {}
            payload = {"reason": "RemoteReset", "chargingStation": about}
        await self.call("BootNotification", payload)

    async def _say(self, step: Step) -> None:
        # The clock of the house stands at the end of its minute; a station's own may be wrong besides.
        at = self.begin + timedelta(seconds=step.at_s + (0 if self.cured_s is not None else step.clock_off_s))
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = (
            json.dumps(step.payload)
            .replace('"$now"', f'"{stamp}"')
            .replace('"$card"', f'"{self.card}-{self.drivers % DRIVERS}"')
        )
        answer = await self.call(step.action, json.loads(text.replace('"$tx"', str(self.number))))
        if step.action == "StartTransaction":
            self.number, self.session_open = answer["transactionId"], True
            self.drivers += 1
        elif step.action == "StopTransaction":
            self.session_open = False

    async def call(self, action: str, payload: Any) -> Any:
        """A call and its answer. Raises where the house answers with an error: nothing of a scenario is wrong."""
        assert self.pipe is not None
        message_id = uuid4().hex
        future = self.waiting[message_id] = asyncio.get_running_loop().create_future()
        self.messages += 1
        self.pipe.say(json.dumps([2, message_id, action, payload]).encode())
        try:
            return await future
        finally:
            self.waiting.pop(message_id, None)

    # --- hearing ---------------------------------------------------------------------------------------------

    def _hear(self, frame: bytes) -> None:
        kind, message_id, *rest = json.loads(frame)
        if kind == 2:
            self._asked(message_id, rest[0], rest[1])
            return
        future = self.waiting.get(message_id)
        if future is None or future.done():
            return
        if kind == 3:
            future.set_result(rest[0])
        else:
            future.set_exception(RuntimeError(f"{self.scenario.kind}: {rest}"))

    def _asked(self, message_id: str, action: str, payload: Any) -> None:
        self.asked.append(action)
        if self.mute and action != "Reset":
            return
        if self.mute and self.scenario.cure != "soft":
            return  # it hangs altogether
        if action in DISTURB and self.session_open:
            self.interrupted += 1
        answer = self._answer(action, payload)
        assert self.pipe is not None
        if answer is None:
            self.pipe.say(json.dumps([4, message_id, "NotSupported", "", {}]).encode())
        else:
            self.pipe.say(json.dumps([3, message_id, answer]).encode())

    def _answer(self, action: str, payload: Any) -> dict[str, Any] | None:
        soon = self.second + 5
        if action == "Reset":
            self._cured_by("hard" if payload["type"] in ("Hard", "Immediate") else "soft", self.second + BOOT_S)
            self._insert([Step(soon, "drop"), Step(soon + BOOT_S - 10, "connect"), Step(soon + BOOT_S - 8, "boot")])
            self._tell_status(soon + BOOT_S - 6)
            self.mute = self.mute and self.cured_s is None
            return {"status": "Accepted"}
        if action == "TriggerMessage":
            wanted = payload["requestedMessage"]
            if wanted == "StatusNotification":
                self._cured_by("trigger", soon)
                self._tell_status(soon)
            elif wanted == "Heartbeat":
                self._cured_by("heartbeat", soon)
                self._insert([Step(soon, "say", "Heartbeat")])
            return {"status": "Accepted"}
        if action == "UnlockConnector":
            helped = self._cured_by("unlock", soon)
            return {"status": "Unlocked" if helped or self.cured_s is not None else "UnlockFailed"}
        if action in ("ChangeAvailability", "ClearChargingProfile"):
            return {"status": "Accepted"}
        return None

    def _tell_status(self, at_s: float) -> None:
        self._insert([Step(at_s, "tell")])

    async def _say_status(self, step: Step) -> None:
        """What is so now, not what was when it was asked."""
        last = self.last_status
        if last is None or self.pipe is None or self.mute:
            return
        payload = dict(last.payload)
        if not self.broken and not self.session_open and self.scenario.version == "1.6":
            payload |= {"status": "Available", "errorCode": "NoError"}
        await self._say(Step(step.at_s, "say", last.action, payload, last.clock_off_s))

    def _cured_by(self, step: str, at_s: float) -> bool:
        cure = self.scenario.cure
        if not self.broken or not cure or STRENGTH.index(step) < STRENGTH.index(cure):
            return False
        if cure == "heartbeat" and step == "unlock":
            return False
        self.cured_s = at_s
        self.scenario.steps[self.next :] = []
        self._insert(self.recover(at_s))
        return True

    def _insert(self, steps: list[Step]) -> None:
        self.scenario.steps[self.next :] = sorted([*self.scenario.steps[self.next :], *steps], key=lambda one: one.at_s)

    async def close(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self.drop()
