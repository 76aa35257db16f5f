"""Whether energy flows, and who holds it back where it doesn't. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.tariffs.periods import Hold
from backend.transactions.model import Report
from shared.stations import ConnectorStatus
from shared.transactions import ChargingState, TransactionState

CHARGING_STATE_OF_STATUS = {
    ConnectorStatus.CHARGING: ChargingState.CHARGING,
    ConnectorStatus.SUSPENDED: ChargingState.SUSPENDED_EV,
    ConnectorStatus.FINISHING: ChargingState.IDLE,
}
FLOWS = frozenset({ChargingState.CHARGING.value})
BY_STATUS = "Status"
"""The context of a reading that only a change of state made: its register is the last one known, told by nobody."""
DECLINED = frozenset({ChargingState.SUSPENDED_EV.value, ChargingState.IDLE.value})
"""The car takes nothing of its own accord."""

_Phases = tuple[float, ...] | None
Point = tuple[
    datetime, int | None, int | None, int | None, Any, Any, str | None, str, bool, _Phases, _Phases, int | None
]
"""A reading as it is stored, in the order of store.READING_COLUMNS."""


def flows(charging_state: str | None) -> bool | None:
    """Whether energy flows in this state; None: the station doesn't tell."""
    return None if charging_state is None else charging_state in FLOWS


def telling(readings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without those in the midst of charging, whose register lies between its neighbours': in the order of time, each
    with a register. What is charged from the first to the last of them is the same."""
    found, last = list(readings[:1]), len(readings) - 1
    for n, one in enumerate(readings[1:], 1):
        state, wh, before = one["charging_state"], one["energy_wh"], readings[n - 1]
        if (
            n == last
            or state not in FLOWS
            or before["charging_state"] != state
            or not before["energy_wh"] <= wh <= readings[n + 1]["energy_wh"]
        ):
            found.append(one)
    return found


def state_of(status: ConnectorStatus, withheld: bool) -> ChargingState | None:
    """What the status of an outlet says of the session there (1.6); None: nothing. `withheld`: it suspends the session
    because the station gives nothing (SuspendedEVSE)."""
    if status is ConnectorStatus.SUSPENDED and withheld:
        return ChargingState.SUSPENDED_EVSE
    return CHARGING_STATE_OF_STATUS.get(status)


def holds(stored: Iterable[Sequence[str]]) -> list[Hold]:
    """As a transaction's row keeps them."""
    return [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in stored]


def noted(known: Iterable[Sequence[str]], now: datetime, to_come: Iterable[Hold]) -> list[list[str]]:
    """The holds of a session after its station was told something: what was, stays; what was to come is `to_come`."""
    past = [(begin, min(end, now)) for begin, end in holds(known) if begin < now]
    ahead = [(max(begin, now), end) for begin, end in to_come]
    merged: list[Hold] = []
    for begin, end in sorted((*past, *ahead)):
        if begin >= end:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return [[begin.isoformat(), end.isoformat()] for begin, end in merged]


def turned(
    row: Mapping[str, Any], report: Report, points: Sequence[Point], wh: int | None, at: datetime | None
) -> Point | None:
    """The moment from which a state holds that comes without a meter value then: the stretch before had another."""
    state = report.charging_state
    if not state or state == row["charging_state"] or row["state"] != TransactionState.ACTIVE or None in (wh, at):
        return None
    if not row["begun_at"] or report.at <= row["begun_at"] or (at and at >= report.at):
        return None
    if any(point[0] >= report.at for point in points):
        return None
    power = None if state in FLOWS else 0
    return report.at, wh, power, None, None, None, state, BY_STATUS, True, None, None, None
