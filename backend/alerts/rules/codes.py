"""Codes of faults beyond OCPP 1.6's own: the minimum required error codes (MREC) that stations of many makers share,
the standard components of 2.0.1 that say by their name what has failed, and how a report's code is found."""

import re
from collections.abc import Mapping
from typing import NamedTuple

UNNAMED_ERROR = "OtherError"
OCPP_16 = frozenset(
    "ConnectorLockFailure EVCommunicationError GroundFailure HighTemperature InternalError LocalListConflict "
    "OtherError OverCurrentFailure OverVoltage PowerMeterFailure PowerSwitchFailure ReaderFailure ResetFailure "
    "UnderVoltage WeakSignal".split()
)
"""Every error code of OCPP 1.6 (7.6 ChargePointErrorCode), NoError aside."""

MREC: Mapping[str, str] = {
    "CX001": "ConnectorLockFailure",
    "CX002": "GroundFailure",
    "CX003": "HighTemperature",
    "CX004": "OverCurrentFailure",
    "CX005": "OverVoltage",
    "CX006": "UnderVoltage",
    "CX007": "WeakSignal",
    "CX008": "EmergencyStop",
    "CX009": "AuthorizationTimeout",
    "CX010": "InvalidVehicleMode",
    "CX011": "CableCheckFailure",
    "CX012": "PreChargeFailure",
    "CX013": "NoInternet",
    "CX014": "PilotFault",
    "CX015": "PowerLoss",
    "CX016": "EVContactorFault",
    "CX017": "EVSEContactorFault",
    "CX018": "CableOverTempDerate",
    "CX019": "CableOverTempStop",
    "CX020": "PartialInsertion",
    "CX021": "CapacitanceFault",
    "CX022": "ResistanceFault",
    "CX023": "ProximityFault",
    "CX024": "ConnectorVoltageHigh",
    "CX025": "BrokenLatch",
    "CX026": "CutCable",
}
"""The first seven are names of OCPP 1.6 as well."""

COMPONENTS: Mapping[str, str] = {
    "CableBreakawaySensor": "CutCable",
    "ConnectorPlugRetentionLock": "ConnectorLockFailure",
    "ControlMetering": "PowerMeterFailure",
    "CPPWMController": "PilotFault",
    "ElectricalFeed": "PowerLoss",
    "EmergencyStopSensor": "EmergencyStop",
    "FiscalMetering": "PowerMeterFailure",
    "GroundIsolationProtection": "GroundFailure",
    "OverCurrentProtection": "OverCurrentFailure",
    "PowerContactor": "EVSEContactorFault",
    "RCD": "GroundFailure",
    "TokenReader": "ReaderFailure",
}
"""What a problem of a standard component (2.0.1 part 2, appendices 3.1) means; many others tell nothing alike."""

_NAMES = {name.lower(): name for name in (*OCPP_16, *MREC.values())} | {key.lower(): MREC[key] for key in MREC}


class Told(NamedTuple):
    code: str
    """A name of OCPP 1.6 or of MREC; what the station sent where it is neither."""
    info: str
    """What it says besides."""


def told(code: str, vendor_code: str = "", info: str = "", component: str = "") -> Told:
    """The best name of a fault. What the standard has no name for is often named by the vendor's code or text."""
    own = _NAMES.get(code.lower())
    if own is not None and own != UNNAMED_ERROR:
        return Told(own, info)
    vendors = _NAMES.get(vendor_code.strip().lower())
    first, rest = _split(info)
    named = vendors or first or COMPONENTS.get(component)
    if named is None or named == UNNAMED_ERROR:
        return Told(own or code, info)
    return Told(named, rest if named == first else info)


def known(code: str) -> bool:
    """Whether a vendor's code is a name that many share."""
    return code.strip().lower() in _NAMES


def _split(info: str) -> tuple[str | None, str]:
    """A known name or code that begins a text, and the rest: "GroundFailure: 34 mA"."""
    found = re.match(r"\W*(\w+)[\W_]*", info)
    if found is None:
        return None, info
    return _NAMES.get(found[1].lower()), info[found.end() :]
