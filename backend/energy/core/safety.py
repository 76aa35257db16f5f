"""What may be sent to which connector, so that no limit is passed whatever happens to the messages from here on.

Each limit is given for a time (its lease); a station that hears nothing more falls back to its stored fallback when
the lease ends. For every connector all limits it may be following are remembered: the last acknowledged and those sent
since. Their envelope over time (the largest at each moment) is added up over all connectors, and a message is released
only if every line of the site still holds at every moment with this message in the envelope. So a raise waits until
the decreases that make room for it are acknowledged, and it doesn't matter which messages are lost, late or answered
in another order, nor which stations go dark. An unreachable connector counts at the larger of what it may be following
and its fallback; one that draws more than it was given counts with what it draws.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np

from backend.energy.core.grid import Series
from backend.energy.core.rows import Floats, Phased, Rows

LOST_AFTER_S = 60.0
SOON_S = 120.0
"""So long before a limit of the site falls its cars are told less for good, rather than until then."""
OVER_AMPS, OVER_SHARE = 1.0, 0.05


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A limit for a connector; `until`: when its lease ends; `phases`: how many the station may use (None: all)."""

    number: int
    connector: str
    amps: float
    until: float
    sent_at: float
    phases: int | None = None


class Safety:
    """Raises BadGrid at the start if the fallbacks alone exceed a limit; `refuse` False: it only counts with them."""

    def __init__(self, rows: Rows, now: float, *, refuse: bool = True) -> None:
        if refuse:
            rows.refuse_full_fallbacks()
        self.rows = rows
        self.number = 0
        self.ends = rows.ends(rows.left({}))
        self.caps: Mapping[str, Series] = {}
        """kW of nodes whose limit in total changes at known times: no message lasts beyond what holds then."""
        self.drawn_by_loads: Mapping[str, Phased] = {}
        self.risen: Mapping[str, Phased] = {}
        self.fallback = np.array([one.fallback_amps for one in rows.grid.connectors])
        self.backs = [one.fallback_amps for one in rows.grid.connectors]
        self.leased = np.array([one.leased for one in rows.grid.connectors])
        self.dark = np.zeros(len(self.fallback), dtype=bool)
        self.drawn = np.zeros(len(self.fallback))
        self.columns: dict[tuple[int, int | None], Floats] = {}
        self._parts: Floats = np.zeros((len(self.fallback), 0, 0))
        self._parts_at: tuple[float, ...] = ()
        self._changed: set[int] = set()
        self.held: list[list[Message]] = [
            [Message(number=0, connector=one.id, amps=one.fallback_amps, until=now, sent_at=now)]
            for one in rows.grid.connectors
        ]

    def acknowledged(self, connector: str, number: int) -> None:
        """The station follows this message; what was sent before it is history. A late answer to old news is none."""
        place = self.rows.place[connector]
        held = self.held[place]
        for at, message in enumerate(held):
            if message.number == number:
                del held[:at]
                self._changed.add(place)
                return

    def refused(self, connector: str, number: int) -> None:
        """The station said no: it follows what it followed."""
        held = self.held[self.rows.place[connector]]
        self._changed.add(self.rows.place[connector])
        held[1:] = [message for message in held[1:] if message.number != number]

    def lost(self, connector: str) -> None:
        self.dark[self.rows.place[connector]] = True
        self._changed.add(self.rows.place[connector])

    def back(self, connector: str) -> None:
        self.dark[self.rows.place[connector]] = False
        self._changed.add(self.rows.place[connector])

    def measured(self, connector: str, amps: float, now: float) -> bool:
        """True if it draws more than any limit it may be following: it counts with that until it obeys."""
        place = self.rows.place[connector]
        given = max(self._at(place, now), self._at(place, now - LOST_AFTER_S))
        over = amps > given + max(OVER_AMPS, given * OVER_SHARE)
        self.drawn[place] = amps if over else 0.0
        self._changed.add(place)
        return over

    def loads(self, drawn: Mapping[str, Phased], rises: Mapping[str, float] | None = None) -> dict[str, Phased]:
        """What other loads draw by fresh meters; one that isn't named counts as its worst case.

        Nobody can take back what was given to a station that goes dark, and a meter may fall silent with it: so nothing
        is given that wouldn't fit beside loads that rise until the longest lease ends (Rows.risen). Returns these.
        """
        self.drawn_by_loads = drawn
        self.risen = found = self.rows.risen(drawn, rises or {})
        self.ends = self.rows.ends(self.rows.left(found))
        return found

    def _ends(self, moments: Sequence[float], loads: Mapping[str, Phased]) -> Floats:
        """Of each line (down) what holds at each moment (across)."""
        if not self.caps:
            return np.repeat(self.rows.ends(self.rows.left(loads))[:, None], len(moments), axis=1)
        each = [self.rows.ends(self.rows.left(loads, self.rows.bounds_at(self.caps, when))) for when in moments]
        return np.array(each).T

    def _at(self, place: int, when: float) -> float:
        fallback = float(self.fallback[place])
        found = max(message.amps if when < message.until else fallback for message in self.held[place])
        unsure = self.dark[place] or not self.leased[place]
        return max(found, fallback if unsure else 0.0, float(self.drawn[place]))

    def _column(self, place: int, phases: int | None) -> Floats:
        if (place, phases) not in self.columns:
            name = self.rows.grid.connectors[place].id
            self.columns[place, phases] = self.rows.lined(self.rows.column(name, phases))
        return self.columns[place, phases]

    def _part(self, place: int, moments: Sequence[float]) -> Floats:
        """The most this connector may add to each line (down) at each moment (across)."""
        whole, fallback = self._column(place, None), float(self.fallback[place])
        unsure = self.dark[place] or not self.leased[place]
        least = max(fallback if unsure else 0.0, float(self.drawn[place]))
        found = np.outer(whole, [least] * len(moments))
        for message in self.held[place]:
            holds = np.array([when < message.until for when in moments])
            told = np.outer(self._column(place, message.phases), np.where(holds, message.amps, 0.0))
            np.maximum(found, told, out=found)
            if fallback > 0 and not holds.all():
                np.maximum(found, np.outer(whole, np.where(holds, 0.0, fallback)), out=found)
        return found

    def _all_parts(self, moments: Sequence[float]) -> Floats:
        """Of each connector its part; only what has changed is worked out anew: between two ends nothing else does."""
        if self._parts_at != tuple(moments[1:]) or self._parts.shape[2] != len(moments):
            self._parts_at = tuple(moments[1:])
            self._parts = np.array([self._part(place, moments) for place in range(len(self.held))])
        else:
            for place in self._changed:
                self._parts[place] = self._part(place, moments)
        self._changed.clear()
        return self._parts

    def moments(self, now: float, until: float) -> list[float]:
        """When envelopes change: now and at the end of each lease."""
        ends = {message.until for held in self.held for message in held if now < message.until < math.inf}
        ends |= {until} if now < until < math.inf else set()
        last = max(ends, default=now)
        return [now, *sorted(ends | {at for at in self._changes() if now < at < last})]

    def _changes(self) -> set[float]:
        return {at for series in self.caps.values() for at, _ in series}

    def counts(self, connector: str, now: float) -> float:
        """The most that it may be drawing now, by all that is known."""
        return self._at(self.rows.place[connector], now)

    def exceeded(self, now: float) -> list[str]:
        """The limits that what connectors may draw, now or later, adds up to more than, loads as they are now."""
        moments = self.moments(now, now)
        lines = np.sum([self._part(place, moments) for place in range(len(self.held))], axis=0)
        over = np.any(lines > self._ends(moments, self.drawn_by_loads) + 1e-6, axis=1)
        beside = self.rows.beside(self.drawn_by_loads) > self.rows.bounds + 1e-6
        found = [*self.rows.line_row[np.flatnonzero(over)], *np.flatnonzero(beside)]
        return list(dict.fromkeys(self.rows.names[row] for row in sorted(found)))

    def counted(self, now: float) -> dict[str, float]:
        """Those that can't be commanded, with what they count from now on at most."""
        moments = self.moments(now, now)
        found = {}
        for one in self.rows.grid.connectors:
            place = self.rows.place[one.id]
            if self.dark[place] or self.drawn[place] > 0:
                found[one.id] = max(self._at(place, when) for when in moments)
        return found

    def taken(self, now: float, commanded: Collection[str]) -> Floats:
        """What those add to each line that can't be commanded, or whom no car of `commanded` belongs to."""
        moments = self.moments(now, now)
        found = np.zeros(len(self.rows.line_row))
        for place, one in enumerate(self.rows.grid.connectors):
            stuck = self.dark[place] or self.drawn[place] > 0 or not self.leased[place]
            if stuck and one.id not in commanded:
                found += self._part(place, moments).max(axis=1)
        return found

    def release(
        self,
        wanted: Mapping[str, float],
        now: float,
        until: float,
        renew_s: float = 0.0,
        phases: Mapping[str, int | None] | None = None,
    ) -> list[Message]:
        """Messages that may go now. `wanted`: amperes by connector, 0 for all others. Call again after each answer.

        `renew_s`: a lease that ends sooner than this is renewed. `phases`: how many a car uses; only where the station
        keeps to it (numberPhases of OCPP), else it counts with all of them.
        """
        phases = phases or {}
        moments = self.moments(now, until)
        falls = self._falls(moments) if self.caps else {}
        order = self._order(wanted, now, renew_s, phases, falls)
        if not order:
            return []
        parts = self._all_parts(moments)
        lines = parts.sum(axis=0)
        ends = self._ends(moments, self.risen) + 1e-6
        found: list[Message] = []
        for place in order:
            one, last = self.rows.grid.connectors[place], self.held[place][-1]
            told = phases.get(one.id)
            kept = len(self.held[place]) == 1 and last.until - now >= renew_s  # acknowledged, and holds long enough
            tries = self._tries(place, wanted.get(one.id, 0.0), moments, until, told, ends - lines + parts[place])
            if place in falls:
                tries.insert(0, (min(wanted.get(one.id, 0.0), last.amps), falls[place], last.phases))
            for limit, end, used in tries:
                holds = np.array([when < end for when in moments])
                added = np.outer(self._column(place, used), np.where(holds, limit, 0.0))
                if self.fallback[place] > 0:
                    added += np.outer(self._column(place, None), np.where(holds, 0.0, self.fallback[place]))
                rise = np.maximum(added - parts[place], 0.0)
                if np.any((lines + rise > ends) & (rise > 0)):
                    continue
                shorter = place in falls and end < last.until
                if limit == last.amps and used == last.phases and (end <= last.until or kept) and not shorter:
                    break
                lines = lines + rise
                parts[place] += rise
                self.number += 1
                message = Message(number=self.number, connector=one.id, amps=limit, until=end, sent_at=now, phases=used)
                self.held[place].append(message)
                found.append(message)
                break
        return found

    def _falls(self, moments: Sequence[float]) -> dict[int, float]:
        """Whose limit lasts into a time in which all of them are too much, by then; it is to end before."""
        parts = self._all_parts(moments)
        over = parts.sum(axis=0) > self._ends(moments, self.risen) + 1e-6
        changes = self._changes()
        late = [place for place, when in enumerate(moments) if place and when in changes and over[:, place].any()]
        if not late:
            return {}
        at, lines = moments[late[0]], over[:, late[0]]
        return {
            place: at
            for place, held in enumerate(self.held)
            if at < held[-1].until and held[-1].amps > self.backs[place] and parts[place][lines, late[0]].any()
        }

    def _order(
        self,
        wanted: Mapping[str, float],
        now: float,
        renew_s: float,
        phases: Mapping[str, int | None],
        falls: Mapping[int, float],
    ) -> list[int]:
        """Whom something new is to be told: decreases first."""
        found = []
        for place, (name, held) in enumerate(zip(self.rows.place, self.held, strict=True)):
            last, amps = held[-1], wanted.get(name, 0.0)
            if self.dark[place] or (len(held) > 1 and now - last.sent_at < LOST_AFTER_S):
                continue
            fallback = self.backs[place]
            now_at = last.amps if now < last.until else fallback
            ending = last.until - now < renew_s and (amps > 0 or fallback > 0)
            turned = amps > 0 and phases.get(name) != last.phases
            if len(held) > 1 or abs(amps - now_at) > 1e-6 or ending or turned or place in falls:
                found.append((amps > now_at, amps, place))
        return [place for _, _, place in sorted(found)]

    def _tries(
        self, place: int, amps: float, moments: Sequence[float], until: float, phases: int | None, left: Floats
    ) -> list[tuple[float, float, int | None]]:
        """The wish, or until the site's limit falls; then as much as there is room for; then at least what takes
        nothing from anybody. `left`: of each line what others leave, at each moment."""
        one, last = self.rows.grid.connectors[place], self.held[place][-1]
        column = self._column(place, phases)
        on = column > 1e-12
        lasts = [*sorted(at for at in self._changes() if moments[0] + SOON_S < at < until), until]
        found = [(amps, end, phases) for end in reversed(lasts)]
        for end in lasts:
            before = np.array([when < end for when in moments])
            room = float(np.min(left[on][:, before] / column[on, None], initial=math.inf))
            some = math.floor(min(room, amps) / one.step_amps + 1e-6) * one.step_amps
            if one.min_amps <= some < amps:
                found.append((some, end, phases))
        kept = min(amps, last.amps)
        if kept < one.min_amps:
            kept = 0.0
        return [*found, (kept, last.until, last.phases), (min(kept, one.fallback_amps), until, phases)]
