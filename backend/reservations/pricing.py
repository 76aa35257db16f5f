"""What a reservation costs that no session follows, before it is made and when it is."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.context import Context
from backend.reservations import store
from backend.tariffs import reserving, where


class Quote(NamedTuple):
    """With VAT, as bills ask for it. held: what is set aside until it is over, the most that it may cost."""

    begins_at: datetime
    expires_at: datetime
    tariff: UUID | None
    currency: str
    unused: Decimal
    given_back: Decimal

    @property
    def held(self) -> Decimal:
        return max(self.unused, self.given_back)


async def quote(
    ctx: Context, tenant_id: UUID, station_id: UUID, connector_id: UUID | None, account_id: UUID | None, minutes: int
) -> Quote:
    """For so many minutes from now on, to the second: stations are told no less."""
    begins_at = ctx.now().replace(microsecond=0)
    expires_at = begins_at + timedelta(minutes=minutes)
    place = await store.place(station_id, connector_id)
    outlet = where.Outlet(
        location=place["location"], station=station_id, own=place["tariff"], time_zone=place["time_zone"]
    )
    tariff = await where.applying(ctx, tenant_id, outlet, account_id, begins_at)
    if tariff is None:
        return Quote(begins_at, expires_at, None, "", Decimal(0), Decimal(0))
    found = reserving.unused(tariff.definition, begins_at, expires_at, ZoneInfo(place["time_zone"]))
    return Quote(begins_at, expires_at, tariff.id, tariff.currency, found.expired.payable, found.given_back.payable)
