"""One hub a process: listens to events on the bus and keeps every watched topic up to date.

A channel is a topic as one kind of viewer sees it. However many sockets watch it, each change is loaded once per
interval, encoded once, and handed to all of them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol
from uuid import UUID

import msgspec
import structlog

from backend.bus.base import Inbox
from backend.context import Context
from backend.errors import NotAllowed, NotFound, WattlineError
from backend.events import AnyEvent, Event
from backend.live.topic import Subject, Topic
from backend.web.guards import Actor
from shared.accounts import Role
from shared.operations import LiveKind, LiveMessage

log = structlog.get_logger(__name__)

INBOX_SIZE = 20_000
"""Events that may wait for the hub. Reading them only marks what changed, so it is never far behind."""
AFTER_A_FAILURE_S = 1.0
SNAPSHOT_FRESH_S = 0.25
"""Sockets that subscribe at nearly the same time, as after a restart, share one snapshot."""

_event = msgspec.json.Decoder(AnyEvent)


def encode(topic: str, kind: LiveKind, data: Any = None) -> bytes:
    return msgspec.json.encode(LiveMessage(topic=topic, kind=kind, data=msgspec.Raw(msgspec.json.encode(data))))


Key = tuple[str, UUID, UUID | None]
"""Topic, tenant, and the account where drivers see different things."""


class Subscriber(Protocol):
    def push(self, topic: str, message: bytes) -> None: ...
    def replace(self, topic: str, message: bytes) -> None: ...


class Channel:
    """One topic for one kind of viewer. Everything loaded passes through `lock`, so that what a subscriber
    receives later was also read later."""

    def __init__(self, ctx: Context, key: Key, topic: Topic, subject: Subject) -> None:
        self.ctx = ctx
        self.key = key
        self.name = key[0]
        self.topic = topic
        self.subject = subject
        self.followers: set[Subscriber] = set()
        """Who asked for it; `subscribers` are those of them that have their first snapshot."""
        self.subscribers: set[Subscriber] = set()
        self.lock = asyncio.Lock()
        self._changed: set[str] = set()
        self._doubted = False
        self._wake = asyncio.Event()
        self._snapshot: tuple[float, bytes] | None = None
        self.task = asyncio.get_running_loop().create_task(self._run())

    def notice(self, event: Event) -> None:
        key = self.topic.events[type(event)](event, self.subject)
        if key is not None:
            self._changed.add(key)
            self._wake.set()

    def doubt(self) -> None:
        """Events may have been lost: load it all anew."""
        self._doubted = True
        self._wake.set()

    async def snapshot(self) -> bytes:
        """Raises what the topic's loader raises. Call it with the lock held."""
        now = asyncio.get_running_loop().time()
        if self._snapshot is not None and now - self._snapshot[0] < SNAPSHOT_FRESH_S:
            return self._snapshot[1]
        message = encode(self.name, LiveKind.SNAPSHOT, await self.topic.load(self.ctx, self.subject))
        self._snapshot = (now, message)
        return message

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        refresh_at = clock() + self.topic.refresh_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(refresh_at):
                    await self._wake.wait()
            self._wake.clear()
            keys, self._changed = frozenset(self._changed), set()
            try:
                async with self.lock:
                    self._snapshot = None
                    if keys:
                        await self._update(keys)
                    if self._doubted or clock() >= refresh_at:
                        self._doubted = False
                        refresh_at = clock() + self.topic.refresh_s
                        await self._refresh()
            except WattlineError:
                pass  # It is gone, or not to be seen any more: the screen keeps what it has until it asks anew.
            except Exception:
                log.exception("a live topic could not be loaded", topic=self.name)
                self._changed |= keys
                self._wake.set()
                await asyncio.sleep(AFTER_A_FAILURE_S)
            await asyncio.sleep(self.topic.interval_s)

    async def _update(self, keys: frozenset[str]) -> None:
        items: Sequence[Any] | None
        if self.topic.changes is None:
            items = [await self.topic.load(self.ctx, self.subject)]
        else:
            items = await self.topic.changes(self.ctx, self.subject, keys)
        if items is None:
            await self._refresh()
            return
        for item in items:
            message = encode(self.name, LiveKind.UPSERT, item)
            for subscriber in self.subscribers:
                subscriber.push(self.name, message)

    async def _refresh(self) -> None:
        """Something left; or nobody said that anything changed, but the bus is best effort, and some topics change by
        time alone."""
        message = await self.snapshot()
        for subscriber in self.subscribers:
            subscriber.replace(self.name, message)


class Hub:
    """Topics by name for sockets. `running` must be entered before anybody subscribes."""

    def __init__(self, ctx: Context, topics: Iterable[Topic]) -> None:
        self.ctx = ctx
        self.topics = tuple(topics)
        self._channels: dict[Key, Channel] = {}
        self._listening: defaultdict[tuple[str, str], set[Channel]] = defaultdict(set)
        """Channels by (tenant, name of an event): an event that no screen shows costs one look-up."""
        self._follows: dict[tuple[Subscriber, str], Channel] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Follow the events of the bus until the block ends."""
        self.ctx.bus.when_back(self._doubt_all)
        async with self.ctx.bus.subscribe("event.*.*", size=INBOX_SIZE) as messages:
            follower = asyncio.get_running_loop().create_task(self._follow(messages))
            try:
                yield self
            finally:
                tasks = [follower, *(channel.task for channel in self._channels.values())]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._channels.clear()
                self._listening.clear()
                self._follows.clear()

    def _doubt_all(self) -> None:
        for channel in self._channels.values():
            channel.doubt()

    async def _follow(self, messages: Inbox) -> None:
        lost = 0
        async for subject, message in messages:
            if messages.dropped != lost:
                log.warning("too many events at once for the screens; all they show is loaded anew")
                lost = messages.dropped
                self._doubt_all()
            _, tenant_id, name = subject.split(".", 2)
            channels = self._listening.get((tenant_id, name))
            if not channels:
                continue
            try:
                event = _event.decode(message)
                for channel in channels:
                    channel.notice(event)
            except Exception:
                log.exception("an event could not be shown", subject=subject)

    def find(self, actor: Actor, name: str) -> tuple[Topic, str]:
        """The topic of this name and its argument. Raises NotFound, NotAllowed."""
        for topic in self.topics:
            argument = topic.argument(name)
            if argument is not None:
                if not actor.may(topic.role):
                    raise NotAllowed(f"This topic needs the role {topic.role}; yours is {actor.role}.")
                return topic, argument
        raise NotFound(f"There is no topic {name!r}.", code="unknown_topic")

    async def subscribe(self, subscriber: Subscriber, actor: Actor, name: str) -> None:
        """Hand the subscriber a snapshot, and from then on every change. A second time brings a new snapshot.

        Raises NotFound and NotAllowed; the subscriber then follows nothing.
        """
        topic, argument = self.find(actor, name)
        channel = self._channel(actor, name, topic, argument)
        channel.followers.add(subscriber)
        self._follows[subscriber, name] = channel
        try:
            async with channel.lock:
                # Under the lock: no change can fall between the snapshot and the first update.
                message = await channel.snapshot()
                if self._follows.get((subscriber, name)) is channel:
                    channel.subscribers.add(subscriber)
                    subscriber.replace(name, message)
        except BaseException:
            self.unsubscribe(subscriber, name)
            raise

    def _channel(self, actor: Actor, name: str, topic: Topic, argument: str) -> Channel:
        account_id = actor.account_id if topic.personal and actor.role is Role.DRIVER else None
        key = (name, actor.tenant_id, account_id)
        if key not in self._channels:
            channel = Channel(self.ctx, key, topic, Subject(actor, argument))
            self._channels[key] = channel
            for event in topic.events:
                self._listening[str(actor.tenant_id), event.__name__].add(channel)
        return self._channels[key]

    def unsubscribe(self, subscriber: Subscriber, name: str) -> None:
        """Nothing happens if it follows no such topic. The last one to go takes the channel along."""
        channel = self._follows.pop((subscriber, name), None)
        if channel is None:
            return
        channel.subscribers.discard(subscriber)
        channel.followers.discard(subscriber)
        if not channel.followers:
            channel.task.cancel()
            del self._channels[channel.key]
            for listening in self._listening.values():
                listening.discard(channel)
