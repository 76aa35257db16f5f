"""What the incidents page decides without a screen: order, filters, what was done. Pure."""

from collections.abc import Callable, Iterable, Mapping

from shared.operations import Incident, IncidentState, Severity
from shared.remedies import RemedyState
from shared.said import told

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
    return " ".join(part for part in (words(word), told(one.remedy_detail, words)) if part)


def meaning(incident: Incident, words: Words) -> str:
    """What was seen and what to do, in one line."""
    return " ".join(told(part, words) for part in (incident.detail, incident.advice) if part)
