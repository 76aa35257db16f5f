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


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident that was, or would have been. `sent`: what the station was sent while it lasted."""

    station: Any
    rule: str
    code: str
    model: str
    zone: str
    opened_at: datetime
    ended_at: datetime | None
    in_session: bool
    sent: Sequence[Sent] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`held`: the guard that would have held it back."""

    kind: str
    held: str = ""


def outcomes(plan: PlaybookSet, cases: Sequence[Case]) -> list[Outcome]:
    """One for each case; cases in the order of time, so that limits a day count."""
    at: dict[Any, list[datetime]] = {}
    return [_outcome(plan, one, at) for one in cases]


def _outcome(plan: PlaybookSet, one: Case, at: dict[Any, list[datetime]]) -> Outcome:
    if not rules.matches(plan, one.rule, one.code, one.model):
        return Outcome(UNMATCHED)
    if reason := _held(plan, one, at.get(one.station, [])):
        return Outcome(HELD, reason)
    first = timedelta(seconds=_until_first(plan))
    if one.ended_at is not None and one.ended_at < one.opened_at + first:
        return Outcome(ENDED_FIRST)
    at.setdefault(one.station, []).append(one.opened_at)
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


def _held(plan: PlaybookSet, one: Case, before: Sequence[datetime]) -> str:
    """The guard that would have held it back, empty for none."""
    day = [moment for moment in before if one.opened_at - moment < timedelta(days=1)]
    if len(day) >= plan.guards.max_per_day:
        return "limit a day"
    if one.in_session and not plan.guards.during_session:
        return "a session was running"
    if rules.quiet(plan.guards.quiet_from, plan.guards.quiet_to, one.opened_at, one.zone):
        return "quiet hours"
    return ""
