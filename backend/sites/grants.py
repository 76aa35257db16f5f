"""What an outlet was granted, as it is kept between two plans, and as the safety machine holds it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.energy.core.safety import Message
from backend.sites import planning


@dataclass(slots=True)
class Grant:
    """`until` None: without an end. `phases` None: it counts on all of the outlet's."""

    acked_a: float | None = None
    acked_at: datetime | None = None
    acked_until: datetime | None = None
    acked_phases: int | None = None
    sent_a: float | None = None
    sent_at: datetime | None = None
    sent_until: datetime | None = None
    sent_phases: int | None = None
    switched_at: datetime | None = None
    fallback_a: float | None = None
    over_since: datetime | None = None
    session: UUID | None = None
    detail: str = ""

    def of(self, session: UUID | None) -> "Grant":
        """What holds for this session: of another one only the station's fallback does."""
        return self if session is not None and session == self.session else Grant(fallback_a=self.fallback_a)


ACKED, SENT = 1, 2
"""Numbers of the messages that a grant remembers; 0: the fallback, of which no message spoke."""


def held(name: str, fallback_a: float, grant: Grant, car: bool) -> list[Message]:
    """A limit is for a session: where nobody charges the fallback holds, for ever."""
    if not car:
        return [_message(0, name, fallback_a, None, None, None)]
    acked = grant.acked_a
    found = [
        _message(0, name, fallback_a, None, None, None)
        if acked is None
        else _message(ACKED, name, acked, grant.acked_until, grant.acked_at, grant.acked_phases)
    ]
    if grant.sent_a is not None:
        # Nobody waits for its answer any more, so the next one may go at once.
        found.append(_message(SENT, name, grant.sent_a, grant.sent_until, None, grant.sent_phases))
    return found


def _message(
    number: int, name: str, amps: float, until: datetime | None, at: datetime | None, phases: int | None
) -> Message:
    return Message(
        number=number,
        connector=name,
        amps=amps,
        until=math.inf if until is None else until.timestamp(),
        sent_at=0.0 if at is None else at.timestamp(),
        phases=phases,
    )


def keep(grant: Grant, messages: Sequence[Message], fallback_a: float, now: datetime) -> None:
    """What the machine holds of an outlet, so that it can be read again: of several unanswered ones the worst."""
    first, *rest = messages
    if first.number:
        grant.acked_a, grant.acked_until, grant.acked_phases = first.amps, planning.moment(first.until), first.phases
    open_ones = [one for one in rest if one.number]
    grant.sent_a = max((one.amps for one in open_ones), default=None)
    # Below the fallback the worst is the one that ends first: then the fallback holds.
    last = max if (grant.sent_a or 0.0) >= fallback_a else min
    grant.sent_until = planning.moment(last((one.until for one in open_ones), default=None))
    grant.sent_phases = open_ones[0].phases if len({one.phases for one in open_ones}) == 1 else None
    grant.sent_at = now if open_ones else None
