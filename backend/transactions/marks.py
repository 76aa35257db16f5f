"""By what a message of a transaction is known again, whatever its message id: what it says. Pure."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from backend.transactions.model import Ended, Report, Started, Updated


def fingerprint(report: Report) -> str:
    """The same for a message and its repetition, whatever its message id: what it says."""
    at = _utc(report.at)  # a station that changed its time zone says the same moment in other words
    if report.ref is not None:
        said: list[Any] = [type(report).__name__, report.ref, report.seq_no, at]
        if isinstance(report, Updated):  # there are stations that number all of them 0
            last = report.readings[-1] if report.readings else None
            said += [report.charging_state, report.id_token, last and [_utc(last.at), last.energy_wh, last.power_w]]
    elif isinstance(report, Started):
        said = ["Started", report.evse, (report.id_token or "").lower(), report.meter_wh, at]
    else:
        meter = report.meter_wh if isinstance(report, Ended) else None
        said = [type(report).__name__, report.number, meter, at]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:  # of the year 1, or 9999
        return at


def next_mark(mark: str, number: int) -> str:
    """For a message that says the same as an earlier one and isn't its repetition."""
    return hashlib.sha256(f"{mark} after {number}".encode()).hexdigest()
