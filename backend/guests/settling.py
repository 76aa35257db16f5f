"""A guest and the money: a card that wasn't entered yet, and a bill that its card didn't pay."""

from decimal import Decimal
from uuid import UUID

from backend.context import Context, Unit
from backend.errors import NotFound
from backend.events import Event, PaymentChanged
from backend.guests import rules, service, store
from backend.guests.words import LETTER, GuestVoice
from backend.mail import service as mail
from backend.payments import cards, owing
from backend.payments import rules as payment_rules
from backend.tenants import service as tenants
from backend.transactions import views


async def enter_card(ctx: Context, token: str) -> str:
    """The provider's page once more, for who came back from it without a card; empty: none is waited for.

    Raises NotFound, PaymentRefused.
    """
    row = await service.visit_row(ctx, token)
    if not row["payer"]:
        return ""
    page = f"{ctx.settings.app_url}/visit/{token}"
    return await cards.begin_again(ctx, row["tenant"], row["payer"], f"{page}/paid", page)


async def pay(ctx: Context, token: str, payer: str) -> str:
    """Pay what is owed: the provider's page where a card is entered first, or empty: it is done. payer: in place of a
    card where there is no such page.

    Raises NotFound, Conflict, PaymentRefused.
    """
    row = await service.visit_row(ctx, token)
    payment = await owing.payment_of(row["id"])
    if payment is None:
        return ""
    if not await cards.hosted(ctx, row["tenant"], provider=payment["provider"]):
        await owing.pay(ctx, row["id"], await _billed(row["id"]), payer)
        return ""
    page = f"{ctx.settings.app_url}/visit/{token}"
    known, provider = payment["payer"], payment["provider"]
    url = await cards.begin_again(ctx, row["tenant"], known, f"{page}/settled", page, provider=provider)
    await store.change(row["id"], {"payer": known})
    return url


async def settled(ctx: Context, token: str) -> None:
    """Back from the provider's page: the card is asked once. Raises NotFound, Conflict, PaymentRefused."""
    row = await service.visit_row(ctx, token)
    if await store.take_payer(row["id"]):
        await owing.pay(ctx, row["id"], await _billed(row["id"]))


async def _billed(transaction_id: UUID) -> Decimal:
    found = await views.billed([transaction_id])
    if transaction_id not in found:
        raise NotFound("The receipt isn't written yet.", code="no_receipt")
    return found[transaction_id][0]


async def on_payment(ctx: Context, unit: Unit, event: Event) -> None:
    """Handler: who left an e-mail hears of each try that the card didn't pay. Before the session nothing is owed."""
    assert isinstance(event, PaymentChanged)
    if event.state != payment_rules.FAILED or not mail.configured(ctx):
        return
    row = await store.get(event.transaction_id)
    if row is None or not row["email"] or not await owing.tried(event.transaction_id):
        return
    receipt = await views.guest_receipt(ctx, row["id"])
    if receipt is None:
        return
    tenant = await tenants.get(ctx, row["tenant"])
    voice = GuestVoice(row["language"], tenant.time_zone)
    link = f"{ctx.settings.app_url}/visit/{rules.visit_token(ctx.settings.secret, row['id'])}"
    owed = voice.amount(receipt.owed, receipt.total_incl.currency)
    text = voice(LETTER, amount=owed, link=link, operator=tenant.name)
    await mail.send(ctx, row["email"], voice("Your payment failed"), text, tenant_id=row["tenant"])
