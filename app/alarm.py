"""Incidents on every page of an operator: how many are open, and the one that has just opened."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.live import Live
from app.state import Store
from shared.operations import Incident, IncidentState, LiveKind, LiveMessage, Severity

log = logging.getLogger(__name__)
NOTICE_S = 12.0
WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Known:
    """Every incident that was open when somebody looked last; None before the first look. Pure."""

    open: Mapping[str, Incident] | None = None
    new: tuple[Incident, ...] = field(default=())
    """What has opened since, the worst first. Nothing is new at the first look."""

    def hear(self, message: LiveMessage) -> "Known":
        """Raises msgspec.DecodeError for what isn't about incidents."""
        if message.kind is LiveKind.SNAPSHOT:
            every = msgspec.json.decode(message.data, type=list[Incident])
            now = {one.id: one for one in every if one.state is IncidentState.OPEN}
        elif message.kind is LiveKind.UPSERT:
            one = msgspec.json.decode(message.data, type=Incident)
            now = {known.id: known for known in (self.open or {}).values() if known.id != one.id}
            if one.state is IncidentState.OPEN:
                now[one.id] = one
        else:
            return Known(self.open)
        if self.open is None:
            return Known(now)
        opened = [one for name, one in now.items() if name not in self.open]
        return Known(now, tuple(sorted(opened, key=lambda one: WORST_FIRST.index(one.severity))))


class Alarm:
    """Follows the topic `incidents` for an operator, from sign-in to sign-out, and tells the store."""

    def __init__(self, live: Live, store: Store, run: Callable[..., Any]) -> None:
        self._live, self._store, self._run = live, store, run
        self._known = Known()
        self._leave: Callable[[], None] | None = None
        self._turn = 0

    def follow(self) -> None:
        """For whoever is signed in now."""
        if not self._store.operator:
            self.leave()
        elif self._leave is None:
            self._leave = self._live.follow("incidents", self._take)

    def leave(self) -> None:
        if self._leave is not None:
            self._leave()
            self._leave = None
        self._known = Known()
        self._store.open_incidents, self._store.alerts = 0, ()

    def end(self) -> None:
        """The screen is gone: what was about to be dismissed stays as it is."""
        self._turn += 1

    def dismiss(self) -> None:
        self._store.alerts = ()

    def _take(self, message: LiveMessage) -> None:
        try:
            self._known = self._known.hear(message)
        except msgspec.DecodeError:
            log.exception("an incident could not be read")
            return
        now = self._known.open or {}
        shown = tuple(one for one in self._store.alerts if one.id in now)
        if self._known.new:
            shown = (*self._known.new, *shown)
            self._turn += 1
            self._run(self._end, self._turn)
        if shown != self._store.alerts:
            self._store.alerts = shown
        if len(now) != self._store.open_incidents:
            self._store.open_incidents = len(now)

    async def _end(self, turn: int) -> None:
        await asyncio.sleep(NOTICE_S)
        if turn == self._turn:
            self.dismiss()
