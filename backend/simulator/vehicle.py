"""Cars: what they take, and when they take less. Pure."""

from dataclasses import dataclass

VOLTAGE = 230.0
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A model. `phases` and `current_a` limit AC, `dc_w` limits DC."""

    name: str
    battery_wh: int
    phases: int
    current_a: int
    dc_w: int


@dataclass(frozen=True, slots=True)
class Curve:
    """How charging begins and ends. Up to the state of charge `knee` full power, then a straight line to `rest`."""

    knee: float
    rest: float
    ramp_s: float
    warmup_s: float
    """From the plug to the closed contactor: AC cars are quick, DC cars talk first."""
    efficiency: float
    """What of the metered energy reaches the battery."""


AC = Curve(knee=97.0, rest=0.35, ramp_s=4.0, warmup_s=1.0, efficiency=0.90)
DC = Curve(knee=58.0, rest=0.12, ramp_s=9.0, warmup_s=2.0, efficiency=0.96)

MODELS = (
    Vehicle("City hatch", 38_000, 1, 32, 46_000),
    Vehicle("Compact", 58_000, 3, 16, 120_000),
    Vehicle("Saloon", 77_000, 3, 16, 170_000),
    Vehicle("Estate", 84_000, 3, 16, 135_000),
    Vehicle("Coupe", 93_000, 3, 32, 260_000),
    Vehicle("Van", 64_000, 3, 16, 100_000),
)


def curve(dc: bool) -> Curve:
    return DC if dc else AC


def most_w(vehicle: Vehicle, dc: bool, offered_w: int) -> float:
    """What this car takes at best where `offered_w` is offered; a one-phase car gets a third of three phases."""
    if dc:
        return float(min(vehicle.dc_w, offered_w))
    offered_a = offered_w / (3 * VOLTAGE)
    return min(vehicle.current_a, offered_a) * vehicle.phases * VOLTAGE


def taper(soc: float, shape: Curve) -> float:
    """Share of the car's own top power at a state of charge; falls and never rises."""
    if soc <= shape.knee:
        return 1.0
    gone = min(1.0, (soc - shape.knee) / (FULL - shape.knee))
    return 1.0 - gone * (1.0 - shape.rest)


def ramp(seconds: float, shape: Curve) -> float:
    """Share of the power so many seconds after the contactor closed."""
    return min(1.0, max(0.0, seconds) / shape.ramp_s)


def power_w(vehicle: Vehicle, dc: bool, offered_w: int, soc: float, seconds: float) -> float:
    """At this moment. The taper is the battery's: a strong car on a weak station doesn't notice it for long."""
    shape = curve(dc)
    own = most_w(vehicle, dc, 10**9 if dc else offered_w) * taper(soc, shape)
    return min(own, most_w(vehicle, dc, offered_w)) * ramp(seconds, shape)


def soc_before(vehicle: Vehicle, dc: bool, offered_w: int, target: float, minutes: float) -> float:
    """With how much a car arrives that needs about so many minutes to `target`; at least 5 %."""
    shape, soc = curve(dc), target
    for _ in range(max(1, round(minutes * 4))):
        soc -= power_w(vehicle, dc, offered_w, soc, 60) * shape.efficiency * 15 / 3600 / vehicle.battery_wh * 100
        if soc < 5:
            return 5.0
    return soc
