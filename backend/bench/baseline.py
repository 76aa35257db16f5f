"""The baseline: the plain `ocpp` package on `websockets`, as its README shows it, validation on, compression off."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call_result as result201
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from backend.bench.secured import Own


def _now() -> str:
    return datetime.now(UTC).isoformat()


class Station16(ChargePoint16):
    @on("BootNotification")
    def boot(self, **_request: Any) -> Any:
        return result16.BootNotification(current_time=_now(), interval=60, status="Accepted")

    @on("Heartbeat")
    def heartbeat(self) -> Any:
        return result16.Heartbeat(current_time=_now())

    @on("StatusNotification")
    def status(self, **_request: Any) -> Any:
        return result16.StatusNotification()

    @on("MeterValues")
    def meter_values(self, **_request: Any) -> Any:
        return result16.MeterValues()


class Station201(ChargePoint201):
    @on("BootNotification")
    def boot(self, **_request: Any) -> Any:
        return result201.BootNotification(current_time=_now(), interval=60, status="Accepted")

    @on("Heartbeat")
    def heartbeat(self) -> Any:
        return result201.Heartbeat(current_time=_now())

    @on("StatusNotification")
    def status(self, **_request: Any) -> Any:
        return result201.StatusNotification()

    @on("TransactionEvent")
    def transaction_event(self, **_request: Any) -> Any:
        return result201.TransactionEvent()


@asynccontextmanager
async def listening(own: Own | None = None) -> AsyncIterator[int]:
    """The port. With a certificate: TLS as Python's defaults have it."""
    context = None
    if own is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(own.certificate, own.key)

    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        identity = socket.request.path.rpartition("/")[2]
        kind = Station16 if socket.subprotocol == "ocpp1.6" else Station201
        with suppress(ConnectionClosed):
            await kind(identity, socket).start()

    subprotocols: Any = ["ocpp1.6", "ocpp2.0.1"]
    async with serve(
        handler,
        "127.0.0.1",
        0,
        ssl=context,
        subprotocols=subprotocols,
        compression=None,
        ping_interval=30,
        ping_timeout=None,
        backlog=4096,
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1]
