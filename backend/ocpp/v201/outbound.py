"""Our commands as 2.0.1 calls, and the answers in our words."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import (
    Answer,
    AnyCommand,
    GetVariables,
    RawCall,
    RequestStart,
    RequestStop,
    Reset,
    SetAvailability,
    SetVariable,
    Trigger,
    Unlock,
)
from backend.ocpp.outgoing import YES, After, Call, ask, unsupported
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import out_authorization, out_display, out_maintenance
from backend.stations import service as stations
from backend.stations.model import VariableReport

_request_ids = itertools.count(1)


def _start(command: RequestStart) -> Call:
    return "RequestStartTransaction", m.RequestStartTransaction(
        evse_id=command.evse or None,
        remote_start_id=command.remote_start_id,
        id_token=m.IdTokenType(id_token=command.id_token, type=command.id_token_type),  # type: ignore[arg-type]  # checked by `ask`
    )


def _stop(command: RequestStop) -> Call:
    return "RequestStopTransaction", m.RequestStopTransaction(transaction_id=command.transaction_ref)


def _reset(command: Reset) -> Call:
    return "Reset", m.Reset(type="Immediate" if command.hard else "OnIdle")


def _unlock(command: Unlock) -> Call:
    return "UnlockConnector", m.UnlockConnector(evse_id=command.evse, connector_id=command.connector)


def _availability(command: SetAvailability) -> Call:
    evse = None if command.evse is None else m.EVSEType(id=command.evse, connector_id=command.connector)
    status = "Operative" if command.operative else "Inoperative"
    return "ChangeAvailability", m.ChangeAvailability(operational_status=status, evse=evse)  # type: ignore[arg-type]  # a Literal of these words


def _trigger(command: Trigger) -> Call:
    evse = None if command.evse is None else m.EVSEType(id=command.evse)
    if evse is not None and command.message == "StatusNotification":
        evse.connector_id = 1  # F06.FR.12: needed for this message
    return "TriggerMessage", m.TriggerMessage(requested_message=command.message, evse=evse)  # type: ignore[arg-type]  # checked by `ask`


def _get(command: GetVariables) -> Call:
    if not command.names:
        report = m.GetBaseReport(request_id=next(_request_ids), report_base="FullInventory")
        return "GetBaseReport", report
    wanted = []
    for name in command.names:
        component, _, variable = name.rpartition(".")
        wanted.append(
            m.GetVariableDataType(component=m.ComponentType(name=component), variable=m.VariableType(name=variable))
        )
    return "GetVariables", m.GetVariables(get_variable_data=wanted)


def _set(command: SetVariable) -> Call:
    component, _, instance = command.component.partition("/")
    name, _, variable_instance = command.name.partition("/")
    one = m.SetVariableDataType(
        attribute_value=command.value,
        component=m.ComponentType(name=component, instance=instance or None),
        variable=m.VariableType(name=name, instance=variable_instance or None),
    )
    return "SetVariables", m.SetVariables(set_variable_data=[one])


CALLS: Mapping[type, Callable[[Any], Call]] = {
    RequestStart: _start,
    RequestStop: _stop,
    Reset: _reset,
    Unlock: _unlock,
    SetAvailability: _availability,
    Trigger: _trigger,
    GetVariables: _get,
    SetVariable: _set,
    **out_display.CALLS,
    **out_authorization.CALLS,
    **out_maintenance.CALLS,
}


def of_results(answer: Answer, results: str) -> Answer:
    """The status of these answers stands in their results: the first one that isn't fine, else the first."""
    words = [str(one.get("attributeStatus", "")) for one in answer.payload.get(results, []) if isinstance(one, dict)]
    word = next((word for word in words if word not in YES), words[0] if words else "")
    return msgspec.structs.replace(answer, status=word, accepted=word in YES)


async def _remember(session: Session, answer: Answer) -> None:
    reports = []
    for one in answer.payload.get("getVariableResult", []):
        if not isinstance(one, dict) or one.get("attributeStatus") != "Accepted":
            continue
        evse = one.get("component", {}).get("evse") or {}
        reports.append(
            VariableReport(
                component=str(one.get("component", {}).get("name", "")),
                evse=int(evse.get("id", 0)),
                name=str(one.get("variable", {}).get("name", "")),
                value=one.get("attributeValue"),
            )
        )
    await stations.store_variables(session.ctx, session.station.id, reports)


async def _set_result(_session: Session, _command: SetVariable, answer: Answer) -> Answer:
    return of_results(answer, "setVariableResult")


async def _remembered(session: Session, command: GetVariables, answer: Answer) -> Answer:
    if not command.names:
        return answer
    await _remember(session, answer)
    return of_results(answer, "getVariableResult")


AFTER: Mapping[type, After] = {
    **out_authorization.AFTER,
    **out_maintenance.AFTER,
    SetVariable: _set_result,
    GetVariables: _remembered,
}
"""What is done with an answer before it goes back: its words made ours (`status`, `accepted`, `result`)."""


async def execute(session: Session, command: AnyCommand) -> Answer:
    """Put a command onto the wire; a RawCall or a value that breaks the schema is answered `invalid`."""
    if isinstance(command, RawCall):
        return await ask(session, command.action, command.payload, command.timeout_s)
    call = CALLS.get(type(command))
    if call is None:
        return unsupported("2.0.1")
    action, payload = call(command)
    answer = await ask(session, action, payload, command.timeout_s)
    after = AFTER.get(type(command))
    return await after(session, command, answer) if after and answer.outcome == "answered" else answer
