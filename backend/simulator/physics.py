"""A car on an outlet, second by second, and what the meter says of it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from backend.simulator import vehicle as cars
from backend.simulator.vehicle import Vehicle

LEAST_W = 6 * 3 * cars.VOLTAGE - 1
"""6 A on three phases."""
STEP_S = 1.0
"""Longer stretches of time are taken in steps of this."""


class Reading(msgspec.Struct, frozen=True):
    """What the meter shows at one moment. `phases` 0: direct current. The register is in whole Wh."""

    at: datetime
    energy_wh: int
    power_w: int
    phases: int
    voltage_v: float
    current_a: float
    soc_percent: int | None = None


class Sampled(msgspec.Struct, frozen=True):
    """One value of a reading in the words that both OCPP versions share."""

    value: float
    measurand: str
    unit: str
    phase: str = ""
    location: str = ""


@dataclass(slots=True)
class Charge:
    """A plugged car. `energy_wh` is what it has taken so far, as the meter counts it."""

    vehicle: Vehicle
    dc: bool
    offered_w: int
    soc: float
    target: float
    power_w: float = 0.0
    energy_wh: float = 0.0
    allowed_w: float | None = None
    """What profiles leave of `offered_w`, as if over three phases; None: all."""
    seconds: float = field(default=0.0)
    """Since the contactor was asked to close."""

    @property
    def full(self) -> bool:
        return self.soc >= self.target

    @property
    def flows(self) -> bool:
        return self.power_w > 0

    @property
    def offers_w(self) -> int:
        return self.offered_w if self.allowed_w is None else min(self.offered_w, int(self.allowed_w))

    @property
    def held_back(self) -> bool:
        """Profiles leave so little that no car can charge with it: below 6 A of alternating current. A small outlet
        that nothing limits is not held back: it offers one phase."""
        return self.allowed_w is not None and self.offers_w < (1 if self.dc else min(LEAST_W, self.offered_w))

    def advance(self, seconds: float) -> float:
        """Charge for so long; the Wh that went through the meter."""
        taken = 0.0
        while seconds > 1e-9:
            step = min(seconds, STEP_S)
            taken += self._step(step)
            seconds -= step
        self.energy_wh += taken
        return taken

    def _step(self, seconds: float) -> float:
        shape = cars.curve(self.dc)
        self.seconds += seconds
        closed = self.seconds - shape.warmup_s
        if self.full or closed <= 0 or self.held_back:
            self.power_w = 0.0
            return 0.0
        self.power_w = cars.power_w(self.vehicle, self.dc, self.offers_w, self.soc, closed)
        energy = self.power_w * seconds / 3600
        self.soc = min(cars.FULL, self.soc + energy * shape.efficiency / self.vehicle.battery_wh * 100)
        return energy

    def rest(self) -> None:
        """The contactor opens."""
        self.power_w, self.seconds = 0.0, 0.0


def shown_state(charge: Charge, before: str) -> str:
    """Of the transaction."""
    if charge.flows:
        return "Charging"
    if charge.full:
        return "SuspendedEV"
    return "SuspendedEVSE" if charge.held_back else before


def read(at: datetime, register_wh: float, charge: Charge | None, dc: bool) -> Reading:
    """The register is cut to whole Wh, so that it never shows more than has flowed."""
    energy, power = int(register_wh), round(charge.power_w) if charge else 0
    if dc:
        soc = round(charge.soc) if charge else None
        voltage = 350.0 + (charge.soc if charge else 0.0)
        current = power / voltage
        return Reading(at, energy, power, 0, round(voltage, 1), round(current, 1), soc)
    phases = charge.vehicle.phases if charge else 3
    # The mains sag and swell a little; taken from the register so that it needs no chance.
    voltage = cars.VOLTAGE + (energy % 37 - 18) / 10
    return Reading(at, energy, power, phases, round(voltage, 1), round(power / phases / voltage, 1))


def sampled(reading: Reading, measurands: list[str]) -> list[Sampled]:
    """The values of a reading that were configured, in the order of the configuration."""
    found: list[Sampled] = []
    for measurand in measurands:
        found += _values(reading, measurand)
    return found


def _values(reading: Reading, measurand: str) -> list[Sampled]:
    phases = [f"L{number}" for number in range(1, reading.phases + 1)]
    match measurand:
        case "Energy.Active.Import.Register":
            return [Sampled(reading.energy_wh, measurand, "Wh", location="Outlet")]
        case "Power.Active.Import":
            return [Sampled(reading.power_w, measurand, "W", location="Outlet")]
        case "Current.Import":
            return [Sampled(reading.current_a, measurand, "A", phase, "Outlet") for phase in phases or [""]]
        case "Voltage":
            names = [f"{phase}-N" for phase in phases] or [""]
            return [Sampled(reading.voltage_v, measurand, "V", phase, "Outlet") for phase in names]
        case "SoC" if reading.soc_percent is not None:
            return [Sampled(reading.soc_percent, measurand, "Percent", location="EV")]
    return []
