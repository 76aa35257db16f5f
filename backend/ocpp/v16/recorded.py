"""What recorded frames of 1.6 said about faults."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend.alerts.rules import SecurityFacts
from backend.lookback.happenings import ClockSeen, Happening, Outlet, Told
from backend.maintenance.rules import critical
from backend.ocpp.v16 import messages as m
from backend.ocpp.v16.inbound import STATUS


def status(request: m.StatusNotification, at: datetime) -> Sequence[Happening]:
    evse = max(request.connector_id, 0)
    found: list[Happening] = [
        Outlet(
            at=at,
            label=str(evse) if evse else "",
            status=STATUS[request.status],
            error_code="" if request.error_code == "NoError" else request.error_code,
            vendor_error_code=request.vendor_error_code or "",
            info=request.info or "",
        )
    ]
    if request.timestamp is not None:
        told = request.timestamp if request.timestamp.tzinfo else request.timestamp.replace(tzinfo=UTC)
        found.append(ClockSeen(at=at, off_s=(told - at).total_seconds()))
    return found


def security(request: m.SecurityEventNotification, at: datetime) -> Sequence[Happening]:
    if not critical(request.type):
        return ()
    return (Told(at=at, facts=SecurityFacts(kind=request.type, info=request.tech_info or "")),)


SAID: Mapping[str, Callable[[Any, datetime], Sequence[Happening]]] = {
    "StatusNotification": status,
    "SecurityEventNotification": security,
}
