"""What happens in the house, judged by the rules in the transaction of the fact itself; and the clock's looks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from backend import jobs
from backend.alerts import (
    business,
    facts_store,
    incidents,
    rules,
    rules_store,
    store,
    storms,
    tuning,
    vendor_codes,
    watching,
)
from backend.alerts.incidents import Seen as Seen
from backend.alerts.incidents import acknowledge as acknowledge
from backend.alerts.incidents import close as close
from backend.alerts.incidents import incident as incident
from backend.alerts.incidents import open_incidents as open_incidents
from backend.alerts.incidents import shown as shown
from backend.alerts.place import Place as Place
from backend.alerts.rules import codes
from backend.alerts.rules.connector_faulted import NO_ERROR, believed, nameless
from backend.alerts.rules.station_offline import GRACE
from backend.context import Context, Unit
from backend.events import (
    CampaignHalted,
    CertificateChecked,
    ClockTold,
    ConnectorStatusChanged,
    DeviceEventReported,
    Event,
    PowerExceeded,
    SecurityEventReported,
    StationConnected,
    StationDisconnected,
    StationFlooded,
    TransactionEnded,
    TransactionFailed,
    TransactionStarted,
)

log = structlog.get_logger(__name__)
MARGIN = timedelta(seconds=2)
"""The clocks of the database and of this process may differ a little; a look too early would see nothing."""
BUCKET = timedelta(seconds=5)
"""Connections lost within this time are looked at together: thousands at once cost one job."""
START_WINDOW = timedelta(hours=1)


async def apply(
    ctx: Context,
    unit: Unit,
    place: Place,
    facts: rules.Facts,
    *,
    seen: Seen = Seen.STILL,
    known: store.OpenRules | None = None,
    make: tuple[str, str] | None = None,
    ends: bool = True,
) -> None:
    """`known`: the open incidents of such places, `make`: the station's vendor and model, where they were asked for
    already. `ends`: what finds nothing is over."""
    own = await tuning.of(place.tenant_id)
    if make is None:
        make = await rules_store.make_of(place.station_id) if own.by_make and place.station_id else ("", "")
    threw = tuning.Threw()
    judged = list(rules.verdicts(facts, own.thresholds(*make), off=own.off, threw=threw))
    over = [rule for rule, finding in judged if finding is None]
    if known is not None:
        open_here = known.get(place.columns, frozenset())
    else:
        open_here = await store.open_rules(place, over) if over else set()
    for rule, finding in judged:
        if finding is not None:
            await _raise(ctx, unit, place, rule, finding, seen)
        elif ends and rule in open_here:
            await incidents.close_incident(ctx, unit, place, rule)
    if threw.errors:
        await tuning.switch_off_failed(ctx, unit, place.tenant_id, threw)


async def _raise(ctx: Context, unit: Unit, place: Place, rule: str, finding: rules.Finding, seen: Seen) -> None:
    """In a storm of reports the greater incident is told, and each of them is a part of it."""
    parent = None
    if rule == storms.REPORTED and place.station_id and not await store.is_open(place, rule):
        try:
            parent = await storms.parent_of(ctx, unit, place, finding)
        except Exception as error:  # the report counts more than what it may be a part of
            log.error("a storm of reports can't be seen", station=str(place.station_id), exc_info=error)
    await incidents.raise_incident(ctx, unit, place, rule, finding, seen=seen, parent=parent)


# --- what happens in the house -----------------------------------------------------------------------


async def on_status(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Of most outlets nothing is wrong: then it matters only whether an incident is open there."""
    told = [event for event in events if isinstance(event, ConnectorStatusChanged)]
    well = {event.connector_id for event in told if event.connector_id is not None and not _wrong(event)}
    known = await store.open_at(well) if well else None
    for event in told:
        if event.connector_id in well and not _wrong(event):
            place = Place(event.tenant_id, event.station_id, event.connector_id)
            facts = rules.ConnectorFacts(label="", status=event.status, error_code=event.error_code)
            await apply(ctx, unit, place, facts, known=known)
        else:
            await _fault(ctx, unit, event)


def _wrong(event: ConnectorStatusChanged) -> bool:
    return event.status == "faulted" or event.error_code not in NO_ERROR or event.vendor_error_code.strip() != ""


async def _fault(ctx: Context, unit: Unit, event: ConnectorStatusChanged) -> None:
    known = await _meaning(event.tenant_id, event.station_id, event.vendor_error_code)
    facts = rules.ConnectorFacts(
        label=await facts_store.label(event.connector_id) if event.connector_id else "",
        status=event.status,
        error_code=event.error_code,
        vendor_error_code=event.vendor_error_code,
        info=event.error_info,
        meaning=known.meaning,
        began_at=believed(event.at, await facts_store.clock_off(event.station_id)) if _wrong(event) else None,
    )
    place = Place(event.tenant_id, event.station_id, event.connector_id)
    again = rules.another_fault(event.previous_error_code, event.error_code)
    told = codes.told(event.error_code, event.vendor_error_code, event.error_info)
    out = event.status == "faulted" or event.error_code not in NO_ERROR
    if known.meaning is None and out and nameless(told):
        await vendor_codes.count_unknown(
            ctx, event.tenant_id, event.station_id, known.vendor, event.vendor_error_code, event.error_info
        )
    await apply(ctx, unit, place, facts, seen=Seen.ANEW if again else Seen.BETTER)


class _Known(NamedTuple):
    vendor: str
    meaning: rules.Meaning | None


async def _meaning(tenant_id: UUID, station_id: UUID, code: str) -> _Known:
    if not code.strip():
        return _Known("", None)
    vendor, _model = await rules_store.make_of(station_id)
    return _Known(vendor, await vendor_codes.meaning(tenant_id, vendor, code))


async def on_device_event(ctx: Context, unit: Unit, event: Event) -> None:
    """Each component has incidents of its own, which end when it says so: not by what is milder, nor by another one."""
    assert isinstance(event, DeviceEventReported)
    known = await _meaning(event.tenant_id, event.station_id, event.tech_code)
    facts = rules.EventFacts(
        component=event.component,
        variable=event.variable,
        value=event.value,
        severity=event.severity,
        over=event.over,
        tech_code=event.tech_code,
        tech_info=event.tech_info,
        meaning=known.meaning,
    )
    if known.meaning is None and not event.over:
        await vendor_codes.count_unknown(
            ctx, event.tenant_id, event.station_id, known.vendor, event.tech_code, event.tech_info
        )
    place = Place(event.tenant_id, event.station_id, part=facts.part)
    await apply(ctx, unit, place, facts, seen=Seen.BETTER, ends=event.over)


async def on_clock(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Each station that comes back tells its clock: thousands at once after an outage."""
    told = {event.station_id: event for event in events if isinstance(event, ClockTold)}
    await facts_store.set_clocks({station_id: event.off_s for station_id, event in told.items()}, ctx.now())
    known = await store.open_of_stations(told.keys())
    for event in told.values():
        place = Place(event.tenant_id, event.station_id)
        await apply(ctx, unit, place, rules.ClockFacts(off_s=event.off_s), known=known)


async def on_security_event(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, SecurityEventReported)
    facts = rules.SecurityFacts(kind=event.kind, info=event.info)
    await apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_certificate(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, CertificateChecked)
    facts = rules.CertificateFacts(days_left=(event.expires_at - ctx.now()).days)
    await apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.STILL)


async def on_flood(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationFlooded)
    facts = rules.FloodFacts(floods=event.floods, rate=event.rate)
    await apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_campaign(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, CampaignHalted)
    facts = rules.CampaignFacts(name=event.name, halted=event.halted, failed=event.failed, finished=event.finished)
    await apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_power(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, PowerExceeded)
    connector_id = await facts_store.connector_on(event.station_id, event.evse)
    facts = rules.PowerFacts(
        label=await facts_store.label(connector_id) if connector_id else "",
        exceeded=event.exceeded,
        drawn_a=event.drawn_a,
        given_a=event.given_a,
    )
    await apply(ctx, unit, Place(event.tenant_id, event.station_id, connector_id), facts, seen=Seen.ANEW)


async def on_connected(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationConnected)
    await _look_at_presence(ctx, unit, [event.station_id])


async def on_disconnected(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Silent stations are offline ones now; whether they come back is looked at after the grace. With a node go
    thousands, and nobody may wait for each of them."""
    gone = [event.station_id for event in events if isinstance(event, StationDisconnected)]
    await facts_store.add_drops(gone, ctx.now())
    await _look_at_presence(ctx, unit, gone)
    bucket = int(ctx.now().timestamp() // BUCKET.total_seconds())
    await jobs.enqueue("alerts.check_presence", {"bucket": bucket}, dedupe=str(bucket), delay=GRACE + MARGIN + BUCKET)


async def on_start(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Starts succeeded or failed."""
    where = {
        event.connector_id: Seen.ANEW if isinstance(event, TransactionFailed) else Seen.STILL
        for event in events
        if isinstance(event, TransactionStarted | TransactionFailed) and event.connector_id is not None
    }
    await _look_at_starts(ctx, unit, where)


async def on_ended(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    ended = [event for event in events if isinstance(event, TransactionEnded)]
    outlets = [event.connector_id for event in ended if event.connector_id is not None]
    sessions = await facts_store.sessions([event.transaction_id for event in ended])
    pasts = await facts_store.pasts(outlets, rules.PAST_SESSIONS)
    once = len(set(outlets)) == len(ended)  # else what the first of an outlet opens counts for the next
    known = await store.open_at(outlets) if once else None
    for event in ended:
        row = sessions.get(event.transaction_id)
        place = Place(event.tenant_id, event.station_id, event.connector_id)
        if row is not None:
            facts = rules.SessionFacts(label=row["label"], number=row["number"], flags=frozenset(row["flags"]))
            await apply(ctx, unit, place, facts, seen=Seen.ANEW, known=known)
        past = pasts.get(event.connector_id) if event.connector_id is not None else None
        if past:
            await apply(ctx, unit, place, _past(past), known=known)


def _past(rows: Any) -> rules.PastFacts:
    return rules.PastFacts(
        label=rows[0]["label"],
        sessions=tuple(
            rules.Past(
                seconds=row["seconds"],
                energy_wh=row["energy_wh"],
                reason=row["stop_reason"],
                driver=row["driver"] or "",
            )
            for row in rows
        ),
    )


async def _look_at_presence(ctx: Context, unit: Unit, station_ids: Sequence[UUID]) -> None:
    """Only what ends: who stays away is looked at together with its neighbours."""
    known = await store.open_of_stations(station_ids)
    for row in await facts_store.presence(station_ids):
        facts = facts_store.presence_facts(row, ctx.settings.silence_s, ctx.now())
        make = (row["vendor"], row["model"])
        await apply(ctx, unit, Place(row["tenant"], row["id"]), facts, known=known, make=make)


async def _look_at_starts(ctx: Context, unit: Unit, outlets: Mapping[UUID, Seen]) -> None:
    if not outlets:
        return
    known = await store.open_at(outlets)
    for row in await facts_store.start_failures(outlets, ctx.now() - START_WINDOW):
        facts = rules.StartFacts(label=row["label"], failures=row["failures"], last_failure=row["failure"])
        place = Place(row["tenant"], row["station"], row["connector"])
        await apply(ctx, unit, place, facts, seen=outlets[row["connector"]], known=known)


# --- the clock ---------------------------------------------------------------------------------------


async def check_presence(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, some time after connections were lost."""
    await watching.look_at_presence(ctx)


async def watch(ctx: Context, *, limits: watching.Limits) -> None:
    """Cron: what becomes true or ends by time alone, such as silence. `limits`: what holds power down."""
    await watching.each(
        ctx,
        watching.look_at_presence,
        watching.look_at_links,
        partial(watching.look_at_sessions, limits=limits),
        watching.look_at_outlets,
        _look_at_failing,
        incidents.close_quiet,
    )


async def _look_at_failing(ctx: Context) -> None:
    for connector_id in await facts_store.connectors_with_open("starts_failing"):
        async with ctx.unit() as unit:
            await _look_at_starts(ctx, unit, {connector_id: Seen.STILL})


async def watch_business(ctx: Context) -> None:
    """Cron."""
    await business.look(ctx)


async def watch_upkeep(ctx: Context) -> None:
    """Cron, nightly."""
    await business.compute_baselines(ctx)
    await watching.look_at_firmware(ctx)
