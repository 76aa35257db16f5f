"""1.6: Firmware Management, and the logs and signed updates of the security extension."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer
from backend.commands.maintenance import GetLog, UpdateFirmware
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v16 import messages as m


def _update(command: UpdateFirmware) -> Call:
    if not command.signature:
        return "UpdateFirmware", m.UpdateFirmware(
            location=command.location,
            retrieve_date=command.retrieve_at,
            retries=command.retries,
            retry_interval=command.retry_interval_s,
        )
    firmware = m.FirmwareType(
        location=command.location,
        retrieve_date_time=command.retrieve_at,
        install_date_time=command.install_at,
        signing_certificate=command.certificate,
        signature=command.signature,
    )
    return "SignedUpdateFirmware", m.SignedUpdateFirmware(
        request_id=command.request_id,
        firmware=firmware,
        retries=command.retries,
        retry_interval=command.retry_interval_s,
    )


def _log(command: GetLog) -> Call:
    if not (command.security or command.extended):
        return "GetDiagnostics", m.GetDiagnostics(
            location=command.location,
            retries=command.retries,
            retry_interval=command.retry_interval_s,
            start_time=command.oldest,
            stop_time=command.latest,
        )
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
    name = answer.payload.get("fileName") or answer.payload.get("filename") or ""
    return msgspec.structs.replace(answer, result={"file_name": str(name)})


CALLS: Mapping[type, Callable[[Any], Call]] = {UpdateFirmware: _update, GetLog: _log}
AFTER: Mapping[type, After] = {GetLog: _named}
