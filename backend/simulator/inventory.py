"""The device model of a simulated 2.0.1 station: what GetVariables, SetVariables and base reports work on."""

from typing import Any

from backend.simulator.configuration import BY_VARIABLE, DATA_TYPE, MEASURANDS, SETTINGS, Setting
from backend.simulator.station import Station

PART = 12
"""Variables in one NotifyReport."""
BASES = ("ConfigurationInventory", "FullInventory", "SummaryInventory")
SUMMARY = frozenset({"Available", "Model", "FirmwareVersion"})
Json = dict[str, Any]


def base(station: Station, name: str) -> list[Json]:
    """B07. A summary has what an operator looks at first: whether everything is available, and what it is."""
    if name == "SummaryInventory":
        return [one for one in _facts(station) if one["variable"]["name"] in SUMMARY]
    found = [_setting(station, one) for one in SETTINGS if one.component]
    return found + (_facts(station) if name == "FullInventory" else [])


def custom(station: Station, criteria: list[str] | None, wanted: list[Json] | None) -> list[Json]:
    """B08: what fits one of the components and variables, of components that fit one of the criteria."""
    every = base(station, "FullInventory")
    if wanted:
        every = [one for one in every if any(covers(asked, one) for asked in wanted)]
    if not criteria or set(criteria) - {"Problem"}:
        return every  # every component is active, available and enabled
    bad = {outlet.number for outlet in station.outlets if outlet.fault is not None}
    return [one for one in every if (one["component"].get("evse") or {}).get("id") in bad]


def covers(asked: Json, one: Json) -> bool:
    """Whether a component, or a variable of it, is one that was asked for; an EVSE left out means any."""
    component, variable, evse = asked["component"], asked.get("variable"), asked["component"].get("evse")
    if component["name"] != one["component"]["name"]:
        return False
    if evse and evse["id"] != (one["component"].get("evse") or {}).get("id"):
        return False
    return variable is None or bool(variable["name"] == one["variable"]["name"])


def parts(found: list[Json]) -> list[list[Json]]:
    """A report, cut into messages."""
    return [found[begin : begin + PART] for begin in range(0, len(found), PART)]


def _setting(station: Station, one: Setting) -> Json:
    about: Json = {"data_type": DATA_TYPE[one.kind], "supports_monitoring": False}
    if one.unit:
        about["unit"] = one.unit
    if one.kind == "list":
        about["values_list"] = ",".join(MEASURANDS)
    value = {
        "type": "Actual",
        "value": station.settings.text(one.name),
        "mutability": "ReadOnly" if one.read_only else "ReadWrite",
        "persistent": True,
    }
    return {
        "component": {"name": one.component},
        "variable": {"name": one.variable},
        "variable_attribute": [value],
        "variable_characteristics": about,
    }


def _facts(station: Station) -> list[Json]:
    """What the station is made of."""
    spec = station.spec
    found = [
        _fact({"name": "ChargingStation"}, name, value, "string")
        for name, value in (
            ("VendorName", spec.vendor),
            ("Model", spec.model),
            ("SerialNumber", spec.serial),
            ("FirmwareVersion", station.firmware),
        )
        if value
    ]
    screen = _fact({"name": "TariffCostCtrlr"}, "Enabled", "true", "boolean")
    screen["variable"]["instance"] = "Cost"
    found.append(screen)
    supply = str(0 if spec.dc else 3)
    for outlet in station.outlets:
        evse: Json = {"name": "EVSE", "evse": {"id": outlet.number}}
        connector: Json = {"name": "Connector", "evse": {"id": outlet.number, "connector_id": 1}}
        kind = "cCCS2" if spec.dc else "sType2"
        found += [
            _fact(evse, "Power", str(outlet.power_w), "decimal", "W", watched=True),
            _fact(evse, "SupplyPhases", supply, "integer"),
            _fact(connector, "ConnectorType", kind, "string"),
            _fact(connector, "Available", "true", "boolean"),
        ]
    return found


def _fact(
    component: Json, name: str, value: str, data_type: str, unit: str | None = None, *, watched: bool = False
) -> Json:
    about: Json = {"data_type": data_type, "supports_monitoring": watched}
    if unit:
        about["unit"] = unit
    attribute = {"type": "Actual", "value": value, "mutability": "ReadOnly", "constant": True}
    return {
        "component": component,
        "variable": {"name": name},
        "variable_attribute": [attribute],
        "variable_characteristics": about,
    }


def _named(asked: Json) -> tuple[Setting | None, str]:
    component, variable = asked["component"]["name"], asked["variable"]["name"]
    setting = BY_VARIABLE.get((component, variable))
    if setting is not None:
        return setting, ""
    known = any(one.component == component for one in SETTINGS) or component in ("ChargingStation", "EVSE", "Connector")
    return None, "UnknownVariable" if known else "UnknownComponent"


def get(station: Station, asked: Json) -> Json:
    """One answer to GetVariables."""
    result = {"component": asked["component"], "variable": asked["variable"]}
    kind = asked.get("attribute_type", "Actual")
    setting, unknown = _named(asked)
    if setting is not None and kind == "Actual":
        value = station.settings.text(setting.name)
        return {**result, "attribute_type": kind, "attribute_status": "Accepted", "attribute_value": value}
    if setting is not None:
        return {**result, "attribute_type": kind, "attribute_status": "NotSupportedAttributeType"}
    for one in _facts(station):
        if one["component"] == asked["component"] and one["variable"] == asked["variable"]:
            value = one["variable_attribute"][0]["value"]
            return {**result, "attribute_type": kind, "attribute_status": "Accepted", "attribute_value": value}
    return {**result, "attribute_type": kind, "attribute_status": unknown}


def change(station: Station, asked: Json) -> Json:
    """One answer to SetVariables."""
    result = {"component": asked["component"], "variable": asked["variable"]}
    setting, unknown = _named(asked)
    if setting is None:
        return {**result, "attribute_status": unknown}
    if asked.get("attribute_type", "Actual") != "Actual":
        return {
            **result,
            "attribute_type": asked["attribute_type"],
            "attribute_status": "NotSupportedAttributeType",
        }
    words = {"accepted": "Accepted", "rejected": "Rejected", "read_only": "Rejected"}
    done = station.settings.change(setting, asked["attribute_value"])
    if done == "accepted":
        return {**result, "attribute_status": words[done]}
    reason = "ReadOnly" if done == "read_only" else "PropertyConstraintViolation"
    return {**result, "attribute_status": words[done], "attribute_status_info": {"reason_code": reason[:20]}}
