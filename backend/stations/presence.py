"""Who is there: sockets of stations as the database knows them, and what becomes of those of a process that ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.context import Context, Unit
from backend.errors import NotFound
from backend.events import StationConnected, StationDisconnected, StationFlooded
from backend.stations import rules, statuses, store
from backend.stations.model import LinkFacts, StationRef


async def next_epoch(ctx: Context) -> int:
    """The number of a new socket: of two of one station the higher one counts, whatever node holds them."""
    return await store.next_epoch()


async def connected(
    ctx: Context, station_id: UUID, connection: UUID, node: str, ocpp_version: str, *, epoch: int | None = None
) -> bool:
    """`connection` is the station's one live socket from now on; an older one's end changes nothing any more.

    False: there is a newer socket already, by its epoch, and this one is the old one.
    """
    now = ctx.now()
    statuses.forget(station_id)
    async with ctx.unit() as unit:
        epoch = await store.next_epoch() if epoch is None else epoch
        row = await store.set_connected(station_id, connection, epoch, node, ocpp_version, now)
        if row is None:
            raise NotFound("This station doesn't exist any more.")
        if not row["current"]:
            return False
        if not row["was_online"]:
            await store.add_history([station_id], None, "online", now)
        unit.emit(
            StationConnected(
                tenant_id=row["tenant"],
                at=now,
                station_id=station_id,
                identity=row["identity"],
                ocpp_version=ocpp_version,
            )
        )
    return True


async def superseded(ctx: Context, connections: Mapping[UUID, UUID]) -> dict[UUID, int]:
    """Of these stations and their sockets: those that the database doesn't know by this one, with the epoch of
    the latest that it knows."""
    if not connections:
        return {}
    return {row["id"]: row["epoch"] for row in await store.not_as_stored(connections)}


async def disconnected(ctx: Context, station_id: UUID, connection: UUID, reason: str) -> None:
    """A socket is gone. No effect unless it is still the station's current one."""
    now = ctx.now()
    statuses.forget(station_id)
    async with ctx.unit() as unit:
        row = await store.set_disconnected(station_id, connection, now)
        if row is not None:
            await _went_offline(unit, [row], now, reason)


BEING_WRITTEN = timedelta(seconds=5)
"""How long a new connection may be on its way into the database while others look what is there."""


AT_ONCE = 500
"""Stations that go offline in one transaction: of thousands the first ones show it soon."""


async def forget_node(ctx: Context, node: str, *, but: Sequence[UUID] | None = None, everywhere: bool = False) -> int:
    """What this node says to hold and doesn't is offline. At its start that is all; later, `but` are its connections.
    `everywhere`: another one, which has died; the clocks of two machines differ.

    Returns how many stations there were.
    """
    now, count = ctx.now(), 0
    before = now if but is None else now - BEING_WRITTEN
    before = now + timedelta(days=1) if everywhere else before
    while await store.held_by(node, but or (), before):
        async with ctx.unit() as unit:
            rows = await store.forget_node(node, but or (), before, now, AT_ONCE)
            await _went_offline(unit, rows, now, "the process that held the connection ended")
        count += len(rows)
        if not rows:
            break  # somebody else does the same now
    return count


async def _went_offline(unit: Unit, rows: Sequence[store.Row], now: datetime, reason: str) -> None:
    await store.add_history([row["id"] for row in rows], None, "offline", now, info=rules.clean(reason))
    for row in rows:
        unit.emit(
            StationDisconnected(
                tenant_id=row["tenant"],
                at=now,
                station_id=row["id"],
                identity=row["identity"],
                reason=rules.clean(reason),
            )
        )


async def flooded(ctx: Context, station: StationRef, floods: bool, rate: int) -> None:
    """A station talks more than it may and is read more slowly from now on, or no more."""
    async with ctx.unit() as unit:
        unit.emit(
            StationFlooded(
                tenant_id=station.tenant_id,
                at=ctx.now(),
                station_id=station.id,
                identity=station.identity,
                floods=floods,
                rate=rate,
            )
        )


async def links(ctx: Context, noted: Mapping[UUID, LinkFacts]) -> None:
    """How links answered pings; collected by the OCPP edge and written together."""
    if noted:
        await store.set_links(noted, ctx.now())


async def seen(ctx: Context, times: Mapping[UUID, datetime]) -> None:
    """When stations last said anything; collected by the OCPP edge and written together."""
    if times:
        await store.set_seen(times)
