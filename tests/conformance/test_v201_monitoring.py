"""Block N: monitors of variables, the events they cause, and what stations keep of customers."""

import asyncio
from typing import Any

import httpx

from tests.conformance.flows import STATION, TOKEN, charging_station
from tests.conformance.lists import choose, held, sent_list, state_is
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked, key, stamp

YES: Json = {"status": "Accepted"}
POWER: Json = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
"""A variable on the wire."""
ASKED: Json = {"component": "EVSE", "evse": 1, "name": "Power"}
"""The same as an operator names it."""
CUSTOMER = f"{STATION}/customer-information"


# --- reports of monitors -----------------------------------------------------------------------------


async def report(node: Node, operator: httpx.AsyncClient, body: Json, wire: Json) -> None:
    """Two parts; the monitors are listed, and the report is complete."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        sent, answer = await asked(station, operator, f"{STATION}/monitors/read", body, "GetMonitoringReport", YES)
        made = answer.json()
        assert sent == {"requestId": made["request_id"]} | wire
        for number, kind in enumerate(("UpperThreshold", "Delta")):
            one = {"id": number + 1, "transaction": False, "value": 11.5, "type": kind, "severity": 4}
            part = {"requestId": sent["requestId"], "seqNo": number, "generatedAt": stamp(), "tbc": number == 0}
            payload = part | {"monitor": [POWER | {"variableMonitoring": [one]}]}
            assert await station.call("NotifyMonitoringReport", payload) == {}
    now = (await operator.get(f"{STATION}/reports/{made['id']}")).json()
    assert (now["kind"], now["state"], now["items"]) == ("monitoring", "complete", 2)
    items = (await operator.get(f"{STATION}/monitors")).json()["items"]
    assert [(one["number"], one["type"], one["value"], one["severity"]) for one in items] == [
        (1, "UpperThreshold", 11.5, 4),
        (2, "Delta", 11.5, 4),
    ]
    assert {(one["component"], one["evse"], one["name"]) for one in items} == {("EVSE", 1, "Power")}


async def test_TC_N_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    kinds = ["ThresholdMonitoring"]
    await report(node, operator, {"criteria": kinds}, {"monitoringCriteria": kinds})


async def test_TC_N_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await report(node, operator, {"variables": [ASKED]}, {"componentVariable": [POWER]})


async def test_TC_N_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    kinds = ["ThresholdMonitoring", "DeltaMonitoring"]
    body = {"criteria": kinds, "variables": [ASKED]}
    await report(node, operator, body, {"monitoringCriteria": kinds, "componentVariable": [POWER]})


async def test_TC_N_60_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Also for whole components."""
    kinds = ["PeriodicMonitoring"]
    body = {"criteria": kinds, "variables": [ASKED, {"component": "ChargingStation"}]}
    wanted = [POWER, {"component": {"name": "ChargingStation"}}]
    await report(node, operator, body, {"monitoringCriteria": kinds, "componentVariable": wanted})


async def test_TC_N_47_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """What a whole report doesn't name is there no more."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        await watch(station, operator, {"type": "Delta", "value": 1.0, "severity": 2, "number": 77})
        sent, answer = await asked(station, operator, f"{STATION}/monitors/read", {}, "GetMonitoringReport", YES)
        assert sent == {"requestId": answer.json()["request_id"]}
        one = {"id": 5, "transaction": True, "value": 60, "type": "Periodic", "severity": 8}
        part = {"requestId": sent["requestId"], "seqNo": 0, "generatedAt": stamp()}
        payload = part | {"monitor": [POWER | {"variableMonitoring": [one]}]}
        assert await station.call("NotifyMonitoringReport", payload) == {}
    items = (await operator.get(f"{STATION}/monitors")).json()["items"]
    assert [(one["number"], one["transaction"]) for one in items] == [(5, True)]


# --- base and level ----------------------------------------------------------------------------------


async def put(station: ScriptedStation, operator: httpx.AsyncClient, path: str, body: Json, reply: str) -> Any:
    """(what the station was asked, the API's answer)."""
    request = asyncio.create_task(operator.put(f"{STATION}/monitoring/{path}", json=body))
    message_id, payload = await station.expect_call("SetMonitoringBase" if path == "base" else "SetMonitoringLevel")
    await station.answer(message_id, {"status": reply})
    return payload, (await request).json()


async def test_TC_N_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        await watch(station, operator, {"type": "Delta", "value": 1.0, "severity": 2})
        maker = {"id": 50, "transaction": False, "value": 1, "type": "Delta", "severity": 1}
        part = {"requestId": 1, "seqNo": 0, "generatedAt": stamp()}
        payload = part | {"monitor": [POWER | {"variableMonitoring": [maker]}]}
        assert await station.call("NotifyMonitoringReport", payload) == {}
        for base in ("All", "FactoryDefault", "HardWiredOnly"):
            sent, answer = await put(station, operator, "base", {"base": base}, "Accepted")
            assert (sent, answer["accepted"]) == ({"monitoringBase": base}, True)
            assert (await operator.get(f"{STATION}/monitoring")).json()["base"] == base
            items = (await operator.get(f"{STATION}/monitors")).json()["items"]
            assert [one["number"] for one in items] == ([1, 50] if base == "All" else [50])


async def level(node: Node, operator: httpx.AsyncClient, severity: int, reply: str) -> Json:
    """What is shown of it afterwards."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        sent, answer = await put(station, operator, "level", {"severity": severity}, reply)
    assert sent == {"severity": severity}
    assert (answer["accepted"], answer["status"]) == (reply == "Accepted", reply)
    return dict((await operator.get(f"{STATION}/monitoring")).json())


async def test_TC_N_16_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert (await level(node, operator, 4, "Accepted"))["severity"] == 4


async def test_TC_N_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert (await level(node, operator, 10, "Rejected"))["severity"] is None


# --- monitors ----------------------------------------------------------------------------------------


def result(one: Json, number: int | None, status: str = "Accepted") -> Json:
    """How a station answers for one monitor."""
    kept = {name: one[name] for name in ("component", "variable", "type", "severity")}
    return kept | {"status": status} | ({} if number is None else {"id": number})


async def watch(station: ScriptedStation, operator: httpx.AsyncClient, *monitors: Json) -> list[Json]:
    """Set in one message and accepted, with the numbers 1, 2 … or those they replace; what went out."""
    body = {"monitors": [ASKED | one for one in monitors]}
    post = asyncio.create_task(operator.post(f"{STATION}/monitors", json=body, headers=key()))
    message_id, sent = await station.expect_call("SetVariableMonitoring")
    data = list(sent["setMonitoringData"])
    results = [result(one, one.get("id", place)) for place, one in enumerate(data, 1)]
    await station.answer(message_id, {"setMonitoringResult": results[::-1]})  # in whatever order
    answer = await post
    assert [one["accepted"] for one in answer.json()] == [True] * len(monitors), answer.text
    return data


async def test_TC_N_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    wanted = {"type": "UpperThreshold", "value": 20.0, "severity": 3}
    async with node.booted("CP-1", "2.0.1") as station:
        assert await watch(station, operator, wanted) == [POWER | wanted]
    items = (await operator.get(f"{STATION}/monitors")).json()["items"]
    assert [(one["number"], one["type"], one["value"]) for one in items] == [(1, "UpperThreshold", 20)]


async def test_TC_N_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Two in one message, one of which the station can't do."""
    await node.add_station("CP-1")
    wanted = [{"type": kind, "value": 20.0, "severity": 3} for kind in ("LowerThreshold", "Periodic")]
    async with node.booted("CP-1", "2.0.1") as station:
        body = {"monitors": [ASKED | one for one in wanted]}
        post = asyncio.create_task(operator.post(f"{STATION}/monitors", json=body, headers=key()))
        message_id, sent = await station.expect_call("SetVariableMonitoring")
        assert sent == {"setMonitoringData": [POWER | one for one in wanted]}
        first, second = sent["setMonitoringData"]
        results = [result(second, None, "UnsupportedMonitorType"), result(first, 9)]
        await station.answer(message_id, {"setMonitoringResult": results})
        outcomes = (await post).json()
    assert [(one["number"], one["status"], one["accepted"]) for one in outcomes] == [
        (9, "Accepted", True),
        (None, "UnsupportedMonitorType", False),
    ]
    assert outcomes[1]["detail"]
    items = (await operator.get(f"{STATION}/monitors")).json()["items"]
    assert [(one["number"], one["type"]) for one in items] == [(9, "LowerThreshold")]


async def clear(station: ScriptedStation, operator: httpx.AsyncClient, numbers: list[int], *replies: str) -> Any:
    """(the numbers of each message, the API's answer)."""
    post = asyncio.create_task(operator.post(f"{STATION}/monitors/clear", json={"numbers": numbers}))
    groups = []
    waiting = list(replies)
    while waiting:
        message_id, sent = await station.expect_call("ClearVariableMonitoring")
        groups.append(sent["id"])
        results = [{"id": number, "status": waiting.pop(0)} for number in sent["id"]]
        await station.answer(message_id, {"clearMonitoringResult": results})
    return groups, (await post).json()


async def test_TC_N_18_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Three monitors of a station that takes two at once."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        body = {"variables": [{"component": "MonitoringCtrlr", "name": "ItemsPerMessage/ClearVariableMonitoring"}]}
        limit = {
            "component": {"name": "MonitoringCtrlr"},
            "variable": {"name": "ItemsPerMessage", "instance": "ClearVariableMonitoring"},
        }
        reply = {"getVariableResult": [limit | {"attributeStatus": "Accepted", "attributeValue": "2"}]}
        sent, _ = await asked(station, operator, f"{STATION}/variables/read", body, "GetVariables", reply)
        assert sent == {"getVariableData": [limit]}
        kinds = ("UpperThreshold", "LowerThreshold", "Delta")
        await watch(station, operator, *({"type": kind, "value": 1.0, "severity": 5} for kind in kinds))
        groups, outcomes = await clear(station, operator, [1, 2, 3], "Accepted", "Accepted", "Accepted")
    assert groups == [[1, 2], [3]]
    assert [(one["number"], one["accepted"]) for one in outcomes] == [(1, True), (2, True), (3, True)]
    assert (await operator.get(f"{STATION}/monitors")).json()["items"] == []


async def test_TC_N_44_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A monitor that the station won't give up stays listed."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        await watch(station, operator, {"type": "Delta", "value": 1.0, "severity": 5})
        groups, outcomes = await clear(station, operator, [1], "Rejected")
    assert groups == [[1]]
    assert [(one["status"], one["accepted"]) for one in outcomes] == [("Rejected", False)]
    assert [one["number"] for one in (await operator.get(f"{STATION}/monitors")).json()["items"]] == [1]


# --- events ------------------------------------------------------------------------------------------


async def tell(station: ScriptedStation, trigger: str, notification: str, value: str, **more: Any) -> None:
    at = stamp()
    one = {"eventId": 7, "timestamp": at, "trigger": trigger, "actualValue": value}
    one |= {"eventNotificationType": notification} | POWER | more
    assert await station.call("NotifyEvent", {"generatedAt": at, "seqNo": 0, "eventData": [one]}) == {}


async def events(operator: httpx.AsyncClient) -> list[Json]:
    """As they are shown, oldest first."""
    return list(reversed((await operator.get(f"{STATION}/events")).json()["items"]))


async def test_TC_N_21_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        problem = {"component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}}
        problem |= {"variable": {"name": "Problem"}, "techCode": "CX002", "techInfo": "34 mA"}
        await tell(station, "Alerting", "HardWiredMonitor", "true", variableMonitoringId=3, **problem)
        (one,) = await events(operator)
        assert (one["trigger"], one["notification"], one["monitor"]) == ("Alerting", "HardWiredMonitor", 3)
        assert (one["component"], one["evse"], one["connector"], one["name"]) == ("Connector", 1, 1, "Problem")
        assert (one["value"], one["tech_code"], one["tech_info"], one["cleared"]) == ("true", "CX002", "34 mA", False)


async def test_TC_N_24_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    wanted = {"type": "Periodic", "value": 30.0, "severity": 8}
    async with node.booted("CP-1", "2.0.1") as station:
        assert await watch(station, operator, wanted) == [POWER | wanted]
        for value in ("11", "12"):
            await tell(station, "Periodic", "CustomMonitor", value, variableMonitoringId=1)
    assert [(one["trigger"], one["value"], one["monitor"]) for one in await events(operator)] == [
        ("Periodic", "11", 1),
        ("Periodic", "12", 1),
    ]


async def test_TC_N_48_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """N07: of a variable that can only be written no value is told."""
    async with charging_station(node) as station:
        secret = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
        await tell(station, "Delta", "CustomMonitor", "", variableMonitoringId=2, **secret)
        (one,) = await events(operator)
    assert (one["name"], one["value"], one["evse"]) == ("BasicAuthPassword", "", None)


async def test_TC_N_49_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Above its limit, and below it again after the station started anew."""
    async with charging_station(node) as station:
        await watch(station, operator, {"type": "UpperThreshold", "value": 20.0, "severity": 5})
        await tell(station, "Alerting", "CustomMonitor", "21", variableMonitoringId=1)
    async with node.booted("CP-1", "2.0.1") as station:
        await tell(station, "Alerting", "CustomMonitor", "5", variableMonitoringId=1, cleared=True, eventId=8, cause=7)
    assert [(one["number"], one["value"], one["cleared"], one["cause"]) for one in await events(operator)] == [
        (7, "21", False, None),
        (8, "5", True, 7),
    ]


async def test_TC_N_50_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Periodic events can be asked for alone, in pages."""
    async with charging_station(node) as station:
        for value in ("1", "2", "3"):
            await tell(station, "Periodic", "PreconfiguredMonitor", value, variableMonitoringId=4)
        await tell(station, "Delta", "PreconfiguredMonitor", "9")
    query = {"trigger": "Periodic", "limit": 2}
    first = (await operator.get(f"{STATION}/events", params=query)).json()
    rest = (await operator.get(f"{STATION}/events", params=query | {"cursor": first["next_cursor"]})).json()
    assert [one["value"] for one in first["items"] + rest["items"]] == ["3", "2", "1"]
    assert rest["next_cursor"] is None


# --- customers ---------------------------------------------------------------------------------------


async def customer(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, wire: Json, *parts: str, status: str = "Accepted"
) -> Json:
    """What is shown of the request after the station sent these parts, the last one first."""
    sent, answer = await asked(station, operator, CUSTOMER, body, "CustomerInformation", {"status": status})
    assert answer.status_code == 200, answer.text
    made = answer.json()["report"]
    assert sent == {"requestId": made["request_id"]} | wire
    for number, data in reversed(list(enumerate(parts))):
        part = {"requestId": sent["requestId"], "seqNo": number, "generatedAt": stamp(), "data": data}
        more = {"tbc": True} if number < len(parts) - 1 else {}
        assert await station.call("NotifyCustomerInformation", part | more) == {}
    path = f"{CUSTOMER}/{made['id']}"
    shown = dict((await operator.get(path)).json())
    assert shown == (await operator.get(CUSTOMER)).json()["items"][0]
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.get(path)).status_code == 404
    return shown


async def by_token(
    node: Node,
    operator: httpx.AsyncClient,
    *parts: str,
    report: bool = True,
    clear: bool = False,
    status: str = "Accepted",
) -> tuple[str, str]:
    """(state, data) of a request about a card."""
    body = {"report": report, "clear": clear, "id_token": TOKEN["idToken"]}
    wire = {"report": report, "clear": clear, "idToken": TOKEN}
    async with charging_station(node) as station:
        shown = await customer(station, operator, body, wire, *parts, status=status)
    return shown["report"]["state"], shown["data"]


async def test_TC_N_27_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert await by_token(node, operator, "one, ", "two, ", "three") == ("complete", "one, two, three")


async def test_TC_N_28_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert await by_token(node, operator, "") == ("complete", "")


async def test_TC_N_29_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert await by_token(node, operator, status="Rejected") == ("refused", "")


async def test_TC_N_30_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert await by_token(node, operator, "cleared: 2 sessions", clear=True) == ("complete", "cleared: 2 sessions")


async def test_TC_N_31_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert await by_token(node, operator, "", clear=True) == ("complete", "")


async def test_TC_N_32_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Without a report nothing is waited for."""
    assert await by_token(node, operator, report=False, clear=True) == ("complete", "")


async def test_TC_N_46_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """N10: what the station deleted must not come back with its list."""
    async with charging_station(node) as station:
        await choose(operator)
        await sent_list(station)
        await state_is(operator, "synced")
        body = {"report": False, "clear": True, "id_token": TOKEN["idToken"]}
        await customer(station, operator, body, {"report": False, "clear": True, "idToken": TOKEN})
        assert await sent_list(station) == {
            "versionNumber": 2,
            "updateType": "Differential",
            "localAuthorizationList": [{"idToken": TOKEN}],
        }
        await state_is(operator, "synced")
        assert await held(operator) == {}


async def test_TC_N_62_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        body = {"report": True, "clear": True, "customer_identifier": "C-77"}
        wire = {"report": True, "clear": True, "customerIdentifier": "C-77"}
        shown = await customer(station, operator, body, wire, "gone")
    assert (shown["report"]["state"], shown["data"]) == ("complete", "gone")


async def test_TC_N_63_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    hashes = {"issuer_name_hash": "a1", "issuer_key_hash": "b2", "serial": "c3"}
    wire = {"hashAlgorithm": "SHA256", "issuerNameHash": "a1", "issuerKeyHash": "b2", "serialNumber": "c3"}
    async with charging_station(node) as station:
        body = {"report": True, "clear": True, "certificate": hashes | {"algorithm": "SHA256"}}
        asked_for = {"report": True, "clear": True, "customerCertificate": wire}
        shown = await customer(station, operator, body, asked_for, "gone")
        for wrong in ({"id_token": "A", "customer_identifier": "B"}, {}, {"id_token": "A", "report": False}):
            answer = await operator.post(CUSTOMER, json=wrong, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert (shown["report"]["state"], shown["data"]) == ("complete", "gone")
