"""Local lists: chosen by operators, sent in steps the station can take, kept up to date when cards change."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import commands, jobs
from backend.authorization import service as authorization
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound, StationOffline, StationRefused, StationTimeout, WattlineError
from backend.events import (
    CustomerCleared,
    Event,
    MasterPassChanged,
    StationBooted,
    StationConnected,
    TokensChanged,
)
from backend.local_lists import rules, store
from backend.stations import service as stations
from backend.stations import waiting
from backend.stations.model import StationRef
from shared.tokens import ListMode, ListState, LocalList, LocalListChange, LocalListEntry

Held = dict[str, commands.ListEntry]
GATHER = timedelta(seconds=5)
"""Several changes of cards within this time become one update."""
AGAIN = timedelta(minutes=1)
SOON = timedelta(seconds=2)
"""A list that is being sent already is done by then, mostly."""
HEARS_LATER = timedelta(days=30)


def _shown(row: store.Row | None) -> LocalList:
    if row is None:
        return LocalList(
            mode=ListMode.OFF,
            groups=[],
            state=ListState.UNKNOWN,
            detail="",
            version=0,
            station_version=None,
            size=0,
            synced_at=None,
        )
    return LocalList(
        mode=ListMode(row["mode"]),
        groups=row["groups"],
        state=ListState(row["state"]),
        detail=row["detail"],
        version=row["version"],
        station_version=row["station_version"],
        size=len(row["entries"] or {}),
        synced_at=row["synced_at"],
    )


async def read(ctx: Context, station_id: UUID) -> LocalList:
    return _shown(await store.of_station(station_id))


async def entries(ctx: Context, station_id: UUID, after: str | None, limit: int) -> list[LocalListEntry]:
    """What the station is known to hold, by number."""
    row = await store.of_station(station_id)
    held = _held(row) or {}
    names = sorted(name for name in held if after is None or name > after)[:limit]
    return [LocalListEntry(**msgspec.structs.asdict(held[name])) for name in names]


def _held(row: store.Row | None) -> Held | None:
    if row is None or row["entries"] is None:
        return None
    return msgspec.convert(row["entries"], Held, strict=False)


async def choose(ctx: Context, station: StationRef, wanted: LocalListChange) -> LocalList:
    """The list follows by a job. Switched off: the station keeps what it has, and gets nothing more."""
    async with ctx.unit():
        await store.choose(station.id, wanted.mode.value, sorted({one.strip() for one in wanted.groups if one.strip()}))
        if wanted.mode is not ListMode.OFF:
            await store.tell(station.id, ListState.WAITING.value, "")
            await _enqueue(station.id)
    return await read(ctx, station.id)


async def ask_version(ctx: Context, station: StationRef, by: UUID | None) -> LocalList:
    """Raises the errors of a command, and StationRefused for a station without lists."""
    answer = await stations.send(ctx, station.id, commands.GetLocalListVersion(), account_id=by)
    version = answer.result.get("version")
    if not isinstance(version, int):
        raise StationRefused(f"{station.identity} didn't say a version.")
    row = await store.of_station(station.id)
    await store.hear(station.id, version)
    if row is not None and row["entries"] is not None and version != row["version"]:
        await store.forget(station.id)  # somebody else changed it: the next update sends everything
    return await read(ctx, station.id)


async def check_chosen(station_id: UUID) -> None:
    """Raises Conflict (list_off)."""
    row = await store.of_station(station_id)
    if row is None or row["mode"] == ListMode.OFF:
        raise Conflict("Choose first which cards this station shall keep.", code="list_off")


async def sync(ctx: Context, station: StationRef, *, full: bool, by: UUID | None = None) -> LocalList:
    """Send what is missing, now. Raises Conflict (list_off, list_busy) and the errors of a command.

    A refusal is no error: it is the state of the list.
    """
    await check_chosen(station.id)
    if not await store.lock(station.id):
        raise Conflict("The list is being sent already.", code="list_busy")
    try:
        await _sync(ctx, station, full=full, by=by)
    except WattlineError as failure:
        await store.tell(station.id, ListState.WAITING.value, failure.detail or failure.title)
        raise
    finally:
        await store.unlock(station.id)
    return await read(ctx, station.id)


async def _sync(ctx: Context, station: StationRef, *, full: bool, by: UUID | None) -> None:
    await store.tell(station.id, ListState.SENDING.value, "")
    status = ""
    for everything in dict.fromkeys((full, True)):
        row = await store.of_station(station.id)
        if row is None:
            return
        status = await _send_all(ctx, station, row, None if everything else _held(row), by)
        if status == "Accepted":
            await store.finish(station.id, ctx.now())
            return
        await store.forget(station.id)
        if status != "VersionMismatch":
            break
    detail = rules.EXPLAINED.get(status, f"The station answered {status or 'without a word'}.")
    await store.tell(station.id, ListState.REFUSED.value, detail)


async def _send_all(ctx: Context, station: StationRef, row: store.Row, held: Held | None, by: UUID | None) -> str:
    """Update by update, each remembered when it was accepted: the first status that isn't Accepted, or Accepted."""
    groups = row["groups"] if row["mode"] == ListMode.GROUPS else None
    target = rules.wanted(await authorization.listed(ctx, station.tenant_id, groups))
    for name in row["excluded"]:
        target.pop(name, None)
    batch = rules.batch_size(await stations.variable_values(ctx, station.id, rules.BATCH_VARIABLES))
    version = max(row["version"], row["station_version"] or 0)
    for update in rules.updates(held, target, version, batch):
        command = commands.SendLocalList(version=update.version, full=update.full, entries=update.entries)
        answer = await stations.send(ctx, station.id, command, account_id=by)
        if answer.status != "Accepted":
            return answer.status
        held = rules.applied(held, update)
        await store.hold(station.id, update.version, held)
    return "Accepted"


# --- in the background -------------------------------------------------------------------------------


async def _enqueue(station_id: UUID, delay: timedelta = timedelta(0)) -> None:
    await jobs.enqueue("local_lists.follow", {"station_id": str(station_id)}, delay=delay)


async def on_tokens(ctx: Context, unit: Unit, event: Event) -> None:
    """One job for all changes of the same few seconds. It begins after they are over, so it misses none of them."""
    assert isinstance(event, TokensChanged)
    if await store.tell_followers(event.tenant_id, ListState.WAITING.value):
        moment = int(ctx.now().timestamp() // GATHER.total_seconds())
        payload = {"tenant_id": str(event.tenant_id)}
        await jobs.enqueue("local_lists.spread", payload, dedupe=f"{event.tenant_id}:{moment}", delay=GATHER)


async def on_customer_cleared(ctx: Context, unit: Unit, event: Event) -> None:
    """N10: the token leaves the station's list, until an operator chooses anew what it shall hold."""
    assert isinstance(event, CustomerCleared)
    if await store.exclude(event.station_id, rules.key(event.id_token)):
        await store.tell(event.station_id, ListState.WAITING.value, "")
        await _enqueue(event.station_id)


async def on_booted(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """What could not be sent while stations were away."""
    booted = [event.station_id for event in events if isinstance(event, StationBooted)]
    for station_id in await store.lack_master_pass(booted):
        await _tell_master_pass(station_id)
    for row in await store.of_stations(booted):
        if _is_missing_something(row):
            await _enqueue(row["station"])


async def on_connected(ctx: Context, unit: Unit, event: Event) -> None:
    """Many come back without a boot; one that boots has done so by then."""
    assert isinstance(event, StationConnected)
    if _is_missing_something(await store.of_station(event.station_id)):
        await _enqueue(event.station_id, GATHER)


def _is_missing_something(row: store.Row | None) -> bool:
    """`sending` too: the node that did it may have died."""
    return row is not None and row["mode"] != ListMode.OFF and row["state"] in (ListState.WAITING, ListState.SENDING)


async def spread(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: cards of a tenant changed; each station that waits gets a job of its own."""
    for station_id in await store.in_state(UUID(payload["tenant_id"]), ListState.WAITING.value):
        await _enqueue(station_id)


# --- the master pass ---------------------------------------------------------------------------------


async def on_master_pass(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, MasterPassChanged)
    for station_id in await store.with_groups(event.tenant_id):
        await _tell_master_pass(station_id)


async def _tell_master_pass(station_id: UUID) -> None:
    await jobs.enqueue("local_lists.master_pass", {"station_id": str(station_id)}, delay=GATHER)


async def tell_master_pass(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: which group stops every session (C16). A station that is away hears it when it is back; one that refuses
    is not asked again before its firmware or the master pass changes."""
    station = await stations.station(ctx, UUID(payload["station_id"]))
    if station is None or not await store.lacks_master_pass(station.id):
        return
    group = await authorization.master_pass(ctx, station.tenant_id) or ""
    command = commands.SetVariable(component="AuthCtrlr", name="MasterPassGroupId", value=group)
    try:
        answer = await waiting.send(ctx, station, command, None, HEARS_LATER)
        refusal = "" if answer.accepted or answer.status == waiting.QUEUED else answer.status
    except StationRefused as failure:
        refusal = failure.detail or failure.title
    if refusal:
        await store.refused_master_pass(station.id, group, refusal, ctx.now())


async def follow(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: bring a station's list up to date. One that is away is left for its next boot."""
    station = await stations.station(ctx, UUID(payload["station_id"]))
    if station is None:
        return
    if not _is_missing_something(await store.of_station(station.id)):
        return
    try:
        await sync(ctx, station, full=False)
    except (StationOffline, NotFound):
        return
    except (StationTimeout, Conflict) as failure:
        busy = failure.problem_code == "list_busy"
        await jobs.enqueue("local_lists.follow", payload, delay=SOON if busy else AGAIN)
    except StationRefused as failure:
        await store.tell(station.id, ListState.REFUSED.value, failure.detail or failure.title)
