"""Starting and stopping from the app: decided, paid for, written down, and only then asked of the station."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend import jobs
from backend.accounts import service as accounts
from backend.authorization import service as authorization
from backend.commands import Profile, RequestStart, RequestStop
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotAllowed, NotFound, StationOffline, StationRefused, StationTimeout
from backend.events import TransactionFailed, TransactionRequested, TransactionUpdated
from backend.payments import service as payments
from backend.reservations import service as reservations
from backend.stations import service as stations
from backend.stations.model import ConnectorRef
from backend.tariffs import service as tariffs
from backend.tenants import service as tenants
from backend.transactions import pricing, rules, store, target_rules
from backend.web.guards import Actor
from shared.accounts import Role
from shared.money import Money, TargetNew
from shared.stations import Registration
from shared.transactions import TransactionState as State

Row = store.Row
LIVE = (State.REQUESTED, State.ACTIVE)
GUEST = "guest"
"""What a provider hears of somebody without an account."""


async def request_start(
    ctx: Context,
    actor: Actor,
    connector_id: UUID,
    account_id: UUID | None = None,
    *,
    profile: Profile | None = None,
    target: TargetNew | None = None,
) -> UUID:
    """Ask a station to begin a session. Returns the transaction; what becomes of it comes from the station.

    Raises NotFound, NotAllowed (a driver starts only for themselves), Conflict (code says why: connector_taken,
    connector_faulted, already_charging …), PaymentRefused, and StationOffline, StationTimeout, StationRefused when
    the station can't be asked or refuses: the hold is given back then.
    """
    for_account = account_id or actor.account_id
    if for_account != actor.account_id and not actor.may(Role.OPERATOR):
        raise NotAllowed("You can start only for yourself.")
    driver = await accounts.get(ctx, for_account)
    if driver.tenant != actor.tenant_id:
        raise NotFound("This account doesn't exist.")
    connector = await stations.connector(ctx, actor.tenant_id, connector_id)
    token = await authorization.token_for_account(ctx, for_account)
    row = await _write_down(ctx, connector, for_account, token, wanted=target)
    payer = None if actor.may(Role.OPERATOR) else driver.email
    return await _begin(ctx, connector, row, payer, actor.account_id, profile)


async def start_as_guest(
    ctx: Context, connector: ConnectorRef, transaction_id: UUID, payer: str, target: TargetNew | None = None
) -> UUID:
    """Start for somebody without an account, whose hold is made for `payer` (the provider's word for the customer).

    `transaction_id`: a new one; it is known before anything is asked. Raises as `request_start` does.
    """
    token = await authorization.token_for_guest(ctx, connector.station.tenant_id)
    row = await _write_down(ctx, connector, None, token, wanted=target, id=transaction_id)
    return await _begin(ctx, connector, row, payer, None, None)


async def start_for(
    ctx: Context, connector: ConnectorRef, account_id: UUID | None, token: str, payer: str | None
) -> UUID:
    """Start for a card of somebody, or of nobody in particular; `payer` None: nothing is reserved. Raises as
    `request_start` does."""
    row = await _write_down(ctx, connector, account_id, token)
    return await _begin(ctx, connector, row, payer, None, None)


async def _begin(
    ctx: Context, connector: ConnectorRef, row: Row, payer: str | None, by: UUID | None, profile: Profile | None
) -> UUID:
    """Reserve the money and ask the station; `payer` None: nothing is reserved."""
    hold = Money(amount=await tenants.hold_amount(ctx, row["tenant"]), currency=row["currency"])
    try:
        if row["tariff"] is not None and payer is not None:
            await payments.hold(ctx, row["tenant"], row["id"], row["account"], payer, hold)
        await _ask(ctx, connector, row, row["id_token"], by, profile)
    except (StationOffline, StationTimeout, StationRefused, Conflict) as failure:
        await fail(ctx, row["id"], failure.detail)
        raise
    except Exception as failure:
        await fail(ctx, row["id"], str(failure))
        raise
    return UUID(str(row["id"]))


async def _write_down(
    ctx: Context,
    connector: ConnectorRef,
    account_id: UUID | None,
    token: str,
    *,
    wanted: TargetNew | None = None,
    **values: Any,
) -> Row:
    async with ctx.unit() as unit:
        await store.lock_station(connector.station.id)
        if account_id is not None:
            await store.lock_account(account_id)
        live = await store.live_on(connector.station.id, LIVE, connector.evse)
        taken = [row for row in live if not rules.unclaimed(row)]
        group = (await authorization.authorize(ctx, connector.station.tenant_id, token)).parent
        held = await reservations.held(ctx, connector, token, group)
        hindrance = rules.why_not_start(
            accepted=connector.station.registration is Registration.ACCEPTED,
            online=connector.online,
            operative=connector.operative,
            status=connector.status,
            taken=bool(taken),
            held=held,
            own_sessions=await store.own_sessions(account_id) if account_id is not None else 0,
        )
        if hindrance:
            raise Conflict(hindrance[1], code=hindrance[0])
        tariff, currency = await pricing.tariff_for(ctx, connector.station.tenant_id, connector, account_id)
        if wanted is not None:
            stored = await tariffs.get(ctx, tariff) if tariff else None
            values["target"] = target_of(wanted, stored, connector.time_zone, ctx.now())
        row = await store.add(
            {
                "tenant": connector.station.tenant_id,
                "station": connector.station.id,
                "connector": connector.id,
                "evse": connector.evse,
                "account": account_id,
                "id_token": token,
                "tariff": tariff,
                "currency": currency,
                "state": str(State.REQUESTED),
                "requested_at": ctx.now(),
                "created_at": ctx.now(),
                "updated_at": ctx.now(),
                **values,
            }
        )
        await jobs.enqueue(
            "transactions.expire",
            {"transaction_id": str(row["id"])},
            delay=timedelta(seconds=ctx.settings.start_timeout_s),
        )
        tell(ctx, unit, TransactionRequested, row, connector.station.identity)
    return row


async def _ask(
    ctx: Context, connector: ConnectorRef, row: Row, token: str, by: UUID | None, profile: Profile | None
) -> None:
    answer = await stations.send(
        ctx,
        connector.station.id,
        RequestStart(evse=connector.evse, id_token=token, remote_start_id=row["number"], profile=profile),
        account_id=by,
    )
    if not answer.accepted:
        raise StationRefused(
            f"The charger refused to start ({answer.status or 'no reason given'}). Check the cable and try again.",
            code="start_rejected",
        )


async def fail(ctx: Context, transaction_id: UUID, why: str) -> None:
    """A requested session will not begin. No effect once it has: the station's word counts more."""
    async with ctx.unit() as unit:
        row = await store.by_id(transaction_id, lock=True)
        if row is None or row["state"] != State.REQUESTED:
            return
        await store.change(transaction_id, {"state": str(State.FAILED), "failure": why, "updated_at": ctx.now()})
        await payments.want_release(transaction_id)
        joined = await store.joined(transaction_id)
        identity = joined["identity"] if joined else ""
        tell(ctx, unit, TransactionFailed, row, identity, failure=why)


async def expire(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, some time after a start was asked for: by now the station should have begun."""
    transaction_id = UUID(payload["transaction_id"])
    row = await store.joined(transaction_id)
    if row is None or row["state"] != State.REQUESTED:
        return
    await payments.finish_hold(ctx, transaction_id)
    await fail(ctx, transaction_id, "The charger didn't begin in time. Plug in within two minutes after the start.")


async def request_stop(ctx: Context, actor: Actor, transaction_id: UUID) -> None:
    """Ask a station to end a session; it ends when the station says so.

    Raises NotFound (also for another driver's), Conflict when it isn't running, and the errors of a command.
    """
    row = await store.joined(transaction_id)
    if row is None or row["tenant"] != actor.tenant_id or not may_see(actor, row):
        raise NotFound("This session doesn't exist.")
    await stop_running(ctx, row, actor.account_id)


async def stop_as_guest(ctx: Context, transaction_id: UUID) -> None:
    """For whoever holds the link of a guest's session. Raises as `request_stop` does."""
    row = await store.joined(transaction_id)
    if row is None or row["account"] is not None:
        raise NotFound("This session doesn't exist.")
    await stop_running(ctx, row, None)


async def stop_running(ctx: Context, row: Row, by: UUID | None) -> None:
    """Ask the station. Raises Conflict when it isn't running, and the errors of a command."""
    transaction_id = row["id"]
    if row["state"] == State.REQUESTED:
        await fail(ctx, transaction_id, "Cancelled before the charger began.")
        return
    if row["state"] != State.ACTIVE:
        raise Conflict("This session has ended already.", code="not_running")
    answer = await stations.send(
        ctx, row["station"], RequestStop(transaction_ref=row["ref"] or str(row["number"])), account_id=by
    )
    if not answer.accepted:
        raise StationRefused(
            "The charger refused to stop. Stop at the car, or unplug, or call the operator.", code="stop_rejected"
        )
    async with ctx.unit() as unit:
        await store.change(transaction_id, {"stop_requested_at": ctx.now(), "updated_at": ctx.now()})
        tell(ctx, unit, TransactionUpdated, row, row["identity"])


def target_of(
    wanted: TargetNew,
    tariff: tariffs.StoredTariff | None,
    time_zone: str,
    now: datetime,
    *,
    progress: target_rules.Progress | None = None,
    cost: Decimal | None = None,
) -> Row:
    """A target as it is stored. Raises InvalidInput for one that can't be meant, or that is behind already."""
    least = cost
    if least is None and tariff is not None:
        least = pricing.least(tariff.definition, ZoneInfo(time_zone), now)
    currency = tariff.currency if tariff else ""
    if why := target_rules.why_not(wanted, currency=currency, least=least, progress=progress):
        raise InvalidInput(why, code="target_impossible", fields=[("$.target", why)])
    found: Row = {name: getattr(wanted, name) for name in target_rules.named(wanted)}
    return msgspec.to_builtins(found) | {"currency": currency, "state": "waiting", "set_at": now.isoformat()}


async def check_target(ctx: Context, connector: ConnectorRef, wanted: TargetNew) -> None:
    """Before anything is paid. Raises InvalidInput (target_impossible)."""
    tariff, _ = await pricing.tariff_for(ctx, connector.station.tenant_id, connector)
    target_of(wanted, await tariffs.get(ctx, tariff) if tariff else None, connector.time_zone, ctx.now())


def may_see(actor: Actor, row: Row) -> bool:
    return actor.may(Role.OPERATOR) or row["account"] == actor.account_id


def tell(ctx: Context, unit: Unit, kind: Any, row: Row, identity: str, **more: Any) -> None:
    unit.emit(
        kind(
            tenant_id=row["tenant"],
            at=ctx.now(),
            transaction_id=row["id"],
            station_id=row["station"],
            identity=identity,
            connector_id=row["connector"],
            account_id=row["account"],
            **more,
        )
    )
