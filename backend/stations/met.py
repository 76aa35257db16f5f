"""Stations that are connected here or were asked something lately: to ask one of them nobody looks it up first.

Its id, tenant and identity never change; its registration and version may be a minute old. One that was deleted
meanwhile takes no note of a command, so nothing is remembered in its stead.
"""

import math
import time
from uuid import UUID

from backend.stations.model import StationName, StationRef

HOLDS_S = 60.0
MOST = 50_000

Asked = UUID | StationName
_met: dict[Asked, tuple[StationRef, float]] = {}


def get(asked: Asked) -> StationRef | None:
    station, until = _met.get(asked, (None, 0.0))
    return station if time.monotonic() < until else None


def keep(asked: Asked, station: StationRef, for_s: float = HOLDS_S) -> StationRef:
    """Never for a shorter time than it is kept already."""
    until = time.monotonic() + for_s
    if len(_met) >= MOST:
        _met.clear()
    _met[asked] = station, max(until, _met.get(asked, (station, until))[1])
    return station


def forget(asked: Asked) -> None:
    _met.pop(asked, None)


def here(station: StationRef) -> None:
    """Its socket is one of this process, until it is `gone`."""
    keep(_name(station), station, math.inf)


def gone(station: StationRef) -> None:
    forget(_name(station))


def _name(station: StationRef) -> StationName:
    return StationName(station.tenant_id, station.identity)
