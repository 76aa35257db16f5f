"""Firmware, logs and security events of stations."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Url = Annotated[str, msgspec.Meta(max_length=512)]
Md5 = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{32}$")]
Tries = Annotated[int, msgspec.Meta(ge=0, le=100)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=86400)]


class LogKind(StrEnum):
    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


class FirmwareFile(Message):
    id: str
    name: str
    size: int
    sha256: str
    md5: str
    created_at: datetime


class StartFirmware(Request):
    """One of `file_id` and `url`. Signature and certificate belong together."""

    file_id: str = ""
    url: Url = ""
    retrieve_at: datetime | None = None
    install_at: datetime | None = None
    retries: Tries | None = None
    retry_interval_s: Seconds | None = None
    signature: Annotated[str, msgspec.Meta(max_length=800)] = ""
    certificate: Annotated[str, msgspec.Meta(max_length=5500)] = ""


class StartPublish(Request):
    """One of `file_id` and `url`; the checksum (MD5) of a file of ours is known."""

    file_id: str = ""
    url: Url = ""
    checksum: Md5 | None = None
    retries: Tries | None = None
    retry_interval_s: Seconds | None = None


class Unpublish(Request):
    checksum: Md5


class StartLog(Request):
    """`extended`: ask an OCPP 1.6 station by the message of the security extension for diagnostics too."""

    kind: LogKind = LogKind.DIAGNOSTICS
    extended: bool = False
    oldest: datetime | None = None
    latest: datetime | None = None
    retries: Tries | None = None
    retry_interval_s: Seconds | None = None


class TaskStep(Message):
    status: str
    at: datetime
    detail: str = ""


class MaintenanceTask(Message):
    """An update, a publication, or a log file on its way. `ended_at` None: it goes on."""

    id: str
    kind: str
    request_id: int
    status: str
    location: str
    history: list[TaskStep]
    file_name: str
    file_size: int | None
    created_at: datetime
    ended_at: datetime | None


class SecurityEvent(Message):
    type: str
    at: datetime
    received_at: datetime
    info: str
    critical: bool
