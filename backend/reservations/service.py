"""Holding an outlet: asked of the station, kept as it answers, ended by use, by time, by people or by the station."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend import commands, jobs
from backend.accounts import service as accounts
from backend.authorization import service as authorization
from backend.authorization.rules import Decision, masked
from backend.context import Context, Unit
from backend.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    StationNotThere,
    StationOffline,
    StationRefused,
    StationTimeout,
    WattlineError,
)
from backend.events import StationChanged
from backend.reservations import rules, store
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.model import ConnectorRef, StationRef
from backend.stations.rules import connector_label
from backend.web.guards import Actor
from shared.accounts import Role
from shared.reservations import Reservation, ReservationNew, ReservationState

NONE = "This reservation doesn't exist."
GRACE = timedelta(seconds=30)
"""After this long past its end we say ourselves that it expired: 1.6 stations never tell."""


def _shown(row: store.Row) -> Reservation:
    return Reservation(
        id=str(row["id"]),
        number=row["number"],
        state=ReservationState(row["state"]),
        detail=row["detail"],
        identity=row["identity"],
        station_name=row["station_name"],
        location=row["location"],
        connector_id=str(row["connector"]) if row["connector"] else None,
        connector=connector_label(row["evse"], row["connector_number"]) if row["connector"] else "",
        connector_type=row["connector_type"],
        account_id=str(row["account"]) if row["account"] else None,
        driver=row["driver"],
        id_token=masked(row["id_token"]),
        expires_at=row["expires_at"],
        created_at=row["created_at"],
        transaction_id=str(row["transaction"]) if row["transaction"] else None,
    )


async def one(ctx: Context, actor: Actor, reservation_id: UUID) -> Reservation:
    return _shown(await _own(actor, reservation_id))


async def _own(actor: Actor, reservation_id: UUID) -> store.Row:
    row = await store.one(actor.tenant_id, reservation_id)
    if row is None or not (actor.may(Role.OPERATOR) or row["account"] == actor.account_id):
        raise NotFound(NONE)
    return row


async def page(
    ctx: Context,
    actor: Actor,
    *,
    identity: str | None,
    open_only: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[Reservation], list[Any] | None]:
    """A driver's own, or all of the operator's, newest first."""
    account = None if actor.may(Role.OPERATOR) else actor.account_id
    rows = await store.page(
        actor.tenant_id, account_id=account, identity=identity, open_only=open_only, after=after, limit=limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return [_shown(row) for row in rows[:limit]], [last["created_at"], last["id"]] if last else None


# --- reserving ---------------------------------------------------------------------------------------


async def reserve(ctx: Context, actor: Actor, new: ReservationNew) -> UUID:
    """Ask the station to hold an outlet; the id of the reservation, which is held then.

    Raises NotFound, NotAllowed, InvalidInput, Conflict (the code says why), StationRefused (reserve_occupied,
    reserve_faulted, reserve_unavailable, reserve_rejected) and the errors of a command. What was refused is kept.
    """
    station, connector = await _place(ctx, actor, new)
    account_id, token, decision = await _whose(ctx, actor, new)
    minutes = timedelta(minutes=new.minutes)
    expires_at = (ctx.now() + minutes).replace(microsecond=0)
    async with ctx.unit() as unit:
        await store.lock_account(actor.account_id)
        hindrance = rules.why_not(
            online=connector is None or connector.online,
            operative=connector is None or connector.operative,
            status=connector.status if connector else None,
            minutes=new.minutes,
            driver=not actor.may(Role.OPERATOR),
            own_open=await store.own_open(actor.account_id),
        )
        if hindrance:
            raise Conflict(hindrance[1], code=hindrance[0])
        row = await store.add(
            {
                "tenant": actor.tenant_id,
                "station": station.id,
                "connector": connector.id if connector else None,
                "connector_type": new.connector_type,
                "account": account_id,
                "id_token": token,
                "parent": decision.parent,
                "state": ReservationState.ASKED.value,
                "expires_at": expires_at,
                "created_at": ctx.now(),
            }
        )
        await jobs.enqueue("reservations.expire", {"reservation_id": str(row["id"])}, delay=minutes + GRACE)
        _tell(ctx, unit, station)
    command = commands.ReserveNow(
        number=row["number"],
        evse=connector.evse if connector else 0,
        id_token=token,
        id_token_type=decision.type,
        group=decision.parent,
        expires_at=expires_at,
        connector_type=new.connector_type,
    )
    await _ask(ctx, actor, station, UUID(str(row["id"])), command)
    return UUID(str(row["id"]))


async def _place(ctx: Context, actor: Actor, new: ReservationNew) -> tuple[StationRef, ConnectorRef | None]:
    if bool(new.connector_id) == bool(new.station):
        raise InvalidInput("Name either a connector or a station.", fields=[("$.connector_id", "one of the two")])
    if new.station:
        return await catalog.find(ctx, actor.tenant_id, new.station), None
    if new.connector_type:
        raise InvalidInput("A connector has its type already.", fields=[("$.connector_type", "only with a station")])
    try:
        connector = await stations.connector(ctx, actor.tenant_id, UUID(new.connector_id))
    except ValueError:
        raise NotFound("This connector doesn't exist.") from None
    return connector.station, connector


async def _whose(ctx: Context, actor: Actor, new: ReservationNew) -> tuple[UUID | None, str, Decision]:
    """(account, token, what holds of the token). Only operators reserve for others."""
    others = new.id_token is not None or new.account_id not in (None, str(actor.account_id))
    if others and not actor.may(Role.OPERATOR):
        raise NotAllowed("You can reserve only for yourself.")
    if new.id_token is not None:
        token = new.id_token.strip()
        decision = await authorization.authorize(ctx, actor.tenant_id, token)
        if not decision.accepted:
            raise InvalidInput(rules.TOKEN_WORDS[decision.status], fields=[("$.id_token", decision.status)])
        return decision.account_id, token, decision
    account_id = actor.account_id
    if new.account_id is not None:
        try:
            account_id = UUID(new.account_id)
            found = await accounts.get(ctx, account_id)
        except ValueError:
            raise NotFound("This account doesn't exist.") from None
        if found.tenant != actor.tenant_id:
            raise NotFound("This account doesn't exist.")
    token = await authorization.token_for_account(ctx, account_id)
    decision = await authorization.authorize(ctx, actor.tenant_id, token)
    if not decision.accepted:
        raise Conflict("This person may not charge now; ask the operator.", code="not_authorized")
    return account_id, token, decision


async def _ask(
    ctx: Context, actor: Actor, station: StationRef, reservation_id: UUID, command: commands.ReserveNow
) -> None:
    try:
        answer = await stations.send(ctx, station.id, command, account_id=actor.account_id)
    except WattlineError as failure:
        # Where no answer came the station may hold the outlet all the same: it stays open, can be cancelled and
        # used, and expires.
        uncertain = isinstance(failure, StationTimeout | StationOffline) and not isinstance(failure, StationNotThere)
        if not uncertain:
            await _refuse(ctx, reservation_id, failure.detail or failure.title)
        raise
    if not answer.accepted:
        code, words = rules.refusal(answer.status)
        await _refuse(ctx, reservation_id, words)
        raise StationRefused(words, code=code)
    async with ctx.unit() as unit:
        await store.hold(reservation_id)
        _tell(ctx, unit, station)


async def _refuse(ctx: Context, reservation_id: UUID, words: str) -> None:
    await store.end(reservation_id, ReservationState.REFUSED.value, ctx.now(), detail=words, of=rules.OPEN)


def _tell(ctx: Context, unit: Unit, station: StationRef) -> None:
    unit.emit(
        StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)
    )


async def cancel(ctx: Context, actor: Actor, reservation_id: UUID) -> None:
    """Given up by the station, or not known there (any more): over in both cases, and the state tells which.

    Raises NotFound, Conflict (not_reserved) and the errors of a command.
    """
    row = await _own(actor, reservation_id)
    if row["state"] not in rules.OPEN:
        raise Conflict("This reservation is over already.", code="not_reserved")
    command = commands.CancelReservation(number=row["number"])
    answer = await stations.send(ctx, row["station"], command, account_id=actor.account_id)
    station = await catalog.find(ctx, actor.tenant_id, row["identity"])
    state, detail = ReservationState.CANCELLED, ""
    if not answer.accepted:
        state, detail = ReservationState.REMOVED, "The charger knew nothing of this reservation."
    async with ctx.unit() as unit:
        await store.end(reservation_id, state.value, ctx.now(), detail=detail, of=rules.OPEN)
        _tell(ctx, unit, station)


# --- what ends it ------------------------------------------------------------------------------------


async def expire(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, when its time is over: one that nobody used."""
    reservation_id = UUID(payload["reservation_id"])
    async with ctx.unit() as unit:
        if await store.end(reservation_id, ReservationState.EXPIRED.value, ctx.now(), of=rules.OPEN):
            station = await stations.station(ctx, await store.station_of(reservation_id))
            if station is not None:
                _tell(ctx, unit, station)


async def ended_by_station(ctx: Context, station: StationRef, number: int, word: str) -> None:
    """2.0.1 ReservationStatusUpdate: Expired or Removed. One that we don't know is only in the OCPP log."""
    reservation_id = await store.open_by_number(station.id, number)
    if reservation_id is None or word not in rules.ENDED_BY_STATION:
        return
    state, detail = rules.ENDED_BY_STATION[word]
    async with ctx.unit() as unit:
        await store.end(reservation_id, state.value, ctx.now(), detail=detail, of=rules.OPEN)
        _tell(ctx, unit, station)


async def used(ctx: Context, station: StationRef, number: int | None, transaction_id: UUID) -> datetime | None:
    """A transaction began on what was reserved: since when it was. Inside the unit of the caller."""
    if number is None or not 0 <= number < 2**31:
        return None
    return await store.use(station.id, number, transaction_id, ctx.now())


async def held(ctx: Context, connector: ConnectorRef, token: str, group: str) -> bool | None:
    """None: nobody holds this outlet now; else whether it is held for this card."""
    row = await store.on_connector(connector.id, ctx.now())
    if row is None:
        return None
    return rules.fits(token=token, group=group, held_for=row["id_token"], held_group=row["parent"])
