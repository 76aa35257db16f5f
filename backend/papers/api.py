"""Papers over HTTP: receipts and invoices as PDF and by e-mail, runs of a month, the issuer."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.papers import issuing, service
from backend.transactions import views
from backend.web.files import attachment
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import Role
from shared.base import Page
from shared.papers import InvoiceRun, InvoiceRunDone, Issuer, IssuerChange, Paper, PaperKind, PaperMail

Language = Annotated[str | None, Parameter(max_length=10, description="de or en; nothing: the operator's country's")]
IdempotencyKey = Annotated[str | None, Parameter(header="Idempotency-Key", description="The same for each repetition")]
PERIOD = Parameter(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="A month, such as 2026-10")


@get(
    "/api/v1/transactions/{transaction_id:uuid}/receipt/pdf",
    media_type="application/pdf",
    summary="The bill of an ended session as PDF",
)
async def receipt_pdf(ctx: Context, actor: Actor, transaction_id: UUID, language: Language = None) -> Response[bytes]:
    await views.one(ctx, actor, transaction_id)
    row = await service.receipt_of(ctx, transaction_id)
    return attachment(*await service.drawn(ctx, row, language))


@post(
    "/api/v1/transactions/{transaction_id:uuid}/receipt/mail",
    status_code=202,
    summary="Send the bill of an ended session by e-mail",
)
async def receipt_mail(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    transaction_id: UUID,
    data: PaperMail,
    idempotency_key: IdempotencyKey = None,
) -> Response[Any]:
    """A driver's goes to the driver's own address only; an operator may name another."""

    async def work() -> Paper:
        await views.one(ctx, actor, transaction_id)
        row = await service.receipt_of(ctx, transaction_id)
        return await _mail(ctx, actor, row, data)

    return await once(ctx, request, actor.account_id, work)


async def _mail(ctx: Context, actor: Actor, row: service.Row, data: PaperMail) -> Paper:
    await service.mail_to(ctx, row, data.email if actor.may(Role.OPERATOR) else "", data.language)
    return service.paper(await service.visible(actor, row["id"]))


@get("/api/v1/invoices", summary="Invoices and credit notes: a driver's own, or an operator's all; newest first")
async def invoices(
    actor: Actor,
    mine: bool = False,
    period: Annotated[str | None, PERIOD] = None,
    search: Annotated[str | None, Parameter(max_length=100)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Paper]:
    return await service.page(
        actor,
        kinds=[PaperKind.INVOICE, PaperKind.CREDIT_NOTE, PaperKind.SUPPLEMENT],
        mine=mine,
        period=period,
        search=search,
        cursor=cursor,
        limit=limit,
    )


@post("/api/v1/invoices", role=Role.OPERATOR, status_code=200, summary="Write the invoices of a past month")
async def run(ctx: Context, actor: Actor, data: InvoiceRun) -> InvoiceRunDone:
    """It happens by itself in the first night of a month; those that exist stay as they are."""
    return await service.invoice_month(ctx, actor.tenant_id, data.period)


@get("/api/v1/invoices/{invoice_id:uuid}", summary="An invoice or credit note")
async def invoice(ctx: Context, actor: Actor, invoice_id: UUID) -> Paper:
    return service.paper(await service.visible(actor, invoice_id))


@get("/api/v1/invoices/{invoice_id:uuid}/pdf", media_type="application/pdf", summary="An invoice as PDF")
async def invoice_pdf(ctx: Context, actor: Actor, invoice_id: UUID, language: Language = None) -> Response[bytes]:
    return attachment(*await service.drawn(ctx, await service.visible(actor, invoice_id), language))


@post("/api/v1/invoices/{invoice_id:uuid}/mail", status_code=202, summary="Send an invoice by e-mail")
async def invoice_mail(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    invoice_id: UUID,
    data: PaperMail,
    idempotency_key: IdempotencyKey = None,
) -> Response[Any]:
    """A driver's goes to the driver's own address only; an operator may name another."""

    async def work() -> Paper:
        return await _mail(ctx, actor, await service.visible(actor, invoice_id), data)

    return await once(ctx, request, actor.account_id, work)


@get("/api/v1/issuer", role=Role.OPERATOR, summary="Who issues receipts and invoices")
async def read_issuer(ctx: Context, actor: Actor) -> Issuer:
    return await issuing.issuer(ctx, actor.tenant_id)


@put("/api/v1/issuer", role=Role.ADMIN, summary="Change who issues receipts and invoices")
async def change_issuer(ctx: Context, actor: Actor, data: IssuerChange) -> Issuer:
    """Counts for what is written from now on."""
    return await issuing.change(ctx, actor.tenant_id, data)


routes = [
    receipt_pdf,
    receipt_mail,
    invoices,
    run,
    invoice,
    invoice_pdf,
    invoice_mail,
    read_issuer,
    change_issuer,
]
