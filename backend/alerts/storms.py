"""Reports of many stations at once: one greater incident, and each of them a part of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.alerts import facts_store, incidents, rules
from backend.alerts.place import Place
from backend.alerts.rules import correlation
from backend.context import Context, Unit

STORM = "many_faults"
REPORTED = "connector_faulted"
PAST = timedelta(days=7)
SETTLED = timedelta(minutes=15)
"""A greater incident to which nothing more was added since takes nothing more on, and lets the last parts go."""


async def parent_of(ctx: Context, unit: Unit, place: Place, finding: rules.Finding) -> UUID | None:
    """What a report that opens an incident is a part of, if there is a storm; it may begin with this one."""
    assert place.station_id is not None
    since = ctx.now() - correlation.STORM_SPAN
    lately = await facts_store.lately(place.tenant_id, REPORTED, place.station_id, since)
    known = await facts_store.greater_open(place.tenant_id, lately["location"], STORM, ctx.now() - SETTLED)
    if known is not None:
        # Those that were opened at the same moment on other nodes, where nobody could know of it yet.
        late = lately["ids"] if known["location"] is None else lately["site_ids"]
        if late:
            await facts_store.adopt(known["id"], late)
        return UUID(str(known["id"]))
    if await _is_storm(ctx, place.tenant_id, lately["stations"] + 1):
        return await _begin(ctx, unit, Place(place.tenant_id), finding.title, lately["ids"], 1)
    if lately["location"] is not None and lately["at_site"] + 1 >= correlation.STORM_AT_SITE:
        site = Place(place.tenant_id, location_id=lately["location"])
        return await _begin(ctx, unit, site, finding.title, lately["site_ids"], 1)
    return None


async def _is_storm(ctx: Context, tenant_id: UUID, together: int) -> bool:
    if together < correlation.STORM_LEAST:
        return False
    before = ctx.now() - correlation.STORM_SPAN
    past = await facts_store.opened_between(tenant_id, REPORTED, before - PAST, before)
    return together >= correlation.storm_from(past / PAST.days)


async def _begin(ctx: Context, unit: Unit, where: Place, title: str, ids: Sequence[UUID], more: int) -> UUID:
    words = "at many places" if where.location_id is None else "at this site"
    greater = correlation.many_faults(len(ids) + more, title, words)
    size = len(ids) + more
    parent = await incidents.raise_incident(ctx, unit, where, STORM, greater, seen=incidents.Seen.BETTER, affected=size)
    await facts_store.adopt(parent, ids)
    return parent


async def look(ctx: Context) -> None:
    """Cron: reports that came in the very same moment, so that none of them knew of the others."""
    by_tenant: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await facts_store.alone_since(REPORTED, ctx.now() - correlation.STORM_SPAN):
        by_tenant[row["tenant"]].append(row)
    for tenant_id, rows in by_tenant.items():
        if len(rows) >= correlation.STORM_AT_SITE:
            await _gather(ctx, tenant_id, rows)


async def _gather(ctx: Context, tenant_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    if await _is_storm(ctx, tenant_id, len({row["station"] for row in rows})):
        async with ctx.unit() as unit:
            await _begin(ctx, unit, Place(tenant_id), rows[0]["title"], [row["id"] for row in rows], 0)
        return
    at: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["location"] is not None:
            at[row["location"]].append(row)
    for location, here in at.items():
        if len(here) >= correlation.STORM_AT_SITE:
            async with ctx.unit() as unit:
                place = Place(tenant_id, location_id=location)
                await _begin(ctx, unit, place, here[0]["title"], [row["id"] for row in here], 0)
