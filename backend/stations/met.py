"""Stations that were asked something lately, as they were found then: to ask one again nobody looks it up first.

Its id, tenant and identity never change; its registration and version may be a minute old. One that was deleted
meanwhile takes no note of a command, so nothing is remembered in its stead.
"""

import time
from uuid import UUID

from backend.stations.model import StationName, StationRef

HOLDS_S = 60.0
MOST = 10_000

Asked = UUID | StationName
_met: dict[Asked, tuple[StationRef, float]] = {}


def get(asked: Asked) -> StationRef | None:
    station, until = _met.get(asked, (None, 0.0))
    return station if time.monotonic() < until else None


def keep(asked: Asked, station: StationRef) -> StationRef:
    if len(_met) >= MOST:
        _met.clear()
    _met[asked] = station, time.monotonic() + HOLDS_S
    return station


def forget(asked: Asked) -> None:
    _met.pop(asked, None)
