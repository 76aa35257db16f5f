"""From sampled values, as either version sends them, to samples in our units. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec

from backend.ocpp.quirks import NONE, Quirks
from backend.transactions.model import Sample

IMPORT = "Energy.Active.Import.Register"
EXPORT = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
OFFERED_POWER = "Power.Offered"
OFFERED_CURRENT = "Current.Offered"
NOMINAL_V = 230
PHASES = frozenset({"L1", "L2", "L3"})
LARGEST = Decimal(10) ** 15


class Value(msgspec.Struct, frozen=True, gc=False):
    """One sampled value. unit empty: the default of its measurand. multiplier: power of ten (2.0.1)."""

    value: str | float
    measurand: str = ""
    unit: str = ""
    phase: str = ""
    location: str = ""
    context: str = ""
    multiplier: int = 0
    signed: bool = False


def sample(at: datetime, values: Iterable[Value], quirks: Quirks = NONE) -> Sample | None:
    """What one meter value says; None if nothing of it can be read.

    Stations leave out the measurand (then it is the import register), the unit (Wh, W), or the total (then the
    phases are added up), and some count what the car takes as export. What its model means otherwise is in `quirks`.
    """
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    units: dict[str, str] = {}
    context = ""
    for value in values:
        number = _number(value)
        if number is None or value.signed or (value.location in ("EV", "Inlet") and value.measurand != "SoC"):
            continue
        measurand = value.measurand or quirks.default_measurand
        phase = value.phase.split("-")[0] if value.phase else ""
        found[measurand].setdefault(phase, number)
        units.setdefault(measurand, value.unit)
        context = context or value.context
    energy = IMPORT if IMPORT in found else EXPORT
    wh, other = _energy(_total(found.get(energy, {})), quirks.energy_unit or units.get(energy, ""))
    power = _total(found.get(POWER, {}))
    if power is not None and (quirks.power_unit or units.get(POWER, "")).lower() == "kw":
        power *= 1000
    soc = _total(found.get("SoC", {}))
    one = Sample(
        at=at,
        energy_wh=wh,
        energy_other_wh=None if quirks.energy_unit else other,  # nothing to guess where it is known
        power_w=_whole(power),
        soc_percent=min(100, max(0, _whole(soc) or 0)) if soc is not None else None,
        current_a=_largest(found.get(CURRENT, {})),
        voltage_v=_mean(found.get("Voltage", {})),
        phase_voltages=_phases(found.get("Voltage", {})),
        phase_currents=_phases(found.get(CURRENT, {})),
        offered_w=_offered(found, units),
        context=context or "Sample.Periodic",
    )
    known = (one.energy_wh, one.power_w, one.soc_percent, one.current_a, one.voltage_v)
    return one if any(part is not None for part in known) else None


def _number(value: Value) -> Decimal | None:
    try:
        text = str(value.value)
        number = Decimal(text.strip().replace(",", ".") if "," in text else text)
        if value.multiplier:
            number = number.scaleb(value.multiplier)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < LARGEST else None


def _total(phases: dict[str, Decimal]) -> Decimal | None:
    """The overall value, or the sum of the phases where there is none."""
    if "" in phases:
        return phases[""]
    parts = [number for phase, number in phases.items() if phase in PHASES]
    return sum(parts, Decimal(0)) if parts else next(iter(phases.values()), None)


def _energy(number: Decimal | None, unit: str) -> tuple[int | None, int | None]:
    """(Wh, what it would be in the other unit)."""
    if number is None:
        return None, None
    if unit.lower() == "kwh":
        return round(number * 1000), round(number)
    return round(number), round(number * 1000)


def _phases(phases: dict[str, Decimal]) -> tuple[float, ...]:
    """L1, L2, L3 where all three were told."""
    return tuple(float(phases[name]) for name in ("L1", "L2", "L3")) if phases.keys() >= PHASES else ()


def _offered(found: Mapping[str, dict[str, Decimal]], units: Mapping[str, str]) -> int | None:
    """By its power, or by its current and the phases that carry one."""
    power = _total(found.get(OFFERED_POWER, {}))
    if power is not None:
        return _whole(power * 1000 if units.get(OFFERED_POWER, "").lower() == "kw" else power)
    current = _largest(found.get(OFFERED_CURRENT, {}))
    if current is None:
        return None
    used = sum(1 for name, amps in found.get(CURRENT, {}).items() if name in PHASES and amps > 1)
    return _whole(current * NOMINAL_V * max(1, used))


def _whole(number: Decimal | None) -> int | None:
    return None if number is None or abs(number) > 2**31 - 1 else round(number)


def _largest(phases: dict[str, Decimal]) -> Decimal | None:
    number = max(phases.values(), default=None)
    return None if number is None or abs(number) >= 10**6 else round(number, 2)


def _mean(phases: dict[str, Decimal]) -> Decimal | None:
    if not phases:
        return None
    number = sum(phases.values(), Decimal(0)) / len(phases)
    return None if abs(number) >= 10**6 else round(number, 2)
