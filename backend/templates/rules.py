"""Which template is for a station, and where the station differs from it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from backend.commands import VariableValue
from backend.stations.model import StationFacts
from backend.stations.rules import is_secret
from shared.templates import Difference, DifferenceKind

Place = tuple[str, int, int, str]
"""component, evse, connector, name"""
WHAT = ("vendor", "model", "firmware")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A template, as far as it decides which stations it is for."""

    id: UUID
    name: str
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    stations: Collection[UUID] = ()
    wanted: Sequence[VariableValue] = ()


def rank(pattern: Pattern, station: StationFacts) -> tuple[int, int, int] | None:
    """How closely a template is meant for a station; None: not at all. Chosen stations come before patterns, more
    patterns before fewer, and more letters before wildcards."""
    if pattern.stations:
        return (1, 0, 0) if station.id in pattern.stations else None
    told = [(getattr(pattern, name), getattr(station, name)) for name in WHAT]
    if not all(not wanted or fnmatchcase(value.lower(), wanted.lower()) for wanted, value in told):
        return None
    letters = sum(character not in "*?[]!" for wanted, _ in told for character in wanted)
    return 0, sum(bool(wanted) for wanted, _ in told), letters


def template_of(station: StationFacts, patterns: Sequence[Pattern]) -> Pattern | None:
    """The one that is meant most closely; among equals the first by name."""
    ranked = [(rank(one, station), one) for one in sorted(patterns, key=lambda one: one.name)]
    fitting = [(place, one) for place, one in ranked if place is not None]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def same(wanted: str, value: str) -> bool:
    """Whether two texts are one value: numbers by size, true and false in any case, lists without their spaces."""
    left, right = ([part.strip() for part in text.split(",")] for text in (wanted, value))
    return len(left) == len(right) and all(map(_same_part, left, right))


def _same_part(wanted: str, value: str) -> bool:
    if wanted == value or (wanted.lower() in ("true", "false") and wanted.lower() == value.lower()):
        return True
    try:
        return Decimal(wanted) == Decimal(value)
    except InvalidOperation:
        return False


def differences(
    version: str, wanted: Sequence[VariableValue], told: Mapping[Place, Mapping[str, Any]]
) -> list[Difference]:
    """Where a station differs, in the order of the template. Values for the other OCPP version are left aside."""
    found = []
    for one in wanted:
        if bool(one.component) == (version == "1.6"):
            continue
        row = told.get((one.component, one.evse, one.connector, one.name))
        value = None if row is None else _value(row, one.attribute)
        if value is not None and same(one.value, value):
            continue
        kind = DifferenceKind.DIFFERS
        if row is None:
            kind = DifferenceKind.MISSING
        elif _fixed(row, one.attribute):
            kind = DifferenceKind.FIXED
        found.append(
            Difference(
                kind=kind,
                component=one.component,
                name=one.name,
                evse=one.evse,
                connector=one.connector,
                attribute=one.attribute,
                wanted=one.value,
                value=value,
            )
        )
    return found


def _value(row: Mapping[str, Any], attribute: str) -> str | None:
    value: str | None = row["value"] if attribute == "Actual" else row["attributes"].get(f"{attribute}.value")
    return value


def _fixed(row: Mapping[str, Any], attribute: str) -> bool:
    if attribute == "Actual":
        return bool(row["read_only"])
    return bool(row["attributes"].get(f"{attribute}.mutability") == "ReadOnly")


def problems(wanted: Sequence[VariableValue]) -> list[tuple[str, str]]:
    """Why values can't be in a template, as (path, plain words)."""
    found: list[tuple[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    for number, one in enumerate(wanted):
        place = (one.component, str(one.evse), str(one.connector), one.name, one.attribute)
        if is_secret(one.name):
            found.append((f"$.wanted[{number}].name", "Passwords are not kept in templates: each station has its own."))
        elif place in seen:
            found.append((f"$.wanted[{number}]", f"{one.name} is in this template already."))
        elif not one.component and (one.evse or one.connector or one.attribute != "Actual"):
            found.append((f"$.wanted[{number}]", "A key of OCPP 1.6 has neither an EVSE nor attributes."))
        seen.add(place)
    return found
