"""The status page, put together; the same for everybody for a minute."""

import time
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.context import Context
from backend.errors import NotFound
from backend.status_page import rules, store
from backend.tenants import service as tenants
from shared.accounts import Brand

DAYS = 30
FRESH_S = 20.0
_kept: dict[tuple[int, UUID], tuple[float, Brand, list[rules.Place]]] = {}


async def page(ctx: Context, slug: str | None) -> tuple[Brand, list[rules.Place]]:
    """Raises NotFound. Without a slug that of the first operator."""
    tenant_id = (await tenants.default(ctx)).id if slug is None else await store.tenant(slug)
    if tenant_id is None:
        raise NotFound("There is no such status page.")
    key = (id(ctx), tenant_id)
    found = _kept.get(key)
    if found is not None and time.monotonic() - found[0] < FRESH_S:
        return found[1], found[2]
    brand = await tenants.brand(ctx, tenant_id)
    places = await _places(ctx, tenant_id, brand.time_zone)
    _kept[key] = (time.monotonic(), brand, places)
    return brand, places


async def _places(ctx: Context, tenant_id: UUID, zone: str) -> list[rules.Place]:
    now = ctx.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    since = now - timedelta(days=DAYS)
    troubles = {(row["place"], row["day"]): row for row in await store.troubles(tenant_id, since, now, zone)}
    found = []
    for row in await store.places(tenant_id):
        working = sum(rules.works(status) for status in row["statuses"])
        total = len(row["statuses"])
        days = []
        for back in range(DAYS - 1, -1, -1):
            day = today - timedelta(days=back)
            one = troubles.get((row["id"], day))
            state = "working" if one is None else rules.day_state(one["affected"], total, one["minutes"])
            days.append(rules.Day(day, state))
        found.append(rules.Place(row["name"], row["city"], rules.state(working, total), working, total, days))
    return rules.worst_first(found)
