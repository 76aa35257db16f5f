"""What a topic is: who may see it, how it is loaded, and which events change what in it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.context import Context
from backend.events import Event
from backend.web.guards import Actor
from shared.accounts import Role


@dataclass(frozen=True, slots=True)
class Subject:
    """What one channel is about: a topic's argument (`station:<argument>`, else empty) for one kind of viewer.

    `actor` stands for everybody who shares the channel: of a topic that isn't `personal` only its tenant counts.
    `memory` is the channel's own, for what loading must remember (such as the last frame that was sent).
    """

    actor: Actor
    argument: str = ""
    memory: dict[str, Any] = field(default_factory=dict)


Load = Callable[[Context, Subject], Awaitable[Any]]
"""The whole topic, as it is now. May raise NotFound or NotAllowed: the subscriber is told."""
Changes = Callable[[Context, Subject, frozenset[str]], Awaitable[Sequence[Any] | None]]
"""The items behind these keys, as they are now: each becomes one UPSERT. None: one of them is no longer in the topic,
which only a new SNAPSHOT tells."""
Select = Callable[[Any, Subject], str | None]
"""The key of the item that an event changes, None if it changes nothing here. Quick: no I/O."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`pattern` is `stations`, or `station:*` for one with an argument.

    changes None: every change loads the whole topic and sends it as one UPSERT. personal: what drivers see differs
    from one to the next; operators of a tenant still share. interval_s: least time between two updates.
    refresh_s: how often a topic that somebody watches is loaded anew even without an event, against lost ones.
    """

    pattern: str
    role: Role
    load: Load
    events: Mapping[type[Event], Select]
    changes: Changes | None = None
    personal: bool = False
    interval_s: float = 0.25
    refresh_s: float = 60.0

    def argument(self, name: str) -> str | None:
        """What stands for the star, empty for a topic without one; None if the name isn't of this topic."""
        if not self.pattern.endswith(":*"):
            return "" if name == self.pattern else None
        prefix = self.pattern[:-1]
        return name[len(prefix) :] or None if name.startswith(prefix) else None


def everything(_event: Event, _subject: Subject) -> str:
    """Select of a topic that any such event changes as a whole."""
    return "*"


def of_any(events: Sequence[type[Event]], select: Select) -> dict[type[Event], Select]:
    """The same Select for several events."""
    return dict.fromkeys(events, select)
