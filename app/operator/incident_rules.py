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


EVIDENCE = {
    "code": "Code",
    "vendor's code": "Maker's code",
    "says": "It says",
    "component": "Component",
    "variable": "Variable",
    "value": "Value",
    "voltage_v": "Voltage, V",
    "voltages": "Voltages, V",
    "currents": "Currents, A",
    "power_w": "Power, W",
    "offered_w": "Offered, W",
    "energy_wh": "Meter, Wh",
    "energies_wh": "Energies, Wh",
    "gained_wh": "Energy that came, Wh",
    "possible_wh": "Possible, Wh",
    "minutes": "Minutes",
    "seconds": "Seconds",
    "hours": "Hours",
    "off_s": "Off by, seconds",
    "days_left": "Days left",
    "firmware": "Firmware",
    "round_trip_ms": "Answer to a ping, ms",
    "usual_ms": "Usual answer, ms",
    "lost pings in percent": "Lost pings, %",
    "lost connections in an hour": "Lost connections in an hour",
    "failed starts": "Failed starts",
    "sessions": "Sessions",
    "reasons": "Reasons",
    "usual a day": "Usual a day",
    "peers": "Peers, against their usual",
    "reports": "Reports",
    "tried here": "Tried to charge here",
    "stations": "Stations",
    "stations of the site": "Stations of the site",
    "places": "Places",
    "faults": "Faults",
    "first": "The first one",
    "rule": "Rule",
    "error": "Error",
}
"""What a rule saw, by name; what has none here is no matter for people."""


def evidence(values: Mapping[str, str], words: Words) -> list[tuple[str, str]]:
    return [(words(EVIDENCE[name]), told(value, words)) for name, value in values.items() if name in EVIDENCE and value]


def meaning(incident: Incident, words: Words) -> str:
    """What was seen and what to do, in one line."""
    return " ".join(told(part, words) for part in (incident.detail, incident.advice) if part)
