"""Incidents: raised and closed by rules inside the transaction of the fact that caused them; handled by people."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from backend import jobs
from backend.alerts import rules, store
from backend.alerts.rules.station_offline import GRACE
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound
from backend.events import (
    CampaignHalted,
    CertificateChecked,
    ConnectorStatusChanged,
    Event,
    IncidentChanged,
    SecurityEventReported,
    StationConnected,
    StationDisconnected,
    TransactionEnded,
    TransactionFailed,
    TransactionStarted,
)
from shared.operations import Incident, IncidentState, Severity

MARGIN = timedelta(seconds=2)
"""The clocks of the database and of this process may differ a little; a look too early would see nothing."""
START_WINDOW = timedelta(hours=1)
CERTIFICATE_WARN_DAYS = 30
WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
UNSOLVED = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)


class Place(msgspec.Struct, frozen=True):
    """What an incident is about; connector_id None: the station as a whole."""

    tenant_id: UUID
    station_id: UUID
    connector_id: UUID | None = None


# --- raising and closing -----------------------------------------------------------------------------


class Seen(Enum):
    """What a finding is to the incident that is open already."""

    ANEW = "it happened once more"
    BETTER = "the same occurrence, and now more is known of it"
    STILL = "the same occurrence, looked at again"


async def raise_incident(
    ctx: Context, unit: Unit, place: Place, rule: str, finding: rules.Finding, *, seen: Seen = Seen.ANEW
) -> None:
    """Open one, or count another occurrence of the one that is open, or tell it in better words."""
    now = ctx.now()
    known = await store.lock_open(place.station_id, place.connector_id, rule)
    if known is None:
        incident_id = await store.add(place.tenant_id, place.station_id, place.connector_id, rule, finding, now)
        _tell(unit, place, incident_id, IncidentState.OPEN, now)
    elif seen is not Seen.STILL:
        await store.see_again(known["id"], finding, now, more=1 if seen is Seen.ANEW else 0)
        _tell(unit, place, known["id"], IncidentState(known["state"]), now)


async def close_incident(ctx: Context, unit: Unit, place: Place, rule: str) -> None:
    """Its condition ended. Nothing happens if none is open."""
    if not await store.is_open(place.station_id, place.connector_id, rule):
        return
    known = await store.lock_open(place.station_id, place.connector_id, rule)
    if known is not None:
        now = ctx.now()
        await store.set_closed(known["id"], now)
        _tell(unit, place, known["id"], IncidentState.CLOSED, now)


def _tell(unit: Unit, place: Place, incident_id: UUID, state: IncidentState, now: datetime) -> None:
    unit.emit(
        IncidentChanged(
            tenant_id=place.tenant_id,
            at=now,
            incident_id=incident_id,
            station_id=place.station_id,
            state=state.value,
        )
    )


async def _apply(ctx: Context, unit: Unit, place: Place, facts: rules.Facts, *, seen: Seen = Seen.STILL) -> None:
    for rule, finding in rules.verdicts(facts):
        if finding is None:
            await close_incident(ctx, unit, place, rule)
        else:
            await raise_incident(ctx, unit, place, rule, finding, seen=seen)


# --- what happens in the house -----------------------------------------------------------------------


async def on_status(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, ConnectorStatusChanged)
    facts = rules.ConnectorFacts(
        label=await store.label(event.connector_id) if event.connector_id else "",
        status=event.status,
        error_code=event.error_code,
        vendor_error_code=event.vendor_error_code,
        info=event.error_info,
    )
    place = Place(event.tenant_id, event.station_id, event.connector_id)
    await _apply(
        ctx,
        unit,
        place,
        facts,
        seen=Seen.ANEW if rules.another_fault(event.previous_error_code, event.error_code) else Seen.BETTER,
    )


async def on_security_event(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, SecurityEventReported)
    facts = rules.SecurityFacts(kind=event.kind, info=event.info)
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_certificate(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, CertificateChecked)
    facts = rules.CertificateFacts(days_left=(event.expires_at - ctx.now()).days, warn_days=CERTIFICATE_WARN_DAYS)
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.STILL)


async def on_campaign(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, CampaignHalted)
    facts = rules.CampaignFacts(name=event.name, halted=event.halted, failed=event.failed, finished=event.finished)
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_connected(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationConnected)
    await _look_at_presence(ctx, unit, event.station_id)


async def on_disconnected(ctx: Context, unit: Unit, event: Event) -> None:
    """A silent station is an offline one now; whether it comes back is looked at after the grace."""
    assert isinstance(event, StationDisconnected)
    await _look_at_presence(ctx, unit, event.station_id)
    await jobs.enqueue("alerts.check_presence", {"station_id": str(event.station_id)}, delay=GRACE + MARGIN)


async def on_start(ctx: Context, unit: Unit, event: Event) -> None:
    """A start succeeded or failed."""
    assert isinstance(event, TransactionStarted | TransactionFailed)
    if event.connector_id is not None:
        await _look_at_starts(
            ctx, unit, event.connector_id, Seen.ANEW if isinstance(event, TransactionFailed) else Seen.STILL
        )


async def on_ended(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, TransactionEnded)
    row = await store.session(event.transaction_id)
    if row is not None:
        facts = rules.SessionFacts(label=row["label"], number=row["number"], flags=frozenset(row["flags"]))
        await _apply(ctx, unit, Place(event.tenant_id, event.station_id, event.connector_id), facts, seen=Seen.ANEW)


async def _look_at_presence(ctx: Context, unit: Unit, station_id: UUID) -> None:
    row = await store.presence(station_id)
    if row is None:
        return
    facts = rules.PresenceFacts(
        accepted=row["registration"] == "accepted",
        online=row["online"],
        disconnected_at=row["disconnected_at"],
        last_seen_at=row["last_seen_at"],
        silence_s=ctx.settings.silence_s,
        now=ctx.now(),
    )
    await _apply(ctx, unit, Place(row["tenant"], station_id), facts)


async def _look_at_starts(ctx: Context, unit: Unit, connector_id: UUID, seen: Seen = Seen.STILL) -> None:
    row = await store.start_failures(connector_id, ctx.now() - START_WINDOW)
    facts = rules.StartFacts(label=row["label"], failures=row["failures"], last_failure=row["failure"])
    await _apply(ctx, unit, Place(row["tenant"], row["station"], connector_id), facts, seen=seen)


async def check_presence(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, some time after a connection was lost."""
    async with ctx.unit() as unit:
        await _look_at_presence(ctx, unit, UUID(payload["station_id"]))


async def watch(ctx: Context) -> None:
    """Cron: what becomes true or ends by time alone, such as silence."""
    now, silence = ctx.now(), timedelta(seconds=ctx.settings.silence_s)
    for station_id in await store.presence_suspects(now - silence, now - GRACE):
        async with ctx.unit() as unit:
            await _look_at_presence(ctx, unit, station_id)
    for connector_id in await store.connectors_with_open("starts_failing"):
        async with ctx.unit() as unit:
            await _look_at_starts(ctx, unit, connector_id)


# --- people ------------------------------------------------------------------------------------------


def shown(row: store.Row) -> Incident:
    return Incident(
        id=str(row["id"]),
        rule=row["rule"],
        severity=Severity(row["severity"]),
        state=IncidentState(row["state"]),
        title=row["title"],
        detail=row["detail"],
        advice=row["advice"],
        station_id=str(row["station"]) if row["station"] else None,
        station_identity=row["identity"],
        station_name=row["station_name"],
        location=row["location"],
        connector_id=str(row["connector"]) if row["connector"] else None,
        connector=row["label"],
        opened_at=row["opened_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["by"],
        closed_at=row["closed_at"],
        closed_by=row["closer"],
        occurrences=row["occurrences"],
    )


async def incident(ctx: Context, tenant_id: UUID, incident_id: UUID) -> Incident:
    """Raises NotFound, also for another operator's incident."""
    row = await store.incident(tenant_id, incident_id)
    if row is None:
        raise NotFound("This incident doesn't exist.")
    return shown(row)


async def incidents(
    ctx: Context,
    tenant_id: UUID,
    *,
    states: tuple[IncidentState, ...] = UNSOLVED,
    identity: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> tuple[list[Incident], list[Any] | None]:
    """Newest first, and the key of the next page; without a limit all of them."""
    rows = await store.incidents(
        tenant_id,
        [state.value for state in states],
        identity=identity,
        after=after,
        limit=None if limit is None else limit + 1,
    )
    page = rows if limit is None else rows[:limit]
    following = [page[-1]["opened_at"], page[-1]["id"]] if len(page) < len(rows) else None
    return [shown(row) for row in page], following


async def open_incidents(ctx: Context, tenant_id: UUID, *, limit: int | None = None) -> list[Incident]:
    """What isn't solved: the worst first, then the newest."""
    found, _ = await incidents(ctx, tenant_id)
    found.sort(key=lambda one: WORST_FIRST.index(one.severity))
    return found[:limit]


async def acknowledge(ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID) -> Incident:
    """Somebody takes care of it. Raises Conflict for a closed one; a second time changes nothing."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, incident_id)
        if row["state"] == IncidentState.CLOSED:
            raise Conflict("This incident is closed already.", code="incident_closed")
        if row["state"] == IncidentState.OPEN:
            await store.set_acknowledged(incident_id, account_id, ctx.now())
            place = Place(tenant_id, row["station"])
            _tell(unit, place, incident_id, IncidentState.ACKNOWLEDGED, ctx.now())
    return await incident(ctx, tenant_id, incident_id)


async def close(ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID | None = None) -> Incident:
    """Somebody solved it. It opens anew when its condition is reported again."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, incident_id)
        if row["state"] != IncidentState.CLOSED:
            await store.set_closed(incident_id, ctx.now(), account_id)
            _tell(unit, Place(tenant_id, row["station"]), incident_id, IncidentState.CLOSED, ctx.now())
    return await incident(ctx, tenant_id, incident_id)


async def _locked(tenant_id: UUID, incident_id: UUID) -> store.Row:
    row = await store.lock(tenant_id, incident_id)
    if row is None:
        raise NotFound("This incident doesn't exist.")
    return row
