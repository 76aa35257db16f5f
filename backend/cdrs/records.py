"""CDRs as other companies read them: a page of them, one with its corrections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.cdrs import ocpi, store
from backend.context import Context
from backend.errors import NotFound
from backend.tariffs.model import Period, Tariff
from backend.tariffs.rules import compact
from backend.transactions import pricing
from backend.web.pages import decode_cursor, page_of
from shared.base import Page

Row = store.Row


def _periods(row: Row, readings: list[Row]) -> Sequence[Period]:
    edition = pricing.edition_of(row["facts"])
    found = pricing.periods({**row, "id": row["transaction"]}, readings, row["ended_at"], edition)
    if row["definition"] is None:
        return found
    return compact(msgspec.convert(row["definition"], Tariff, strict=False), found)


async def listed(
    tenant_id: UUID,
    *,
    begin: datetime | None,
    end: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[dict[str, Any]], tuple[datetime, UUID] | None]:
    """CDRs and corrections in the order in which they were written, and the place of the last one, if more follow."""
    rows = await store.records(tenant_id, begin=begin, end=end, after=after, limit=limit + 1)
    readings = await store.readings([row["transaction"] for row in rows[:limit]])
    found = []
    for row in rows[:limit]:
        one = ocpi.cdr(row, _periods(row, readings[row["transaction"]]))
        found.append(one if row["correction_id"] is None else ocpi.correction(one, row))
    last = rows[limit - 1] if len(rows) > limit else None
    return found, (last["written_at"], last["written_id"]) if last else None


async def page(
    tenant_id: UUID, *, begin: datetime | None, end: datetime | None, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    after = decode_cursor(cursor, tuple[datetime, UUID])
    items, following = await listed(tenant_id, begin=begin, end=end, after=after, limit=limit)
    return page_of(ocpi.numbers(items), list(following) if following else None)


async def of_session(ctx: Context, tenant_id: UUID, transaction_id: UUID) -> list[dict[str, Any]]:
    """The CDR of a session, then its corrections. Raises NotFound while there is none."""
    row = await store.record(tenant_id, transaction_id)
    if row is None:
        raise NotFound("There is no bill of this session yet.", code="no_receipt")
    original = ocpi.cdr(row, _periods(row, (await store.readings([transaction_id]))[transaction_id]))
    found = [original]
    for one in await store.corrections(transaction_id):
        values = {
            "correction_number": one["number"],
            "correction_excl": one["total_excl"],
            "correction_incl": one["total_incl"],
            "reason": one["reason"],
            "written_at": one["issued_at"],
        }
        found.append(ocpi.correction(original, values))
    return list(ocpi.numbers(found))
