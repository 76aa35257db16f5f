"""Stripe, through its official SDK. Cards are entered on Stripe's own pages: no number ever comes here.

Tries are the jobs' business: the SDK itself makes none. Every call carries the key of what it is for.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import msgspec
import stripe

from backend.payments.providers.base import Declined, Hold, Movement, Report, Returned, SavedCard, Unavailable
from backend.tariffs.rules import round_money
from shared.money import MINOR_UNITS

TIMEOUT_S = 20
TWO_PLACES = frozenset({"ISK", "UGX"})
"""Without minor units in ISO 4217 and never in parts of a whole, yet counted in hundredths here."""
NO_PLACES = frozenset({"MGA"})
"""With minor units in ISO 4217, yet counted in wholes here."""


def _places(currency: str) -> int:
    if currency in NO_PLACES:
        return 0
    return 2 if currency in TWO_PLACES else MINOR_UNITS.get(currency, 2)


def smallest(currency: str) -> Decimal:
    """The smallest amount that cards can pay: a whole of what has no coins, and of thousandths only tens.
    https://docs.stripe.com/currencies"""
    return Decimal(1).scaleb(0 if currency in NO_PLACES else -min(MINOR_UNITS.get(currency, 2), 2))


def to_minor(amount: Decimal, currency: str, *, up: bool = False) -> int:
    """`12.34` EUR → 1234, as Stripe counts. What cards can't pay exactly is taken a little lower, or higher (`up`).

    Raises ValueError for an amount below the smallest coin of the currency.
    """
    if round_money(amount, currency) != amount:
        raise ValueError(f"{amount} {currency} is finer than the currency's smallest coin")
    step = smallest(currency)
    count = (amount / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
    return int((count * step).scaleb(_places(currency)))


def from_minor(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-_places(currency))


ASKS_THE_HOLDER = "The bank wants to hear from the cardholder. Enter the card anew, or use another one."


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Stripe's errors in our two words."""
    try:
        yield
    except stripe.CardError as error:
        if error.code == "authentication_required":
            raise Declined(ASKS_THE_HOLDER) from error
        raise Declined(error.user_message or "The card was declined. Please use another one.") from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unavailable(f"Stripe can't be reached ({type(error).__name__}).") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Unavailable("Stripe doesn't accept this key: an administrator must enter the right one.") from error
    except stripe.IdempotencyError as error:
        raise Declined("Stripe knows this key for something else.") from error
    except stripe.InvalidRequestError as error:
        raise Declined(error.user_message or str(error)) from error
    except stripe.StripeError as error:
        if error.http_status is not None and 400 <= error.http_status < 500 and error.http_status not in (409, 429):
            raise Declined(error.user_message or str(error)) from error
        raise Unavailable(f"Stripe is in trouble ({type(error).__name__}).") from error


class StripeProvider:
    """One tenant's account at Stripe. `base`: another address of its API, for tests."""

    needs_card = True

    def __init__(self, *, secret_key: str, webhook_secret: str = "", base: str = "") -> None:
        addresses: Any = {"api": base} if base else {}
        self._client = stripe.StripeClient(
            secret_key,
            http_client=stripe.HTTPXClient(timeout=TIMEOUT_S),
            base_addresses=addresses,
            max_network_retries=0,
        )
        self._webhook_secret = webhook_secret

    def smallest(self, currency: str) -> Decimal:
        return smallest(currency)

    async def hold(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        return await self._pay(key, customer, amount, currency, card, "manual")

    async def charge(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        return await self._pay(key, customer, amount, currency, card, "automatic")

    async def _pay(
        self, key: str, customer: str, amount: Decimal, currency: str, card: str | None, capture: Any
    ) -> Hold:
        if not card:
            raise Declined("Add a card first: there is none to pay with.")
        minor = to_minor(amount, currency, up=capture == "manual")
        if not minor:
            return Hold(reference="", method="Card")
        wanted: Any = {
            "amount": minor,
            "currency": currency.lower(),
            "customer": customer,
            "payment_method": card,
            "payment_method_types": ["card"],
            "capture_method": capture,
            "off_session": True,
            "confirm": True,
            "metadata": {"wattline": key},
            "expand": ["payment_method"],
        }
        async with _translated():
            intent = await self._client.v1.payment_intents.create_async(wanted, {"idempotency_key": key})
        if intent.status != ("requires_capture" if capture == "manual" else "succeeded"):
            raise Declined(ASKS_THE_HOLDER)
        return Hold(reference=intent.id, method=_label(_plain(intent).get("payment_method")))

    async def capture(self, *, key: str, reference: str, amount: Decimal, currency: str) -> None:
        minor = to_minor(amount, currency)
        if not minor:
            await self.release(key=key, reference=reference)
            return
        wanted: Any = {"amount_to_capture": minor}
        try:
            async with _translated():
                await self._client.v1.payment_intents.capture_async(reference, wanted, {"idempotency_key": key})
        except Declined:
            if _plain(await self._intent(reference)).get("status") != "succeeded":
                raise

    async def release(self, *, key: str, reference: str) -> None:
        try:
            async with _translated():
                await self._client.v1.payment_intents.cancel_async(reference, {}, {"idempotency_key": key})
        except Declined:
            if _plain(await self._intent(reference)).get("status") != "canceled":
                raise

    async def _intent(self, reference: str) -> Any:
        async with _translated():
            return await self._client.v1.payment_intents.retrieve_async(reference)

    async def refund(self, *, key: str, reference: str, amount: Decimal, currency: str) -> str:
        """Never more than was taken: a part that cards can't pay exactly is rounded as its charge was."""
        minor = to_minor(amount, currency)
        if not minor:
            return ""
        async with _translated():
            refund = await self._client.v1.refunds.create_async(
                {"payment_intent": reference, "amount": minor, "metadata": {"wattline": key}},
                {"idempotency_key": key},
            )
        if refund.status in REFUND_IS_OVER:
            raise Declined("The bank doesn't take the money back to this card.")
        return str(refund.id)

    async def refunds(self, *, reference: str, currency: str) -> Sequence[Returned]:
        """What a capture left of its hold is in Stripe's list too, as a refund that moved nothing: that is none."""
        wanted: Any = {"payment_intent": reference, "limit": 100}
        found: list[Returned] = []
        while True:
            async with _translated():
                page = await self._client.v1.refunds.list_async(wanted)
            told = [_plain(one) for one in page.data]
            found += [_returned(one, currency) for one in told if _moved(one)]
            if not page.has_more or not told:
                return found[::-1]
            wanted = wanted | {"starting_after": told[-1]["id"]}

    async def customer(self, *, key: str, email: str, name: str) -> str:
        async with _translated():
            customer = await self._client.v1.customers.create_async(
                {"email": email, "name": name, "metadata": {"wattline": key}}, {"idempotency_key": key}
            )
        return str(customer.id)

    async def begin_card(self, *, key: str, customer: str, back_to: str, away_to: str = "") -> str:
        wanted: Any = {
            "mode": "setup",
            "customer": customer,
            "payment_method_types": ["card"],
            "success_url": back_to,
            "cancel_url": away_to or back_to,
        }
        async with _translated():
            session = await self._client.v1.checkout.sessions.create_async(wanted, {"idempotency_key": key})
        return str(session.url)

    async def cards(self, *, customer: str) -> Sequence[SavedCard]:
        async with _translated():
            found = await self._client.v1.payment_methods.list_async(
                {"customer": customer, "type": "card", "limit": 50}
            )
        return [_card(_plain(one)) for one in found.data]

    async def forget_card(self, *, customer: str, card: str) -> None:
        async with _translated():
            await self._client.v1.payment_methods.detach_async(card)

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """Stripe's balance transactions: charges, refunds, disputes (adjustments), fees, payouts."""
        wanted: Any = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            "expand": ["data.source"],
        }
        found: list[Movement] = []
        while True:
            async with _translated():
                page = await self._client.v1.balance_transactions.list_async(wanted)
            told = [_plain(one) for one in page.data]
            found += [_movement(one) for one in told]
            if not page.has_more or not told:
                return found[::-1]
            wanted = wanted | {"starting_after": told[-1]["id"]}

    def report(self, *, body: bytes, headers: Mapping[str, str]) -> Report:
        if not self._webhook_secret:
            raise ValueError("No secret is set for Stripe's webhooks.")
        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(
                text, headers.get("stripe-signature", ""), self._webhook_secret, tolerance=300
            )
            told = msgspec.json.decode(body)
            return Report(
                id=str(told["id"]),
                kind=str(told["type"]),
                happened_at=datetime.fromtimestamp(int(told["created"]), UTC),
                subject=dict(told["data"]["object"]),
            )
        except (stripe.SignatureVerificationError, KeyError, TypeError, msgspec.DecodeError) as error:
            raise ValueError(str(error)) from error


def _plain(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = thing.to_dict()
    return found


KINDS = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund",
    "payment_failure_refund": "refund",
    "stripe_fee": "fee",
    "payout": "payout",
}


REFUND_IS_OVER = frozenset({"failed", "canceled"})


def _moved(told: dict[str, Any]) -> bool:
    return told.get("status") != "succeeded" or bool(told.get("balance_transaction"))


def _returned(told: dict[str, Any], currency: str) -> Returned:
    return Returned(
        reference=str(told["id"]),
        key=str((told.get("metadata") or {}).get("wattline") or ""),
        amount=from_minor(int(told["amount"]), currency),
        alive=told.get("status") not in REFUND_IS_OVER,
    )


def _movement(told: dict[str, Any]) -> Movement:
    source = told.get("source")
    of = source if isinstance(source, dict) else {}
    kind = KINDS.get(told["type"], "other")
    if told["type"] == "adjustment" and of.get("object") == "dispute":
        kind = "dispute"
    currency = str(told["currency"]).upper()
    return Movement(
        id=str(told["id"]),
        kind=kind,
        amount=from_minor(int(told["amount"]), currency),
        fee=from_minor(int(told.get("fee") or 0), currency),
        currency=currency,
        payment=str(of.get("payment_intent") or ""),
        at=datetime.fromtimestamp(int(told["created"]), UTC),
        about=str(told.get("description") or ""),
    )


def _card(told: dict[str, Any]) -> SavedCard:
    card = told.get("card") or {}
    year, month = card.get("exp_year"), card.get("exp_month")
    expires = f"{year}-{int(month):02d}" if year and month else ""
    return SavedCard(reference=str(told["id"]), label=_label(told), expires=expires)


def _label(told: Any) -> str:
    card = told.get("card") if isinstance(told, dict) else None
    if not card:
        return "Card"
    return f"{str(card.get('brand', 'card')).title()} •••• {card.get('last4', '')}"
