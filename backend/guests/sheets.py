"""Sheets of codes to print, cut and stick on connectors: four on a page."""

import asyncio
import re
from unicodedata import normalize
from uuid import UUID

import segno

from backend.context import Context
from backend.guests import rules, store
from backend.guests.words import GuestVoice
from backend.papers import rules as paper_rules
from backend.papers.sheet import INK, MUTED, RULE, Sheet, clean
from backend.stations import catalog
from backend.stations.rules import connector_label
from backend.tenants import service as tenants
from shared.accounts import Brand

SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
WIDE, HIGH, LEFT, TOP = 90.0, 128.0, 15.0, 16.0


async def of_station(ctx: Context, tenant_id: UUID, identity: str, language: str | None) -> tuple[str, bytes]:
    """(file name, PDF). Raises NotFound."""
    found = await catalog.find(ctx, tenant_id, identity)
    return await _sheet(ctx, tenant_id, await store.outlets(tenant_id, found.identity, None), identity, language)


async def of_location(ctx: Context, tenant_id: UUID, location_id: UUID, language: str | None) -> tuple[str, bytes]:
    """As `of_station`, for all stations of a location."""
    location = await catalog.location_detail(ctx, tenant_id, location_id, empty=True)
    return await _sheet(ctx, tenant_id, await store.outlets(tenant_id, None, location_id), location.name, language)


async def _sheet(
    ctx: Context, tenant_id: UUID, rows: list[store.Row], name: str, language: str | None
) -> tuple[str, bytes]:
    brand = await tenants.brand(ctx, tenant_id)
    spoken = paper_rules.language(language, brand.country)
    content = await asyncio.to_thread(drawn, rows, brand, spoken, ctx.settings.app_url)
    return f"qr-{file_word(name)}.pdf", content


def file_word(name: str) -> str:
    """`Große Bergstraße` → `Grosse-Bergstrasse`: what every system takes in the name of a file."""
    plain = normalize("NFKD", name.translate(SPELT)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "-", plain).strip("-")[:60] or "sheet"


class _Cards(Sheet):
    """Without the brand's line and the page numbers: these are cut apart."""

    def header(self) -> None: ...

    def footer(self) -> None: ...


def drawn(rows: list[store.Row], brand: Brand, language: str, public_url: str) -> bytes:
    """Blocks: for a thread."""
    voice = GuestVoice(language)
    sheet = _Cards(brand, "", "")
    sheet.set_auto_page_break(False)
    sheet.set_title(f"QR – {brand.name}")
    if not rows:
        sheet.add_page()
        sheet.say("–")
    for count, row in enumerate(rows):
        if count % 4 == 0:
            sheet.add_page()
        x, y = LEFT + count % 2 * WIDE, TOP + count % 4 // 2 * HIGH
        _card(sheet, row, voice, public_url, x, y)
    return sheet.bytes()


def _card(sheet: Sheet, row: store.Row, voice: GuestVoice, public_url: str, x: float, y: float) -> None:
    label = connector_label(row["evse"], row["number"])
    address = rules.address(public_url, row["identity"], label)
    sheet.set_draw_color(*RULE)
    sheet.set_line_width(0.2)
    sheet.set_dash_pattern(dash=1.5, gap=1.5)
    sheet.rect(x, y, WIDE, HIGH)
    sheet.set_dash_pattern()
    sheet.set_fill_color(*sheet.seed)
    sheet.rect(x, y, WIDE, 3, "F")
    sheet.set_xy(x + 8, y + 8)
    wide = sheet.logo(9)
    sheet.set_xy(x + 8 + wide + 3, y + 8)
    sheet.write_in(11, bold=True)
    sheet.cell(WIDE - 22 - wide, 9, clean(sheet.brand.name)[:34])
    _centred(sheet, voice("Scan to charge"), x, y + 21, 17, INK, bold=True)
    _centred(sheet, voice("No app, no account"), x, y + 29, 9.5, MUTED)
    _code(sheet, address, x + (WIDE - 56) / 2, y + 36, 56)
    _centred(sheet, voice("Connector {name}", name=label), x, y + 95, 16, INK, bold=True)
    about = [voice.plug(row["standard"])] + ([voice.kilowatts(row["max_power_w"])] if row["max_power_w"] else [])
    _centred(sheet, f"{row['name'] or row['identity']} · {' · '.join(about)}", x, y + 104, 9, INK)
    _centred(sheet, row["location"] or "", x, y + 109, 8.5, MUTED)
    _centred(sheet, address.partition("://")[2], x, y + 118, 7, MUTED)


def _centred(
    sheet: Sheet, text: str, x: float, y: float, size: float, ink: tuple[int, int, int], *, bold: bool = False
) -> None:
    """Made smaller until it fits its card."""
    said = clean(text)
    sheet.write_in(size, ink, bold=bold)
    while sheet.get_string_width(said) > WIDE - 8 and size > 5:
        size -= 0.5
        sheet.write_in(size, ink, bold=bold)
    sheet.set_xy(x, y)
    sheet.cell(WIDE, size * 0.5, said, align="C")


def _code(sheet: Sheet, address: str, x: float, y: float, size: float) -> None:
    """Drawn as squares: sharp at any size. Error correction Q: a quarter may be scratched away."""
    matrix = segno.make(address, error="q", micro=False).matrix
    step = size / len(matrix)
    sheet.set_fill_color(0, 0, 0)
    for number, line in enumerate(matrix):
        begin = 0
        while begin < len(line):
            end = begin
            while end < len(line) and line[end]:
                end += 1
            if end > begin:
                sheet.rect(x + begin * step, y + number * step, (end - begin) * step, step + 0.01, "F")
            begin = end + 1
