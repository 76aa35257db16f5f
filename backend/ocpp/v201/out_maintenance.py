"""2.0.1: L (firmware) and the logs of N."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer
from backend.commands.maintenance import GetLog, PublishFirmware, UnpublishFirmware, UpdateFirmware
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m


def _update(command: UpdateFirmware) -> Call:
    firmware = m.FirmwareType(
        location=command.location,
        retrieve_date_time=command.retrieve_at,
        install_date_time=command.install_at,
        signing_certificate=command.certificate or None,
        signature=command.signature or None,
    )
    return "UpdateFirmware", m.UpdateFirmware(
        request_id=command.request_id,
        firmware=firmware,
        retries=command.retries,
        retry_interval=command.retry_interval_s,
    )


def _publish(command: PublishFirmware) -> Call:
    return "PublishFirmware", m.PublishFirmware(
        location=command.location,
        checksum=command.checksum,
        request_id=command.request_id,
        retries=command.retries,
        retry_interval=command.retry_interval_s,
    )


def _unpublish(command: UnpublishFirmware) -> Call:
    return "UnpublishFirmware", m.UnpublishFirmware(checksum=command.checksum)


def _log(command: GetLog) -> Call:
    log = m.LogParametersType(
        remote_location=command.location, oldest_timestamp=command.oldest, latest_timestamp=command.latest
    )
    return "GetLog", m.GetLog(
        log=log,
        log_type="SecurityLog" if command.security else "DiagnosticsLog",
        request_id=command.request_id,
        retries=command.retries,
        retry_interval=command.retry_interval_s,
    )


async def _named(_session: Session, _command: GetLog, answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, result={"file_name": str(answer.payload.get("filename") or "")})


async def _unpublished(_session: Session, _command: UnpublishFirmware, answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, accepted=answer.status == "Unpublished")


CALLS: Mapping[type, Callable[[Any], Call]] = {
    UpdateFirmware: _update,
    PublishFirmware: _publish,
    UnpublishFirmware: _unpublish,
    GetLog: _log,
}
AFTER: Mapping[type, After] = {GetLog: _named, UnpublishFirmware: _unpublished}
