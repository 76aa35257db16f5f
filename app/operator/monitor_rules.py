"""Monitors of 2.0.1 stations in plain words, and what a person types of one. Pure."""

import math
import re
from collections.abc import Callable

from app.theme import Tokens
from shared.monitoring import MonitorNew, MonitorsNew

KINDS = (
    ("UpperThreshold", "rises above a limit"),
    ("LowerThreshold", "falls below a limit"),
    ("Delta", "changes by a step"),
    ("Periodic", "time after time"),
    ("PeriodicClockAligned", "time after time, by the clock"),
)
VALUE_OF = {
    "UpperThreshold": "Limit",
    "LowerThreshold": "Limit",
    "Delta": "Step",
    "Periodic": "Every … seconds",
    "PeriodicClockAligned": "Every … seconds",
}
LIMITS = {
    "UpperThreshold": "above {value}",
    "LowerThreshold": "below {value}",
    "Delta": "a change of {value}",
    "Periodic": "every {value} s",
    "PeriodicClockAligned": "every {value} s, by the clock",
}
SEVERITIES = (
    (0, "Danger"),
    (1, "Hardware failure"),
    (2, "System failure"),
    (3, "Critical"),
    (4, "Error"),
    (5, "Alert"),
    (6, "Warning"),
    (7, "Notice"),
    (8, "Informational"),
    (9, "Debug"),
)
"""2.0.1 part 2, N03 and SetVariableMonitoring: 0 is the worst."""
LEVELS = ((3, "Critical and worse"), (4, "Errors and worse"), (6, "Warnings and worse"), (9, "Everything"))
BASES = (("All", "All"), ("FactoryDefault", "As it came from the factory"), ("HardWiredOnly", "Built in only"))
TRIGGERS = {"Alerting": "passed a limit", "Delta": "changed", "Periodic": "as agreed"}
VARIABLE = re.compile(r"(?P<component>[^.@]+)(?:@(?P<evse>\d{1,9})(?:/(?P<connector>\d{1,9}))?)?\.(?P<name>.+)")


def severity(number: int) -> str:
    return dict(SEVERITIES).get(number, "Debug")


def ink(number: int, t: Tokens) -> str:
    return t.danger.ink if number <= 3 else t.muted


def shown(value: float) -> str:
    return f"{value:g}"


def limit(kind: str, value: float, words: Callable[[str], str]) -> str:
    return words(LIMITS.get(kind, "{value}")).format(value=shown(value))


def place(component: str, name: str, evse: int | None, connector: int | None) -> str:
    where = f"@{evse}" + (f"/{connector}" if connector else "") if evse else ""
    return f"{component}{where}.{name}"


def wished(variable: str, kind: str, value: str, how_serious: int) -> tuple[MonitorsNew | None, str]:
    """The request, or why there is none."""
    match = VARIABLE.fullmatch(variable.strip())
    if match is None:
        return None, "Name a component and its variable, as in Connector@1/1.Temperature."
    try:
        number = float(value.strip().replace(",", "."))
    except ValueError:
        return None, "Enter a number."
    if not math.isfinite(number) or abs(number) > 1e15:
        return None, "Enter a number."
    one = MonitorNew(
        component=match["component"].strip(),
        name=match["name"].strip(),
        evse=int(match["evse"] or 0),
        connector=int(match["connector"] or 0),
        type=kind,  # type: ignore[arg-type]  # one of KINDS
        value=number,
        severity=how_serious,
    )
    return MonitorsNew(monitors=[one]), ""
