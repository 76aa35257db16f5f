"""Browsers that get push. The page that asks a browser isn't signed in: the app gives it a ticket."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt

from backend.accounts import service as accounts
from backend.context import Context
from backend.errors import InvalidInput, NotFound, NotSignedIn
from backend.notify import posting, rules, store
from backend.notify.channels import web_push
from backend.notify.posting import Address
from backend.notify.rules import Text
from backend.web.guards import Actor
from shared.accounts import Role
from shared.notify import BrowserMoved, BrowserNew, BrowserState, Channel, Platform, PushTicket, Told
from shared.operations import Severity

PAGE = "/push/device"
ISSUER = "wattline push page"
"""Not that of access tokens: neither is taken for the other."""
GOOD_FOR = timedelta(minutes=15)
OLD = "This link has run out; open the page from the app once more."
NOWHERE = "This push service can't be used."


def ticket(ctx: Context, actor: Actor) -> PushTicket:
    expires_at = ctx.now() + GOOD_FOR
    claims = {"iss": ISSUER, "sub": str(actor.account_id), "exp": expires_at}
    if actor.sign_in is not None:
        claims["sid"] = str(actor.sign_in)
    text = jwt.encode(claims, ctx.settings.secret, algorithm="HS256")
    return PushTicket(ticket=text, path=PAGE, expires_at=expires_at)


async def _holder(ctx: Context, text: str) -> Actor:
    """Who was given the ticket. Raises NotSignedIn: too old, not ours, or they have signed out since."""
    try:
        claims = jwt.decode(
            text,
            ctx.settings.secret,
            algorithms=["HS256"],
            issuer=ISSUER,
            options={"require": ["exp", "sub"], "verify_exp": False},
        )
        account_id = UUID(claims["sub"])
        sign_in = UUID(claims["sid"]) if "sid" in claims else None
        row = await accounts.get(ctx, account_id)
    except (jwt.InvalidTokenError, ValueError, NotFound):
        raise NotSignedIn(OLD, code="push_ticket_invalid") from None
    gone = row.disabled_at is not None or (sign_in is not None and not await store.signed_in(sign_in))
    if gone or ctx.now().timestamp() >= claims["exp"]:
        raise NotSignedIn(OLD, code="push_ticket_invalid")
    return accounts.actor_of(row, sign_in)


async def state(ctx: Context, given: str, endpoint: str, language: str = "") -> BrowserState:
    """A browser that is known is told things in `language` from now on, where it says one."""
    actor = await _holder(ctx, given)
    if endpoint and language:
        await store.set_language(actor.account_id, endpoint, language)
    return await _state(actor, endpoint)


async def _state(actor: Actor, endpoint: str) -> BrowserState:
    on = bool(endpoint) and await store.browser(actor.account_id, endpoint) is not None
    return BrowserState(name=actor.name, on=on, back="/notifications" if actor.may(Role.OPERATOR) else "/me")


def _check(ctx: Context, endpoint: str, p256dh: str, auth: str) -> None:
    """Raises InvalidInput."""
    if not web_push.may_call(ctx, endpoint):
        raise InvalidInput(NOWHERE, code="push_endpoint", fields=[("$.endpoint", NOWHERE)])
    if not web_push.usable(p256dh, auth):
        words = "These are no keys of a browser."
        raise InvalidInput(words, code="push_keys", fields=[("$.p256dh", words)])


async def add(ctx: Context, new: BrowserNew, agent: str) -> BrowserState:
    """`agent`: the browser's User-Agent, for its name in the list. Raises NotSignedIn, InvalidInput."""
    actor = await _holder(ctx, new.ticket)
    _check(ctx, new.endpoint, new.p256dh, new.auth)
    values = {
        "platform": Platform.WEB.value,
        "name": rules.browser_name(agent),
        "sign_in": actor.sign_in,
        "p256dh": new.p256dh,
        "auth": new.auth,
        "language": new.language,
    }
    async with ctx.unit():
        await store.put_device(actor.account_id, new.endpoint, ctx.now(), **values)
    return await _state(actor, new.endpoint)


async def remove(ctx: Context, given: str, endpoint: str) -> BrowserState:
    actor = await _holder(ctx, given)
    known = await store.browser(actor.account_id, endpoint)
    if known is not None:
        await store.delete_device(actor.account_id, known["id"])
    return await _state(actor, endpoint)


async def move(ctx: Context, moved: BrowserMoved) -> None:
    """Raises InvalidInput, and NotFound for a browser that we don't know by these keys."""
    _check(ctx, moved.endpoint, moved.p256dh, moved.auth)
    to = {"token": moved.endpoint, "p256dh": moved.p256dh, "auth": moved.auth}
    if not await store.move_browser(moved.old_endpoint, moved.old_auth, to, ctx.now()):
        raise NotFound("This browser isn't known.")


async def test(ctx: Context, given: str, endpoint: str) -> None:
    """A message to this browser, by the same way as all others. Raises NotSignedIn, NotFound."""
    actor = await _holder(ctx, given)
    known = await store.browser(actor.account_id, endpoint)
    if known is None:
        raise NotFound("Push isn't turned on here.")
    text = Text("It works", "Messages reach you here.", Severity.INFO, "/notices")
    address = Address(
        channel=Channel.PUSH, account=actor.account_id, device=known["id"], label=known["name"] or known["platform"]
    )
    async with ctx.unit() as unit:
        await posting.post(ctx, unit, actor.tenant_id, address, Told.TEST, str(uuid4()), text)
