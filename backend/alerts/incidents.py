"""Incidents: opened, seen again, closed; what people do with them; and their timeline.

Whoever tells or mends binds to IncidentOpened, IncidentWorsened and IncidentClosed, which are emitted in the
transaction of the fact.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from backend.alerts import rules, store
from backend.alerts.place import Place
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import IncidentChanged, IncidentClosed, IncidentOpened, IncidentWorsened
from shared.faults import EntryKind
from shared.money import Money
from shared.operations import Incident, IncidentState, Severity

WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
UNSOLVED = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.IN_REPAIR, IncidentState.WATCHED)
WATCHED_FOR = timedelta(hours=24)
"""How long something mended must stay well before it is closed."""
STATE_WORDS = {
    IncidentState.OPEN: "Opened again.",
    IncidentState.ACKNOWLEDGED: "Somebody takes care of it.",
    IncidentState.IN_REPAIR: "Being repaired.",
    IncidentState.WATCHED: "Repaired, and watched for a day.",
    IncidentState.CLOSED: "Closed.",
}


class Seen(Enum):
    """What a finding is to the incident that is open already."""

    ANEW = "it happened once more"
    BETTER = "the same occurrence, and now more is known of it"
    STILL = "the same occurrence, looked at again"


# --- raising and closing -----------------------------------------------------------------------------


async def raise_incident(
    ctx: Context,
    unit: Unit,
    place: Place,
    rule: str,
    finding: rules.Finding,
    *,
    seen: Seen = Seen.ANEW,
    parent: UUID | None = None,
    affected: int = 1,
) -> UUID:
    """Open one, or count another occurrence of the one that is open, or tell it in better words. Its id.

    One with a `parent` is a part of that one: nobody hears of it alone.
    """
    now = ctx.now()
    known = await store.lock_open(place, rule)
    if known is None:
        incident_id = await store.add(place, rule, finding, now, parent=parent, affected=affected)
        await note(ctx, incident_id, EntryKind.OPENED, finding.title, data={"detail": finding.detail})
        _tell(unit, place, incident_id, rule, finding, IncidentState.OPEN, now, parent, opened=True)
        return incident_id
    incident_id = known["id"]
    if known["state"] == IncidentState.WATCHED and (seen is not Seen.STILL or known["repaired_at"]):
        await store.see_again(incident_id, finding, now, more=1)
        await store.set_state(incident_id, IncidentState.OPEN, now)
        await note(ctx, incident_id, EntryKind.AGAIN, "It came back while it was watched.")
        _tell(unit, place, incident_id, rule, finding, IncidentState.OPEN, now, known["parent"], opened=True)
    elif seen is not Seen.STILL:
        await store.see_again(incident_id, finding, now, more=1 if seen is Seen.ANEW else 0)
        if seen is Seen.ANEW or finding.title != known["title"]:
            await note(ctx, incident_id, EntryKind.AGAIN, finding.title, data={"detail": finding.detail})
        state = IncidentState(known["state"])
        grew = known["severity"] == Severity.INFO and finding.severity is not Severity.INFO
        anew = grew and state is IncidentState.OPEN  # who hears of warnings only has not heard of it yet
        since = (known["watched_at"] or known["opened_at"]) if _worse(known, finding) and not anew else None
        _tell(unit, place, incident_id, rule, finding, state, now, known["parent"], opened=anew, worse_since=since)
    return incident_id


def _worse(known: store.Row, finding: rules.Finding) -> bool:
    """Who wants to hear, or is woken, by what is critical only has to hear of it now: also where it is in hand."""
    return finding.severity is Severity.CRITICAL and known["severity"] != Severity.CRITICAL


async def close_incident(ctx: Context, unit: Unit, place: Place, rule: str) -> None:
    """Its condition ended. Nothing happens if none is open; one in repair or watched is watched from now on."""
    if not await store.is_open(place, rule):
        return
    known = await store.lock_open(place, rule)
    if known is not None:
        await end(ctx, unit, known)


async def end(ctx: Context, unit: Unit, row: store.Row) -> None:
    """The condition of an incident that is locked ended."""
    now = ctx.now()
    await store.set_repaired(row["id"], now)
    if row["state"] == IncidentState.WATCHED:
        return
    repaired = row["state"] == IncidentState.IN_REPAIR
    state = IncidentState.WATCHED if repaired else IncidentState.CLOSED
    await store.set_state(row["id"], state, now)
    if row["parent"] is not None:
        return
    await store.price_open(now, only=row["id"])
    words = "Its condition ended; watched for a day." if repaired else "Its condition ended."
    await note(ctx, row["id"], EntryKind.STATE if repaired else EntryKind.CLOSED, words)
    tell(unit, row, state, now)


def tell(
    unit: Unit,
    row: store.Row,
    state: IncidentState,
    now: datetime,
    *,
    opened: bool = False,
    worse_since: datetime | None = None,
) -> None:
    """Emit what became of a stored incident. `opened`: somebody must hear of it; `worse_since`: they must hear of it
    again, as it is critical now and wasn't since then. Of parts the greater one tells."""
    if row["parent"] is not None:
        return
    values: dict[str, Any] = {
        "tenant_id": row["tenant"],
        "at": now,
        "incident_id": row["id"],
        "station_id": row["station"],
        "state": state.value,
        "rule": row["rule"],
        "code": row["code"],
        "severity": row["severity"],
        "connector_id": row["connector"],
        "location_id": row["location"],
        "parent_id": row["parent"],
    }
    unit.emit(IncidentChanged(**values))
    if opened:
        unit.emit(IncidentOpened(**values))
    elif worse_since is not None:
        unit.emit(IncidentWorsened(**values, since=worse_since))
    elif state is IncidentState.CLOSED:
        unit.emit(IncidentClosed(**values))


def _tell(
    unit: Unit,
    place: Place,
    incident_id: UUID,
    rule: str,
    finding: rules.Finding,
    state: IncidentState,
    now: datetime,
    parent: UUID | None,
    *,
    opened: bool = False,
    worse_since: datetime | None = None,
) -> None:
    row = {
        "id": incident_id,
        "tenant": place.tenant_id,
        "station": place.station_id,
        "connector": place.connector_id,
        "location": place.location_id,
        "rule": rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "parent": parent,
    }
    tell(unit, row, state, now, opened=opened, worse_since=worse_since)


async def note(
    ctx: Context,
    incident_id: UUID,
    kind: EntryKind,
    text: str,
    *,
    account_id: UUID | None = None,
    data: Mapping[str, str] | None = None,
) -> None:
    """A line of the timeline, in the open unit. Playbooks (STEP) and deliveries (TOLD) write theirs with it too."""
    await store.add_entry(incident_id, ctx.now(), kind.value, text, account_id, data or {})


async def open_again(ctx: Context, tenant_id: UUID, incident_id: UUID) -> None:
    """Who was to take care of it doesn't: people hear of it anew. The line of the timeline is the caller's."""
    async with ctx.unit() as unit:
        await _opens_again(ctx, unit, await _locked(tenant_id, incident_id))


async def _opens_again(ctx: Context, unit: Unit, row: store.Row) -> None:
    await store.open_again(row["id"], ctx.now())
    tell(unit, row, IncidentState.OPEN, ctx.now(), opened=True)


async def close_quiet(ctx: Context) -> None:
    """What was watched for a day and didn't come back is over. A fault that an outlet reports all the time never came
    back, as it never went: it is open again."""
    for row in await store.watched_before(ctx.now() - WATCHED_FOR):
        async with ctx.unit() as unit:
            known = await store.lock(row["tenant"], row["id"])
            if known is None or known["state"] != IncidentState.WATCHED or known["repaired_at"] is None:
                continue
            if await store.still_reported(row["id"]):
                await note(ctx, row["id"], EntryKind.AGAIN, "It was watched for a day, and is still reported.")
                await _opens_again(ctx, unit, known)
                continue
            await store.set_state(row["id"], IncidentState.CLOSED, ctx.now())
            await note(ctx, row["id"], EntryKind.CLOSED, "It stayed away for a day.")
            tell(unit, known, IncidentState.CLOSED, ctx.now())


# --- what people see ---------------------------------------------------------------------------------


def shown(row: store.Row) -> Incident:
    def text(name: str) -> str | None:
        return str(row[name]) if row[name] else None

    return Incident(
        id=str(row["id"]),
        rule=row["rule"],
        severity=Severity(row["severity"]),
        state=IncidentState(row["state"]),
        title=row["title"],
        detail=row["detail"],
        advice=row["advice"],
        station_id=text("station"),
        station_identity=row["identity"],
        station_name=row["station_name"],
        location=row["location_name"],
        connector_id=text("connector"),
        connector=row["label"],
        opened_at=row["opened_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["by"],
        closed_at=row["closed_at"],
        closed_by=row["closer"],
        occurrences=row["occurrences"],
        code=row["code"],
        cause=row["cause"],
        location_id=text("location_id"),
        parent_id=text("parent"),
        affected=row["affected"],
        assignee_id=text("assignee"),
        assignee=row["assigned"],
        began_at=row["began_at"],
        in_repair_at=row["in_repair_at"],
        watched_at=row["watched_at"],
        lost_sessions=float(row["lost_sessions"]),
        remedy=row["remedy"],
        remedy_detail=row["remedy_detail"],
        lost=Money(amount=row["lost_amount"], currency=row["currency"]) if row["priced"] else None,
    )


async def incident(ctx: Context, tenant_id: UUID, incident_id: UUID) -> Incident:
    """Raises NotFound, also for another operator's incident."""
    return shown(await row_of(tenant_id, incident_id))


async def row_of(tenant_id: UUID, incident_id: UUID) -> store.Row:
    row = await store.incident(tenant_id, incident_id)
    if row is None:
        raise NotFound("This incident doesn't exist.")
    return row


async def incidents(
    ctx: Context,
    tenant_id: UUID,
    *,
    states: tuple[IncidentState, ...] = UNSOLVED,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
    **filters: Any,
) -> tuple[list[Incident], list[Any] | None]:
    """Newest first, and the key of the next page; without a limit all of them.

    `filters`: identity, rule, severity, location, parent. Parts of a greater one are left out but for a parent or
    a station.
    """
    rows = await store.incidents(
        tenant_id,
        [state.value for state in states],
        after=after,
        limit=None if limit is None else limit + 1,
        **filters,
    )
    page = rows if limit is None else rows[:limit]
    following = [page[-1]["opened_at"], page[-1]["id"]] if len(page) < len(rows) else None
    return [shown(row) for row in page], following


async def open_incidents(ctx: Context, tenant_id: UUID, *, limit: int | None = None) -> list[Incident]:
    """What isn't solved: the worst first, then the newest."""
    found, _ = await incidents(ctx, tenant_id)
    found.sort(key=lambda one: WORST_FIRST.index(one.severity))
    return found[:limit]


# --- what people do ----------------------------------------------------------------------------------


async def acknowledge(ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID) -> Incident:
    """Somebody takes care of it. Raises Conflict for a closed one; a second time changes nothing."""
    return await change_state(ctx, tenant_id, incident_id, account_id, IncidentState.ACKNOWLEDGED)


async def close(ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID | None = None) -> Incident:
    """Somebody solved it, with its parts. It opens anew when its condition is reported again."""
    return await change_state(ctx, tenant_id, incident_id, account_id, IncidentState.CLOSED)


async def change_state(
    ctx: Context,
    tenant_id: UUID,
    incident_id: UUID,
    account_id: UUID | None,
    state: IncidentState,
    note_text: str = "",
) -> Incident:
    """To any other state but back to open. Raises Conflict for a closed one; closing twice changes nothing."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, incident_id)
        before = IncidentState(row["state"])
        if before is IncidentState.CLOSED and state is not IncidentState.CLOSED:
            raise Conflict("This incident is closed already.", code="incident_closed")
        if state is IncidentState.OPEN and before is not IncidentState.OPEN:
            raise Conflict("An incident is opened again by its rule only.", code="incident_state")
        behind = state is IncidentState.ACKNOWLEDGED and before is not IncidentState.OPEN
        if before is not state and not behind:
            await store.set_state(incident_id, state, ctx.now(), account_id)
            if state is IncidentState.CLOSED:
                await store.close_parts(incident_id, ctx.now(), STATE_WORDS[state], account_id)
                await store.price_open(ctx.now(), only=incident_id)
            kind = EntryKind.CLOSED if state is IncidentState.CLOSED else EntryKind.STATE
            await note(ctx, incident_id, kind, note_text or STATE_WORDS[state], account_id=account_id)
            tell(unit, row, state, ctx.now())
    return await incident(ctx, tenant_id, incident_id)


async def assign(
    ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID | None, by: UUID | None
) -> Incident:
    """To an operator or administrator; None: nobody in particular. Raises InvalidInput for anybody else."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, incident_id)
        name = "" if account_id is None else await store.account_name(tenant_id, account_id)
        if name is None:
            raise InvalidInput("Only operators and administrators take care of incidents.", code="no_operator")
        if row["assignee"] != account_id:
            await store.set_assignee(incident_id, account_id)
            words = f"For {name}." if name else "For nobody in particular."
            await note(ctx, incident_id, EntryKind.ASSIGNED, words, account_id=by)
            tell(unit, row, IncidentState(row["state"]), ctx.now())
    return await incident(ctx, tenant_id, incident_id)


async def add_note(ctx: Context, tenant_id: UUID, incident_id: UUID, text: str, by: UUID) -> Incident:
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, incident_id)
        await note(ctx, incident_id, EntryKind.NOTE, text.replace("\0", ""), account_id=by)
        tell(unit, row, IncidentState(row["state"]), ctx.now())
    return await incident(ctx, tenant_id, incident_id)


async def _locked(tenant_id: UUID, incident_id: UUID) -> store.Row:
    row = await store.lock(tenant_id, incident_id)
    if row is None:
        raise NotFound("This incident doesn't exist.")
    return row
