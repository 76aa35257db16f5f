"""The life of a payment. Pure."""

from decimal import Decimal

import msgspec

PENDING, HELD, CAPTURING, CAPTURED, RELEASING, RELEASED, FAILED = (
    "pending",
    "held",
    "capturing",
    "captured",
    "releasing",
    "released",
    "failed",
)
NEXT: dict[str, frozenset[str]] = {
    PENDING: frozenset({HELD, FAILED}),
    HELD: frozenset({CAPTURING, RELEASING}),
    CAPTURING: frozenset({CAPTURED, FAILED}),
    RELEASING: frozenset({RELEASED, FAILED}),
    CAPTURED: frozenset(),
    RELEASED: frozenset(),
    # A failed capture or release may be tried again.
    FAILED: frozenset({CAPTURING, RELEASING}),
}


def may_become(state: str, wanted: str) -> bool:
    return wanted in NEXT[state]


class Split(msgspec.Struct, frozen=True):
    """What is taken from the hold, and what stays owed."""

    capture: Decimal
    owed: Decimal


def split(due: Decimal, held: Decimal) -> Split:
    """Never more than was held is captured; the rest is a debt that an operator sees."""
    return Split(min(due, held), max(due - held, Decimal(0)))
