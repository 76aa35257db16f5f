"""Prices as drivers see them before a start."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from backend.stations import view_store
from backend.tariffs import rules
from backend.tariffs.model import Tariff
from shared.money import PriceHeadline

MOST_KEPT = 1000
_kept: dict[UUID, PriceHeadline] = {}
"""A tariff is never changed once it is in use (a new row takes its place), so its headline stays true."""


def _headline(tariff_id: UUID, tariff: Tariff) -> PriceHeadline:
    found = rules.headline(tariff)
    return PriceHeadline(
        tariff_id=str(tariff_id),
        currency=found.currency,
        energy=found.energy,
        time=found.time,
        parking=found.parking,
        flat=found.flat,
        text=found.text,
    )


async def headlines(tariff_ids: Iterable[UUID]) -> dict[UUID, PriceHeadline]:
    """By tariff; one query for those that weren't asked for before."""
    wanted = set(tariff_ids)
    if unknown := wanted - _kept.keys():
        if len(_kept) + len(unknown) > MOST_KEPT:
            _kept.clear()
            unknown = wanted
        for tariff_id, definition in (await view_store.tariffs(list(unknown))).items():
            _kept[tariff_id] = _headline(tariff_id, msgspec.json.decode(definition, type=Tariff))
    return {tariff_id: _kept[tariff_id] for tariff_id in wanted if tariff_id in _kept}
