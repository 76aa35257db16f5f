"""Which open sockets rest on which client certificate, so that a revoked one ends at once and not with its socket."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from backend.certificates import service as certificates
from backend.context import Context
from backend.ocpp.transport import Link

log = structlog.get_logger(__name__)

EVERY_S = 2.0
OVERLAP = timedelta(seconds=30)
"""Looked at twice: clocks of nodes differ, and a revocation is seen only after its commit."""


class Presented:
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._links: dict[str, set[Link]] = {}

    @contextmanager
    def held(self, serial: str | None, link: Link) -> Iterator[None]:
        """While this socket is open. `serial`: None without a certificate."""
        if serial is None:
            yield
            return
        serial = certificates.serial_text(serial)
        self._links.setdefault(serial, set()).add(link)
        try:
            yield
        finally:
            left = self._links.get(serial, set())
            left.discard(link)
            if not left:
                self._links.pop(serial, None)

    async def watch(self) -> None:
        """Until cancelled."""
        since = self._ctx.now()
        while True:
            await asyncio.sleep(EVERY_S)
            if not self._links:
                continue
            try:
                now = self._ctx.now()
                revoked = await certificates.revoked_since(self._ctx, since - OVERLAP)
                since = now
            except Exception:
                log.exception("revoked certificates can't be looked up; tried again")
                continue
            for serial in revoked:
                for link in self._links.pop(serial, ()):  # each is told once, however long it takes to close
                    log.warning("security: a certificate in use was revoked", serial=serial, peer=link.peer)
                    await link.close(1008, "the certificate was revoked")
