"""What a station says in a day, well or not: steps at seconds, drawn by chance from ranges. Pure.

A day is a list of steps: at a second, a station connects, drops, falls mute, or says a call. In a payload
`$now` is the station's time, `$card` a card (another one each time), `$tx` the number that the last StartTransaction
was given.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAY_S = 86_400
Span = tuple[tuple[float, float], ...]
"""Intervals, any of which a number may come from."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the numbers of days come from. Those of scoring lie outside of those of tuning (`apart`)."""

    seed: str
    volts_high: Span
    volts_low: Span
    neutral_low: Span
    neutral_high: Span
    derated: Span
    jump_wh: Span
    back_wh: Span
    lost_a: Span
    """On a phase that lost its mains."""
    clock_s: Span
    more_sessions: Span
    """Beyond the three that make a pattern."""
    flap_s: Span
    """Between two lost connections of a link that flaps."""
    back_s: Span
    """Until a lost connection is back."""
    flaps: Span
    slow_ms: Span
    """Of a weak link: how long a ping takes."""
    lost_percent: Span
    """Of a weak link: pings that are never answered."""
    usual_ms: Span
    usual_lost: Span
    every_s: Span
    """Between two readings."""
    session_min: Span
    usual_volts: Span
    usual_a: Span
    """What an outlet offers."""
    idle_s: Span
    """Between two sessions of ordinary hours."""
    standing_s: Span
    """How long a car stands after its session."""
    waiting_s: Span
    """How long somebody waits who gives up before a card."""
    empty_s: Span
    break_s: Span
    """How long sessions last that give nothing, and those that break off."""
    pattern_s: Span
    """Between the ends and beginnings of those."""
    reports_s: Span
    """Between two people who report the same."""
    tried: Span
    """How many of those who charged there report a problem."""
    passing: Span
    """How many report one who didn't charge there: two or more of them are believed."""
    good_s: Span
    """How long a session is well before something goes wrong in it."""
    begins: Span
    """The part of the day after which a fault begins at the latest."""
    sites: Span
    """Stations of a site."""
    makes: tuple[tuple[str, str], ...]
    odd_reports: Span
    """The share of ordinary days in which one person who didn't charge there reports something."""
    problems: tuple[str, ...]
    """What people report: values of ProblemKind, damage aside."""
    links: tuple[str, ...]
    """What connects a station: `radio`, `cable` or empty where it doesn't say."""

    def draw(self, chance: random.Random, name: str) -> float:
        return chance.uniform(*chance.choice(getattr(self, name)))

    def count(self, chance: random.Random, name: str) -> int:
        return round(self.draw(chance, name))

    def apart(self, other: "Ranges", name: str) -> bool:
        """Whether nothing of one can be of the other."""
        mine, theirs = getattr(self, name), getattr(other, name)
        if name in WORDS:
            return not set(mine) & set(theirs)
        return all(top < low or high < bottom for low, high in mine for bottom, top in theirs)


WORDS = frozenset({"makes", "links", "problems"})
TUNING = Ranges(
    seed="tuning",
    volts_high=((262, 270),),
    volts_low=((185, 195),),
    neutral_low=((204, 208),),
    neutral_high=((250, 254),),
    derated=((0.05, 0.15),),
    jump_wh=((110_000, 200_000),),
    back_wh=((900, 2500),),
    lost_a=((0.3, 0.6),),
    clock_s=((600, 9000),),
    more_sessions=((1, 2),),
    flap_s=((120, 300),),
    back_s=((18, 25),),
    flaps=((9, 14),),
    slow_ms=((3000, 5000),),
    lost_percent=((25, 40),),
    usual_ms=((60, 120),),
    usual_lost=((0.2, 1),),
    every_s=((300, 300),),
    session_min=((30, 50),),
    usual_volts=((229, 233),),
    usual_a=((16, 16),),
    idle_s=((2000, 9000),),
    standing_s=((300, 1500),),
    waiting_s=((200, 900),),
    empty_s=((350, 500),),
    break_s=((35, 60),),
    pattern_s=((3200, 4000),),
    reports_s=((300, 900),),
    tried=((2, 2),),
    passing=((3, 3),),
    odd_reports=((0.1, 0.2),),
    good_s=((800, 1000),),
    begins=((0.2, 0.35),),
    sites=((3, 3),),
    makes=(("Simulated", "Station"),),
    problems=("screen_dark", "wont_start", "other"),
    links=("cable",),
)
SCORING = Ranges(
    seed="539aa290f28e",
    volts_high=((258.5, 261.4), (270.6, 285)),
    volts_low=((150, 184.4), (195.6, 201.5)),
    neutral_low=((190, 203.9), (208.1, 214)),
    neutral_high=((243, 249.9), (254.1, 265)),
    derated=((0.01, 0.049), (0.151, 0.25)),
    jump_wh=((70_000, 109_999), (200_001, 2_000_000)),
    back_wh=((300, 899), (2501, 9000)),
    lost_a=((0, 0.29), (0.61, 2)),
    clock_s=((150, 599), (9001, 40_000)),
    more_sessions=((0, 0), (3, 4)),
    flap_s=((40, 119), (301, 420)),
    back_s=((5, 17), (26, 50)),
    flaps=((7, 8), (15, 20)),
    slow_ms=((2200, 2999), (5001, 9000)),
    lost_percent=((18, 24), (41, 80)),
    usual_ms=((5, 59), (121, 700)),
    usual_lost=((0, 0.19), (1.01, 3)),
    every_s=((60, 60), (120, 120), (240, 240), (420, 420)),
    session_min=((15, 29), (51, 110)),
    usual_volts=((223, 228.9), (233.1, 239)),
    usual_a=((10, 10), (13, 13), (25, 25), (32, 32)),
    idle_s=((500, 1999), (9001, 18_000)),
    standing_s=((30, 299), (1501, 3000)),
    waiting_s=((30, 199), (901, 1500)),
    empty_s=((150, 349), (501, 1200)),
    break_s=((10, 34), (61, 110)),
    pattern_s=((3100, 3199), (4001, 6000)),
    reports_s=((20, 299), (901, 3000)),
    tried=((1, 1), (3, 3)),
    passing=((2, 2), (4, 5)),
    odd_reports=((0.03, 0.09), (0.21, 0.3)),
    good_s=((400, 799), (1001, 2400)),
    begins=((0.1, 0.19), (0.36, 0.5)),
    sites=((1, 2), (4, 9)),
    makes=(("Northwind", "Pillar 2"), ("Volta Works", "VW-HPC"), ("Ladesäule AG", "L22 Duo")),
    problems=("cable_stuck", "payment", "blocked"),
    links=("radio", ""),
)
NUMBERS = tuple(name for name in Ranges.__dataclass_fields__ if name != "seed")


@dataclass(frozen=True, slots=True)
class Step:
    at_s: float
    kind: str
    """connect, drop, mute, say, tell (its status as it is then), link (how good its link is from then on), or report
    (`report`)."""
    action: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    clock_off_s: float = 0.0


@dataclass(slots=True)
class Scenario:
    """One station's day. `begins_s`: when the fault does; None: a station that is well. `rules`: any of them finds it
    within `within_s`. `also`: rules whose incidents follow from it and are true. `cure`: the mildest step that mends
    it from afar; empty: nothing but hands does. `usual_per_day`: sessions a day that it had until today."""

    kind: str
    steps: list[Step]
    begins_s: float | None = None
    within_s: float = 120
    rules: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    cure: str = ""
    usual_per_day: float = 5
    version: str = "1.6"
    vendor: str = "Simulated"
    model: str = "Station"
    link: str = ""
    max_power_w: int = 11_000


class Day:
    """Writes what a station with one outlet says in a day."""

    def __init__(self, chance: random.Random, ranges: Ranges) -> None:
        self.chance, self.ranges = chance, ranges
        self.steps: list[Step] = [Step(0, "connect")]
        self.register = chance.randint(10_000, 900_000)
        self.off_s = 0.0
        self.phases = 3 if chance.random() < 0.7 else 1
        self.every_s = ranges.draw(chance, "every_s")
        self.volts = ranges.draw(chance, "usual_volts")
        self.error = "NoError"
        self.amps = ranges.draw(chance, "usual_a")
        self.vendor, self.model = chance.choice(ranges.makes)
        self.wire = chance.choice(ranges.links)
        self.link(0, ranges.draw(chance, "usual_ms"), ranges.draw(chance, "usual_lost"))
        self.status(1, "Available")

    def draw(self, name: str) -> float:
        return self.ranges.draw(self.chance, name)

    def link(self, at_s: float, round_trip_ms: float, lost_percent: float) -> None:
        self.steps.append(Step(at_s, "link", "", {"ms": round_trip_ms, "lost": lost_percent}))

    def report(self, at_s: float, problem: str, who: int, *, there: bool) -> None:
        """Somebody tells the app of a problem. `who`: of those who charged there, counted back from the last one; or
        the number of somebody who only came by."""
        self.steps.append(Step(at_s, "report", "", {"problem": problem, "who": who, "there": there}))

    def say(self, at_s: float, action: str, **payload: Any) -> None:
        self.steps.append(Step(at_s, "say", action, payload, self.off_s))

    def status(self, at_s: float, status: str, code: str = "", **more: Any) -> None:
        self.say(
            at_s,
            "StatusNotification",
            connectorId=1,
            status=status,
            errorCode=code or self.error,
            timestamp="$now",
            **more,
        )

    def start(self, at_s: float) -> None:
        self.status(at_s, "Preparing")
        more = {"meterStart": self.register, "timestamp": "$now"}
        self.say(at_s + 8, "StartTransaction", connectorId=1, idTag="$card", **more)
        self.status(at_s + 9, "Charging")

    def read(self, at_s: float, power_w: float, **wrong: Any) -> None:
        """A reading; `wrong`: volts, amps (three each), energy_wh instead of what is right."""
        volts = wrong.get("volts") or [self.chance.gauss(self.volts, 2) for _ in range(3)]
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
                    "timestamp": "$now",
                    "sampledValue": [
                        value(energy_wh, "Energy.Active.Import.Register", "Wh"),
                        value(power_w, "Power.Active.Import", "W"),
                        value(self.amps, "Current.Offered", "A"),
                        *(value(volts[n], "Voltage", "V", phase=f"L{n + 1}") for n in range(3)),
                        *(value(amps[n], "Current.Import", "A", phase=f"L{n + 1}") for n in range(3)),
                    ],
                }
            ],
        )

    def charge(self, at_s: float, until_s: float, share: float = 1.0, **wrong: Any) -> float:
        """Readings of a car that takes `share` of the offer; where it ended."""
        full_w = self.amps * 230 * self.phases * self.chance.uniform(0.9, 0.99)
        at_s += self.chance.uniform(0, 5)
        while at_s < until_s:
            at_s += self.every_s
            power_w = full_w * share * self.chance.uniform(0.97, 1.0)
            self.register += int(power_w * self.every_s / 3600)
            self.read(at_s, power_w, **wrong)
        return at_s

    def stop(self, at_s: float, reason: str = "Local") -> None:
        more = {"meterStop": self.register, "timestamp": "$now"}
        self.say(at_s, "StopTransaction", transactionId="$tx", reason=reason, **more)
        self.status(at_s + 1, "Finishing")
        self.status(at_s + self.draw("standing_s"), "Available")

    def session(self, at_s: float, minutes: float) -> float:
        """A good one; some cars are full before their driver comes. When the outlet is free again at the latest."""
        self.start(at_s)
        end = self.charge(at_s + 10, at_s + minutes * 60)
        if self.chance.random() < 0.4:
            for share in (0.6, 0.25, 0.1):
                end = self.charge(end, end + self.every_s - 1, share)
            self.status(end + 5, "SuspendedEV")
            for _ in range(self.chance.randint(0, 20)):
                end += self.every_s
                self.read(end, 0)
        self.stop(end + 30)
        return end + 3200

    def hiccup(self, at_s: float) -> None:
        """A restart of the modem, too short to matter."""
        self.steps += [Step(at_s, "drop"), Step(at_s + self.draw("back_s"), "connect")]

    def visit(self, at_s: float) -> float:
        """Somebody who comes without charging: gives up before a card, changes their mind, or lets the car stand."""
        kind = self.chance.random()
        if kind < 0.4:
            self.status(at_s, "Preparing")
            self.status(at_s + self.draw("waiting_s"), "Available")
        elif kind < 0.7:
            self.start(at_s)
            self.register += 60
            self.stop(at_s + self.draw("break_s") + 9, self.chance.choice(["Local", "EVDisconnected"]))
        else:
            self.status(at_s, "Finishing")
            self.status(at_s + self.draw("standing_s"), "Available")
        return at_s + 3500

    def live(self, from_s: float, until_s: float) -> float:
        """Ordinary hours. When the last thing in them is over at the latest."""
        at_s = from_s + self.chance.uniform(600, 9000)
        while at_s < until_s - 12_000:
            if self.chance.random() < 0.15:
                at_s = self.visit(at_s) + self.chance.uniform(300, 3000)
                continue
            at_s = self.session(at_s, self.draw("session_min")) + self.draw("idle_s")
            if self.chance.random() < 0.3:
                self.hiccup(at_s - 200)
        return max(at_s, from_s)
