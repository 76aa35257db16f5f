"""What the provider's own list of a payment's refunds means for ours. Pure: the list says how things are, so the order
in which somebody told us to look at it doesn't matter."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.payments.providers.base import Returned

PENDING, DONE, FAILED = "pending", "done", "failed"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A refund of ours to the card. key: what the provider was asked with; reference: its name for it, once known."""

    id: UUID
    key: str
    reference: str
    amount: Decimal
    state: str


class Do(StrEnum):
    DONE = "done"
    """One of ours arrived."""
    FAILED = "failed"
    """One of ours that was on its way did not arrive."""
    CAME_BACK = "came back"
    """One that was done came back."""
    NAME = "name"
    """One that was booked without its name."""
    BOOK = "book"
    """Made at the provider, not by us."""
    NOTE = "note"
    """Made there and failed there: written down without money, so that an older list can't book it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    do: Do
    reference: str
    amount: Decimal
    refund: UUID | None = None


def steps(known: Sequence[Known], told: Sequence[Returned]) -> list[Step]:
    """What is to be done so that ours say what `told` says. A refund that failed stays so: no list undoes it."""
    names = {one.reference: one for one in known if one.reference}
    keys = {one.key: one for one in known if not one.reference and one.state == PENDING}
    nameless = [one for one in known if not one.reference and one.state == DONE]
    found: list[Step] = []
    for one in told:
        ours = names.get(one.reference) or keys.get(one.key)
        if ours is None and one.alive:
            ours = next((old for old in nameless if old.amount == one.amount), None)
            if ours is not None:
                nameless.remove(ours)
        do = _step(ours, one)
        if do is not None:
            refund = ours.id if ours else None
            found.append(Step(do=do, reference=one.reference, amount=one.amount, refund=refund))
    return found


def _step(ours: Known | None, told: Returned) -> Do | None:
    if ours is None:
        return Do.BOOK if told.alive else Do.NOTE
    if ours.state == PENDING:
        return Do.DONE if told.alive else Do.FAILED
    if ours.state == DONE and not told.alive:
        return Do.CAME_BACK
    return Do.NAME if not ours.reference else None


def room(known: Sequence[Known], told: Sequence[Returned]) -> Decimal:
    """How much of what the provider has given back isn't counted by us yet: more is never booked as made there."""
    failed = {one.reference for one in known if one.state == FAILED}
    there = sum((one.amount for one in told if one.alive and one.reference not in failed), Decimal(0))
    seen = {one.reference for one in told} | {one.key for one in told}
    counted = sum(
        (one.amount for one in known if one.state == DONE or (one.state == PENDING and one.key in seen)), Decimal(0)
    )
    return max(there - counted, Decimal(0))
