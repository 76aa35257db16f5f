"""What the words of stations mean for a task, and which security events are critical."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

SENDING = "Requested"
OVER = frozenset(
    {
        "Installed",
        "InstallationFailed",
        "DownloadFailed",
        "InstallVerificationFailed",
        "InvalidSignature",
        "Published",
        "InvalidChecksum",
        "PublishFailed",
        "Uploaded",
        "UploadFailure",
        "BadMessage",
        "NotSupportedOperation",
        "PermissionDenied",
        "AcceptedCanceled",
    }
)
"""After these nothing more is expected of a task."""
SCHEMES = frozenset({"http", "https", "ftp", "ftps", "sftp"})
CRITICAL = frozenset(
    {
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidCsmsCertificate",
        "InvalidCentralSystemCertificate",
        "InvalidChargingStationCertificate",
        "InvalidChargePointCertificate",
        "InvalidTLSVersion",
        "InvalidTLSCipherSuite",
        "TooManyConnectionsRefused",
    }
)
"""Appendix 1 of 2.0.1 and of the security whitepaper for 1.6, without FirmwareUpdated, SettingSystemTime,
StartupOfTheDevice and ResetOrReboot: critical there, but part of a normal day, and nobody must be woken for them.
The last one is our own: somebody tries the passwords of a station."""


NOT_BEGUN = frozenset({SENDING, "Accepted", "Scheduled", "DownloadScheduled", "InstallScheduled", "DownloadPaused"})
"""The station does it later: a restart in between says nothing."""
AFTER_A_RESTART = {"update": timedelta(hours=1), "publish": timedelta(hours=1)}
"""An update restarts the station itself, and some take long until they say how it went."""
LOG_AFTER_A_RESTART = timedelta(minutes=10)
OVERDUE, OVERDUE_INSTALL = timedelta(days=1), timedelta(days=30)
"""After the address has expired; an installation may be planned for much later."""
INTERRUPTED, TIMED_OUT = "Interrupted", "TimedOut"
"""Our own words: stations that say no more of a task don't say so."""


def patience(kind: str) -> timedelta:
    """How long after its restart a station may be silent about something that it had begun."""
    return AFTER_A_RESTART.get(kind, LOG_AFTER_A_RESTART)


def interrupted(status: str, last_heard: datetime, booted_at: datetime) -> bool:
    """Whether a restart ended a task: it had begun, and nothing was said of it since."""
    return status not in NOT_BEGUN and last_heard < booted_at


def overdue(status: str, expires_at: datetime, now: datetime) -> bool:
    return now - expires_at > (OVERDUE_INSTALL if status == "InstallScheduled" else OVERDUE)


def shown_status(word: str) -> str:
    return "Canceled" if word == "AcceptedCanceled" else word


def is_over(word: str) -> bool:
    return word in OVER


def critical(kind: str) -> bool:
    return kind in CRITICAL


def url_problem(url: str) -> str:
    """Why a station can't fetch from there; empty if it may."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "This is no address."
    if parts.scheme not in SCHEMES or not parts.netloc:
        return f"The address must begin with one of {', '.join(sorted(SCHEMES))}."
    return ""
