"""How far a report is, and how many variables fit into one message."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from backend.commands import VariableKey, VariableValue
from shared.devices import ReportBase, ReportState

PATIENCE = timedelta(minutes=2)
"""After so long without a word of it nothing more is expected of a report."""
BASES: Mapping[ReportBase, str] = {
    ReportBase.FULL: "FullInventory",
    ReportBase.CONFIGURATION: "ConfigurationInventory",
    ReportBase.SUMMARY: "SummaryInventory",
}
EMPTY = "EmptyResultSet"
AROUND = 160
"""What the names of fields, brackets and quotes of one variable take in a message, at most."""
WORDS = {
    "": "The station was asked and has not answered.",
    "NotSupported": "The station doesn't support this.",
    EMPTY: "Nothing on the station fits.",
    "Rejected": "The station refused.",
    "UnknownComponent": "The station has no such component.",
    "UnknownVariable": "The component has no such variable.",
    "NotSupportedAttributeType": "The variable has no such attribute.",
    "RebootRequired": "It takes effect after a restart.",
    "Accepted": "",
}

T = TypeVar("T")


def is_number(value: int) -> bool:
    """Whether it can be one of ours: a column holds it."""
    return -(2**31) <= value < 2**31


def missing(parts: Sequence[int], last: int | None) -> list[int]:
    """Numbers that should have come. Some stations begin at 1 (B07 says 0)."""
    if not parts:
        return []
    first = 1 if 0 not in parts and 1 in parts else 0
    end = max(max(parts), last or 0)
    seen = set(parts)
    return [number for number in range(first, min(end, first + 10_000) + 1) if number not in seen]


def state(
    status: str,
    parts: Sequence[int],
    last: int | None,
    asked_at: datetime,
    heard_at: datetime | None,
    now: datetime,
    *,
    expected: bool = True,
) -> ReportState:
    """`expected`: whether an accepted request promises any part at all."""
    if not parts:
        if status == EMPTY:
            return ReportState.EMPTY
        if status not in ("", "Accepted"):
            return ReportState.REFUSED
        if status and not expected:
            return ReportState.COMPLETE
        return ReportState.SILENT if now - asked_at > PATIENCE else ReportState.WAITING
    if last is not None and not missing(parts, last):
        return ReportState.COMPLETE
    over = now - (heard_at or asked_at) > PATIENCE
    return ReportState.INCOMPLETE if over else ReportState.RECEIVING


def explained(state_now: ReportState, status: str) -> str:
    match state_now:
        case ReportState.SILENT:
            return "The station was asked, and nothing came."
        case ReportState.INCOMPLETE:
            return "Parts of the report never came."
        case ReportState.REFUSED | ReportState.EMPTY:
            return WORDS.get(status, f"The station answered {status}.")
    return ""


def limit(values: Mapping[str, str], name: str) -> int | None:
    """A limit that a station told of itself; None where it told none, or nonsense. One that is told for all messages,
    without an instance, counts for each."""
    text = (values.get(name) or values.get(name.partition("/")[0]) or "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else None


def size(key: VariableKey) -> int:
    """About how many bytes it takes in a message, rather too many than too few."""
    value = key.value if isinstance(key, VariableValue) else ""
    return AROUND + sum(len(text.encode()) for text in (key.component, key.name, value))


def batches(items: Sequence[T], most: int | None, room: int | None, size_of: Callable[[T], int]) -> list[list[T]]:
    """`items` in order, in groups of at most `most` that take at most `room` bytes; one that is larger goes alone."""
    found: list[list[T]] = []
    used = 0
    for one in items:
        needs = size_of(one)
        full = not found or (most is not None and len(found[-1]) >= most) or (room is not None and used + needs > room)
        if full:
            found.append([])
            used = 0
        found[-1].append(one)
        used += needs
    return found
