"""Incidents: raised and closed by rules inside the transaction of the fact that caused them; handled by people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend import jobs
from backend.alerts import facts_store, rules
from backend.alerts.incidents import (
    Seen,
    close_incident,
    raise_incident,
)
from backend.alerts.incidents import acknowledge as acknowledge
from backend.alerts.incidents import close as close
from backend.alerts.incidents import incident as incident
from backend.alerts.incidents import incidents as incidents
from backend.alerts.incidents import open_incidents as open_incidents
from backend.alerts.incidents import shown as shown
from backend.alerts.place import Place
from backend.alerts.rules.station_offline import GRACE
from backend.context import Context, Unit
from backend.events import (
    CampaignHalted,
    CertificateChecked,
    ConnectorStatusChanged,
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

MARGIN = timedelta(seconds=2)
"""The clocks of the database and of this process may differ a little; a look too early would see nothing."""
START_WINDOW = timedelta(hours=1)
CERTIFICATE_WARN_DAYS = 30


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
        label=await facts_store.label(event.connector_id) if event.connector_id else "",
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


async def on_flood(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationFlooded)
    facts = rules.FloodFacts(floods=event.floods, rate=event.rate)
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_campaign(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, CampaignHalted)
    facts = rules.CampaignFacts(name=event.name, halted=event.halted, failed=event.failed, finished=event.finished)
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id), facts, seen=Seen.ANEW)


async def on_power(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, PowerExceeded)
    connector_id = await facts_store.connector_on(event.station_id, event.evse)
    facts = rules.PowerFacts(
        label=await facts_store.label(connector_id) if connector_id else "",
        exceeded=event.exceeded,
        drawn_a=event.drawn_a,
        given_a=event.given_a,
    )
    await _apply(ctx, unit, Place(event.tenant_id, event.station_id, connector_id), facts, seen=Seen.ANEW)


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
    row = await facts_store.session(event.transaction_id)
    if row is not None:
        facts = rules.SessionFacts(label=row["label"], number=row["number"], flags=frozenset(row["flags"]))
        await _apply(ctx, unit, Place(event.tenant_id, event.station_id, event.connector_id), facts, seen=Seen.ANEW)


async def _look_at_presence(ctx: Context, unit: Unit, station_id: UUID) -> None:
    row = await facts_store.presence(station_id)
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
    row = await facts_store.start_failures(connector_id, ctx.now() - START_WINDOW)
    facts = rules.StartFacts(label=row["label"], failures=row["failures"], last_failure=row["failure"])
    await _apply(ctx, unit, Place(row["tenant"], row["station"], connector_id), facts, seen=seen)


async def check_presence(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, some time after a connection was lost."""
    async with ctx.unit() as unit:
        await _look_at_presence(ctx, unit, UUID(payload["station_id"]))


async def watch(ctx: Context) -> None:
    """Cron: what becomes true or ends by time alone, such as silence."""
    now, silence = ctx.now(), timedelta(seconds=ctx.settings.silence_s)
    for station_id in await facts_store.presence_suspects(now - silence, now - GRACE):
        async with ctx.unit() as unit:
            await _look_at_presence(ctx, unit, station_id)
    for connector_id in await facts_store.connectors_with_open("starts_failing"):
        async with ctx.unit() as unit:
            await _look_at_starts(ctx, unit, connector_id)
