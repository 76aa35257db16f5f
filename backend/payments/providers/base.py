"""What Wattline wants of a payment provider. Every operation carries a key: done twice, it happens once."""

from decimal import Decimal
from typing import Protocol

import msgspec


class Declined(Exception):
    """The provider says no, for good: another try with the same card gives the same answer. Text for people."""


class Unavailable(Exception):
    """The provider can't be reached or is in trouble: try again later."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """reference: the provider's name for it; method: for people, such as `Visa •••• 4242`."""

    reference: str
    method: str


class PaymentProvider(Protocol):
    """Amounts are exact, in the currency given. Raises Declined or Unavailable."""

    async def hold(self, *, key: str, customer: str, amount: Decimal, currency: str) -> Hold:
        """Reserve an amount on the customer's card."""

    async def capture(self, *, key: str, reference: str, amount: Decimal, currency: str) -> None:
        """Take up to the held amount; the rest is released."""

    async def release(self, *, key: str, reference: str) -> None:
        """Give the whole hold back. A hold that is gone already is no error."""
