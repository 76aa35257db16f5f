"""Our commands as 2.0.1 calls, and the answers in our words."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.commands import (
    Answer,
    AnyCommand,
    GetVariables,
    RawCall,
    RequestStart,
    RequestStop,
    Reset,
    SetAvailability,
    Trigger,
    Unlock,
)
from backend.ocpp.outgoing import After, Call, ask, unsupported
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import (
    out_authorization,
    out_certificates,
    out_device,
    out_display,
    out_energy,
    out_maintenance,
    out_monitoring,
    out_network,
    out_session,
    out_vendor_data,
)


def _start(command: RequestStart) -> Call:
    return "RequestStartTransaction", m.RequestStartTransaction(
        evse_id=command.evse or None,
        remote_start_id=command.remote_start_id,
        id_token=m.IdTokenType(id_token=command.id_token, type=command.id_token_type),  # type: ignore[arg-type]  # checked by `ask`
        charging_profile=out_energy.profile(command.profile) if command.profile else None,
    )


def _stop(command: RequestStop) -> Call:
    return "RequestStopTransaction", m.RequestStopTransaction(transaction_id=command.transaction_ref)


def _reset(command: Reset) -> Call:
    return "Reset", m.Reset(type="Immediate" if command.hard else "OnIdle", evse_id=command.evse)


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


CALLS: Mapping[type, Callable[[Any], Call]] = {
    RequestStart: _start,
    RequestStop: _stop,
    Reset: _reset,
    Unlock: _unlock,
    SetAvailability: _availability,
    Trigger: _trigger,
    **out_device.CALLS,
    **out_display.CALLS,
    **out_authorization.CALLS,
    **out_certificates.CALLS,
    **out_energy.CALLS,
    **out_maintenance.CALLS,
    **out_monitoring.CALLS,
    **out_network.CALLS,
    **out_session.CALLS,
    **out_vendor_data.CALLS,
}


AFTER: Mapping[type, After] = {
    **out_authorization.AFTER,
    **out_device.AFTER,
    **out_certificates.AFTER,
    **out_energy.AFTER,
    **out_maintenance.AFTER,
    **out_monitoring.AFTER,
    **out_session.AFTER,
}
"""What is done with an answer before it goes back: its words made ours (`status`, `accepted`, `result`)."""


async def execute(session: Session, command: AnyCommand) -> Answer:
    """Put a command onto the wire; a RawCall or a value that breaks the schema is answered `invalid`."""
    if isinstance(command, RawCall):
        return await ask(session, command.action, command.payload, command.timeout_s)
    if isinstance(command, GetVariables) and not command.names and not command.keys:
        return await out_device.read_all(session, command)
    call = CALLS.get(type(command))
    if call is None:
        return unsupported("2.0.1")
    action, payload = call(command)
    answer = await ask(session, action, payload, command.timeout_s)
    after = AFTER.get(type(command))
    return await after(session, command, answer) if after and answer.outcome == "answered" else answer
