"""What the upkeep of a station decides without a screen: words for steps, times to choose, what is soon over. Pure."""

from datetime import datetime, timedelta

STEPS = {
    "Requested": "Asked",
    "Accepted": "The station agreed",
    "AcceptedCanceled": "The station agreed and dropped the one before",
    "Canceled": "Called off for a newer one",
    "Rejected": "The station refused",
    "Failed": "It did not work",
    "Idle": "Nothing under way",
    "Downloading": "Fetching the file",
    "Downloaded": "File fetched",
    "DownloadScheduled": "Will fetch the file later",
    "DownloadPaused": "Fetching paused",
    "DownloadFailed": "The file could not be fetched",
    "SignatureVerified": "Signature is in order",
    "InvalidSignature": "The signature is wrong",
    "InvalidCertificate": "The signing certificate is wrong",
    "RevokedCertificate": "The signing certificate was revoked",
    "InvalidChecksum": "The file arrived damaged",
    "Installing": "Installing",
    "InstallScheduled": "Will install later",
    "InstallRebooting": "Restarting",
    "InstallVerificationFailed": "The new firmware failed its check",
    "Installed": "Installed",
    "InstallationFailed": "Installing failed",
    "Published": "Offered to its stations",
    "PublishFailed": "Could not be offered",
    "Uploading": "Sending the file",
    "Uploaded": "File arrived",
    "UploadFailed": "The file could not be sent",
    "UploadFailure": "The file could not be sent",
    "BadMessage": "The station didn't understand the request",
    "NotSupportedOperation": "The station can't send it this way",
    "PermissionDenied": "The station was not let in to send it",
    "NoFile": "The station has nothing to send",
}
"""By the station's word. A word that isn't here is shown as it came."""
GOOD_ENDS = frozenset({"Installed", "Uploaded", "Published"})
NOW, HOUR, TONIGHT = "now", "hour", "tonight"
QUIET_HOUR = 2
SOON = timedelta(days=30)
NEWS = frozenset(
    {
        "FirmwareStatusNotification",
        "SignedFirmwareStatusNotification",
        "DiagnosticsStatusNotification",
        "LogStatusNotification",
        "PublishFirmwareStatusNotification",
        "SecurityEventNotification",
        "NotifyDisplayMessages",
        "ClearedDisplayMessage",
        "SignCertificate",
        "CertificateSigned",
    }
)
"""Messages after which a part of the upkeep looks different."""
KILO = 1000


def step(status: str) -> str:
    return STEPS.get(status, status)


def begins_at(choice: str, now: datetime) -> datetime | None:
    """When an update begins, on the clock of `now`; None: at once."""
    if choice == HOUR:
        return now + timedelta(hours=1)
    if choice == TONIGHT:
        night = now.replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
        return night if night > now else night + timedelta(days=1)
    return None


def size(octets: int) -> str:
    """As people say it: 640 kB, 12.4 MB."""
    if octets < KILO:
        return f"{octets} B"
    if octets < KILO * KILO:
        return f"{octets / KILO:.0f} kB"
    return f"{octets / KILO / KILO:.1f} MB"


def address_problem(typed: str) -> str:
    """Why a station can't fetch from there; empty: it may be."""
    head, mark, rest = typed.strip().partition("://")
    known = head.lower() in ("http", "https", "ftp", "ftps", "sftp")
    return "" if known and mark and rest else "An address begins with https://, http:// or ftp://."


def expiry(ends_at: datetime | None, now: datetime) -> str:
    """over, soon, fine, or empty where nobody knows."""
    if ends_at is None:
        return ""
    return "over" if ends_at <= now else "soon" if ends_at - now <= SOON else "fine"
