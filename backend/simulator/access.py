"""How a station gets in: a new password, and the profiles of its network (2.0.1)."""

from typing import Any
from urllib.parse import urlsplit

from backend.simulator.station import Station

Json = dict[str, Any]
SHORTEST, LONGEST = 16, 40
SLOTS = (1, 2)
PASSWORD = ("SecurityCtrlr", "BasicAuthPassword")
PRIORITY = ("OCPPCommCtrlr", "NetworkConfigurationPriority")


def take_password(station: Station, value: str) -> bool:
    """It signs in with it from the next connection on."""
    if not SHORTEST <= len(value) <= LONGEST:
        return False
    station.memory.password = value
    return True


def take_profile(station: Station, slot: int, data: Json) -> str:
    """It speaks plain WebSocket only, so that a profile which needs more would fail."""
    if slot not in SLOTS:
        return "Rejected"
    if urlsplit(data["ocpp_csms_url"]).scheme != "ws" or data["security_profile"] > 1:
        return "Failed"
    station.memory.networks[slot] = data["ocpp_csms_url"]
    return "Accepted"


def take_priority(station: Station, value: str) -> bool:
    """An order of slots: of those, it uses the first that it holds after the next restart."""
    slots = [int(one) for one in value.split(",") if one.strip().isdecimal()]
    if not slots or any(slot not in station.memory.networks for slot in slots):
        return False
    station.memory.network = slots[0]
    return True


def change(station: Station, asked: Json) -> Json | None:
    """One answer to SetVariables; None: it is not about how the station gets in."""
    key = (asked["component"]["name"], asked["variable"]["name"])
    take = {PASSWORD: take_password, PRIORITY: take_priority}.get(key)
    if take is None:
        return None
    status = "Accepted" if take(station, asked["attribute_value"]) else "Rejected"
    return {"component": asked["component"], "variable": asked["variable"], "attribute_status": status}
