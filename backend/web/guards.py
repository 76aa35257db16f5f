"""Who asks, and whether they may. Every route is guarded unless it says `public=True`.

A handler names the role it needs as an option: `@get("/api/v1/stations", role=Role.OPERATOR)`.
An admin may do what an operator may; without the option any signed-in person may call it.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from backend.errors import NotAllowed, NotSignedIn
from shared.accounts import Role

RANK = {Role.DRIVER: 0, Role.OPERATOR: 1, Role.ADMIN: 2}
BEARER = "bearer "


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in person behind a request; `tenant_id` bounds everything they see."""

    account_id: UUID
    tenant_id: UUID
    role: Role
    name: str
    sign_in: UUID | None = None
    """The chain of refresh tokens behind it: one device of theirs, until it signs out."""

    def may(self, role: Role) -> bool:
        return RANK[self.role] >= RANK[role]


TokenReader = Callable[[str], Actor]
"""Reads an access token; raises NotSignedIn. `main` puts the one of accounts into `app.state.read_token`."""


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """For the whole app. Raises NotSignedIn (401) or NotAllowed (403).

    It waits for nothing, but what is no coroutine runs in a thread of its own, which costs more than all that it does.
    """
    if handler.opt.get("public"):
        return
    header = connection.headers.get("authorization", "")
    if not header.lower().startswith(BEARER):
        raise NotSignedIn("Sign in first; send the access token as a Bearer token.")
    read_token: TokenReader = connection.app.state.read_token
    actor = read_token(header[len(BEARER) :].strip())
    if not actor.may(handler.opt.get("role", Role.DRIVER)):
        raise NotAllowed(f"This needs the role {handler.opt['role']}; yours is {actor.role}.")
    connection.scope["user"] = actor


async def provide_actor(request: Any, ctx: Any) -> Actor:
    """After `ctx`, which it doesn't need: what doesn't build on each other is provided by a task each."""
    actor: Actor = request.user
    return actor
