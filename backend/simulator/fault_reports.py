"""Faults that only people see and report in the app, and the odd report that means nothing. Pure."""

from backend.simulator.fault_days import DAY_S, Day

WITHIN_S = 120
Found = tuple[set[str], float]


def tried(day: Day, at_s: float) -> Found:
    """One who charged there is enough; more may say the same."""
    count, begun = day.ranges.count(day.chance, "tried"), at_s
    for _ in range(count):
        day.start(at_s)
        end = day.charge(at_s + 10, at_s + day.draw("good_s"))
        day.stop(end + 20)
        at_s = end + 3200
    return _told(day, begun, at_s - 3100, day.chance.choice(day.ranges.problems), count, there=True)


def damage(day: Day, at_s: float) -> Found:
    day.start(at_s)
    end = day.charge(at_s + 10, at_s + day.draw("good_s"))
    day.stop(end + 20)
    return _told(day, at_s, end + 100, "damage", 1, there=True)


def passing(day: Day, at_s: float) -> Found:
    """Nobody of them charged there: the second one is believed."""
    count = day.ranges.count(day.chance, "passing")
    return _told(day, at_s, at_s, day.chance.choice(day.ranges.problems), count, there=False)


def _told(day: Day, begun: float, at_s: float, problem: str, count: int, *, there: bool) -> Found:
    for who in range(count):
        day.report(at_s, problem, who, there=there)
        if who == (0 if there else 1):
            enough = at_s
        at_s += day.draw("reports_s")
    return {"driver_reports"}, enough - begun + WITHIN_S


def odd(day: Day) -> None:
    """Somebody who didn't charge there, once in some days: a mistake, or something that concerns nobody else."""
    if day.chance.random() < day.draw("odd_reports"):
        day.report(day.chance.uniform(600, DAY_S - 600), day.chance.choice(day.ranges.problems), 0, there=False)
