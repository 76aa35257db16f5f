"""What a grid operator allows at the connection of a site, now and announced for later. Pure."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from backend.energy.core.grid import Series


class Announced(NamedTuple):
    """What the grid operator allows at the connection, for a time."""

    starts_at: datetime
    ends_at: datetime
    limit_w: int


def in_total_ahead(own_w: int | None, limits: Sequence[Announced], now: datetime) -> Series:
    """kW in total at the connection from now on, the site's own limit included; nothing where nobody else sets one."""
    ahead = [one for one in limits if one.ends_at > now]
    moments = {now, *(at for one in ahead for at in (one.starts_at, one.ends_at) if at > now)}
    own = math.inf if own_w is None else own_w
    return tuple(
        (at.timestamp(), min([own, *(one.limit_w for one in ahead if one.starts_at <= at < one.ends_at)]) / 1000)
        for at in (sorted(moments) if ahead else ())
    )


def limit_now_w(limits: Sequence[Announced], now: datetime) -> int | None:
    return min((one.limit_w for one in limits if one.starts_at <= now < one.ends_at), default=None)
