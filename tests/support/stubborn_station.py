"""A station that never gives up: what isn't answered it sends again, over a new link if need be."""

import asyncio
import itertools
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Json = dict[str, Any]
PATIENCE_S = 1.5
"""What isn't answered by then is sent again: soon enough that answers under way are missed, too."""
BOOTS: dict[str, Json] = {
    "1.6": {"chargePointVendor": "Test", "chargePointModel": "One"},
    "2.0.1": {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"},
}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class StubbornStation:
    """Runs one session after the other. `done`: the Wh of each that was confirmed from begin to end.

    Of several addresses it dials the next one each time.
    """

    def __init__(self, urls: str | Sequence[str], identity: str, version: str, seed: int) -> None:
        self.identity = identity
        self._urls = itertools.cycle([urls] if isinstance(urls, str) else urls)
        self.version = version
        self.answers = 0
        self.errors: list[Any] = []
        self.done: list[int] = []
        self.over = asyncio.Event()
        self._random = random.Random(seed)
        self._register = 0
        self._ids = itertools.count(1)
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Sessions until `over` is set; the last one is brought to its end."""
        while not self.over.is_set():
            wh = self._random.randrange(200, 1500)
            await (self._session16(wh) if self.version == "1.6" else self._session201(wh))
            self._register += wh
            self.done.append(wh)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def stay(self) -> None:
        """Have an open link that was answered just now."""
        await self.say("Heartbeat", {})

    async def _session16(self, wh: int) -> None:
        begin = {"connectorId": 1, "idTag": "CARD-1", "meterStart": self._register, "timestamp": now()}
        number = (await self.say("StartTransaction", begin))["transactionId"]
        for part in (0.3, 0.6):
            sampled = [{"value": str(self._register + int(wh * part))}]
            meter = {"connectorId": 1, "transactionId": number}
            await self.say("MeterValues", meter | {"meterValue": [{"timestamp": now(), "sampledValue": sampled}]})
        end = {"transactionId": number, "meterStop": self._register + wh, "timestamp": now()}
        await self.say("StopTransaction", end)

    async def _session201(self, wh: int) -> None:
        ref = f"{self._random.getrandbits(64):x}"
        for seq_no, (kind, part) in enumerate((("Started", 0), ("Updated", 0.3), ("Updated", 0.6), ("Ended", 1))):
            at = now()
            event: Json = {
                "eventType": kind,
                "timestamp": at,
                "triggerReason": "MeterValuePeriodic",
                "seqNo": seq_no,
                "transactionInfo": {"transactionId": ref},
                "evse": {"id": 1, "connectorId": 1},
                "meterValue": [{"timestamp": at, "sampledValue": [{"value": self._register + int(wh * part)}]}],
            }
            if kind == "Started":
                event["idToken"] = {"idToken": "CARD-1", "type": "ISO14443"}
            await self.say("TransactionEvent", event)

    async def say(self, action: str, payload: Json) -> Json:
        """The answer, however often it takes; half of the time a repetition has a new message id."""
        message_id = f"{next(self._ids)}"
        while True:
            try:
                if self._socket is None:
                    await self._come_back()
                return await self._call(message_id, action, payload)
            except (OSError, WebSocketException, TimeoutError):
                if self._socket is not None:
                    self._socket.transport.abort()
                    self._socket = None
                await asyncio.sleep(self._random.uniform(0.02, 0.2))
                if self._random.random() < 0.5:
                    message_id = f"{next(self._ids)}"

    async def _come_back(self) -> None:
        self._socket = await connect(
            f"{next(self._urls)}/{self.identity}",
            subprotocols=[f"ocpp{self.version}"],
            proxy=None,
            compression=None,
            open_timeout=5,
        )
        if self._random.random() < 0.5:  # others go on without a boot
            await self._call(f"{next(self._ids)}", "BootNotification", BOOTS[self.version])

    async def _call(self, message_id: str, action: str, payload: Json) -> Json:
        socket = self._socket
        assert socket is not None
        async with asyncio.timeout(PATIENCE_S):
            await socket.send(json.dumps([2, message_id, action, payload]))
            while True:
                frame = json.loads(await socket.recv())
                if frame[0] == 2:
                    await socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))
                elif frame[1] == message_id:
                    break
        if frame[0] == 4:
            if action in ("BootNotification", "Heartbeat"):
                raise TimeoutError  # these may fail while the database is away
            self.errors.append(frame)
        self.answers += 1
        return dict(frame[2])
