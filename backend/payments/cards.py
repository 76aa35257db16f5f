"""Cards that people save at the payment provider. What is known there is the truth; here stands what it is called."""

from uuid import UUID, uuid4

from backend.context import Context
from backend.errors import NotFound, PaymentRefused
from backend.payments import choosing, store
from backend.payments.providers.base import Declined, Unavailable
from shared.payments import Card, CardBegin

OFFLINE = "The payment service doesn't answer; please try again in a minute."


async def customer(ctx: Context, terms: choosing.Terms, tenant_id: UUID, account_id: UUID) -> str:
    """The provider's word for a person; made there when it is asked for first."""
    known = await store.customer(account_id, terms.name)
    if known is not None:
        return known
    person = await store.person(account_id)
    made = await terms.provider.customer(key=f"{account_id}-customer", email=person["email"], name=person["name"])
    values = {
        "id": uuid4(),
        "tenant": tenant_id,
        "account": account_id,
        "provider": terms.name,
        "reference": made,
        "created_at": ctx.now(),
    }
    await store.insert("payment_customer", values, once="account, provider")
    return await store.customer(account_id, terms.name) or made


async def begin(ctx: Context, tenant_id: UUID, account_id: UUID) -> CardBegin:
    """Where to enter a card: on the provider's own page. Raises PaymentRefused."""
    terms = await choosing.terms(ctx, tenant_id)
    try:
        known = await customer(ctx, terms, tenant_id, account_id)
        back_to = f"{ctx.settings.app_url}/wallet"
        url = await terms.provider.begin_card(key=f"{uuid4()}-card", customer=known, back_to=back_to)
        if not url:
            await sync(ctx, tenant_id, account_id)
    except Declined as declined:
        raise PaymentRefused(str(declined), code="payment_declined") from None
    except Unavailable:
        raise PaymentRefused(OFFLINE, code="payment_unavailable") from None
    return CardBegin(url=url)


async def sync(ctx: Context, tenant_id: UUID, account_id: UUID) -> None:
    """Take over what the provider has. Raises Declined, Unavailable."""
    terms = await choosing.terms(ctx, tenant_id)
    known = await store.customer(account_id, terms.name)
    if known is None:
        return
    found = await terms.provider.cards(customer=known)
    async with ctx.unit():
        await store.keep_cards(account_id, terms.name, [one.reference for one in found])
        for one in found:
            values = {
                "id": uuid4(),
                "tenant": tenant_id,
                "account": account_id,
                "provider": terms.name,
                "reference": one.reference,
                "label": one.label[:60],
                "expires": one.expires,
                "created_at": ctx.now(),
            }
            await store.insert("payment_method", values, once="account, provider, reference")


async def listed(ctx: Context, tenant_id: UUID, account_id: UUID, *, fresh: bool = False) -> list[Card]:
    """fresh: the provider is asked first; where it doesn't answer, what is known is shown."""
    terms = await choosing.terms(ctx, tenant_id)
    if fresh:
        try:
            await sync(ctx, tenant_id, account_id)
        except (Declined, Unavailable):
            raise PaymentRefused(OFFLINE, code="payment_unavailable") from None
    rows = await store.cards(account_id, terms.name)
    return [
        Card(id=str(row["id"]), label=row["label"], expires=row["expires"], preferred=number == 0)
        for number, row in enumerate(rows)
    ]


async def _own(ctx: Context, tenant_id: UUID, account_id: UUID, card_id: UUID) -> store.Row:
    terms = await choosing.terms(ctx, tenant_id)
    for row in await store.cards(account_id, terms.name):
        if row["id"] == card_id:
            return row
    raise NotFound("This card doesn't exist.")


async def prefer(ctx: Context, tenant_id: UUID, account_id: UUID, card_id: UUID) -> None:
    """Pay with this one from now on. Raises NotFound."""
    await _own(ctx, tenant_id, account_id, card_id)
    await store.prefer_card(account_id, card_id)


async def forget(ctx: Context, tenant_id: UUID, account_id: UUID, card_id: UUID) -> None:
    """Raises NotFound, PaymentRefused."""
    row = await _own(ctx, tenant_id, account_id, card_id)
    terms = await choosing.terms(ctx, tenant_id)
    try:
        known = await customer(ctx, terms, tenant_id, account_id)
        await terms.provider.forget_card(customer=known, card=row["reference"])
    except Declined as declined:
        raise PaymentRefused(str(declined), code="payment_declined") from None
    except Unavailable:
        raise PaymentRefused(OFFLINE, code="payment_unavailable") from None
    await store.remove_card(card_id)


async def hosted(ctx: Context, tenant_id: UUID, *, provider: str | None = None) -> bool:
    """Whether guests enter a card on the provider's own page."""
    return (await choosing.terms(ctx, tenant_id, provider=provider)).provider.needs_card


async def begin_guest(
    ctx: Context, tenant_id: UUID, visit_id: UUID, email: str, back_to: str, away_to: str
) -> tuple[str, str]:
    """(the provider's word for a guest, where the card is entered). away_to: for who enters none.

    Raises PaymentRefused.
    """
    terms = await choosing.terms(ctx, tenant_id)
    try:
        payer = await terms.provider.customer(key=f"{visit_id}-customer", email=email, name="Guest")
        url = await terms.provider.begin_card(key=f"{visit_id}-card", customer=payer, back_to=back_to, away_to=away_to)
    except Declined as declined:
        raise PaymentRefused(str(declined), code="payment_declined") from None
    except Unavailable:
        raise PaymentRefused(OFFLINE, code="payment_unavailable") from None
    return payer, url


async def begin_again(
    ctx: Context, tenant_id: UUID, payer: str, back_to: str, away_to: str, *, provider: str | None = None
) -> str:
    """Where a guest whom the provider knows enters a card, or another one. Raises PaymentRefused."""
    terms = await choosing.terms(ctx, tenant_id, provider=provider)
    try:
        return await terms.provider.begin_card(key=f"{uuid4()}-card", customer=payer, back_to=back_to, away_to=away_to)
    except Declined as declined:
        raise PaymentRefused(str(declined), code="payment_declined") from None
    except Unavailable:
        raise PaymentRefused(OFFLINE, code="payment_unavailable") from None
