"""What recorded frames of 2.0.1 said about faults."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend.alerts.rules import EventFacts, SecurityFacts, codes
from backend.lookback.happenings import ClockSeen, Happening, Outlet, Reason, Told
from backend.maintenance.rules import critical
from backend.monitoring import rules as monitoring
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import naming
from backend.ocpp.v201.inbound import STATUS
from backend.stations.rules import connector_label


def status(request: m.StatusNotification, at: datetime) -> Sequence[Happening]:
    told = request.timestamp if request.timestamp.tzinfo else request.timestamp.replace(tzinfo=UTC)
    return (
        _state(request.evse_id, request.connector_id, request.connector_status, at),
        ClockSeen(at=at, off_s=(told - at).total_seconds()),
    )


def _label(evse: int, connector: int | None) -> str:
    return connector_label(evse, connector or 1) if evse else ""


def _state(evse: int, connector: int | None, word: str, at: datetime) -> Happening:
    return Outlet(at=at, label=_label(evse, connector), status=STATUS[word], tells_reason=False)


def events(request: m.NotifyEvent, at: datetime) -> Sequence[Happening]:
    found: list[Happening] = []
    for one in request.event_data:
        evse, problem = one.component.evse, one.variable.name == "Problem"
        if evse is None:
            if problem or one.variable_monitoring_id is not None:
                found.append(Told(at=at, facts=_component(one, problem)))
        elif one.variable.name == "AvailabilityState" and one.actual_value in STATUS:
            found.append(_state(evse.id, evse.connector_id, one.actual_value, at))
        elif problem:
            told = codes.told(codes.UNNAMED_ERROR, one.tech_code or "", one.tech_info or "", one.component.name)
            found.append(
                Reason(
                    at=at,
                    label=_label(evse.id, evse.connector_id),
                    error_code=told.code,
                    vendor_error_code=one.tech_code or "",
                    info=told.info,
                    over=bool(one.cleared) or one.actual_value.lower() != "true",
                )
            )
    return found


def _component(one: m.EventDataType, problem: bool) -> EventFacts:
    return EventFacts(
        component=naming.where(one.component).component,
        variable=naming.named(one.variable),
        value=one.actual_value,
        severity=monitoring.PROBLEM_SEVERITY if problem else monitoring.ALERT_SEVERITY,
        over=bool(one.cleared) or (problem and one.actual_value.lower() == "false"),
        tech_code=one.tech_code or "",
        tech_info=one.tech_info or "",
    )


def security(request: m.SecurityEventNotification, at: datetime) -> Sequence[Happening]:
    if not critical(request.type):
        return ()
    return (Told(at=at, facts=SecurityFacts(kind=request.type, info=request.tech_info or "")),)


SAID: Mapping[str, Callable[[Any, datetime], Sequence[Happening]]] = {
    "StatusNotification": status,
    "NotifyEvent": events,
    "SecurityEventNotification": security,
}
