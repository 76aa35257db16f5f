"""What a request about customers must say, and what stations' words for monitors mean."""

from collections.abc import Mapping, Sequence

from backend.monitoring.model import Happened
from shared.monitoring import CustomerRequest

WORDS: Mapping[str, str] = {
    "Accepted": "",
    "UnknownComponent": "The station has no such component.",
    "UnknownVariable": "The component has no such variable.",
    "UnsupportedMonitorType": "The variable can't be watched in this way.",
    "Duplicate": "The variable has a monitor of this type and severity already.",
    "Rejected": "The station refused.",
    "NotFound": "The station has no such monitor.",
}
PROBLEM_SEVERITY, ALERT_SEVERITY = 3, 5
"""Error and alert (2.0.1 part 2, SetMonitoringDataType)."""


def explained(status: str) -> str:
    return WORDS.get(status, f"The station answered {status}." if status else "The station said nothing of it.")


def customer_problem(wanted: CustomerRequest) -> str:
    """Why it can't be sent; empty if it can (N09, N10)."""
    if not wanted.report and not wanted.clear:
        return "Ask for a report, for deletion, or for both."
    ways = [bool(wanted.id_token), bool(wanted.customer_identifier), wanted.certificate is not None]
    if sum(ways) != 1:
        return "Name the customer in one way: an id token, an identifier, or a certificate."
    return ""


def storable(one: Happened) -> bool:
    """Whether its numbers are ones that a column can hold."""
    return all(number is None or abs(number) < 2**63 for number in (one.number, one.cause, one.monitor))


def in_order(texts: Mapping[str, str]) -> str:
    """The parts of a text by their numbers."""
    return "".join(texts[number] for number in sorted(texts, key=int))


def everything(asked: Mapping[str, Sequence[object]]) -> bool:
    """Whether a report of monitors was asked for that leaves none out."""
    return not asked.get("criteria") and not asked.get("variables")
