"""Sessions over HTTP: start, stop, look, receipt."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.errors import NotFound
from backend.stations import catalog
from backend.transactions import doubts, explaining, loose, requests, targets, views
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import Role
from shared.base import Page
from shared.meters import MeterReading
from shared.money import Receipt, TargetNew
from shared.tariffs import PriceExplanation
from shared.transactions import StartTransaction, Transaction, TransactionAnswer, TransactionDetail, TransactionQuestion

States = Annotated[
    str | None, Parameter(query="state", description="requested, active, ended, failed; several with commas")
]
Flag = Annotated[str | None, Parameter(max_length=40, description="Only with this flag, such as needs_decision")]
IdempotencyKey = Annotated[str | None, Parameter(header="Idempotency-Key", description="The same for each repetition")]


def _uuid(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"This {what} doesn't exist.") from None


@post("/api/v1/transactions", status_code=202, summary="Start charging")
async def start(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    data: StartTransaction,
    idempotency_key: IdempotencyKey = None,
) -> Response[Any]:
    """The station is asked at once; that it began comes later (live socket, or GET)."""

    async def work() -> Transaction:
        account = _uuid(data.account_id, "account") if data.account_id else None
        connector = _uuid(data.connector_id, "connector")
        return await views.one(
            ctx, actor, await requests.request_start(ctx, actor, connector, account, target=data.target)
        )

    return await once(ctx, request, actor.account_id, work)


@post("/api/v1/transactions/{transaction_id:uuid}/stop", status_code=202, summary="Stop charging")
async def stop(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    transaction_id: UUID,
    idempotency_key: IdempotencyKey = None,
) -> Response[Any]:
    """The station is asked at once; the session ends when the station says so."""

    async def work() -> Transaction:
        await requests.request_stop(ctx, actor, transaction_id)
        return await views.one(ctx, actor, transaction_id)

    return await once(ctx, request, actor.account_id, work)


@put("/api/v1/transactions/{transaction_id:uuid}/target", summary="Where a session stops by itself")
async def set_target(ctx: Context, actor: Actor, transaction_id: UUID, data: TargetNew) -> Transaction:
    """One of money (with VAT), energy, minutes, state of charge; the last one that was set counts."""
    await targets.change(ctx, actor, transaction_id, data)
    return await views.one(ctx, actor, transaction_id)


@delete("/api/v1/transactions/{transaction_id:uuid}/target", summary="Don't stop a session by itself")
async def drop_target(ctx: Context, actor: Actor, transaction_id: UUID) -> None:
    await targets.change(ctx, actor, transaction_id, None)


@get(
    "/api/v1/stations/{identity:str}/readings",
    role=Role.OPERATOR,
    summary="What its meters said last while nobody charged",
)
async def readings(ctx: Context, actor: Actor, identity: str) -> list[MeterReading]:
    """The newest of each outlet, and of the main meter (evse 0). What comes within sessions is theirs."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await loose.latest(station.id)


@get("/api/v1/connectors/{connector_id:uuid}/price", summary="What a session costs here now, with examples")
async def explain_price(ctx: Context, actor: Actor, connector_id: UUID) -> PriceExplanation:
    """Today's prices by the hour, what depends on the use, and sessions priced by the engine that writes the bills."""
    return await explaining.explain(ctx, actor.tenant_id, connector_id, actor.account_id)


@get("/api/v1/transactions", summary="Sessions, a driver's own or an operator's all")
async def page(
    ctx: Context,
    actor: Actor,
    states: States = None,
    station: str | None = None,
    mine: bool = False,
    search: str | None = None,
    flag: Flag = None,
    sort: str = "newest",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Transaction]:
    return await views.page(
        ctx,
        actor,
        state=states,
        station=station,
        mine=mine,
        search=search,
        flag=flag,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )


@get("/api/v1/transactions/{transaction_id:uuid}", summary="One session with its curve and timeline")
async def detail(ctx: Context, actor: Actor, transaction_id: UUID) -> TransactionDetail:
    return await views.detail(ctx, actor, transaction_id)


@get("/api/v1/transactions/{transaction_id:uuid}/receipt", summary="The bill of an ended session")
async def receipt(ctx: Context, actor: Actor, transaction_id: UUID) -> Receipt:
    return await views.receipt(ctx, actor, transaction_id)


@post(
    "/api/v1/stations/{identity:str}/transaction-status",
    role=Role.OPERATOR,
    status_code=200,
    summary="Ask a 2.0.1 station whether a session runs, and whether it has messages to send",
)
async def ask_status(ctx: Context, actor: Actor, identity: str, data: TransactionQuestion) -> TransactionAnswer:
    """A session that runs here, but neither runs there nor has messages on their way, is closed."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    transaction_id = _uuid(data.transaction_id, "session") if data.transaction_id else None
    return await doubts.ask(ctx, station, transaction_id, actor.account_id)


routes = [explain_price, start, stop, set_target, drop_target, readings, page, detail, receipt, ask_status]
