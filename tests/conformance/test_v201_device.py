"""Block B: the device model of a station, read, changed and reported, and EVSEs that restart."""

import asyncio
from typing import Any

import httpx

from tests.conformance.flows import STATION, authorize, charging_station, drive, ended, shown, started, status
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as connected
from tests.support.wire import Json, Meter201, asked, stamp

YES: Json = {"status": "Accepted"}
VALUES = {("OCPPCommCtrlr", "HeartbeatInterval"): "300", ("AuthCtrlr", "AuthorizeRemoteStart"): "true"}


def at(component: str, name: str, **more: Any) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}} | more


def told(component: str, name: str, value: str, **more: Any) -> Json:
    """One variable of a report."""
    return at(component, name, variableAttribute=[{"value": value}]) | more


async def notify(station: ScriptedStation, request_id: int, *parts: list[Json]) -> None:
    for number, part in enumerate(parts):
        payload = {"requestId": request_id, "generatedAt": stamp(), "seqNo": number, "reportData": part}
        more = {"tbc": True} if number < len(parts) - 1 else {}
        assert await station.call("NotifyReport", payload | more) == {}


async def variables(operator: httpx.AsyncClient) -> dict[tuple[str, str], Json]:
    found = (await operator.get(f"{STATION}/variables")).json()["items"]
    return {(one["component"], one["name"]): one for one in found}


async def test_TC_B_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1", connectors=2)
    boot: Json = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
    async with connected(node.ocpp_url, "CP-1", version="2.0.1") as station:
        answer = await station.call("BootNotification", boot)
        assert (answer["status"], answer["interval"]) == ("Accepted", node.ctx.settings.heartbeat_s)
        for evse in (1, 2):
            await status(station, "Available", evse)
        detail = (await operator.get(STATION)).json()
    assert [one["status"] for one in detail["row"]["connectors"]] == ["available", "available"]
    assert (detail["row"]["vendor"], detail["row"]["model"], detail["boot_reason"]) == ("Test", "One", "PowerUp")


async def limited(node: Node, station: ScriptedStation, operator: httpx.AsyncClient, most: int) -> None:
    """The station tells how many variables it takes at once."""
    sent, _ = await asked(station, operator, f"{STATION}/reports", {"base": "full"}, "GetBaseReport", YES)
    limits = [
        told("DeviceDataCtrlr", "ItemsPerMessage", str(most))
        | {"variable": {"name": "ItemsPerMessage", "instance": of}}
        for of in ("GetVariables", "SetVariables")
    ]
    await notify(station, sent["requestId"], limits)


async def test_TC_B_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Five variables of a station that takes four at once."""
    await node.add_station("CP-1")
    wanted = [{"component": "SampledDataCtrlr", "name": f"Variable{number}"} for number in range(5)]
    async with node.booted("CP-1", "2.0.1") as station:
        await limited(node, station, operator, 4)
        post = asyncio.create_task(operator.post(f"{STATION}/variables/read", json={"variables": wanted}))
        sizes = []
        for _ in range(2):
            message_id, sent = await station.expect_call("GetVariables")
            data = sent["getVariableData"]
            sizes.append([one["variable"]["name"] for one in data])
            result = [one | {"attributeStatus": "Accepted", "attributeValue": "7"} for one in data]
            await station.answer(message_id, {"getVariableResult": result})
        answer = await post
    assert sizes == [["Variable0", "Variable1", "Variable2", "Variable3"], ["Variable4"]]
    assert answer.json()["accepted"]
    assert len(answer.json()["payload"]["getVariableResult"]) == 5
    known = await variables(operator)
    assert {known["SampledDataCtrlr", one["name"]]["value"] for one in wanted} == {"7"}


async def test_TC_B_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Both in one message; what was refused is told, and not kept."""
    await node.add_station("CP-1")
    changes = [{"component": component, "name": name, "value": value} for (component, name), value in VALUES.items()]
    statuses = ("Accepted", "Rejected")
    async with node.booted("CP-1", "2.0.1") as station:
        reply = [at(*one, attributeStatus=word) for one, word in zip(VALUES, statuses, strict=True)]
        sent, answer = await asked(
            station,
            operator,
            f"{STATION}/variables/change",
            {"changes": changes},
            "SetVariables",
            {"setVariableResult": reply},
        )
    assert sent == {"setVariableData": [at(*one, attributeValue=value) for one, value in VALUES.items()]}
    assert [(one["status"], one["accepted"]) for one in answer.json()] == [("Accepted", True), ("Rejected", False)]
    assert {one: it["value"] for one, it in (await variables(operator)).items()} == {
        ("OCPPCommCtrlr", "HeartbeatInterval"): "300"
    }


async def report(node: Node, operator: httpx.AsyncClient, body: Json, action: str, wire: Json) -> None:
    """Asked, sent in two parts, followed, and every variable shown."""
    await node.add_station("CP-1")
    full = told(
        "OCPPCommCtrlr",
        "HeartbeatInterval",
        "300",
        variableCharacteristics={
            "dataType": "integer",
            "supportsMonitoring": True,
            "unit": "s",
            "minLimit": 1,
            "maxLimit": 900,
        },
    )
    full["variableAttribute"] = [
        {"type": "Actual", "value": "300", "mutability": "ReadWrite", "persistent": True},
        {"type": "MaxSet", "value": "600", "mutability": "ReadOnly"},
    ]
    place = {"component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}, "variable": {"name": "Available"}}
    outlet = place | {"variableAttribute": [{"value": "true", "mutability": "ReadOnly"}]}
    async with node.booted("CP-1", "2.0.1") as station:
        sent, answer = await asked(station, operator, f"{STATION}/reports", body, action, YES)
        made = answer.json()
        assert sent == {"requestId": made["request_id"]} | wire
        assert (made["state"], made["status"]) == ("waiting", "Accepted")
        part = {"requestId": sent["requestId"], "generatedAt": stamp()}
        last = await station.call("NotifyReport", part | {"seqNo": 2, "reportData": [told("A", "B", "1")]})
        assert last == {}
        path = f"{STATION}/reports/{made['id']}"
        now = (await operator.get(path)).json()
        assert (now["state"], now["missing"]) == ("receiving", [0, 1])
        for number, one in enumerate((full, outlet)):
            more = {"seqNo": number, "tbc": True, "reportData": [one]}
            assert await station.call("NotifyReport", part | more) == {}
        now = (await operator.get(path)).json()
    assert (now["state"], now["parts"], now["missing"], now["items"]) == ("complete", 3, [], 3)
    known = await variables(operator)
    heart = known["OCPPCommCtrlr", "HeartbeatInterval"]
    assert (heart["value"], heart["read_only"], heart["unit"], heart["max_limit"]) == ("300", False, "s", 900)
    assert [(one["type"], one["value"], one["mutability"]) for one in heart["attributes"]] == [
        ("Actual", "300", "ReadWrite"),
        ("MaxSet", "600", "ReadOnly"),
    ]
    there = known["Connector", "Available"]
    assert (there["evse"], there["connector"], there["read_only"]) == (1, 1, True)


async def test_TC_B_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await report(node, operator, {"base": "configuration"}, "GetBaseReport", {"reportBase": "ConfigurationInventory"})


async def test_TC_B_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await report(node, operator, {"base": "full"}, "GetBaseReport", {"reportBase": "FullInventory"})


async def test_TC_B_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await report(node, operator, {"base": "summary"}, "GetBaseReport", {"reportBase": "SummaryInventory"})


async def test_TC_B_18_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    body = {"criteria": ["Available"], "variables": [{"component": "EVSE", "name": "AvailabilityState", "evse": 1}]}
    wanted = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
    wire = {"componentCriteria": ["Available"], "componentVariable": [wanted]}
    await report(node, operator, body, "GetReport", wire)


async def restart(node: Node, operator: httpx.AsyncClient, kind: str, word: str, reply: str, *, busy: bool) -> None:
    """Only the EVSE; a transaction on it goes on until it ends by itself, or by the restart."""
    async with charging_station(node) as station:
        outlet = (await operator.get(STATION)).json()["row"]["connectors"][0]["id"]
        if busy:
            await authorize(station)
            await drive(station, [started("Authorized", "Charging", token=True, evse=1)], ago=5)
        body = {"kind": kind, "connector_id": outlet}
        sent, answer = await asked(station, operator, f"{STATION}/reset", body, "Reset", {"status": reply})
        assert sent == {"type": word, "evseId": 1}
        assert (answer.json()["accepted"], answer.json()["status"]) == (True, reply)
    history = (await operator.get(f"{STATION}/commands")).json()["items"]
    assert [one["status"] for one in history if one["action"] == "Reset"] == [reply]


async def test_TC_B_25_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restart(node, operator, "soft", "OnIdle", "Accepted", busy=False)


async def test_TC_B_26_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restart(node, operator, "soft", "OnIdle", "Scheduled", busy=True)
    await shown(operator, ended_at=None)


async def test_TC_B_27_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The EVSE ends its transaction for the restart."""
    async with charging_station(node) as station:
        outlet = (await operator.get(STATION)).json()["row"]["connectors"][0]["id"]
        meter = Meter201(station)
        await drive(station, [started("Authorized", "Charging", token=True)], meter, ago=5)
        body = {"kind": "hard", "connector_id": outlet}
        sent, answer = await asked(station, operator, f"{STATION}/reset", body, "Reset", YES)
        assert sent == {"type": "Immediate", "evseId": 1}
        assert answer.json()["accepted"]
        await drive(station, [ended("ResetCommand", "ImmediateReset")], meter)
        await status(station, "Available")
        seen = (await operator.get(STATION)).json()["row"]
        assert (seen["online"], [one["status"] for one in seen["connectors"]]) == (True, ["available"])
    await shown(operator, state="ended", stop_reason="ImmediateReset", energy_wh=2500)
