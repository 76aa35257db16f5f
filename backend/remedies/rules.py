"""What a playbook may do, and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shared.operations import IncidentState
from shared.remedies import Figures, PlaybookSet, StepKind

HARMLESS = frozenset({StepKind.WAIT, StepKind.TRIGGER})
"""They disturb nobody."""
OF_OUTLET = frozenset({StepKind.UNLOCK, StepKind.AVAILABILITY, StepKind.CLEAR_PROFILES, StepKind.RESTART_SESSION})
"""They touch one outlet where the incident is about one; all others the whole station."""
BUSY_PAUSE = timedelta(minutes=5)
OFFLINE_PAUSE = timedelta(minutes=2)
PATIENCE = timedelta(hours=12)
"""How long a run waits for its guards before it gives up."""
ASKED_FOR = timedelta(hours=24)
"""How long a run waits for somebody's yes; then the station is free for others, and somebody is told."""
INTERRUPTED = timedelta(minutes=3)
"""A step without an answer after this was interrupted: longer than a job may run."""

SILENT = "station_silent"
WHILE_CHARGING = frozenset(
    "starts_failing no_power power_below_offer meter_freeze meter_jump voltage_out_of_band phase_imbalance".split()
)
"""Rules whose incidents are over also when nobody charges there any more, which says nothing of a step."""
REPAIRING = "Somebody is repairing at this station."

Way = Literal["go", "later", "never"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`until`: when to look again. `reason`: in plain words."""

    way: Way
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known right before a step. `sessions_here`: live ones at the outlet (of the station if there is none),
    also those of which only the outlet's status tells; `in_repair`: somebody repairs something at this station;
    `runs_today`: runs at this station in the last 24 hours that sent something, this one aside."""

    now: datetime
    began: datetime
    zone: str
    online: bool
    sessions_here: int
    sessions_at_station: int
    runs_today: int
    at_once: int
    outlet: bool
    in_repair: bool = False


def matches(plan: PlaybookSet, rule: str, code: str, model: str) -> bool:
    return (
        plan.enabled
        and rule in plan.rules
        and (not plan.codes or code in plan.codes)
        and code not in plan.not_codes
        and (not plan.models or model in plan.models)
    )


def still_fits(plan: PlaybookSet, rule: str, code: str, model: str) -> bool:
    """Whether a run goes on with what is known by now. A status without a code takes nothing back."""
    return not code or matches(plan, rule, code, model)


def by_people(state: IncidentState, *, closed_by: object | None) -> bool:
    """Whether somebody ended an incident that is over. What a step ended is closed, and nobody closed it: what is
    watched was repaired by somebody."""
    return state is IncidentState.WATCHED or closed_by is not None


def disturbs(kind: StepKind, facts: Facts) -> bool:
    """Whether this step could touch a session that runs now."""
    if kind in HARMLESS:
        return False
    if kind in OF_OUTLET and facts.outlet:
        return facts.sessions_here > 0
    return facts.sessions_at_station > 0


def may(plan: PlaybookSet, kind: StepKind, facts: Facts) -> Verdict:
    """Whether a step is done now, later, or never. Nothing that disturbs a session goes unless the guard allows it."""
    guards = plan.guards
    if kind is StepKind.RESTART_SESSION and not guards.during_session:
        return Verdict("never", "This playbook may not touch a session, so it can't restart one.")
    wait = _hold(plan, kind, facts)
    if wait is None:
        return Verdict("go")
    if facts.now - facts.began >= PATIENCE:
        return Verdict("never", f"{wait.reason} It waited for {PATIENCE // timedelta(hours=1)} hours.")
    return wait


def _hold(plan: PlaybookSet, kind: StepKind, facts: Facts) -> Verdict | None:
    guards = plan.guards
    if kind is StepKind.WAIT:
        return None
    if facts.runs_today >= guards.max_per_day:
        return Verdict("never", f"The limit of {guards.max_per_day} runs a day at this station is reached.")
    if kind not in HARMLESS and quiet(guards.quiet_from, guards.quiet_to, facts.now, facts.zone):
        return Verdict("later", "Quiet hours.", quiet_end(guards.quiet_to, facts.now, facts.zone))
    if kind not in HARMLESS and facts.in_repair:
        return Verdict("later", REPAIRING, facts.now + BUSY_PAUSE)
    if disturbs(kind, facts) and not guards.during_session:
        return Verdict("later", "A session is running.", facts.now + BUSY_PAUSE)
    if facts.at_once >= guards.max_at_once and kind not in HARMLESS:
        return Verdict("later", f"{facts.at_once} stations are being treated already.", facts.now + BUSY_PAUSE)
    if not facts.online:
        return Verdict("later", "The station is not connected.", facts.now + OFFLINE_PAUSE)
    return None


def proven(rule: str, *, by_hand: bool, sent: bool, spoke: bool) -> bool:
    """Whether the end of an incident counts for its run. Of a silent station only its own word does: a socket that is
    gone, or new and mute, ends the incident as well. `by_hand`: somebody closed it; `sent`: something was tried."""
    return rule != SILENT or by_hand or not sent or spoke


def helped(rule: str, *, charges: bool) -> bool:
    """Whether the end of an incident speaks for what was tried. `charges`: somebody does there now, or began since."""
    return rule not in WHILE_CHARGING or charges


@dataclass(frozen=True, slots=True)
class Wish:
    """That a place be in service or out of it. `answered`: the station has said something to it."""

    operative: bool
    by_people: bool
    answered: bool


def left_out(latest_first: Sequence[Wish]) -> bool:
    """Whether a place that a playbook took out of service still has to be brought back: nobody has said anything since,
    and the station hasn't answered to that."""
    for one in latest_first:
        if one.by_people or (one.operative and one.answered):
            return False
        if not one.operative:
            return True
    return False


def _clock(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))


def quiet(begins: str, ends: str, now: datetime, zone: str) -> bool:
    if not begins or not ends or begins == ends:
        return False
    here, first, last = now.astimezone(ZoneInfo(zone)).time(), _clock(begins), _clock(ends)
    return first <= here < last if first < last else here >= first or here < last


def quiet_end(ends: str, now: datetime, zone: str) -> datetime:
    here, last = now.astimezone(ZoneInfo(zone)), _clock(ends)
    at = here.replace(hour=last.hour, minute=last.minute, second=0, microsecond=0)
    if at <= here:
        at = (here + timedelta(days=1)).replace(hour=last.hour, minute=last.minute, second=0, microsecond=0)
    return at.astimezone(now.tzinfo)


def problems(plan: PlaybookSet) -> list[tuple[str, str]]:
    """What can't work: (path, words)."""
    found = []
    for number, step in enumerate(plan.steps):
        path = f"$.steps[{number}]"
        if step.kind is StepKind.FIRMWARE and not step.url.startswith(("https://", "http://", "ftp://")):
            found.append((f"{path}.url", "Say where the firmware is."))
        if step.kind is StepKind.TRIGGER and not step.message:
            found.append((f"{path}.message", "Say which message is wanted."))
        if step.kind is StepKind.RESTART_SESSION and not plan.guards.during_session:
            found.append((path, "Restarting a session needs the permission to touch one."))
    if set(plan.codes) & set(plan.not_codes):
        found.append(("$.not_codes", "A fault code can't be meant and left alone at once."))
    if bool(plan.guards.quiet_from) != bool(plan.guards.quiet_to):
        found.append(("$.guards.quiet_to", "Quiet hours need a beginning and an end."))
    return found


def figures(runs: int, mended: int, failed: int) -> Figures:
    tried = mended + failed
    return Figures(runs=runs, mended=mended, failed=failed, rate=mended / tried if tried else None)


def said(
    days: int, fired: int, mended: int, tried: int, ended_first: int, held: int, *, latest: int | None = None
) -> str:
    """The result of a dry run in one sentence, and a second where only the `latest` incidents were looked at."""
    more = "" if latest is None else f" Only the latest {latest} incidents were looked at; there were more."
    if not fired:
        return f"In the last {days} days it would not have fired once.{more}"
    parts = [f"In the last {days} days it would have fired {fired} times"]
    if ended_first:
        parts.append(f"{ended_first} ended by themselves before its first step")
    if tried:
        parts.append(f"its steps were tried in {tried} of them and mended {mended}")
    else:
        parts.append("nobody has tried its steps in any of them yet")
    if held:
        parts.append(f"{held} more a guard would have held back")
    return "; ".join(parts) + f".{more}"
