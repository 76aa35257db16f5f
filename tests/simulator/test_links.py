"""Simulated stations and a central system that is not Wattline: raw frames, written here."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from backend.simulator.fleet import Fleet, Wishes
from backend.simulator.memory import Memories
from backend.simulator.model import Spec
from backend.simulator.wire import Speaking
from tests.simulator.conftest import CAR

Json = dict[str, Any]
NOW = "2026-03-02T09:00:00Z"


class Central:
    """Answers what `answers` says for an action, or what a friendly central system would; keeps all it hears."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.heard: list[tuple[str, Json]] = []
        self.replies: asyncio.Queue[list[Any]] = asyncio.Queue()
        self.answers: dict[str, Callable[[Json], Any]] = {}
        self.sockets: list[ServerConnection] = []
        self.authorizations: list[str | None] = []
        self.port = 0

    async def serve(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        assert socket.request is not None
        self.authorizations.append(socket.request.headers.get("Authorization"))
        async for text in socket:
            frame = json.loads(text)
            if frame[0] != 2:
                self.replies.put_nowait(frame)
                continue
            _, message_id, action, payload = frame
            self.heard.append((action, payload))
            answer = self.answers.get(action, self._friendly(action))(payload)
            if isinstance(answer, str):
                await socket.send(json.dumps([4, message_id, answer, "", {}]))
            elif answer is not None:
                await socket.send(json.dumps([3, message_id, answer]))

    def _friendly(self, action: str) -> Callable[[Json], Any]:
        info = {"status": "Accepted"}
        known: dict[str, Json] = {
            "BootNotification": {"currentTime": NOW, "interval": 300, "status": "Accepted"},
            "Heartbeat": {"currentTime": NOW},
            "Authorize": {"idTagInfo": info} if self.version == "1.6" else {"idTokenInfo": info},
            "StartTransaction": {"transactionId": 41, "idTagInfo": info},
        }
        return lambda _payload: known.get(action, {})

    def actions(self) -> list[str]:
        return [action for action, _ in self.heard]

    def payloads(self, action: str) -> list[Json]:
        return [payload for heard, payload in self.heard if heard == action]

    async def ask(self, action: str, payload: Json) -> list[Any]:
        await self.sockets[-1].send(json.dumps([2, "c1", action, payload]))
        async with asyncio.timeout(10):
            return await self.replies.get()

    async def until(self, what: Callable[[], Any]) -> None:
        async with asyncio.timeout(15):
            while not what():  # noqa: ASYNC110 - the conditions are plain lists
                await asyncio.sleep(0.01)


@asynccontextmanager
async def central(version: str) -> AsyncIterator[Central]:
    one = Central(version)
    async with serve(one.serve, "127.0.0.1", 0, subprotocols=[f"ocpp{version}"]) as server:  # type: ignore[list-item]
        one.port = next(iter(server.sockets)).getsockname()[1]
        yield one


@asynccontextmanager
async def fleet(one: Central, **spec: Any) -> AsyncIterator[Fleet]:
    made = Fleet(
        [Spec(**{"identity": "CP 1", "version": one.version, "id_tokens": ["CARD-1"], **spec})],
        Wishes(url=f"ws://127.0.0.1:{one.port}/any/path", seed="1", speed=60, people=False),
        Memories(None),
    )
    with made.running():
        yield made


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_password_and_identity_on_the_upgrade(version: str) -> None:
    async with central(version) as one, fleet(one, password="a:colon"):
        await one.until(lambda: one.heard)
        assert one.sockets[0].subprotocol == f"ocpp{version}"
        assert one.sockets[0].request is not None
        assert one.sockets[0].request.path == "/any/path/CP%201"
        token = (one.authorizations[0] or "").removeprefix("Basic ")
        assert base64.b64decode(token).decode() == "CP 1:a:colon"


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_pending_says_nothing_else_and_asks_again(version: str) -> None:
    waits = [{"currentTime": NOW, "interval": 1, "status": "Pending"}] * 2
    accepted = {"currentTime": NOW, "interval": 300, "status": "Accepted"}
    async with central(version) as one:
        one.answers["BootNotification"] = lambda _: waits.pop() if waits else accepted
        async with fleet(one):
            await one.until(lambda: "StatusNotification" in one.actions())
            assert one.actions()[:4] == ["BootNotification"] * 3 + ["StatusNotification"]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_central_system_that_forgot_the_station_gets_a_new_boot(version: str) -> None:
    async with central(version) as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)
        forgot = {
            "StatusNotification": lambda _: {} if one.actions().count("BootNotification") > 1 else "SecurityError"
        }
        one.answers |= forgot
        made.stations[0].plug(1, CAR, 20, 80)
        await one.until(lambda: one.actions().count("BootNotification") == 2)
        await one.until(lambda: one.actions()[-1] == "StatusNotification")


async def test_a_refused_transaction_message_is_tried_again_and_then_given_up() -> None:
    async with central("1.6") as one, fleet(one) as made:
        station = made.stations[0]
        station.memory.settings |= {"attempts": "2", "retry_s": "0"}
        await one.until(lambda: station.online)
        one.answers["StartTransaction"] = lambda _: "InternalError"
        station.plug(1, CAR, 20, 80)
        station.card(1, "CARD-1")
        await one.until(lambda: one.actions().count("StartTransaction") == 2 and not station.memory.outbox)
        station.unplug(1)
        await one.until(lambda: one.payloads("StatusNotification")[-1]["status"] == "Available")
        assert "StopTransaction" not in one.actions()
        first, second = one.payloads("StartTransaction")
        assert first == second


async def test_an_unanswered_start_is_repeated_as_it_was() -> None:
    """The link breaks between the message and its answer: the same words again, and only once more."""
    async with central("1.6") as one, fleet(one) as made:
        station = made.stations[0]
        await one.until(lambda: station.online)
        one.answers["StartTransaction"] = lambda _: None
        station.plug(1, CAR, 20, 80)
        station.card(1, "CARD-1")
        await one.until(lambda: "StartTransaction" in one.actions())
        del one.answers["StartTransaction"]
        one.sockets[-1].transport.abort()
        await one.until(lambda: one.actions().count("StartTransaction") == 2)
        await one.until(lambda: "MeterValues" in one.actions())
        first, second = one.payloads("StartTransaction")
        assert first == second
        assert one.actions().count("BootNotification") == 1  # the station did not restart
        assert {values["transactionId"] for values in one.payloads("MeterValues")} == {41}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_card_that_is_refused_with_the_start_ends_the_transaction(version: str) -> None:
    async with central(version) as one, fleet(one) as made:
        station = made.stations[0]
        await one.until(lambda: station.online)
        blocked = {"status": "Blocked"}
        one.answers["StartTransaction"] = lambda _: {"transactionId": 5, "idTagInfo": blocked}
        one.answers["TransactionEvent"] = lambda _: {"idTokenInfo": blocked}
        station.plug(1, CAR, 20, 80)
        station.card(1, "CARD-1")
        if version == "1.6":
            await one.until(lambda: one.payloads("StopTransaction"))
            assert one.payloads("StopTransaction")[0]["reason"] == "DeAuthorized"
        else:
            events = one.payloads
            await one.until(lambda: "Ended" in [event["eventType"] for event in events("TransactionEvent")])
            ended = one.payloads("TransactionEvent")[-1]
            assert ended["triggerReason"] == "Deauthorized"
            assert ended["transactionInfo"]["stoppedReason"] == "DeAuthorized"


@pytest.mark.parametrize(
    ("version", "action", "payload", "answer"),
    [
        ("1.6", "GetLocalListVersion", {}, {"listVersion": 0}),
        ("1.6", "ClearCache", {}, {"status": "Accepted"}),
        ("1.6", "DataTransfer", {"vendorId": "X"}, {"status": "UnknownVendorId"}),
        ("1.6", "TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}, {"status": "NotImplemented"}),
        ("1.6", "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 7}, {"status": "Rejected"}),
        ("1.6", "RemoteStopTransaction", {"transactionId": 9}, {"status": "Rejected"}),
        ("1.6", "UnlockConnector", {"connectorId": 9}, {"status": "NotSupported"}),
        ("1.6", "ChangeConfiguration", {"key": "Nonsense", "value": "1"}, {"status": "NotSupported"}),
        ("1.6", "GetConfiguration", {"key": ["Nonsense"]}, {"unknownKey": ["Nonsense"]}),
        ("2.0.1", "GetLocalListVersion", {}, {"versionNumber": 0}),
        ("2.0.1", "ClearCache", {}, {"status": "Accepted"}),
        ("2.0.1", "UnlockConnector", {"evseId": 4, "connectorId": 1}, {"status": "UnknownConnector"}),
        ("2.0.1", "GetReport", {"requestId": 1, "componentCriteria": ["Problem"]}, {"status": "EmptyResultSet"}),
        ("2.0.1", "GetTransactionStatus", {"transactionId": "x"},
         {"ongoingIndicator": False, "messagesInQueue": False}),
        ("2.0.1", "RequestStopTransaction", {"transactionId": "x"}, {"status": "Rejected"}),
        ("2.0.1", "Reset", {"type": "Immediate", "evseId": 1},
         {"status": "Rejected", "statusInfo": {"reasonCode": "NotSupported"}}),
    ],
)  # fmt: skip
async def test_short_answers(version: str, action: str, payload: Json, answer: Json) -> None:
    async with central(version) as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)
        assert (await one.ask(action, payload))[2] == answer


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_what_it_does_not_know_is_an_error_on_the_wire(version: str) -> None:
    async with central(version) as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)
        assert (await one.ask("MakeCoffee", {}))[2] == "NotSupported"
        known_to_others = "InstallCertificate" if version == "1.6" else "PublishFirmware"
        assert (await one.ask(known_to_others, {}))[2] == "NotImplemented"


async def test_variables_of_the_device_model() -> None:
    async with central("2.0.1") as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)

        def named(component: str, variable: str) -> Json:
            return {"component": {"name": component}, "variable": {"name": variable}}

        asked = [
            named("TxCtrlr", "EVConnectionTimeOut"),
            named("TxCtrlr", "Nonsense"),
            named("Nonsense", "Nonsense"),
            named("ChargingStation", "Model"),
        ]
        answer = (await one.ask("GetVariables", {"getVariableData": asked}))[2]["getVariableResult"]
        words = [(item["attributeStatus"], item.get("attributeValue")) for item in answer]
        assert words == [
            ("Accepted", "60"),
            ("UnknownVariable", None),
            ("UnknownComponent", None),
            ("Accepted", "Station"),
        ]
        changes = [
            named("TxCtrlr", "EVConnectionTimeOut") | {"attributeValue": "90"},
            named("TxCtrlr", "TxStartPoint") | {"attributeValue": "Authorized"},
            named("SampledDataCtrlr", "TxUpdatedInterval") | {"attributeValue": "soon"},
            named("TxCtrlr", "EVConnectionTimeOut") | {"attributeType": "Target", "attributeValue": "90"},
        ]
        answer = (await one.ask("SetVariables", {"setVariableData": changes}))[2]["setVariableResult"]
        assert [item["attributeStatus"] for item in answer] == [
            "Accepted",
            "Rejected",
            "Rejected",
            "NotSupportedAttributeType",
        ]
        assert answer[1]["attributeStatusInfo"]["reasonCode"] == "ReadOnly"
        answer = await one.ask("GetBaseReport", {"requestId": 8, "reportBase": "FullInventory"})
        assert answer[2] == {"status": "Accepted"}
        await one.until(lambda: any(not part.get("tbc") for part in one.payloads("NotifyReport")))
        parts = one.payloads("NotifyReport")
        assert [part["seqNo"] for part in parts] == list(range(len(parts)))
        assert {part["requestId"] for part in parts} == {8}
        wanted = {"component": {"name": "TxCtrlr"}, "variable": {"name": "EVConnectionTimeOut"}}
        answer = await one.ask("GetReport", {"requestId": 9, "componentVariable": [wanted]})
        assert answer[2] == {"status": "Accepted"}
        await one.until(lambda: one.payloads("NotifyReport")[-1]["requestId"] == 9)
        told = one.payloads("NotifyReport")[-1]["reportData"]
        assert [(item["variable"]["name"], item["variableAttribute"][0]["value"]) for item in told] == [
            ("EVConnectionTimeOut", "90")
        ]
        answer = await one.ask("GetBaseReport", {"requestId": 10, "reportBase": "SummaryInventory"})
        assert answer[2] == {"status": "Accepted"}
        await one.until(lambda: one.payloads("NotifyReport")[-1]["requestId"] == 10)
        summary = {item["variable"]["name"] for item in one.payloads("NotifyReport")[-1]["reportData"]}
        assert "Model" in summary
        assert "EVConnectionTimeOut" not in summary


async def test_slow_answers_keep_their_order_and_do_not_stop_what_it_sends() -> None:
    async with central("1.6") as one, fleet(one) as made:
        station = made.stations[0]
        await one.until(lambda: station.online)
        station.lag_s = 0.3
        for number in range(3):
            await one.sockets[-1].send(json.dumps([2, f"slow-{number}", "ClearCache", {}]))
        heard = len(one.heard)
        station.plug(1, CAR, 20, 80)
        await one.until(lambda: len(one.heard) > heard)
        assert one.replies.empty()
        order = [(await asyncio.wait_for(one.replies.get(), 5))[1] for _ in range(3)]
        assert order == ["slow-0", "slow-1", "slow-2"]


@pytest.mark.parametrize(
    "frame", ["", "null", "[]", "[3]", "[9,1,2]", "[2]", '[2,"x"]', '[3,"x",{}]', b"\xff\xfe", "{"]
)
async def test_rubbish_from_the_central_system_is_survived(frame: str | bytes) -> None:
    async with central("1.6") as one, fleet(one) as made:
        await one.until(lambda: made.stations[0].online)
        await one.sockets[-1].send(frame)
        made.stations[0].plug(1, CAR, 20, 80)
        await one.until(lambda: one.payloads("StatusNotification")[-1]["status"] == "Preparing")
        assert made.links[0].connects == 1


async def test_without_regulars_guests_still_come() -> None:
    async with central("1.6") as one:
        made = Fleet(
            [Spec(identity="CP-1")],
            Wishes(url=f"ws://127.0.0.1:{one.port}", seed="1", speed=30, share=0),
            Memories(None),
        )
        with made.running():
            await one.until(lambda: made.stations[0].online)
            answer = await one.ask("RemoteStartTransaction", {"idTag": "APP", "connectorId": 1})
            assert answer[2] == {"status": "Accepted"}
            await one.until(lambda: "MeterValues" in one.actions())
            assert one.payloads("StartTransaction")[0]["idTag"] == "APP"


def test_no_two_fleets_of_a_seed_differ() -> None:
    def numbers(seed: str) -> list[float]:
        spec = [Spec(identity=f"CP-{number}") for number in range(5)]
        made = Fleet(spec, Wishes(url="ws://x", seed=seed), Memories(None))
        return [station.register_wh(station.outlets[0]) for station in made.stations]

    assert numbers("1") == numbers("1")
    assert numbers("1") != numbers("2")


class MeetsTheAnswer(Speaking):
    """What `asyncio.wait_for` of Python 3.11 does with a cancellation when the answer comes at the same moment."""

    async def call(self, _payload: Any, *, suppress: bool) -> str:
        assert not suppress
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "the answer"
        return "too late"


async def test_a_cancellation_that_meets_an_answer_is_not_lost() -> None:
    task = asyncio.get_running_loop().create_task(MeetsTheAnswer().ask({}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
