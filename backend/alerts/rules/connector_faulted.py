"""A connector, or the station itself, reports an error (OCPP 1.6 §7.6 ChargePointErrorCode; 2.0.1 Faulted)."""

from typing import NamedTuple

from backend.alerts.rules.base import ConnectorFacts, Finding, of
from shared.operations import Severity
from shared.stations import ConnectorStatus


class Words(NamedTuple):
    title: str
    advice: str
    severity: Severity = Severity.CRITICAL
    """Of a report that takes the connector out of service; others are one step milder."""


NO_ERROR = ("", "NoError")
UNNAMED = Words(
    "Fault without a reason",
    "Restart the station. If the fault comes back, read its display and send a technician.",
)

ERRORS: dict[str, Words] = {
    "ConnectorLockFailure": Words(
        "Plug lock doesn't move",
        "Try Unlock cable. If that doesn't help, look for dirt or ice in the socket on site.",
    ),
    "EVCommunicationError": Words(
        "No understanding with the car",
        "Ask the driver to unplug, wait ten seconds and plug in again. Several cars in a row: check cable and socket.",
        Severity.WARNING,
    ),
    "GroundFailure": Words(
        "Residual current protection tripped",
        "Keep the connector out of service. An electrician must find the cause and reset the protection.",
    ),
    "HighTemperature": Words(
        "Too hot inside",
        "It charges slower or pauses until it has cooled. Check fans, filters and sun exposure if it happens again.",
        Severity.WARNING,
    ),
    "InternalError": Words(
        "Internal error of the station",
        "Restart the station. If the error comes back, ask the manufacturer with the log of this station.",
    ),
    "LocalListConflict": Words(
        "List of cards is out of step",
        "The station's own list of cards contradicts ours. Clear the station's cache and list; charging goes on.",
        Severity.INFO,
    ),
    "OtherError": Words(
        "Error the standard has no name for",
        "The vendor's code tells more: look it up in the station's manual. Restarting often helps.",
    ),
    "OverCurrentFailure": Words(
        "Over-current protection tripped",
        "Keep the connector out of service until an electrician has checked wiring and protection.",
    ),
    "OverVoltage": Words(
        "Mains voltage too high",
        "Wait for the grid to recover. If it lasts, measure the supply and call the network operator.",
    ),
    "PowerMeterFailure": Words(
        "Energy meter can't be read",
        "Sessions can't be billed by the meter. Restart the station, then have the meter checked.",
    ),
    "PowerSwitchFailure": Words(
        "Power contactor fails",
        "Keep the connector out of service: the contactor may be welded. A technician must replace it.",
    ),
    "ReaderFailure": Words(
        "Card reader fails",
        "Drivers can still start from the app. Restart the station; have the reader replaced if that doesn't help.",
        Severity.WARNING,
    ),
    "ResetFailure": Words(
        "Restart failed",
        "Try a hard reset. If that fails too, somebody must switch the station off and on again on site.",
    ),
    "UnderVoltage": Words(
        "Mains voltage too low",
        "Wait for the grid to recover. If it lasts, check the feed and what else is drawing from it.",
    ),
    "WeakSignal": Words(
        "Weak radio signal",
        "The station may drop out. Check the antenna, or use a wired network or another provider.",
        Severity.INFO,
    ),
}
"""In plain words, every error code of OCPP 1.6 (NoError aside)."""

MILDER = {Severity.CRITICAL: Severity.WARNING, Severity.WARNING: Severity.INFO, Severity.INFO: Severity.INFO}


def judge(facts: ConnectorFacts) -> Finding | None:
    faulted = facts.status == ConnectorStatus.FAULTED
    if not faulted and facts.error_code in NO_ERROR:
        return None
    words = UNNAMED if facts.error_code in NO_ERROR else ERRORS.get(facts.error_code, ERRORS["OtherError"])
    return Finding(
        severity=words.severity if faulted else MILDER[words.severity],
        title=words.title,
        detail=_detail(facts, faulted),
        advice=words.advice,
    )


def _detail(facts: ConnectorFacts, faulted: bool) -> str:
    told = "a fault" if facts.error_code in NO_ERROR else facts.error_code
    if facts.vendor_error_code:
        told += f" (vendor's code {facts.vendor_error_code})"
    sentence = f"{of(facts.label)} reports {told} and is {'out of service' if faulted else 'still in service'}."
    return f"{sentence} It says: {facts.info}" if facts.info else sentence
