"""Our real path without storage: transport, session, codec, generated messages, counters, hand-over to the log.

Handlers return fixed answers, and the log writes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from backend.bench.secured import Own
from backend.bus.local import LocalBus
from backend.context import Context
from backend.ocpp import handshake, tls
from backend.ocpp.connections import Connections
from backend.ocpp.frames import Entry, FrameLog, Handled
from backend.ocpp.listener import DIALECTS, Guest
from backend.ocpp.session import Handler, Session
from backend.ocpp.transport import Refusal, Upgrade, Welcome, listening
from backend.ocpp.v16 import messages as m16
from backend.ocpp.v201 import messages as m201
from backend.settings import Settings
from backend.stations.model import StationRef
from shared.stations import Registration

UNREACHED = 1_000_000
"""A limit for one station that the bench never meets, but pays for."""


class ForgetfulLog(FrameLog):
    """Takes every message as the real one does, and writes none."""

    async def write(self, waiting: Sequence[Entry], handled: Sequence[Handled]) -> None:
        pass


async def _boot16(session: Session, _request: Any) -> Any:
    return m16.BootNotificationResponse(status="Accepted", current_time=session.now(), interval=60)


async def _heartbeat16(session: Session, _request: Any) -> Any:
    return m16.HeartbeatResponse(current_time=session.now())


async def _status16(_session: Session, _request: Any) -> Any:
    return m16.StatusNotificationResponse()


async def _meter16(_session: Session, _request: Any) -> Any:
    return m16.MeterValuesResponse()


async def _boot201(session: Session, _request: Any) -> Any:
    return m201.BootNotificationResponse(status="Accepted", current_time=session.now(), interval=60)


async def _heartbeat201(session: Session, _request: Any) -> Any:
    return m201.HeartbeatResponse(current_time=session.now())


async def _status201(_session: Session, _request: Any) -> Any:
    return m201.StatusNotificationResponse()


async def _event201(_session: Session, _request: Any) -> Any:
    return m201.TransactionEventResponse()


FIXED: Mapping[str, Mapping[str, Handler]] = {
    "1.6": {
        "BootNotification": _boot16,
        "Heartbeat": _heartbeat16,
        "StatusNotification": _status16,
        "MeterValues": _meter16,
    },
    "2.0.1": {
        "BootNotification": _boot201,
        "Heartbeat": _heartbeat201,
        "StatusNotification": _status201,
        "TransactionEvent": _event201,
    },
}


@asynccontextmanager
async def listening_without_storage(own: Own | None = None) -> AsyncIterator[int]:
    """The listener as it is, minus every database access; the port. With a certificate: TLS as the listener has it."""
    settings, context = Settings(station_rate=UNREACHED), None
    if own is not None:
        settings = Settings(
            station_rate=UNREACHED,
            data_dir=own.folder,
            ocpp_tls_cert=str(own.certificate),
            ocpp_tls_key=str(own.key),
            ca_url="",
        )
        context = tls.server_context(settings)
    bus = LocalBus()
    ctx = Context(settings=settings, bus=bus)
    tenant, frames = uuid4(), ForgetfulLog(ctx)
    connections = Connections(ctx, "bench", DIALECTS)

    async def admit(upgrade: Upgrade) -> Welcome | Refusal:
        identity = handshake.identity_of(upgrade.path) or ""
        version = handshake.choose_version(upgrade.offered) or "1.6"
        station = StationRef(uuid4(), tenant, identity, Registration.ACCEPTED, version)
        return Welcome(handshake.subprotocol_of(version, upgrade.offered), Guest(station, version))

    async def serve_link(link: Any, guest: Any) -> None:
        dialect = DIALECTS[guest.version]
        session = Session(
            ctx,
            guest.station,
            guest.version,
            link,
            dialect.codec,
            FIXED[guest.version],
            frames,
            dialect.execute,
        )
        subscription = await bus.serve(f"station.{guest.station.id}", connections.executor(session))
        try:
            await session.run()
        finally:
            await subscription.close()

    async with (
        bus,
        listening(
            "127.0.0.1",
            0,
            admit=admit,
            serve_link=serve_link,
            max_frame=settings.max_frame,
            ping_s=settings.ping_s,
            tls=context,
        ) as server,
    ):
        beside = asyncio.get_running_loop().create_task(frames.run())
        try:
            yield next(iter(server.sockets)).getsockname()[1]
        finally:
            beside.cancel()
