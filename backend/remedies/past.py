"""What a playbook would have done about incidents of the past, and what was really sent there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.remedies import rules
from shared.remedies import PlaybookSet, StepKind

ACTIONS = {
    StepKind.TRIGGER: ("Trigger", None),
    StepKind.UNLOCK: ("Unlock", None),
    StepKind.SOFT_RESET: ("Reset", False),
    StepKind.HARD_RESET: ("Reset", True),
    StepKind.AVAILABILITY: ("SetAvailability", None),
    StepKind.CLEAR_PROFILES: ("ClearProfiles", None),
    StepKind.RESTART_SESSION: ("RequestStop", None),
    StepKind.FIRMWARE: ("UpdateFirmware", None),
}
UNMATCHED, HELD, ENDED_FIRST = "", "held", "ended_first"
MENDED, NOT_MENDED, UNTRIED = "mended", "not_mended", "untried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A command that a station was sent."""

    action: str
    at: datetime
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One at the station; `ended_at` None: it goes on."""

    outlet: str
    begun_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident that was, or would have been. `outlet`: named as in `sessions`, those at the whole station; empty:
    of the station. `sent`: what the station was sent while it lasted."""

    station: Any
    rule: str
    code: str
    model: str
    zone: str
    opened_at: datetime
    ended_at: datetime | None
    outlet: str = ""
    sessions: Sequence[Session] = ()
    sent: Sequence[Sent] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`held`: the guard that would have held it back, until it was over or for too long."""

    kind: str
    held: str = ""


def outcomes(plan: PlaybookSet, cases: Sequence[Case]) -> list[Outcome]:
    """One for each case; cases in the order of time, so that limits a day count."""
    at: dict[Any, list[datetime]] = {}
    return [_outcome(plan, one, at) for one in cases]


def _outcome(plan: PlaybookSet, one: Case, at: dict[Any, list[datetime]]) -> Outcome:
    if not rules.matches(plan, one.rule, one.code, one.model):
        return Outcome(UNMATCHED)
    first = one.opened_at + timedelta(seconds=_until_first(plan))
    if one.ended_at is not None and one.ended_at < first:
        return Outcome(ENDED_FIRST)
    due, guard = _due(plan, one, first)
    before = [moment for moment in at.get(one.station, []) if due - moment < timedelta(days=1)]
    if len(before) >= plan.guards.max_per_day:
        return Outcome(HELD, "limit a day")
    if guard and (due - one.opened_at >= rules.PATIENCE or (one.ended_at is not None and one.ended_at <= due)):
        return Outcome(HELD, guard)
    at.setdefault(one.station, []).append(due)
    sent = [each for each in one.sent if _of_plan(plan, each)]
    if not sent:
        return Outcome(UNTRIED)
    longest = timedelta(seconds=max(step.verify_s for step in plan.steps))
    return Outcome(MENDED if one.ended_at is not None and one.ended_at - sent[-1].at <= longest else NOT_MENDED)


def _of_plan(plan: PlaybookSet, one: Sent) -> bool:
    for step in plan.steps:
        action, hard = ACTIONS.get(step.kind, ("", None))
        if one.action == action and (hard is None or one.hard is hard):
            return True
    return False


def _until_first(plan: PlaybookSet) -> int:
    waited = 0
    for step in plan.steps:
        if step.kind is not StepKind.WAIT:
            break
        waited += step.verify_s
    return waited


def _due(plan: PlaybookSet, one: Case, first: datetime) -> tuple[datetime, str]:
    """When its first step would have gone, and the guard that it waited for last. What disturbs nobody goes at once."""
    kind = next((step.kind for step in plan.steps if step.kind is not StepKind.WAIT), StepKind.WAIT)
    due, guard, latest = first, "", one.opened_at + rules.PATIENCE
    while kind not in rules.HARMLESS and due < latest:
        running = [each for each in one.sessions if _in_the_way(each, kind, one.outlet, due)]
        if running and not plan.guards.during_session:
            due, guard = max(each.ended_at or latest for each in running), "a session was running"
        elif rules.quiet(plan.guards.quiet_from, plan.guards.quiet_to, due, one.zone):
            due, guard = rules.quiet_end(plan.guards.quiet_to, due, one.zone), "quiet hours"
        else:
            break
    return due, guard


def near(session: Session, opened_at: datetime) -> bool:
    """Whether it could have held back a run for an incident that opened then."""
    return session.begun_at <= opened_at + rules.PATIENCE and (session.ended_at is None or session.ended_at > opened_at)


def _in_the_way(session: Session, kind: StepKind, outlet: str, at: datetime) -> bool:
    there = session.begun_at <= at and (session.ended_at is None or session.ended_at > at)
    return there and (kind not in rules.OF_OUTLET or not outlet or session.outlet == outlet)
