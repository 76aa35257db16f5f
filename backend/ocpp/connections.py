"""Who is connected to this process. Serves `station.<id>` on the bus for each, so that any node can command it.

Of two sockets of one station the newer one lives, on whatever nodes they are: the older one's node is asked first
(`node.<name>`), and the database refuses it by its epoch should it come back.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from backend.bus.base import BusError, Subscription
from backend.commands import AnyCommand
from backend.context import Context
from backend.db.share import Share
from backend.events import StationChanged
from backend.nodes.rules import share
from backend.ocpp import metrics
from backend.ocpp.codec import Codec
from backend.ocpp.crowd import COMES, LEAVES
from backend.ocpp.follow_up import ask_boot
from backend.ocpp.frames import FrameLog
from backend.ocpp.quirks import NOBODY, Profiles
from backend.ocpp.replies import lament
from backend.ocpp.session import Execute, Handler, Session, guarded
from backend.ocpp.transport import Link
from backend.stations import service as stations
from backend.stations.model import BootFacts, LinkFacts, StationRef
from shared.stations import Registration

log = structlog.get_logger(__name__)

PROBE_S = 2.0
"""How long an old socket may take to answer a ping before a new one of the same identity takes its place."""
FORSAKEN_AFTER = 1.5
"""Heartbeat intervals without a word after which a socket may be replaced although it answers pings."""
SEEN_FLUSH_S = 5.0
LINKS_S = 600.0
REAP_S = 15.0
REAP_PROBE_S = 20.0


CLAIM_S = PROBE_S + 1.0
"""What another node may take to say whether it gives a station up."""
TAKEN = "taken"
"""Topic: a station that another node held is here now."""


class Taken(msgspec.Struct, frozen=True):
    station_id: UUID
    epoch: int
    node: str


def node_topic(node: str) -> str:
    """Names of nodes may hold what no topic may."""
    return f"node.{hashlib.blake2b(node.encode(), digest_size=12).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one OCPP version needs: its codec, its inbound handlers, and how commands go out."""

    codec: Codec
    handlers: Mapping[str, Handler]
    execute: Execute


class Connections:
    """At most one live socket for each identity."""

    def __init__(self, ctx: Context, node: str, dialects: Mapping[str, Dialect], profiles: Profiles = NOBODY) -> None:
        self.ctx = ctx
        self.node = node
        self.frames = FrameLog(ctx)
        self._dialects = dialects
        self._profiles = profiles
        self._sessions: dict[UUID, Session] = {}
        self._claims: dict[UUID, asyncio.Lock] = {}
        self.arrivals = Share(ctx.settings.half_pool)
        """Of a crowd that comes or goes at once only some hold the database; everybody else's messages don't wait."""
        self._closing: set[asyncio.Task[None]] = set()
        self._replaced: set[UUID] = set()
        """Sessions whose station dials anew: their end says nothing of it. Should the new one never come, the
        station is found without a socket (`_forget_lost`)."""
        self._command = msgspec.json.Decoder(AnyCommand)

    def __len__(self) -> int:
        return len(self._sessions)

    def holds(self, station_id: UUID) -> bool:
        """Whether it has a socket here and its presence is stored."""
        session = self._sessions.get(station_id)
        return session is not None and session.stored

    async def may_replace(self, station_id: UUID, held_by: str = "") -> bool:
        """Whether a new socket of this station may come: there is none, or the present one is dead.

        The live one is asked by a ping. One that answers stays: two devices with one identity must never
        both get commands, and a thief with the right password must not push the real station out. Unless it has
        said nothing for longer than a heartbeat: stations forget to close what they left, and some modems and
        proxies answer pings for a station that dials again. It must not be locked out for ever.

        `held_by`: the node that has it by the database; it decides in the same way. One that doesn't answer gives up.
        """
        if held_by not in ("", self.node) and station_id not in self._sessions:
            try:
                answer = await self.ctx.bus.request(node_topic(held_by), station_id.bytes, timeout=CLAIM_S)
                return answer == b"yes"
            except BusError:
                return True
        async with self._claims.setdefault(station_id, asyncio.Lock()):
            session = self._sessions.get(station_id)
            if session is None:
                self._claims.pop(station_id, None)
                return True
            quiet_s = time.monotonic() - session.last_heard
            recent = quiet_s < FORSAKEN_AFTER * session.heartbeat_s
            if recent and (session.quirks.ignores_ping or await session.link.alive(PROBE_S)):
                return False
            if self._sessions.get(station_id) is session:
                del self._sessions[station_id]
            await self._give_up(session)
            return True

    async def _give_up(self, session: Session) -> None:
        """A newer socket takes the place of this one: no command may reach it any more."""
        if self._sessions.get(session.station.id) is session:
            del self._sessions[session.station.id]
        self._replaced.add(session.id)
        reachable, session.reachable = session.reachable, None
        if reachable is not None:
            await reachable.close()
        self._close(session, "replaced by a new connection")

    async def _claimed(self, message: bytes) -> bytes:
        """Another node has a socket of a station that this one holds."""
        return b"yes" if await self.may_replace(UUID(bytes=message)) else b"no"

    async def serve(
        self, link: Link, station: StationRef, version: str, facts: BootFacts, epoch: int | None = None
    ) -> None:
        """Run a station's socket until it closes; its presence is stored before its first message is handled."""
        dialect = self._dialects[version]
        session = Session(
            self.ctx,
            station,
            version,
            link,
            dialect.codec,
            dialect.handlers,
            self.frames,
            dialect.execute,
            self._profiles,
            facts,
        )
        if station.id in self._sessions:
            # Two upgrades at the same moment: the first one in stays.
            await link.close(1008, "this identity is connected already")
            return
        session.epoch = epoch
        self._sessions[station.id] = session
        metrics.CONNECTED.inc()
        reason = ""
        try:
            # First reachable, then shown as online: who sees it may ask it at once.
            session.reachable = await self.ctx.bus.serve(f"station.{station.id}", self.executor(session))
            if await self._store(session):
                log.info("station connected", identity=station.identity, version=version, peer=link.peer)
                await session.run()
        except Exception as error:
            reason = str(error)
            lament("the connection of a station failed", error, identity=station.identity)
        finally:
            if session.reachable is not None:
                await session.reachable.close()
            if self._sessions.get(station.id) is session:
                del self._sessions[station.id]
            metrics.CONNECTED.dec()
            stations.gone(station)
            await asyncio.shield(self._gone(session, reason))

    async def _store(self, session: Session) -> bool:
        """Write down that the station is here. False: a newer socket of it is known, and this one ends."""
        station, epoch = session.station, session.epoch
        async with self.arrivals.turn(COMES):
            stored = await stations.connected(
                self.ctx, station.id, session.id, self.node, session.version, epoch=session.epoch
            )
        if not stored:
            await self._give_up(session)
            return False
        session.stored = True
        stations.here(station)
        if epoch is not None:
            taken = Taken(station_id=station.id, epoch=epoch, node=self.node)
            await self.ctx.bus.publish(TAKEN, msgspec.json.encode(taken))
        return True

    async def _gone(self, session: Session, reason: str) -> None:
        log.info("station disconnected", identity=session.station.identity, reason=reason)
        if session.id in self._replaced:
            self._replaced.discard(session.id)
            return
        with suppress(Exception):
            async with self.arrivals.turn(LEAVES):
                await stations.disconnected(self.ctx, session.station.id, session.id, reason)

    def executor(self, session: Session) -> Callable[[bytes], Awaitable[bytes]]:
        async def serve(message: bytes) -> bytes:
            if not message:  # somebody waits for an answer, and asks whether we are alive
                return session.id.bytes
            command = self._command.decode(message)
            return msgspec.json.encode(await session.execute(command))

        return serve

    # --- what runs beside the sockets ---------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled: the log, presence, silent links, and stations that an operator accepts."""
        lost = asyncio.Event()  # what other nodes said: which sockets they took over is in the database, too
        self.ctx.bus.when_back(lost.set)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.frames.run())
            group.create_task(self._every(SEEN_FLUSH_S, self._flush_seen))
            group.create_task(self._every(LINKS_S, self.note_links))
            group.create_task(self._every(REAP_S, self._reap))
            group.create_task(self._every(REAP_S, self._forget_lost))
            group.create_task(self._every(REAP_S, self.reclaim, sooner=lost))
            group.create_task(self._follow("event.*.StationChanged", self._station_changed))
            group.create_task(self._follow(TAKEN, self._taken))
            claims = await self.ctx.bus.serve(node_topic(self.node), self._claimed)
            group.create_task(self._until_cancelled(claims))

    async def _every(
        self, seconds: float, work: Callable[[], Awaitable[None]], sooner: asyncio.Event | None = None
    ) -> None:
        sooner = sooner or asyncio.Event()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await sooner.wait()
            sooner.clear()
            try:
                await work()
            except Exception:
                log.exception("a periodic task of the OCPP edge failed", task=work.__name__)

    async def _until_cancelled(self, subscription: Subscription) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await subscription.close()

    async def _follow(self, topic: str, hear: Callable[[bytes], Awaitable[None]]) -> None:
        """Until cancelled. What can't be done (the database is away, say) costs only that message."""
        async with self.ctx.bus.subscribe(topic) as messages:
            async for _topic, message in messages:
                try:
                    await hear(message)
                except Exception:
                    log.exception("a message of another node could not be followed", topic=topic)

    async def _taken(self, message: bytes) -> None:
        """What another node holds now is not held here, whatever was lost on the way."""
        taken = msgspec.json.decode(message, type=Taken)
        session = self._sessions.get(taken.station_id)
        if taken.node != self.node and session is not None and (session.epoch or 0) < taken.epoch:
            await self._give_up(session)

    async def reclaim(self) -> None:
        """Sockets of which the database knows nothing (it was away, or this node was taken for dead) are made known
        again; those of stations that have a newer one elsewhere end."""
        held = {id_: session for id_, session in self._sessions.items() if session.stored}
        for station_id, epoch in (
            await stations.superseded(self.ctx, {id_: session.id for id_, session in held.items()})
        ).items():
            session = held[station_id]
            if self._sessions.get(station_id) is not session:
                continue
            if session.epoch is None or session.epoch >= epoch:
                await self._store(session)
            else:
                await self._give_up(session)

    async def drain(self, seconds: float) -> None:
        """Close the sockets, a share each second; a station that answers a command goes after it has."""
        until = time.monotonic() + seconds
        waiting, gone = list(self._sessions.values()), set[UUID]()
        while waiting:
            left = until - time.monotonic()
            idle = [one for one in waiting if not one.asked or left <= 0]
            for session in idle[: share(len(waiting), left)]:
                if await self._let_go(session, at_once=left <= 0):
                    gone.add(session.id)
            waiting = [one for one in self._sessions.values() if one.id not in gone]
            if waiting:
                await asyncio.sleep(1.0 if left > 1 else 0.1)

    async def _let_go(self, session: Session, *, at_once: bool) -> bool:
        reachable, session.reachable = session.reachable, None
        if reachable is not None:
            await reachable.close()
        if session.asked and not at_once:
            return False  # a command came meanwhile: its answer first
        self._close(session, "this server is stopping")
        return True

    def _close(self, session: Session, reason: str) -> None:
        closing = asyncio.get_running_loop().create_task(session.link.close(1001, reason))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _flush_seen(self) -> None:
        seen: dict[UUID, datetime] = {}
        for session in self._sessions.values():
            if session.heard_at is not session.heard_noted:
                seen[session.station.id] = session.heard_noted = session.heard_at
        await stations.seen(self.ctx, seen)

    async def note_links(self) -> None:
        """How the links of all stations answered pings since it was noted last."""
        noted: dict[UUID, LinkFacts] = {}
        for session in self._sessions.values():
            if not session.quirks.ignores_ping and (one := session.link.tally.read()) is not None:
                lost = 100 * (one.asked - one.heard) / one.asked
                noted[session.station.id] = LinkFacts(round_trip_ms=one.round_trip_ms, lost_percent=lost)
        await stations.links(self.ctx, noted)

    async def _reap(self) -> None:
        """Close links that say nothing for far longer than a heartbeat and don't answer a ping either. Who never
        answers one keeps its link until it breaks."""
        limit = max(3 * self.ctx.settings.heartbeat_s, self.ctx.settings.silence_s)
        now = time.monotonic()
        silent = [one for one in self._sessions.values() if now - one.last_heard > limit]
        for session in silent:
            if session.quirks.ignores_ping:
                continue
            if await session.link.alive(REAP_PROBE_S):
                session.answers()
            else:
                await session.link.close(1001, "no sign of life")

    async def _forget_lost(self) -> None:
        """Offline is what has no socket here, also where the database was away when that closed."""
        present = [session.id for session in self._sessions.values()]
        await stations.forget_node(self.ctx, self.node, but=present)

    async def _station_changed(self, message: bytes) -> None:
        """A waiting station that an operator accepts is asked to boot again, so that it works at once."""
        changed = msgspec.json.decode(message, type=StationChanged)
        session = self._sessions.get(changed.station_id)
        if session is None or changed.registration in ("", session.registration.value):
            return
        session.registration = Registration(changed.registration)
        if session.registration is Registration.ACCEPTED:
            asyncio.get_running_loop().create_task(guarded(ask_boot(session), session.station.identity))
        elif session.registration is Registration.REJECTED:
            await session.link.close(1008, "rejected by the operator")

    async def close_all(self) -> None:
        """At shutdown, after the listener stopped: write what is known."""
        with suppress(Exception):
            await self._flush_seen()
            await self.frames.flush()
