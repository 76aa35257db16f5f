"""What a bill and its payment have to say to each other. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.books import Difference, SettlementRow

PATIENCE = timedelta(hours=1)
"""So long may a capture take before it counts as a difference."""
TEXTS = {
    "failed": "The payment failed: the bill is open.",
    "open": "The money should have been taken by now.",
    "too_little": "Less was taken than was billed: the rest is owed.",
    "too_much": "More was taken than was billed: give it back.",
    "no_bill": "Money was taken and there is no bill for it.",
}


def difference(row: Mapping[str, Any], now: datetime) -> Difference | None:
    """Of one bill with its payment (either may be None); None: they agree, or it is too early to say."""
    billed, captured = row["billed"] or Decimal(0), row["captured"] or Decimal(0)
    code = _code(row, billed, captured, now)
    if code is None:
        return None
    return Difference(
        code=code,
        text=TEXTS[code],
        transaction_id=str(row["transaction"]),
        receipt=row["receipt"] or "",
        billed=billed,
        captured=captured,
    )


def _code(row: Mapping[str, Any], billed: Decimal, captured: Decimal, now: datetime) -> str | None:
    if row["billed"] is None:
        return "no_bill" if captured else None
    if captured > billed:
        return "too_much"
    if captured == billed:
        return None
    if row["state"] is None:
        return None  # on account
    if row["state"] == "failed":
        return "failed"
    if row["state"] in ("captured", "released"):
        return "too_little"
    return "open" if now - row["changed_at"] > PATIENCE else None


def totals(rows: Sequence[SettlementRow]) -> list[SettlementRow]:
    """One a currency, the exact sum of its rows."""
    return [_total(currency, rows) for currency in sorted({row.currency for row in rows})]


def _total(currency: str, rows: Iterable[SettlementRow]) -> SettlementRow:
    own = [row for row in rows if row.currency == currency]

    def summed(name: str) -> Any:
        return sum((getattr(row, name) for row in own), Decimal(0))

    return SettlementRow(
        location_id=None,
        location="",
        currency=currency,
        sessions=sum(row.sessions for row in own),
        energy_wh=sum(row.energy_wh for row in own),
        net=summed("net"),
        vat=summed("vat"),
        gross=summed("gross"),
        captured=summed("captured"),
        owed=summed("owed"),
        on_account=summed("on_account"),
    )
