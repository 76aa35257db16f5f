"""Monitors and the data of customers as 2.0.1 calls (N02 to N06, N09, N10)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import (
    Answer,
    ClearMonitors,
    CustomerInformation,
    GetMonitoringReport,
    Monitor,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import naming, out_certificates
from backend.ocpp.v201.out_device import of_results


def _base(command: SetMonitoringBase) -> Call:
    return "SetMonitoringBase", m.SetMonitoringBase(monitoring_base=command.base)  # type: ignore[arg-type]  # checked by `ask`


def _level(command: SetMonitoringLevel) -> Call:
    return "SetMonitoringLevel", m.SetMonitoringLevel(severity=command.severity)


def _monitor(one: Monitor) -> m.SetMonitoringDataType:
    return m.SetMonitoringDataType(
        value=one.value,
        type=one.type,  # type: ignore[arg-type]  # checked by `ask`
        severity=one.severity,
        component=naming.component(one.key),
        variable=naming.variable(one.key.name),
        id=one.number,
        transaction=one.transaction or None,
    )


def _set(command: SetMonitors) -> Call:
    return "SetVariableMonitoring", m.SetVariableMonitoring(
        set_monitoring_data=[_monitor(one) for one in command.monitors]
    )


def _clear(command: ClearMonitors) -> Call:
    return "ClearVariableMonitoring", m.ClearVariableMonitoring(id=command.numbers)


def _report(command: GetMonitoringReport) -> Call:
    return "GetMonitoringReport", m.GetMonitoringReport(
        request_id=command.request_id,
        component_variable=naming.filters(command.keys),
        monitoring_criteria=command.criteria or None,  # type: ignore[arg-type]  # checked by `ask`
    )


def _customer(command: CustomerInformation) -> Call:
    token = command.id_token
    kind: Any = command.id_token_type
    hashes = command.certificate
    return "CustomerInformation", m.CustomerInformation(
        request_id=command.request_id,
        report=command.report,
        clear=command.clear,
        id_token=m.IdTokenType(id_token=token, type=kind) if token else None,
        customer_identifier=command.customer_identifier or None,
        customer_certificate=out_certificates.hash_data(hashes) if hashes else None,
    )


async def _set_result(_session: Session, command: SetMonitors, answer: Answer) -> Answer:
    """Results name their monitor and may come in any order (N04 asks for one for each)."""
    waiting = [msgspec.convert(one, m.SetMonitoringResultType) for one in answer.payload["setMonitoringResult"]]
    results: list[dict[str, Any]] = []
    for one in command.monitors:
        found = next((result for result in waiting if _is_of(result, one)), None)
        if found is not None:
            waiting.remove(found)
        results.append({"status": found.status if found else "", "number": found.id if found else None})
    told = of_results(answer, "setMonitoringResult", "status")
    return msgspec.structs.replace(told, result={"results": results})


def _is_of(result: m.SetMonitoringResultType, one: Monitor) -> bool:
    place = naming.where(result.component)
    return (place.component, place.evse, place.connector, naming.named(result.variable), result.type) == (
        one.key.component,
        one.key.evse,
        one.key.connector,
        one.key.name,
        one.type,
    ) and result.severity == one.severity


async def _cleared(_session: Session, command: ClearMonitors, answer: Answer) -> Answer:
    words = {one["id"]: one["status"] for one in answer.payload["clearMonitoringResult"]}
    told = of_results(answer, "clearMonitoringResult", "status")
    statuses = [words.get(number, "") for number in command.numbers]
    return msgspec.structs.replace(told, result={"statuses": statuses})


CALLS: Mapping[type, Callable[[Any], Call]] = {
    SetMonitoringBase: _base,
    SetMonitoringLevel: _level,
    SetMonitors: _set,
    ClearMonitors: _clear,
    GetMonitoringReport: _report,
    CustomerInformation: _customer,
}
AFTER: Mapping[type, After] = {SetMonitors: _set_result, ClearMonitors: _cleared}
