"""What a car can still have until it leaves. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from backend.energy.core.grid import Series, value_at
from backend.sites import rules
from backend.sites.rules import Lane, Phases
from shared.sites import PowerNode


class Able(NamedTuple):
    """What is known of a car: on how many phases it charges, and what it takes at most of each."""

    phases: int
    takes_a: float


def possible_wh(
    nodes: Sequence[PowerNode],
    lane: Lane,
    car: Able,
    heard: Mapping[str, Phases],
    ahead: Series,
    now: datetime,
    until: datetime,
) -> int:
    """From now on, had it all the room of its line beside what else is `heard` to draw. `ahead`: kW in total that the
    grid operator leaves from when on. Below the least current nothing flows."""
    begins, ends = now.timestamp(), until.timestamp()
    edges = [begins, *(at for at, _ in ahead if begins < at < ends), ends]
    whole = 0.0
    for left, right in pairwise(edges) if begins < ends else ():
        kw = value_at(ahead, left, float("inf"))
        tree = rules.grid_limited(nodes, None if kw == float("inf") else int(kw * 1000))
        current = min(rules.alone_a(tree, lane, car.phases, heard), car.takes_a)
        if current >= lane.minimum_a - rules.LINE_UNDER:
            into_w = current * min(car.phases, lane.phases) * lane.volts * lane.efficiency
            whole += into_w * (right - left) / 3600
    return int(whole)
