"""What the payment provider's own list and our ledger have to say to each other. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from shared.books import ProviderDifference

ZERO = Decimal(0)
TEXTS = {
    "charge_unknown": (
        "The provider took money that no payment here knows of.",
        "Look it up at the provider. If it isn't for a session or a top-up, refund it there.",
    ),
    "charge_missing": (
        "We count money as taken that the provider doesn't know of.",
        "Look the payment up at the provider. If nothing was taken there, collect the bill another way.",
    ),
    "charge_differs": (
        "The provider took another amount than we count.",
        "Open the payment. Refund what is too much; what is missing stays a debt.",
    ),
    "refund_unknown": (
        "The provider gave back money that we don't know of.",
        "It was refunded at the provider. Its report takes it over here; if none came, check the webhook.",
    ),
    "refund_missing": (
        "We count a refund that the provider doesn't list.",
        "Open the payment: a refund that failed at the bank must be given back another way.",
    ),
    "dispute_unknown": (
        "Money was taken back in a dispute and isn't booked here.",
        "Answer the dispute at the provider; check that its webhook sends charge.dispute events.",
    ),
    "dispute_missing": (
        "A dispute is booked here that the provider doesn't list.",
        "Check the dispute at the provider.",
    ),
}
KINDS = ("charge", "refund", "dispute")


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Of one payment, by kind: what came in is above zero, what left below."""

    charge: Decimal = ZERO
    refund: Decimal = ZERO
    dispute: Decimal = ZERO


def summed(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, Sums]:
    """By `name`; rows have kind and amount."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        if row["kind"] in KINDS:
            own = found.setdefault(str(row[name]), dict.fromkeys(KINDS, ZERO))
            own[row["kind"]] += row["amount"]
    return {key: Sums(**own) for key, own in found.items()}


def differences(ours: Sums, theirs: Sums, step: Decimal = ZERO) -> list[tuple[str, Decimal, Decimal]]:
    """(code, what we count, what the provider lists) of one payment. Of one that nobody here knows, only that.

    step: what the provider can move; less than that is what it rounded.
    """
    if ours == Sums() and theirs.charge:
        return [("charge_unknown", ZERO, theirs.charge)]
    found = []
    for kind in KINDS:
        mine, its = getattr(ours, kind), getattr(theirs, kind)
        if mine == its or abs(mine - its) < step:
            continue
        found.append((_code(kind, mine, its), mine, its))
    return found


def _code(kind: str, mine: Decimal, its: Decimal) -> str:
    if kind == "charge":
        return "charge_unknown" if not mine else "charge_missing" if not its else "charge_differs"
    return f"{kind}_unknown" if abs(its) > abs(mine) else f"{kind}_missing"


def told(
    code: str, ours: Decimal, theirs: Decimal, reference: str, row: Mapping[str, Any] | None
) -> ProviderDifference:
    text, advice = TEXTS[code]
    return ProviderDifference(
        code=code,
        text=text,
        advice=advice,
        payment_id=str(row["id"]) if row else None,
        transaction_id=str(row["transaction"]) if row and row["transaction"] else None,
        person=(row["person"] if row else "") or "",
        reference=reference,
        ours=ours,
        theirs=theirs,
    )


def total(rows: Sequence[Mapping[str, Any]], kind: str) -> Decimal:
    return sum((row["amount"] for row in rows if row["kind"] == kind), ZERO)


def fees(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    """What the provider keeps: of each movement, and what it bills by itself."""
    return sum((row["fee"] for row in rows), ZERO) - total(rows, "fee")
