"""Monitors, events and the data of customers of simulated 2.0.1 stations."""

from tests.simulator.conftest import CAR
from tests.simulator.test_links import Json, central, fleet

POWER: Json = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}


def monitor(kind: str, value: float, severity: int = 5, **more: object) -> Json:
    return POWER | {"type": kind, "value": value, "severity": severity} | more


async def test_monitors_are_set_reported_and_cleared() -> None:
    async with central("2.0.1") as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)
        wanted = [
            monitor("UpperThreshold", 1000.0),
            monitor("Delta", 500.0),
            monitor("Delta", 600.0),
            monitor("PeriodicClockAligned", 60.0),
            monitor("Delta", 5.0, component={"name": "TxCtrlr"}),
            monitor("Delta", 5.0, 6, id=77),
        ]
        answer = (await one.ask("SetVariableMonitoring", {"setMonitoringData": wanted}))[2]["setMonitoringResult"]
        assert [(item["status"], item.get("id")) for item in answer] == [
            ("Accepted", 1),
            ("Accepted", 2),
            ("Duplicate", None),
            ("UnsupportedMonitorType", None),
            ("UnknownComponent", None),
            ("Rejected", None),
        ]
        query = {"requestId": 4, "monitoringCriteria": ["DeltaMonitoring"], "componentVariable": [POWER]}
        assert (await one.ask("GetMonitoringReport", query))[2] == {"status": "Accepted"}
        await one.until(lambda: one.payloads("NotifyMonitoringReport"))
        (part,) = one.payloads("NotifyMonitoringReport")
        assert [item["variableMonitoring"][0]["id"] for item in part["monitor"]] == [2]
        cleared = (await one.ask("ClearVariableMonitoring", {"id": [2, 9]}))[2]["clearMonitoringResult"]
        assert [item["status"] for item in cleared] == ["Accepted", "NotFound"]
        assert (await one.ask("GetMonitoringReport", query))[2] == {"status": "EmptyResultSet"}
        assert (await one.ask("SetMonitoringBase", {"monitoringBase": "HardWiredOnly"}))[2] == {"status": "Accepted"}
        assert made.stations[0].memory.monitors == {}


async def test_a_limit_is_told_once_and_again_when_it_is_over() -> None:
    async with central("2.0.1") as one, fleet(one) as made:
        station = made.stations[0]
        await one.until(lambda: station.online)
        wanted = [monitor("UpperThreshold", 1000.0), monitor("UpperThreshold", 1000.0, 8)]
        await one.ask("SetVariableMonitoring", {"setMonitoringData": wanted})
        assert (await one.ask("SetMonitoringLevel", {"severity": 10}))[2] == {"status": "Rejected"}
        assert (await one.ask("SetMonitoringLevel", {"severity": 6}))[2] == {"status": "Accepted"}
        assert station.card(1, "CARD-1")
        station.plug(1, CAR, 20, 80)
        await one.until(lambda: one.payloads("NotifyEvent"))
        station.unplug(1)
        await one.until(lambda: len(one.payloads("NotifyEvent")) == 2)
        first, second = (part["eventData"][0] for part in one.payloads("NotifyEvent"))
        assert (first["trigger"], first["variableMonitoringId"], first.get("cleared")) == ("Alerting", 1, None)
        assert float(first["actualValue"]) > 1000
        assert (second["variableMonitoringId"], second["cleared"]) == (1, True)


async def test_what_it_keeps_of_a_card_is_told_and_forgotten() -> None:
    async with central("2.0.1") as one, fleet(one) as made:
        station = made.stations[0]
        await one.until(lambda: station.online)
        station.memory.known_tokens = ["CARD-1", "CARD-2"]
        named: Json = {"idToken": {"idToken": "CARD-1", "type": "ISO14443"}}
        assert (await one.ask("CustomerInformation", {"requestId": 1, "report": True, "clear": False}))[2] == {
            "status": "Invalid"
        }
        for number in (2, 3):
            query = {"requestId": number, "report": True, "clear": True} | named
            assert (await one.ask("CustomerInformation", query))[2] == {"status": "Accepted"}
        await one.until(lambda: len(one.payloads("NotifyCustomerInformation")) == 2)
        told = {part["requestId"]: part["data"] for part in one.payloads("NotifyCustomerInformation")}
        assert told == {2: "CARD-1: accepted here before", 3: ""}
        assert station.memory.known_tokens == ["CARD-2"]
