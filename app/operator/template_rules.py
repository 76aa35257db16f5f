"""Settings of a template as lines to type: `Key = value`, `Component.Variable@1/2#MaxSet = value`. Pure."""

import re
from collections.abc import Sequence

from shared.stations import VariableChange
from shared.templates import Template, WantedValue

ATTRIBUTES = ("Actual", "Target", "MinSet", "MaxSet")
LINE = re.compile(
    r"(?:(?P<component>[^.@#=]+)\.)?(?P<name>[^@#=]+?)"
    r"(?:@(?P<evse>\d{1,9})(?:/(?P<connector>\d{1,9}))?)?(?:#(?P<attribute>\w+))?\s*=\s*(?P<value>.*)"
)


def line(one: WantedValue) -> str:
    """What `read` gives back."""
    place = f"@{one.evse}" + (f"/{one.connector}" if one.connector else "") if one.evse or one.connector else ""
    attribute = "" if one.attribute == "Actual" else f"#{one.attribute}"
    head = f"{one.component}.{one.name}" if one.component else one.name
    return f"{head}{place}{attribute} = {one.value}"


def read(text: str) -> tuple[list[VariableChange], str]:
    """The settings, and the first line that is none (empty where all are). Empty lines don't count."""
    found: list[VariableChange] = []
    for one in text.splitlines():
        if not one.strip():
            continue
        match = LINE.fullmatch(one.strip())
        if match is None or (match["attribute"] or "Actual") not in ATTRIBUTES:
            return [], one.strip()
        found.append(
            VariableChange(
                component=(match["component"] or "").strip(),
                name=match["name"].strip(),
                evse=int(match["evse"] or 0),
                connector=int(match["connector"] or 0),
                attribute=match["attribute"] or "Actual",  # type: ignore[arg-type]  # one of ATTRIBUTES
                value=match["value"].strip(),
            )
        )
    return found, ""


def names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def meant_for(one: Template) -> str:
    """Whom it is for, in the words of the stations themselves; empty: for every station."""
    if one.stations:
        few: Sequence[str] = one.stations[:3]
        more = len(one.stations) - len(few)
        return ", ".join(few) + (f" +{more}" if more else "")
    return " · ".join(part for part in (one.vendor, one.model, one.firmware) if part)
