"""What stations report about transactions, stored exactly once.

Each message is remembered by what it says, judged by `rules`, applied, and answered only after the commit: plain
ones in groups (`grouping`; starts and stops in `edges`), the others each in a database transaction of its own. Nothing
a station says is thrown away: what fits no transaction is kept in quarantine.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec
import structlog

from backend.authorization import service as authorization
from backend.authorization.rules import Decision
from backend.context import Context, Unit
from backend.events import TransactionEnded, TransactionStarted, TransactionUpdated
from backend.stations import service as stations
from backend.stations.model import ConnectorRef, StationRef
from backend.transactions import edges, grouping, loose, marks, quarantine_store, recording, rules, store, unused
from backend.transactions.meter_rules import unread
from backend.transactions.model import Ended as Ended
from backend.transactions.model import Report
from backend.transactions.model import Sample as Sample
from backend.transactions.model import Signed as Signed
from backend.transactions.model import Started as Started
from backend.transactions.model import StartReply as StartReply
from backend.transactions.model import Updated as Updated
from shared.transactions import TransactionState as State

log = structlog.get_logger(__name__)
R = TypeVar("R", bound=Report)
Row = store.Row

ESTIMATED_CLOSE_DELAY = timedelta(minutes=15)
"""How long the bill of a transaction that we closed waits: the station's own stop may be in its queue still."""
ZOMBIE_AFTER = timedelta(minutes=5)
NO_REFS = frozenset({"0", "-1"})
"""What 2.0.1 stations call a transaction that they have none of."""


async def started(ctx: Context, station: StationRef, report: Started) -> StartReply:
    """A transaction began (1.6 StartTransaction, 2.0.1 TransactionEvent Started).

    A token that may not charge gets a transaction too, a failed one: the station may deliver energy all the same,
    and what it reports must be kept. It is never active and never billed.
    """
    report = rules.with_usable_numbers(report)
    reply = await _with_others(ctx, station, report)
    if reply is not None:
        return reply
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        mark = marks.fingerprint(report)
        report = _with_sane_times(ctx, report)
        decision = authorization.to_start(await _decide(ctx, station, report.id_token))
        mark, known = await _same_start(station, report, mark)
        if known is not None:
            return _start_reply(known, decision)
        message = await _remember(ctx, station, "started", mark, report)
        report, connector = await _placed(ctx, station, report)
        row = await _matching_start(station, report)
        if decision is not None and not decision.accepted:
            row = await recording.refused_start(ctx, unit, station, report, connector, row, decision)
        else:
            await _close_older(ctx, unit, station, report, row)
            row = await recording.begin(ctx, station, report, connector, row, decision)
            unit.emit(recording.event(ctx, TransactionStarted, station, row))
            row = await unused.reserved(ctx, station, report, row)
        if message is not None:
            await store.file_message(message, row["id"])
        row = await recording.apply_readings(ctx, row, report, connector)
        return _start_reply(row, decision)


def _start_reply(row: Row, decision: Decision | None) -> StartReply:
    return StartReply(
        transaction_id=row["id"],
        number=row["number"],
        decision=decision,
        cost=row["cost"],
        connector_id=row["connector"],
    )


async def updated(ctx: Context, station: StationRef, report: Updated) -> StartReply | None:
    """Something changed in a transaction (2.0.1 TransactionEvent Updated). None: it went into quarantine."""
    report = rules.with_usable_numbers(report)
    reply = await _together(ctx, station, report, marks.fingerprint(report))
    if reply is not None:
        return reply
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        mark = marks.fingerprint(report)
        report = _with_sane_times(ctx, report)
        decision = await _decide(ctx, station, report.id_token)
        known = await store.of_message(station.id, mark)
        if known is not None:
            return _start_reply(known, decision)
        message = await _remember(ctx, station, "updated", mark, report)
        row = await store.by_wire(station.id, report.ref, report.number)
        report, connector = await _placed(ctx, station, report)
        if row is None:
            if not report.ref:
                await _quarantine(station, message, report, "no transaction id")
                return None
            # Its start is still in the station's queue, or lost: what we see is a transaction all the same.
            row = await recording.begin(ctx, station, report, connector, None, decision, "start_missing")
            unit.emit(recording.event(ctx, TransactionStarted, station, row))
        if message is not None:
            await store.file_message(message, row["id"])
        row = await _claim(ctx, unit, station, row, report, connector, decision)
        if row["state"] == State.ACTIVE:
            row = await unused.reserved(ctx, station, report, row)
        row = await recording.apply_readings(ctx, row, report, connector)
        unit.emit(recording.event(ctx, TransactionUpdated, station, row))
        return _start_reply(row, decision)


async def ended(ctx: Context, station: StationRef, report: Ended) -> StartReply | None:
    """A transaction ended (1.6 StopTransaction, 2.0.1 TransactionEvent Ended). None: it went into quarantine."""
    report = rules.with_usable_numbers(report)
    grouping.forget(station.id, report)
    reply = await _with_others(ctx, station, report)
    if reply is not None:
        return reply
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        mark = marks.fingerprint(report)
        report = _with_sane_times(ctx, report)
        decision = await _decide(ctx, station, report.id_token)
        known = await store.of_message(station.id, mark)
        if known is not None:
            return _start_reply(known, decision)
        message = await _remember(ctx, station, "ended", mark, report)
        row = await _ended_row(ctx, unit, station, report)
        if row is None:
            await _quarantine(station, message, report, "no transaction of this station has this id")
            return None
        if message is not None:
            await store.file_message(message, row["id"])
        connector = await stations.connector_by_wire(ctx, station.id, row["evse"] or 0, report.connector)
        row = await recording.apply_readings(ctx, row, report, connector)
        row = await recording.end(ctx, unit, station, row, report, connector)
        return _start_reply(row, decision)


async def samples(
    ctx: Context,
    station: StationRef,
    evse: int,
    number: int | None,
    readings: Sequence[Sample],
    signed: Sequence[Signed] = (),
) -> None:
    """Meter values (1.6 MeterValues). Without a transaction id they belong to the active one of the outlet; where none
    runs they are kept as the station's own."""
    if not readings and not signed:
        return
    evse, number = rules.usable(evse, 32) or 0, rules.usable(number)
    at = readings[-1].at if readings else signed[-1].at
    plain = Updated(at=at, number=number, evse=evse, readings=list(readings), signed=list(signed))
    if await _together(ctx, station, plain, "") is not None:
        return
    named = number is not None and number > 0
    if not named and await _loose(ctx, station, plain):
        return
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        row = await store.by_wire(station.id, None, number) if named else None
        if row is None:
            live = await store.live_on(station.id, [State.ACTIVE], evse) if evse else []
            row = live[0] if len(live) == 1 else None
        if row is None:
            await loose.record(ctx, [_said_loosely(ctx, station, plain)])
            return
        connector = await stations.connector_by_wire(ctx, station.id, row["evse"] or evse)
        report = _with_sane_times(ctx, plain)
        row = await recording.apply_readings(ctx, row, report, connector)
        unit.emit(recording.event(ctx, TransactionUpdated, station, row))


async def _loose(ctx: Context, station: StationRef, report: Updated) -> bool:
    """Written as what a meter says while nobody charges there, if that is so."""
    said: bool = await ctx.together(loose.GROUP, loose.record, station.id, _said_loosely(ctx, station, report))
    return said


def _said_loosely(ctx: Context, station: StationRef, report: Updated) -> loose.Said:
    return loose.Said(station.id, report.evse or 0, _with_sane_times(ctx, report).readings)


# --- parts of the above ------------------------------------------------------------------------------------------


async def _together(ctx: Context, station: StationRef, report: Updated, mark: str) -> StartReply | None:
    """Written in a group with what others say at the same time; None: it must go its own way."""
    if not grouping.plain(report):
        return None
    said = grouping.Said(station, _with_sane_times(ctx, report), mark)
    return await ctx.together(grouping.GROUP, grouping.record, station.id, said)


async def _with_others(ctx: Context, station: StationRef, report: Started | Ended) -> StartReply | None:
    """The same for starts and stops."""
    said = edges.Said(station, _with_sane_times(ctx, report), marks.fingerprint(report))
    if not edges.plain(said.report):
        return None
    return await ctx.together(edges.GROUP, edges.record, station.id, said, **edges.LIMITS)


def _with_sane_times(ctx: Context, report: R) -> R:
    now = ctx.now()
    at, wrong = rules.sane_time(report.at, now)
    same, readings = at is report.at, []
    for sample in rules.newest(report.readings):
        sample_at, sample_wrong = rules.sane_time(sample.at, now)
        if sample_at is not sample.at:
            sample, same = msgspec.structs.replace(sample, at=sample_at), False
        readings.append(sample)
        wrong = wrong or sample_wrong
    if same and not wrong and not report.signed and len(readings) == 1:
        return report  # as most are
    signed = [msgspec.structs.replace(one, at=rules.sane_time(one.at, now)[0]) for one in report.signed]
    return msgspec.structs.replace(report, at=at, readings=readings, signed=signed, clock_wrong=wrong)


async def _placed(ctx: Context, station: StationRef, report: R) -> tuple[R, ConnectorRef | None]:
    """The report with the outlet it means. Stations leave it out, say 0 where they have one, or never announced it."""
    connector = await stations.outlet(ctx, station.id, report.evse or 0, report.connector)
    if connector is not None:
        report = msgspec.structs.replace(report, evse=connector.evse, connector=connector.number)
    return report, connector


async def _decide(ctx: Context, station: StationRef, id_token: str | None) -> Decision | None:
    """About the token that came, None if none did. An empty one is a token nobody has."""
    return None if id_token is None else await authorization.authorize(ctx, station.tenant_id, id_token)


async def _remember(ctx: Context, station: StationRef, kind: str, mark: str, report: Report) -> int | None:
    return await store.remember_message(station.id, mark, kind, report.seq_no, report.at, ctx.now(), report.raw)


async def _quarantine(station: StationRef, message: int | None, report: Report, why: str) -> None:
    log.warning("transaction message quarantined", identity=station.identity, why=why)
    if message is not None:
        said = msgspec.to_builtins(report)
        await quarantine_store.put(message, why, {name: one for name, one in said.items() if name != "raw"})


async def _same_start(station: StationRef, report: Started, mark: str) -> tuple[str, Row | None]:
    """(the mark to remember it by, the transaction that this very message began already).

    Where the clock is wrong, two starts may say the very same: once the first has ended, the second is a new one.
    """
    known = await store.of_message(station.id, mark)
    while known is not None and report.clock_wrong and report.ref is None and known["state"] == State.ENDED:
        mark = marks.next_mark(mark, known["number"])
        known = await store.of_message(station.id, mark)
    return mark, known


async def _matching_start(station: StationRef, report: Started) -> Row | None:
    """The row that this start belongs to: asked for from the app, or seen already through a later message."""
    if report.ref is not None:
        row = await store.by_wire(station.id, report.ref, None)
        if row is not None:
            return row
    found: Row | None = rules.asked_for(await store.live_on(station.id, [State.REQUESTED]), report)
    return found


async def _claim(
    ctx: Context,
    unit: Unit,
    station: StationRef,
    row: Row,
    report: Updated,
    connector: ConnectorRef | None,
    decision: Decision | None,
) -> Row:
    """A running transaction learns whose it is: through a card, or through a start from the app."""
    if rules.unclaimed(row):
        asked = rules.asked_for(await store.live_on(station.id, [State.REQUESTED]), report)
        if asked is not None:
            return await recording.join(ctx, unit, station, asked, row)
    refused = "not_authorized" in row["flags"] and row["ended_at"] is None
    if refused and decision is not None and decision.accepted:
        if connector is None and row["evse"]:
            connector = await stations.connector_by_wire(ctx, station.id, row["evse"])
        return await recording.recover(ctx, unit, station, row, report, connector, decision)
    if row["state"] == State.ACTIVE:
        if row["connector"] is None and connector is not None:
            row = await recording.place(ctx, station, row, connector)
        if connector is None and row["evse"] and decision is not None and decision.accepted and not row["id_token"]:
            connector = await stations.connector_by_wire(ctx, station.id, row["evse"])
        return await recording.identify(ctx, row, report, connector, decision)
    return row


async def _close_older(ctx: Context, unit: Unit, station: StationRef, report: Started, own: Row | None) -> None:
    """Two transactions can't run on one outlet: an older one has lost its stop. A late message closes nothing."""
    for row in await store.live_on(station.id, [State.ACTIVE], report.evse):
        if (own is None or row["id"] != own["id"]) and row["begun_at"] and row["begun_at"] <= report.at:
            await close_estimated(ctx, unit, station, row, "unstopped")


async def _ended_row(ctx: Context, unit: Unit, station: StationRef, report: Ended) -> Row | None:
    row = await store.by_wire(station.id, report.ref, report.number)
    if row is not None:
        return row
    if report.ref and report.ref not in NO_REFS:
        report, connector = await _placed(ctx, station, report)
        row = await recording.begin(ctx, station, report, connector, None, None, "start_missing")
        unit.emit(recording.event(ctx, TransactionStarted, station, row))
        return row
    if report.number is not None and report.number <= 0:
        # The answer to its start never reached the station. Only if there is no doubt whose stop this is.
        live = await store.live_on(station.id, [State.ACTIVE])
        return live[0] if len(live) == 1 else None
    return None


async def close_estimated(ctx: Context, unit: Unit, station: StationRef, row: Row, why: str) -> None:
    """Close a transaction whose stop never came, from its last trusted reading. A late stop still corrects it."""
    ended_at = max(row["meter_last_at"] or row["begun_at"], row["begun_at"])
    silent = "no_readings" if unread(row, None, ctx.now(), "") else ""
    values: Row = {
        "state": str(State.ENDED),
        "ended_at": ended_at,
        "power_w": None,
        "charging_state": None,
        "stop_reason": "Lost",
        "flags": rules.merge_flags(row["flags"], "estimated", "estimated_close", why, silent),
        "updated_at": ctx.now(),
    }
    await store.change(row["id"], values)
    unit.emit(recording.event(ctx, TransactionEnded, station, {**row, **values}, stop_reason="Lost"))


async def close_zombies(ctx: Context) -> None:
    """Cron: transactions that the outlet itself denies, or that nobody heard of for a day."""
    for row in await store.zombies(ctx.now() - ZOMBIE_AFTER):
        station = await stations.station(ctx, row["station"])
        if station is None:
            continue
        async with ctx.unit() as unit:
            await store.lock_station(station.id)
            fresh = await store.by_id(row["id"], lock=True)
            if fresh is not None and fresh["state"] == State.ACTIVE:
                await close_estimated(ctx, unit, station, fresh, "zombie")
