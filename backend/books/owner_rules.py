"""What of a month's earnings belongs to the owner of the locations. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from backend.papers.rules import Party
from backend.tariffs.rules import round_money
from shared.books import LocationOwner, OwnerStatement, SettlementRow

HUNDRED = Decimal(100)
SERIES = "settlement"


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it was issued, with whose it is and who issued it."""

    owner: LocationOwner
    seller: Party
    statement: OwnerStatement


def number(period: str, count: int) -> str:
    """Numbered on through the years, as no other paper of the tenant."""
    return f"SET-{period[:4]}-{count:05d}"


def statement(
    owner_id: str,
    owner: str,
    currency: str,
    rows: Sequence[SettlementRow],
    *,
    share: Decimal,
    session_fee: Decimal,
    vat: Decimal,
) -> OwnerStatement:
    """Of rows in one currency. The owner's part of the net earnings, less the operator's fee for each session; each
    amount is rounded to the smallest coin, so that the sheet adds up. Below zero: the owner owes the operator."""
    net = sum((row.net for row in rows), Decimal(0))
    sessions = sum(row.sessions for row in rows)
    part = round_money(net * share / HUNDRED, currency)
    fees = round_money(session_fee * sessions, currency)
    payout = part - fees
    tax = round_money(payout * vat / HUNDRED, currency)
    return OwnerStatement(
        owner_id=owner_id,
        owner=owner,
        currency=currency,
        sessions=sessions,
        energy_wh=sum(row.energy_wh for row in rows),
        net=net,
        gross=sum((row.gross for row in rows), Decimal(0)),
        owed=sum((row.owed for row in rows), Decimal(0)),
        share=share,
        part=part,
        session_fee=session_fee,
        fees=fees,
        payout=payout,
        vat=vat,
        tax=tax,
        total=payout + tax,
        kept=net - payout,
        locations=list(rows),
    )


def problem(share: Decimal, session_fee: Decimal, vat: Decimal) -> tuple[str, str] | None:
    """(path, plain words) of what can't be meant."""
    for path, value, most in (
        ("$.share", share, HUNDRED),
        ("$.vat", vat, HUNDRED),
        ("$.session_fee", session_fee, 1000),
    ):
        if not value.is_finite() or not 0 <= value <= most:
            return path, f"This is a number from 0 to {most}."
        if round(value, 2) != value:
            return path, "At most two places after the point."
    return None
