"""The device model as 2.0.1 calls: variables and reports (B05 to B08)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import (
    Answer,
    AnyCommand,
    GetBaseReport,
    GetReport,
    GetVariables,
    SetVariable,
    SetVariables,
    VariableKey,
    VariableValue,
)
from backend.devices import service as devices
from backend.ocpp.outgoing import YES, After, Call, ask
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import naming
from backend.stations import service as stations
from backend.stations.model import VariableReport


def _key(name: str) -> VariableKey:
    component, _, variable = name.rpartition(".")
    return VariableKey(component=component, name=variable)


def _attribute(key: VariableKey | SetVariable) -> Any:
    """Left out where it is what the standard takes without it."""
    return None if key.attribute == "Actual" else key.attribute


def _get(command: GetVariables) -> Call:
    wanted = [
        m.GetVariableDataType(
            component=naming.component(key), variable=naming.variable(key.name), attribute_type=_attribute(key)
        )
        for key in [*map(_key, command.names), *command.keys]
    ]
    return "GetVariables", m.GetVariables(get_variable_data=wanted)


def _one(change: VariableValue) -> m.SetVariableDataType:
    return m.SetVariableDataType(
        attribute_value=change.value,
        component=naming.component(change),
        variable=naming.variable(change.name),
        attribute_type=_attribute(change),
    )


def _set(command: SetVariable) -> Call:
    change = VariableValue(
        **{name: getattr(command, name) for name in ("component", "name", "evse", "connector", "attribute", "value")}
    )
    return "SetVariables", m.SetVariables(set_variable_data=[_one(change)])


def _set_many(command: SetVariables) -> Call:
    return "SetVariables", m.SetVariables(set_variable_data=[_one(change) for change in command.changes])


def _base(command: GetBaseReport) -> Call:
    return "GetBaseReport", m.GetBaseReport(request_id=command.request_id, report_base=command.base)  # type: ignore[arg-type]  # checked by `ask`


def _report(command: GetReport) -> Call:
    return "GetReport", m.GetReport(
        request_id=command.request_id,
        component_variable=naming.filters(command.keys),
        component_criteria=command.criteria or None,  # type: ignore[arg-type]  # checked by `ask`
    )


def of_results(answer: Answer, results: str, status: str = "attributeStatus") -> Answer:
    """The status of these answers stands in their results: the first one that isn't fine, else the first."""
    words = [str(one.get(status, "")) for one in answer.payload.get(results, []) if isinstance(one, dict)]
    word = next((word for word in words if word not in YES), words[0] if words else "")
    return msgspec.structs.replace(answer, status=word, accepted=word in YES, result={"statuses": words})


async def _set_result(_session: Session, _command: Any, answer: Answer) -> Answer:
    return of_results(answer, "setVariableResult")


async def _remembered(session: Session, _command: GetVariables, answer: Answer) -> Answer:
    """What was read is kept; it says nothing of whether a variable can be changed."""
    found = []
    for raw in answer.payload.get("getVariableResult", []):
        if not isinstance(raw, dict) or raw.get("attributeStatus") != "Accepted":
            continue
        one = msgspec.convert(raw, m.GetVariableResultType)
        place, kind = naming.where(one.component), one.attribute_type or "Actual"
        actual = kind == "Actual"
        found.append(
            VariableReport(
                **place._asdict(),
                name=naming.named(one.variable),
                value=one.attribute_value if actual else None,
                actual=actual,
                read_only=None,
                attributes={} if actual else {f"{kind}.value": one.attribute_value},
            )
        )
    await stations.store_variables(session.ctx, session.station.id, found)
    return of_results(answer, "getVariableResult")


async def read_all(session: Session, command: AnyCommand) -> Answer:
    """Everything: a base report that is followed like one an operator asks for."""
    report_id, number = await devices.begin(session.ctx, session.station.id, "base", {"base": "full"})
    action, payload = _base(GetBaseReport(request_id=number, base="FullInventory"))
    answer = await ask(session, action, payload, command.timeout_s)
    failed = answer.outcome != "answered"
    await devices.answered(report_id, "Failed" if failed else answer.status, answer.error_code if failed else "")
    return answer


CALLS: Mapping[type, Callable[[Any], Call]] = {
    GetVariables: _get,
    SetVariable: _set,
    SetVariables: _set_many,
    GetBaseReport: _base,
    GetReport: _report,
}
AFTER: Mapping[type, After] = {
    GetVariables: _remembered,
    SetVariable: _set_result,
    SetVariables: _set_result,
}
