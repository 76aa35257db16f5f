"""What a simulated day says about detection and mending."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from backend.bench.fault_actors import Actor
from backend.bench.fault_rows import Row, quantile
from backend.bench.fault_world import TICK
from backend.db.engine import DB

REPORTED_S = 120
"""Faults that a station tells of itself: found with the report, not by a look of the clock."""


class Score(NamedTuple):
    rows: list[Row]
    missed: list[str]
    false: list[str]
    unmended: list[str]


async def scored(actors: Sequence[Actor], begin: datetime, hours: float) -> Score:
    found = await DB.run(
        """SELECT i.id, i.rule, i.opened_at, i.closed_at, i.state, i.station, i.title,
            (SELECT r.state FROM remedy r WHERE r.incident = i.id ORDER BY r.created_at DESC LIMIT 1) AS remedy,
            (SELECT r.detail FROM remedy r WHERE r.incident = i.id ORDER BY r.created_at DESC LIMIT 1) AS remedy_said
        FROM incident i ORDER BY i.opened_at"""
    )
    by_station: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        if row["station"] is not None:
            by_station[row["station"]].append(row)
    missed, false = [], [f"site: {row['title']}" for row in found if row["station"] is None]
    delays: dict[bool, list[float]] = {True: [], False: []}
    inside: dict[bool, list[bool]] = {True: [], False: []}
    broken = [one for one in actors if one.scenario.begins_s is not None]
    for actor in actors:
        rows = by_station[actor.ref.id]
        false += [f"{actor.scenario.kind}: {row['rule']}" for row in rows if not _true(actor, row, begin)]
        if actor.scenario.begins_s is None:
            continue
        delay = _delay(actor, rows, begin)
        silent = actor.scenario.within_s > REPORTED_S
        good = delay is not None and delay <= actor.scenario.within_s + TICK.total_seconds()
        inside[silent].append(good)
        if delay is not None:
            delays[silent].append(delay)
        if not good:
            late = "" if delay is None else f", {delay:.0f} s after it began, {actor.scenario.within_s:.0f} allowed"
            missed.append(f"{actor.scenario.kind}: {sorted({row['rule'] for row in rows})}{late}")
    days = len(actors) * hours / 24
    kinds = len({one.scenario.kind for one in broken})
    share = 100 * (len(broken) - len(missed)) / max(1, len(broken))
    silent_share = 100 * sum(inside[True]) / max(1, len(inside[True]))
    rate = 100 * len(false) / days
    figures = [
        Row(name="kinds of faults", value=kinds, goal="≥ 40", met=kinds >= 40),
        Row(name="faults", value=len(broken)),
        Row(name="station-days", value=round(days, 1)),
        Row(name="faults detected in their window", value=round(share, 2), unit="%", goal="≥ 98", met=share >= 98),
        Row(
            name="silent faults detected within their rule's window",
            value=round(silent_share, 2),
            unit="%",
            goal="≥ 98",
            met=silent_share >= 98,
        ),
        Row(
            name="silent faults, from their beginning to the incident, p50", value=quantile(delays[True], 0.5), unit="s"
        ),
        Row(name="false incidents per 100 station-days", value=round(rate, 2), goal="≤ 1", met=rate <= 1),
    ]
    mending, unmended = _mended(broken, by_station)
    return Score(figures + mending, missed, false, unmended)


def _true(actor: Actor, row: Mapping[str, Any], begin: datetime) -> bool:
    """An incident that is a fault of this scenario, or follows from it; nothing is true once it is mended."""
    scenario = actor.scenario
    if scenario.begins_s is None or row["opened_at"] < begin + timedelta(seconds=scenario.begins_s):
        return False
    if actor.cured_s is not None and row["opened_at"] > begin + timedelta(seconds=actor.cured_s) + TICK:
        return False
    return row["rule"] in scenario.rules | scenario.also


def _delay(actor: Actor, rows: Sequence[Mapping[str, Any]], begin: datetime) -> float | None:
    at = begin + timedelta(seconds=actor.scenario.begins_s or 0)
    hits = [row["opened_at"] for row in rows if row["rule"] in actor.scenario.rules and row["opened_at"] >= at]
    return (min(hits) - at).total_seconds() if hits else None


def _mended(
    broken: Sequence[Actor], by_station: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> tuple[list[Row], list[str]]:
    """Of those that something from afar mends: whether a playbook did, and the incident ended."""
    mendable = [one for one in broken if one.scenario.cure]
    unmended, mended = [], 0
    for actor in mendable:
        rows = [row for row in by_station[actor.ref.id] if row["rule"] in actor.scenario.rules]
        if any(row["remedy"] == "mended" and row["state"] in ("closed", "watched") for row in rows):
            mended += 1
        else:
            said = [f"{row['rule']} {row['state']} {row['remedy']} {row['remedy_said']}" for row in rows]
            unmended.append(f"{actor.scenario.kind} by {actor.scenario.cure}: {said} {actor.asked}")
    share = 100 * mended / max(1, len(mendable))
    interrupted = sum(one.interrupted for one in broken)
    return [
        Row(name="faults that can be mended from afar", value=len(mendable)),
        Row(name="of these mended with no person", value=round(share, 1), unit="%", goal="≥ 60", met=share >= 60),
        Row(
            name="sessions interrupted by a playbook against its guard",
            value=interrupted,
            goal="0",
            met=interrupted == 0,
        ),
    ], unmended
