"""What outlets do. Most reports repeat what is known and cost a look into memory; what is new and plain is written in
groups; faults and their ends go one by one, because much follows from them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from backend.context import Context
from backend.errors import NotFound
from backend.events import ConnectorStatusChanged
from backend.stations import rules, status_store, store
from backend.stations.model import StationRef, StatusReport
from backend.stations.refs import station_ref
from shared.stations import ConnectorStatus

Outlet = tuple[int, int]
"""EVSE and connector as the station numbers them."""
HOLDS = timedelta(minutes=1)
"""Should another node write what is remembered here, the next repetition after this mends it."""
MOST_REMEMBERED = 100_000
GROUP = "statuses"
LIMITS = {"at_once": 1, "most_together": 100}
"""One at a time: what follows touches rows that stations share."""

_known: dict[UUID, dict[Outlet, tuple[rules.StatusFacts, datetime]]] = {}
"""By station, of this process: what an outlet was last found to do, and when that was. A station that changes gets
a new dict, so that who looked before the change can't remember it afterwards."""


class Said(NamedTuple):
    station_id: UUID
    report: StatusReport
    reported: rules.StatusFacts


def forget(station_id: UUID) -> None:
    """Its socket came or went: it may have talked to another node meanwhile."""
    _known.pop(station_id, None)


async def connector_status(ctx: Context, station_id: UUID, report: StatusReport) -> None:
    """What an outlet does now. A repetition of what is known writes nothing and wakes nobody."""
    reported = rules.StatusFacts(
        status=report.status.value,
        error_code=rules.clean(report.error_code, 50),
        error_info=rules.clean(report.info),
        withheld=report.withheld,
    )
    if report.evse == 0:
        await _station_status(ctx, station_id, report, reported)
        return
    if not rules.may_exist(report.evse, report.connector):
        return
    known = await _state(ctx, station_id, report.evse, report.connector)
    if known is not None:
        reported_now = _with_reason(known, report, reported)
        if not rules.status_changed(known, reported_now):
            return
        if rules.quiet(known) and rules.quiet(reported_now) and not report.vendor_error_code:
            said = Said(station_id, report, reported)
            if await ctx.together(GROUP, _record, station_id, said, **LIMITS):
                return
    try:
        await _record_alone(ctx, station_id, report, reported)
    finally:
        forget(station_id)


async def status_of(ctx: Context, station_id: UUID, evse: int, connector: int = 1) -> ConnectorStatus | None:
    """What an outlet does, as far as is known; None: it was never announced."""
    countable = all(0 <= number < 2**31 for number in (evse, connector))  # asked together with those of others
    known = await _state(ctx, station_id, evse, connector) if countable else None
    return None if known is None else ConnectorStatus(known.status)


async def _state(ctx: Context, station_id: UUID, evse: int, connector: int) -> rules.StatusFacts | None:
    """Remembered, or asked together with what others ask at the same time."""
    memory, now = _memory(station_id), ctx.now()
    remembered = memory.get((evse, connector))
    if remembered is not None and now - remembered[1] < HOLDS:
        return remembered[0]
    outlet = (station_id, evse, connector)
    found: rules.StatusFacts | None = await ctx.together("connector states", _states, outlet, outlet)
    if found is not None:
        memory[evse, connector] = found, now
    return found


def _memory(station_id: UUID) -> dict[Outlet, tuple[rules.StatusFacts, datetime]]:
    memory = _known.get(station_id)
    if memory is None:
        if len(_known) >= MOST_REMEMBERED:
            _known.clear()
        memory = _known[station_id] = {}
    return memory


async def _states(_ctx: Context, outlets: Sequence[tuple[UUID, int, int]]) -> list[rules.StatusFacts | None]:
    known = await status_store.states(outlets)
    return [_facts(known[one]) if one in known else None for one in outlets]


async def _record(ctx: Context, said: Sequence[Said]) -> list[bool]:
    """For each, in order: whether it is done. False: it must go the general way."""
    memories = [_memory(one.station_id) for one in said]
    now, changed = ctx.now(), dict[int, rules.StatusFacts]()
    async with ctx.unit() as unit:
        rows = await status_store.lock([(one.station_id, one.report.evse, one.report.connector) for one in said])
        written = []
        for n, row in rows.items():
            report = said[n].report
            known = _facts(row)
            reported = _with_reason(known, report, said[n].reported)
            if not (rules.quiet(known) and rules.quiet(reported)):
                continue
            changed[n] = reported
            if not rules.status_changed(known, reported):
                continue
            at = min(report.at, now)
            written.append((row["id"], row["station"], at, reported))
            unit.emit(_news(_station(row), row["id"], known, report, reported, at))
        if written:
            await status_store.change(written)
    for n, reported in changed.items():
        one = said[n]
        if _known.get(one.station_id) is memories[n]:
            _known[one.station_id] = {**memories[n], (one.report.evse, one.report.connector): (reported, now)}
    return [n in changed for n in range(len(said))]


async def _record_alone(ctx: Context, station_id: UUID, report: StatusReport, reported: rules.StatusFacts) -> None:
    forget(station_id)
    async with ctx.unit() as unit:
        row = await status_store.state(station_id, report.evse, report.connector)
        if row is None:
            await store.add_connector(station_id, report.evse, report.connector)
            row = await status_store.state(station_id, report.evse, report.connector)
        station = await store.ref(station_id)
        if row is None or station is None:
            raise NotFound("This station doesn't exist any more.")
        known = _facts(row)
        reported = _with_reason(known, report, reported)
        if not rules.status_changed(known, reported):
            return
        at = min(report.at, ctx.now())
        await status_store.change([(row["id"], station_id, at, reported)])
        unit.emit(_news(station_ref(station), row["id"], known, report, reported, at))


async def _station_status(ctx: Context, station_id: UUID, report: StatusReport, reported: rules.StatusFacts) -> None:
    """A report about the station as a whole (1.6 connector 0, 2.0.1 EVSE 0)."""
    row = await status_store.of_station(station_id)
    if row is not None and not rules.status_changed(_facts(row), reported):
        return
    async with ctx.unit() as unit:
        station = await store.ref(station_id)
        if station is None:
            raise NotFound("This station doesn't exist any more.")
        row = await status_store.of_station(station_id)
        known = rules.StatusFacts("unknown", "", "") if row is None else _facts(row)
        if rules.status_changed(known, reported):
            at = min(report.at, ctx.now())
            words = reported.status, at, reported.error_code, reported.error_info
            await store.add_history([station_id], None, *words)
            unit.emit(_news(station_ref(station), None, known, report, reported, at))


def _station(row: store.Row) -> StationRef:
    return station_ref({**row, "id": row["station"]})


def _facts(row: store.Row) -> rules.StatusFacts:
    return rules.StatusFacts(row["status"], row["error_code"], row["error_info"], row["withheld"])


def _with_reason(known: rules.StatusFacts, report: StatusReport, reported: rules.StatusFacts) -> rules.StatusFacts:
    return reported if report.tells_reason else rules.with_reason(known, reported)


def _news(
    station: StationRef,
    connector_id: UUID | None,
    known: rules.StatusFacts,
    report: StatusReport,
    reported: rules.StatusFacts,
    at: datetime,
) -> ConnectorStatusChanged:
    return ConnectorStatusChanged(
        tenant_id=station.tenant_id,
        at=at,
        station_id=station.id,
        identity=station.identity,
        connector_id=connector_id,
        evse=report.evse,
        status=reported.status,
        previous=known.status,
        previous_error_code=known.error_code,
        error_code=reported.error_code,
        vendor_error_code=rules.clean(report.vendor_error_code, 50),
        error_info=reported.error_info,
        withheld=reported.withheld,
    )


async def forget_statuses(ctx: Context) -> None:
    """Cron: what outlets and links did is kept for WATTLINE_STATUS_DAYS, and what held when that time began."""
    before, last = ctx.now() - timedelta(days=ctx.settings.status_days), UUID(int=0)
    while stations := await status_store.stations_after(last):
        while await status_store.delete_changes(stations, before):
            pass
        last = stations[-1]
