"""Our commands as 1.6 calls, and the answers in our words."""

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
from backend.ocpp.outgoing import After, Call, ask, invalid, unsupported
from backend.ocpp.session import Session
from backend.ocpp.v16 import messages as m
from backend.ocpp.v16 import out_authorization, out_certificates, out_energy, out_maintenance, out_vendor_data
from backend.stations import service as stations
from backend.stations.model import VariableReport


def _start(command: RequestStart) -> Call:
    start = m.RemoteStartTransaction(id_tag=command.id_token[:20], connector_id=command.evse or None)
    if command.profile is None:
        return "RemoteStartTransaction", start
    profile = out_energy.profile(command.profile)
    return "RemoteStartTransaction", {**msgspec.to_builtins(start), "chargingProfile": profile}


def _stop(command: RequestStop) -> Call:
    try:
        return "RemoteStopTransaction", m.RemoteStopTransaction(transaction_id=int(command.transaction_ref))
    except ValueError:
        raise ValueError("This transaction id is not one of OCPP 1.6.") from None


def _reset(command: Reset) -> Call:
    if command.evse is not None:
        raise ValueError("OCPP 1.6 restarts whole stations only.")
    return "Reset", m.Reset(type="Hard" if command.hard else "Soft")


def _unlock(command: Unlock) -> Call:
    return "UnlockConnector", m.UnlockConnector(connector_id=command.evse)


def _availability(command: SetAvailability) -> Call:
    kind = "Operative" if command.operative else "Inoperative"
    return "ChangeAvailability", m.ChangeAvailability(connector_id=command.evse or 0, type=kind)  # type: ignore[arg-type]  # a Literal of these words


ONLY_EXTENDED = frozenset({"LogStatusNotification", "SignChargePointCertificate"})
"""Messages that only the trigger of the security extension knows."""


def _trigger(command: Trigger) -> Call:
    if command.extended or command.message in ONLY_EXTENDED:
        return "ExtendedTriggerMessage", m.ExtendedTriggerMessage(
            requested_message=command.message,  # type: ignore[arg-type]  # checked by `execute`
            connector_id=command.evse,
        )
    return "TriggerMessage", m.TriggerMessage(
        requested_message=command.message,  # type: ignore[arg-type]  # checked by `execute`
        connector_id=command.evse,
    )


def _get(command: GetVariables) -> Call:
    return "GetConfiguration", m.GetConfiguration(key=[*command.names, *(key.name for key in command.keys)] or None)


def _set(command: SetVariable) -> Call:
    return "ChangeConfiguration", m.ChangeConfiguration(key=command.name, value=command.value)


CALLS: Mapping[type, Callable[[Any], Call]] = {
    RequestStart: _start,
    RequestStop: _stop,
    Reset: _reset,
    Unlock: _unlock,
    SetAvailability: _availability,
    Trigger: _trigger,
    GetVariables: _get,
    SetVariable: _set,
    **out_authorization.CALLS,
    **out_certificates.CALLS,
    **out_energy.CALLS,
    **out_maintenance.CALLS,
    **out_vendor_data.CALLS,
}


async def _remember(session: Session, _command: GetVariables, answer: Answer) -> Answer:
    reports = [
        VariableReport(
            name=str(one.get("key", "")),
            value=None if one.get("value") is None else str(one["value"]),
            read_only=bool(one.get("readonly", False)),
        )
        for one in answer.payload.get("configurationKey", [])
        if isinstance(one, dict) and one.get("key")
    ]
    await stations.store_variables(session.ctx, session.station.id, reports)
    return answer


AFTER: Mapping[type, After] = {
    **out_authorization.AFTER,
    **out_certificates.AFTER,
    **out_energy.AFTER,
    **out_maintenance.AFTER,
    GetVariables: _remember,
}
"""What is done with an answer before it goes back: its words made ours (`status`, `accepted`, `result`)."""


async def execute(session: Session, command: AnyCommand) -> Answer:
    """Put a command onto the wire; a RawCall or a value that breaks the schema is answered `invalid`."""
    if isinstance(command, RawCall):
        return await ask(session, command.action, command.payload, command.timeout_s)
    call = CALLS.get(type(command))
    if call is None:
        return unsupported("1.6")
    try:
        action, payload = call(command)
    except ValueError as wrong:
        return invalid("$", str(wrong))
    answer = await ask(session, action, payload, command.timeout_s)
    after = AFTER.get(type(command))
    return await after(session, command, answer) if after and answer.outcome == "answered" else answer
