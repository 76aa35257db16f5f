"""Where tariffs apply, over HTTP."""

from datetime import datetime
from uuid import UUID

from litestar import delete, get, post

from backend.context import Context
from backend.tariffs import where
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.tariffs import PlacePrices, TariffRule, TariffRuleNew


@get("/api/v1/tariff-rules", role=Role.OPERATOR, summary="Where tariffs apply")
async def list_rules(
    ctx: Context,
    actor: Actor,
    tariff_id: UUID | None = None,
    location_id: UUID | None = None,
    station_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TariffRule]:
    """Of one tariff; or all that speak of a location or of a station, those for everywhere among them."""
    items, following = await where.listed(
        ctx,
        actor.tenant_id,
        tariff_id=tariff_id,
        location_id=location_id,
        station_id=station_id,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit,
    )
    return page_of(items, following)


@get("/api/v1/tariff-rules/at", role=Role.OPERATOR, summary="What charging costs at a place, and why")
async def prices_at(
    ctx: Context, actor: Actor, location_id: UUID | None = None, station_id: UUID | None = None
) -> PlacePrices:
    """The rule that wins first. A connector's own tariff comes before all rules but those for a group of drivers."""
    return await where.at_place(ctx, actor.tenant_id, location_id, station_id)


@post("/api/v1/tariff-rules", role=Role.OPERATOR, summary="Let a tariff apply somewhere")
async def add_rule(ctx: Context, actor: Actor, data: TariffRuleNew) -> TariffRule:
    """The most specific rule wins: for a group of drivers before everybody, then station, location, everywhere."""
    return await where.add(ctx, actor.tenant_id, data)


@delete("/api/v1/tariff-rules/{rule_id:uuid}", role=Role.OPERATOR, summary="A tariff applies there no more")
async def remove_rule(ctx: Context, actor: Actor, rule_id: UUID) -> None:
    """Sessions that run keep the tariff that they began with."""
    await where.remove(ctx, actor.tenant_id, rule_id)


routes = [list_rules, prices_at, add_rule, remove_rule]
