"""Monitors of a simulated 2.0.1 station: the power of its outlets can be watched. Pure."""

from typing import Any

from backend.simulator.model import Memory, Watch
from backend.simulator.station import Station

Json = dict[str, Any]
WATCHED = ("EVSE", "Power")
KINDS = {
    "UpperThreshold": "ThresholdMonitoring",
    "LowerThreshold": "ThresholdMonitoring",
    "Delta": "DeltaMonitoring",
    "Periodic": "PeriodicMonitoring",
}
MOST = 20


def power_w(station: Station, evse: int) -> float:
    return round(station.reading(station.outlets[evse - 1]).power_w, 1)


def set_one(station: Station, asked: Json) -> Json:
    """One answer to SetVariableMonitoring (N04)."""
    kept = {name: asked[name] for name in ("type", "severity", "component", "variable")}
    evse = (asked["component"].get("evse") or {}).get("id", 0)
    if asked["component"]["name"] != WATCHED[0] or station.outlet(evse) is None:
        return {**kept, "status": "UnknownComponent"}
    if asked["variable"]["name"] != WATCHED[1]:
        return {**kept, "status": "UnknownVariable"}
    if asked["type"] not in KINDS:
        return {**kept, "status": "UnsupportedMonitorType"}
    memory, number = station.memory, asked.get("id")
    if (number is not None and number not in memory.monitors) or len(memory.monitors) >= MOST or asked["value"] < 0:
        return {**kept, "status": "Rejected"}
    same = [
        one
        for one in memory.monitors.values()
        if (one.evse, one.kind, one.severity) == (evse, asked["type"], asked["severity"])
    ]
    if same and number is None:
        return {**kept, "status": "Duplicate"}
    if number is None:
        number = memory.next_monitor
        memory.next_monitor += 1
    memory.monitors[number] = Watch(
        number=number, evse=evse, kind=asked["type"], value=asked["value"], severity=asked["severity"]
    )
    return {**kept, "status": "Accepted", "id": number}


def clear(memory: Memory, number: int) -> Json:
    gone = memory.monitors.pop(number, None)
    return {"id": number, "status": "NotFound" if gone is None else "Accepted"}


def report(station: Station, criteria: list[str] | None, wanted: list[Json] | None) -> list[Json]:
    """N02: by EVSE, what fits the kinds and the variables that were asked for."""
    found: list[Json] = []
    for one in station.memory.monitors.values():
        if criteria and KINDS[one.kind] not in criteria:
            continue
        if wanted and not any(_fits(asked, one.evse) for asked in wanted):
            continue
        monitor = {
            "id": one.number,
            "transaction": False,
            "value": one.value,
            "type": one.kind,
            "severity": one.severity,
        }
        found.append({**place(one.evse), "variable_monitoring": [monitor]})
    return found


def _fits(asked: Json, evse: int) -> bool:
    component, variable = asked["component"], asked.get("variable")
    return (
        component["name"] == WATCHED[0]
        and (component.get("evse") or {}).get("id", evse) == evse
        and (variable is None or variable["name"] == WATCHED[1])
    )


def place(evse: int) -> Json:
    return {"component": {"name": WATCHED[0], "evse": {"id": evse}}, "variable": {"name": WATCHED[1]}}


def due(station: Station, now_s: float) -> list[Json]:
    """What there is to tell now (N07, N08), most urgent first; only what the level lets through."""
    told: list[tuple[int, Json]] = []
    for one in station.memory.monitors.values():
        value = power_w(station, one.evse)
        if one.last is None:
            one.last, one.told_s = value, now_s
        if (event := _judge(one, value, now_s)) and one.severity <= station.memory.monitoring_level:
            notice = {"actual_value": str(value), "variable_monitoring_id": one.number, **place(one.evse), **event}
            told.append((one.severity, notice))
    return [event for _, event in sorted(told, key=lambda pair: pair[0])]


def _judge(one: Watch, value: float, now_s: float) -> Json | None:
    if one.kind == "Periodic":
        if now_s - one.told_s < max(one.value, 1):
            return None
        one.told_s = now_s
        return {"trigger": "Periodic"}
    if one.kind == "Delta":
        if one.last is None or abs(value - one.last) < max(one.value, 1):
            return None
        one.last = value
        return {"trigger": "Delta"}
    beyond = value > one.value if one.kind == "UpperThreshold" else value < one.value
    if beyond == one.beyond:
        return None
    one.beyond = beyond
    return {"trigger": "Alerting", **({} if beyond else {"cleared": True})}


def about_customer(station: Station, id_token: str, *, forget: bool) -> str:
    """What it keeps of a card, in plain words; empty if nothing."""
    memory, found = station.memory, []
    if id_token in memory.known_tokens:
        found.append("accepted here before")
    if id_token in memory.listed:
        found.append("on the local list")
    sessions = sum(fact.id_token == id_token for fact in memory.outbox)
    if sessions:
        found.append(f"{sessions} messages of sessions not sent yet")
    if forget:
        memory.known_tokens = [one for one in memory.known_tokens if one != id_token]
    return f"{id_token}: {', '.join(found)}" if found else ""
