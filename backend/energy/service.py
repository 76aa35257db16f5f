"""Charging profiles: sent, kept as the station holds them, and what they come to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec

from backend import commands
from backend.context import Context, Unit
from backend.energy import composite, rules, store
from backend.energy.composite import Held, Supply
from backend.errors import Conflict, InvalidInput
from backend.events import Event, TransactionEnded, TransactionStarted
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.transactions import holding, requests
from backend.web.guards import Actor
from shared.energy import (
    DAY_S,
    ChargingProfile,
    ChargingSchedule,
    Composite,
    CompositeAsk,
    Kind,
    LimitSource,
    ProfileAnswer,
    ProfileFilter,
    Purpose,
    RateUnit,
    SchedulePeriod,
    SetProfile,
    StartLimited,
    StoredProfile,
)

Key = list[Any] | None
OWN = LimitSource.CSO.value
WIRE = Decimal("0.1")
HOLDS_AHEAD_S = 7 * DAY_S
DEFAULT_W = 11_040
"""Of an outlet whose power nobody entered: 16 A on three phases."""


# --- setting -----------------------------------------------------------------------------------------


async def set_profile(ctx: Context, station: StationRef, wanted: SetProfile, by: UUID | None) -> ProfileAnswer:
    """Kept once the station accepted it. Raises InvalidInput, Conflict (no_transaction) and errors of a command."""
    profile, row = await _complete(ctx, station, wanted)
    command = commands.SetProfile(evse=wanted.evse, profile=_on_wire(profile, row))
    answer = await stations.send(ctx, station.id, command, account_id=by)
    if answer.accepted:
        transaction_id = row["id"] if row else None
        await store.put(station.id, wanted.evse, OWN, profile, transaction_id, None, ctx.now())
        await note_holds(ctx, station, wanted.evse, profile)
    return ProfileAnswer(
        accepted=answer.accepted,
        status=answer.status,
        detail=rules.explained(answer.status),
        number=profile.number,
    )


async def check_profile(ctx: Context, station: StationRef, wanted: SetProfile) -> None:
    """Raises InvalidInput for one that this station can't take, whoever charges by then."""
    told = await stations.variable_values(ctx, station.id, rules.VARIABLES)
    if found := rules.problems(wanted.profile, wanted.evse, station.ocpp_version, told):
        raise InvalidInput("This profile can't be used.", fields=found)


async def _complete(
    ctx: Context, station: StationRef, wanted: SetProfile, *, starting: bool = False
) -> tuple[ChargingProfile, store.Row | None]:
    """The profile with its number, and the transaction it is for. `starting`: that doesn't exist yet."""
    profile = wanted.profile
    await check_profile(ctx, station, wanted)
    row = None
    if profile.purpose is Purpose.TRANSACTION and not starting:
        row = await _transaction(station, wanted.evse, profile.transaction_id)
        profile = msgspec.structs.replace(profile, transaction_id=str(row["id"]))
    if profile.number is None:
        # Another id of the same level would be a second profile beside it, which stations refuse (K01.FR.39).
        known = await store.number_of(
            station.id, wanted.evse, profile.purpose.value, profile.stack_level, row["id"] if row else None
        )
        profile = msgspec.structs.replace(profile, number=known or await store.next_number())
    return profile, row


async def _transaction(station: StationRef, evse: int, named: str | None) -> store.Row:
    if named is not None:
        try:
            row = await store.transaction(station.id, UUID(named))
        except ValueError:
            row = None
        if row is None or row["evse"] != evse:
            wrong = "unknown at this EVSE"
            raise InvalidInput("This session doesn't exist.", fields=[("$.profile.transaction_id", wrong)])
        return row
    row = next((one for one in await store.running(station.id) if one["evse"] == evse), None)
    if row is None:
        raise Conflict(f"Nobody is charging on EVSE {evse}.", code="no_transaction")
    return row


def _on_wire(profile: ChargingProfile, row: store.Row | None) -> commands.Profile:
    assert profile.number is not None
    return commands.Profile(
        number=profile.number,
        purpose=profile.purpose,
        kind=profile.kind,
        stack_level=profile.stack_level,
        schedules=profile.schedules,
        recurrency=profile.recurrency,
        valid_from=profile.valid_from,
        valid_to=profile.valid_to,
        transaction_ref=(row["ref"] or str(row["number"])) if row else None,
    )


async def start_limited(ctx: Context, actor: Actor, wanted: StartLimited) -> UUID:
    """Ask for a session that is limited from its first moment on (F01, K05). Raises InvalidInput, and as a start."""
    if wanted.profile.purpose is not Purpose.TRANSACTION:
        raise InvalidInput("A start takes a profile for its transaction.", fields=[("$.profile.purpose", "TxProfile")])
    if wanted.profile.transaction_id is not None:
        raise InvalidInput("The session doesn't exist yet.", fields=[("$.profile.transaction_id", "leave it out")])
    connector_id, account_id = _uuid(wanted.connector_id), _uuid(wanted.account_id) if wanted.account_id else None
    connector = await stations.connector(ctx, actor.tenant_id, connector_id)
    asked = SetProfile(evse=connector.evse, profile=wanted.profile)
    profile, _ = await _complete(ctx, connector.station, asked, starting=True)
    transaction_id = await requests.request_start(ctx, actor, connector_id, account_id, profile=_on_wire(profile, None))
    profile = msgspec.structs.replace(profile, transaction_id=str(transaction_id))
    await store.put(connector.station.id, connector.evse, OWN, profile, transaction_id, None, ctx.now())
    return transaction_id


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("This is no id.", fields=[("$", text[:40])]) from None


# --- clearing and reading ----------------------------------------------------------------------------


def check_filter(which: ProfileFilter) -> None:
    """Raises InvalidInput for what can't be cleared."""
    if len(which.numbers) > 1:
        raise InvalidInput("Clear one number at a time.", fields=[("$.numbers", "one")])
    if which.sources or which.purpose is Purpose.EXTERNAL:
        raise InvalidInput("Limits of others are not cleared from here.", fields=[("$.sources", "own ones only")])
    number = which.numbers[0] if which.numbers else None
    others = (which.evse, which.purpose, which.stack_level)
    if number is not None and any(one is not None for one in others):
        raise InvalidInput("Name a number or other marks, not both.", fields=[("$.numbers", "alone")])


async def clear(ctx: Context, station: StationRef, which: ProfileFilter, by: UUID | None) -> ProfileAnswer:
    """By number, or by the other marks; nothing named: all. What the station doesn't know we forget too."""
    check_filter(which)
    number = which.numbers[0] if which.numbers else None
    command = commands.ClearProfiles(
        number=number, evse=which.evse, purpose=which.purpose, stack_level=which.stack_level
    )
    answer = await stations.send(ctx, station.id, command, account_id=by)
    if answer.accepted or answer.status == "Unknown":
        await store.forget(
            station.id,
            number=number,
            evse=which.evse,
            purpose=which.purpose and which.purpose.value,
            stack_level=which.stack_level,
        )
        await note_holds(ctx, station)
    return ProfileAnswer(accepted=answer.accepted, status=answer.status, detail=rules.explained(answer.status))


async def read(ctx: Context, station: StationRef, which: ProfileFilter, by: UUID | None) -> ProfileAnswer:
    """The station sends them a little later (2.0.1 K09). One that has none at all forgets what we kept."""
    marks = (which.numbers, which.purpose, which.stack_level, which.sources)
    everything = which.evse is None and not any(one not in (None, []) for one in marks)
    request_id = await store.next_request(station.id, everything, ctx.now())
    command = commands.GetProfiles(
        request_id=request_id,
        evse=which.evse,
        numbers=list(which.numbers),
        purpose=which.purpose,
        stack_level=which.stack_level,
        sources=list(which.sources),
    )
    answer = await stations.send(ctx, station.id, command, account_id=by)
    if everything and answer.status == "NoProfiles":
        await store.forget_unreported(station.id, request_id)
    return ProfileAnswer(accepted=answer.accepted, status=answer.status, detail=rules.explained(answer.status))


async def reported(
    ctx: Context,
    station: StationRef,
    request_id: int,
    source: LimitSource,
    evse: int,
    profiles: Sequence[tuple[ChargingProfile, str | None]],
    *,
    more: bool,
) -> None:
    """A part of the answer: (profile, the station's id of its transaction)."""
    async with ctx.unit():
        live = {row["ref"]: row for row in await store.running(station.id)}
        for profile, ref in profiles:
            row = live.get(ref) if ref else None
            known = msgspec.structs.replace(profile, transaction_id=str(row["id"]) if row else None)
            await store.put(station.id, evse, source.value, known, row["id"] if row else None, request_id, ctx.now())
        if not more:
            await store.forget_unreported(station.id, request_id)


def _stored(row: store.Row) -> StoredProfile:
    return StoredProfile(
        number=row["number"],
        evse=row["evse"],
        source=LimitSource(row["source"]),
        profile=_profile(row),
        set_at=row["set_at"],
    )


def _profile(row: store.Row) -> ChargingProfile:
    return msgspec.convert(row["profile"], ChargingProfile, strict=False)


async def page(
    ctx: Context, station_id: UUID, after: tuple[int, str, int] | None, limit: int
) -> tuple[list[StoredProfile], Key]:
    rows = await store.page(station_id, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return [_stored(row) for row in rows[:limit]], [last["evse"], last["source"], last["number"]] if last else None


async def on_ended(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """A profile ends with its transaction (K01.FR.24)."""
    await store.forget_transactions([one.transaction_id for one in events if isinstance(one, TransactionEnded)])


# --- what they come to -------------------------------------------------------------------------------


async def held(ctx: Context, station: StationRef, *, without: Purpose | None = None) -> list[Held]:
    """What limits this station now: its profiles, and the limits that others set."""
    found = [
        Held(
            evse=row["evse"],
            purpose=one.purpose,
            kind=one.kind,
            stack_level=one.stack_level,
            schedule=one.schedules[0],
            recurrency=one.recurrency,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for row in await store.of_station(station.id)
        for one in (_profile(row),)
        if one.purpose is not without
    ]
    for row in await store.limits(station.id, None, 1000):
        for schedule in msgspec.convert(row["schedules"], list[ChargingSchedule], strict=False):
            found.append(
                Held(
                    evse=row["evse"],
                    purpose=Purpose.EXTERNAL,
                    kind=Kind.ABSOLUTE if schedule.starts_at else Kind.RELATIVE,
                    stack_level=0,
                    schedule=schedule
                    if schedule.starts_at
                    else msgspec.structs.replace(schedule, starts_at=row["set_at"]),
                )
            )
    return found


async def computed(
    ctx: Context,
    station: StationRef,
    *,
    evse: int,
    starts_at: datetime,
    duration_s: int,
    unit: RateUnit,
    without: Purpose | None = None,
) -> list[SchedulePeriod]:
    """Our own composite schedule, with limits as the wire has them: rounded down to one decimal."""
    outlets = await store.outlets(station.id)
    begun = {row["evse"]: row["begun_at"] for row in await store.running(station.id)}
    supply = Supply(default_a=_own_a(outlets, evse))
    found = composite.composite(
        await held(ctx, station, without=without),
        evse=evse,
        evses=[row["evse"] for row in outlets],
        starts_at=starts_at,
        duration_s=duration_s,
        unit=unit,
        begun=begun,
        supply=supply,
    )
    return [msgspec.structs.replace(one, limit=one.limit.quantize(WIRE, ROUND_DOWN)) for one in found]


async def allowed_a(ctx: Context, station_id: UUID, evse: int, transaction_id: UUID, since: datetime) -> float | None:
    """What limits have left a session of each phase at the least since then, in amperes; None: all that its outlet has.

    Profiles that are gone count where they gave nothing: that is kept with the session.
    """
    station, now = await stations.station(ctx, station_id), ctx.now()
    if station is None:
        return None
    if await holding.held_since(transaction_id, since, now):
        return 0.0
    seconds = max(1, int((now - since).total_seconds()))
    periods = await computed(ctx, station, evse=evse, starts_at=since, duration_s=seconds, unit=RateUnit.AMPERE)
    least = min(one.limit for one in periods)
    full = _own_a(await store.outlets(station_id), evse).quantize(WIRE, ROUND_DOWN)
    return None if least >= full else float(least)


def _own_a(outlets: Sequence[store.Row], evse: int) -> Decimal:
    """Of each phase, where no profile speaks."""
    own_w = [row["max_power_w"] or DEFAULT_W for row in outlets if evse in (0, row["evse"])] or [DEFAULT_W]
    return Decimal(max(own_w)) / (composite.VOLTAGE * composite.PHASES)


async def note_holds(ctx: Context, station: StationRef, evse: int = 0, new: ChargingProfile | None = None) -> None:
    """When sessions get nothing is kept with them: they pay no idle fee for that time. After a station took a profile
    (`new`), was rid of some or was limited by others. evse 0: all of it."""
    running = [one for one in await holding.running(station.id, ctx.now()) if evse in (0, one.evse)]
    if new is not None and not rules.gives_nothing(new):
        running = [one for one in running if one.held]
    if running:
        await holding.note(ctx, {one.id: await _nothing(ctx, station, one.evse) for one in running})


async def _nothing(ctx: Context, station: StationRef, evse: int) -> Sequence[tuple[datetime, datetime]]:
    """When this EVSE gets nothing, from now on."""
    now = ctx.now()
    periods = await computed(ctx, station, evse=evse, starts_at=now, duration_s=HOLDS_AHEAD_S, unit=RateUnit.AMPERE)
    edges = [*((one.start_s, one.limit) for one in periods), (HOLDS_AHEAD_S, None)]
    return [
        (now + timedelta(seconds=start), now + timedelta(seconds=end))
        for (start, limit), (end, _) in pairwise(edges)
        if not limit
    ]


async def on_started(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: profiles that were there before a session limit it too."""
    begun = {event.station_id for event in events if isinstance(event, TransactionStarted)}
    for station_id in await store.giving_nothing(begun):
        station = await stations.station(ctx, station_id)
        if station is not None:
            await note_holds(ctx, station)


async def ask_composite(ctx: Context, station: StationRef, wanted: CompositeAsk, by: UUID | None) -> Composite:
    """The station's answer beside our own. Raises Conflict (composite_rejected) and the errors of a command."""
    command = commands.GetComposite(evse=wanted.evse, duration_s=wanted.duration_s, unit=wanted.unit)
    answer = await stations.send(ctx, station.id, command, account_id=by)
    if not answer.accepted or not answer.result:
        raise Conflict("The station gives no schedule for this EVSE or unit.", code="composite_rejected")
    told = msgspec.convert(answer.result, commands.ToldSchedule, strict=False)
    begins = told.starts_at or ctx.now()
    ours = await computed(ctx, station, evse=wanted.evse, starts_at=begins, duration_s=told.duration_s, unit=told.unit)
    return Composite(
        evse=wanted.evse,
        starts_at=begins,
        duration_s=told.duration_s,
        unit=told.unit,
        told=told.periods,
        computed=ours,
        differs_at_s=composite.differ(told.periods, ours, told.duration_s),
    )
