"""Decisions about transactions. Pure: they know no tables and no sockets.

What stations do that must not cost anybody money is in here: clocks of 1970, stops that never come, messages that come
twice. What their meters are worth is in `meter_rules`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from backend.transactions.flow_rules import FLOWS, Point, turned
from backend.transactions.meter_rules import UNKNOWN_SPAN, final_energy, judge_late, judge_register, unread
from backend.transactions.model import Ended, Report, Sample, Started
from shared.stations import ConnectorStatus
from shared.transactions import TransactionState

R = TypeVar("R", bound=Report)
FUTURE = timedelta(minutes=10)
OLDEST = timedelta(days=400)


def sane_time(at: datetime, received: datetime, *, floor: datetime | None = None) -> tuple[datetime, bool]:
    """(a time that can be used, whether the station's clock was wrong). Queued messages may be old, not ancient."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if received - OLDEST < at < received + FUTURE:
        return at if at.tzinfo is UTC else at.astimezone(UTC), False
    return max(received, floor) if floor else received, True


def usable(value: int | None, bits: int = 64) -> int | None:
    """A number as it can be stored; None for one that no meter and no counter can mean."""
    return value if value is not None and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def _small(value: int | None) -> bool:
    """Whether every column holds it: then nothing needs a closer look."""
    return value is None or 0 <= value < 2**31


def with_usable_numbers(report: R) -> R:
    """Without numbers that no column holds: a message must never fail again and again for such a one."""
    numbers = report.number, report.evse, report.seq_no, report.connector, getattr(report, "meter_wh", None)
    if all(map(_small, numbers)) and report.connector and (report.ref is None or len(report.ref) <= 36):
        return report
    values: dict[str, Any] = {
        "number": usable(report.number),
        "evse": usable(report.evse, 32),
        "connector": usable(report.connector, 32) or 1,
        "seq_no": usable(report.seq_no, 32),
        "ref": report.ref[:36] if report.ref is not None else None,
    }
    if isinstance(report, Started | Ended):
        values["meter_wh"] = usable(report.meter_wh)
    return msgspec.structs.replace(report, **values)


def asked_for(waiting: Sequence[Any], report: Report) -> Any | None:
    """Which of the rows that wait for their start this report is about; None: none of them.

    By the id of the remote start, by the token, and last by the mere word that a remote start caused it.
    """
    if report.remote_start_id is not None:
        for row in waiting:
            if row["number"] == report.remote_start_id:
                return row
    token = (report.id_token or "").lower()
    if token:
        found = [row for row in waiting if row["id_token"].lower() == token]
    else:
        found = [row for row in waiting if report.remote and report.evse in (None, row["evse"])]
        found = found if len(found) == 1 else []
    # A station that was asked without a connector, or lets the driver choose, may begin on another one.
    return next((row for row in found if row["evse"] == report.evse), found[0] if found else None)


def unclaimed(row: Any) -> bool:
    """Whether a transaction runs for nobody yet: a 2.0.1 station began it with the cable, the token comes later."""
    return bool(
        row["state"] == TransactionState.ACTIVE
        and row["ref"] is not None
        and row["account"] is None
        and not row["id_token"]
        and row["requested_at"] is None
    )


def missing_numbers(last: int | None, seen: int | None) -> bool:
    """Whether seqNo leaves a gap (2.0.1 E04.FR.02: they count up by one)."""
    return seen is not None and last is not None and seen > last + 1


def merge_flags(known: Iterable[str], *new: str) -> list[str]:
    return sorted({*known, *filter(None, new)})


# --- may somebody start --------------------------------------------------------------------------------------

STARTABLE = frozenset(
    {ConnectorStatus.AVAILABLE, ConnectorStatus.OCCUPIED, ConnectorStatus.FINISHING, ConnectorStatus.UNKNOWN}
)


def why_not_start(
    *,
    accepted: bool,
    online: bool,
    operative: bool,
    status: ConnectorStatus,
    taken: bool,
    own_sessions: int,
    held: bool | None = None,
) -> tuple[str, str] | None:
    """(code, plain words) of what stands in the way of a start; None: nothing.

    `held`: whether the connector is reserved for the one who starts; None: no reservation of ours.
    """
    if not accepted or not online:
        return "station_offline", "This charger is offline. Please choose another one."
    if taken:
        return "connector_taken", "Somebody is charging here already. Please choose another connector."
    if not operative or status is ConnectorStatus.UNAVAILABLE:
        return "connector_unavailable", "This connector is out of service. Please choose another one."
    if status is ConnectorStatus.FAULTED:
        return "connector_faulted", "This connector reports a fault. Please choose another one."
    if held is False or (status is ConnectorStatus.RESERVED and not held):
        return "connector_reserved", "This connector is reserved for somebody else."
    if own_sessions:
        return "already_charging", "You have a session already; stop it first."
    if status not in STARTABLE and status is not ConnectorStatus.RESERVED:
        return "connector_taken", "This connector is in use."
    return None


def thin_out(points: Sequence[Any], most: int) -> list[Any]:
    """At most `most` points of a curve, evenly chosen, first and last kept."""
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(number * step)] for number in range(most)]


def newest(samples: Sequence[Sample]) -> list[Sample]:
    """In the order of time; several of one moment become one (stations split phases over messages)."""
    if len(samples) < 2:
        return list(samples)
    merged: dict[datetime, Sample] = {}
    for sample in samples:
        known = merged.get(sample.at)
        if known is None:
            merged[sample.at] = sample
        else:
            filled = {
                name: getattr(sample, name)
                for name in sample.__struct_fields__
                if getattr(known, name) is None and getattr(sample, name) is not None
            }
            merged[sample.at] = msgspec.structs.replace(known, **filled)
    return [merged[at] for at in sorted(merged)]


# --- what a report changes -----------------------------------------------------------------------------------


def follow(
    row: Mapping[str, Any], report: Report, power_limit_w: int, *, running: bool, now: datetime
) -> tuple[list[Point], dict[str, Any]]:
    """(readings to store, what changes in the transaction's row) after a report. `running`: what it says counts."""
    doubt = UNKNOWN_SPAN if report.clock_wrong or "clock_wrong" in row["flags"] else timedelta(0)
    flags: list[str] = []
    last_wh, last_at = row["meter_last_wh"], row["meter_last_at"]
    values: dict[str, Any] = {}
    points: list[Point] = []
    state = report.charging_state or row["charging_state"]
    # A station that named its unit right once doesn't get it wrong later: such a register went backwards or jumped.
    unit_in_doubt = last_at in (None, row["begun_at"]) or "unit_mended" in row["flags"]
    for sample in report.readings:
        trusted, wh = True, sample.energy_wh
        if wh is not None:
            if last_at is not None and sample.at < last_at:
                verdict = judge_late(row, wh, sample.energy_other_wh, sample.at, last_wh, doubt, power_limit_w)
                trusted, wh = verdict.trusted, verdict.wh
                flags.append(verdict.flag)
            else:
                since = last_at - doubt if last_at is not None else None
                other_wh = sample.energy_other_wh if unit_in_doubt else None
                verdict = judge_register(wh, other_wh, sample.at, last_wh, since, power_limit_w)
                trusted, wh = verdict.trusted, verdict.wh
                flags.append(verdict.flag)
                if trusted:
                    unit_in_doubt = unit_in_doubt and verdict.flag != ""
                    last_wh, last_at = wh, sample.at
        points.append(
            (
                sample.at,
                wh,
                sample.power_w,
                sample.soc_percent,
                sample.current_a,
                sample.voltage_v,
                state,
                sample.context,
                trusted and running,
                sample.phase_voltages or None,
                sample.phase_currents or None,
                sample.offered_w,
            )
        )
        if sample.power_w is not None:
            values["power_w"] = sample.power_w
            values["max_power_w"] = max(row["max_power_w"], values.get("max_power_w", 0), sample.power_w)
        if sample.soc_percent is not None:
            values["soc_percent"] = sample.soc_percent
    if not running:
        return points, {}
    if (turn := turned(row, report, points, last_wh, last_at)) is not None:
        points.append(turn)
    if last_wh is not None:
        start = row["meter_start_wh"] if row["meter_start_wh"] is not None else last_wh
        values |= {"meter_start_wh": start, "meter_last_wh": last_wh, "meter_last_at": last_at}
        values["energy_wh"] = max(0, last_wh - start)
    if row["state"] == TransactionState.ENDED:
        values |= {"ended_at": max(last_at or row["ended_at"], row["ended_at"]), "power_w": None}
    elif report.charging_state:
        values["charging_state"] = report.charging_state
        if report.charging_state not in FLOWS and "power_w" not in values:
            values["power_w"] = 0
    if missing_numbers(row["seq_no_last"], report.seq_no):
        flags.append("messages_missing")
    if report.seq_no is not None:
        values["seq_no_last"] = max(report.seq_no, row["seq_no_last"] or 0)
    if report.offline:
        flags.append("offline")
    values["flags"] = merge_flags(row["flags"], *flags) if any(flags) else row["flags"]
    values["updated_at"] = now
    return points, values


def says_more(report: Report) -> bool:
    """Whether there is anything in it beyond itself: a 1.6 start, or a stop without data, is just that."""
    return bool(report.readings or report.charging_state or report.seq_no is not None or report.offline)


def closing(row: Mapping[str, Any], report: Ended, power_limit_w: int, now: datetime) -> dict[str, Any]:
    """What changes in the row of a transaction that ends with this report, beside its state."""
    begun_at = row["begun_at"] or report.at
    ended_at = max(report.at, begun_at)
    doubt = UNKNOWN_SPAN if report.clock_wrong or "clock_wrong" in row["flags"] else timedelta(0)
    last_wh, last_at = row["meter_last_wh"], row["meter_last_at"]
    energy = final_energy(
        row["meter_start_wh"], last_wh, last_at, report.meter_wh, None, begun_at - doubt, ended_at, power_limit_w
    )
    ours = ("estimated_close", "estimated", "unstopped", "no_readings")
    known = [flag for flag in row["flags"] if flag not in ours]
    readings = [one for one in report.readings if one.energy_wh is not None]
    unbelieved = report.meter_wh is None and readings and readings[-1].at > (last_at or begun_at)
    wrong = "clock_wrong" if report.clock_wrong else ""
    silent = "no_readings" if unread(row, report.meter_wh, ended_at, report.reason) else ""
    return {
        "ended_at": ended_at,
        "energy_wh": energy.wh,
        "meter_last_wh": energy.stop_wh,
        "meter_last_at": ended_at,
        "power_w": None,
        "charging_state": None,
        "stop_reason": report.reason[:40],
        "flags": merge_flags(known, *energy.flags, wrong, silent, "estimated" if unbelieved else ""),
        "updated_at": now,
    }


def last_point(row: Mapping[str, Any]) -> Point | None:
    """The register that a transaction ended with, as a reading."""
    wh = row["meter_last_wh"]
    if wh is None:
        return None
    return row["ended_at"], wh, 0, None, None, None, "idle", "Transaction.End", True, None, None, None
