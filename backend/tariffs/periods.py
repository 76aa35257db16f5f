"""From meter readings to the periods that are priced. Pure."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import msgspec

from backend.tariffs.model import Period, PeriodKind


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a session: the register (Wh), the power then, and whether energy flows from here on.

    charging None: not told; a stretch that brought energy was charging, one that brought none was not.
    """

    at: datetime
    energy_wh: int | Decimal
    power_w: int | None = None
    current_a: Decimal | None = None
    charging: bool | None = None


NOTHING_WH = 5
"""Meters creep: a stretch with less than this per quarter of an hour brought nothing."""


def from_readings(readings: Sequence[Reading], ends_at: datetime | None = None) -> list[Period]:
    """Stretches between readings: charging, or parking where nothing flowed. Never negative energy.

    Readings in any order; of several at one moment the highest register counts. The last state goes on until
    `ends_at`.
    """
    ordered: list[Reading] = []
    for reading in sorted(readings, key=lambda one: (one.at, one.energy_wh)):
        if ordered and ordered[-1].at == reading.at:
            ordered[-1] = reading
        else:
            ordered.append(reading)
    if ends_at is not None and ordered and ordered[-1].at < ends_at:
        last = ordered[-1]
        ordered.append(msgspec.structs.replace(last, at=ends_at, charging=None))
    found: list[Period] = []
    top = Decimal(ordered[0].energy_wh) if ordered else Decimal(0)
    for one, following in pairwise(ordered):
        wh = max(Decimal(following.energy_wh) - top, Decimal(0))
        top = max(top, Decimal(following.energy_wh))
        found.append(
            Period(
                kind=PeriodKind.CHARGING if _charges(one, following, wh) else PeriodKind.PARKING,
                begins_at=one.at,
                ends_at=following.at,
                energy_wh=wh,
                current_a=one.current_a,
            )
        )
    return found


def _charges(one: Reading, following: Reading, wh: Decimal) -> bool:
    if one.charging is not None:
        return one.charging or wh > 0
    quarters = Decimal((following.at - one.at).total_seconds()) / 900
    return wh > NOTHING_WH * max(quarters, Decimal("0.01"))
