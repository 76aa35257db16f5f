"""Monitors set and cleared, events kept, and what stations keep of customers asked for and deleted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import commands
from backend.commands import Answer, VariableKey
from backend.context import Context
from backend.devices import rules as device_rules
from backend.devices import service as devices
from backend.errors import InvalidInput, WattlineError
from backend.events import CustomerCleared, DeviceEventReported
from backend.monitoring import rules, store
from backend.monitoring.model import Happened, Watched
from backend.stations import service as stations
from backend.stations.model import StationRef
from shared.devices import Report
from shared.monitoring import (
    CustomerReport,
    CustomerRequest,
    Monitor,
    Monitoring,
    MonitorNew,
    MonitorOutcome,
    StartMonitoringReport,
    StationEvent,
)

KEPT = timedelta(days=90)
CUSTOMER = ("customer",)
Key = list[Any] | None


# --- base and level ----------------------------------------------------------------------------------


async def set_base(ctx: Context, station: StationRef, by: UUID | None, base: str) -> Answer:
    """Kept once the station accepted it. HardWiredOnly and FactoryDefault leave it no monitors of ours (N03)."""
    answer = await stations.send(ctx, station.id, commands.SetMonitoringBase(base=base), account_id=by)
    if answer.accepted:
        await store.set_level(station.id, base, None, ctx.now())
        if base != "All":
            await store.remove_own(station.id)
    return answer


async def set_level(ctx: Context, station: StationRef, by: UUID | None, severity: int) -> Answer:
    answer = await stations.send(ctx, station.id, commands.SetMonitoringLevel(severity=severity), account_id=by)
    if answer.accepted:
        await store.set_level(station.id, None, severity, ctx.now())
    return answer


async def monitoring(station: StationRef) -> Monitoring:
    row = await store.level(station.id) or {"base": "", "severity": None, "updated_at": None}
    return Monitoring(base=row["base"], severity=row["severity"], updated_at=row["updated_at"])


# --- monitors ----------------------------------------------------------------------------------------


async def _limits(ctx: Context, station: StationRef, instance: str) -> tuple[int | None, int | None]:
    own = await stations.component_values(ctx, station.id, "MonitoringCtrlr")
    return tuple(device_rules.limit(own, f"{of}/{instance}") for of in ("ItemsPerMessage", "BytesPerMessage"))  # type: ignore[return-value]  # two of them


async def set_monitors(
    ctx: Context, station: StationRef, by: UUID | None, wanted: Sequence[MonitorNew]
) -> list[MonitorOutcome]:
    """In as few messages as the station takes. Once a message fails, the rest is told as failed."""
    found: list[MonitorOutcome] = []
    most, room = await _limits(ctx, station, "SetVariableMonitoring")
    failure: WattlineError | None = None
    for group in device_rules.batches([_command(one) for one in wanted], most, room, _size):
        try:
            if failure is None:
                found += await _set(ctx, station, by, group)
                continue
        except WattlineError as wrong:
            if not found:
                raise
            failure = wrong
        found += [_outcome(one, None, "Failed", failure.detail) for one in group]
    return found


def _size(one: commands.Monitor) -> int:
    return device_rules.size(one.key) + 80


def _command(one: MonitorNew) -> commands.Monitor:
    return commands.Monitor(
        key=VariableKey(component=one.component, name=one.name, evse=one.evse, connector=one.connector),
        type=one.type,
        value=one.value,
        severity=one.severity,
        transaction=one.transaction,
        number=one.number,
    )


async def _set(
    ctx: Context, station: StationRef, by: UUID | None, group: Sequence[commands.Monitor]
) -> list[MonitorOutcome]:
    answer = await stations.send(ctx, station.id, commands.SetMonitors(monitors=list(group)), account_id=by)
    results = answer.result.get("results", [])
    kept, found = [], []
    for one, result in zip(group, results, strict=False):
        status, number = result["status"], result["number"]
        found.append(_outcome(one, number, status))
        if status == "Accepted" and number is not None:
            kept.append(_watched(one, number))
    await store.put_monitors(station.id, kept, ctx.now())
    return found


def _watched(one: commands.Monitor, number: int) -> Watched:
    return Watched(
        number=number,
        component=one.key.component,
        evse=one.key.evse,
        connector=one.key.connector,
        name=one.key.name,
        type=one.type,
        value=one.value,
        severity=one.severity,
        transaction=one.transaction,
        own=True,
    )


def _outcome(one: commands.Monitor, number: int | None, status: str, detail: str = "") -> MonitorOutcome:
    return MonitorOutcome(
        number=number,
        component=one.key.component,
        name=one.key.name,
        accepted=status == "Accepted",
        status=status,
        detail=detail or rules.explained(status),
    )


async def clear_monitors(
    ctx: Context, station: StationRef, by: UUID | None, numbers: Sequence[int]
) -> list[MonitorOutcome]:
    """In as few messages as the station takes."""
    most, room = await _limits(ctx, station, "ClearVariableMonitoring")
    statuses: list[str] = []
    for group in device_rules.batches(numbers, most, room, lambda _: 12):
        answer = await stations.send(ctx, station.id, commands.ClearMonitors(numbers=group), account_id=by)
        found = list(answer.result.get("statuses", ()))
        await store.remove_monitors(
            station.id,
            [one for one, word in zip(group, found, strict=False) if word in ("Accepted", "NotFound")],
        )
        statuses += found
    return [
        MonitorOutcome(
            number=number,
            component="",
            name="",
            accepted=status == "Accepted",
            status=status,
            detail=rules.explained(status),
        )
        for number, status in zip(numbers, statuses, strict=False)
    ]


async def monitors(station: StationRef, after: int | None, limit: int) -> tuple[list[Monitor], Key]:
    rows = await store.monitors(station.id, after, limit + 1)
    found = [_monitor(row) for row in rows[:limit]]
    return found, [found[-1].number] if len(rows) > limit else None


def _monitor(row: store.Row) -> Monitor:
    values: dict[str, Any] = {name: row[name] for name in Monitor.__struct_fields__}
    return Monitor(**values | {name: row[name] or None for name in ("evse", "connector")})


async def start_report(ctx: Context, station: StationRef, by: UUID | None, wanted: StartMonitoringReport) -> Report:
    asked = {name: value for name, value in msgspec.to_builtins(wanted).items() if value}
    report_id, number = await devices.begin(ctx, station.id, "monitoring", asked, by)
    command = commands.GetMonitoringReport(
        request_id=number, criteria=list(wanted.criteria), keys=devices.keys(wanted.variables)
    )
    answer = await devices.ask(ctx, station, by, report_id, command)
    if answer.status == device_rules.EMPTY and rules.everything(asked):
        await store.remove_older(station.id, ctx.now())
    return await devices.report(ctx, station, ("monitoring",), report_id)


async def reported(
    ctx: Context, station: StationRef, request_id: int, number: int, more: bool, found: Sequence[Watched]
) -> None:
    """A part of a report of monitors. Once one of everything is complete, monitors it didn't name are gone."""
    async with ctx.unit():
        now = ctx.now()
        await store.put_monitors(station.id, [one for one in found if device_rules.is_number(one.number)], now)
        row = await devices.part(ctx, station, "monitoring", request_id, number, more, len(found))
        if row is not None and devices.complete(row) and rules.everything(row["asked"]):
            await store.remove_older(station.id, row["created_at"])


# --- events ------------------------------------------------------------------------------------------


async def happened(ctx: Context, station: StationRef, found: Sequence[Happened]) -> None:
    """Every event is kept, whatever its severity."""
    stored = [
        replace(
            one,
            **{
                name: getattr(one, name).replace("\0", "")
                for name in ("component", "name", "value", "tech_code", "tech_info", "transaction_ref")
            },
        )
        for one in found
        if device_rules.is_number(one.evse) and device_rules.is_number(one.connector) and rules.storable(one)
    ]
    async with ctx.unit() as unit:
        await store.add_events(station.id, stored, ctx.now())
        for one in stored:
            if one.evse == 0 and (one.name == "Problem" or one.monitor is not None):
                unit.emit(_reported(ctx, station, one))


def _reported(ctx: Context, station: StationRef, one: Happened) -> DeviceEventReported:
    """Of the station as a whole; outlets tell theirs by their state. A problem is an error (severity 3) at least."""
    return DeviceEventReported(
        tenant_id=station.tenant_id,
        at=ctx.now(),
        station_id=station.id,
        identity=station.identity,
        component=one.component,
        variable=one.name,
        value=one.value,
        severity=rules.PROBLEM_SEVERITY if one.name == "Problem" else rules.ALERT_SEVERITY,
        over=one.cleared or (one.name == "Problem" and one.value.lower() == "false"),
        tech_code=one.tech_code,
        tech_info=one.tech_info,
    )


async def events(
    station: StationRef, before: int | None, limit: int, trigger: str | None, component: str | None
) -> tuple[list[StationEvent], Key]:
    rows = await store.events(station.id, before, limit + 1, trigger, component)
    found = [
        StationEvent(
            id=str(row["id"]),
            evse=row["evse"] or None,
            connector=row["connector"] or None,
            **{name: row[name] for name in StationEvent.__struct_fields__ if name not in ("id", "evse", "connector")},
        )
        for row in rows[:limit]
    ]
    return found, [rows[limit - 1]["id"]] if len(rows) > limit else None


async def forget_old(ctx: Context) -> None:
    """Cron: events are kept for 90 days."""
    while await store.forget_events(ctx.now() - KEPT):
        pass


# --- customers ---------------------------------------------------------------------------------------


async def check_customer(_ctx: Context, _station: StationRef, wanted: CustomerRequest) -> None:
    """Raises InvalidInput."""
    if problem := rules.customer_problem(wanted):
        raise InvalidInput(problem)


async def ask_customer(ctx: Context, station: StationRef, by: UUID | None, wanted: CustomerRequest) -> CustomerReport:
    """N09, N10. A card whose data was deleted is taken off the station's local list too (N10)."""
    await check_customer(ctx, station, wanted)
    asked = {name: value for name, value in msgspec.to_builtins(wanted).items() if value}
    report_id, number = await devices.begin(ctx, station.id, "customer", asked, by)
    command = commands.CustomerInformation(
        request_id=number,
        report=wanted.report,
        clear=wanted.clear,
        id_token=wanted.id_token,
        id_token_type=wanted.id_token_type,
        customer_identifier=wanted.customer_identifier,
        certificate=wanted.certificate,
    )
    answer = await devices.ask(ctx, station, by, report_id, command)
    if answer.accepted and wanted.clear and wanted.id_token:
        async with ctx.unit() as unit:
            unit.emit(
                CustomerCleared(
                    tenant_id=station.tenant_id,
                    at=ctx.now(),
                    station_id=station.id,
                    identity=station.identity,
                    id_token=wanted.id_token,
                )
            )
    return await customer(ctx, station, report_id)


async def customer_told(ctx: Context, station: StationRef, request_id: int, number: int, more: bool, data: str) -> None:
    async with ctx.unit():
        await devices.part(ctx, station, "customer", request_id, number, more, 1, data)


def _customer(ctx: Context, row: Any) -> CustomerReport:
    return CustomerReport(report=devices.shown(ctx, row), data=rules.in_order(row["texts"]))


async def customer(ctx: Context, station: StationRef, report_id: UUID) -> CustomerReport:
    return _customer(ctx, await devices.row_of(station, CUSTOMER, report_id))


async def customers(ctx: Context, station: StationRef, after: Any, limit: int) -> tuple[list[CustomerReport], Key]:
    rows, following = await devices.rows(station, CUSTOMER, after, limit)
    return [_customer(ctx, row) for row in rows], following


async def forget_customer(station: StationRef, report_id: UUID) -> None:
    """The data of a customer need not lie here longer than somebody needs it."""
    await devices.forget(station, CUSTOMER, report_id)
