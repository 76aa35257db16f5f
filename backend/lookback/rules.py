"""The past of one station, told again in its order, and judged by the same rules as the present. Pure.

What was recorded becomes happenings (`Link`, `Outlet`, `Read` …). A `Replay` keeps what is known at each moment, as
the house would have known it, asks the rules whenever something happened, and lets its clock look each minute where
time alone can make a rule true. Its memory doesn't grow with the span: of each outlet the last readings are kept.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from backend.alerts import rules as alerts
from backend.lookback.beside import Firing
from backend.lookback.happenings import (
    Began,
    ClockSeen,
    Gap,
    Happening,
    Link,
    NotStarted,
    Outlet,
    Over,
    Read,
    Reason,
    Told,
)
from backend.lookback.known import KnownOutlet, KnownSession
from shared.stations import ConnectorStatus

REPLAYED = (
    alerts.ConnectorFacts,
    alerts.EventFacts,
    alerts.SecurityFacts,
    alerts.PresenceFacts,
    alerts.LinkFacts,
    alerts.RunningFacts,
    alerts.SessionFacts,
    alerts.StartFacts,
    alerts.OutletFacts,
    alerts.PastFacts,
    alerts.ClockFacts,
)
LOOK, SLOW_LOOK = timedelta(minutes=1), timedelta(minutes=10)
CALM = timedelta(hours=2)
"""Where nothing happened for so long, the clock looks less often."""
OUTLET_PATIENCE = timedelta(days=8)
LINK_SPAN = START_WINDOW = timedelta(hours=1)
CLOCK_PLAY_S = 15.0
IN_USE = ("occupied", "finishing", "charging", "suspended")
BUSY = ("charging", "suspended")
Key = tuple[str, str, str]
"""Rule, outlet (empty: the station) and what part of it."""
MOST_FIRINGS = 1000
"""Of one station: more of them say nothing new."""


def replayable(name: str) -> bool:
    return name in alerts.BY_NAME and alerts.BY_NAME[name].looks_at in REPLAYED


# --- what would have been found ----------------------------------------------------------------------


class Replay:
    """Happenings in the order of time go to `feed`; `firings` are what the asked rules would have opened."""

    def __init__(
        self,
        asked: Collection[str],
        thresholds: alerts.Thresholds,
        begin: datetime,
        *,
        silence_s: int,
        drops_per_day: float | None = None,
        wireless: bool = False,
        meaning: Callable[[str], alerts.Meaning | None] = lambda code: None,
    ) -> None:
        self.now = begin
        self.firings: list[Firing] = []
        self.threw: dict[str, str] = {}
        self._off = frozenset(alerts.BY_NAME) - set(asked)
        self._kinds = tuple({alerts.BY_NAME[name].looks_at for name in asked})
        self._thresholds, self._silence_s = thresholds, silence_s
        self._drops_per_day, self._wireless, self._meaning = drops_per_day, wireless, meaning
        self._online: bool | None = None
        self._turned_at = begin
        self._drops: deque[datetime] = deque(maxlen=500)
        self._outlets: dict[str, KnownOutlet] = {}
        self._clock: tuple[float | None, float | None] = (None, None)
        self._open: dict[Key, Firing] = {}
        self._moved_at = begin

    # --- feeding ------------------------------------------------------------------------------------

    def feed(self, one: Happening) -> None:
        self._advance(one.at)
        match one:
            case Link():
                self._link(one)
            case Gap():
                self._gap(one)
            case Outlet():
                self._status(one)
            case Reason():
                self._reason(one)
            case Told():
                self._told(one.facts)
            case ClockSeen():
                self._clock_seen(one.off_s)
            case Began():
                self._began(one)
            case Read():
                self._read(one)
            case Over():
                self._over(one)
            case NotStarted():
                self._at(one.label).failures.append((one.at, one.failure))
                self._starts(one.label, more=True)
        self._moved_at = self.now

    def finish(self, end: datetime) -> None:
        self._advance(end)

    def _advance(self, to: datetime) -> None:
        """A minute at a time, as long as time alone can change something."""
        while self._watchful():
            step = LOOK if self.now - self._moved_at < CALM else SLOW_LOOK
            if self.now + step > to:
                break
            self.now += step
            self._look()
        self.now = max(self.now, to)

    def _asks(self, kind: type) -> bool:
        return kind in self._kinds

    def _watchful(self) -> bool:
        if self._asks(alerts.PresenceFacts) and self._online is False and ("station_offline", "", "") not in self._open:
            return "station_offline" not in self._off
        if ("station_flapping", "", "") in self._open or any(key[0] == "starts_failing" for key in self._open):
            return True
        return any(self._outlet_watchful(one) for one in self._outlets.values())

    def _outlet_watchful(self, one: KnownOutlet) -> bool:
        if one.session is not None:
            return self._asks(alerts.RunningFacts) and self.now - one.session.heard_at < OUTLET_PATIENCE
        if not self._asks(alerts.OutletFacts) or one.status not in IN_USE or one.since is None:
            return False
        return bool(self._online) and self.now - one.since < OUTLET_PATIENCE

    def _look(self) -> None:
        self._presence()
        if ("station_flapping", "", "") in self._open:
            self._links()
        for label in [label for rule, label, _ in self._open if rule == "starts_failing"]:
            self._starts(label)
        for one in self._outlets.values():
            if one.session is not None:
                self._running(one)
            elif one.label:
                self._waiting(one)

    # --- connections --------------------------------------------------------------------------------

    def _link(self, one: Link) -> None:
        if one.online is self._online:
            return
        before, self._online, self._turned_at = self._online, one.online, one.at
        self._clock = (None, None)
        if before and not one.online:
            self._drops.append(one.at)
            self._links()
        self._presence()

    def _presence(self) -> None:
        if self._online is not None:
            self._judge("", self._present(self._turned_at if not self._online else self.now, self.now))

    def _present(self, heard: datetime, now: datetime) -> alerts.PresenceFacts:
        return alerts.PresenceFacts(
            accepted=True,
            online=bool(self._online),
            disconnected_at=None if self._online else self._turned_at,
            last_seen_at=heard,
            silence_s=self._silence_s,
            now=now,
        )

    def _gap(self, one: Gap) -> None:
        """It was connected all the time and said nothing: told of in the words of the moment when it was too long."""
        times = self._thresholds.get("station_silent", {}).get("times_silence", 1.0)
        late = one.since + timedelta(seconds=self._silence_s * times)
        if not self._online or self._turned_at > one.since or late > one.at:
            return
        self._judge("", self._present(one.since, late), at=late)
        self._judge("", self._present(one.at, one.at))

    def _links(self) -> None:
        while self._drops and self.now - self._drops[0] > LINK_SPAN:
            self._drops.popleft()
        facts = alerts.LinkFacts(drops=len(self._drops), usual_per_day=self._drops_per_day, wireless=self._wireless)
        self._judge("", facts)

    def _clock_seen(self, off_s: float) -> None:
        """As the door does: told on where it is off by as much twice in a row, and that is new."""
        before, told = self._clock
        self._clock = (off_s, told)
        if before is None or abs(off_s - before) > CLOCK_PLAY_S:
            return
        if told is None or abs(off_s - told) > CLOCK_PLAY_S:
            self._clock = (off_s, off_s)
            self._judge("", alerts.ClockFacts(off_s=off_s))

    def _told(self, facts: alerts.EventFacts | alerts.SecurityFacts) -> None:
        if isinstance(facts, alerts.EventFacts):
            facts = replace(facts, meaning=self._meaning(facts.tech_code))
            self._judge("", facts, more=True, part=facts.part, ends=facts.over)
        else:
            self._judge("", facts, more=True)

    # --- outlets ------------------------------------------------------------------------------------

    def _at(self, label: str) -> KnownOutlet:
        return self._outlets.setdefault(label, KnownOutlet(label))

    def _status(self, one: Outlet) -> None:
        known = self._at(one.label)
        known.tells_end = one.tells_reason
        if not one.tells_reason:
            if one.status == "occupied" and known.status in (*BUSY, ConnectorStatus.FINISHING):
                return
            if not (known.status == ConnectorStatus.FAULTED != one.status):
                one = replace(
                    one,
                    error_code=known.error_code,
                    vendor_error_code=known.vendor_error_code,
                    info=known.info,
                )
        self._report(known, one)

    def _reason(self, one: Reason) -> None:
        known = self._at(one.label)
        if one.over and known.status == ConnectorStatus.FAULTED:
            return
        told = Outlet(
            at=one.at,
            label=one.label,
            status=known.status,
            error_code="" if one.over else one.error_code,
            vendor_error_code="" if one.over else one.vendor_error_code,
            info="" if one.over else one.info,
        )
        self._report(known, told)

    def _report(self, known: KnownOutlet, one: Outlet) -> None:
        """A repetition of what is known wakes nobody."""
        said = (one.status, one.error_code, one.vendor_error_code, one.info)
        if said == (known.status, known.error_code, known.vendor_error_code, known.info):
            return
        if known.status != one.status:
            known.since = one.at
        again = alerts.another_fault(known.error_code, one.error_code)
        known.status, known.error_code, known.vendor_error_code, known.info = said
        facts = alerts.ConnectorFacts(
            label=one.label,
            status=one.status,
            error_code=one.error_code,
            vendor_error_code=one.vendor_error_code,
            info=one.info,
            meaning=self._meaning(one.vendor_error_code),
        )
        self._judge(one.label, facts, more=again)
        if one.label and known.session is None:
            self._waiting(known)

    def _waiting(self, one: KnownOutlet) -> None:
        if one.since is not None and self._online is not False:
            status = one.status if one.session is None else ""
            self._judge(one.label, alerts.OutletFacts(label=one.label, status=status, since=one.since, now=self.now))

    # --- sessions -----------------------------------------------------------------------------------

    def _began(self, one: Began) -> None:
        here = self._at(one.label)
        here.session = KnownSession(one.transaction, one.number, one.at, one.at, one.dc, one.max_power_w)
        here.failures.clear()
        self._starts(one.label)
        self._waiting(here)

    def _starts(self, label: str, *, more: bool = False) -> None:
        failures = self._at(label).failures
        while failures and self.now - failures[0][0] > START_WINDOW:
            failures.popleft()
        last = failures[-1][1] if failures else ""
        self._judge(label, alerts.StartFacts(label=label, failures=len(failures), last_failure=last), more=more)

    def _read(self, one: Read) -> None:
        for here in self._outlets.values():
            session = here.session
            if session is not None and session.transaction == one.transaction:
                session.heard_at = one.at
                session.read(one.moment)
                session.soc_percent = one.soc_percent if one.soc_percent is not None else session.soc_percent
                session.charging = session.charging if one.charging is None else one.charging
                self._running(here)
                return

    def _running(self, here: KnownOutlet) -> None:
        session = here.session
        if session is None or not self._asks(alerts.RunningFacts):
            return
        while session.moments and self.now - session.moments[0].at > alerts.READINGS:
            del session.moments[0]
        facts = alerts.RunningFacts(
            label=here.label,
            number=session.number,
            transaction=session.transaction,
            begun_at=session.begun_at,
            heard_at=session.heard_at,
            now=self.now,
            online=self._online is not False,
            dc=session.dc,
            max_power_w=session.max_power_w,
            status=here.status,
            charging=session.charging or here.status == "charging",
            soc_percent=session.soc_percent,
            moments=tuple(session.moments),
        )
        self._judge(here.label, facts)

    def _over(self, one: Over) -> None:
        here = self._at(one.label)
        if here.session is not None and here.session.transaction == one.transaction:
            here.session = None
            if not here.tells_end and here.status in (*BUSY, ConnectorStatus.OCCUPIED):
                here.status = ConnectorStatus.FINISHING
            if here.since is not None:  # what it waits for since it is free of the session
                here.since = max(here.since, one.at)
        for key in list(self._open):
            if key[1] == one.label and alerts.BY_NAME[key[0]].looks_at is alerts.RunningFacts:
                self._close(key, self.now)
        here.past.appendleft(one.past)
        self._judge(one.label, alerts.SessionFacts(label=one.label, number=one.number, flags=one.flags), more=True)
        self._judge(one.label, alerts.PastFacts(label=one.label, sessions=tuple(here.past)))

    # --- judging ------------------------------------------------------------------------------------

    def _threw(self, rule: str, error: Exception) -> None:
        self.threw.setdefault(rule, f"{type(error).__name__}: {error}"[:300])
        self._off |= {rule}

    def _judge(
        self,
        label: str,
        facts: alerts.Facts,
        *,
        more: bool = False,
        at: datetime | None = None,
        part: str = "",
        ends: bool = True,
    ) -> None:
        if type(facts) not in self._kinds:
            return
        at = at or self.now
        for rule, finding in alerts.verdicts(facts, self._thresholds, off=self._off, threw=self._threw):
            key = (rule, label, part)
            if finding is None:
                if ends:
                    self._close(key, at)
            elif key in self._open:
                known = self._open[key]
                known.occurrences += more
                if finding.code and finding.code != known.code:  # now more is known of it
                    known.title, known.detail, known.code = finding.title, finding.detail, finding.code
            elif len(self.firings) < MOST_FIRINGS:
                self._fire(key, finding, at)

    def _fire(self, key: Key, finding: alerts.Finding, at: datetime) -> None:
        one = Firing(
            rule=key[0],
            label=key[1],
            title=finding.title,
            detail=finding.detail,
            severity=str(finding.severity),
            code=finding.code,
            fired_at=at,
            began_at=finding.began_at or at,
        )
        self._open[key] = one
        self.firings.append(one)

    def _close(self, key: Key, at: datetime) -> None:
        if one := self._open.pop(key, None):
            one.ended_at = max(at, one.fired_at)
