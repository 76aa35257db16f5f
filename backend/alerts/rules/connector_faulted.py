"""A connector, or the station itself, reports an error (OCPP 1.6 §7.6 ChargePointErrorCode; 2.0.1 Faulted; MREC)."""

from datetime import datetime
from typing import NamedTuple

from backend.alerts.rules import codes
from backend.alerts.rules.base import ConnectorFacts, Finding, Meaning, of
from backend.alerts.rules.causes import CAUSES
from shared.operations import Severity
from shared.stations import ConnectorStatus


class Words(NamedTuple):
    title: str
    advice: str
    severity: Severity = Severity.CRITICAL
    """Of a report that takes the connector out of service; others are one step milder."""


NO_ERROR = ("", "NoError")
CLOCK_S = 120
"""What a station's clock may be off, so that it is believed when something began."""
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
    # From here on names of MREC alone: 2.0.1 stations send them, and 1.6 ones as the vendor's code.
    "EmergencyStop": Words(
        "Emergency stop pressed",
        "Ask on site what happened before anybody releases the button. Then restart the station.",
    ),
    "AuthorizationTimeout": Words(
        "Nobody identified in time",
        "The cable was plugged in and no card or app followed. Look at the reader if it happens again.",
        Severity.INFO,
    ),
    "InvalidVehicleMode": Words(
        "The car is not ready to charge",
        "Ask the driver to switch the car off or into park, then to plug in again.",
        Severity.INFO,
    ),
    "CableCheckFailure": Words(
        "Insulation test failed before charging",
        "Ask the driver to plug in again. Several cars in a row: keep it out of service and have the cable measured.",
    ),
    "PreChargeFailure": Words(
        "Voltage doesn't match the car's",
        "Ask the driver to plug in again. Several cars in a row: have the power modules checked.",
    ),
    "NoInternet": Words(
        "The station has no internet",
        "Check its antenna, router and provider. Sessions are reported when it is back.",
        Severity.WARNING,
    ),
    "PilotFault": Words(
        "Pilot signal out of range",
        "Ask the driver to unplug and plug in again. Several cars in a row: have cable and plug checked.",
    ),
    "PowerLoss": Words(
        "No mains supply",
        "Check the breaker and whether the site has power. Sessions may have been cut short.",
    ),
    "EVContactorFault": Words(
        "Contactor of the car fails",
        "The car's own fault: the driver needs a garage. Several cars in a row: have the station checked.",
        Severity.WARNING,
    ),
    "EVSEContactorFault": Words(
        "Contactor doesn't open or close",
        "Keep the connector out of service: the contactor may be welded. A technician must replace it.",
    ),
    "CableOverTempDerate": Words(
        "Cable too hot, charging slower",
        "Look for dirt or damage at the plug's contacts, and at the cable's cooling, if it happens again.",
        Severity.WARNING,
    ),
    "CableOverTempStop": Words(
        "Cable too hot, charging stopped",
        "Keep the connector out of service until somebody has looked at the plug's contacts and the cable's cooling.",
    ),
    "PartialInsertion": Words(
        "Plug not all the way in",
        "Ask the driver to unplug, wait ten seconds and push the plug in until it clicks.",
        Severity.WARNING,
    ),
    "CapacitanceFault": Words(
        "Too much capacitance in the car",
        "Ask the driver to plug in again. Several cars in a row: have the station's measuring checked.",
        Severity.WARNING,
    ),
    "ResistanceFault": Words(
        "Insulation too low while charging",
        "Keep the connector out of service until an electrician has measured cable and outlet.",
    ),
    "ProximityFault": Words(
        "Plug detection out of range",
        "Look at the plug: its latch or the contact that detects it may be damaged or dirty.",
    ),
    "ConnectorVoltageHigh": Words(
        "Voltage at the plug when there should be none",
        "Keep the connector out of service and the place closed off until a technician has been there.",
    ),
    "BrokenLatch": Words(
        "Latch of the plug is broken",
        "Keep the connector out of service until the plug has been replaced.",
    ),
    "CutCable": Words(
        "Cable is cut or torn off",
        "Switch the connector off at the breaker and send somebody. Report a theft to the police.",
    ),
}
"""In plain words, every error code of OCPP 1.6 (NoError aside) and of MREC."""

UNKNOWN = Words(
    "Error of the maker's own",
    "Its code is not known here: look it up in the manual and add its meaning under Rules. A restart often helps.",
)
MILDER = {Severity.CRITICAL: Severity.WARNING, Severity.WARNING: Severity.INFO, Severity.INFO: Severity.INFO}


def judge(facts: ConnectorFacts) -> Finding | None:
    faulted = facts.status == ConnectorStatus.FAULTED
    if not faulted and facts.error_code in NO_ERROR:
        return None
    told = codes.told(facts.error_code, facts.vendor_error_code, facts.info)
    words, cause, code = worded(told, facts.vendor_error_code, facts.meaning)
    return Finding(
        severity=words.severity if faulted else MILDER[words.severity],
        title=words.title,
        detail=_detail(facts, told, faulted),
        advice=words.advice,
        cause=cause,
        code=code,
        down=1.0 if faulted else 0.1,
        began_at=facts.began_at,
        evidence={"code": code, "vendor's code": facts.vendor_error_code, "says": told.info},
    )


def believed(at: datetime, off_s: float | None) -> datetime | None:
    """When a station says that a fault began: a report may have waited for its connection. None where its clock was
    `off_s` seconds wrong when it last told the time, which says nothing of when anything began."""
    return at if off_s is None or abs(off_s) <= CLOCK_S else None


def nameless(told: codes.Told) -> bool:
    """Whether neither the standard nor MREC has a name for it."""
    return told.code in (*NO_ERROR, codes.UNNAMED_ERROR) or told.code not in ERRORS


def worded(told: codes.Told, vendor_code: str, meaning: Meaning | None) -> tuple[Words, str, str]:
    """(words, cause, code). What the tenant said of the vendor's code counts first, then the standard's own name,
    then what is known of the vendor's codes."""
    if meaning is not None and (meaning.own or nameless(told)):
        advice = meaning.advice or UNNAMED.advice
        return Words(meaning.title, advice, meaning.severity), meaning.cause, meaning.code or told.code
    if told.code in NO_ERROR and not vendor_code.strip():
        return UNNAMED, "", told.code
    if nameless(told) and vendor_code.strip():
        return UNKNOWN, CAUSES[codes.UNNAMED_ERROR], told.code
    return ERRORS.get(told.code, ERRORS[codes.UNNAMED_ERROR]), CAUSES.get(told.code, ""), told.code


def another_fault(before: str, now: str) -> bool:
    """Whether a report of an outlet whose fault is known names another one. Out of service since, or named only now
    (2.0.1 sends the state first and its reason after it), it is still the same."""
    return before not in NO_ERROR and now != before


def _detail(facts: ConnectorFacts, told: codes.Told, faulted: bool) -> str:
    what = "a fault" if told.code in NO_ERROR else told.code
    if facts.vendor_error_code:
        what += f" (vendor's code {facts.vendor_error_code})"
    sentence = f"{of(facts.label)} reports {what} and is {'out of service' if faulted else 'still in service'}."
    if not told.info:
        return sentence
    end = "" if told.info[-1] in ".!?…" else "."
    return f"{sentence} It says: {told.info}{end}"
