"""A station that isn't controlled any more is rid of what we set in it; so is one whose own limit was taken away.

Who is out of reach, or says no, is asked again when it is back, and each quarter of an hour.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog

from backend import jobs
from backend.context import Context, Unit
from backend.energy import service as profiles
from backend.errors import WattlineError
from backend.events import PowerExceeded
from backend.sites import kept_store, plan_store, store, wire
from backend.sites.scene import own_tree
from backend.stations.model import StationRef
from shared.energy import ProfileFilter, Purpose
from shared.sites import NodeKind, PowerNode
from shared.stations import Registration

log = structlog.get_logger(__name__)


def left_over(rows: Iterable[store.Row], nodes: Sequence[PowerNode]) -> list[store.Row]:
    """`rows`: what stations keep of us. `nodes`: the tree by which they are controlled, if they are."""
    known = {node.station: node for node in nodes if node.kind is NodeKind.STATION}

    def meant(row: store.Row) -> bool:
        node = known.get(row["identity"])
        return node is not None and (row["purpose"] != Purpose.STATION_MAX.value or node.limit_a is not None)

    return [row for row in rows if not meant(row)]


async def wish(location_id: UUID | None) -> None:
    """In the transaction of what happened, if one is open."""
    payload = {"location_id": str(location_id) if location_id else ""}
    await jobs.enqueue("sites.leave", payload, dedupe=_key(payload))


def _key(payload: dict[str, Any]) -> str:
    return str(payload["location_id"]) or "nowhere"


async def on_connected(stations: set[UUID]) -> None:
    for location_id in await kept_store.locations(wire.OURS_FROM, stations) if stations else ():
        await wish(location_id)


async def sweep(ctx: Context) -> None:
    for location_id in await kept_store.locations(wire.OURS_FROM):
        await wish(location_id)


async def leave(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Not while the site is planned: what a plan sets meanwhile isn't taken away again."""
    location_id = UUID(payload["location_id"]) if payload["location_id"] else None
    async with plan_store.planning(location_id) as mine:
        if not mine:
            await jobs.enqueue("sites.leave", payload, delay=timedelta(seconds=0.5), dedupe=_key(payload))
            return
        site = await store.site(location_id) if location_id else None
        nodes = own_tree(site) if site is not None and site["enabled"] else []
        rows = left_over(await kept_store.at(wire.OURS_FROM, location_id), nodes)
        each = [list(found) for _, found in groupby(rows, key=lambda row: row["id"])]
        await asyncio.gather(*(_cleared(ctx, found) for found in each))


async def _cleared(ctx: Context, rows: Sequence[store.Row]) -> None:
    """Of one station, one after the other."""
    for row in rows:
        try:
            answer = await profiles.clear(ctx, ref_of(row), ProfileFilter(numbers=[row["number"]]), None)
        except WattlineError as error:
            log.info("a limit wasn't cleared", station=row["identity"], evse=row["evse"], error=str(error))
            return
        if answer.accepted or answer.status == "Unknown":
            async with ctx.unit() as unit:
                await forget(ctx, unit, row["tenant"], (row["id"], row["identity"]), row["evse"], fallback=True)


async def forget(
    ctx: Context, unit: Unit, tenant_id: UUID, station: tuple[UUID, str], evse: int | None, *, fallback: bool
) -> None:
    """What was granted here is over, and so is whatever was drawn beyond it."""
    for over in await store.forget_grants(station[0], evse, fallback=fallback):
        unit.emit(
            PowerExceeded(
                tenant_id=tenant_id, at=ctx.now(), station_id=station[0], identity=station[1],
                evse=over, exceeded=False, drawn_a=0.0, given_a=0.0,
            )
        )  # fmt: skip


def ref_of(row: store.Row) -> StationRef:
    return StationRef(
        id=row["id"],
        tenant_id=row["tenant"],
        identity=row["identity"],
        registration=Registration(row["registration"]),
        ocpp_version=row["ocpp_version"],
    )
