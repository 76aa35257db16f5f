"""What registers are worth: those that run backwards, jump, stand still or never come. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from backend.transactions.flow_rules import BY_STATUS, FLOWS
from shared.transactions import ChargingState

GRACE_WH = 2_000
"""What a register may be ahead of the connector's power: clocks and meters are not exact."""
MARGIN = 1.25
UNKNOWN_POWER_W = 400_000


class Verdict(NamedTuple):
    """What a register value is worth. wh: the value to use."""

    trusted: bool
    wh: int
    flag: str = ""


UNKNOWN_SPAN = timedelta(days=1)
"""How long may have passed between two messages of a station whose clock is wrong."""


def judge_register(
    wh: int, other_wh: int | None, at: datetime, before_wh: int | None, before_at: datetime | None, max_power_w: int
) -> Verdict:
    """Whether a register can be right after the last trusted one, given what the connector can deliver."""
    if wh < 0:
        return Verdict(False, wh, "meter_backwards")
    if before_wh is None or before_at is None or before_wh <= wh <= before_wh + GRACE_WH:
        return Verdict(True, wh)
    hours = max((at - before_at).total_seconds(), 0) / 3600
    most = before_wh + GRACE_WH + (max_power_w or UNKNOWN_POWER_W) * MARGIN * hours
    if before_wh <= wh <= most:
        return Verdict(True, wh)
    if other_wh is not None and before_wh <= other_wh <= most:
        return Verdict(True, other_wh, "unit_mended")
    return Verdict(False, wh, "meter_backwards" if wh < before_wh else "meter_jump")


def judge_late(
    row: Mapping[str, Any],
    wh: int,
    other_wh: int | None,
    at: datetime,
    last_wh: int | None,
    doubt: timedelta,
    max_power_w: int,
) -> Verdict:
    """A register that comes after later ones: between the start and the last one, and no more than could flow by then.
    One of before the start says nothing, nor does one below a start that was only guessed."""
    begun_at = row["begun_at"]
    if "unit_mended" in row["flags"] and other_wh is not None and last_wh is not None and wh > last_wh:
        wh = other_wh
    if last_wh is not None and wh > last_wh:
        return Verdict(False, wh, "meter_jump")
    since = begun_at - doubt if begun_at else None
    verdict = judge_register(wh, None, at, row["meter_start_wh"], since, max_power_w)
    guessed = (begun_at and at < begun_at) or "start_missing" in row["flags"]
    return verdict._replace(flag="") if guessed and verdict.flag == "meter_backwards" else verdict


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of an ended session, and the register it ends with. flags: what an operator should know."""

    wh: int
    stop_wh: int | None
    flags: tuple[str, ...] = ()


def final_energy(
    start_wh: int | None,
    last_wh: int | None,
    last_at: datetime | None,
    stop_wh: int | None,
    stop_other_wh: int | None,
    begun_at: datetime,
    ended_at: datetime,
    max_power_w: int,
) -> Energy:
    """What is billed. The station's own stop register counts unless it can't be true; then the last trusted one.

    start_wh None: the first reading was the start. last_wh: the last trusted reading of the session.
    """
    base = start_wh if start_wh is not None else last_wh
    if base is None:
        return Energy(0, stop_wh, () if stop_wh is None else ("no_start_register",))
    known = max(last_wh if last_wh is not None else base, base)
    if stop_wh is None:
        return Energy(known - base, known, ("estimated",) if last_wh is None else ())
    if stop_wh == 0 and known > 0:
        return Energy(known - base, known, ("meter_backwards", "estimated"))
    verdict = judge_register(stop_wh, stop_other_wh, ended_at, base, begun_at, max_power_w)
    if not verdict.trusted:
        return Energy(known - base, known, (verdict.flag, "estimated"))
    flags = (verdict.flag,) if verdict.flag else ()
    if verdict.wh < known:
        # Between the last reading and the stop the register went back: the stop is the smaller claim.
        flags = (*flags, "meter_backwards")
    return Energy(verdict.wh - base, verdict.wh, flags)


SAME_POWER = timedelta(minutes=15)
"""So long counts a power that a station told."""
NOTHING_FOR = timedelta(hours=1)
"""So long a car may be said to charge while the register stands: in an hour even one that takes the least a station
may offer (6 A of one phase) is more than a kWh, and a register of whole kWh moves. A full one says that it declines,
or its station tells a power."""
LITTLE = timedelta(minutes=1)
NOBODY_CAME = "Timeout"
"""The station's reason for ending a session whose car never came."""


def meter_stopped(readings: Sequence[Any], energy_wh: int) -> bool:
    """Whether a register stood still while energy flowed: the power that a station told is far more than it counted,
    or it counted nothing at all in a session that charged for long, of which no power was told."""
    told, silent = 0.0, timedelta(0)
    for one, following in pairwise(readings):
        if one["power_w"]:
            told += one["power_w"] * min(following["at"] - one["at"], SAME_POWER).total_seconds() / 3600
        elif one["power_w"] is None and one["charging_state"] in FLOWS:
            silent += following["at"] - one["at"]
    return told > energy_wh * MARGIN + GRACE_WH or (energy_wh == 0 and silent >= NOTHING_FOR)


def unread(row: Mapping[str, Any], stop_wh: int | None, ended_at: datetime, reason: str) -> bool:
    """Whether a session that may have charged ended without any register after its start: nobody knows its energy."""
    begun_at = row["begun_at"] or ended_at
    heard = stop_wh is not None or (row["meter_last_wh"] is not None and row["meter_last_at"] > begun_at)
    came = row["charging_state"] != ChargingState.PREPARING and reason != NOBODY_CAME
    return not heard and came and ended_at - begun_at >= LITTLE


def out_of_line(readings: Sequence[Any], top_wh: int) -> list[datetime]:
    """The moments of trusted registers that don't fit the others: the fewest without which it never runs backwards.
    Messages that came late were judged without their neighbours; what a change of state carried on is no register.
    `top_wh`: the final register; none counts beyond."""
    told = [
        (one["at"], min(one["energy_wh"], top_wh))
        for one in readings
        if one["trusted"] and one["energy_wh"] is not None and one["context"] != BY_STATUS
    ]
    if all(one[1] <= following[1] for one, following in pairwise(told)):
        return []
    ends, at_end = list[int](), list[int]()  # for each length, the lowest register a rising row of it may end with
    before = [-1] * len(told)
    for n, (_, wh) in enumerate(told):
        place = bisect_right(ends, wh)
        before[n] = at_end[place - 1] if place else -1
        ends[place : place + 1], at_end[place : place + 1] = [wh], [n]
    kept, n = set[int](), at_end[-1]
    while n >= 0:
        kept.add(n)
        n = before[n]
    return [at for n, (at, _) in enumerate(told) if n not in kept]
