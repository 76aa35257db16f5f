"""Corrections of bills: the original is never changed, what is right stands beside it with a number of its own."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.cdrs import rules, store
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import BillCorrected
from backend.papers import service as papers
from backend.payments import correcting
from backend.transactions import shown, views
from backend.web.guards import Actor
from shared.cdrs import Correction, CorrectionNew
from shared.money import Money, Receipt, ReceiptLine, TaxLine
from shared.papers import PaperKind
from shared.payments import RefundTarget

Row = store.Row
LABELS = {PaperKind.CREDIT_NOTE: "Correction", PaperKind.SUPPLEMENT: "Correction"}


async def correct(ctx: Context, actor: Actor, transaction_id: UUID, new: CorrectionNew) -> Correction:
    """Credit a part of a bill, or all that is left of it. Raises NotFound (no_receipt while there is no bill),
    InvalidInput for an impossible amount, Conflict (payment_under_way, no_wallet)."""
    await views.one(ctx, actor, transaction_id)
    correction_id = await credit(ctx, transaction_id, new.amount, new.reason, new.to, actor.account_id)
    row = await store.correction(correction_id)
    assert row is not None
    return correction(row)


async def credit(
    ctx: Context,
    transaction_id: UUID,
    amount: Decimal | None,
    reason: str,
    to: RefundTarget,
    made_by: UUID | None,
    energy_wh: int | None = None,
) -> UUID:
    """`amount` None: all that is left. energy_wh: what the session is billed by from now on, if not as before."""
    async with ctx.unit() as unit:
        bill, known = await _bill(transaction_id)
        left = rules.left(bill["total_incl"], (one["total_incl"] for one in known))
        wanted = left if amount is None else amount
        if why := rules.why_not(wanted, left, bill["currency"]):
            raise InvalidInput(why, fields=[("$.amount", why)])
        receipt = shown.receipt(bill, None)
        whole = not known and wanted == bill["total_incl"]
        if whole:
            taxes, lines = rules.turned_taxes(receipt.taxes), rules.turned(receipt.lines)
        else:
            taxes = rules.shares(receipt.taxes, -wanted, bill["currency"])
            lines = rules.lines_of(taxes, LABELS[PaperKind.CREDIT_NOTE])
        rounding = -receipt.rounding if whole else Decimal(0)
        correction_id, paper_id = await _write(
            ctx, bill, PaperKind.CREDIT_NOTE, _said(receipt, lines, taxes, rounding, energy_wh), reason, made_by
        )
        back = await correcting.credit(ctx, transaction_id, wanted, to, reason, made_by)
        await store.note_refund(correction_id, back)
        unit.emit(
            BillCorrected(tenant_id=bill["tenant"], at=ctx.now(), paper_id=paper_id, transaction_id=transaction_id)
        )
    return correction_id


async def credit_unused(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: a reservation was billed as not used, and its driver came after all. Credited already: nothing happens."""
    transaction_id = UUID(payload["transaction_id"])
    bill, known = await _bill(transaction_id)
    if rules.left(bill["total_incl"], (one["total_incl"] for one in known)) > 0:
        why = "You came after all: the charger told of it late. The reservation is part of your session's bill."
        await credit(ctx, transaction_id, None, why, RefundTarget.CARD, None)


async def supplement(
    ctx: Context,
    transaction_id: UUID,
    amount: Decimal,
    reason: str,
    made_by: UUID | None,
    energy_wh: int | None = None,
) -> UUID:
    """So much more is to pay. energy_wh: as for `credit`."""
    async with ctx.unit() as unit:
        bill, _ = await _bill(transaction_id)
        receipt = shown.receipt(bill, None)
        taxes = rules.shares(receipt.taxes, amount, bill["currency"])
        said = _said(receipt, rules.lines_of(taxes, LABELS[PaperKind.SUPPLEMENT]), taxes, Decimal(0), energy_wh)
        correction_id, paper_id = await _write(ctx, bill, PaperKind.SUPPLEMENT, said, reason, made_by)
        await correcting.charge_more(ctx, transaction_id, amount, reason)
        unit.emit(
            BillCorrected(tenant_id=bill["tenant"], at=ctx.now(), paper_id=paper_id, transaction_id=transaction_id)
        )
    return correction_id


async def _bill(transaction_id: UUID) -> tuple[Row, list[Row]]:
    """Locked, with its corrections so far: two at once can't credit the same amount."""
    bill = await store.bill(transaction_id, lock=True)
    if bill is None:
        raise NotFound("There is no bill of this session yet.", code="no_receipt")
    return bill, await store.corrections(transaction_id)


def _said(
    receipt: Receipt, lines: list[ReceiptLine], taxes: list[TaxLine], rounding: Decimal, energy_wh: int | None
) -> Receipt:
    net, gross = rules.totals(taxes)
    if energy_wh is not None:
        register = receipt.meter_start_wh + energy_wh
        receipt = msgspec.structs.replace(receipt, energy_wh=energy_wh, meter_stop_wh=register, estimated=False)

    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=receipt.total_incl.currency)

    return msgspec.structs.replace(
        receipt,
        lines=lines,
        taxes=taxes,
        rounding=rounding,
        total_excl=money(net),
        total_vat=money(gross - net),
        total_incl=money(gross),
        target=None,
    )


async def _write(
    ctx: Context, bill: Row, kind: PaperKind, said: Receipt, reason: str, made_by: UUID | None
) -> tuple[UUID, UUID]:
    """(the correction, its paper)."""
    if said.total_incl.amount == 0:
        raise Conflict("There is nothing to correct: the amounts are the same.", code="nothing_to_correct")
    paper_id, number = await papers.write_correction(ctx, bill["transaction"], kind, said, reason)
    correction_id = uuid4()
    await store.insert(
        "correction",
        {
            "id": correction_id,
            "tenant": bill["tenant"],
            "cdr": bill["id"],
            "transaction": bill["transaction"],
            "paper": paper_id,
            "kind": str(kind),
            "number": number,
            "currency": bill["currency"],
            "lines": msgspec.to_builtins(said.lines),
            "total_excl": said.total_excl.amount,
            "total_incl": said.total_incl.amount,
            "reason": reason,
            "made_by": made_by,
            "issued_at": ctx.now(),
        },
    )
    return correction_id, paper_id


async def of_bill(transaction_id: UUID) -> list[Correction]:
    """The oldest first."""
    return [correction(row) for row in await store.corrections(transaction_id)]


def correction(row: Row) -> Correction:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=row["currency"])

    return Correction(
        id=str(row["id"]),
        kind=row["kind"],
        number=row["number"],
        corrects=row["corrects"],
        transaction_id=str(row["transaction"]),
        paper_id=str(row["paper"]),
        reason=row["reason"],
        lines=msgspec.convert(row["lines"], list[ReceiptLine], strict=False),
        total_excl=money(row["total_excl"]),
        total_incl=money(row["total_incl"]),
        refunded=money(row["refunded"]),
        made_by=row["maker"],
        issued_at=row["issued_at"],
    )
