"""The sheet for the owner of locations, as PDF and as a table. Draws and writes only: nothing is computed here."""

import csv as tables
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.papers.pdf import foot
from backend.papers.rules import Party
from backend.papers.sheet import MUTED, WIDTH, Sheet
from backend.papers.words import Voice
from shared.accounts import Brand
from shared.books import LocationOwner, OwnerStatement, Settlement, SettlementRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
WIDTHS, ALIGNS = (74, 24, 34, 42), "LRRR"


def file_word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "owner"


def pdf(
    owner: LocationOwner,
    found: Sequence[OwnerStatement],
    period: str,
    seller: Party,
    brand: Brand,
    language: str,
    now: datetime,
) -> bytes:
    """Blocks for some hundredths of a second: for a thread."""
    voice = Voice(language, brand.time_zone)
    sheet = _begun(f"{voice('Settlement')} {period} {owner.name}", seller, brand, voice, now)
    sheet.pair(voice("Period"), voice.month(period), bold=True)
    issued_at = next((one.issued_at for one in found if one.issued_at), None)
    numbers = ", ".join(one.number for one in found if one.number)
    sheet.pair(voice("Number"), numbers or voice("Draft, not issued yet"))
    sheet.pair(voice("Date"), voice.date(issued_at or now))
    sheet.pair(voice("For"), owner.name)
    for line in owner.address.splitlines():
        sheet.pair("", line)
    if owner.tax_id:
        sheet.pair(voice("Tax ID"), owner.tax_id)
    sheet.gap(3)
    sheet.rule()
    sheet.gap(5)
    for one in found:
        _statement(sheet, one, voice)
    if owner.bank:
        sheet.say(f"{voice('Paid to')}: {owner.bank}", 9, MUTED)
    return sheet.bytes()


def tenant_pdf(
    found: Settlement, whose: Mapping[str, str], seller: Party, brand: Brand, language: str, now: datetime
) -> bytes:
    """A month of the operator, location by location, with its sums; for a thread, as `pdf`."""
    voice = Voice(language, brand.time_zone)
    sheet = _begun(f"{voice('Settlement')} {found.period}", seller, brand, voice, now)
    sheet.pair(voice("Period"), voice.month(found.period), bold=True)
    sheet.pair(voice("Date"), voice.date(now))
    sheet.gap(3)
    sheet.rule()
    sheet.gap(5)
    heads = [voice(word) for word in ("Location", "Sessions", "Energy", "Net", "VAT", "Gross", "Still to pay")]
    sheet.columns(heads, ALL, "LRRRRRR", size=8, ink=MUTED, bold=True, fill=True)
    for row in found.rows:
        sheet.columns(_cells(row, row.location, voice), ALL, "LRRRRRR", size=8)
        if owner := whose.get(row.location_id or ""):
            sheet.columns([owner], [ALL[0]], "L", size=7, ink=MUTED)
    if not found.rows:
        sheet.say(voice("Nothing was earned in this month."), 9, MUTED)
    sheet.rule()
    for total in found.totals:
        sheet.columns(_cells(total, voice("Total"), voice), ALL, "LRRRRRR", size=8, bold=True)
    return sheet.bytes()


ALL = tuple(WIDTH * part for part in (0.20, 0.14, 0.16, 0.13, 0.12, 0.13, 0.12))


def _cells(row: SettlementRow, name: str, voice: Voice) -> list[str]:
    amounts = [voice.amount(one, row.currency) for one in (row.net, row.vat, row.gross, row.owed)]
    return [name, voice.number(row.sessions), voice.kwh(row.energy_wh), *amounts]


def _begun(title: str, seller: Party, brand: Brand, voice: Voice, now: datetime) -> Sheet:
    """A sheet with its head."""
    sheet = Sheet(brand, foot(seller, voice), voice("Page {page} of {pages}"))
    sheet.set_title(title)
    sheet.set_lang("de-DE" if voice.language == "de" else "en-GB")
    sheet.set_creation_date(now)
    sheet.add_page()
    sheet.letterhead(seller.name, [*seller.address.splitlines(), seller.email, seller.phone])
    sheet.say(voice("Settlement"), 22, bold=True, leading=1.2)
    sheet.gap(3)
    return sheet


def _statement(sheet: Sheet, one: OwnerStatement, voice: Voice) -> None:
    heads = [voice("Location"), voice("Sessions"), voice("Energy"), voice("Net earnings")]
    sheet.columns(heads, WIDTHS, ALIGNS, size=8, ink=MUTED, bold=True, fill=True)
    for row in one.locations:
        cells = [
            row.location,
            voice.number(row.sessions),
            voice.kwh(row.energy_wh),
            voice.amount(row.net, one.currency),
        ]
        sheet.columns(cells, WIDTHS, ALIGNS)
    if not one.locations:
        sheet.say(voice("Nothing was earned in this month."), 9, MUTED)
    sheet.rule()
    sheet.gap(3)

    def pair(name: str, amount: Decimal, *, bold: bool = False) -> None:
        sheet.pair(name, voice.amount(amount, one.currency), bold=bold, size=12 if bold else 9.5)

    pair(voice("Net earnings"), one.net)
    pair(voice("Your share of {rate}", rate=voice.rate(one.share)), one.part)
    if one.fees:
        fee = voice.amount(one.session_fee, one.currency)
        pair(voice("Less {fee} for each of {n} sessions", fee=fee, n=one.sessions), -one.fees)
    if one.vat:
        pair(voice("Payout, net"), one.payout)
        pair(voice("VAT {rate}", rate=voice.rate(one.vat)), one.tax)
    pair(voice("Payout"), one.total, bold=True)
    sheet.gap(4)


HEADS = ("period", "owner", "location", "sessions", "energy_kwh", "net", "vat", "gross", "unpaid", "currency")


def csv(found: Sequence[OwnerStatement], period: str) -> bytes:
    """The locations, then what is computed of them, each amount under `net`."""
    lines: list[list[Any]] = [list(HEADS)]
    for one in found:
        lines += [_line(row, one.owner, period) for row in one.locations]
        sums = (
            ("share", one.part),
            ("fees", -one.fees),
            ("payout", one.payout),
            ("tax", one.tax),
            ("total", one.total),
        )
        lines += [[period, one.owner, name, "", "", amount, "", "", "", one.currency] for name, amount in sums]
    return _written(lines)


def locations_csv(rows: Sequence[SettlementRow], whose: Mapping[str, str], period: str) -> bytes:
    return _written([list(HEADS), *(_line(row, whose.get(row.location_id or "", ""), period) for row in rows)])


def _line(row: SettlementRow, owner: str, period: str) -> list[Any]:
    kwh = Decimal(row.energy_wh) / 1000
    return [
        period, owner, row.location, row.sessions, kwh, row.net, row.vat, row.gross, row.owed, row.currency,
    ]  # fmt: skip


def _written(lines: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    tables.writer(out).writerows([[_cell(value) for value in line] for line in lines])
    return (MARK + out.getvalue()).encode()


def _cell(value: Any) -> str:
    """Names are anybody's: what a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
