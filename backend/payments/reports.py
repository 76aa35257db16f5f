"""What a provider tells by itself (webhooks): signed, kept once, acted upon by a job, in whatever order it comes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from backend import jobs
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.payments import cards, choosing, ledger, ledger_store, returned, rules, store
from backend.payments.paying import TOPUP
from backend.payments.providers import NAMES
from backend.payments.providers.stripe import from_minor

Row = store.Row


async def receive(ctx: Context, tenant_id: UUID, name: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Raises NotFound for an unknown provider, InvalidInput (code bad_signature) for what it didn't say."""
    if name not in NAMES:
        raise NotFound("This provider is unknown.")
    terms = await choosing.terms(ctx, tenant_id, provider=name)
    try:
        told = terms.provider.report(body=body, headers=headers)
    except ValueError:
        raise InvalidInput("The signature is not right.", code="bad_signature") from None
    event_id = uuid4()
    async with ctx.unit():
        values = {
            "id": event_id,
            "tenant": tenant_id,
            "provider": name,
            "event": told.id[:200],
            "kind": told.kind[:80],
            "payload": told.subject,
            "happened_at": told.happened_at,
            "received_at": ctx.now(),
        }
        if await store.insert("provider_event", values, once="tenant, provider, event"):
            await jobs.enqueue("payments.report", {"event_id": str(event_id)}, dedupe=str(event_id))


async def handle(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. What is told says how things are, not how they change: in any order and twice it comes to the same."""
    event_id = UUID(payload["event_id"])
    event = await store.provider_event(event_id)
    if event is None or event["handled_at"] is not None:
        return
    kind, subject = event["kind"], event["payload"]
    if kind in ("checkout.session.completed", "payment_method.attached", "setup_intent.succeeded"):
        await _card_saved(ctx, event, str(subject.get("customer") or ""))
    if kind == "charge.refunded" or kind.startswith(("refund.", "charge.refund.")):
        await _refunds(ctx, event)
    async with ctx.unit():
        reference = subject.get("id") if kind.startswith("payment_intent.") else subject.get("payment_intent")
        if reference:
            found = await store.by_reference(event["tenant"], str(reference))
            row = await store.by_id(found["id"], lock=True) if found else None
            if row is not None:
                await _about(ctx, row, kind, subject)
        await store.event_handled(event_id, ctx.now())


async def _card_saved(ctx: Context, event: Row, customer: str) -> None:
    account_id = await store.account_of(event["tenant"], event["provider"], customer)
    if account_id is not None:
        await cards.sync(ctx, event["tenant"], account_id)


async def _refunds(ctx: Context, event: Row) -> None:
    """What is told of one refund may be old by now: the provider is asked how they all are."""
    subject = event["payload"]
    found = await store.by_reference(event["tenant"], str(subject.get("payment_intent") or ""))
    if found is None and (refund := await store.refund_by_reference(event["tenant"], str(subject.get("id") or ""))):
        found = await store.by_id(refund["payment"])
    if found is not None and found["reference"]:
        await returned.look(ctx, found)


async def _about(ctx: Context, row: Row, kind: str, subject: dict[str, Any]) -> None:
    if kind == "payment_intent.canceled" and row["state"] == rules.HELD:
        # The hold ran out before the bill: what the wallet has reserved stays, the card is asked anew.
        values = {"state": rules.RELEASED, "failure": "The hold on the card ran out."}
        await store.change(row["id"], ctx.now(), values)
    elif kind.startswith("charge.dispute."):
        told = str(subject.get("status") or "needs_response")
        await store.change(row["id"], ctx.now(), {"dispute": rules.dispute_after(row["dispute"], told)})
        if kind in ("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"):
            await _dispute_money(ctx, row, subject, back=kind.endswith("reinstated"))


async def _dispute_money(ctx: Context, row: Row, subject: dict[str, Any], *, back: bool) -> None:
    """The provider took the disputed amount away, or gave it back: each once, whatever is told twice, or first."""
    amount = from_minor(int(subject.get("amount") or 0), row["currency"])
    out_key, back_key = (f"dispute-{subject.get('id')}-{way}" for way in ("out", "back"))
    out: list[ledger.Part] = await ledger_store.parts_of(row["tenant"], out_key)
    if back:
        parts = [(of, owner, -part) for of, owner, part in out] or _between(amount)
    elif await ledger_store.parts_of(row["tenant"], back_key):
        parts = _between(-amount)  # it was given back already, as earned
    else:
        parts = await _taken_from(ctx, row, amount)
    key = back_key if back else out_key
    await ledger.transfer(ctx, row["tenant"], key, "dispute", parts, row["currency"], payment=row["id"])


def _between(earned: Decimal) -> list[ledger.Part]:
    return [("revenue", None, earned), ("provider", None, -earned)]


async def _taken_from(ctx: Context, row: Row, amount: Decimal) -> list[ledger.Part]:
    """Whom it costs. A top-up was never earned: it leaves the wallet, as far as it is there; what was spent of it was
    earned with money that is gone."""
    if row["purpose"] != TOPUP or row["account"] is None:
        return _between(-amount)
    there = await ledger.set_aside(ctx, row["tenant"], row["account"], amount, row["currency"])
    return [("wallet", row["account"], -there), ("revenue", None, there - amount), ("provider", None, amount)]
