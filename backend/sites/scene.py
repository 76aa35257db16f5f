"""A site as it is at one moment: who is there, what was granted, what meters show, and what all that may come to."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from backend.context import Context
from backend.energy.core.grid import Series
from backend.energy.core.rows import Rows
from backend.energy.core.safety import Message, Safety
from backend.sites import grants, limits_store, past_store, peaks, readings, rises, rules, signals, store, wire
from backend.sites.grants import Grant
from backend.sites.limits import in_total_ahead, limit_now_w
from backend.sites.rules import Lane, Phases, Spot
from shared.energy import Purpose
from shared.sites import EnergyTariff, NodeKind, Notice, PolicyName, PowerNode, SignalKind, SitePolicy

HORIZON = timedelta(hours=24)
LIMITS_AHEAD = timedelta(hours=48)
PAST = timedelta(days=60)
SLOT = timedelta(minutes=15)
METERED_WITHIN = timedelta(minutes=20)
"""So long counts what an outlet without a session draws: meters tell by the quarter of an hour at least."""


class Habit(NamedTuple):
    stay_s: float
    energy_wh: float


class Wanted(NamedTuple):
    """`learned`: nobody told it, it is what is usual."""

    energy_wh: int | None
    departs_at: datetime | None
    learned: bool = False


@dataclass(slots=True, kw_only=True)
class Scene:
    """A site as it is at one moment."""

    row: store.Row
    now: datetime
    nodes: list[PowerNode]
    lanes: dict[Spot, Lane]
    outlets: dict[Spot, store.Row]
    cars: dict[Spot, store.Row]
    grants: dict[Spot, Grant]
    metered: dict[str, Phases]
    stale: list[str]
    levels: dict[tuple[str, int, str], int]
    own_levels: dict[tuple[str, int, str], int] = field(default_factory=dict)
    policy: SitePolicy
    tariff: EnergyTariff
    signals: dict[str, list[signals.Known]]
    ahead: Series = ()
    """kW in total at the connection from when on, where the grid operator announced a limit."""
    peak: peaks.Peak | None
    warnings: list[Notice] = field(default_factory=list)
    unknown: dict[Spot, store.Row] = field(default_factory=dict)
    """What meters of outlets without a session show, where that isn't nothing."""
    machine: Safety | None = None
    rises: Mapping[str, float] = field(default_factory=dict)
    loads: Mapping[str, Phases] = field(default_factory=dict)
    """What they count with: what is heard of them, and their rise."""
    habits: dict[UUID | None, Habit] = field(default_factory=dict)
    """Of drivers who told nothing; None: of everybody here."""

    def online(self, spot: Spot) -> bool:
        return bool(self.outlets[spot]["online"])

    def grant(self, spot: Spot) -> Grant:
        return self.grants.setdefault(spot, Grant())

    def wanted(self, spot: Spot) -> Wanted:
        """As the driver told, or the car; else as this driver or most people do here, while that lies ahead."""
        car = self.cars[spot]
        energy_wh, departs_at = car["wanted_wh"] or car["needs_wh"], car["departs_at"] or car["needs_departs_at"]
        habit = self.habits.get(car["account"]) or self.habits.get(None)
        if departs_at is not None or habit is None:
            return Wanted(energy_wh, departs_at)
        usual = car["begun_at"] + timedelta(seconds=habit.stay_s)
        if usual <= self.now:
            return Wanted(energy_wh, None)
        if energy_wh is None and habit.energy_wh > car["energy_wh"]:
            energy_wh = round(habit.energy_wh)
        return Wanted(energy_wh, usual, learned=True)

    def known_phases(self, spot: Spot) -> int | None:
        """As the meter shows, or as the station was told last."""
        if spot not in self.cars and spot not in self.unknown:
            return None
        return readings.phases_of(self.shown(spot), self.lanes[spot].phases) or self.grant(spot).acked_phases

    def phases(self, spot: Spot) -> int:
        return self.known_phases(spot) or self.lanes[spot].phases

    def shown(self, spot: Spot) -> readings.Shown:
        car = self.cars.get(spot) or self.unknown.get(spot)
        return readings.shown(car, direct=bool(self.outlets[spot]["dc"])) if car else readings.Shown()

    def measured_a(self, spot: Spot) -> float:
        """To be held against what it was given."""
        return readings.drawn_a(self.shown(spot), self.lanes[spot], self.phases(spot))

    def given_a(self, spot: Spot) -> float:
        """What its station took last; one that took nothing for this session keeps to its fallback."""
        acked = self.grant(spot).acked_a
        return self.stored_a(spot) if acked is None else acked

    def level(self, spot: Spot, purpose: Purpose) -> int:
        """One above what somebody set by hand."""
        return max(self.levels.get((spot[0], evse, purpose.value), -1) for evse in {spot[1], 0}) + 1

    def outranked(self, spot: Spot, purpose: Purpose) -> bool:
        """Somebody set a profile by hand above ours, which it follows instead."""
        ours = self.own_levels.get((spot[0], spot[1], purpose.value))
        return ours is not None and ours < self.level(spot, purpose)

    # --- what may flow -------------------------------------------------------------------------------

    def safety(self) -> Safety:
        """The safety machine as it stands: what every outlet may be following, as the grants tell."""
        if self.machine is None:
            self.machine = self._restored()
        return self.machine

    def caps(self) -> dict[str, Series]:
        return {_root(self.nodes).key: self.ahead} if self.ahead else {}

    def _restored(self) -> Safety:
        stored = {spot: self.stored_a(spot) for spot in self.lanes}
        lanes = list(self.lanes.values())
        rows = Rows(rules.grid_of(self.nodes, lanes, stored, leased=False, in_total=bool(self.ahead)))
        machine = Safety(rows, self.now.timestamp(), refuse=False)
        machine.caps = self.caps()
        self.loads = machine.loads(self.heard_safely(), self.rises)
        machine.number = grants.SENT
        for spot in self.lanes:
            name, grant = rules.outlet_id(spot), self.grant(spot)
            place = rows.place[name]
            if grant.acked_a is not None and self.outranked(spot, Purpose.TRANSACTION):
                grant = replace(grant, acked_a=self.lanes[spot].maximum_a, acked_until=None)
            machine.held[place] = grants.held(name, stored[spot], grant, spot in self.cars)
            machine.dark[place] = not self.online(spot)
            machine.drawn[place] = self.measured_a(spot) if grant.over_since is not None else 0.0
            if spot in self.unknown and machine.measured(name, self.measured_a(spot), self.now.timestamp()):
                told = "{outlet} draws {drawn} A without a session: others get less."
                drawn = f"{self.measured_a(spot):.1f}"
                self.warnings.append(notice("no_session", told, outlet=f"{spot[0]} {spot[1]}", drawn=drawn))
        return machine

    def stored_a(self, spot: Spot) -> float:
        """The larger of what the station holds and what it shall hold. One that never took any counts with its most."""
        known = None if self.outranked(spot, Purpose.DEFAULT) else self.grant(spot).fallback_a
        lane = self.lanes[spot]
        return max(lane.maximum_a if known is None else known, float(wire.tenth(lane.fallback_a)))

    def held(self, spot: Spot) -> list[Message]:
        machine = self.safety()
        return machine.held[machine.rows.place[rules.outlet_id(spot)]]

    def counted_a(self, spot: Spot) -> float:
        """The most that may flow here now, by all that we know."""
        return self.safety().counts(rules.outlet_id(spot), self.now.timestamp())

    def flowing(self) -> dict[str, Phases]:
        drawn = {spot: lane.load(self.counted_a(spot), self.phases(spot)) for spot, lane in self.lanes.items()}
        return rules.flows(self.nodes, list(self.lanes.values()), drawn, self.heard_safely())

    def heard_safely(self) -> dict[str, Phases]:
        """What is fed in, by a source or by a roof behind a load's meter, lowers what is bought, but never counts as
        room: a cloud is quicker than a station."""
        return {key: (max(0.0, one), max(0.0, two), max(0.0, three)) for key, (one, two, three) in self.metered.items()}

    def measured(self) -> dict[str, Phases]:
        return self._flows(self._drawn(), self.metered)

    def through_w(self, *, cars: bool = True) -> float:
        """Through the connection, as far as meters are heard: a silent one is no peak."""
        heard = dict.fromkeys(self.stale, rules.NOTHING) | self.metered
        if not cars and self.signals.get(SignalKind.SOLAR.value):
            heard |= {node.key: rules.NOTHING for node in self.nodes if node.kind is NodeKind.SOLAR}
        return rules.watts(self._flows(self._drawn() if cars else {}, heard)[_root(self.nodes).key])

    def _drawn(self) -> dict[Spot, Phases]:
        """As so many amperes of the usual voltage as its watts are."""
        return {spot: lane.load(self._nominal_a(spot), self.phases(spot)) for spot, lane in self.lanes.items()}

    def _nominal_a(self, spot: Spot) -> float:
        reaches = self.lanes[spot].efficiency if self.outlets[spot]["dc"] else 1.0
        return (self.shown(spot).power_w or 0.0) / (rules.VOLTAGE * self.phases(spot) * reaches)

    def _flows(self, drawn: Mapping[Spot, Phases], metered: Mapping[str, Phases]) -> dict[str, Phases]:
        return rules.flows(self.nodes, list(self.lanes.values()), drawn, metered)


def _root(nodes: Sequence[PowerNode]) -> PowerNode:
    return next(node for node in nodes if node.kind is NodeKind.GRID)


async def look(ctx: Context, row: store.Row) -> Scene:
    now, location_id = ctx.now(), row["location"]
    outlets = {(one["identity"], one["evse"]): one for one in await store.stations(location_id)}
    evses: dict[str, list[int]] = {}
    for identity, evse in outlets:
        evses.setdefault(identity, []).append(evse)
    nodes, policy = own_tree(row), msgspec.convert(row["policy"], SitePolicy, strict=False)
    if policy.demand_charge and policy.demand_peak_w:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    limits = await limits_store.ahead(location_id, now, now + LIMITS_AHEAD)
    ahead = in_total_ahead(_root(nodes).limit_w, limits, now)
    nodes = rules.grid_limited(nodes, limit_now_w(limits, now))
    lanes = {one.spot: wire.as_told(one, outlets[one.spot]) for one in rules.lanes(nodes, evses)}
    cars = {(one["identity"], one["evse"]): one for one in await store.cars(location_id)}
    sessions = {spot: one["id"] for spot, one in cars.items()}
    known_grants = {(one["identity"], one["evse"]): _grant(one) for one in await store.grants(location_id)}
    metered, stale = heard(nodes, row["readings"], now)
    metered_alone = await store.without_session(location_id, now - METERED_WITHIN)
    unknown = {(one["identity"], one["evse"]): one for one in metered_alone}
    levels = {
        (one["identity"], one["evse"], one["purpose"]): one for one in await store.levels(location_id, wire.OURS_FROM)
    }
    known: dict[str, list[signals.Known]] = {}
    for one in await store.signals(location_id, now - timedelta(days=2), now + HORIZON):
        known.setdefault(one["kind"], []).append(signals.Known(one["starts_at"], one["ends_at"], one["value"]))
    return Scene(
        row=row,
        now=now,
        nodes=nodes,
        lanes=lanes,
        outlets=outlets,
        cars=cars,
        grants={spot: one.of(sessions.get(spot)) if spot[1] else one for spot, one in known_grants.items()},
        metered=metered,
        stale=stale,
        unknown={spot: one for spot, one in unknown.items() if spot in lanes and spot not in cars},
        rises={
            node.key: rises.rise_a(node, row["readings"].get(node.key), now)
            for node in nodes if node.kind in rules.METERED
        },
        levels={key: one["hand"] for key, one in levels.items() if one["hand"] is not None},
        own_levels={key: one["ours"] for key, one in levels.items() if one["ours"] is not None},
        policy=policy,
        tariff=msgspec.convert(row["tariff"], EnergyTariff, strict=False),
        signals=known,
        ahead=ahead,
        peak=await peaks.known(row, policy, now),
        habits=await _habits(location_id, policy, list(cars.values()), now),
        warnings=[
            notice("meter_silent", "{node} is not heard of: it counts as its worst case.", node=rules.named(node))
            for node in nodes if node.key in stale
        ],
    )  # fmt: skip


async def _habits(
    location_id: UUID, policy: SitePolicy, cars: Sequence[store.Row], now: datetime
) -> dict[UUID | None, Habit]:
    """Where it matters only: who shares evenly at once has no use for a departure."""
    evenly = policy.name in (PolicyName.EQUAL, PolicyName.FIRST) and not policy.demand_charge
    if evenly or all(one["departs_at"] for one in cars):
        return {}
    accounts = [one["account"] for one in cars if one["account"] is not None]
    rows = await past_store.habits(location_id, accounts, now - PAST)
    return {row["account"]: Habit(row["stay_s"], float(row["energy_wh"])) for row in rows}


def notice(code: str, text: str, **values: str) -> Notice:
    return Notice(code=code, text=text.format(**values), values=values)


def own_tree(row: store.Row) -> list[PowerNode]:
    return msgspec.convert(row["tree"], list[PowerNode], strict=False)


def _grant(row: store.Row) -> Grant:
    told: dict[str, Any] = {one.name: row[one.name] for one in fields(Grant)}
    numbers = {name: float(value) for name, value in told.items() if isinstance(value, Decimal)}
    return Grant(**told | numbers)


def heard(
    nodes: Sequence[PowerNode], readings: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Phases], list[str]]:
    """What meters show, and of which nodes they are silent. A battery or the sun only counts as far as it is heard."""
    found: dict[str, Phases] = {}
    stale = []
    for node in nodes:
        if node.kind not in rules.METERED:
            continue
        told = readings.get(node.key)
        if told is None or now - datetime.fromisoformat(told["at"]) > timedelta(seconds=node.stale_after_s):
            stale.append(node.key)
            continue
        each = [float(one) for one in told["currents_a"]]
        found[node.key] = (each[0], each[1], each[2])
    return found, stale


# --- what a station keeps while we are silent --------------------------------------------------------


def fallbacks_missing(scene: Scene) -> list[Spot]:
    """Their stations are away and never took any."""
    return [spot for spot in scene.lanes if scene.grant(spot).fallback_a is None and not scene.online(spot)]


def fallbacks_due(scene: Scene) -> list[Spot]:
    """New or lower ones: before anything is given."""
    return [spot for spot in scene.lanes if scene.online(spot) and _stored(scene, spot) > _meant(scene, spot)]


def fallbacks_to_raise(scene: Scene, now: datetime) -> list[Spot]:
    """A larger one only when it fits beside all that others may draw: the machine has counted with it already."""
    higher = [spot for spot in scene.lanes if scene.online(spot) and _stored(scene, spot) < _meant(scene, spot)]
    return [] if higher and scene.safety().exceeded(now.timestamp()) else higher


def _meant(scene: Scene, spot: Spot) -> float:
    return float(wire.tenth(scene.lanes[spot].fallback_a))


def _stored(scene: Scene, spot: Spot) -> float:
    known = None if scene.outranked(spot, Purpose.DEFAULT) else scene.grant(spot).fallback_a
    return math.inf if known is None else known
