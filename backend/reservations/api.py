"""Reservations over HTTP: a driver's own, an operator's all."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter

from backend.context import Context
from backend.reservations import service
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.base import Page
from shared.reservations import MOST_MINUTES, Reservation, ReservationNew, ReservationPrice

PATH = "/api/v1/reservations"
AnyRequest = Request[Any, Any, Any]


@post(PATH, summary="Reserve a connector")
async def reserve(ctx: Context, actor: Actor, request: AnyRequest, data: ReservationNew) -> Response[Any]:
    """The station is asked at once; the answer is a reservation that is held. Needs an Idempotency-Key header."""

    async def work() -> Reservation:
        return await service.one(ctx, actor, await service.reserve(ctx, actor, data))

    return await once(ctx, request, actor.account_id, work, status=201)


@get(PATH, summary="Reservations, newest first")
async def listed(
    ctx: Context,
    actor: Actor,
    station: str | None = None,
    open_only: Annotated[bool, Parameter(query="open", description="Only those that are not over")] = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Reservation]:
    items, more = await service.page(
        ctx,
        actor,
        identity=station,
        open_only=open_only,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit,
    )
    return page_of(items, more)


@get(f"{PATH}/price", summary="What it costs to reserve and not to come")
async def price(
    ctx: Context,
    actor: Actor,
    connector: UUID,
    minutes: Annotated[int, Parameter(ge=1, le=MOST_MINUTES)] = 30,
) -> ReservationPrice:
    """Priced now, by the tariff that holds for this driver there. What is shown as `held` is set aside meanwhile."""
    return await service.price(ctx, actor, connector, minutes)


@get(f"{PATH}/{{reservation_id:uuid}}", summary="One reservation")
async def read(ctx: Context, actor: Actor, reservation_id: UUID) -> Reservation:
    return await service.one(ctx, actor, reservation_id)


@post(f"{PATH}/{{reservation_id:uuid}}/cancel", status_code=200, summary="Cancel a reservation")
async def cancel(ctx: Context, actor: Actor, request: AnyRequest, reservation_id: UUID) -> Response[Any]:
    """Needs an Idempotency-Key header."""

    async def work() -> Reservation:
        await service.cancel(ctx, actor, reservation_id)
        return await service.one(ctx, actor, reservation_id)

    return await once(ctx, request, actor.account_id, work, status=200)


routes = [reserve, listed, price, read, cancel]
