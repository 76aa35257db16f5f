"""From sampled values, as either version sends them, to samples in our units. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

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
_LEAST, _NOTHING = -LARGEST, dict[str, Decimal]()
_ZERO, _HUNDREDTH, _MILLION, _MOST_WHOLE = Decimal(0), Decimal("0.01"), Decimal(10**6), 2**31 - 1


class Value(NamedTuple):
    """One sampled value. unit empty: the default of its measurand. multiplier: power of ten (2.0.1).

    Plain tuples in this order do as well: eight of them come with each meter value.
    """

    value: str | float
    measurand: str = ""
    unit: str = ""
    phase: str = ""
    location: str = ""
    context: str = ""
    multiplier: int = 0
    signed: bool = False


Said = Value | tuple[str | float, str, str, str, str, str, int, bool]


def sample(at: datetime, values: Iterable[Said], quirks: Quirks = NONE) -> Sample | None:
    """What one meter value says; None if nothing of it can be read.

    Stations leave out the measurand (then it is the import register), the unit (Wh, W), or the total (then the
    phases are added up), and some count what the car takes as export. What its model means otherwise is in `quirks`.
    """
    found: dict[str, dict[str, Decimal]] = {}
    units: dict[str, str] = {}
    context = ""
    for said, measurand, unit, phase, location, its_context, multiplier, signed in values:
        if signed or (location in ("EV", "Inlet") and measurand != "SoC"):
            continue
        number = _number(said, multiplier)
        if number is None:
            continue
        measurand = measurand or quirks.default_measurand
        if "-" in phase:
            phase = phase[: phase.index("-")]
        phases = found.get(measurand)
        if phases is None:
            found[measurand] = {phase: number}
            units[measurand] = unit
        elif phase not in phases:
            phases[phase] = number
        context = context or its_context
    energy = IMPORT if IMPORT in found else EXPORT
    wh, other = _energy(_total(found.get(energy, _NOTHING)), quirks.energy_unit or units.get(energy, ""))
    power = _total(found.get(POWER, _NOTHING))
    if power is not None and (quirks.power_unit or units.get(POWER, "")).lower() == "kw":
        power *= 1000
    soc = _total(found.get("SoC", _NOTHING))
    currents, voltages = found.get(CURRENT, _NOTHING), found.get("Voltage", _NOTHING)
    one = Sample(
        at=at,
        energy_wh=wh,
        energy_other_wh=None if quirks.energy_unit else other,  # nothing to guess where it is known
        power_w=_whole(power),
        soc_percent=min(100, max(0, _whole(soc) or 0)) if soc is not None else None,
        current_a=_largest(currents),
        voltage_v=_mean(voltages),
        phase_voltages=_phases(voltages),
        phase_currents=_phases(currents),
        offered_w=_offered(found, units),
        context=context or "Sample.Periodic",
    )
    known = (one.energy_wh, one.power_w, one.soc_percent, one.current_a, one.voltage_v)
    return None if known == _NOT_ONE else one


_NOT_ONE = (None,) * 5


def _number(said: str | float, multiplier: int) -> Decimal | None:
    try:
        text = said if said.__class__ is str else str(said)
        number = Decimal(text.strip().replace(",", ".") if "," in text else text)
        if multiplier:
            number = number.scaleb(multiplier)
        return number if _LEAST < number < LARGEST else None
    except (InvalidOperation, ValueError):  # a comparison with what is no number is one, too
        return None


def _total(phases: dict[str, Decimal]) -> Decimal | None:
    """The overall value, or the sum of the phases where there is none."""
    if not phases:
        return None
    if "" in phases:
        return phases[""]
    parts = [number for phase, number in phases.items() if phase in PHASES]
    return sum(parts, _ZERO) if parts else next(iter(phases.values()), None)


def _energy(number: Decimal | None, unit: str) -> tuple[int | None, int | None]:
    """(Wh, what it would be in the other unit)."""
    if number is None:
        return None, None
    whole = int(number)
    one, thousand = (whole, whole * 1000) if whole == number else (round(number), round(number * 1000))
    return (thousand, one) if unit.lower() == "kwh" else (one, thousand)


def _phases(phases: dict[str, Decimal]) -> tuple[float, ...]:
    """L1, L2, L3 where all three were told."""
    try:
        return float(phases["L1"]), float(phases["L2"]), float(phases["L3"])
    except KeyError:
        return ()


def _offered(found: Mapping[str, dict[str, Decimal]], units: Mapping[str, str]) -> int | None:
    """By its power, or by its current and the phases that carry one."""
    if OFFERED_POWER not in found and OFFERED_CURRENT not in found:
        return None
    power = _total(found.get(OFFERED_POWER, {}))
    if power is not None:
        return _whole(power * 1000 if units.get(OFFERED_POWER, "").lower() == "kw" else power)
    current = _largest(found.get(OFFERED_CURRENT, {}))
    if current is None:
        return None
    used = sum(1 for name, amps in found.get(CURRENT, {}).items() if name in PHASES and amps > 1)
    return _whole(current * NOMINAL_V * max(1, used))


def _whole(number: Decimal | None) -> int | None:
    if number is None:
        return None
    whole = round(number)
    return whole if -_MOST_WHOLE <= whole <= _MOST_WHOLE else None


def _largest(phases: dict[str, Decimal]) -> Decimal | None:
    return _rounded(max(phases.values())) if phases else None


def _mean(phases: dict[str, Decimal]) -> Decimal | None:
    return _rounded(sum(phases.values(), _ZERO) / len(phases)) if phases else None


def _rounded(number: Decimal) -> Decimal | None:
    """To the hundredths that are stored; None for what no cable carries."""
    return number.quantize(_HUNDREDTH) if -_MILLION < number < _MILLION else None
