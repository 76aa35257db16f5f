"""What stands on a paper, and for which time. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from backend.payments.rules import CREDITED, standing
from backend.tariffs import taxes
from backend.tenants.rules import language as language
from shared.money import Money, Receipt, ReceiptLine, Target, TaxLine
from shared.papers import Paid, PaperKind
from shared.transactions import PaymentInfo

SERIES = {PaperKind.INVOICE: "INV", PaperKind.CREDIT_NOTE: "CN", PaperKind.SUPPLEMENT: "SUP"}
"""How their numbers begin. A receipt has the number of its charge detail record."""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    address: str = ""
    tax_id: str = ""
    register: str = ""
    bank: str = ""
    email: str = ""
    phone: str = ""
    footer: str = ""


class Charged(msgspec.Struct, frozen=True, kw_only=True):
    """One session on a paper; or a correction on an invoice. corrects: the receipt that it corrects, and why."""

    number: str
    transaction_id: str
    begun_at: datetime
    ended_at: datetime
    time_zone: str
    location: str
    address: str
    station: str
    connector: str
    energy_wh: int
    meter_start_wh: int
    meter_stop_wh: int
    estimated: bool
    lines: list[ReceiptLine]
    rounding: Decimal
    taxes: list[TaxLine]
    total: Decimal
    target: Target | None = None
    reservation: bool = False
    waited_s: int = 0
    corrects: str = ""
    reason: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as it was written; never changed. `period`: the month of an invoice. corrects: a receipt's number."""

    kind: PaperKind
    number: str
    issued_at: datetime
    currency: str
    seller: Party
    buyer: Party
    sessions: list[Charged]
    taxes: list[TaxLine]
    total_excl: Decimal
    total_vat: Decimal
    total_incl: Decimal
    period: str = ""
    corrects: str = ""
    time_zone: str = "UTC"
    reason: str = ""


def charged(receipt: Receipt, time_zone: str) -> Charged:
    return Charged(
        number=receipt.number,
        transaction_id=receipt.transaction_id,
        begun_at=receipt.begun_at,
        ended_at=receipt.ended_at,
        time_zone=time_zone,
        location=receipt.location,
        address=receipt.address,
        station=receipt.station,
        connector=receipt.connector,
        energy_wh=receipt.energy_wh,
        meter_start_wh=receipt.meter_start_wh,
        meter_stop_wh=receipt.meter_stop_wh,
        estimated=receipt.estimated,
        lines=receipt.lines,
        rounding=receipt.rounding,
        taxes=receipt.taxes,
        total=receipt.total_incl.amount,
        target=receipt.target,
        reservation=receipt.reservation,
        waited_s=receipt.waited_s,
    )


def correction(paper: Document) -> Charged:
    """A credit note or supplement as an entry of an invoice: its own number and amounts, and no energy once more."""
    (said,) = paper.sessions
    return msgspec.structs.replace(
        said, number=paper.number, energy_wh=0, waited_s=0, target=None, corrects=paper.corrects, reason=paper.reason
    )


def document(kind: PaperKind, sessions: Sequence[Charged], **values: Any) -> Document:
    """Its totals are those of its sessions, rate by rate: the cover always agrees with what follows."""
    merged = taxes.merged(one.taxes for one in sessions)
    net = sum((one.net for one in merged), Decimal(0))
    total = sum((one.total for one in sessions), Decimal(0))
    return Document(
        kind=kind,
        sessions=list(sessions),
        taxes=merged,
        total_excl=net,
        total_vat=total - net,
        total_incl=total,
        **values,
    )


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How far one session is paid. here: what a paper asks for it; kept: what was paid and not given back."""

    here: Decimal
    owed: Decimal
    captured: Decimal
    kept: Decimal
    method: str
    state: str


def part(here: Decimal, total: Decimal, corrected: Decimal, info: PaymentInfo | None) -> Part:
    """Of a bill of `total` and its corrections; `info` None: nothing was reserved for it."""

    def of(money: Money | None) -> Decimal:
        return money.amount if money else Decimal(0)

    if info is None:
        info = PaymentInfo(id="", state="invoiced", method="", held=None, captured=None)
    captured = of(info.captured)
    owed, state = standing(total, corrected, captured, of(info.written_off), info.state)
    return Part(
        here=here, owed=owed, captured=captured, kept=captured - of(info.refunded), method=info.method, state=state
    )


def paid(document: Document, parts: Sequence[Part]) -> Paid:
    """Of a receipt what was taken for it; of an invoice what was kept, as its credits are on it, too."""
    only = parts[0] if len(parts) == 1 else None
    if only is not None and document.kind is PaperKind.RECEIPT:
        return Paid(amount=only.captured, owed=only.owed, method=only.method, state=only.state)
    owed = sum((min(one.owed, max(one.here, Decimal(0))) for one in parts), Decimal(0))
    kept = sum((one.kept for one in parts), Decimal(0))
    amount = min(kept, max(document.total_incl - owed, Decimal(0)))
    state = "captured" if amount > 0 else CREDITED if document.total_incl else "released"
    if owed:
        state = only.state if only is not None and only.state != "invoiced" else "open"
    return Paid(amount=amount, owed=owed, method=only.method if only is not None else "", state=state)


def number(kind: PaperKind, year: int, count: int) -> str:
    return f"{SERIES[kind]}-{year}-{count:05d}"


def month(period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The begin of a month such as `2026-10` on the operator's clock, and of the one after it."""
    first = date.fromisoformat(f"{period}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = (datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in (first, following))
    return begin, end


def month_before(now: datetime, zone: ZoneInfo) -> str:
    local = now.astimezone(zone)
    year, before = (local.year, local.month - 1) if local.month > 1 else (local.year - 1, 12)
    return f"{year}-{before:02d}"


def filename(document: Document) -> str:
    return f"{document.kind.value.replace('_', '-')}-{document.number}.pdf"
