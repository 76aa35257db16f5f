"""What the upkeep of a station decides without a screen: words for steps, times to choose, what is soon over. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from app.errors import ApiError
from shared.certificates import IssuedState, RootKind, SigningKind
from shared.energy import ChargingProfile, ChargingSchedule, Kind, LimitSource, Purpose, RateUnit, SchedulePeriod

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
        "ReservationStatusUpdate",
        "ReserveNow",
        "SendLocalList",
        "SignCertificate",
        "CertificateSigned",
        "NotifyMonitoringReport",
        "NotifyEvent",
    }
)
"""Messages after which a part of the upkeep looks different."""
KILO = 1000
ROOTS = {
    RootKind.CSMS: "Root of the central system",
    RootKind.MANUFACTURER: "Root of the maker",
    RootKind.V2G: "Root for cars (V2G)",
    RootKind.MO: "Root of mobility operators",
    RootKind.V2G_CHAIN: "Chain for cars (V2G)",
}
OWN = {
    SigningKind.STATION: "Own certificate",
    SigningKind.V2G: "Certificate towards cars",
    SigningKind.COMBINED: "Own certificate, cars too",
}
STATES = {
    IssuedState.ASKED: "waits to be signed",
    IssuedState.SIGNED: "on its way to the station",
    IssuedState.ACCEPTED: "in use",
    IssuedState.REFUSED: "not signed",
    IssuedState.REJECTED: "refused by the station",
    IssuedState.REVOKED: "revoked",
}
PRIORITIES = {"NormalCycle": "In turn", "InFront": "First", "AlwaysFront": "Always in front"}
PURPOSES = {
    Purpose.STATION_MAX: "The whole station at most",
    Purpose.DEFAULT: "Every session",
    Purpose.TRANSACTION: "One session",
    Purpose.EXTERNAL: "Set by somebody else",
}
SOURCES = {
    LimitSource.EMS: "an energy management system",
    LimitSource.SO: "the grid operator",
    LimitSource.CSO: "Wattline",
    LimitSource.OTHER: "somebody else",
}
MOST_KW = Decimal(100_000)


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


def file_of(name: str, address: str) -> str:
    """What an update is called: its file, or the last part of where it came from."""
    return name or address.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1] or address


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


def refusal(error: ApiError) -> str:
    """Why something was not done; a station that doesn't know a message is no error of anybody."""
    if error.code == "station_error" and ("NotImplemented" in error.detail or "NotSupported" in error.detail):
        return "This station doesn't know this command."
    return error.detail or error.title


def next_number(taken: Iterable[int]) -> int:
    """The smallest free number for a message."""
    used = set(taken)
    return next(number for number in range(1, len(used) + 2) if number not in used)


# --- limits ------------------------------------------------------------------------------------------


def watts(typed: str) -> Decimal | None:
    """Of kilowatts as typed, with a comma or a point; None for what can't be a limit."""
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found * KILO if found.is_finite() and 0 <= found <= MOST_KW else None


def limited(limit_w: Decimal, begins: datetime) -> ChargingProfile:
    """A profile that holds a whole station to a power from now on."""
    schedule = ChargingSchedule(
        unit=RateUnit.WATT, periods=[SchedulePeriod(start_s=0, limit=limit_w)], starts_at=begins
    )
    return ChargingProfile(purpose=Purpose.STATION_MAX, kind=Kind.ABSOLUTE, schedules=[schedule])


def written(limit: Decimal, unit: RateUnit) -> str:
    """16 A, 11 kW."""
    if unit is RateUnit.AMPERE:
        return f"{limit.normalize():f} A"
    return f"{(limit / KILO).normalize():f} kW"


def told(schedule: ChargingSchedule) -> str:
    """Its limits in a few words: 11 kW, or 22 kW, 11 kW … (5)."""
    found = [written(one.limit, schedule.unit) for one in schedule.periods]
    shown = ", ".join(found[:3])
    return shown if len(found) <= 3 else f"{shown} … ({len(found)})"


def since(seconds: int) -> str:
    """+1:30 h after the begin."""
    return f"+{seconds // 3600}:{seconds % 3600 // 60:02d} h"
