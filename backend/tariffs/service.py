"""Tariffs in use. A stored tariff never changes, so each is read and decoded once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.tariffs import offer, store
from backend.tariffs.model import Tariff
from shared.money import PriceHeadline, TariffRow


class StoredTariff(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    name: str
    currency: str
    definition: Tariff
    follows: UUID | None = None
    since: datetime | None = None
    """From then on it holds in place of the version that it follows."""


_known: dict[UUID, StoredTariff] = {}


async def get(ctx: Context, tariff_id: UUID) -> StoredTariff:
    """Raises NotFound."""
    found = await _load([tariff_id])
    if tariff_id not in found:
        raise NotFound("This tariff doesn't exist.")
    return found[tariff_id]


async def version_at(ctx: Context, tariff_id: UUID, at: datetime) -> StoredTariff:
    """The version of a tariff that held then: a session that a station tells of later keeps what it began with. Raises
    NotFound."""
    one = await get(ctx, tariff_id)
    while one.follows is not None and one.since is not None and at < one.since:
        one = await get(ctx, one.follows)
    return one


async def _load(ids: Iterable[UUID]) -> Mapping[UUID, StoredTariff]:
    wanted = set(ids)
    missing = [one for one in wanted if one not in _known]
    if missing:
        for row in await store.by_ids(missing):
            _known[row["id"]] = stored(row)
    return {one: _known[one] for one in wanted if one in _known}


def stored(row: store.Row) -> StoredTariff:
    definition = msgspec.convert(row["definition"], Tariff, strict=False)
    return StoredTariff(
        id=row["id"],
        tenant_id=row["tenant"],
        name=row["name"],
        currency=row["currency"],
        definition=definition,
        follows=row["follows"],
        since=row.get("since"),
    )


async def listed(
    ctx: Context, tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[TariffRow], list[Any] | None]:
    """A page of the tariffs in use, and the sort values of its last one where more follow."""
    rows = await store.page(tenant_id, after, limit + 1)
    items = [row(stored(one)) for one in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return items, [last["created_at"], last["id"]] if last else None


def row(one: StoredTariff) -> TariffRow:
    return TariffRow(id=str(one.id), name=one.name, price=shown(one))


async def headlines(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, PriceHeadline]:
    """What drivers see of these tariffs before the start."""
    return {tariff_id: shown(stored) for tariff_id, stored in (await _load(ids)).items()}


def shown(stored: StoredTariff) -> PriceHeadline:
    found = offer.headline(stored.definition)
    return PriceHeadline(
        tariff_id=str(stored.id),
        currency=stored.currency,
        energy=found.energy,
        time=found.time,
        parking=found.parking,
        flat=found.flat,
        reservation=found.reservation,
        reservation_flat=found.reservation_flat,
        text=found.text,
        varies=found.varies,
        free_minutes=stored.definition.parking_grace_minutes if found.parking else 0,
    )


async def add(ctx: Context, tenant_id: UUID, name: str, definition: Tariff) -> UUID:
    """Raises InvalidInput, with the places, for a tariff that can't be meant."""
    if found := offer.problems(definition):
        raise InvalidInput("This tariff can't be used.", fields=found)
    tariff_id = uuid4()
    await store.add(tariff_id, tenant_id, name, definition.currency, msgspec.to_builtins(definition), ctx.now())
    return tariff_id
