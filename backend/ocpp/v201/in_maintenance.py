"""2.0.1: how an update, a publication or a log upload goes on (L, N01), and security events (A04)."""

from collections.abc import Mapping

from backend.maintenance import service as maintenance
from backend.ocpp import upkeep
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m


async def firmware(session: Session, request: m.FirmwareStatusNotification) -> m.FirmwareStatusNotificationResponse:
    await upkeep.reported(session, maintenance.UPDATES, request.status, request.request_id)
    return m.FirmwareStatusNotificationResponse()


async def published(
    session: Session, request: m.PublishFirmwareStatusNotification
) -> m.PublishFirmwareStatusNotificationResponse:
    """L03: where the local controller offers the file comes with Published."""
    where = " ".join(request.location or ())
    await upkeep.reported(session, maintenance.PUBLICATIONS, request.status, request.request_id, detail=where)
    return m.PublishFirmwareStatusNotificationResponse()


async def log(session: Session, request: m.LogStatusNotification) -> m.LogStatusNotificationResponse:
    await upkeep.reported(session, maintenance.LOGS, request.status, request.request_id)
    return m.LogStatusNotificationResponse()


async def security_event(session: Session, request: m.SecurityEventNotification) -> m.SecurityEventNotificationResponse:
    await upkeep.security_event(session, request.type, request.timestamp, request.tech_info or "")
    return m.SecurityEventNotificationResponse()


HANDLERS: Mapping[str, Handler] = {
    "FirmwareStatusNotification": firmware,
    "LogStatusNotification": log,
    "PublishFirmwareStatusNotification": published,
    "SecurityEventNotification": security_event,
}
