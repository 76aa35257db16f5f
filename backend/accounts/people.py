"""An operator's people: who they are, who joins, what they may, who leaves. For its admins."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.accounts import rules, store, tokens
from backend.context import Context
from backend.errors import Conflict, NotFound
from backend.events import TokensChanged
from backend.web.guards import Actor
from shared.accounts import Person, PersonChange, PersonNew, PersonWithPassword, Role

PASSWORD_LIFE = timedelta(days=7)
STAFF = (Role.OPERATOR, Role.ADMIN)
LAST_ADMIN = "Somebody must be able to administrate: make another person an administrator first."


def shown(row: store.Account) -> Person:
    return Person(
        id=str(row.id),
        email=row.email,
        name=row.name,
        role=Role(row.role),
        active=row.disabled_at is None,
        created_at=row.created_at,
        temporary_password=row.password_expires_at is not None,
    )


async def page(
    ctx: Context,
    tenant_id: UUID,
    *,
    roles: Sequence[Role] = STAFF,
    search: str | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
) -> tuple[list[Person], list[Any] | None]:
    """By name, and the key of the next page."""
    rows = await store.page(
        tenant_id,
        roles=[str(role) for role in roles],
        search=(search or "").strip() or None,
        after=after,
        limit=limit + 1,
    )
    here = rows[:limit]
    following = [here[-1]["sorted_by"], here[-1]["id"]] if len(rows) > limit else None
    return [shown(store.Account(**{k: v for k, v in row.items() if k != "sorted_by"})) for row in here], following


async def add(ctx: Context, tenant_id: UUID, new: PersonNew) -> PersonWithPassword:
    """With a password that is good for a week. Raises Conflict when the e-mail is taken."""
    password = rules.temporary_password(secrets.choice)
    expires_at = ctx.now() + PASSWORD_LIFE
    row = await store.add(
        tenant_id=tenant_id,
        email=new.email.strip().lower(),
        name=new.name.strip(),
        password_hash=await tokens.hash_password(password),
        role=str(new.role),
        now=ctx.now(),
        password_expires_at=expires_at,
    )
    if row is None:
        raise Conflict("There is an account with this e-mail already: look for it in the list.", code="email_taken")
    return PersonWithPassword(person=shown(row), password=password, expires_at=expires_at)


async def change(ctx: Context, actor: Actor, account_id: UUID, wanted: PersonChange) -> Person:
    """Less rights, or none, count when the access token runs out: within minutes.

    Raises NotFound, also for another operator's person; Conflict when nobody could administrate any more.
    """
    async with ctx.unit() as unit:
        admins = await store.lock_admins(actor.tenant_id)
        row = await _own(actor.tenant_id, account_id)
        active = row.disabled_at is None if wanted.active is None else wanted.active
        role = wanted.role or Role(row.role)
        if rules.leaves_no_admin(admins, account_id, stays=active and role is Role.ADMIN):
            raise Conflict(LAST_ADMIN, code="last_admin")
        values: dict[str, Any] = {"role": str(role), "disabled_at": None if active else row.disabled_at or ctx.now()}
        if wanted.name is not None:
            values["name"] = wanted.name.strip()
        await store.change(account_id, values)
        if not active:
            await store.revoke_all(account_id, ctx.now())
        if active != (row.disabled_at is None):
            unit.emit(TokensChanged(tenant_id=actor.tenant_id, at=ctx.now()))  # their cards count no more, or again
    return shown(await _own(actor.tenant_id, account_id))


async def new_password(ctx: Context, actor: Actor, account_id: UUID) -> PersonWithPassword:
    """For somebody who forgot theirs; they are signed out everywhere. Raises NotFound."""
    await _own(actor.tenant_id, account_id)
    password = rules.temporary_password(secrets.choice)
    hashed, expires_at = await tokens.hash_password(password), ctx.now() + PASSWORD_LIFE
    async with ctx.unit():
        await store.change(account_id, {"password_hash": hashed, "password_expires_at": expires_at})
        await store.revoke_all(account_id, ctx.now())
    return PersonWithPassword(
        person=shown(await _own(actor.tenant_id, account_id)), password=password, expires_at=expires_at
    )


async def _own(tenant_id: UUID, account_id: UUID) -> store.Account:
    row = await store.by_id(account_id)
    if row is None or row.tenant != tenant_id:
        raise NotFound("This person doesn't exist.")
    return row
