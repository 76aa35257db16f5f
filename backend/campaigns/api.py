"""Bulk actions over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter

from backend.campaigns import service
from backend.context import Context
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.campaigns import Campaign, CampaignNew, CampaignResult, CampaignState, ResultState

AnyRequest = Request[Any, Any, Any]
CAMPAIGNS = "/api/v1/campaigns"
ONE = f"{CAMPAIGNS}/{{campaign_id:uuid}}"


@post(CAMPAIGNS, role=Role.OPERATOR, status_code=201, summary="Begin a bulk action")
async def add_campaign(ctx: Context, actor: Actor, request: AnyRequest, data: CampaignNew) -> Response[Campaign]:
    """The stations are those that fit now. Needs an Idempotency-Key header."""

    async def work() -> Campaign:
        return await service.add(ctx, actor.tenant_id, actor.account_id, data)

    return await once(ctx, request, actor.account_id, work, status=201)


@get(CAMPAIGNS, role=Role.OPERATOR, summary="Bulk actions, newest first")
async def list_campaigns(
    ctx: Context,
    actor: Actor,
    campaign_state: Annotated[CampaignState | None, Parameter(query="state")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Campaign]:
    key = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await service.campaigns(actor.tenant_id, campaign_state, key, limit))


@get(ONE, role=Role.OPERATOR, summary="One bulk action")
async def read_campaign(ctx: Context, actor: Actor, campaign_id: UUID) -> Campaign:
    return await service.read(actor.tenant_id, campaign_id)


@get(f"{ONE}/stations", role=Role.OPERATOR, summary="What became of each station of a bulk action")
async def list_results(
    ctx: Context,
    actor: Actor,
    campaign_id: UUID,
    result_state: Annotated[ResultState | None, Parameter(query="state")] = None,
    search: Annotated[str, Parameter(max_length=100, description="A part of the identity or the name")] = "",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CampaignResult]:
    """In the order in which they are asked."""
    key = decode_cursor(cursor, tuple[int])
    found = await service.results(actor.tenant_id, campaign_id, result_state, search, key[0] if key else 0, limit)
    return page_of(*found)


@post(f"{ONE}/pause", role=Role.OPERATOR, status_code=200, summary="Pause a bulk action")
async def pause_campaign(ctx: Context, actor: Actor, campaign_id: UUID) -> Campaign:
    """Stations that were asked already answer; no other is asked."""
    return await service.pause(ctx, actor.tenant_id, campaign_id)


@post(f"{ONE}/resume", role=Role.OPERATOR, status_code=200, summary="Let a bulk action go on")
async def resume_campaign(ctx: Context, actor: Actor, request: AnyRequest, campaign_id: UUID) -> Response[Campaign]:
    """Of a halted one, what failed so far counts no more. Needs an Idempotency-Key header."""

    async def work() -> Campaign:
        return await service.resume(ctx, actor.tenant_id, campaign_id)

    return await once(ctx, request, actor.account_id, work, status=200)


@post(f"{ONE}/cancel", role=Role.OPERATOR, status_code=200, summary="Cancel a bulk action")
async def cancel_campaign(ctx: Context, actor: Actor, campaign_id: UUID) -> Campaign:
    """For good; stations that were not asked yet are left as they are."""
    return await service.cancel(ctx, actor.tenant_id, campaign_id)


routes = [
    add_campaign,
    list_campaigns,
    read_campaign,
    list_results,
    pause_campaign,
    resume_campaign,
    cancel_campaign,
]
