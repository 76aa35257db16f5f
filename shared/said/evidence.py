"""What a rule saw, named for people: on the page of an incident and in a ticket's letter."""

from collections.abc import Mapping

from shared.said import Words, told

EVIDENCE = {
    "code": "Code",
    "vendor's code": "Maker's code",
    "says": "It says",
    "component": "Component",
    "variable": "Variable",
    "value": "Value",
    "voltage_v": "Voltage, V",
    "voltages": "Voltages, V",
    "currents": "Currents, A",
    "power_w": "Power, W",
    "offered_w": "Offered, W",
    "energy_wh": "Meter, Wh",
    "energies_wh": "Energies, Wh",
    "gained_wh": "Energy that came, Wh",
    "possible_wh": "Possible, Wh",
    "minutes": "Minutes",
    "seconds": "Seconds",
    "hours": "Hours",
    "off_s": "Off by, seconds",
    "days_left": "Days left",
    "firmware": "Firmware",
    "round_trip_ms": "Answer to a ping, ms",
    "usual_ms": "Usual answer, ms",
    "lost pings in percent": "Lost pings, %",
    "lost connections in an hour": "Lost connections in an hour",
    "failed starts": "Failed starts",
    "sessions": "Sessions",
    "reasons": "Reasons",
    "usual a day": "Usual a day",
    "peers": "Peers, against their usual",
    "reports": "Reports",
    "tried here": "Tried to charge here",
    "stations": "Stations",
    "stations of the site": "Stations of the site",
    "places": "Places",
    "faults": "Faults",
    "first": "The first one",
    "rule": "Rule",
    "error": "Error",
}
"""What a rule saw, by name; what has none here is no matter for people."""


def evidence(values: Mapping[str, str], words: Words) -> list[tuple[str, str]]:
    """Name and value, in the words of a catalog (see `told`)."""
    return [(words(EVIDENCE[name]), told(value, words)) for name, value in values.items() if name in EVIDENCE and value]
