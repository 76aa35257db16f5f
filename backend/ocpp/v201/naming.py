"""Names of the device model: components and variables with instances, and the places they are at."""

from typing import NamedTuple

from backend.commands import VariableKey
from backend.ocpp.v201 import messages as m


class Where(NamedTuple):
    component: str
    evse: int
    connector: int


def named(one: m.ComponentType | m.VariableType) -> str:
    """`Name`, or `Name/instance`."""
    return one.name if one.instance is None else f"{one.name}/{one.instance}"


def where(one: m.ComponentType) -> Where:
    evse = one.evse
    return Where(named(one), evse.id if evse else 0, (evse.connector_id or 0) if evse else 0)


def component(key: VariableKey) -> m.ComponentType:
    name, _, instance = key.component.partition("/")
    evse = m.EVSEType(id=key.evse, connector_id=key.connector or None) if key.evse else None
    return m.ComponentType(name=name, instance=instance or None, evse=evse)


def variable(name: str) -> m.VariableType:
    name, _, instance = name.partition("/")
    return m.VariableType(name=name, instance=instance or None)


def filters(keys: list[VariableKey]) -> list[m.ComponentVariableType] | None:
    """What a report is narrowed to; None: nothing."""
    return [
        m.ComponentVariableType(component=component(key), variable=variable(key.name) if key.name else None)
        for key in keys
    ] or None
