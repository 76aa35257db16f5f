"""The books over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from backend.books import provider, service
from backend.context import Context
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import Role
from shared.base import Page
from shared.books import DebtSums, PaymentRow, ProviderDay, ReconcileDay, ReconciledDay, Settlement

Search = Annotated[str | None, Parameter(max_length=100, description="Receipt, person, card, station or place")]
States = Annotated[str | None, Parameter(query="state", max_length=100, description="Several with commas")]
Period = Annotated[str, Parameter(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="A month, such as 2026-10")]


@get("/api/v1/books/payments", role=Role.OPERATOR, summary="Payments with bill and debt, newest first")
async def payments(
    actor: Actor,
    states: States = None,
    search: Search = None,
    in_debt: bool = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PaymentRow]:
    """`in_debt`: only those of which something is still owed."""
    words = [word.strip() for word in (states or "").split(",") if word.strip()]
    return await service.payments(
        actor.tenant_id, states=words or None, search=search, in_debt=in_debt, cursor=cursor, limit=limit
    )


@get("/api/v1/books/debts", role=Role.OPERATOR, summary="All that is owed, by currency")
async def debts(actor: Actor) -> DebtSums:
    return await service.debts(actor.tenant_id)


@get("/api/v1/books/settlement", role=Role.OPERATOR, summary="What each location earned in a month")
async def settlement(ctx: Context, actor: Actor, period: Period) -> Settlement:
    return await service.settlement(ctx, actor.tenant_id, period)


@get("/api/v1/books/reconciliation", role=Role.OPERATOR, summary="Days: billed, taken, and every difference")
async def reconciliation(
    actor: Actor, only_differences: bool = False, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[ReconciledDay]:
    """Each night the last seven days are checked anew."""
    return await service.days(actor.tenant_id, only_differences=only_differences, cursor=cursor, limit=limit)


@post("/api/v1/books/reconciliation", role=Role.OPERATOR, status_code=200, summary="Check a day now")
async def reconcile(ctx: Context, actor: Actor, data: ReconcileDay) -> Page[ReconciledDay]:
    return Page(items=await service.reconcile(ctx, actor.tenant_id, data.day))


@get("/api/v1/books/provider-days", role=Role.OPERATOR, summary="The payment provider's own list against the ledger")
async def provider_days(
    actor: Actor, only_differences: bool = False, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[ProviderDay]:
    """Each night the last seven days are read anew: charges, refunds, disputes, fees; each difference with what to
    do."""
    return await provider.days(actor.tenant_id, only_differences=only_differences, cursor=cursor, limit=limit)


@post("/api/v1/books/provider-days", role=Role.OPERATOR, status_code=200, summary="Read the provider's list now")
async def check_provider(ctx: Context, actor: Actor) -> Page[ProviderDay]:
    await provider.check(ctx, actor.tenant_id)
    return await provider.days(actor.tenant_id)


routes = [provider_days, check_provider, payments, debts, settlement, reconciliation, reconcile]
