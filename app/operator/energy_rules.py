"""What the energy page shows of a site, and what its editor makes of what somebody typed. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal, InvalidOperation

import msgspec

from app.i18n import number
from app.widgets.plan_plot import Moment
from app.widgets.power_tree import Branch
from shared.sites import (
    CarNow,
    EnergyTariff,
    Flow,
    GoesFirst,
    NodeKind,
    PolicyName,
    PowerNode,
    PowerSite,
    Rotation,
    SiteLive,
    SitePolicy,
    TariffStep,
)

VOLTAGE = 230
NUMBERS = (
    "limit_a", "limit_kw", "minimum_a", "maximum_a", "fallback_a", "efficiency", "stale_after_s", "rise_a",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A node as it is typed."""

    key: str
    kind: NodeKind
    parent: str | None = None
    name: str = ""
    limit_a: str = ""
    limit_kw: str = ""
    station: str = ""
    evse: int | None = None
    phases: str = "3"
    rotation: str = "RST"
    minimum_a: str = "6"
    maximum_a: str = "32"
    fallback_a: str = "6"
    efficiency: str = "1"
    stale_after_s: str = "120"
    rise_a: str = ""


def ordered(nodes: Sequence[PowerNode] | Sequence[Draft]) -> list[tuple[str, int]]:
    """(key, depth) of each node, what hangs on it right below."""
    found: list[tuple[str, int]] = []

    def walk(parent: str | None, depth: int) -> None:
        for node in nodes:
            if node.parent == parent and all(node.key != key for key, _ in found):
                found.append((node.key, depth))
                walk(node.key, depth + 1)

    walk(None, 0)
    return found


def branches(nodes: Sequence[PowerNode], live: SiteLive, words: dict[str, str]) -> list[Branch]:
    """`words`: silent, limited."""
    by_key = {node.key: node for node in nodes}
    flows = {flow.node: flow for flow in live.flows}
    return [_branch(by_key[key], flows[key], depth, words) for key, depth in ordered(nodes) if key in flows]


def _branch(node: PowerNode, flow: Flow, depth: int, words: dict[str, str]) -> Branch:
    each = tuple((flow.currents_a + [0.0] * 3)[:3])
    shares = None
    if flow.limit_a:
        shares = tuple(abs(one) / flow.limit_a for one in each)
    elif flow.limit_w:
        shares = (abs(flow.power_w) / flow.limit_w,) * 3
    return Branch(
        key=node.key,
        kind=node.kind.value,
        name=node.name or node.station or (f"EVSE {node.evse}" if node.kind is NodeKind.CONNECTOR else node.key),
        depth=depth,
        power_w=flow.power_w,
        currents_a=(each[0], each[1], each[2]),
        shares=(shares[0], shares[1], shares[2]) if shares else None,
        limit=limit_of(flow),
        note=words["silent"]
        if flow.stale
        else f"{words['allowed']} {_short(flow.granted_a)} A"
        if flow.granted_a
        else "",
        worrying=flow.stale or bool(shares and max(shares) > 1),
        granted=(flow.granted_a or 0.0) / flow.limit_a if flow.limit_a else 0.0,
    )


def _short(value: float) -> str:
    """Without a zero behind the comma."""
    return number(value, 0 if value == round(value) else 1)


def limit_of(flow: Flow) -> str:
    parts = []
    if flow.limit_a is not None:
        parts.append(f"{_short(flow.limit_a)} A")
    if flow.limit_w is not None:
        parts.append(f"{_short(flow.limit_w / 1000)} kW")
    return " · ".join(parts)


def moments(live: SiteLive) -> list[Moment]:
    return [
        Moment(one.at, one.planned_w, one.limit_w, one.drawn_w, None if one.price is None else float(one.price))
        for one in live.points
    ]


def waiting_first(cars: Sequence[CarNow]) -> list[CarNow]:
    return sorted(cars, key=lambda one: (one.granted_a > 0, one.station, one.evse))


# --- the editor --------------------------------------------------------------------------------------


def drafts(nodes: Sequence[PowerNode]) -> list[Draft]:
    return [
        Draft(
            key=node.key,
            kind=node.kind,
            parent=node.parent,
            name=node.name,
            limit_a=_written(node.limit_a),
            limit_kw="" if node.limit_w is None else _written(Decimal(node.limit_w) / 1000),
            station=node.station or "",
            evse=node.evse,
            phases=str(node.phases),
            rotation=node.rotation.value,
            minimum_a=_written(node.minimum_a),
            maximum_a=_written(node.maximum_a),
            fallback_a=_written(node.fallback_a),
            efficiency=_written(node.efficiency),
            stale_after_s=str(node.stale_after_s),
            rise_a=_written(node.rise_a),
        )
        for node in nodes
    ]


def _written(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def first_tree(stations: Sequence[str], name: str) -> list[Draft]:
    """A grid connection of 63 A with every station of the location on it."""
    return [
        Draft("grid", NodeKind.GRID, name=name, limit_a="63"),
        *(
            Draft(f"station-{number}", NodeKind.STATION, "grid", station=identity)
            for number, identity in enumerate(stations, 1)
        ),
    ]


def added(known: Sequence[Draft], kind: NodeKind, parent: str, name: str) -> tuple[list[Draft], str]:
    """With a new node below a branch; and its key."""
    taken = {one.key for one in known}
    number = next(n for n in range(1, 10_000) if f"{kind.value}-{n}" not in taken)
    key = f"{kind.value}-{number}"
    return [*known, Draft(key, kind, parent, name=name, limit_a="32" if kind is not NodeKind.SOLAR else "")], key


def with_connector(known: Sequence[Draft], station: Draft) -> tuple[list[Draft], str]:
    """An outlet of the station that differs from it: the first that isn't named yet."""
    named = {one.evse for one in known if one.parent == station.key}
    evse = next(n for n in range(1, 1000) if n not in named)
    key = f"{station.key}-evse-{evse}"[:40]
    new = replace(station, key=key, kind=NodeKind.CONNECTOR, parent=station.key, station="", evse=evse, name="")
    return [*known, replace(new, limit_a="", limit_kw="")], key


def removed(known: Sequence[Draft], key: str) -> list[Draft]:
    """What hung on it hangs on what it hung on."""
    gone = next(one for one in known if one.key == key)
    return [replace(one, parent=gone.parent) if one.parent == key else one for one in known if one.key != key]


def nodes_of(known: Sequence[Draft]) -> list[PowerNode] | tuple[str, str]:
    """The nodes, or (the name of the node, the field) of what is no number."""
    found = []
    for one in known:
        values: dict[str, Decimal | None] = {}
        for name in NUMBERS:
            typed = getattr(one, name).strip().replace(",", ".")
            try:
                values[name] = Decimal(typed) if typed else None
            except InvalidOperation:
                return one.name or one.key, name
        kw = values["limit_kw"]
        found.append(
            PowerNode(
                key=one.key,
                kind=one.kind,
                parent=one.parent,
                name=one.name.strip(),
                limit_a=values["limit_a"],
                limit_w=None if kw is None else int(kw * 1000),
                station=one.station or None,
                evse=one.evse,
                phases=int(one.phases),
                rotation=Rotation(one.rotation),
                minimum_a=values["minimum_a"] or Decimal(0),
                maximum_a=values["maximum_a"] or Decimal(0),
                fallback_a=values["fallback_a"] or Decimal(0),
                efficiency=values["efficiency"] or Decimal(1),
                stale_after_s=int(values["stale_after_s"] or 120),
                rise_a=values["rise_a"],
            )
        )
    return found


# --- sharing and prices ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A time of the day as it is typed; `days` empty: every day."""

    begins: str
    ends: str
    price: str
    days: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sharing:
    policy: str
    green: float
    currency: str
    base: str
    steps: list[Step]
    peak_kw: str
    peak_charge: str
    goes_first: GoesFirst


def sharing_of(site: PowerSite) -> Sharing:
    policy, tariff = site.policy, site.tariff
    return Sharing(
        policy=policy.name.value,
        green=policy.green,
        currency=tariff.currency,
        base=_written(tariff.base),
        steps=[Step(f"{one.begins:%H:%M}", f"{one.ends:%H:%M}", _written(one.price), one.days) for one in tariff.steps],
        peak_kw="" if policy.demand_peak_w is None else _written(Decimal(policy.demand_peak_w) / 1000),
        peak_charge=_written(policy.demand_charge),
        goes_first=policy.goes_first,
    )


def first_told(chosen: GoesFirst, words: Callable[[str], str]) -> str:
    """Who goes first, in a line; groups of drivers by how many, as only their ids are known."""
    told = [*chosen.card_groups, *chosen.tariffs]
    if count := len(chosen.driver_groups):
        many = words("1 group of drivers") if count == 1 else words("{n} groups of drivers").format(n=count)
        told.insert(0, many)
    return ", ".join(told)


def turned_first(chosen: GoesFirst, field: str, key: str) -> GoesFirst:
    """With this group or tariff, or without it where it was chosen."""
    before: list[str] = getattr(chosen, field)
    after = [one for one in before if one != key] if key in before else [*before, key]
    return msgspec.structs.replace(chosen, **{field: after})


def without(steps: Sequence[Step], place: int) -> list[Step]:
    return [one for at, one in enumerate(steps) if at != place]


def sharing_set(typed: Sharing) -> tuple[SitePolicy, EnergyTariff] | str:
    """Or the word of what can't be read."""
    try:
        base = _number(typed.base)
    except ValueError:
        return "Price"
    try:
        peak, charge = _number(typed.peak_kw or "0"), _number(typed.peak_charge or "0")
    except ValueError:
        return "The peak that is paid for"
    if peak < 0 or charge < 0:
        return "The peak that is paid for"
    steps = []
    for one in typed.steps:
        try:
            begins, ends = _time(one.begins), _time(one.ends)
            days = [] if len(one.days) == 7 else one.days
            steps.append(TariffStep(begins=begins, ends=ends, price=_number(one.price), days=days))
        except ValueError:
            return f"{one.begins} – {one.ends}"
    policy = SitePolicy(
        name=PolicyName(typed.policy),
        green=typed.green,
        demand_charge=charge or None,
        demand_peak_w=int(peak * 1000) or None,
        goes_first=typed.goes_first,
    )
    return policy, EnergyTariff(base=base, currency=typed.currency, steps=steps)


def _number(typed: str) -> Decimal:
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(typed) from None
    if not found.is_finite():
        raise ValueError(typed)
    return found


def _time(typed: str) -> time:
    """24:00 is midnight; 6 is 06:00."""
    hours, _, minutes = typed.strip().partition(":")
    if not hours.isdecimal() or (minutes and not minutes.isdecimal()):
        raise ValueError(typed)
    return time(int(hours) % 24 if int(hours) == 24 else int(hours), int(minutes or 0))
