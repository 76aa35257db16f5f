"""Messages on screens: sent, asked for, removed, and kept as the station last told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from backend.commands import Answer, ListMessages, RemoveMessage, ShowMessage
from backend.context import Context
from backend.displays import rules, store
from backend.displays.model import Shown
from backend.errors import InvalidInput
from backend.stations import service as stations
from shared.displays import DisplayFilter, DisplayMessage, DisplayMessageNew


def check(new: DisplayMessageNew) -> None:
    """Raises InvalidInput."""
    if wrong := rules.problem(new.begins_at, new.ends_at):
        raise InvalidInput(wrong, fields=[("$.ends_at", wrong)])


async def show(ctx: Context, station_id: UUID, number: int, new: DisplayMessageNew, by: UUID | None) -> Answer:
    """Kept once the station has accepted it. Raises InvalidInput and the errors of a command."""
    check(new)
    said = msgspec.structs.asdict(new)
    fields: dict[str, Any] = {name: value or None for name, value in said.items()}
    answer = await stations.send(ctx, station_id, ShowMessage(number=number, **fields), account_id=by)
    if answer.accepted:
        await store.put(station_id, Shown(number=number, **said), None, ctx.now())
    return answer


async def read(ctx: Context, station_id: UUID, wanted: DisplayFilter, by: UUID | None) -> Answer:
    """The messages follow in reports. A station that has none at all forgets what we kept."""
    command = ListMessages(
        request_id=await store.next_request(),
        numbers=wanted.numbers,
        priority=wanted.priority or None,
        state=wanted.state or None,
    )
    answer = await stations.send(ctx, station_id, command, account_id=by)
    everything = not (wanted.numbers or wanted.priority or wanted.state)
    if answer.status == "Unknown" and everything:
        await store.remove_all(station_id)
    return answer


async def remove(ctx: Context, station_id: UUID, number: int, by: UUID | None) -> Answer:
    answer = await stations.send(ctx, station_id, RemoveMessage(number=number), account_id=by)
    if answer.accepted or answer.status == "Unknown":  # either way the station has it no more
        await store.remove(station_id, number)
    return answer


async def reported(ctx: Context, station_id: UUID, request_id: int, found: Sequence[Shown]) -> None:
    async with ctx.unit():
        for one in sorted(found, key=lambda one: one.number):
            await store.put(station_id, one, request_id, ctx.now())


async def shown(_ctx: Context, station_id: UUID) -> list[DisplayMessage]:
    return [
        DisplayMessage(**{name: row[name] for name in DisplayMessage.__struct_fields__})
        for row in await store.of_station(station_id)
    ]
