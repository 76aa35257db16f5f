"""Stations that are well and stations that are broken, as days (`fault_days`): seeded, for measuring detection. Pure.

Tuning and scoring draw from different seeds and from ranges that have no number in common.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from backend.simulator import fault_reports
from backend.simulator.fault_days import DAY_S, SCORING, TUNING, Day, Ranges, Scenario, Step

__all__ = ["FAULTS", "SCORING", "TUNING", "broken", "recovered", "well"]

CODES_16 = (
    "ConnectorLockFailure EVCommunicationError GroundFailure HighTemperature InternalError LocalListConflict "
    "OtherError OverCurrentFailure OverVoltage PowerMeterFailure PowerSwitchFailure ReaderFailure "
    "ResetFailure UnderVoltage WeakSignal"
).split()
MREC = [f"CX{number:03}" for number in range(8, 27)]
"""Those that 1.6 has no name of its own for: sent as the vendor's code."""

Fault = Callable[[Day, float], tuple[set[str], float]]
"""Writes the fault into the day from a second on: the rules that must find it, and within how many seconds."""


def reported(code: str, vendor: str = "") -> Fault:
    """Out of service at once, still in service, or in the middle of a session that goes on."""

    def write(day: Day, at_s: float) -> tuple[set[str], float]:
        more = {"vendorErrorCode": vendor} if vendor else {}
        way = day.chance.random()
        if way < 0.75:
            day.status(at_s, "Faulted" if way < 0.6 else "Available", code, **more)
            return {"connector_faulted"}, 120
        # After the car before it has left: else its farewell would be told in the middle of this session.
        begun = max(at_s - day.draw("good_s"), *(step.at_s + 60 for step in day.steps))
        day.start(begun)
        day.charge(begun + 10, at_s)
        day.error = code
        day.status(at_s, "Charging", code, **more)
        day.stop(day.charge(at_s, at_s + day.draw("session_min") * 60) + 20)
        return {"connector_faulted"}, 120

    return write


def vendor_text(day: Day, at_s: float) -> tuple[set[str], float]:
    day.status(at_s, "Faulted", "OtherError", info="GroundFailure: RCD tripped", vendorErrorCode="E-107")
    return {"connector_faulted"}, 120


def faulted_without_reason(day: Day, at_s: float) -> tuple[set[str], float]:
    day.status(at_s, "Faulted")
    return {"connector_faulted"}, 120


def gone(day: Day, at_s: float) -> tuple[set[str], float]:
    day.steps.append(Step(at_s, "drop"))
    return {"station_offline"}, 240


def mute(day: Day, at_s: float) -> tuple[set[str], float]:
    day.steps.append(Step(at_s, "mute"))
    return {"station_silent"}, 600


def flapping(day: Day, at_s: float) -> tuple[set[str], float]:
    for _ in range(day.ranges.count(day.chance, "flaps")):
        back_s = day.draw("back_s")
        day.steps += [Step(at_s, "drop"), Step(at_s + back_s, "connect")]
        at_s += back_s + day.draw("flap_s")
    return {"station_flapping"}, 3600


def weak(day: Day, at_s: float) -> tuple[set[str], float]:
    """It stays connected; what it sends takes long."""
    day.link(at_s, day.draw("slow_ms"), day.draw("usual_lost"))
    return {"weak_link"}, 3600


def lossy(day: Day, at_s: float) -> tuple[set[str], float]:
    day.link(at_s, day.draw("usual_ms"), day.draw("lost_percent"))
    return {"weak_link"}, 3600


def session_with(rules: set[str], within_s: float, readings: float, *, minutes: float = 60, before_s: float = 0) -> Any:
    """A session whose readings are wrong from its beginning, or from `before_s` on. Found within `within_s` and the
    time of so many readings."""

    def made(wrong: Callable[[Day], dict[str, Any]], share: Callable[[Day], float] = lambda _day: 1.0) -> Fault:
        def write(day: Day, at_s: float) -> tuple[set[str], float]:
            day.start(at_s)
            end = day.charge(at_s + 10, at_s + before_s) if before_s else at_s + 10
            end = day.charge(end, end + minutes * 60, share(day), **wrong(day))
            day.stop(end + 40)
            return rules, within_s + before_s + (readings + 1) * day.every_s

        return write

    return made


def three(name: str) -> Callable[[Day], dict[str, Any]]:
    """A mains that is too high or too low on all phases alike."""

    def volts(day: Day) -> dict[str, Any]:
        level = day.draw(name)
        return {"volts": [level + day.chance.uniform(-0.5, 0.5) for _ in range(3)]}

    return volts


def phase_lost(day: Day, at_s: float) -> tuple[set[str], float]:
    day.phases = 3
    day.start(at_s)
    good_s = day.draw("good_s")
    end = day.charge(at_s + 10, at_s + good_s)
    day.stop(day.charge(end, end + 3600, 0.67, amps=[day.amps, day.amps - 0.1, day.draw("lost_a")]) + 40)
    return {"phase_imbalance"}, good_s + 300 + 4 * day.every_s


def jump(day: Day, at_s: float) -> tuple[set[str], float]:
    day.start(at_s)
    good_s = day.draw("good_s")
    end = day.charge(at_s + 10, at_s + good_s)
    day.register += int(day.draw("jump_wh"))
    day.stop(day.charge(end, end + 1800) + 40)
    return {"meter_jump"}, good_s + 120 + 3 * day.every_s


def backwards(day: Day, at_s: float) -> tuple[set[str], float]:
    day.start(at_s)
    good_s = day.draw("good_s")
    end = day.charge(at_s + 10, at_s + good_s)
    day.read(end + day.every_s, 7000, energy_wh=day.register - int(day.draw("back_wh")))
    day.stop(end + day.every_s + 60)
    return {"meter_backwards"}, good_s + 600 + 2 * day.every_s


def zombie(day: Day, at_s: float) -> tuple[set[str], float]:
    day.start(at_s)
    good_s = day.draw("good_s")
    end = day.charge(at_s + 10, at_s + good_s)
    day.status(end + 60, "Available")
    return {"zombie_session"}, good_s + 600 + day.every_s


def lost_session(day: Day, at_s: float) -> tuple[set[str], float]:
    day.start(at_s)
    good_s = day.draw("good_s")
    day.charge(at_s + 10, at_s + good_s)
    return {"zombie_session"}, good_s + 7200 + 120 + day.every_s


def plugged(day: Day, at_s: float) -> tuple[set[str], float]:
    day.status(at_s, "Preparing")
    return {"plugged_not_started"}, 1860


def stuck_finishing(day: Day, at_s: float) -> tuple[set[str], float]:
    day.status(at_s, "Finishing")
    return {"stuck_finishing"}, 12 * 3600 + 120


def unasked_charging(day: Day, at_s: float) -> tuple[set[str], float]:
    day.status(at_s, "Charging")
    return {"charging_without_session"}, 1020


def pattern(day: Day, at_s: float, session: Callable[[float], float]) -> float:
    """Three sessions or more of a kind, one after the other; how long until the third one ends."""
    begun, third = at_s, 0.0
    for number in range(3 + day.ranges.count(day.chance, "more_sessions")):
        end = session(at_s)
        if number == 2:
            third = end - begun
        at_s = end + day.draw("pattern_s")
    return third


def empty_sessions(day: Day, at_s: float) -> tuple[set[str], float]:
    def session(begun: float) -> float:
        end = begun + day.draw("empty_s")
        day.start(begun)
        day.stop(end)
        return end

    return {"no_energy"}, pattern(day, at_s, session) + 300


def breaking_sessions(day: Day, at_s: float) -> tuple[set[str], float]:
    reason = day.chance.choice(["PowerLoss", "EmergencyStop", "Other", "HardReset"])

    def session(begun: float) -> float:
        end = begun + 9 + day.draw("break_s")
        day.start(begun)
        day.register += 150
        day.stop(end, reason)
        return end

    return {"stops_early"}, pattern(day, at_s, session) + 300


def nobody_comes(day: Day, at_s: float) -> tuple[set[str], float]:
    """The way to it is blocked, say: it looks well and a busy place falls quiet."""
    return {"no_sessions"}, 14.5 * 3600


def clock(sign: int) -> Fault:
    def write(day: Day, at_s: float) -> tuple[set[str], float]:
        day.off_s = sign * day.draw("clock_s")
        for n in range(4):
            day.status(at_s + n * 600, "Available")
        return {"clock_drift"}, 1300

    return write


def event(component: str, variable: str, *, code: str = "", severity: int = 2) -> Fault:
    """As a 2.0.1 station tells it (N07)."""

    def write(day: Day, at_s: float) -> tuple[set[str], float]:
        one = {"eventId": 1, "trigger": "Alerting", "actualValue": "true", "eventNotificationType": "HardWiredMonitor"}
        about = {"component": {"name": component}, "variable": {"name": variable}}
        more = {"techCode": code} if code else {}
        data = [{**one, **about, **more, "timestamp": "$now", "cleared": False}]
        if severity > 2:
            data[0]["eventNotificationType"] = "HardWiredNotification"
        day.say(at_s, "NotifyEvent", generatedAt="$now", seqNo=0, eventData=data)
        return {"device_event", "connector_faulted"}, 120

    return write


EVENTS: Mapping[str, Fault] = {
    "2.0.1 EmergencyStopSensor": event("EmergencyStopSensor", "Problem"),
    "2.0.1 GroundIsolationProtection": event("GroundIsolationProtection", "Problem"),
    "2.0.1 PowerContactor": event("PowerContactor", "Problem"),
    "2.0.1 CableBreakawaySensor": event("CableBreakawaySensor", "Problem"),
    "2.0.1 OverCurrentProtection": event("OverCurrentProtection", "Problem"),
    "2.0.1 TokenReader": event("TokenReader", "Problem", severity=4),
    "2.0.1 vendor's code": event("Controller", "Problem", code="CX011"),
}
FAULTS: Mapping[str, Fault] = {
    **{f"1.6 {code}": reported(code) for code in CODES_16},
    **{f"MREC {code}": reported("OtherError", code) for code in MREC},
    **EVENTS,
    "vendor's text": vendor_text,
    "faulted without a reason": faulted_without_reason,
    "connection lost": gone,
    "connected and mute": mute,
    "connection flaps": flapping,
    "link is slow": weak,
    "link loses pings": lossy,
    "voltage high": session_with({"voltage_out_of_band"}, 60, 2)(three("volts_high")),
    "voltage low": session_with({"voltage_out_of_band"}, 60, 2)(three("volts_low")),
    "neutral broken": session_with({"phase_imbalance"}, 60, 3)(lambda _day: {"volts": [206.0, 231.0, 252.0]}),
    "phase lost": phase_lost,
    "power derated": session_with({"power_below_offer"}, 660, 3, minutes=80)(
        lambda _day: {}, lambda day: day.draw("derated")
    ),
    "meter jumps": jump,
    "meter stands still": session_with({"meter_freeze"}, 660, 3)(
        lambda day: {"energy_wh": day.register}, lambda day: day.chance.uniform(0.5, 1)
    ),
    "meter runs backwards": backwards,
    "charging without energy": session_with({"no_power", "power_below_offer"}, 660, 3)(
        lambda _day: {}, lambda _day: 0.0
    ),
    "stop never sent": zombie,
    "session falls silent": lost_session,
    "plugged and never started": plugged,
    "stuck in Finishing": stuck_finishing,
    "charging without a session": unasked_charging,
    "sessions without energy": empty_sessions,
    "sessions break off": breaking_sessions,
    "nobody comes any more": nobody_comes,
    "clock ahead": clock(1),
    "clock behind": clock(-1),
    "drivers who charged report it": fault_reports.tried,
    "drivers who came by report it": fault_reports.passing,
    "a driver reports damage": fault_reports.damage,
}
"""Kind → fault."""
FOLLOWS = frozenset(
    "zombie_session plugged_not_started no_power station_flapping charging_without_session no_sessions".split()
)
"""What a fault may end in when its day goes on without anybody mending it."""
HANDS = ""
CURES: Mapping[str, Mapping[str, float]] = {
    "1.6 ConnectorLockFailure": {"unlock": 0.5, "soft": 0.2, HANDS: 0.3},
    "1.6 EVCommunicationError": {"soft": 0.4, "hard": 0.1, HANDS: 0.5},
    "1.6 InternalError": {"soft": 0.6, "hard": 0.3, HANDS: 0.1},
    "1.6 LocalListConflict": {"soft": 0.6, HANDS: 0.4},
    "1.6 OtherError": {"soft": 0.5, "hard": 0.2, HANDS: 0.3},
    "1.6 PowerMeterFailure": {"soft": 0.4, "hard": 0.2, HANDS: 0.4},
    "1.6 ReaderFailure": {"soft": 0.5, "hard": 0.2, HANDS: 0.3},
    "1.6 ResetFailure": {"hard": 0.6, HANDS: 0.4},
    "MREC CX012": {"soft": 0.3, HANDS: 0.7},
    "MREC CX013": {"soft": 0.5, HANDS: 0.5},
    "MREC CX014": {"soft": 0.2, "hard": 0.1, HANDS: 0.7},
    "faulted without a reason": {"soft": 0.5, "hard": 0.25, HANDS: 0.25},
    "connected and mute": {"soft": 0.5, HANDS: 0.5},
    "plugged and never started": {"soft": 0.3, HANDS: 0.7},
    "stuck in Finishing": {"soft": 0.5, HANDS: 0.5},
    "charging without a session": {"trigger": 0.3, "soft": 0.5, HANDS: 0.2},
    "sessions without energy": {"soft": 0.5, HANDS: 0.5},
    "sessions break off": {"soft": 0.4, HANDS: 0.6},
    "clock ahead": {"heartbeat": 0.7, "soft": 0.2, HANDS: 0.1},
    "clock behind": {"heartbeat": 0.7, "soft": 0.2, HANDS: 0.1},
}
"""The mildest step from afar that mends a fault, and how often it is that one. Of the kinds left out only hands do,
or they end by themselves."""


class Newer(Day):
    """A 2.0.1 station: nobody charges there in this day."""

    def status(self, at_s: float, status: str, code: str = "", **more: Any) -> None:
        self.say(at_s, "StatusNotification", timestamp="$now", connectorStatus=status, evseId=1, connectorId=1)

    def live(self, from_s: float, until_s: float) -> float:
        at_s = from_s
        while at_s < until_s - 3000:
            at_s += self.chance.uniform(600, 3000)
            self.status(at_s, "Available")
        return at_s


def _sorted(day: Day) -> list[Step]:
    return sorted(day.steps, key=lambda step: step.at_s)


def well(ranges: Ranges, number: int) -> Scenario:
    day = Day(random.Random(f"{ranges.seed}/well/{number}"), ranges)
    day.live(60, DAY_S)
    fault_reports.odd(day)
    return Scenario("well", _sorted(day), **_own(day))


def _own(day: Day) -> dict[str, Any]:
    power_w = round(day.amps * 230 * 3)
    return {"vendor": day.vendor, "model": day.model, "link": day.wire, "max_power_w": power_w}


def sites(ranges: Ranges, stations: int) -> list[int]:
    """Which site each of many stations stands at, mixed well."""
    chance = random.Random(f"{ranges.seed}/sites")
    at: list[int] = []
    site = 0
    while len(at) < stations:
        at += [site] * ranges.count(chance, "sites")
        site += 1
    del at[stations:]
    chance.shuffle(at)
    return at


def broken(ranges: Ranges, kind: str, number: int) -> Scenario:
    """Ordinary hours, then the fault."""
    chance = random.Random(f"{ranges.seed}/{kind}/{number}")
    newer = kind in EVENTS
    day = Newer(chance, ranges) if newer else Day(chance, ranges)
    early = kind in ("stuck in Finishing", "nobody comes any more")
    at_s = chance.uniform(600, 1800) if early else day.live(60, day.draw("begins") * DAY_S)
    rules, within_s = FAULTS[kind](day, at_s)
    cures = CURES.get(kind, {HANDS: 1.0})
    return Scenario(
        kind,
        _sorted(day),
        at_s,
        within_s,
        frozenset(rules),
        FOLLOWS,
        cure=chance.choices(list(cures), list(cures.values()))[0],
        usual_per_day=24 if kind == "nobody comes any more" else 5,
        version="2.0.1" if newer else "1.6",
        **_own(day),
    )


def recovered(ranges: Ranges, kind: str, number: int, from_s: float) -> list[Step]:
    """What a station that was mended says until its day is over."""
    day = Day(random.Random(f"{ranges.seed}/{kind}/{number}/mended"), ranges)
    day.steps.clear()
    day.status(from_s + 5, "Available")
    day.live(from_s + 60, DAY_S)
    return _sorted(day)
