"""What would have been found beside what really was. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True, kw_only=True)
class Firing:
    """One incident that would have been."""

    rule: str
    label: str
    title: str
    detail: str
    severity: str
    code: str
    fired_at: datetime
    began_at: datetime
    ended_at: datetime | None = None
    occurrences: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One that was. `label` of its outlet, empty for the station."""

    id: str
    rule: str
    label: str
    opened_at: datetime
    closed_at: datetime | None


NEAR = timedelta(minutes=15)
"""Two rules, or two thresholds, may see the same a little apart."""


def _apart(one: Firing, real: Incident) -> timedelta | None:
    """How long one was over before the other began; None: about something else."""
    if (real.rule, real.label) != (one.rule, one.label):
        return None
    if one.ended_at is not None and one.ended_at < real.opened_at:
        return real.opened_at - one.ended_at
    if real.closed_at is not None and real.closed_at < one.fired_at:
        return one.fired_at - real.closed_at
    return timedelta(0)


def matched(firings: Collection[Firing], incidents: Collection[Incident]) -> tuple[dict[int, str], dict[str, int]]:
    """(number of the firing → the incident that it would have been, rule → incidents that wouldn't have been)."""
    found: dict[int, str] = {}
    for number, one in enumerate(firings):
        for real in incidents:
            if _apart(one, real) == timedelta(0):
                found[number] = real.id
                break
    taken = set(found.values())
    near = sorted(
        (apart, number, real.id)
        for number, one in enumerate(firings)
        if number not in found
        for real in incidents
        if real.id not in taken and (apart := _apart(one, real)) is not None and apart <= NEAR
    )
    for _, number, name in near:
        if number not in found and name not in taken:
            found[number] = name
            taken.add(name)
    missed: dict[str, int] = {}
    for real in incidents:
        if real.id not in taken:
            missed[real.rule] = missed.get(real.rule, 0) + 1
    return found, missed


def said(days: int, fired: int, now: int | None, happened: int, missed: int, outcomes: Mapping[str, int]) -> str:
    """The result in one sentence."""
    if not fired:
        return f"In the last {days} days it would not have fired once."
    parts = [f"In the last {days} days it would have fired {fired} times"]
    if outcomes.get("mended") or outcomes.get("not_mended"):
        parts.append(f"its steps were tried in {outcomes.get('mended', 0) + outcomes.get('not_mended', 0)} of them "
                     f"and mended {outcomes.get('mended', 0)}")  # fmt: skip
    if now is not None:
        parts.append(f"with the thresholds of today {now} times")
    parts.append(f"{happened} of them were incidents in truth")
    if missed:
        parts.append(f"{missed} that were would not have been found")
    return "; ".join(parts) + "."
