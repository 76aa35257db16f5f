"""1.6: how an update or a log upload goes on, and security events."""

from collections.abc import Mapping

from backend.maintenance import service as maintenance
from backend.ocpp import upkeep
from backend.ocpp.session import Handler, Session
from backend.ocpp.v16 import messages as m

UPLOAD_FAILED = {"UploadFailed": "UploadFailure"}
"""Diagnostics of 1.6 name it otherwise than its security extension and 2.0.1 do."""


async def firmware(session: Session, request: m.FirmwareStatusNotification) -> m.FirmwareStatusNotificationResponse:
    await upkeep.reported(session, maintenance.UPDATES, request.status, None)
    return m.FirmwareStatusNotificationResponse()


async def signed_firmware(
    session: Session, request: m.SignedFirmwareStatusNotification
) -> m.SignedFirmwareStatusNotificationResponse:
    await upkeep.reported(session, maintenance.UPDATES, request.status, request.request_id)
    return m.SignedFirmwareStatusNotificationResponse()


async def diagnostics(
    session: Session, request: m.DiagnosticsStatusNotification
) -> m.DiagnosticsStatusNotificationResponse:
    status = UPLOAD_FAILED.get(request.status, request.status)
    await upkeep.reported(session, ("diagnostics",), status, None)
    return m.DiagnosticsStatusNotificationResponse()


async def log(session: Session, request: m.LogStatusNotification) -> m.LogStatusNotificationResponse:
    await upkeep.reported(session, maintenance.LOGS, request.status, request.request_id)
    return m.LogStatusNotificationResponse()


async def security_event(session: Session, request: m.SecurityEventNotification) -> m.SecurityEventNotificationResponse:
    await upkeep.security_event(session, request.type, request.timestamp, request.tech_info or "")
    return m.SecurityEventNotificationResponse()


HANDLERS: Mapping[str, Handler] = {
    "DiagnosticsStatusNotification": diagnostics,
    "FirmwareStatusNotification": firmware,
    "LogStatusNotification": log,
    "SecurityEventNotification": security_event,
    "SignedFirmwareStatusNotification": signed_firmware,
}
