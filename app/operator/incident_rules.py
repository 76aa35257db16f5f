"""What the incidents page decides without a screen: order, filters, and the backend's sentences in the person's
language. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from shared.operations import Incident, IncidentState, Severity

Words = Callable[[str], str]
WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
SEVERITY_WORDS = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.INFO: "For your information"}
FILTERS = {
    IncidentState.OPEN: "Needs you",
    IncidentState.ACKNOWLEDGED: "In hand",
    IncidentState.CLOSED: "Closed",
}


def in_order(known: Iterable[Incident], state: IncidentState) -> list[Incident]:
    """Those in a state: the worst first, then the newest."""
    newest = sorted((one for one in known if one.state is state), key=lambda one: one.opened_at, reverse=True)
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


def _value(name: str, value: str, words: Words) -> str:
    return told(value, words) if name in ("what", "why") else value


def meaning(incident: Incident, words: Words) -> str:
    """What was seen and what to do, in one line."""
    return " ".join(told(part, words) for part in (incident.detail, incident.advice) if part)


TITLES = (
    "Fault without a reason",
    "Plug lock doesn't move",
    "No understanding with the car",
    "Residual current protection tripped",
    "Too hot inside",
    "Internal error of the station",
    "List of cards is out of step",
    "Error the standard has no name for",
    "Over-current protection tripped",
    "Mains voltage too high",
    "Energy meter can't be read",
    "Power contactor fails",
    "Card reader fails",
    "Restart failed",
    "Mains voltage too low",
    "Weak radio signal",
    "Station is offline",
    "Station is silent",
    "Charging doesn't start",
    "Meter ran backwards",
)
ADVICE = (
    "Restart the station. If the fault comes back, read its display and send a technician.",
    "Try Unlock cable. If that doesn't help, look for dirt or ice in the socket on site.",
    "Ask the driver to unplug, wait ten seconds and plug in again. Several cars in a row: check cable and socket.",
    "Keep the connector out of service. An electrician must find the cause and reset the protection.",
    "It charges slower or pauses until it has cooled. Check fans, filters and sun exposure if it happens again.",
    "Restart the station. If the error comes back, ask the manufacturer with the log of this station.",
    "The station's own list of cards contradicts ours. Clear the station's cache and list; charging goes on.",
    "The vendor's code tells more: look it up in the station's manual. Restarting often helps.",
    "Keep the connector out of service until an electrician has checked wiring and protection.",
    "Wait for the grid to recover. If it lasts, measure the supply and call the network operator.",
    "Sessions can't be billed by the meter. Restart the station, then have the meter checked.",
    "Keep the connector out of service: the contactor may be welded. A technician must replace it.",
    "Drivers can still start from the app. Restart the station; have the reader replaced if that doesn't help.",
    "Try a hard reset. If that fails too, somebody must switch the station off and on again on site.",
    "Wait for the grid to recover. If it lasts, check the feed and what else is drawing from it.",
    "The station may drop out. Check the antenna, or use a wired network or another provider.",
    "Check the station's power and network. Sessions that were running go on and are reported later.",
    "Ask it for a heartbeat (Trigger). Without an answer, restart it.",
    "Try a start yourself and read the station's log. If it refuses, restart it.",
    "Check the bill of this session, then have the meter or its connection to the station checked.",
)
DETAILS = ("The connection was lost and didn't come back within a minute.", "a fault")
"""What the backend's rules say, for the dictionaries: a test of both compares them."""
