"""What stands on a paper, and for which time. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from backend.tariffs import taxes
from backend.tenants.rules import language as language
from shared.money import Receipt, ReceiptLine, Target, TaxLine
from shared.papers import PaperKind

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
    """One session on a paper."""

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
