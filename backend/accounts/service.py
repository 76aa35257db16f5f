"""Sign-in, sign-up, and the chain of refresh tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.accounts import rules, store, tokens
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound, NotSignedIn, TooManyRequests
from backend.tenants import service as tenants
from backend.web.guards import Actor
from shared.accounts import Account, Role, Tokens

WRONG = "The e-mail or the password is not right."
RUN_OUT = "This password was made for the first days only and has run out. Ask an administrator for a new one."
by_address = rules.Throttle(limit=50, window=timedelta(minutes=5))
by_email = rules.Throttle(limit=8, window=timedelta(minutes=5))


def shown(row: store.Account) -> Account:
    return Account(
        id=str(row.id),
        tenant_id=str(row.tenant),
        email=row.email,
        name=row.name,
        role=Role(row.role),
        temporary_password=row.password_expires_at is not None,
    )


def actor_of(row: store.Account, sign_in: UUID | None = None) -> Actor:
    return Actor(account_id=row.id, tenant_id=row.tenant, role=Role(row.role), name=row.name, sign_in=sign_in)


async def sign_in(ctx: Context, email: str, password: str, *, address: str = "") -> Tokens:
    """Raises NotSignedIn for a wrong pair, TooManyRequests after 8 failures for one e-mail in 5 minutes."""
    email, now = email.strip().lower(), ctx.now()
    wait_s = max(by_email.wait_s(email, now), by_address.wait_s(address, now))
    if wait_s:
        raise TooManyRequests(f"Too many tries. Wait {wait_s} seconds, then try again.", retry_after_s=wait_s)
    by_email.failed(email, now)  # until it is proved right: guesses that come all at once count too
    tenant = await tenants.default(ctx)
    row = await store.by_email(tenant.id, email)
    right = await tokens.verify_password(password, row.password_hash if row else tokens.NOBODY)
    if row is None or not right or row.disabled_at is not None:
        by_address.failed(address, now)
        raise NotSignedIn(WRONG, code="wrong_credentials")
    by_email.succeeded(email)
    if row.password_expires_at is not None and now >= row.password_expires_at:
        raise NotSignedIn(RUN_OUT, code="password_expired")
    return await _issue(ctx, row, uuid4())


async def sign_up(ctx: Context, email: str, password: str, name: str) -> Tokens:
    """A new driver of the default tenant. Raises Conflict when the e-mail is taken."""
    tenant = await tenants.default(ctx)
    row = await add(ctx, tenant.id, email=email, password=password, name=name, role=Role.DRIVER)
    if row is None:
        raise Conflict("There is an account with this e-mail already; sign in instead.", code="email_taken")
    return await _issue(ctx, row, uuid4())


async def add(
    ctx: Context, tenant_id: UUID, *, email: str, password: str, name: str, role: Role
) -> store.Account | None:
    """None when the tenant has an account with this e-mail already."""
    return await store.add(
        tenant_id=tenant_id,
        email=email.strip().lower(),
        name=name.strip(),
        password_hash=await tokens.hash_password(password),
        role=str(role),
        now=ctx.now(),
    )


async def refresh(ctx: Context, token: str) -> Tokens:
    """The next pair of the chain. A token used twice revokes the chain: somebody has a copy of it.

    Raises NotSignedIn (code refresh_invalid or refresh_reused).
    """
    now = ctx.now()
    verdict: rules.RefreshVerdict | None = None
    row: dict[str, Any] | None
    async with ctx.unit():
        row = await store.lock_refresh_token(tokens.refresh_hash(token))
        if row is not None:
            verdict = rules.judge_refresh(
                now, expires_at=row["expires_at"], used_at=row["used_at"], revoked_at=row["revoked_at"]
            )
            if verdict is rules.RefreshVerdict.FRESH:
                await store.mark_used(row["id"], now)
            elif verdict is rules.RefreshVerdict.REUSED:
                await store.revoke_family(row["family"], now)
    if verdict is rules.RefreshVerdict.REUSED:
        raise NotSignedIn("This sign-in was used twice; please sign in again.", code="refresh_reused")
    if row is None or verdict is rules.RefreshVerdict.DEAD:
        raise NotSignedIn("Please sign in again.", code="refresh_invalid")
    account = await store.by_id(row["account"])
    if account is None or account.disabled_at is not None:
        raise NotSignedIn("Please sign in again.", code="refresh_invalid")
    return await _issue(ctx, account, row["family"])


async def sign_out(ctx: Context, token: str) -> None:
    """Ends the chain of this token. An unknown token is no error: the person is signed out either way."""
    async with ctx.unit():
        row = await store.lock_refresh_token(tokens.refresh_hash(token))
        if row is not None:
            await store.revoke_family(UUID(str(row["family"])), ctx.now())


async def get(ctx: Context, account_id: UUID) -> store.Account:
    row = await store.by_id(account_id)
    if row is None:
        raise NotFound("This account doesn't exist any more.")
    return row


async def change_password(
    ctx: Context, account_id: UUID, current: str, new: str, *, sign_in: UUID | None = None
) -> Tokens:
    """The person chooses a new one; every other device has to sign in again. The pair for this device (`sign_in`).

    Raises InvalidInput for a wrong current one, TooManyRequests after 8 of them in 5 minutes.
    """
    row, now = await get(ctx, account_id), ctx.now()
    if wait_s := by_email.wait_s(row.email, now):
        raise TooManyRequests(f"Too many tries. Wait {wait_s} seconds, then try again.", retry_after_s=wait_s)
    if not await tokens.verify_password(current, row.password_hash):
        by_email.failed(row.email, now)
        raise InvalidInput("The current password is not right.", code="wrong_password", fields=[("$.current", WRONG)])
    hashed = await tokens.hash_password(new)
    async with ctx.unit():
        await store.change(account_id, {"password_hash": hashed, "password_expires_at": None})
        await store.revoke_all(account_id, now)
    return await _issue(ctx, await get(ctx, account_id), sign_in or uuid4())


async def forget_expired(ctx: Context) -> None:
    """Cron."""
    await store.forget_expired(ctx.now())


async def _issue(ctx: Context, row: store.Account, family: UUID) -> Tokens:
    now = ctx.now()
    token = tokens.new_refresh_token()
    await store.add_refresh_token(
        row.id,
        family,
        tokens.refresh_hash(token),
        now + timedelta(seconds=ctx.settings.refresh_token_s),
        now,
    )
    return Tokens(
        access_token=tokens.access_token(
            ctx.settings.secret, actor_of(row, family), now=now, lifetime_s=ctx.settings.access_token_s
        ),
        refresh_token=token,
        expires_in=ctx.settings.access_token_s,
        account=shown(row),
    )
