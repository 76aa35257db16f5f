"""SITE.json of `wattline simulate-site`, read liberally; docs/energy.md describes it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from backend.energy.core.cars import Order, Policy
from backend.energy.core.grid import LINES, ROOT_3, Connector, Grid, Limit, Load, Node, Series, Source

Fields = Mapping[str, Any]


class BadFile(ValueError):
    """Where in the file, and what is wrong, in plain words."""


class Daily(msgspec.Struct, frozen=True, kw_only=True):
    """A value from this time of the day on."""

    start: time
    value: float


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


def read_site(text: str) -> Site:
    """Raises BadFile or BadGrid."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}: this is no JSON ({error.msg})") from None
    except RecursionError:
        raise BadFile("the lists in this file are nested too deeply") from None
    if not isinstance(whole, dict):
        raise BadFile("the file holds one object with nodes and connectors")
    zone = str(_get(whole, "time_zone", "timezone", "zone", default="UTC"))
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadFile(f"time_zone: {zone} is no time zone; Europe/Berlin is one") from None
    minutes = number_of(whole, "period_min", "period_minutes", "period", default=5.0, where="site")
    period = number_of(whole, "period_s", default=minutes * 60, where="site")
    if not 10 <= period <= 3600:
        raise BadFile("period_min: between 10 seconds and 60 minutes")
    volts = number_of(whole, "voltage", "voltage_v", default=230.0, where="site")
    loads = [_load(one, number) for number, one in enumerate(_list(whole, "loads", "other_loads"))]
    charge, peak = _demand(whole.get("demand_charge"))
    sources = [_source(one, number) for number, one in enumerate(_list(whole, "sources"))]
    return Site(
        grid=Grid(
            nodes=tuple(_node(one, number) for number, one in enumerate(_list(whole, "nodes"))),
            connectors=tuple(_connector(one, number, volts) for number, one in enumerate(_list(whole, "connectors"))),
            limits=tuple(
                _limit(one, number)
                for number, one in enumerate(_list(whole, "limits", "weighted_limits", "constraints"))
            ),
            loads=tuple(loads),
            sources=tuple(sources),
        ),
        period_s=period,
        zone=zone,
        currency=str(whole.get("currency", "EUR")),
        price=steps(_get(whole, "tariff", "prices", "tariff_steps", "price", default=None), "tariff", zone, "price"),
        carbon=steps(_get(whole, "co2", "carbon", default=None), "co2", zone, "grams"),
        solar=steps(_get(whole, "solar", "solar_kw", default=None), "solar", zone, "kw"),
        feed_in=number_of(whole, "feed_in", default=0.0, where="site"),
        loads={
            str(_get(one, "id", "name", default=f"load {number + 1}")): steps(
                _get(one, "steps", "amps", "current", default=None), f"loads[{number}]", zone, "amps"
            )
            for number, one in enumerate(_list(whole, "loads", "other_loads"))
        },
        policy=_policy(_get(whole, "policy", default="cheapest")),
        demand_price=charge,
        demand_peak_kw=peak,
    )


def _demand(told: Any) -> tuple[float | None, float]:
    """A price for each kW of the highest quarter of an hour, and the peak that was reached before."""
    fields = told if isinstance(told, dict) else {"price": told}
    price = maybe(fields, "price", "price_per_kw", "per_kw", where="demand_charge")
    peak = number_of(fields, "peak_kw", default=0.0, where="demand_charge")
    if (told is not None and price is None) or (price or 0.0) < 0 or peak < 0:
        raise BadFile("demand_charge: a price for each kW, or price and peak_kw, none of them below 0")
    return price, peak


def _get(fields: Fields, *names: str, default: Any) -> Any:
    for name in names:
        if fields.get(name) is not None:
            return fields[name]
    return default


def _list(fields: Fields, *names: str) -> list[dict[str, Any]]:
    found = _get(fields, *names, default=[])
    if isinstance(found, dict):  # by id
        found = [{"id": name, **one} if isinstance(one, dict) else one for name, one in found.items()]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadFile(f"{names[0]}: a list of objects is expected")
    return cast(list[dict[str, Any]], found)


def number_of(fields: Fields, *names: str, default: float, where: str) -> float:
    return maybe(fields, *names, where=where) if _get(fields, *names, default=None) is not None else default  # type: ignore[return-value]


def maybe(fields: Fields, *names: str, where: str) -> float | None:
    found = _get(fields, *names, default=None)
    if found is None:
        return None
    try:
        value = float(found)
    except (TypeError, ValueError):
        raise BadFile(f"{where}: {names[0]} is a number, not {found!r}") from None
    if value != value or abs(value) > 1e9:
        raise BadFile(f"{where}: {names[0]} is out of range")
    return value


def _id(fields: Fields, kind: str, number: int) -> str:
    found = _get(fields, "id", "name", default=None)
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
    amps = _get(one, "amps", "max_amps", "limit_a", "amps_per_phase", "max_a", "limit_amps", default=None)
    parent = _get(one, "parent", "fed_by", default=None)
    return Node(
        id=name,
        name=str(one.get("name", "")),
        parent=None if parent is None else str(parent),
        kind=str(_get(one, "kind", "type", default="feeder")),
        amps=None if amps is None else _phased(amps, name),
        kw=maybe(one, "kw", "max_kw", "limit_kw", where=name),
    )


def _connector(one: Fields, number: int, volts: float) -> Connector:
    name = _id(one, "connectors", number)
    phases, rotation, line = _phases(one, name)
    direct = bool(_get(one, "dc", "direct", default=False))
    voltage = number_of(one, "voltage", "voltage_v", "volts", default=volts, where=name)
    if voltage <= 0:
        raise BadFile(f"{name}: the voltage is above 0")
    if not line and phases > 1 and voltage > 300:
        voltage /= ROOT_3
    most = maybe(one, "max_amps", "max_a", "max_current", "max_current_a", "maximum_a", where=name)
    if most is None:
        kw = maybe(one, "max_kw", "kw", where=name)
        used = 1 if line else 3 if direct else phases
        most = kw * 1000 / used / voltage if kw is not None else 32.0
    least = number_of(
        one, "min_amps", "min_a", "min_current", "min_current_a", default=0.0 if direct else 6.0, where=name
    )
    node = _get(one, "node", "parent", "feeder", default=None)
    return Connector(
        id=name,
        node=None if node is None else str(node),
        station=str(_get(one, "station", default="")),
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
        leased=bool(_get(one, "leased", default=True)),
    )


def _phases(one: Fields, name: str) -> tuple[int, str, str]:
    """How many phases, which of the site's comes first, or between which two."""
    told = _get(one, "phases", "phase", default=3)
    rotation = str(_get(one, "rotation", "phase_rotation", default="RST")).upper()
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
    if told not in (1, 2, 3):
        raise BadFile(f"{name}: phases is 1, 2 or 3, or names them")
    return int(told), rotation, ""


def _limit(one: Fields, number: int) -> Limit:
    name = str(_get(one, "id", "name", default=f"limit {number + 1}"))
    weights = _get(one, "weights", "terms", "coefficients", default=None)
    if isinstance(weights, list):
        pairs = [
            (term.get("connector", term.get("id")), term.get("weight", 1), term.get("angle")) if isinstance(term, dict)
            else (*term, None)[:3] if isinstance(term, list) and len(term) in (2, 3) else (term, 1, None)
            for term in weights
        ]  # fmt: skip
        angles: Any = {str(who): angle for who, _, angle in pairs if angle is not None}
        weights = {str(who): weight for who, weight, _ in pairs}
    else:
        angles = _get(one, "angles", "angles_deg", default={})
    if not isinstance(weights, dict) or not weights:
        raise BadFile(f'{name}: weights are given by connector, such as {{"A1": 1, "A2": -0.5}}')
    if not isinstance(angles, dict):
        raise BadFile(f'{name}: angles are given by connector, such as {{"A1": 30, "A2": -90}}')
    bound = maybe(one, "bound", "max", "limit", "limit_a", "max_amps", "amps", where=name)
    if bound is None:
        raise BadFile(f"{name} has no bound")
    return Limit(
        id=name,
        weights={
            who: number_of({"weight": weight}, "weight", default=1.0, where=name) for who, weight in weights.items()
        },
        angles={who: number_of({"angle": angle}, "angle", default=0.0, where=name) for who, angle in angles.items()},
        bound=bound,
    )


def _load(one: Fields, number: int) -> Load:
    name = str(_get(one, "id", "name", default=f"load {number + 1}"))
    node = _get(one, "node", default=None)
    worst = _get(one, "worst_amps", "worst", "max_amps", "max_a", default=None)
    told = steps(_get(one, "steps", "amps", "current", default=None), f"loads[{number}]", "UTC", "amps")
    most = max((step.value if isinstance(step, Daily) else step[1] for step in told), default=None)
    if node is None or (worst is None and most is None):
        raise BadFile(f"{name}: a load has a node, and worst_amps that it may draw or steps of what it draws")
    phased = _phased(most if worst is None else worst, name)
    if most is not None and most > min(phased) + 1e-9:
        raise BadFile(f"{name}: its steps reach {most:g} A, more than its worst_amps")
    margin = number_of(one, "margin_amps", "margin", default=0.0, where=name)
    return Load(id=name, node=str(node), worst=phased, margin=margin)


def _source(one: Fields, number: int) -> Source:
    name = _id(one, "sources", number)
    return Source(id=name, node=one.get("node"), kw=number_of(one, "kw", default=0.0, where=name))


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


def steps(told: Any, where: str, zone: str, word: str) -> tuple[Daily, ...] | Series:
    """A number; steps of the day (`from` "07:00"); or moments (`start` with date)."""
    if told is None:
        return ()
    if isinstance(told, dict) and isinstance(told.get("steps"), list):
        told = told["steps"]
    if isinstance(told, dict) and all(":" in str(key) for key in told):
        told = list(map(list, told.items()))
    if isinstance(told, int | float):
        return (Daily(start=time(0), value=float(told)),)
    if not isinstance(told, list) or not told:
        raise BadFile(f"{where}: a number, or a list of steps with from and {word}")
    daily: list[Daily] = []
    dated: list[tuple[float, float]] = []
    for number, one in enumerate(told):
        at = f"{where}[{number}]"
        if isinstance(one, list) and len(one) == 2:
            start, fields = one[0], {word: one[1]}
        elif isinstance(one, dict):
            start, fields = _get(one, "from", "start", "starts_at", "time", "hour", default="00:00"), one
        else:
            raise BadFile(f"{at}: a step has from and {word}")
        value = maybe(fields, word, "value", "price", "per_kwh", "price_per_kwh", "kw", "amps", where=at)
        if value is None:
            raise BadFile(f"{at} has no {word}")
        if isinstance(start, int | float) and 0 <= start < 24:
            start = f"{int(start):02d}:{int(start % 1 * 60 + 1e-6):02d}"
        if len(str(start)) <= 8 and ":" in str(start):
            try:
                clock = time.fromisoformat(f"0{start}" if str(start)[1] == ":" else str(start))
            except ValueError:
                raise BadFile(f"{at}: {start} is no time of the day") from None
            if clock.tzinfo is not None:
                raise BadFile(f"{at}: {start} has an offset; a time of the day is of the site's time_zone")
            daily.append(Daily(start=clock, value=value))
        else:
            dated.append((moment(str(start), zone, at), value))
    if daily and dated:
        raise BadFile(f"{where}: either times of the day or moments with a date")
    return tuple(sorted(daily, key=lambda one: one.start)) if daily else tuple(sorted(dated))


def unrolled(told: tuple[Daily, ...] | Series, zone: str, start: float, end: float) -> Series:
    """The steps of a day, for all days between."""
    if not told or not isinstance(told[0], Daily):
        return cast(Series, told)
    day = datetime.fromtimestamp(start, ZoneInfo(zone)).date() - timedelta(days=1)
    found: list[tuple[float, float]] = []
    while (midnight := datetime.combine(day, time(0), ZoneInfo(zone))).timestamp() < end:
        daily = told  # of the day, by the first one
        if daily[0].start > time(0):
            found.append((midnight.timestamp(), daily[-1].value))
        found += [(datetime.combine(day, one.start, ZoneInfo(zone)).timestamp(), one.value) for one in daily]
        day += timedelta(days=1)
    return tuple(found)


def moment(text: str, zone: str, where: str) -> float:
    """ISO 8601, with or without a zone (then the site's), or seconds or milliseconds since 1970."""
    text = text.strip()
    try:
        if len(text) < 9 or not text.replace(".", "", 1).isdigit():
            return _iso(text, zone)
        found = float(text)
        return found / 1000 if found > 1e11 else found
    except (ValueError, OverflowError):
        raise BadFile(f"{where}: {text!r} is no time; 2026-03-01T08:15:00Z is one") from None


def _iso(text: str, zone: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC).timestamp()
