"""Days of stations, well and broken, as what they say over the wire: seeded, for measuring detection. Pure.

A day is a list of steps: at a second, a station connects, drops, falls mute, or says a call of OCPP 1.6. `$tx` in a
payload is the number that the last StartTransaction of the outlet was given. Tuning and scoring draw from different
seeds; the ranges of scoring are mostly wider and contain those of tuning (`Ranges`).
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

DAY_S = 86_400
EVERY_S = 300
"""Between two readings."""
CODES_16 = (
    "ConnectorLockFailure EVCommunicationError GroundFailure HighTemperature InternalError LocalListConflict "
    "OtherError OverCurrentFailure OverVoltage PowerMeterFailure PowerSwitchFailure ReaderFailure "
    "ResetFailure UnderVoltage WeakSignal"
).split()
MREC = [f"CX{number:03}" for number in range(8, 27)]
"""Those that 1.6 has no name of its own for: sent as the vendor's code."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the numbers of a fault are drawn from, as parts of how far beyond the threshold they lie."""

    seed: str
    volts_high: tuple[float, float]
    volts_low: tuple[float, float]
    derated: tuple[float, float]
    jump_wh: tuple[int, int]
    clock_s: tuple[int, int]
    sessions: tuple[int, int]


TUNING = Ranges("tuning", (262, 270), (185, 195), (0.05, 0.15), (90_000, 200_000), (600, 9000), (2, 3))
SCORING = Ranges("scoring", (259, 285), (150, 200), (0.02, 0.24), (45_000, 2_000_000), (180, 40_000), (1, 5))


@dataclass(frozen=True, slots=True)
class Step:
    at_s: float
    kind: str
    """connect, drop, mute, say."""
    action: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    clock_off_s: float = 0.0


@dataclass(slots=True)
class Scenario:
    """One station's day. `begins_s`: when the fault does; None: a station that is well. `rules`: any of them finds it
    within `within_s`. `also`: rules whose incidents follow from it and are true."""

    kind: str
    steps: list[Step]
    begins_s: float | None = None
    within_s: float = 120
    rules: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    site: int = 0


class Day:
    """Writes what a station with one outlet says in a day."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.steps: list[Step] = [Step(0, "connect")]
        self.register = chance.randint(10_000, 900_000)
        self.off_s = 0.0
        self.phases = 3 if chance.random() < 0.7 else 1
        self.status(1, "Available")

    def say(self, at_s: float, action: str, **payload: Any) -> None:
        self.steps.append(Step(at_s, "say", action, payload, self.off_s))

    def status(self, at_s: float, status: str, code: str = "NoError", **more: Any) -> None:
        self.say(at_s, "StatusNotification", connectorId=1, status=status, errorCode=code, **more)

    def start(self, at_s: float) -> None:
        self.status(at_s, "Preparing")
        card = f"CARD-{self.chance.randint(1, 40)}"
        self.say(at_s + 8, "StartTransaction", connectorId=1, idTag=card, meterStart=self.register)
        self.status(at_s + 9, "Charging")

    def read(self, at_s: float, power_w: float, **wrong: Any) -> None:
        """A reading; `wrong`: volts, amps (three each), energy_wh instead of what is right."""
        volts = wrong.get("volts") or [self.chance.gauss(231, 2) for _ in range(3)]
        amps = wrong.get("amps") or [power_w / 230 / self.phases if n < self.phases else 0.0 for n in range(3)]
        energy_wh = wrong.get("energy_wh", self.register)

        def value(number: float, measurand: str, unit: str, **more: str) -> dict[str, str]:
            return {"value": f"{number:.1f}", "measurand": measurand, "unit": unit, **more}

        self.say(
            at_s,
            "MeterValues",
            connectorId=1,
            transactionId="$tx",
            meterValue=[
                {
                    "sampledValue": [
                        value(energy_wh, "Energy.Active.Import.Register", "Wh"),
                        value(power_w, "Power.Active.Import", "W"),
                        value(16, "Current.Offered", "A"),
                        *(value(volts[n], "Voltage", "V", phase=f"L{n + 1}") for n in range(3)),
                        *(value(amps[n], "Current.Import", "A", phase=f"L{n + 1}") for n in range(3)),
                    ]
                }
            ],
        )

    def charge(self, at_s: float, until_s: float, share: float = 1.0, **wrong: Any) -> float:
        """Readings of a car that takes `share` of the offer; where it ended."""
        full_w = 16 * 230 * self.phases * self.chance.uniform(0.9, 0.99)
        while at_s < until_s:
            at_s += EVERY_S
            power_w = full_w * share * self.chance.uniform(0.97, 1.0)
            self.register += int(power_w * EVERY_S / 3600)
            self.read(at_s, power_w, **wrong)
        return at_s

    def stop(self, at_s: float, reason: str = "Local") -> None:
        self.say(at_s, "StopTransaction", transactionId="$tx", meterStop=self.register, reason=reason)
        self.status(at_s + 1, "Finishing")
        self.status(at_s + self.chance.uniform(30, 3000), "Available")

    def session(self, at_s: float, minutes: float) -> float:
        """A good one; some cars are full before their driver comes. When the outlet is free again at the latest."""
        self.start(at_s)
        end = self.charge(at_s + 10, at_s + minutes * 60)
        if self.chance.random() < 0.4:
            for share in (0.6, 0.25, 0.1):
                end = self.charge(end, end + EVERY_S - 1, share)
            self.status(end + 5, "SuspendedEV")
            for _ in range(self.chance.randint(0, 20)):
                end += EVERY_S
                self.read(end, 0)
        self.stop(end + 30)
        return end + 3200

    def hiccup(self, at_s: float) -> None:
        """A restart of the modem, too short to matter."""
        self.steps += [Step(at_s, "drop"), Step(at_s + self.chance.uniform(5, 45), "connect")]

    def live(self, from_s: float, until_s: float) -> float:
        """Ordinary hours."""
        at_s = from_s + self.chance.uniform(600, 9000)
        while at_s < until_s - 9000:
            at_s = self.session(at_s, self.chance.uniform(20, 60)) + self.chance.uniform(300, 20_000)
            if self.chance.random() < 0.3:
                self.hiccup(at_s - 200)
        return max(at_s, from_s)


Fault = Callable[[Day, float, Ranges], tuple[set[str], float]]
"""Writes the fault into the day from a second on: the rules that must find it, and within how many seconds."""


def reported(code: str, vendor: str = "") -> Fault:
    def write(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
        more = {"vendorErrorCode": vendor} if vendor else {}
        faulted = day.chance.random() < 0.7
        day.status(at_s, "Faulted" if faulted else "Available", code, **more)
        return {"connector_faulted"}, 120

    return write


def vendor_text(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.status(at_s, "Faulted", "OtherError", info="GroundFailure: RCD tripped", vendorErrorCode="E-107")
    return {"connector_faulted"}, 120


def faulted_without_reason(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.status(at_s, "Faulted")
    return {"connector_faulted"}, 120


def gone(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.steps.append(Step(at_s, "drop"))
    return {"station_offline"}, 240


def mute(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.steps.append(Step(at_s, "mute"))
    return {"station_silent"}, 600


def flapping(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    for _ in range(day.chance.randint(7, 20)):
        day.steps += [Step(at_s, "drop"), Step(at_s + 20, "connect")]
        at_s += day.chance.uniform(60, 360)
    return {"station_flapping"}, 3600


def high(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    volts = [day.chance.uniform(*ranges.volts_high) for _ in range(3)]
    day.charge(at_s + 10, at_s + 3000, volts=volts)
    return {"voltage_out_of_band"}, 1500


def low(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    volts = [day.chance.uniform(*ranges.volts_low) for _ in range(3)]
    day.charge(at_s + 10, at_s + 3000, volts=volts)
    return {"voltage_out_of_band"}, 1500


def neutral_broken(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    day.charge(at_s + 10, at_s + 3000, volts=[206.0, 231.0, 252.0])
    return {"phase_imbalance"}, 2400


def phase_lost(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.phases = 3
    day.start(at_s)
    end = day.charge(at_s + 10, at_s + 900)
    day.charge(end, end + 3000, 0.67, amps=[16.0, 15.9, day.chance.uniform(0, 1)])
    return {"phase_imbalance"}, 3600


def derated(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    day.charge(at_s + 10, at_s + 5000, day.chance.uniform(*ranges.derated))
    return {"power_below_offer"}, 3000


def jump(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    end = day.charge(at_s + 10, at_s + 900)
    day.register += day.chance.randint(*ranges.jump_wh)
    day.charge(end, end + 1800)
    return {"meter_jump"}, 2400


def freeze(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    day.charge(at_s + 10, at_s + 3600, day.chance.uniform(0.5, 1), energy_wh=day.register)
    return {"meter_freeze"}, 1800


def backwards(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    end = day.charge(at_s + 10, at_s + 1800)
    day.read(end + EVERY_S, 7000, energy_wh=day.register - day.chance.randint(900, 5000))
    day.stop(end + EVERY_S + 60)
    return {"meter_backwards"}, 3600


def no_power(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    day.charge(at_s + 10, at_s + 3600, 0.0)
    return {"no_power", "power_below_offer"}, 1800


def zombie(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    end = day.charge(at_s + 10, at_s + 900)
    day.status(end + 60, "Available")
    return {"zombie_session"}, 3600


def lost_session(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.start(at_s)
    day.charge(at_s + 10, at_s + 900)
    return {"zombie_session"}, 1200 + 7200 + 600


def plugged(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.status(at_s, "Preparing")
    return {"plugged_not_started"}, 2400


def stuck_finishing(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    at_s = min(at_s, 6 * 3600.0)
    day.status(at_s, "Finishing")
    return {"stuck_finishing"}, 13 * 3600


def unasked_charging(day: Day, at_s: float, _ranges: Ranges) -> tuple[set[str], float]:
    day.status(at_s, "Charging")
    return {"charging_without_session"}, 1500


def empty_sessions(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    for _ in range(2 + ranges.sessions[1]):
        day.start(at_s)
        day.stop(at_s + 400)
        at_s += 4000
    return {"no_energy"}, 5 * 4000


def breaking_sessions(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
    reason = day.chance.choice(["PowerLoss", "EmergencyStop", "Other", "HardReset"])
    for _ in range(2 + ranges.sessions[1]):
        day.start(at_s)
        day.register += 150
        day.stop(at_s + day.chance.uniform(15, 90), reason)
        at_s += 3500
    return {"stops_early"}, 5 * 3500


def clock(sign: int) -> Fault:
    def write(day: Day, at_s: float, ranges: Ranges) -> tuple[set[str], float]:
        day.off_s = sign * day.chance.uniform(*ranges.clock_s)
        for n in range(4):
            day.status(at_s + n * 600, "Available")
        return {"clock_drift"}, 1500

    return write


FAULTS: Mapping[str, Fault] = {
    **{f"1.6 {code}": reported(code) for code in CODES_16},
    **{f"MREC {code}": reported("OtherError", code) for code in MREC},
    "vendor's text": vendor_text,
    "faulted without a reason": faulted_without_reason,
    "connection lost": gone,
    "connected and mute": mute,
    "connection flaps": flapping,
    "voltage high": high,
    "voltage low": low,
    "neutral broken": neutral_broken,
    "phase lost": phase_lost,
    "power derated": derated,
    "meter jumps": jump,
    "meter stands still": freeze,
    "meter runs backwards": backwards,
    "charging without energy": no_power,
    "stop never sent": zombie,
    "session falls silent": lost_session,
    "plugged and never started": plugged,
    "stuck in Finishing": stuck_finishing,
    "charging without a session": unasked_charging,
    "sessions without energy": empty_sessions,
    "sessions break off": breaking_sessions,
    "clock ahead": clock(1),
    "clock behind": clock(-1),
}
"""Kind → fault."""
FOLLOWS = frozenset(
    {"zombie_session", "plugged_not_started", "no_power", "station_flapping", "charging_without_session"}
)
"""What a fault may end in when its day goes on without anybody mending it."""


def well(ranges: Ranges, number: int) -> Scenario:
    day = Day(random.Random(f"{ranges.seed}/well/{number}"))
    day.live(60, DAY_S)
    return Scenario("well", sorted(day.steps, key=lambda step: step.at_s), site=number)


def broken(ranges: Ranges, kind: str, number: int) -> Scenario:
    """Ordinary hours, then the fault, which nobody mends."""
    chance = random.Random(f"{ranges.seed}/{kind}/{number}")
    day = Day(chance)
    at_s = day.live(60, chance.uniform(0.1, 0.5) * DAY_S) if kind != "stuck in Finishing" else chance.uniform(600, 1800)
    rules, within_s = FAULTS[kind](day, at_s, ranges)
    steps = sorted(day.steps, key=lambda step: step.at_s)
    return Scenario(kind, steps, at_s, within_s, frozenset(rules), FOLLOWS, number)
