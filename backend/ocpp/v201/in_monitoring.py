"""What 2.0.1 stations tell of monitors, of events, and of customers (N02, N07, N09)."""

from collections.abc import Mapping

from backend.monitoring import service as monitoring
from backend.monitoring.model import Happened, Watched
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import naming


async def report(session: Session, request: m.NotifyMonitoringReport) -> m.NotifyMonitoringReportResponse:
    """N02: a part of a report of monitors."""
    found = [
        Watched(
            number=one.id,
            **naming.where(data.component)._asdict(),
            name=naming.named(data.variable),
            type=one.type,
            value=one.value,
            severity=one.severity,
            transaction=one.transaction,
        )
        for data in request.monitor or ()
        for one in data.variable_monitoring
    ]
    await monitoring.reported(
        session.ctx, session.station, request.request_id, request.seq_no, bool(request.tbc), found
    )
    return m.NotifyMonitoringReportResponse()


async def keep_events(session: Session, request: m.NotifyEvent) -> None:
    """N07: every event is stored, before anything is made of it."""
    found = [
        Happened(
            number=one.event_id,
            at=session.aware(one.timestamp),
            trigger=one.trigger,
            notification=one.event_notification_type,
            **naming.where(one.component)._asdict(),
            name=naming.named(one.variable),
            value=one.actual_value,
            cleared=bool(one.cleared),
            cause=one.cause,
            tech_code=one.tech_code or "",
            tech_info=one.tech_info or "",
            transaction_ref=one.transaction_id or "",
            monitor=one.variable_monitoring_id,
        )
        for one in request.event_data
    ]
    await monitoring.happened(session.ctx, session.station, found)


async def customer(session: Session, request: m.NotifyCustomerInformation) -> m.NotifyCustomerInformationResponse:
    """N09: a part of what the station keeps of a customer."""
    await monitoring.customer_told(
        session.ctx, session.station, request.request_id, request.seq_no, bool(request.tbc), request.data
    )
    return m.NotifyCustomerInformationResponse()


HANDLERS: Mapping[str, Handler] = {"NotifyCustomerInformation": customer, "NotifyMonitoringReport": report}
