"""What the words of stations mean for a task, and which security events are critical."""

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
