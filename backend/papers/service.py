"""Papers are written once, beside the fact they tell of, and drawn whenever somebody wants to see them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from backend import jobs
from backend.context import Context, Unit
from backend.errors import InvalidInput, NotFound
from backend.events import CdrIssued, Event
from backend.mail import rules as mail_rules
from backend.mail import service as mail
from backend.meters import service as meters
from backend.papers import issuing, letters, pdf, rules, store
from backend.payments import service as payments
from backend.tenants import service as tenants
from backend.transactions import shown, views
from backend.web.guards import Actor
from backend.web.pages import decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.money import Money, Receipt
from shared.papers import InvoiceRunDone, Paid, Paper, PaperKind

Row = store.Row
RECEIPT_SETTLES = timedelta(seconds=45)
"""A receipt is sent when the money was most likely taken, so that it can say so."""
NONE_SUCH = "This paper doesn't exist."


# --- writing -------------------------------------------------------------------------------------------------


async def on_cdr(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: the receipts of sessions that were just billed."""
    bills = await store.bills([event.transaction_id for event in events if isinstance(event, CdrIssued)])
    if not bills:
        return
    await _write_receipts(ctx, bills)
    if mail.configured(ctx):
        issuers = {one: await issuing.issuer(ctx, one) for one in {bill["tenant"] for bill in bills}}
        wanted = [
            {"transaction_id": str(bill["transaction"])}
            for bill in bills
            if issuers[bill["tenant"]].mail_receipts and bill["email"] and bill["total_incl"] > 0
        ]
        await jobs.enqueue_all("papers.mail_receipt", wanted, delay=RECEIPT_SETTLES)


async def _write_receipts(ctx: Context, bills: Sequence[Row]) -> None:
    sellers = {one: await issuing.party(ctx, one) for one in {bill["tenant"] for bill in bills}}
    papers = []
    for bill in bills:
        known = {"number": bill["number"], "issued_at": bill["issued_at"], "seller": sellers[bill["tenant"]]}
        document = _document(PaperKind.RECEIPT, [bill], **known)
        papers.append(_paper(document, bill, cdr=bill["id"], transaction=bill["transaction"]))
    await store.add(papers)


def _document(
    kind: PaperKind, bills: Sequence[Row], time_zone: str = "", corrections: Sequence[Row] = (), **values: Any
) -> rules.Document:
    """Of bills of one person. `time_zone`: where it isn't the one of the only session."""
    first = [*bills, *corrections][0]
    sessions = [rules.charged(shown.receipt(one, None), one["facts"]["time_zone"]) for one in bills]
    sessions += [rules.correction(document_of(one)) for one in corrections]
    return rules.document(
        kind,
        sessions,
        currency=first["currency"],
        buyer=rules.Party(name=first["person"] or "", email=first["email"] or ""),
        time_zone=time_zone if len(sessions) > 1 else sessions[0].time_zone,
        **values,
    )


def _paper(document: rules.Document, bill: Row, **values: Any) -> Row:
    """As it is stored."""
    return {
        "id": uuid4(),
        "tenant": bill["tenant"],
        "kind": str(document.kind),
        "number": document.number,
        "account": bill["account"],
        "period": document.period,
        "currency": document.currency,
        "total_excl": document.total_excl,
        "total_incl": document.total_incl,
        "sessions": len([one for one in document.sessions if not one.corrects]),
        "energy_wh": sum(one.energy_wh for one in document.sessions),
        "document": msgspec.json.encode(document).decode(),
        "issued_at": document.issued_at,
        **values,
    }


async def write_correction(
    ctx: Context, transaction_id: UUID, kind: PaperKind, said: Receipt, reason: str
) -> tuple[UUID, str]:
    """Inside the caller's unit: the paper of a correction, numbered on. `said`: the receipt with its lines, taxes and
    totals replaced by those of the correction. (its id, its number)."""
    bill = await store.bill(transaction_id)
    assert bill is not None  # what is corrected was billed
    zone = bill["facts"]["time_zone"]
    count = await store.next_number(bill["tenant"], str(kind))
    number = rules.number(kind, ctx.now().astimezone(ZoneInfo(zone)).year, count)
    document = rules.document(
        kind,
        [rules.charged(said, zone)],
        number=number,
        currency=bill["currency"],
        seller=await issuing.party(ctx, bill["tenant"]),
        buyer=rules.Party(name=bill["person"] or "", email=bill["email"] or ""),
        time_zone=zone,
        issued_at=ctx.now(),
        corrects=bill["number"],
        reason=reason,
    )
    paper_id = uuid4()
    if not await store.add([_paper(document, bill, id=paper_id, transaction=transaction_id)]):
        raise RuntimeError("the number of a correction was taken")  # it is given back
    who = await issuing.issuer(ctx, bill["tenant"])
    if who.mail_receipts and bill["email"] and mail.configured(ctx):
        await jobs.enqueue("papers.mail_invoice", {"paper_id": str(paper_id)}, dedupe=str(paper_id))
    return paper_id, number


async def receipt_of(ctx: Context, transaction_id: UUID) -> Row:
    """The paper of a session's receipt; written now for a bill from before there were papers.

    Raises NotFound (no_receipt) while there is no bill.
    """
    found = await store.of_transaction(transaction_id)
    if found is None:
        bill = await store.bill(transaction_id)
        if bill is None:
            raise NotFound("The receipt isn't written yet.", code="no_receipt")
        async with ctx.unit():
            await _write_receipts(ctx, [bill])
        found = await store.of_transaction(transaction_id)
        assert found is not None  # written by us, or by somebody who was faster
    return found


async def invoice_month(ctx: Context, tenant_id: UUID, period: str) -> InvoiceRunDone:
    """Write the invoices of a month that is over; those that exist stay. Raises InvalidInput for one that isn't."""
    tenant = await tenants.get(ctx, tenant_id)
    begin, end = rules.month(period, ZoneInfo(tenant.time_zone))
    if end > ctx.now():
        raise InvalidInput("This month isn't over yet.", code="month_not_over", fields=[("$.period", "a past month")])
    made = 0
    customers = await store.customers(tenant_id, begin, end)
    for one in customers:
        made += await _invoice(ctx, tenant_id, one["account"], one["currency"], period, begin, end)
    return InvoiceRunDone(period=period, made=made, there_already=len(customers) - made)


async def _invoice(
    ctx: Context, tenant_id: UUID, account_id: UUID, currency: str, period: str, begin: datetime, end: datetime
) -> bool:
    async with ctx.unit():
        await store.lock(account_id, period)
        if await store.invoiced(tenant_id, account_id, period, currency):
            return False
        bills = await store.bills_of(tenant_id, account_id, currency, begin, end)
        corrections = await store.corrections_of(tenant_id, account_id, currency, begin, end)
        count = await store.next_number(tenant_id, str(PaperKind.INVOICE))
        number = rules.number(PaperKind.INVOICE, int(period[:4]), count)
        document = _document(
            PaperKind.INVOICE,
            bills,
            corrections=corrections,
            time_zone=(await tenants.get(ctx, tenant_id)).time_zone,
            number=number,
            seller=await issuing.party(ctx, tenant_id),
            period=period,
            issued_at=ctx.now(),
        )
        paper_id = uuid4()
        whose = [*bills, *corrections][0]
        if not await store.add([_paper(document, whose, id=paper_id)]):
            raise RuntimeError("an invoice came between")  # its number is given back
        who = await issuing.issuer(ctx, tenant_id)
        says_something = document.total_incl > 0 or corrections
        if who.mail_invoices and says_something and whose["email"] and mail.configured(ctx):
            await jobs.enqueue("papers.mail_invoice", {"paper_id": str(paper_id)}, dedupe=str(paper_id))
    return True


async def monthly(ctx: Context) -> None:
    """Cron: the invoices of the month before, for every operator."""
    for tenant in await store.tenants():
        period = rules.month_before(ctx.now(), ZoneInfo(tenant["time_zone"]))
        await invoice_month(ctx, tenant["id"], period)


# --- looking -------------------------------------------------------------------------------------------------


def paper(row: Row) -> Paper:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=row["currency"])

    return Paper(
        id=str(row["id"]),
        kind=PaperKind(row["kind"]),
        number=row["number"],
        issued_at=row["issued_at"],
        person=row["person"] or "",
        email=row["email"] or "",
        period=row["period"],
        transaction_id=str(row["transaction"]) if row["transaction"] else None,
        sessions=row["sessions"],
        energy_wh=row["energy_wh"],
        total_excl=money(row["total_excl"]),
        total_vat=money(row["total_incl"] - row["total_excl"]),
        total_incl=money(row["total_incl"]),
        mailed=row["mailed"] or "",
    )


async def visible(actor: Actor, paper_id: UUID) -> Row:
    """Raises NotFound, also for somebody else's."""
    row = await store.get(paper_id)
    mine = row is not None and (actor.may(Role.OPERATOR) or row["account"] == actor.account_id)
    if row is None or not mine or row["tenant"] != actor.tenant_id:
        raise NotFound(NONE_SUCH)
    return row


async def page(
    actor: Actor,
    *,
    kinds: list[PaperKind],
    mine: bool = False,
    period: str | None = None,
    search: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Paper]:
    rows = await store.page(
        actor.tenant_id,
        kinds=[str(kind) for kind in kinds],
        account_id=actor.account_id if mine or not actor.may(Role.OPERATOR) else None,
        period=period or None,
        search=(search or "").strip() or None,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of([paper(row) for row in rows[:limit]], [last["issued_at"], last["id"]] if last else None)


# --- drawing and sending -------------------------------------------------------------------------------------


def document_of(row: Row) -> rules.Document:
    return msgspec.convert(row["document"], rules.Document, strict=False)


async def drawn(ctx: Context, row: Row, language: str | None = None) -> tuple[str, bytes]:
    """A paper's file name and PDF."""
    document = document_of(row)
    brand = await tenants.brand(ctx, row["tenant"])
    spoken = rules.language(language, brand.country)
    content = await asyncio.to_thread(pdf.drawn, document, brand, spoken, *(await _about(ctx, row, document)))
    return rules.filename(document), content


CORRECTIONS = (PaperKind.CREDIT_NOTE, PaperKind.SUPPLEMENT)


async def _about(ctx: Context, row: Row, document: rules.Document) -> tuple[Paid | None, pdf.Proof | None]:
    """How far it is paid and what the meter signed: a correction says neither, its receipt does."""
    if document.kind in CORRECTIONS:
        return None, None
    return await paid(ctx, document), await _proof(ctx, row)


async def _proof(ctx: Context, row: Row) -> pdf.Proof | None:
    """What the meter signed in the session of a receipt."""
    signed = await meters.signed(ctx, row["transaction"]) if row["transaction"] else None
    if signed is None:
        return None
    titles = {"Transaction.Begin": "Signed reading at the start", "Transaction.End": "Signed reading at the end"}
    keys = dict.fromkeys(one.public_key for one in signed.values if one.public_key)
    return pdf.Proof(
        state=str(signed.state),
        texts=[(titles.get(one.context, "Signed reading"), one.data) for one in signed.values],
        public_key="\n".join(keys),
    )


async def paid(ctx: Context, document: rules.Document) -> Paid:
    """How far a paper is paid now."""
    entries: dict[UUID, Decimal] = {}
    for one in document.sessions:
        of = UUID(one.transaction_id)
        entries[of] = entries.get(of, Decimal(0)) + one.total
    bills = await views.billed(list(entries))
    parts = []
    for of, here in entries.items():
        info = await payments.info(ctx, of)
        parts.append(rules.part(here, *bills[of], info))
    return rules.paid(document, parts)


async def mail_to(ctx: Context, row: Row, email: str = "", language: str | None = None) -> str:
    """Send a paper; whom it went to. Raises InvalidInput without an address, or while no mail server is set."""
    to = email.strip() or row["email"] or ""
    if not mail_rules.is_address(to):
        raise InvalidInput("Say where to send it.", code="invalid_email", fields=[("$.email", "an e-mail address")])
    if not mail.configured(ctx):
        raise InvalidInput("This operator can't send e-mail yet; download the PDF instead.", code="mail_not_set_up")
    document = document_of(row)
    brand = await tenants.brand(ctx, row["tenant"])
    name, content = await drawn(ctx, row, language)
    letter = letters.letter(document, brand, rules.language(language, brand.country))
    async with ctx.unit():
        mail_id = await mail.send(
            ctx,
            to,
            letter.subject,
            letter.text,
            letter.html,
            [mail.Attachment(name, "application/pdf", content)],
            tenant_id=row["tenant"],
            sender_name=document.seller.name,
            reply_to=document.seller.email,
        )
        await store.set_mail(row["id"], mail_id)
    return to


async def get(paper_id: UUID) -> Row | None:
    return await store.get(paper_id)


async def mail_receipt(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. A receipt that was sent already isn't sent again."""
    row = await receipt_of(ctx, UUID(payload["transaction_id"]))
    if not row["mailed"]:
        await mail_to(ctx, row)


async def mail_invoice(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, as `mail_receipt`."""
    row = await store.get(UUID(payload["paper_id"]))
    if row is not None and not row["mailed"]:
        await mail_to(ctx, row)
