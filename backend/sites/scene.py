"""A site as it is at one moment: who is there, what was granted, what meters show, and what all that may come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backend.context import Context
from backend.sites import rules, signals, store
from backend.sites.planning import Question
from backend.sites.rules import Lane, Phases, Spot
from backend.sites.sharing import Car, Cost
from shared.sites import EnergyTariff, PowerNode, SignalKind, SitePolicy

OURS_FROM = 1_000_000_000
"""Numbers of the controller's own profiles: above it."""
HORIZON = timedelta(hours=24)
SLOT = timedelta(minutes=15)


@dataclass(slots=True)
class Grant:
    acked_a: float | None = None
    acked_at: datetime | None = None
    sent_a: float | None = None
    sent_at: datetime | None = None
    fallback_a: float | None = None
    over_since: datetime | None = None
    detail: str = ""


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
    policy: SitePolicy
    tariff: EnergyTariff
    signals: dict[str, list[signals.Known]]
    limit_w: int | None
    warnings: list[str] = field(default_factory=list)

    def online(self, spot: Spot) -> bool:
        return bool(self.outlets[spot]["online"])

    def phases(self, spot: Spot) -> int:
        car = self.cars.get(spot)
        if car is None:
            return self.lanes[spot].phases
        current = float(car["current_a"]) if car["current_a"] is not None else None
        return rules.phases_of(car["power_w"], current, self.lanes[spot].phases)

    def measured_a(self, spot: Spot) -> float:
        car = self.cars.get(spot)
        return (car["power_w"] or 0) / (rules.VOLTAGE * self.phases(spot)) if car else 0.0

    def counted_a(self, spot: Spot) -> float:
        """The most that may flow here now, by all that we know."""
        lane, grant = self.lanes[spot], self.grants.get(spot) or Grant()
        stored = lane.maximum_a if grant.fallback_a is None else grant.fallback_a
        held = stored if spot not in self.cars or grant.acked_a is None else grant.acked_a
        if grant.sent_a is not None and (grant.acked_at is None or (grant.sent_at or self.now) > grant.acked_at):
            held = max(held, grant.sent_a)
        if not self.online(spot):
            held = max(held, stored)
        if grant.over_since is not None:
            held = max(held, self.measured_a(spot))
        return held

    def flowing(self, but: Iterable[Spot] = ()) -> dict[str, Phases]:
        left_out = set(but)
        every = list(self.lanes.values())
        drawn = {
            spot: lane.load(self.counted_a(spot), self.phases(spot))
            for spot, lane in self.lanes.items()
            if spot not in left_out
        }
        return rules.flows(self.nodes, every, drawn, self.heard_safely())

    def heard_safely(self) -> dict[str, Phases]:
        """What sources feed in lowers what is bought, but never counts as room: a cloud is quicker than a station."""
        sources = {node.key for node in self.nodes if node.kind in rules.SOURCES}
        return {
            key: (max(0.0, load[0]), max(0.0, load[1]), max(0.0, load[2])) if key in sources else load
            for key, load in self.metered.items()
        }

    def measured(self) -> dict[str, Phases]:
        drawn = {spot: self.lanes[spot].load(self.measured_a(spot), self.phases(spot)) for spot in self.lanes}
        return rules.flows(self.nodes, list(self.lanes.values()), drawn, self.metered)


async def look(ctx: Context, row: store.Row) -> Scene:
    now, location_id = ctx.now(), row["location"]
    outlets = {(one["identity"], one["evse"]): one for one in await store.stations(location_id)}
    evses: dict[str, list[int]] = {}
    for identity, evse in outlets:
        evses.setdefault(identity, []).append(evse)
    limits = [one for one in await store.grid_limits(location_id, now) if one["cancelled_at"] is None]
    active = [one["limit_w"] for one in limits if one["starts_at"] <= now]
    limit_w = min(active) if active else None
    nodes = rules.grid_limited(own_tree(row), limit_w)
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    if policy.demand_charge and policy.demand_peak_w:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    lanes = {one.spot: one for one in rules.lanes(nodes, evses)}
    metered, stale = _heard(nodes, row["readings"], now)
    known: dict[str, list[signals.Known]] = {}
    for one in await store.signals(location_id, now - timedelta(days=2), now + HORIZON):
        known.setdefault(one["kind"], []).append(signals.Known(one["starts_at"], one["ends_at"], one["value"]))
    return Scene(
        row=row,
        now=now,
        nodes=nodes,
        lanes=lanes,
        outlets=outlets,
        cars={(one["identity"], one["evse"]): one for one in await store.cars(location_id)},
        grants={(one["identity"], one["evse"]): _grant(one) for one in await store.grants(location_id)},
        metered=metered,
        stale=stale,
        levels={(one["identity"], one["evse"], one["purpose"]): one["level"]
                for one in await store.hand_levels(location_id, OURS_FROM)},
        policy=policy,
        tariff=msgspec.convert(row["tariff"], EnergyTariff, strict=False),
        signals=known,
        limit_w=limit_w,
        warnings=[f"{rules.named(node)} is not heard of: it counts as its worst case."
                  for node in nodes if node.key in stale],
    )  # fmt: skip


def own_tree(row: store.Row) -> list[PowerNode]:
    return msgspec.convert(row["tree"], list[PowerNode], strict=False)


def _grant(row: store.Row) -> Grant:
    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return Grant(
        number(row["acked_a"]),
        row["acked_at"],
        number(row["sent_a"]),
        row["sent_at"],
        number(row["fallback_a"]),
        row["over_since"],
        row["detail"],
    )


def _heard(
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


# --- deciding ----------------------------------------------------------------------------------------


def cars_of(scene: Scene) -> list[Car]:
    """Those that can be told something: their station is there, and they keep to what they were given."""
    found = []
    for spot, row in scene.cars.items():
        lane = scene.lanes.get(spot)
        if lane is None or not scene.online(spot):
            continue
        grant = scene.grants.get(spot) or Grant()
        if grant.over_since is not None:
            continue
        wanted = row["wanted_wh"] or row["needs_wh"]
        found.append(
            Car(
                lane=lane,
                phases=scene.phases(spot),
                arrived_at=row["begun_at"],
                takes_a=_takes(scene, spot, grant),
                still_wh=max(0, wanted - row["energy_wh"]) if wanted else None,
                departs_at=row["departs_at"] or row["needs_departs_at"],
                priority=100 - (row["soc_percent"] if row["soc_percent"] is not None else 50),
                given_a=grant.acked_a,
                given_at=grant.acked_at,
                full=row["charging_state"] == "SuspendedEV" and _old(row["begun_at"], scene.now, 120),
            )
        )
    return found


def _old(at: datetime, now: datetime, seconds: float) -> bool:
    return now - at > timedelta(seconds=seconds)


def _takes(scene: Scene, spot: Spot, grant: Grant) -> float:
    """A car that has long been given more than it takes needs no more than that, and a little to show otherwise."""
    most, row = scene.lanes[spot].maximum_a, scene.cars[spot]
    steady = grant.acked_at is not None and _old(grant.acked_at, scene.now, 90) and row["meter_last_at"] is not None
    if not steady or not grant.acked_a or (row["power_w"] or 0) <= 0:
        return most
    measured = scene.measured_a(spot)
    return most if measured > grant.acked_a * 0.85 else min(most, max(scene.lanes[spot].minimum_a, measured + 3))


def signal(scene: Scene, kind: SignalKind) -> list[Cost]:
    """By quarter of an hour from now on; nothing where nothing is known. Prices are always known: the tariff holds."""
    first, known = signals.quarter(scene.now), scene.signals.get(kind.value, [])
    slots = [first + SLOT * place for place in range(int(HORIZON / SLOT))]
    if kind is SignalKind.PRICE:
        zone = scene.row["time_zone"]
        return [Cost(at, float(signals.price_at(scene.tariff, known, at, zone))) for at in slots]
    return [Cost(at, float(signals.value_at(known, at) or 0)) for at in slots] if known else []


def question(scene: Scene) -> Question:
    cars = cars_of(scene)
    ours = {car.lane.spot for car in cars}
    others = [
        (lane.above[0], lane.load(scene.counted_a(spot), scene.phases(spot)))
        for spot, lane in scene.lanes.items()
        if spot not in ours
    ]
    parents = {node.key: node.parent for node in scene.nodes}
    for node in scene.nodes:
        parent = parents[node.key]
        if node.kind in rules.METERED and parent is not None:
            others.append((parent, scene.heard_safely().get(node.key, rules.worst_case(node))))
    return Question(
        nodes=scene.nodes,
        cars=cars,
        others=others,
        flowing=scene.flowing(but=ours),
        policy=scene.policy,
        price=signal(scene, SignalKind.PRICE),
        carbon=signal(scene, SignalKind.CO2),
        solar=signal(scene, SignalKind.SOLAR),
        now=scene.now,
    )
