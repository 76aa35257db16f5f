"""SITE.json of `wattline simulate-site`, read liberally; docs/energy.md describes it."""

import cmath
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from backend.energy.core.cars import Order, Policy
from backend.energy.core.fields import BadFile, Fields, flag, get, maybe, number_of
from backend.energy.core.grid import LINES, ROOT_3, Connector, Grid, Limit, Load, Node, Series
from backend.energy.core.steps import Daily, steps

SOURCES_UNUSED = (
    "sources are not used: none of them makes room under a limit. What the sun yields belongs in solar, and what a "
    "battery draws in loads"
)


class Site(msgspec.Struct, frozen=True, kw_only=True):
    grid: Grid
    period_s: float = 300.0
    zone: str = "UTC"
    currency: str = "EUR"
    price: tuple[Daily, ...] | Series = ()
    carbon: tuple[Daily, ...] | Series = ()
    solar: tuple[Daily, ...] | Series = ()
    feed_in: float = 0.0
    loads: Mapping[str, tuple[Daily, ...] | Series] = {}
    policy: Policy = Policy()
    demand_price: float | None = None
    demand_peak_kw: float = 0.0
    unused: tuple[str, ...] = ()
    """What the file says and nothing comes of: a sentence each."""


def read_site(text: str) -> Site:
    """Raises BadFile or BadGrid."""
    try:
        whole = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}: this is no JSON ({error.msg})") from None
    except RecursionError:
        raise BadFile("the lists in this file are nested too deeply") from None
    if not isinstance(whole, dict):
        raise BadFile("the file holds one object with nodes and connectors")
    zone = str(get(whole, "time_zone", "timezone", "zone", default="UTC"))
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadFile(f"time_zone: {zone} is no time zone; Europe/Berlin is one") from None
    minutes = number_of(whole, "period_min", "period_minutes", "period", default=5.0, where="site")
    period = number_of(whole, "period_s", default=minutes * 60, where="site")
    if not 10 <= period <= 3600:
        raise BadFile("period_min: between 10 seconds and 60 minutes")
    volts = number_of(whole, "voltage", "voltage_v", default=230.0, where="site")
    charge, peak = _demand(whole.get("demand_charge"))
    nodes = tuple(_node(one, number) for number, one in enumerate(_list(whole, "nodes")))
    limits = tuple(
        _limit(one, number) for number, one in enumerate(_list(whole, "limits", "weighted_limits", "constraints"))
    )
    connectors = tuple(
        _fed(_connector(one, number, volts), nodes, limits) for number, one in enumerate(_list(whole, "connectors"))
    )
    told_volts = get(whole, "voltage", "voltage_v", default=None) is not None
    usual = _to_neutral(volts) if told_volts else max(map(_phase_volts, connectors), default=volts)
    return Site(
        grid=Grid(
            nodes=nodes,
            connectors=connectors,
            limits=limits,
            loads=tuple(_load(one, number, usual) for number, one in enumerate(_list(whole, "loads", "other_loads"))),
        ),
        period_s=period,
        zone=zone,
        currency=str(whole.get("currency", "EUR")),
        price=steps(get(whole, "tariff", "prices", "tariff_steps", "price", default=None), "tariff", zone, "price"),
        carbon=steps(get(whole, "co2", "carbon", default=None), "co2", zone, "grams"),
        solar=steps(get(whole, "solar", "solar_kw", default=None), "solar", zone, "kw"),
        feed_in=number_of(whole, "feed_in", default=0.0, where="site"),
        loads={
            str(get(one, "id", "name", default=f"load {number + 1}")): steps(
                get(one, "steps", "amps", "current", default=None), f"loads[{number}]", zone, "amps"
            )
            for number, one in enumerate(_list(whole, "loads", "other_loads"))
        },
        policy=_policy(get(whole, "policy", default="cheapest")),
        demand_price=charge,
        demand_peak_kw=peak,
        unused=(SOURCES_UNUSED,) if whole.get("sources") else (),
    )


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """What stands twice in one object would be lost once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise BadFile(f"{twice} stands twice in one object; which of them holds?")
    return found


def _fed(one: Connector, nodes: Sequence[Node], limits: Sequence[Limit]) -> Connector:
    """Who doesn't say what feeds it hangs on the grid connection: no limit may be passed because a word is missing."""
    roots = [node.id for node in nodes if node.parent is None]
    if one.node is not None or not roots:
        return one
    if len(roots) == 1:
        return msgspec.structs.replace(one, node=roots[0])
    if any(one.id in limit.weights for limit in limits):
        return one
    raise BadFile(f"{one.id} has no node, and it may be any of {', '.join(roots)}")


def _to_neutral(volts: float) -> float:
    return volts / ROOT_3 if volts > 300 else volts


def _phase_volts(one: Connector) -> float:
    return one.voltage / ROOT_3 if one.line else one.voltage


def _demand(told: Any) -> tuple[float | None, float]:
    """A price for each kW of the highest quarter of an hour, and the peak that was reached before."""
    fields = told if isinstance(told, dict) else {"price": told}
    price = maybe(fields, "price", "price_per_kw", "per_kw", where="demand_charge")
    peak = number_of(fields, "peak_kw", default=0.0, where="demand_charge")
    if (told is not None and price is None) or (price or 0.0) < 0 or peak < 0:
        raise BadFile("demand_charge: a price for each kW, or price and peak_kw, none of them below 0")
    return price, peak


def _list(fields: Fields, *names: str) -> list[dict[str, Any]]:
    found = get(fields, *names, default=[])
    if isinstance(found, dict):  # by id
        found = [{"id": name, **one} if isinstance(one, dict) else one for name, one in found.items()]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadFile(f"{names[0]}: a list of objects is expected")
    return cast(list[dict[str, Any]], found)


def _id(fields: Fields, kind: str, number: int) -> str:
    found = get(fields, "id", "name", default=None)
    if found is None:
        raise BadFile(f"{kind}[{number}] has no id")
    return str(found)


def _phased(value: Any, where: str) -> tuple[float, float, float]:
    values = value if isinstance(value, list) else [value] * 3
    if isinstance(value, dict):
        values = [value.get(phase) for phase in ("L1", "L2", "L3")]
    found = [maybe({"amps": one}, "amps", where=where) for one in values]
    if len(found) != 3 or any(one is None for one in found):
        raise BadFile(f"{where}: one number of amperes for all phases, or three: L1, L2, L3")
    return cast(tuple[float, float, float], tuple(found))


def _node(one: Fields, number: int) -> Node:
    name = _id(one, "nodes", number)
    amps = get(one, "amps", "max_amps", "limit_a", "amps_per_phase", "max_a", "limit_amps", default=None)
    parent = get(one, "parent", "fed_by", default=None)
    return Node(
        id=name,
        name=str(one.get("name", "")),
        parent=None if parent is None else str(parent),
        kind=str(get(one, "kind", "type", default="feeder")),
        amps=None if amps is None else _phased(amps, name),
        kw=maybe(one, "kw", "max_kw", "limit_kw", where=name),
    )


def _connector(one: Fields, number: int, volts: float) -> Connector:
    name = _id(one, "connectors", number)
    phases, rotation, line = _phases(one, name)
    direct = flag(one, "dc", "direct", default=False, where=name)
    voltage = number_of(one, "voltage", "voltage_v", "volts", default=volts, where=name)
    if voltage <= 0:
        raise BadFile(f"{name}: the voltage is above 0")
    if not line and phases > 1:
        voltage = _to_neutral(voltage)
    most = maybe(one, "max_amps", "max_a", "max_current", "max_current_a", "maximum_a", where=name)
    if most is None:
        kw = maybe(one, "max_kw", "kw", where=name)
        used = 1 if line else 3 if direct else phases
        most = kw * 1000 / used / voltage if kw is not None else 32.0
    least = number_of(
        one, "min_amps", "min_a", "min_current", "min_current_a", default=0.0 if direct else 6.0, where=name
    )
    node = get(one, "node", "parent", "feeder", "fed_by", default=None)
    return Connector(
        id=name,
        node=None if node is None else str(node),
        station=str(get(one, "station", default="")),
        phases=phases,
        rotation=rotation,
        line=cast(Any, line),
        voltage=voltage,
        min_amps=least,
        max_amps=most,
        fallback_amps=number_of(one, "fallback_amps", "fallback_a", "fallback", default=0.0, where=name),
        step_amps=number_of(one, "step_amps", "step_a", "step", default=0.1, where=name),
        direct=direct,
        efficiency=number_of(one, "efficiency", default=1.0, where=name),
        leased=flag(one, "leased", default=True, where=name),
    )


def _phases(one: Fields, name: str) -> tuple[int, str, str]:
    """How many phases, which of the site's comes first, or between which two."""
    told = get(one, "phases", "phase", default=3)
    rotation = str(get(one, "rotation", "phase_rotation", default="RST")).upper()
    if isinstance(told, str) and told.upper().replace("L", "").isdigit() and len(told) > 1 and "-" not in told:
        told = [f"L{letter}" for letter in told.upper().replace("L", "")]
    if isinstance(told, str):
        word = told.upper().replace("/", "-")
        turned = "-".join(reversed(word.split("-")))
        if word in LINES or turned in LINES:
            return 1, "RST", word if word in LINES else turned
        told = [word]
    if isinstance(told, list):
        order = {"L1": "R", "L2": "S", "L3": "T", "1": "R", "2": "S", "3": "T", "A": "R", "B": "S", "C": "T"}
        letters = [order.get(str(phase).upper(), "") for phase in told]
        if not letters or not all(letters) or len(set(letters)) != len(letters):
            raise BadFile(f"{name}: phases are L1, L2, L3 or L1-L2, L2-L3, L3-L1, not {told!r}")
        return len(letters), "".join([*letters, *(one for one in "RST" if one not in letters)]), ""
    if isinstance(told, bool) or told not in (1, 2, 3):
        raise BadFile(f"{name}: phases is 1, 2 or 3, or names them")
    return int(told), rotation, ""


def _limit(one: Fields, number: int) -> Limit:
    name = str(get(one, "id", "name", default=f"limit {number + 1}"))
    weights = get(one, "weights", "terms", "coefficients", default=None)
    if isinstance(weights, list):
        weights, angles = _summed(weights, name)
    else:
        angles = get(one, "angles", "angles_deg", default={})
    if not isinstance(weights, dict) or not weights:
        raise BadFile(f'{name}: weights are given by connector, such as {{"A1": 1, "A2": -0.5}}')
    if not isinstance(angles, dict):
        raise BadFile(f'{name}: angles are given by connector, such as {{"A1": 30, "A2": -90}}')
    bound = maybe(one, "bound", "max", "limit", "limit_a", "max_amps", "amps", where=name)
    if bound is None:
        raise BadFile(f"{name} has no bound")
    return Limit(
        id=name,
        weights={who: _term(weight, "weight", 1.0, name) for who, weight in weights.items()},
        angles={who: _term(angle, "angle", 0.0, name) for who, angle in angles.items()},
        bound=bound,
    )


def _term(value: Any, word: str, default: float, name: str) -> float:
    return number_of({word: value}, word, default=default, where=name)


def _summed(terms: Sequence[Any], name: str) -> tuple[dict[str, float], dict[str, float]]:
    """Weights and angles of `[connector, weight, angle]`. Terms of one connector add up: at an angle, as phasors."""
    found: dict[str, list[tuple[float, float | None]]] = {}
    for term in terms:
        if isinstance(term, dict):
            who, weight, angle = term.get("connector", term.get("id")), term.get("weight", 1), term.get("angle")
        else:
            who, weight, angle = (
                (*term, None)[:3] if isinstance(term, list) and len(term) in (2, 3) else (term, 1, None)
            )
        turned = None if angle is None else _term(angle, "angle", 0.0, name)
        found.setdefault(str(who), []).append((_term(weight, "weight", 1.0, name), turned))
    weights, angles = dict[str, float](), dict[str, float]()
    for who, those in found.items():
        weight, angle = those[0]
        if all(one is None for _, one in those):
            weight = sum(each for each, _ in those)
        elif len(those) > 1:
            whole = sum(cmath.rect(each, math.radians(one or 0.0)) for each, one in those)
            weight, angle = abs(whole), math.degrees(cmath.phase(whole))
        weights[who] = weight
        if angle is not None:
            angles[who] = angle
    return weights, angles


def _load(one: Fields, number: int, volts: float) -> Load:
    name = str(get(one, "id", "name", default=f"load {number + 1}"))
    node = get(one, "node", default=None)
    worst = get(one, "worst_amps", "worst", "max_amps", "max_a", default=None)
    told = steps(get(one, "steps", "amps", "current", default=None), f"loads[{number}]", "UTC", "amps")
    most = max((step.value if isinstance(step, Daily) else step[1] for step in told), default=None)
    if node is None or (worst is None and most is None):
        raise BadFile(f"{name}: a load has a node, and worst_amps that it may draw or steps of what it draws")
    phased = _phased(most if worst is None else worst, name)
    if most is not None and most > min(phased) + 1e-9:
        raise BadFile(f"{name}: its steps reach {most:g} A, more than its worst_amps")
    margin = number_of(one, "margin_amps", "margin", default=0.0, where=name)
    least = min((step.value if isinstance(step, Daily) else step[1] for step in told), default=0.0)
    if min(*phased, margin, least) < 0:
        raise BadFile(f"{name}: a load draws, so none of its amperes is below 0; nothing that feeds in makes room")
    own = maybe(one, "voltage", "voltage_v", "volts", where=name)
    voltage = volts if own is None else _to_neutral(own)
    if voltage <= 0:
        raise BadFile(f"{name}: the voltage is above 0")
    return Load(id=name, node=str(node), worst=phased, margin=margin, voltage=voltage)


def _policy(told: Any) -> Policy:
    fields = told if isinstance(told, dict) else {"order": told}
    if isinstance(told, dict) and "order" not in told:
        fields = {"order": "blend", **told}
    try:
        order = Order(str(fields["order"]).lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise BadFile(f"policy: one of {', '.join(Order)}") from None
    cost = number_of(fields, "cost", "cheapest", default=1.0 if order is not Order.BLEND else 0.0, where="policy")
    return Policy(order=order, cost=cost, carbon=number_of(fields, "carbon", "greenest", default=0.0, where="policy"))
