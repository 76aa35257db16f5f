"""A station's connection: opens it, opens it again, and says over it what the machine has to say, in order."""

import asyncio
import base64
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from ocpp.exceptions import OCPPError, SecurityError, UnknownCallErrorCodeError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from backend.simulator.model import Fact
from backend.simulator.station import Station
from backend.simulator.v16 import Wire16
from backend.simulator.v201 import Wire201
from backend.simulator.wire import Wire

log = logging.getLogger("wattline.simulator")

WIRES: Mapping[str, Callable[[Station, Any], Any]] = {"1.6": Wire16, "2.0.1": Wire201}
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
FLUSH_S = 5.0
"""How long a reset waits for what must still be sent."""
RESTART_S = 3.0
LOST = (OSError, WebSocketException, TimeoutError)
NOT_UNDERSTOOD = (OCPPError, UnknownCallErrorCodeError)


class Link:
    """`down_until_s` (clock time) keeps it closed: a lost mobile network, or no power.

    `tls`: what a wss:// address is trusted by, and the station's own certificate; None: the system's authorities.
    """

    def __init__(
        self,
        station: Station,
        url: str,
        chance: random.Random,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.station = station
        self.url = self._url(url)
        self.wire: Wire | None = None
        self.connects = 0
        self.last_error = ""
        self._password = station.spec.password or password
        self._tls = tls
        self._chance = chance
        self._wake = asyncio.Event()
        self._down_until_s = 0.0
        self._restarting = False
        self._socket: Any = None
        station.changed = self._wake.set

    def _url(self, url: str) -> str:
        return f"{url.rstrip('/')}/{quote(self.station.spec.identity)}"

    async def run(self) -> None:
        """Until it is cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            await self._while_down()
            begun = time.monotonic()
            try:
                await self._once()
            except LOST as error:
                self.last_error = str(error) or type(error).__name__
                level = logging.WARNING if isinstance(error, InvalidHandshake) else logging.INFO
                log.log(level, "%s: %s", self.station.spec.identity, self.last_error)
            except Exception as error:
                # A central system can answer in ways nobody thought of: that is this link's trouble, not the fleet's.
                self.last_error = repr(error)
                log.exception("%s: the link failed", self.station.spec.identity)
            finally:
                self.station.online, self.wire, self._socket = False, None, None
            await self._restart()
            if time.monotonic() - begun > LONGEST_WAIT_S or self.station.boot_reason == "RemoteReset":
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * self._chance.uniform(0.5, 1.5))
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _restart(self) -> None:
        """After a reset that ended the connection."""
        if self._restarting:
            self._restarting = False
            await self.station.clock.sleep(RESTART_S)
            self.station.start_up("RemoteReset")

    def drop(self, for_s: float) -> None:
        """The link breaks without a word and stays away for so long."""
        self._down_until_s = self.station.clock.seconds() + for_s
        if self._socket is not None:
            self._socket.transport.abort()

    async def authorize(self, id_token: str, token_type: str = "ISO14443") -> bool:
        """Ask the central system, or without it the cards that it accepted before."""
        station = self.station
        if self.wire is None or not station.online:
            return station.knows(id_token)
        try:
            accepted = await self.wire.authorize(id_token, token_type)
        except (*LOST, *NOT_UNDERSTOOD):
            return station.knows(id_token)
        known = [one for one in station.memory.known_tokens if one != id_token]
        station.memory.known_tokens = [*known, id_token] if accepted else known
        return accepted

    # --- one connection ------------------------------------------------------------------------------------------

    async def _while_down(self) -> None:
        clock = self.station.clock
        while not self.station.powered or clock.seconds() < self._down_until_s:
            await clock.sleep(1)

    async def _once(self) -> None:
        spec = self.station.spec
        headers = {}
        if password := self.station.memory.password or self._password:
            token = base64.b64encode(f"{spec.identity}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        memory = self.station.memory
        url = self.url if memory.network is None else self._url(memory.networks[memory.network])
        here = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        async with connect(
            url,
            ssl=self._tls if url.startswith("wss://") else None,
            subprotocols=[f"ocpp{spec.version}"],  # type: ignore[list-item]  # a NewType of str
            additional_headers=headers,
            compression=None,
            proxy=None if here else True,
            ping_interval=self.station.settings.number("ping_s") or None,
            close_timeout=1,
            max_size=2**20,
        ) as socket:
            self._socket = socket
            self.connects += 1
            await self._talk(WIRES[spec.version](self.station, socket))

    async def _talk(self, wire: Wire) -> None:
        """Listen and speak until one of both ends."""
        self.wire = wire
        loop = asyncio.get_running_loop()
        both = {loop.create_task(wire.listen()), loop.create_task(self._speak(wire))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.station.online = False
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _speak(self, wire: Wire) -> None:
        """Facts first and in order, then what the station shows, then what was asked for. Ends with a reset."""
        shown: dict[int, tuple[str, ...]] = {}
        while True:
            try:
                await self._boot(wire)
                await self._say(wire, shown)
                if await self._reset_due(wire):
                    return
                await self._rest(wire)
            except SecurityError:
                # It doesn't know us (any more): introduce ourselves again.
                log.info("%s: the central system wants a new boot", self.station.spec.identity)
                self.station.boot_reason, self.station.online = "Unknown", False
                shown.clear()
                await asyncio.sleep(FIRST_WAIT_S)
            except NOT_UNDERSTOOD as error:
                log.warning("%s: %s", self.station.spec.identity, error)

    async def _boot(self, wire: Wire) -> None:
        while self.station.boot_reason is not None:
            answer = await wire.boot(self.station.boot_reason)
            if answer.status == "Accepted":
                self.station.boot_reason = None
                if answer.interval_s > 0:
                    self.station.memory.settings["heartbeat_s"] = str(answer.interval_s)
            else:
                await asyncio.sleep(answer.interval_s or LONGEST_WAIT_S)
            if (request := self.station.memory.installed) is not None and self.station.boot_reason is None:
                await wire.installed(request)
                self.station.memory.installed = None
        self.station.online = True

    async def _say(self, wire: Wire, shown: dict[int, tuple[str, ...]]) -> None:
        self._wake.clear()
        memory = self.station.memory
        while memory.outbox:
            await self._deliver(wire, memory.outbox[0])
        for number in range(len(self.station.outlets) + 1):
            now = wire.shown(number)
            if now and shown.get(number) != now:
                shown[number] = now
                await wire.status(number)
        while self.station.wishes:
            await self._grant(wire, *self.station.wishes.pop(0))

    async def _deliver(self, wire: Wire, fact: Fact) -> None:
        """Until it is acknowledged. What the central system can't handle is tried again, then given up."""
        settings = self.station.settings
        for attempt in range(1, settings.number("attempts") + 1):
            try:
                accepted = await wire.deliver(fact)
                break
            except SecurityError:
                raise
            except NOT_UNDERSTOOD as error:
                log.warning("%s: %s %s was refused: %s", self.station.spec.identity, fact.kind, fact.key, error)
                await asyncio.sleep(attempt * settings.number("retry_s"))
        else:
            accepted = True
        memory = self.station.memory
        memory.outbox = [one for one in memory.outbox if one is not fact]
        if not accepted:
            self.station.deauthorized(fact.key)

    async def _grant(self, wire: Wire, wish: str, number: int) -> None:
        match wish:
            case "ReservationExpired":
                await wire.reservation_expired(number)
            case "BootNotification":
                await wire.boot("Triggered")
            case "Heartbeat":
                await wire.heartbeat()
            case "StatusNotification":
                await wire.status(number)
            case "MeterValues":
                await wire.meter(number)
            case _:
                await wire.report(wish, number)

    async def _rest(self, wire: Wire) -> None:
        """Until there is something to say; a heartbeat when it has been quiet for long."""
        quiet = time.monotonic() - wire.spoke_at
        left = self.station.settings.number("heartbeat_s") - quiet
        try:
            async with asyncio.timeout(max(left, 0.01)):
                await self._wake.wait()
        except TimeoutError:
            if not self._wake.is_set():
                await wire.heartbeat()

    async def _reset_due(self, wire: Wire) -> bool:
        """Whether it is time to restart; then it is done when the next connection opens."""
        station = self.station
        busy = any(outlet.transaction is not None for outlet in station.outlets)
        if not station.reset_wanted or (station.reset_wanted == "idle" and busy):
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                while station.memory.outbox:
                    await self._deliver(wire, station.memory.outbox[0])
        # The answer to the reset is on the wire before the socket goes.
        await asyncio.sleep(0.2)
        station.reset_wanted, station.online, station.powered = "", False, False
        self._restarting = True
        return True
