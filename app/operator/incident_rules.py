"""What the incidents page decides without a screen: order, filters, and the backend's sentences in the person's
language. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from shared.operations import Incident, IncidentState, Severity
from shared.remedies import RemedyState

Words = Callable[[str], str]
WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
SEVERITY_WORDS = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.INFO: "For your information"}
FILTERS = {
    IncidentState.OPEN: "Needs you",
    IncidentState.ACKNOWLEDGED: "In hand",
    IncidentState.IN_REPAIR: "In repair",
    IncidentState.WATCHED: "Watched",
    IncidentState.CLOSED: "Closed",
}


IN_HAND = (IncidentState.ACKNOWLEDGED, IncidentState.IN_REPAIR, IncidentState.WATCHED)


def in_order(known: Iterable[Incident], state: IncidentState) -> list[Incident]:
    """Those in a state: the worst first, then the newest. In hand is also what is being repaired or watched."""
    wanted = IN_HAND if state is IncidentState.ACKNOWLEDGED else (state,)
    newest = sorted((one for one in known if one.state in wanted), key=lambda one: one.opened_at, reverse=True)
    return sorted(newest, key=lambda one: WORST_FIRST.index(one.severity))


def with_wishes(known: Iterable[Incident], wishes: Mapping[str, Incident]) -> list[Incident]:
    """What somebody just decided is shown at once, until the backend tells the same or something newer."""
    return [wishes.get(one.id, one) for one in known]


def kept(wishes: Mapping[str, Incident], known: Iterable[Incident]) -> dict[str, Incident]:
    """The wishes that the backend hasn't told yet."""
    told = {one.id: one.state for one in known}
    return {name: wish for name, wish in wishes.items() if told.get(name) not in (None, wish.state)}


SENTENCES = (
    "Connector {label} reports {what} and is out of service.",
    "Connector {label} reports {what} and is still in service.",
    "The station reports {what} and is out of service.",
    "The station reports {what} and is still in service.",
    "It is connected, but has said nothing for more than {n} seconds.",
    "Connector {label}: {n} starts failed within an hour and none succeeded since.",
    "Connector {label}: the energy register of session {n} fell while it was charging.",
    "Connector {label}: one driver reports a problem, {n} of them tried to charge here.",
    "Connector {label}: {count} drivers report a problem, {n} of them tried to charge here.",
    "It says: {info}",
    "The last one: {why}",
    "{error} (vendor's code {code})",
)
"""Sentences of the backend's rules that hold values, so that they can be said in another language."""


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", sentence)
    return re.compile("".join(f"(?P<{part[1:-1]}>.+?)" if part[:1] == "{" else re.escape(part) for part in parts))


def told(text: str, words: Words) -> str:
    """A detail or advice in the person's language; what nobody translated stays as it came."""
    direct = words(text)
    if direct != text:
        return direct
    found = []
    for part in re.split(r"(?<=\.) (?=It says: |The last one: )", text):
        for sentence in SENTENCES:
            match = _pattern(sentence).fullmatch(part)
            if match is not None and words(sentence) != sentence:
                part = words(sentence).format(
                    **{name: _value(name, one, words) for name, one in match.groupdict().items()}
                )
                break
        found.append(part)
    return " ".join(found)


DONE = {
    RemedyState.RUNNING: "A playbook is at work.",
    RemedyState.WAITING: "A playbook waits.",
    RemedyState.ASKS: "A playbook asks for your yes.",
    RemedyState.MENDED: "A playbook mended it.",
    RemedyState.FAILED: "A playbook couldn't mend it.",
    RemedyState.STOPPED: "A playbook was stopped.",
}


def done(one: Incident, words: Words) -> str:
    """What the house already did about it; empty where it did nothing."""
    word = DONE.get(RemedyState(one.remedy)) if one.remedy else None
    if word is None:
        return ""
    return " ".join(part for part in (words(word), words(one.remedy_detail)) if part)


def _value(name: str, value: str, words: Words) -> str:
    return told(value, words) if name in ("what", "why") else value


def meaning(incident: Incident, words: Words) -> str:
    """What was seen and what to do, in one line."""
    return " ".join(told(part, words) for part in (incident.detail, incident.advice) if part)
