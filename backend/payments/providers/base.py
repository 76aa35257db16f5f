"""What Wattline wants of a payment provider. Every operation carries a key: done twice, it happens once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from backend.jobs import TryAgain


class Declined(Exception):
    """The provider says no, for good: another try with the same card gives the same answer. Text for people."""


class Unavailable(TryAgain):
    """The provider can't be reached or is in trouble: try again later."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """reference: the provider's name for it; method: for people, such as `Visa •••• 4242`."""

    reference: str
    method: str


class SavedCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card that the provider keeps. expires: `2030-04`, empty where it isn't told."""

    reference: str
    label: str
    expires: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells by itself, with a signature that was right."""

    id: str
    kind: str
    happened_at: datetime
    subject: dict[str, Any]


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the provider's own list: money that came to us (above zero) or left. `fee` is what it keeps of it.

    kind: charge, refund, dispute, fee, payout, other. payment: what a hold's reference is, empty where there is none.
    """

    id: str
    kind: str
    amount: Decimal
    fee: Decimal
    currency: str
    payment: str
    at: datetime
    about: str = ""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """A refund in the provider's own list. key: the one it was asked for with, empty for one that others made.

    alive: False where it failed or was called off; that never changes back.
    """

    reference: str
    key: str
    amount: Decimal
    alive: bool


class PaymentProvider(Protocol):
    """Amounts are exact, in the currency given. Raises Declined or Unavailable.

    `customer`: the provider's word for who pays; `card`: the reference of a saved card, None: the customer's own way.
    """

    needs_card: bool
    """Whether nothing can be held before a card is saved."""

    def smallest(self, currency: str) -> Decimal:
        """The step of what it can move: of an amount between two, it takes or gives the lower and holds the higher."""

    async def hold(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        """Reserve an amount on the customer's card."""

    async def capture(self, *, key: str, reference: str, amount: Decimal, currency: str) -> None:
        """Take up to the held amount; the rest is released."""

    async def release(self, *, key: str, reference: str) -> None:
        """Give the whole hold back. A hold that is gone already is no error."""

    async def charge(self, *, key: str, customer: str, amount: Decimal, currency: str, card: str | None = None) -> Hold:
        """Take an amount at once, without the cardholder."""

    async def refund(self, *, key: str, reference: str, amount: Decimal, currency: str) -> str:
        """Give back of what was captured; the provider's name for it."""

    async def refunds(self, *, reference: str, currency: str) -> Sequence[Returned]:
        """What was given back of a payment, or was to be, whoever asked for it; as it is now."""

    async def customer(self, *, key: str, email: str, name: str) -> str:
        """The provider's word for a person."""

    async def begin_card(self, *, key: str, customer: str, back_to: str, away_to: str = "") -> str:
        """The address of the provider's page where a card is entered; empty: a card is saved already.

        away_to: where it leads who enters none, if not `back_to`.
        """

    async def cards(self, *, customer: str) -> Sequence[SavedCard]:
        """What is saved."""

    async def forget_card(self, *, customer: str, card: str) -> None:
        """One that is gone already is no error."""

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """The provider's own list of a time, in its order. None: it keeps none."""

    def report(self, *, body: bytes, headers: Mapping[str, str]) -> Report:
        """Read what the provider tells by itself. Raises ValueError where the signature is wrong."""
