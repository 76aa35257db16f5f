"""What the driver's pages ask for: kept up to date by the live socket, by the API alone while that doesn't answer."""

from typing import TypeVar

from app.hooks import Loaded, use_app, use_live, use_load
from shared.base import Page
from shared.stations import LocationDetail, LocationSummary
from shared.transactions import TransactionDetail

T = TypeVar("T")


def use_locations() -> Loaded[list[LocationSummary]]:
    """All locations."""
    app = use_app()

    async def load() -> list[LocationSummary]:
        found: list[LocationSummary] = []
        cursor: str | None = None
        while True:
            page = await app.api.get("/locations", Page[LocationSummary], limit=200, cursor=cursor)
            found.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return found

    return freshest(use_live("locations", list[LocationSummary], merge=True), use_load(load))


def use_location(location_id: str) -> Loaded[LocationDetail]:
    app = use_app()

    async def load() -> LocationDetail:
        return await app.api.get(f"/locations/{location_id}", LocationDetail)

    return freshest(use_live(f"location:{location_id}", LocationDetail), use_load(load, [location_id]))


def use_session(transaction_id: str) -> Loaded[TransactionDetail]:
    app = use_app()

    async def load() -> TransactionDetail:
        return await app.api.get(f"/transactions/{transaction_id}", TransactionDetail)

    return freshest(
        use_live(f"transaction:{transaction_id}", TransactionDetail, join=later), use_load(load, [transaction_id])
    )


def later(known: TransactionDetail, new: TransactionDetail) -> TransactionDetail:
    """Whichever says more: an answer that was on its way must not turn the clock back."""
    return new if new.transaction.updated_at >= known.transaction.updated_at else known


def freshest(live: Loaded[T], loaded: Loaded[T]) -> Loaded[T]:
    """What the live socket says, until then the answer of the API; its error only where there is nothing to show."""
    data = live.data if live.data is not None else loaded.data
    return Loaded(data, loaded.error if data is None else None, loaded.reload)
