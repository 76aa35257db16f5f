"""What a service needs from the outside: settings, clock, bus, and the unit of work that carries events."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec

from backend.bus.base import Bus
from backend.db.engine import transaction
from backend.db.groups import Groups
from backend.events import Event
from backend.settings import Settings

Handler = Callable[["Context", "Unit", Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ForAll:
    """A handler that takes all events of its kind at once: many stations' news may share a unit."""

    act: Callable[["Context", "Unit", Sequence[Event]], Awaitable[None]]

    async def __call__(self, ctx: "Context", unit: "Unit", event: Event) -> None:
        await self.act(ctx, unit, [event])


T = TypeVar("T")
R = TypeVar("R")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Handed to every service function. `handlers` is the table of `wiring.EVENTS`."""

    settings: Settings
    bus: Bus
    now: Callable[[], datetime] = utc_now
    handlers: Mapping[type[Event], tuple[Handler, ...]] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups, init=False, repr=False, compare=False)

    async def together(
        self,
        name: str,
        work: Callable[["Context", Sequence[T]], Awaitable[Sequence[R]]],
        key: Hashable,
        item: T,
        **limits: int,
    ) -> R:
        """Have `item` written with others that come at the same time; the answer, once all that is committed.

        `work` answers each item in order. Of one `key` (a station, say) only one item is under way.
        `limits` as of a `Group`.
        """
        answer: R = await self.groups.of(name, partial(work, self), **limits).submit(key, item)
        return answer

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["Unit"]:
        """One database transaction and the events that belong to it.

        Handlers run before the commit, in the same transaction: what they enqueue is as durable as the
        fact itself. After the commit the events go to the bus, where screens listen (best effort).
        Inside an open unit of the same task a savepoint is made, and its events go out at once after it;
        so services call `unit()` only at their edge and hand the `Unit` on.
        """
        unit = Unit(self)
        async with transaction():
            yield unit
            await unit.settle()
        await unit.announce()

    async def tell(self, event: Event) -> None:
        """An event by itself, whose facts are stored. Where only screens hear it, no database transaction is made."""
        if self.handlers.get(type(event)):
            async with self.unit() as unit:
                unit.emit(event)
        else:
            await Unit(self, [event]).announce()

    async def tell_together(self, key: Hashable, event: Event) -> None:
        """The same, in one unit with what others tell of this kind at the same time; of one `key` one at a time."""
        if self.handlers.get(type(event)):
            await self.together(type(event).__name__, _told, key, event)
        else:
            await self.tell(event)


async def _told(ctx: Context, events: Sequence[Event]) -> list[None]:
    async with ctx.unit() as unit:
        for event in events:
            unit.emit(event)
    return [None] * len(events)


@dataclass(slots=True)
class Unit:
    context: Context
    emitted: list[Event] = field(default_factory=list)
    _settled: int = 0

    def emit(self, event: Event) -> None:
        self.emitted.append(event)

    async def settle(self) -> None:
        """Let the handlers of every event act; they may emit more."""
        while self._settled < len(self.emitted):
            new = self.emitted[self._settled :]
            self._settled = len(self.emitted)
            for kind in dict.fromkeys(map(type, new)):
                events = [event for event in new if type(event) is kind]
                for handler in self.context.handlers.get(kind, ()):
                    if isinstance(handler, ForAll):
                        await handler.act(self.context, self, events)
                        continue
                    for event in events:
                        await handler(self.context, self, event)

    async def announce(self) -> None:
        kind, tenant_id, topic = None, None, ""
        for event in self.emitted:
            if type(event) is not kind or event.tenant_id is not tenant_id:
                kind, tenant_id = type(event), event.tenant_id
                topic = f"event.{tenant_id}.{kind.__name__}"
            await self.context.bus.publish(topic, msgspec.json.encode(event))
