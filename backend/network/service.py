"""Network profiles: sent to a station, kept per slot as it accepted them, and made its first choice."""

from uuid import UUID

import msgspec

from backend import commands
from backend.commands import Answer
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.network import rules, store
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.model import StationRef
from shared.network import Interface, NetworkActivated, NetworkProfile, NetworkProfileNew
from shared.stations import ResetKind

COMPONENT, PRIORITY = "OCPPCommCtrlr", "NetworkConfigurationPriority"
FIRST = -1
"""Before every slot."""


async def check(
    ctx: Context, tenant_id: UUID, identity: str, wanted: NetworkProfileNew
) -> tuple[StationRef, NetworkProfileNew]:
    """The station, and the profile with its address. Raises InvalidInput, and what `put` raises."""
    station = await catalog.may_raise(ctx, tenant_id, identity, wanted.security_profile)
    wanted = msgspec.structs.replace(wanted, url=wanted.url or ctx.settings.station_url)
    if problem := rules.url_problem(wanted.url, wanted.security_profile):
        raise InvalidInput(problem, fields=[("$.url", problem)])
    return station, wanted


async def put(
    ctx: Context, tenant_id: UUID, identity: str, slot: int, wanted: NetworkProfileNew, account_id: UUID | None
) -> Answer:
    """B09. Raises Conflict for a lower security profile and for one without the password that it needs."""
    station, wanted = await check(ctx, tenant_id, identity, wanted)
    command = commands.SetNetworkProfile(
        slot=slot,
        url=wanted.url,
        security_profile=wanted.security_profile,
        interface=wanted.interface.value,
        message_timeout_s=wanted.message_timeout_s,
    )
    answer = await stations.send(ctx, station.id, command, account_id=account_id)
    if answer.accepted:
        await store.put(station.id, slot, wanted, ctx.now())
    return answer


async def activate(
    ctx: Context, station: StationRef, slot: int, reset: ResetKind | None, account_id: UUID | None
) -> NetworkActivated:
    """B10: this slot first, then a restart. Its security profile is in force once the station comes back by it."""
    profile = await store.one(station.id, slot)
    if profile is None:
        raise NotFound("The station holds no profile in this slot; send it one first.")
    known = await stations.variable(ctx, station.id, COMPONENT, PRIORITY)
    order = rules.priority(slot, known or "", await store.slots(station.id))
    command = commands.SetVariable(component=COMPONENT, name=PRIORITY, value=order)
    answer = await stations.send(ctx, station.id, command, account_id=account_id)
    if not answer.accepted:
        return NetworkActivated(accepted=False, status=answer.status, priority=order)
    await store.set_active(station.id, slot)
    await stations.expect_profile(station.id, profile["security_profile"])
    restart = ""
    if reset is not None:
        command_reset = commands.Reset(hard=reset is ResetKind.HARD)
        restart = (await stations.send(ctx, station.id, command_reset, account_id=account_id)).status
    return NetworkActivated(accepted=True, status=answer.status, priority=order, reset_status=restart)


async def profiles(ctx: Context, station: StationRef, after: int, limit: int) -> list[NetworkProfile]:
    rows = await store.of_station(station.id, after, limit)
    return [NetworkProfile(**{**row, "interface": Interface(row["interface"])}) for row in rows]
