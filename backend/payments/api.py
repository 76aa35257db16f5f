"""Payments over HTTP: wallet, saved cards and debts of drivers; payments, refunds and settings of operators."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.payments import cards, choosing, paying, refunds, reports, views
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import Role
from shared.base import Page
from shared.payments import (
    Card,
    CardBegin,
    Debt,
    LedgerEntry,
    Payment,
    PaymentDetail,
    PaymentSettings,
    PaymentSettingsChange,
    PromoCredit,
    RefundNew,
    TopUp,
    Wallet,
)

States = Annotated[str | None, Parameter(query="state", description="held, captured, failed …; several with commas")]
DebtState = Annotated[str | None, Parameter(query="state", description="open, settled or written_off")]
Key = Annotated[str | None, Parameter(header="Idempotency-Key", description="The same for each repetition")]
AnyRequest = Request[Any, Any, Any]


@get("/api/v1/wallet", summary="The own wallet: balance, what is reserved, what is owed")
async def wallet(ctx: Context, actor: Actor) -> Wallet:
    return await views.wallet(ctx, actor.tenant_id, actor.account_id)


@get("/api/v1/wallet/entries", summary="What changed the own wallet, the newest first")
async def wallet_entries(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[LedgerEntry]:
    return await views.entries(ctx, actor.account_id, cursor, limit)


@post("/api/v1/wallet/top-up", status_code=202, summary="Put money into the own wallet from the saved card")
async def top_up(
    ctx: Context, actor: Actor, request: AnyRequest, data: TopUp, idempotency_key: Key = None
) -> Response[Any]:
    async def work() -> Wallet:
        await paying.top_up(ctx, actor.tenant_id, actor.account_id, data.amount)
        return await views.wallet(ctx, actor.tenant_id, actor.account_id)

    return await once(ctx, request, actor.account_id, work)


@get("/api/v1/cards", summary="The own saved cards")
async def list_cards(ctx: Context, actor: Actor, fresh: bool = False) -> list[Card]:
    """fresh: the provider is asked first, after a card was entered on its page."""
    return await cards.listed(ctx, actor.tenant_id, actor.account_id, fresh=fresh)


@post("/api/v1/cards", status_code=200, summary="Where to enter a card: the provider's own page")
async def begin_card(ctx: Context, actor: Actor) -> CardBegin:
    """No card number ever comes here. An empty address: the card is saved already."""
    return await cards.begin(ctx, actor.tenant_id, actor.account_id)


@post("/api/v1/cards/{card_id:uuid}/prefer", status_code=204, summary="Pay with this card from now on")
async def prefer_card(ctx: Context, actor: Actor, card_id: UUID) -> None:
    await cards.prefer(ctx, actor.tenant_id, actor.account_id, card_id)


@delete("/api/v1/cards/{card_id:uuid}", summary="Forget a saved card, here and at the provider")
async def forget_card(ctx: Context, actor: Actor, card_id: UUID) -> None:
    await cards.forget(ctx, actor.tenant_id, actor.account_id, card_id)


@get("/api/v1/debts", summary="Unpaid amounts: a driver's own, an operator's all")
async def list_debts(
    ctx: Context,
    actor: Actor,
    which: DebtState = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Debt]:
    own = None if actor.may(Role.OPERATOR) else actor.account_id
    return await views.debts(ctx, actor.tenant_id, own, which, cursor, limit)


@post("/api/v1/debts/{debt_id:uuid}/settle", status_code=202, summary="Pay an own debt from wallet and card")
async def settle_debt(
    ctx: Context, actor: Actor, request: AnyRequest, debt_id: UUID, idempotency_key: Key = None
) -> Response[Any]:
    async def work() -> Wallet:
        await paying.settle_debt(ctx, actor.tenant_id, actor.account_id, debt_id)
        return await views.wallet(ctx, actor.tenant_id, actor.account_id)

    return await once(ctx, request, actor.account_id, work)


@post("/api/v1/debts/{debt_id:uuid}/write-off", role=Role.OPERATOR, status_code=204, summary="Ask no more for a debt")
async def write_off(ctx: Context, actor: Actor, debt_id: UUID) -> None:
    await paying.write_off(ctx, actor.tenant_id, debt_id)


@get("/api/v1/payments", role=Role.OPERATOR, summary="Payments, the newest first")
async def list_payments(
    ctx: Context,
    actor: Actor,
    states: States = None,
    search: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Payment]:
    return await views.page(ctx, actor.tenant_id, states=states, search=search, cursor=cursor, limit=limit)


@get("/api/v1/payments/{payment_id:uuid}", role=Role.OPERATOR, summary="One payment with its refunds")
async def one_payment(ctx: Context, actor: Actor, payment_id: UUID) -> PaymentDetail:
    return await views.one(ctx, actor.tenant_id, payment_id)


@post("/api/v1/payments/{payment_id:uuid}/refunds", role=Role.OPERATOR, status_code=202, summary="Give money back")
async def refund(
    ctx: Context, actor: Actor, request: AnyRequest, payment_id: UUID, data: RefundNew, idempotency_key: Key = None
) -> Response[Any]:
    """Never more than was captured. To a card it takes a moment: the refund's state says when it is done."""

    async def work() -> PaymentDetail:
        await refunds.refund(
            ctx, actor.tenant_id, payment_id, data.amount, data.reason, data.to, made_by=actor.account_id
        )
        return await views.one(ctx, actor.tenant_id, payment_id)

    return await once(ctx, request, actor.account_id, work)


@post("/api/v1/people/{account_id:uuid}/credit", role=Role.OPERATOR, status_code=202, summary="Give promotional credit")
async def give_credit(
    ctx: Context, actor: Actor, request: AnyRequest, account_id: UUID, data: PromoCredit, idempotency_key: Key = None
) -> Response[Any]:
    async def work() -> Wallet:
        await paying.give_credit(ctx, actor.tenant_id, account_id, data.amount, data.note)
        return await views.wallet(ctx, actor.tenant_id, account_id)

    return await once(ctx, request, actor.account_id, work)


@get("/api/v1/payment-settings", role=Role.ADMIN, summary="How the operator is paid; secrets are never shown")
async def read_settings(ctx: Context, actor: Actor) -> PaymentSettings:
    return await choosing.shown(ctx, actor.tenant_id)


@put("/api/v1/payment-settings", role=Role.ADMIN, summary="Choose the payment provider, its keys and the policies")
async def change_settings(ctx: Context, actor: Actor, data: PaymentSettingsChange) -> PaymentSettings:
    return await choosing.change(ctx, actor.tenant_id, data)


@post(
    "/api/v1/payment-reports/{provider:str}/{tenant_id:uuid}",
    public=True,
    status_code=204,
    summary="For payment providers: what they report, signed",
)
async def report(ctx: Context, request: AnyRequest, provider: str, tenant_id: UUID) -> None:
    await reports.receive(ctx, tenant_id, provider, await request.body(), request.headers)


routes = [
    wallet,
    wallet_entries,
    top_up,
    list_cards,
    begin_card,
    prefer_card,
    forget_card,
    list_debts,
    settle_debt,
    write_off,
    list_payments,
    one_payment,
    refund,
    give_credit,
    read_settings,
    change_settings,
    report,
]
