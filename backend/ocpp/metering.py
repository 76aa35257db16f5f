"""From sampled values, as either version sends them, to samples in our units. Pure.

A station says what it measures in the same words each time, so what they mean is found once (`_layout`); each meter
value only brings new numbers.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from backend.ocpp.quirks import NONE, Quirks
from backend.transactions.model import Sample

IMPORT = "Energy.Active.Import.Register"
EXPORT = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
OFFERED_POWER = "Power.Offered"
OFFERED_CURRENT = "Current.Offered"
SIGNED = "SignedData"
NOMINAL_V = 230
PHASES = ("L1", "L2", "L3")
LARGEST = Decimal(10) ** 15
MOST_REMEMBERED, LONGEST_REMEMBERED = 1024, 32
"""So many ways to say it, of so many values at most: stations could think of ever new ones."""
NUMBERS_REMEMBERED, LONGEST_NUMBER = 8192, 24
"""Numbers as they were written, and their characters."""
_LEAST, _ZERO, _HUNDREDTH, _MILLION = -LARGEST, Decimal(0), Decimal("0.01"), Decimal(10**6)
_MOST_WHOLE = 2**31 - 1

Kind = tuple[str | None, str | None, str | None, str | None, str | None, str | None]
"""Of one sampled value all but its number: measurand, unit, phase, location, context, format (1.6). What isn't there
has its default."""
Places = tuple[int, ...]
"""Of values in the list of all of them."""


class _Unreadable(ValueError):
    """No number that a meter can mean."""


class _Total(NamedTuple):
    """What is the overall value, or is added up; nothing: it wasn't said."""

    places: Places = ()
    thousands: bool = False
    """In kWh or kW."""


class _Layout(NamedTuple):
    """Which of the values mean what."""

    energy: _Total
    power: _Total
    soc: Places
    currents: Places
    voltages: Places
    phase_currents: Places
    """L1, L2, L3, where all three were said. The voltages likewise."""
    phase_voltages: Places
    offered_power: _Total
    offered_currents: Places
    carrying: Places
    """Currents of single phases."""
    context: str
    offers: bool
    """Whether it says what the station offers."""


def sample(
    at: datetime,
    kinds: Sequence[Kind],
    said: Sequence[str | float],
    quirks: Quirks = NONE,
    powers: Sequence[int | None] = (),
) -> Sample | None:
    """What one meter value says; None if nothing of it can be read. For each of the kinds `said` is its number, and
    `powers` the power of ten it is multiplied by (2.0.1).

    Stations leave out the measurand (then it is the import register), the unit (Wh, W), or the total (then the
    phases are added up), and some count what the car takes as export. What its model means otherwise is in `quirks`.
    """
    try:
        known = list(map(_usual, said, powers) if powers else map(_usual, said))
    except _Unreadable:
        kinds, known = _readable(kinds, said, powers)
    layout = (_layout if len(kinds) <= LONGEST_REMEMBERED else _find_layout)(tuple(kinds), quirks.default_measurand)
    wh, other = _energy(known, layout.energy, quirks.energy_unit)
    power = _sum(known, layout.power.places)
    if power is not None and (quirks.power_unit == "kW" if quirks.power_unit else layout.power.thousands):
        power *= 1000
    power_w, soc = _whole(power), _whole(_sum(known, layout.soc))
    current = _rounded(max([known[n] for n in layout.currents])) if layout.currents else None
    voltage = _mean([known[n] for n in layout.voltages]) if layout.voltages else None
    if wh is None and power_w is None and current is None and voltage is None and not layout.soc:
        return None
    return Sample(
        at=at,
        energy_wh=wh,
        energy_other_wh=None if quirks.energy_unit else other,  # nothing to guess where it is known
        power_w=power_w,
        soc_percent=min(100, max(0, soc or 0)) if layout.soc else None,
        current_a=current,
        voltage_v=voltage,
        phase_voltages=_each(known, layout.phase_voltages),
        phase_currents=_each(known, layout.phase_currents),
        offered_w=_offered(known, layout) if layout.offers else None,
        context=layout.context,
    )


def _find_layout(kinds: Sequence[Kind], default_measurand: str) -> _Layout:
    found: dict[str, dict[str, int]] = {}
    units: dict[str, str] = {}
    context = ""
    for n, (measurand, unit, phase, location, its_context, its_format) in enumerate(kinds):
        if its_format == SIGNED or (location in ("EV", "Inlet") and measurand != "SoC"):
            continue
        measurand = measurand or default_measurand
        units.setdefault(measurand, unit or "")
        found.setdefault(measurand, {}).setdefault((phase or "").partition("-")[0], n)
        context = context or its_context or ""

    def total(measurand: str, thousand: str = "") -> _Total:
        phases = found.get(measurand, {})
        parts = tuple(n for phase, n in phases.items() if phase in PHASES) or tuple(phases.values())[:1]
        places = (phases[""],) if "" in phases else parts
        return _Total(places, units.get(measurand, "").lower() == thousand)

    def every(measurand: str) -> Places:
        return tuple(found.get(measurand, {}).values())

    def each(measurand: str) -> Places:
        phases = found.get(measurand, {})
        return tuple(phases[phase] for phase in PHASES) if phases.keys() >= {*PHASES} else ()

    return _Layout(
        energy=total(IMPORT if IMPORT in found else EXPORT, "kwh"),
        power=total(POWER, "kw"),
        soc=total("SoC").places,
        currents=every(CURRENT),
        voltages=every("Voltage"),
        phase_currents=each(CURRENT),
        phase_voltages=each("Voltage"),
        offered_power=total(OFFERED_POWER, "kw"),
        offered_currents=every(OFFERED_CURRENT),
        carrying=tuple(n for phase, n in found.get(CURRENT, {}).items() if phase in PHASES),
        context=context or "Sample.Periodic",
        offers=OFFERED_POWER in found or OFFERED_CURRENT in found,
    )


_layout = lru_cache(MOST_REMEMBERED)(_find_layout)


def _readable(
    kinds: Sequence[Kind], said: Sequence[str | float], powers: Sequence[int | None]
) -> tuple[list[Kind], list[Decimal]]:
    found = []
    for kind, one, power in zip(kinds, said, powers or repeat(None), strict=False):
        with suppress(_Unreadable):
            found.append((kind, _number(one, power)))
    return [kind for kind, _ in found], [number for _, number in found]


def _number(said: str | float, power: int | None = None) -> Decimal:
    """Raises _Unreadable."""
    try:
        text = said if said.__class__ is str else str(said)
        number = Decimal(text.strip().replace(",", ".") if "," in text else text)
        if power:
            number = number.scaleb(power)
        if _LEAST < number < LARGEST:
            return number
    except (InvalidOperation, ValueError):  # a comparison with what is no number is one, too
        pass
    raise _Unreadable


@lru_cache(NUMBERS_REMEMBERED)
def _usual(said: str | float, power: int | None = None) -> Decimal:
    """The same: voltages, currents and states of charge come again and again. Raises _Unreadable for a long one too."""
    if said.__class__ is str and len(said) > LONGEST_NUMBER:
        raise _Unreadable
    return _number(said, power)


def _sum(numbers: Sequence[Decimal], places: Places) -> Decimal | None:
    if len(places) == 1:
        return numbers[places[0]]
    return sum([numbers[n] for n in places], _ZERO) if places else None


def _energy(numbers: Sequence[Decimal], total: _Total, unit: str) -> tuple[int | None, int | None]:
    """(Wh, what it would be in the other unit). `unit`: which one it is, whatever the station says."""
    number = _sum(numbers, total.places)
    if number is None:
        return None, None
    whole = int(number)
    one, thousand = (whole, whole * 1000) if whole == number else (round(number), round(number * 1000))
    return (thousand, one) if (unit == "kWh" if unit else total.thousands) else (one, thousand)


def _offered(numbers: Sequence[Decimal], layout: _Layout) -> int | None:
    """By its power, or by its current and the phases that carry one."""
    power = _sum(numbers, layout.offered_power.places)
    if power is not None:
        return _whole(power * 1000 if layout.offered_power.thousands else power)
    current = _rounded(max([numbers[n] for n in layout.offered_currents]))
    if current is None:
        return None
    used = len([n for n in layout.carrying if numbers[n] > 1])
    return _whole(current * NOMINAL_V * max(1, used))


def _each(numbers: Sequence[Decimal], places: Places) -> tuple[float, ...]:
    if not places:
        return ()
    one, two, three = places
    return float(numbers[one]), float(numbers[two]), float(numbers[three])


def _whole(number: Decimal | None) -> int | None:
    if number is None:
        return None
    whole = round(number)
    return whole if -_MOST_WHOLE <= whole <= _MOST_WHOLE else None


def _mean(numbers: Sequence[Decimal]) -> Decimal | None:
    return _rounded(sum(numbers, _ZERO) / len(numbers))


def _rounded(number: Decimal) -> Decimal | None:
    """To the hundredths that are stored; None for what no cable carries."""
    return number.quantize(_HUNDREDTH) if -_MILLION < number < _MILLION else None
