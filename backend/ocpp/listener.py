"""The OCPP listener: who may open a socket, in which version, and what becomes of it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog

from backend.certificates import service as certificates
from backend.context import Context
from backend.ocpp import handshake, metrics, quirks, tls
from backend.ocpp.codec import CODECS
from backend.ocpp.connections import Connections, Dialect
from backend.ocpp.crowd import Line, SentAway
from backend.ocpp.door import Door
from backend.ocpp.presented import Presented
from backend.ocpp.transport import Link, Refusal, Upgrade, Welcome, listening
from backend.ocpp.v16 import inbound as inbound16
from backend.ocpp.v16 import outbound as outbound16
from backend.ocpp.v201 import inbound as inbound201
from backend.ocpp.v201 import outbound as outbound201
from backend.stations import service as stations
from backend.stations.model import NOT_TOLD, Admission, BootFacts, Proof, StationRef

log = structlog.get_logger(__name__)

DIALECTS: Mapping[str, Dialect] = {
    "1.6": Dialect(CODECS["1.6"], inbound16.HANDLERS, outbound16.execute),
    "2.0.1": Dialect(CODECS["2.0.1"], inbound201.HANDLERS, outbound201.execute),
}

REFUSALS = {
    "stopping": Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "This server is stopping; another one takes over.", 1),
    "identity": Refusal(HTTPStatus.NOT_FOUND, "The address must end with /ocpp/ and the station's identity."),
    "full": Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Too many unknown stations wait already."),
    "twin": Refusal(HTTPStatus.CONFLICT, "A station with this identity is connected already."),
    "tries": Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries with wrong credentials; wait a minute."),
    "password": Refusal(HTTPStatus.UNAUTHORIZED, "The identity or the password is not right."),
    "profile": Refusal(HTTPStatus.FORBIDDEN, "This station must connect more securely."),
    "certificate": Refusal(HTTPStatus.FORBIDDEN, "The certificate of the station is not the one expected."),
    "revoked": Refusal(HTTPStatus.FORBIDDEN, "The certificate of the station was revoked."),
}


@dataclass(frozen=True, slots=True)
class Guest:
    station: StationRef
    version: str | None
    """None: only versions were offered that we don't speak."""
    facts: BootFacts = NOT_TOLD
    serial: str | None = None
    """Of its client certificate."""
    epoch: int | None = None


class Listener:
    """`port` is the real one after `open`, also when the settings said 0."""

    def __init__(self, ctx: Context, node: str) -> None:
        self.ctx = ctx
        self.connections = Connections(ctx, node, DIALECTS, quirks.load(ctx.settings.quirks))
        self.door = Door(ctx)
        self.presented = Presented(ctx)
        self.line = Line(self.connections.arrivals)
        self.stopping = False
        """Who knocks is sent to another node."""
        self.port = 0
        self.tls_port = 0

    async def admit(self, upgrade: Upgrade) -> Welcome | Refusal:
        if self.stopping:
            return REFUSALS["stopping"]
        identity = handshake.identity_of(upgrade.path)
        if identity is None:
            return _refused("identity", upgrade.path, upgrade.peer)
        if self.door.shut(identity, upgrade.peer, upgrade.authorization):
            return _refused("tries", identity, upgrade.peer)
        try:
            async with self.line.turn(identity):
                admission = await self._judge(identity, upgrade)
        except SentAway as away:
            metrics.REFUSED.labels("busy").inc()
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Too many stations dial at once.", away.retry_after_s)
        if not admission.allowed or admission.station is None:
            reason = admission.reason if admission.reason in REFUSALS else "password"
            await self.door.refused(admission.station, identity, upgrade.peer, admission.reason)
            return _refused(reason, identity, upgrade.peer, (upgrade.certificate or {}).get("serialNumber"))
        self.door.admitted(identity, upgrade.peer, upgrade.authorization)
        if not await self.connections.may_replace(admission.station.id, admission.held_by):
            return _refused("twin", identity, upgrade.peer)
        epoch = await stations.next_epoch(self.ctx)
        version = handshake.choose_version(upgrade.offered, admission.station.ocpp_version)
        named = handshake.subprotocol_of(version, upgrade.offered) if version else None
        serial = (upgrade.certificate or {}).get("serialNumber")
        return Welcome(subprotocol=named, guest=Guest(admission.station, version, admission.facts, serial, epoch))

    async def drain(self, seconds: float) -> None:
        """Let the stations go, a share each second."""
        await self.connections.drain(seconds)

    async def _judge(self, identity: str, upgrade: Upgrade) -> Admission:
        serial = (upgrade.certificate or {}).get("serialNumber")
        if serial and await certificates.is_revoked(self.ctx, serial):
            return Admission(False, "revoked", await stations.called(self.ctx, identity))
        well_formed, password = handshake.password_of(upgrade.authorization, identity)
        if not well_formed:
            return Admission(False, "password", await stations.called(self.ctx, identity))
        proof = Proof(upgrade.secure, tls.common_name(upgrade.certificate))
        return await stations.admit(self.ctx, identity, password, proof)

    async def serve_link(self, link: Link, guest: Any) -> None:
        if guest.version is None:
            await link.close(1002, "none of the offered OCPP versions is spoken here")
            return
        with self.presented.held(guest.serial, link):
            await self.connections.serve(link, guest.station, guest.version, guest.facts, guest.epoch)

    @asynccontextmanager
    async def open(
        self, port: socket.socket | None = None, tls_port: socket.socket | None = None
    ) -> AsyncIterator["Listener"]:
        """Listen while the context is open, on `port` or else where the settings say. Raises OSError: it is taken.

        With TLS on a port of its own, where the settings name a certificate.
        """
        settings = self.ctx.settings
        async with AsyncExitStack() as stack:
            beside = asyncio.gather(self.connections.run(), self.presented.watch())
            stack.push_async_callback(self._wind_up, beside)
            self.port = await self._listen(stack, settings.ocpp_port, port)
            if settings.ocpp_tls_cert and (tls_port or not port):
                context = tls.server_context(settings)
                self.tls_port = await self._listen(stack, settings.ocpp_tls_port, tls_port, context)
            yield self

    async def _listen(
        self, stack: AsyncExitStack, port: int, sock: socket.socket | None, context: ssl.SSLContext | None = None
    ) -> int:
        settings = self.ctx.settings
        server = await stack.enter_async_context(
            listening(
                settings.ocpp_host,
                port,
                sock=sock,
                admit=self.admit,
                serve_link=self.serve_link,
                max_frame=settings.max_frame,
                ping_s=settings.ping_s,
                tls=context,
            )
        )
        return int(next(iter(server.sockets)).getsockname()[1])

    async def _wind_up(self, beside: asyncio.Future[Any]) -> None:
        beside.cancel()
        with suppress(asyncio.CancelledError):
            await beside
        await self.connections.close_all()


def _refused(reason: str, identity: str, peer: str, serial: str | None = None) -> Refusal:
    """`serial`: of the certificate that it showed."""
    shown = {"serial": serial} if serial else {}
    log.warning("security: a station was refused", identity=identity[:100], reason=reason, peer=peer, **shown)
    metrics.REFUSED.labels(reason).inc()
    return REFUSALS[reason]
