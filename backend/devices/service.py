"""Device models: reports asked for and followed part by part, variables read and changed within a station's limits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import commands
from backend.commands import Answer, GetVariables, SetVariable, SetVariables, VariableKey, VariableValue
from backend.context import Context
from backend.devices import rules, store
from backend.errors import InvalidInput, NotFound, StationOffline, StationTimeout, WattlineError
from backend.stations import service as stations
from backend.stations.model import StationRef, VariableReport
from shared.devices import Report, StartReport, VariableFilter
from shared.stations import VariableOutcome

MODEL = ("base", "custom")
"""Kinds of reports that tell of variables."""
KEPT = timedelta(days=90)
Key = list[Any] | None


# --- reports -----------------------------------------------------------------------------------------


async def begin(
    ctx: Context, station_id: UUID, kind: str, asked: Mapping[str, Any], account_id: UUID | None = None
) -> tuple[UUID, int]:
    """A report that is about to be asked for, and its number on the wire."""
    request_id = await store.next_request()
    return await store.add(station_id, account_id, request_id, kind, asked, ctx.now()), request_id


async def answered(report_id: UUID, status: str, detail: str = "") -> None:
    await store.answered(report_id, status, detail)


async def _refuse_too_long(ctx: Context, station: StationRef, filters: Sequence[VariableFilter]) -> None:
    """Raises InvalidInput: a report asked for in two messages would be two reports."""
    most, _ = await _limits(ctx, station, "GetReport")
    if most is not None and len(filters) > most:
        words = f"{station.identity} takes at most {most} variables for one report."
        raise InvalidInput(words, fields=[("$.variables", words)])


async def check_report(ctx: Context, station: StationRef, wanted: StartReport) -> None:
    """Raises InvalidInput."""
    if (wanted.base is None) == (not wanted.criteria and not wanted.variables):
        raise InvalidInput("Ask either for a base report, or for criteria and variables.")
    await _refuse_too_long(ctx, station, wanted.variables)


async def start_report(ctx: Context, station: StationRef, account_id: UUID | None, wanted: StartReport) -> Report:
    await check_report(ctx, station, wanted)
    asked = {name: value for name, value in msgspec.to_builtins(wanted).items() if value}
    if wanted.base is not None:
        report_id, number = await begin(ctx, station.id, "base", asked, account_id)
        command: commands.AnyCommand = commands.GetBaseReport(request_id=number, base=rules.BASES[wanted.base])
    else:
        report_id, number = await begin(ctx, station.id, "custom", asked, account_id)
        command = commands.GetReport(request_id=number, criteria=list(wanted.criteria), keys=keys(wanted.variables))
    await ask(ctx, station, account_id, report_id, command)
    return await report(ctx, station, MODEL, report_id)


def keys(filters: Sequence[VariableFilter]) -> list[VariableKey]:
    return [
        VariableKey(component=one.component, name=one.name, evse=one.evse, connector=one.connector) for one in filters
    ]


async def ask(
    ctx: Context, station: StationRef, account_id: UUID | None, report_id: UUID, command: commands.AnyCommand
) -> Answer:
    """Send what asks for a report, and keep the answer. Raises the errors of a command."""
    try:
        answer = await stations.send(ctx, station.id, command, account_id=account_id)
    except WattlineError as failure:
        await store.answered(report_id, "Failed", failure.detail or failure.title)
        raise
    await store.answered(report_id, answer.status, "")
    return answer


async def reported(
    ctx: Context, station: StationRef, request_id: int, number: int, more: bool, found: Sequence[VariableReport]
) -> None:
    """A part of a report of variables. What nobody asked for is kept as well."""
    async with ctx.unit():
        await stations.store_variables(ctx, station.id, found)
        await _part(ctx, station, MODEL, request_id, number, more, len(found), "")


async def part(
    ctx: Context, station: StationRef, kind: str, request_id: int, number: int, more: bool, items: int, text: str = ""
) -> store.Row | None:
    """A part of another kind of report; its row, None if nobody asked for it."""
    return await _part(ctx, station, [kind], request_id, number, more, items, text.replace("\0", ""))


async def _part(
    ctx: Context,
    station: StationRef,
    kinds: Sequence[str],
    request_id: int,
    number: int,
    more: bool,
    items: int,
    text: str,
) -> store.Row | None:
    if not rules.is_number(request_id) or not rules.is_number(number):
        return None
    return await store.part(station.id, kinds, request_id, number, more, items, text, ctx.now())


def complete(row: store.Row) -> bool:
    return row["last_part"] is not None and not rules.missing(row["parts"], row["last_part"])


def shown(ctx: Context, row: store.Row) -> Report:
    expected = row["kind"] != "customer" or bool(row["asked"].get("report"))
    now = rules.state(
        row["status"],
        row["parts"],
        row["last_part"],
        row["created_at"],
        row["heard_at"],
        ctx.now(),
        expected=expected,
    )
    return Report(
        id=str(row["id"]),
        request_id=row["request_id"],
        kind=row["kind"],
        asked=row["asked"],
        state=now,
        status=row["status"],
        detail=row["detail"] or rules.explained(now, row["status"]),
        parts=len(row["parts"]),
        missing=rules.missing(row["parts"], row["last_part"])[:100],
        items=row["items"],
        created_at=row["created_at"],
        heard_at=row["heard_at"],
    )


async def row_of(station: StationRef, kinds: Sequence[str], report_id: UUID) -> store.Row:
    row = await store.report(station.id, kinds, report_id)
    if row is None:
        raise NotFound("This report doesn't exist.")
    return row


async def report(ctx: Context, station: StationRef, kinds: Sequence[str], report_id: UUID) -> Report:
    return shown(ctx, await row_of(station, kinds, report_id))


async def rows(
    station: StationRef, kinds: Sequence[str], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[Sequence[store.Row], Key]:
    found = await store.reports(station.id, kinds, after, limit + 1)
    more = len(found) > limit
    return found[:limit], [found[limit - 1][name] for name in ("created_at", "id")] if more else None


async def reports(
    ctx: Context, station: StationRef, kinds: Sequence[str], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Report], Key]:
    found, following = await rows(station, kinds, after, limit)
    return [shown(ctx, row) for row in found], following


async def forget(station: StationRef, kinds: Sequence[str], report_id: UUID) -> None:
    """Raises NotFound."""
    if not await store.remove(station.id, kinds, report_id):
        raise NotFound("This report doesn't exist.")


async def forget_old(ctx: Context) -> None:
    """Cron: what was asked is kept for 90 days."""
    await store.forget_before(ctx.now() - KEPT)


# --- variables ---------------------------------------------------------------------------------------


async def _limits(ctx: Context, station: StationRef, instance: str) -> tuple[int | None, int | None]:
    """How many variables, and how many bytes, a station takes in one message of this name."""
    if station.ocpp_version == "1.6":
        own = await stations.component_values(ctx, station.id, "")
        return rules.limit(own, "GetConfigurationMaxKeys"), None
    own = await stations.component_values(ctx, station.id, "DeviceDataCtrlr")
    return rules.limit(own, f"ItemsPerMessage/{instance}"), rules.limit(own, f"BytesPerMessage/{instance}")


async def read(
    ctx: Context, station: StationRef, account_id: UUID | None, names: Sequence[str], wanted: Sequence[VariableKey]
) -> Answer:
    """In as many messages as the station's limits ask for; the answers of all as one."""
    most, room = await _limits(ctx, station, "GetVariables")
    asked = [GetVariables(names=part) for part in rules.batches(names, most, room, lambda one: 160 + len(one))]
    asked += [GetVariables(keys=part) for part in rules.batches(wanted, most, room, rules.size)]
    answers = [
        await stations.send(ctx, station.id, command, account_id=account_id) for command in asked or [GetVariables()]
    ]
    return _joined(answers)


def _joined(answers: Sequence[Answer]) -> Answer:
    """The first that isn't fine says how it went, else the first; lists of the payloads are strung together."""
    first = next((one for one in answers if not one.accepted), answers[0])
    payload: dict[str, Any] = {}
    for answer in answers:
        for name, value in answer.payload.items():
            payload[name] = payload[name] + value if name in payload and isinstance(value, list) else value
    return msgspec.structs.replace(first, payload=payload, latency_ms=sum(one.latency_ms for one in answers))


async def change(
    ctx: Context, station: StationRef, account_id: UUID | None, changes: Sequence[VariableValue]
) -> list[VariableOutcome]:
    """One after the other, in as few messages as the station takes. Once it is gone, the rest is told as not sent."""
    if station.ocpp_version == "1.6":
        groups = [[one] for one in changes]
    else:
        groups = rules.batches(changes, *await _limits(ctx, station, "SetVariables"), rules.size)
    found: list[VariableOutcome] = []
    gone: WattlineError | None = None
    for group in groups:
        if gone is None:
            try:
                statuses = await _change(ctx, station, account_id, group)
                found += [_outcome(one, status) for one, status in zip(group, statuses, strict=True)]
                continue
            except (StationOffline, StationTimeout) as failure:
                if not found:
                    raise
                gone = failure
            except WattlineError as failure:
                found += [_outcome(one, "Failed", failure.detail) for one in group]
                continue
        found += [_outcome(one, "Failed", gone.detail) for one in group]
    return found


async def _change(
    ctx: Context, station: StationRef, account_id: UUID | None, group: Sequence[VariableValue]
) -> Sequence[str]:
    if station.ocpp_version == "1.6":
        (one,) = group
        command = SetVariable(name=one.name, value=one.value)
        return [(await stations.send(ctx, station.id, command, account_id=account_id)).status]
    answer = await stations.send(ctx, station.id, SetVariables(changes=list(group)), account_id=account_id)
    statuses = list(answer.result.get("statuses", ()))
    return (statuses + ["Unanswered"] * len(group))[: len(group)]


def _outcome(one: VariableValue, status: str, detail: str = "") -> VariableOutcome:
    return VariableOutcome(
        component=one.component,
        name=one.name,
        evse=one.evse,
        connector=one.connector,
        attribute=one.attribute,
        value=one.value,
        accepted=status in ("Accepted", "RebootRequired"),
        status=status,
        detail=detail or rules.WORDS.get(status, f"The station answered {status}."),
    )
