"""A web server on a port of its own, and screens on its live socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.context import Context
from backend.live.hub import Hub
from shared.accounts import Role
from tests.api.harness import token
from tests.conftest import Clock


class Screen:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(msgspec.json.encode(message).decode())

    async def next(self) -> tuple[str, str, Any]:
        async with asyncio.timeout(5):
            message = msgspec.json.decode(await self.connection.recv())
        assert set(message) == {"topic", "kind", "data"}
        return message["topic"], message["kind"], message["data"]

    async def subscribe(self, topic: str) -> Any:
        """The data of its snapshot."""
        await self.send(type="subscribe", topic=topic)
        got, kind, data = await self.next()
        assert (got, kind) == (topic, "snapshot"), data
        return data

    async def upsert(self, topic: str) -> Any:
        got, kind, data = await self.next()
        assert (got, kind) == (topic, "upsert"), data
        return data

    async def silent(self, seconds: float = 0.4) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.connection.recv()
        except TimeoutError:
            return True
        return False

    async def closed_with(self) -> int | None:
        async with asyncio.timeout(5):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None


@dataclass
class House:
    ctx: Context
    hub: Hub
    url: str
    tenant_id: UUID
    clock: Clock

    def token(self, role: Role, tenant_id: UUID | None = None, account_id: UUID | None = None, **more: Any) -> str:
        return token(self.ctx, tenant_id or self.tenant_id, role, account_id or uuid4(), **more)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Screen]:
        async with connect(self.url, compression=None) as connection:
            yield Screen(connection)

    @asynccontextmanager
    async def screen(self, role: Role, tenant_id: UUID | None = None) -> AsyncIterator[Screen]:
        async with self.open() as screen:
            await screen.send(type="authenticate", token=self.token(role, tenant_id))
            assert await screen.next() == ("", "ready", None)
            yield screen
