"""How a report changes a transaction's row: the parts that `service` puts together."""

from typing import Any
from uuid import UUID

from backend.authorization.rules import Decision
from backend.context import Context, Unit
from backend.events import StopCameLate, TransactionEnded, TransactionFailed, TransactionStarted, TransactionUpdated
from backend.payments import service as payments
from backend.stations.model import ConnectorRef, StationRef
from backend.transactions import pricing, rules, signed_store, store, targets
from backend.transactions.model import Ended, Report, Started
from shared.transactions import TransactionState as State

Row = store.Row


async def begin(
    ctx: Context,
    station: StationRef,
    report: Report,
    connector: ConnectorRef | None,
    row: Row | None,
    decision: Decision | None,
    *flags: str,
) -> Row:
    """A transaction runs from now on: a new row, the one that was asked for, or one whose start comes last."""
    if row is None:
        account = decision.account_id if decision else None
        price = await pricing.tariff_for(ctx, station.tenant_id, connector, account, report.at)
        return await store.add(new_row(ctx, station, report, connector, decision, price, *flags))
    meter = _first_register(report)
    values = _running(ctx, report, connector)
    values["evse"] = report.evse if report.evse is not None else row["evse"]
    values["charging_state"] = report.charging_state or row["charging_state"]
    if row["state"] == State.ACTIVE or row["state"] == State.ENDED:
        # The start came after later messages of the same transaction: only what it knows better.
        values = {
            "begun_at": min(report.at, row["begun_at"] or report.at),
            "meter_start_wh": meter if meter is not None else row["meter_start_wh"],
            "flags": [flag for flag in row["flags"] if flag != "start_missing"],
            "updated_at": ctx.now(),
        }
        if decision is not None and row["account"] is None:
            values |= {"account": decision.account_id, "id_token": (report.id_token or "")[:36]}
        if values["meter_start_wh"] is not None and row["meter_last_wh"] is not None:
            values["energy_wh"] = max(0, row["meter_last_wh"] - values["meter_start_wh"])
    else:
        values["flags"] = rules.merge_flags(row["flags"], *flags, "clock_wrong" if report.clock_wrong else "")
    await store.change(row["id"], values)
    return {**row, **values}


def new_row(
    ctx: Context,
    station: StationRef,
    report: Report,
    connector: ConnectorRef | None,
    decision: Decision | None,
    price: tuple[UUID | None, str],
    *flags: str,
) -> Row:
    """What is stored of a transaction that nobody has heard of before. `price`: its tariff and currency."""
    wrong = "clock_wrong" if report.clock_wrong else ""
    return _running(ctx, report, connector) | {
        "tenant": station.tenant_id,
        "station": station.id,
        "account": decision.account_id if decision else None,
        "id_token": (report.id_token or "")[:36],
        "tariff": price[0],
        "currency": price[1],
        "flags": rules.merge_flags(flags, wrong, "offline" if report.offline else ""),
        "created_at": ctx.now(),
    }


def _running(ctx: Context, report: Report, connector: ConnectorRef | None) -> Row:
    meter = _first_register(report)
    values: Row = {
        "state": str(State.ACTIVE),
        "ref": report.ref,
        "evse": report.evse,
        "begun_at": report.at,
        "charging_state": report.charging_state,
        "meter_start_wh": meter,
        "meter_last_wh": meter,
        "meter_last_at": report.at,
        "seq_no_last": report.seq_no,
        "updated_at": ctx.now(),
    }
    if connector is not None:
        values["connector"] = connector.id
    return values


def _first_register(report: Report) -> int | None:
    """Where the energy of a transaction begins to count."""
    meter: int | None = getattr(report, "meter_wh", None)
    first = next((one.energy_wh for one in report.readings if one.energy_wh is not None), None)
    return first if meter is None else meter


async def refused_start(
    ctx: Context,
    unit: Unit,
    station: StationRef,
    report: Started,
    connector: ConnectorRef | None,
    row: Row | None,
    decision: Decision,
) -> Row:
    """What a card without a right to it began: never active, never billed, and what was held for it is given back."""
    meter = _first_register(report)
    values: Row = {
        "state": str(State.FAILED),
        "ref": report.ref,
        "evse": report.evse,
        "begun_at": report.at,
        "meter_start_wh": meter,
        "meter_last_wh": meter,
        "meter_last_at": report.at,
        "failure": f"The card may not charge here ({decision.status}).",
        "flags": ["not_authorized"],
        "updated_at": ctx.now(),
    }
    if row is None:
        row = await store.add(
            values
            | {
                "tenant": station.tenant_id,
                "station": station.id,
                "connector": connector.id if connector else None,
                "id_token": (report.id_token or "")[:36],
                "created_at": ctx.now(),
            }
        )
    else:
        await store.change(row["id"], values)
        row = {**row, **values}
        await payments.want_release(row["id"])
    unit.emit(event(ctx, TransactionFailed, station, row, failure=values["failure"]))
    return row


async def identify(
    ctx: Context, row: Row, report: Report, connector: ConnectorRef | None, decision: Decision | None
) -> Row:
    """A token that comes after the start (2.0.1: plugged in first, card later). Who is known now may have a price of
    their group."""
    if decision is None or not decision.accepted or row["id_token"]:
        return row
    values: Row = {"account": decision.account_id, "id_token": (report.id_token or "")[:36]}
    if decision.account_id is not None and connector is not None:
        tariff, currency = await pricing.tariff_for(ctx, row["tenant"], connector, decision.account_id, row["begun_at"])
        values |= {"tariff": tariff, "currency": currency}
    await store.change(row["id"], values)
    return {**row, **values}


async def place(ctx: Context, station: StationRef, row: Row, connector: ConnectorRef) -> Row:
    """A transaction that began before anybody knew where (2.0.1: authorised first, cable later) gets its outlet, and
    with it the price that holds there."""
    tariff, currency = await pricing.tariff_for(ctx, station.tenant_id, connector, row["account"], row["begun_at"])
    values: Row = {"connector": connector.id, "evse": connector.evse, "tariff": tariff, "currency": currency}
    await store.change(row["id"], values)
    return {**row, **values}


async def recover(
    ctx: Context,
    unit: Unit,
    station: StationRef,
    row: Row,
    report: Report,
    connector: ConnectorRef | None,
    decision: Decision,
) -> Row:
    """The driver presented a good card after one that was refused, in the same transaction (2.0.1)."""
    tariff, currency = await pricing.tariff_for(ctx, station.tenant_id, connector, decision.account_id, row["begun_at"])
    values: Row = {
        "state": str(State.ACTIVE),
        "account": decision.account_id,
        "id_token": (report.id_token or "")[:36],
        "tariff": tariff,
        "currency": currency,
        "failure": "",
        "flags": [flag for flag in row["flags"] if flag != "not_authorized"],
    }
    await store.change(row["id"], values)
    row = {**row, **values}
    unit.emit(event(ctx, TransactionStarted, station, row))
    return row


async def join(ctx: Context, unit: Unit, station: StationRef, asked: Row, running: Row) -> Row:
    """A start from the app reached a station whose transaction had begun with the cable: from now on they are one.

    The row that the driver knows stays; the other one's messages and readings become its own.
    """
    kept = (
        "state",
        "ref",
        "evse",
        "connector",
        "charging_state",
        "begun_at",
        "meter_start_wh",
        "meter_last_wh",
        "meter_last_at",
        "energy_wh",
        "power_w",
        "max_power_w",
        "soc_percent",
        "flags",
        "seq_no_last",
    )
    values: Row = {name: running[name] for name in kept} | {"updated_at": ctx.now()}
    await signed_store.move(asked["id"], running["id"])
    await store.absorb(asked["id"], running["id"])
    await store.change(asked["id"], values)
    row = {**asked, **values}
    unit.emit(event(ctx, TransactionUpdated, station, running))  # screens learn that it is no more
    unit.emit(event(ctx, TransactionStarted, station, row))
    return row


def _closed_for_good(row: Row, has_bill: bool) -> bool:
    return row["state"] == State.ENDED and (has_bill or "estimated_close" not in row["flags"])


async def apply_readings(ctx: Context, row: Row, report: Report, connector: ConnectorRef | None) -> Row:
    """Store the report's readings and what follows from them. An ended transaction keeps them and stays as it is,
    unless we closed it ourselves and its bill isn't written: what was still in the station's queue counts then.
    """
    if report.signed:
        await signed_store.keep(row["id"], report.signed)
    if not rules.says_more(report):
        return row
    ended = row["state"] == State.ENDED
    running = not _closed_for_good(row, has_bill=ended and await store.cdr(row["id"]) is not None)
    limit_w = connector.max_power_w if connector else 0
    rows, values = rules.follow(row, report, limit_w, running=running, now=ctx.now())
    if rows:
        await store.add_readings(row["id"], rows)
    if not running:
        return row
    await store.change(row["id"], values)
    row = {**row, **values}
    if not rows or row["state"] != State.ACTIVE:
        return row
    await targets.watch([row])
    return await pricing.with_cost(ctx, row)


async def end(
    ctx: Context, unit: Unit, station: StationRef, row: Row, report: Ended, connector: ConnectorRef | None
) -> Row:
    if row["state"] == State.ENDED and "estimated_close" not in row["flags"]:
        return row
    if row["state"] == State.ENDED and await store.cdr(row["id"]) is not None:
        wrong = rules.closing(row, report, connector.max_power_w if connector else 0, ctx.now())["flags"]
        told = [one for one in wrong if one != "no_readings" and one not in row["flags"]]
        values: Row = {"flags": rules.merge_flags(row["flags"], "late_stop", *told), "updated_at": ctx.now()}
        await store.change(row["id"], values)
        row = {**row, **values}
        unit.emit(event(ctx, StopCameLate, station, row, stopped_at=report.at))
        return row
    values = rules.closing(row, report, connector.max_power_w if connector else 0, ctx.now())
    if row["state"] == State.FAILED:
        # Energy that flowed without a right to it: kept for the operator, never billed.
        more = "energy_without_authorization" if values["energy_wh"] > 0 else ""
        values["flags"] = rules.merge_flags(values["flags"], more)
        await store.change(row["id"], values)
        return {**row, **values}
    values["state"] = str(State.ENDED)
    await store.change(row["id"], values)
    row = {**row, **values}
    last = rules.last_point(row)
    if last is not None:
        await store.add_readings(row["id"], [last])
    row = await pricing.with_cost(ctx, row, final=True)
    unit.emit(event(ctx, TransactionEnded, station, row, stop_reason=report.reason))
    return row


def event(ctx: Context, kind: Any, station: StationRef, row: Row, **more: Any) -> Any:
    return kind(
        tenant_id=station.tenant_id,
        at=ctx.now(),
        transaction_id=row["id"],
        station_id=station.id,
        identity=station.identity,
        connector_id=row["connector"],
        account_id=row["account"],
        **more,
    )
