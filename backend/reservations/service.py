"""Holding an outlet: asked of the station, kept as it answers, ended by use, by time, by people or by the station."""

from datetime import datetime, timedelta
from decimal import Decimal
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
from backend.events import ReservationEnded, ReservationMade, StationChanged
from backend.payments import service as payments
from backend.reservations import pricing, rules, store
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.model import ConnectorRef, StationRef
from backend.stations.rules import connector_label
from backend.web.guards import Actor
from shared.accounts import Role
from shared.money import Money
from shared.reservations import Reservation, ReservationNew, ReservationPrice, ReservationState

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
        unused_price=_money(row["unused_price"], row["currency"]),
    )


def _money(amount: Decimal, currency: str) -> Money | None:
    return Money(amount=amount, currency=currency) if amount > 0 else None


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

    What it may cost without a session is set aside first, as for a session.

    Raises NotFound, NotAllowed, InvalidInput, Conflict (the code says why), PaymentRefused, StationRefused
    (reserve_occupied, reserve_faulted, reserve_unavailable, reserve_rejected) and the errors of a command. What was
    refused is kept.
    """
    station, connector = await _place(ctx, actor, new)
    account_id, token, decision = await _whose(ctx, actor, new)
    outlet = connector.id if connector else None
    price = await pricing.quote(ctx, actor.tenant_id, station.id, outlet, account_id, new.minutes)
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
                "expires_at": price.expires_at,
                "unused_price": price.unused,
                "currency": price.currency,
                "created_at": ctx.now(),
            }
        )
        delay = timedelta(minutes=new.minutes) + GRACE
        await jobs.enqueue("reservations.expire", {"reservation_id": str(row["id"])}, delay=delay)
        if price.tariff is not None and price.held > 0:
            unit.emit(
                ReservationMade(
                    tenant_id=actor.tenant_id,
                    at=ctx.now(),
                    station_id=station.id,
                    identity=station.identity,
                    reservation_id=row["id"],
                    connector_id=connector.id if connector else None,
                    evse=connector.evse if connector else 0,
                    account_id=account_id,
                    id_token=token,
                    tariff_id=price.tariff,
                    currency=price.currency,
                    begins_at=price.begins_at,
                )
            )
        _tell(ctx, unit, station)
    if price.held > 0 and not actor.may(Role.OPERATOR):
        await _set_aside(ctx, actor, station, row["id"], price)
    command = commands.ReserveNow(
        number=row["number"],
        evse=connector.evse if connector else 0,
        id_token=token,
        id_token_type=decision.type,
        group=decision.parent,
        expires_at=price.expires_at,
        connector_type=new.connector_type,
    )
    await _ask(ctx, actor, station, UUID(str(row["id"])), command)
    return UUID(str(row["id"]))


async def price(ctx: Context, actor: Actor, connector_id: UUID, minutes: int) -> ReservationPrice:
    """What a driver is told before they reserve. Raises NotFound."""
    connector = await stations.connector(ctx, actor.tenant_id, connector_id)
    found = await pricing.quote(ctx, actor.tenant_id, connector.station.id, connector.id, actor.account_id, minutes)
    return ReservationPrice(
        minutes=minutes,
        unused=_money(found.unused, found.currency),
        given_back=_money(found.given_back, found.currency),
        held=_money(found.held, found.currency),
    )


async def _set_aside(
    ctx: Context, actor: Actor, station: StationRef, reservation_id: UUID, price: pricing.Quote
) -> None:
    """Raises PaymentRefused; the reservation is none then."""
    payer = (await accounts.get(ctx, actor.account_id)).email
    amount = Money(amount=price.held, currency=price.currency)
    try:
        await payments.hold(ctx, actor.tenant_id, reservation_id, actor.account_id, payer, amount)
    except Exception as failure:
        await _refuse(ctx, station, reservation_id, str(getattr(failure, "detail", "") or failure))
        raise


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
            await _refuse(ctx, station, reservation_id, failure.detail or failure.title)
        raise
    if not answer.accepted:
        code, words = rules.refusal(answer.status)
        await _refuse(ctx, station, reservation_id, words)
        raise StationRefused(words, code=code)
    async with ctx.unit() as unit:
        await store.hold(reservation_id)
        _tell(ctx, unit, station)


async def _refuse(ctx: Context, station: StationRef, reservation_id: UUID, words: str) -> None:
    async with ctx.unit() as unit:
        await _over(ctx, unit, station, reservation_id, ReservationState.REFUSED, words)


async def _over(
    ctx: Context,
    unit: Unit,
    station: StationRef,
    reservation_id: UUID,
    state: ReservationState,
    detail: str = "",
    *,
    own_wish: bool = False,
) -> None:
    """It ends, unless it has ended already; who asks money for it hears how."""
    now = ctx.now()
    row = await store.end(reservation_id, state.value, now, detail=detail, of=rules.OPEN)
    if row is None:
        return
    session = await store.came(row, now)
    how = rules.how(
        state,
        was=row["was"],
        came=session is not None,
        own_wish=own_wish,
        usable=await store.usable(row),
        expires_at=row["expires_at"],
        now=now,
    )
    if session is not None:
        await store.used_by(reservation_id, session["id"])
    unit.emit(
        ReservationEnded(
            tenant_id=station.tenant_id,
            at=now,
            station_id=station.id,
            identity=station.identity,
            reservation_id=reservation_id,
            how=how.value,
            ended_at=min(now, row["expires_at"]),
            transaction_id=session["id"] if session else None,
        )
    )
    _tell(ctx, unit, station)


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
        await _over(ctx, unit, station, reservation_id, state, detail, own_wish=row["account"] == actor.account_id)


# --- what ends it ------------------------------------------------------------------------------------


async def expire(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, when its time is over: one that nobody used."""
    reservation_id = UUID(payload["reservation_id"])
    station = await stations.station(ctx, await store.station_of(reservation_id))
    if station is None:
        return
    await payments.finish_hold(ctx, reservation_id)
    async with ctx.unit() as unit:
        await _over(ctx, unit, station, reservation_id, ReservationState.EXPIRED)


async def ended_by_station(ctx: Context, station: StationRef, number: int, word: str) -> None:
    """2.0.1 ReservationStatusUpdate: Expired or Removed. One that we don't know is only in the OCPP log."""
    reservation_id = await store.open_by_number(station.id, number)
    if reservation_id is None or word not in rules.ENDED_BY_STATION:
        return
    state, detail = rules.ENDED_BY_STATION[word]
    async with ctx.unit() as unit:
        await _over(ctx, unit, station, reservation_id, state, detail)


async def used(
    ctx: Context, station: StationRef, number: int | None, transaction_id: UUID
) -> tuple[UUID, datetime] | None:
    """A transaction began on what was reserved: which one, and since when it was. Inside the unit of the caller."""
    if number is None or not 0 <= number < 2**31:
        return None
    row = await store.use(station.id, number, transaction_id, ctx.now())
    return (row["id"], row["created_at"]) if row else None


async def held(ctx: Context, connector: ConnectorRef, token: str, group: str) -> bool | None:
    """None: nobody holds this outlet now; else whether it is held for this card."""
    row = await store.on_connector(connector.id, ctx.now())
    if row is None:
        return None
    return rules.fits(token=token, group=group, held_for=row["id_token"], held_group=row["parent"])
