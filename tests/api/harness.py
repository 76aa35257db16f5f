"""Signed-in clients for the app, without a server between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from backend.accounts import tokens
from backend.context import Context
from backend.web.guards import Actor
from shared.accounts import Role
from tests import world


def token(ctx: Context, tenant_id: UUID, role: Role, account_id: UUID, *, lifetime_s: int = 900) -> str:
    actor = Actor(account_id=account_id, tenant_id=tenant_id, role=role, name=role.value.title())
    return tokens.access_token(ctx.settings.secret, actor, now=ctx.now(), lifetime_s=lifetime_s)


class People:
    """Accounts of one tenant, made when asked for, and clients that are signed in as them."""

    def __init__(self, ctx: Context, app: Litestar, tenant_id: UUID) -> None:
        self.ctx = ctx
        self.app = app
        self.tenant_id = tenant_id

    async def token(self, role: Role) -> str:
        account_id = await world.add_account(self.tenant_id, role.value.title(), role.value)
        return token(self.ctx, self.tenant_id, role, account_id)

    @asynccontextmanager
    async def client(self, role: Role | None) -> AsyncIterator[httpx.AsyncClient]:
        """None: nobody is signed in."""
        headers = {"Authorization": f"Bearer {await self.token(role)}"} if role else {}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield client


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}
