"""Firmware and logs. The station reports later, by request_id where its version has one."""

from datetime import datetime

from backend.commands.base import Command


class UpdateFirmware(Command, frozen=True, kw_only=True):
    """With signature and certificate the station checks the file before it installs it."""

    request_id: int
    location: str
    retrieve_at: datetime
    install_at: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    signature: str = ""
    certificate: str = ""


class PublishFirmware(Command, frozen=True, kw_only=True):
    """checksum: the MD5 of the file, in hex."""

    request_id: int
    location: str
    checksum: str
    retries: int | None = None
    retry_interval_s: int | None = None


class UnpublishFirmware(Command, frozen=True, kw_only=True):
    checksum: str


class GetLog(Command, frozen=True, kw_only=True):
    """extended: ask a 1.6 station with the message of the security extension for diagnostics too."""

    request_id: int
    location: str
    security: bool = False
    extended: bool = False
    oldest: datetime | None = None
    latest: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


AnyMaintenance = UpdateFirmware | PublishFirmware | UnpublishFirmware | GetLog
