"""Exports, streamed: a year of sessions needs no more memory than a page of them."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter

from backend.cdrs import records
from backend.context import Context
from backend.errors import InvalidInput
from backend.exports import rules, store
from backend.exports.rules import Form, Kind
from backend.tenants import service as tenants

SLICE = 500
SHEET_ROWS = 1_000_000
"""A sheet of a spreadsheet ends soon after: the rest is on the next one."""


FORMAT = "yyyy-mm-dd hh:mm:ss"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Both days included, on the operator's clock."""

    kind: Kind
    form: Form
    begins_on: date | None = None
    ends_on: date | None = None
    location_id: UUID | None = None
    station: str | None = None
    state: str | None = None


async def _days(ctx: Context, tenant_id: UUID, asked: Asked) -> tuple[datetime | None, datetime | None]:
    if asked.begins_on and asked.ends_on and asked.begins_on > asked.ends_on:
        raise InvalidInput("The last day is before the first.", fields=[("$.ends_on", "not before begins_on")])
    zone = ZoneInfo((await tenants.get(ctx, tenant_id)).time_zone)

    def midnight(day: date | None, days: int) -> datetime | None:
        return datetime.combine(day + timedelta(days), datetime.min.time(), zone) if day else None

    return midnight(asked.begins_on, 0), midnight(asked.ends_on, 1)


async def _slices(ctx: Context, tenant_id: UUID, asked: Asked) -> AsyncIterator[list[list[Any]]]:
    begin, end = await _days(ctx, tenant_id, asked)
    zone = ZoneInfo((await tenants.get(ctx, tenant_id)).time_zone)
    columns, after = rules.COLUMNS[asked.kind], None
    while True:
        rows = await store.rows(
            asked.kind,
            tenant_id,
            begin=begin,
            end=end,
            location_id=asked.location_id,
            station=asked.station or None,
            state=asked.state or None,
            after=after,
            limit=SLICE,
        )
        yield [[_local(row[name], zone) for name in columns] for row in rows]
        if len(rows) < SLICE:
            return
        after = (rows[-1]["sort_at"], rows[-1]["sort_id"])


def _local(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone) if isinstance(value, datetime) else value


async def stream(ctx: Context, tenant_id: UUID, asked: Asked) -> AsyncIterator[bytes]:
    """The file, piece by piece. The first piece is made before this returns: what can't be asked is refused in time."""
    if asked.form is Form.JSON:
        return await _records(ctx, tenant_id, asked)
    slices = _slices(ctx, tenant_id, asked)
    first = await anext(slices)
    if asked.form is Form.CSV:
        return _csv(asked.kind, first, slices)
    return _xlsx(asked.kind, first, slices)


async def _records(ctx: Context, tenant_id: UUID, asked: Asked) -> AsyncIterator[bytes]:
    if asked.kind is not Kind.CDRS or asked.location_id or asked.station or asked.state:
        raise InvalidInput(
            "Only all CDRs of some days can be had as JSON.", fields=[("$.format", "csv or xlsx, or kind=cdrs alone")]
        )
    begin, end = await _days(ctx, tenant_id, asked)
    return _ocpi(tenant_id, begin, end)


async def _ocpi(tenant_id: UUID, begin: datetime | None, end: datetime | None) -> AsyncIterator[bytes]:
    """A JSON array, a slice at a time."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    after, mark = None, b"["
    while True:
        found, after = await records.listed(tenant_id, begin=begin, end=end, after=after, limit=SLICE)
        for one in found:
            yield mark + encoder.encode(one)
            mark = b",\n"
        if after is None:
            break
    yield b"[]" if mark == b"[" else b"]"


async def _csv(kind: Kind, first: list[list[Any]], slices: AsyncIterator[list[list[Any]]]) -> AsyncIterator[bytes]:
    yield (rules.MARK + rules.csv_lines([rules.COLUMNS[kind]]) + rules.csv_lines(first)).encode()
    async for rows in slices:
        yield rules.csv_lines(rows).encode()


async def _xlsx(kind: Kind, first: list[list[Any]], slices: AsyncIterator[list[list[Any]]]) -> AsyncIterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        book.use_zip64()
        pages = _Pages(book, kind)
        await asyncio.to_thread(pages.write, first)
        async for rows in slices:
            await asyncio.to_thread(pages.write, rows)
        pages.finish()
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, 65536):
                yield piece


class _Pages:
    """The sheets of a workbook, each begun when the one before is full. `write` blocks: for a thread."""

    def __init__(self, book: Any, kind: Kind) -> None:
        self._book, self._kind = book, kind
        self._bold, self._moment = book.add_format({"bold": True}), book.add_format({"num_format": FORMAT})
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        columns = rules.COLUMNS[self._kind]
        self._count += 1
        self._sheet = self._book.add_worksheet(self._kind.value + (f" {self._count}" if self._count > 1 else ""))
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(columns) - 1, 18)
        for place, name in enumerate(columns):
            self._sheet.write_string(0, place, name, self._bold)
        self._line = 1

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, max(1, self._line - 1), len(rules.COLUMNS[self._kind]) - 1)

    def write(self, rows: list[list[Any]]) -> None:
        for row in rows:
            if self._line > SHEET_ROWS:
                self.finish()
                self._begin()
            _write(self._sheet, self._line, row, self._moment)
            self._line += 1


def _write(sheet: Any, line: int, row: list[Any], moment: Any) -> None:
    """Texts are written as texts: a sheet takes none of them for a formula."""
    for place, value in enumerate(row):
        if isinstance(value, bool):
            sheet.write_string(line, place, "yes" if value else "no")
        elif isinstance(value, int | Decimal):
            sheet.write_number(line, place, value.normalize() if isinstance(value, Decimal) else value)
        elif isinstance(value, datetime):
            sheet.write_datetime(line, place, value.replace(tzinfo=None), moment)
        elif value is not None:
            sheet.write_string(line, place, rules.text_of(value))
