"""Errands over HTTP: one way for every room to let a command wait for its station."""

from datetime import timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from backend.context import Context
from backend.stations import catalog, waiting
from backend.stations.waiting import Errand
from backend.web import idempotency
from backend.web.guards import Actor
from shared.stations import CommandAnswer

D = TypeVar("D", bound=msgspec.Struct)
QueueFor = Annotated[
    int | None,
    Parameter(
        query="queue_for_s",
        ge=1,
        le=30 * 86_400,
        description="Where the station is offline: how long the command waits for it. Left out: it is refused at once.",
    ),
]
KEPT = {
    202: ResponseSpec(CommandAnswer, description="The station is offline: it waits for it", generate_examples=False)
}
"""What a route with `queue_for_s` may answer too."""


async def _done(
    ctx: Context, actor: Actor, identity: str, errand: Errand[D], wanted: D, queue_for_s: int | None
) -> Any:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    if queue_for_s is None:
        return await errand.work(ctx, station, actor.account_id, wanted)
    return await waiting.run(ctx, station, errand, wanted, actor.account_id, timedelta(seconds=queue_for_s))


async def now_or_later(
    ctx: Context, actor: Actor, identity: str, errand: Errand[D], wanted: D, queue_for_s: int | None
) -> Response[Any]:
    """The room's own answer with 200, or 202 and the CommandAnswer of what waits."""
    answer = await _done(ctx, actor, identity, errand, wanted, queue_for_s)
    return Response(content=answer, status_code=idempotency.status_of(answer, 200))


async def once(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    identity: str,
    errand: Errand[D],
    wanted: D,
    queue_for_s: int | None,
) -> Response[Any]:
    """As `now_or_later`, done once for the request's Idempotency-Key."""

    async def work() -> Any:
        return await _done(ctx, actor, identity, errand, wanted, queue_for_s)

    return await idempotency.once(ctx, request, actor.account_id, work, status=200)
