"""A provider without money, for demo and tests: it keeps its books in its references and declines like a real one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from backend.payments.providers.base import Declined, Hold, Movement, Report, Returned, SavedCard, Unavailable
from shared.money import MINOR_UNITS

LIMIT = Decimal(500)
DECLINED_CUSTOMER = "declined@"
UNAVAILABLE_CUSTOMER = "unavailable@"
METHOD = "Demo card •••• 4242"


class DemoProvider:
    """A hold's reference says what was held: `demo:<amount>:<currency>:<key>`.

    Customers whose e-mail begins with `declined@` are refused, those with `unavailable@` meet a provider in trouble.
    """

    needs_card = False

    def smallest(self, currency: str) -> Decimal:
        return Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2))

    async def hold(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        if customer.startswith(UNAVAILABLE_CUSTOMER):
            raise Unavailable("The demo provider is in trouble.")
        if customer.startswith(DECLINED_CUSTOMER):
            raise Declined("The card was declined. Please use another one.")
        if not 0 < amount <= LIMIT:
            raise Declined(f"The demo card reserves up to {LIMIT} {currency}.")
        return Hold(reference=f"demo:{amount}:{currency}:{key}", method=METHOD)

    async def capture(self, *, key: str, reference: str, amount: Decimal, currency: str) -> None:
        held, held_currency = _held(reference)
        if currency != held_currency:
            raise Declined(f"The hold is in {held_currency}, not {currency}.")
        if amount > held:
            raise Declined(f"Only {held} {currency} are held.")

    async def release(self, *, key: str, reference: str) -> None:
        _held(reference)

    async def charge(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        return await self.hold(key=key, customer=customer, amount=amount, currency=currency)

    async def refund(self, *, key: str, reference: str, amount: Decimal, currency: str) -> str:
        await self.capture(key=key, reference=reference, amount=amount, currency=currency)
        return f"demo-refund:{key}"

    async def refunds(self, *, reference: str, currency: str) -> Sequence[Returned]:
        return ()

    async def customer(self, *, key: str, email: str, name: str) -> str:
        return email

    async def begin_card(self, *, key: str, customer: str, back_to: str, away_to: str = "") -> str:
        return ""

    async def cards(self, *, customer: str) -> Sequence[SavedCard]:
        return (SavedCard(reference="demo-card", label=METHOD, expires="2030-12"),)

    async def forget_card(self, *, customer: str, card: str) -> None:
        return None

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        return None

    def report(self, *, body: bytes, headers: Mapping[str, str]) -> Report:
        raise ValueError("The demo provider reports nothing.")


def _held(reference: str) -> tuple[Decimal, str]:
    kind, amount, currency, _key = reference.split(":", 3)
    if kind != "demo":
        raise Declined("This hold is not one of the demo provider.")
    return Decimal(amount), currency
