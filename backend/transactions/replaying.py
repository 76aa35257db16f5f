"""A bill computed once more from the stored readings, and how it compares with the one that was issued."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import msgspec

from backend.context import Context
from backend.transactions import pricing, settling, store

HALF_A_COIN = Decimal("0.01")


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """Both bills, and the places where they differ: (path, issued, computed). Without any, the two say the same."""

    transaction_id: str
    number: str
    currency: str
    issued: dict[str, Any]
    computed: dict[str, Any]
    differences: list[tuple[str, Any, Any]]
    corrections: list[tuple[str, Decimal, str]] = []
    """(number, amount with its sign, reason) of what was corrected since."""
    left: Decimal = Decimal(0)
    """What is to pay by now."""


def differences(issued: Any, computed: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values of JSON differ, by their path."""
    if isinstance(issued, dict) and isinstance(computed, dict):
        for key in sorted(issued.keys() | computed.keys()):
            yield from differences(issued.get(key), computed.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(issued, list) and isinstance(computed, list):
        for number, (one, other) in enumerate(zip_longest(issued, computed)):
            yield from differences(one, other, f"{path}[{number}]")
    elif issued != computed:
        yield path, issued, computed


async def replay(ctx: Context, name: str) -> list[Replay]:
    """`name`: the number of a bill (each tenant counts its own), or the id of its transaction."""
    return [await _replay(ctx, cdr) for cdr in await store.billed(name.strip().lower())]


async def _replay(ctx: Context, cdr: store.Row) -> Replay:
    row = await store.by_id(cdr["transaction"])
    assert row is not None  # a CDR keeps its transaction
    zone = pricing.zone_of({"time_zone": cdr["facts"]["time_zone"]})
    bill = await pricing.final_bill(ctx, row, zone, edition=pricing.edition_of(cdr["facts"]))
    computed = {
        "currency": bill.currency,
        "energy_wh": row["energy_wh"],
        "waited_s": bill.waited_s,
        "lines": settling.lines(bill),
        "total_excl": bill.total_excl_vat,
        "total_incl": bill.payable,
    }
    issued = {
        "currency": cdr["currency"],
        "energy_wh": cdr["facts"]["energy_wh"],
        "waited_s": cdr["facts"].get("waited_s", 0),
        "lines": cdr["lines"],
        "total_excl": cdr["total_excl"],
        "total_incl": cdr["total_incl"],
    }
    corrected = await store.corrected(cdr["id"])
    found = list(differences(issued, computed))
    for one in corrected:  # what a correction says in total are its lines
        summed = sum((Decimal(line["amount_incl"]) for line in one["lines"]), Decimal(0))
        if abs(summed - one["total_incl"]) > len(one["lines"]) * HALF_A_COIN:
            found.append((f"{one['number']}.total_incl", one["total_incl"], summed))
    return Replay(
        transaction_id=str(cdr["transaction"]),
        number=cdr["number"],
        currency=cdr["currency"],
        issued=issued,
        computed=computed,
        differences=found,
        corrections=[(one["number"], one["total_incl"], one["reason"]) for one in corrected],
        left=cdr["total_incl"] + sum((one["total_incl"] for one in corrected), Decimal(0)),
    )


def told(one: Replay) -> Iterator[str]:
    """For people, line by line."""
    verdict = "differs from its readings" if one.differences else "is what its readings say"
    yield f"Bill {one.number} of {one.issued['total_incl']} {one.currency} {verdict} (session {one.transaction_id})."
    for line in one.computed["lines"]:
        yield f"  {line['label']}: {line['quantity']} {line['unit']} x {line['unit_price']} = {line['amount']} + VAT"
    for number, amount, reason in one.corrections:
        yield f"  Corrected by {number}: {amount:f} {one.currency} ({reason})"
    if one.corrections:
        yield f"  To pay by now: {one.left:f} {one.currency}"
    for path, issued, computed in one.differences:
        yield f"  {path}: issued {issued}, computed {computed}"
