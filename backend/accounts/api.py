"""Sign-in and what the app must know before it."""

from importlib.metadata import version
from typing import Any

from litestar import Request, get, post

from backend.accounts import service
from backend.context import Context
from backend.tenants import service as tenants
from backend.web.guards import Actor
from shared.accounts import Account, DemoAccount, Meta, PasswordChange, Refresh, Role, SignIn, SignUp, Tokens

DEMO_PASSWORD = "wattline-demo"
DEMO_ACCOUNTS = (
    DemoAccount(email="driver@demo.wattline", password=DEMO_PASSWORD, name="Dana Driver", role=Role.DRIVER),
    DemoAccount(email="operator@demo.wattline", password=DEMO_PASSWORD, name="Olli Operator", role=Role.OPERATOR),
    DemoAccount(email="admin@demo.wattline", password=DEMO_PASSWORD, name="Ada Admin", role=Role.ADMIN),
)
"""Offered at sign-in, and made by the seed, in demo mode only."""


@get("/api/v1/meta", public=True, summary="What the app must know before sign-in")
async def meta(ctx: Context) -> Meta:
    tenant = await tenants.default(ctx)
    return Meta(
        version=version("wattline"),
        demo=ctx.settings.demo,
        brand=tenants.brand_of(tenant),
        demo_accounts=list(DEMO_ACCOUNTS) if ctx.settings.demo else [],
        tile_url=ctx.settings.tile_url,
        ocpp_url=ctx.settings.station_url,
        hold_amount=await tenants.hold_amount(ctx, tenant.id),
        start_timeout_s=ctx.settings.start_timeout_s,
    )


@post("/api/v1/auth/sign-in", public=True, status_code=200, summary="Sign in")
async def sign_in(ctx: Context, request: Request[Any, Any, Any], data: SignIn) -> Tokens:
    address = request.client.host if request.client else ""
    return await service.sign_in(ctx, data.email, data.password, address=address)


@post("/api/v1/auth/sign-up", public=True, status_code=201, summary="Make a driver's account")
async def sign_up(ctx: Context, data: SignUp) -> Tokens:
    return await service.sign_up(ctx, data.email, data.password, data.name)


@post("/api/v1/auth/refresh", public=True, status_code=200, summary="The next pair of tokens")
async def refresh(ctx: Context, data: Refresh) -> Tokens:
    return await service.refresh(ctx, data.refresh_token)


@post("/api/v1/auth/sign-out", public=True, status_code=204, summary="Sign out")
async def sign_out(ctx: Context, data: Refresh) -> None:
    await service.sign_out(ctx, data.refresh_token)


@get("/api/v1/me", summary="Who is signed in")
async def me(ctx: Context, actor: Actor) -> Account:
    return service.shown(await service.get(ctx, actor.account_id))


@post("/api/v1/me/password", status_code=200, summary="Choose a new password")
async def change_password(ctx: Context, actor: Actor, data: PasswordChange) -> Tokens:
    return await service.change_password(ctx, actor.account_id, data.current, data.new, sign_in=actor.sign_in)


routes = [meta, sign_in, sign_up, refresh, sign_out, me, change_password]
