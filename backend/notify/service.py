"""What happens becomes a notice in its own transaction; a job decides who hears it and writes the messages down."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import jobs
from backend.context import Context, Unit
from backend.events import (
    ConnectorStatusChanged,
    Event,
    IncidentClosed,
    IncidentOpened,
    IncidentWorsened,
    StationConnected,
    TransactionEnded,
)
from backend.notify import delivery_store, happened, posting, rules, setup, store
from backend.notify.posting import Address
from shared.accounts import Role
from shared.notify import Channel, RotaSet, RouteSet, Target, TargetKind, Told
from shared.operations import IncidentState

KEPT = timedelta(days=90)
OUT_OF_SERVICE = ("faulted", "unavailable")
GROUPED = (Told.OPENED,)
"""Of these many may become one message."""


# --- what happens in the house -----------------------------------------------------------------------


async def note(ctx: Context, tenant_id: UUID, kind: Told, key: str, **about: Any) -> None:
    """Write down, in the open unit, that somebody must hear this."""
    if await store.add_notice(tenant_id, kind.value, key, ctx.now(), **about):
        await jobs.enqueue("notify.tell", {"tenant_id": str(tenant_id)}, priority=5)


async def on_opened(ctx: Context, unit: Unit, event: Event) -> None:
    """It may open again after it was watched: that is told anew."""
    assert isinstance(event, IncidentOpened)
    key = f"opened:{event.incident_id}:{event.at.isoformat()}"
    await note(ctx, event.tenant_id, Told.OPENED, key, incident=event.incident_id)


async def on_worse(ctx: Context, unit: Unit, event: Event) -> None:
    """Once until it is mended: what goes up and down in between is known."""
    assert isinstance(event, IncidentWorsened)
    key = f"worse:{event.incident_id}:{event.since.isoformat()}"
    await note(ctx, event.tenant_id, Told.WORSE, key, incident=event.incident_id)


async def on_closed(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, IncidentClosed)
    if event.parent_id is None:
        await note(ctx, event.tenant_id, Told.CLOSED, f"closed:{event.incident_id}", incident=event.incident_id)


async def on_ended(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, TransactionEnded)
    if event.account_id is None:
        return
    kind = Told.SESSION_INTERRUPTED if rules.interrupted(event.stop_reason) else Told.SESSION_FINISHED
    about = {"transaction": event.transaction_id, "account": event.account_id}
    await note(ctx, event.tenant_id, kind, f"ended:{event.transaction_id}", **about)


async def on_back(ctx: Context, unit: Unit, event: Event) -> None:
    """A station came online, or one of its outlets into service: whoever waits for it hears so."""
    assert isinstance(event, StationConnected | ConnectorStatusChanged)
    if isinstance(event, ConnectorStatusChanged) and not (
        event.status == "available" and event.previous in OUT_OF_SERVICE
    ):
        return
    row = await store.station(event.station_id)
    if row is None or not (row["online"] and row["good"]):
        return
    for account_id in await store.take_watchers(event.station_id):
        key = f"back:{event.station_id}:{account_id}:{ctx.now().isoformat()}"
        about = {"station": event.station_id, "account": account_id}
        await note(ctx, event.tenant_id, Told.STATION_BACK, key, **about)


# --- who hears it ------------------------------------------------------------------------------------


async def tell(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: all notices of a tenant that wait become messages, in one transaction."""
    tenant_id = UUID(payload["tenant_id"])
    async with ctx.unit() as unit:
        rows = await store.take_notices(tenant_id, ctx.now())
        if not rows:
            return
        tenant = await store.zone(tenant_id)
        about = await happened.of([row["incident"] for row in rows if row["incident"]])
        routes = await _routes(tenant_id)
        inbox: dict[Address, list[tuple[store.Row, rules.Happened]]] = {}
        of_incidents = [(row, about[row["incident"]]) for row in rows if row["incident"] in about]
        still = rules.to_tell([(Told(row["kind"]), one) for row, one in of_incidents])
        for (row, one), wanted in zip(of_incidents, still, strict=True):
            if wanted:
                await _route(ctx, tenant_id, tenant["time_zone"], routes, row, one, inbox)
        for row in rows:
            if not row["incident"]:
                await _tell_driver(ctx, unit, tenant_id, tenant["time_zone"], row)
        for address, found in inbox.items():
            await _write(ctx, unit, tenant_id, tenant["time_zone"], address, found)


async def _routes(tenant_id: UUID) -> list[tuple[str, RouteSet]]:
    rows = await store.listed("notify_route", tenant_id)
    if not rows:
        return [(f"default-{number}", one) for number, one in enumerate(rules.DEFAULT_ROUTES)]
    return [(str(row["id"]), msgspec.convert(row["plan"], RouteSet)) for row in rows]


Inbox = dict[Address, list[tuple[store.Row, rules.Happened]]]


async def _route(
    ctx: Context,
    tenant_id: UUID,
    zone: str,
    routes: list[tuple[str, RouteSet]],
    row: store.Row,
    one: rules.Happened,
    inbox: Inbox,
) -> None:
    """Put a notice into the inbox of everybody whom a route that fits names, and set the clock of its next step."""
    for route_id, plan in routes:
        kind = Told(row["kind"])
        if not rules.fits(plan, kind, one, row["at"], zone):
            continue
        targets, channels = plan.targets, plan.channels
        level = 0
        if kind is Told.CLOSED and not plan.on_close:
            continue
        if kind is Told.ESCALATED:
            level = row["data"].get("level", 1)
            if row["data"].get("route") != route_id or level > len(plan.steps):
                continue
            targets, channels = plan.steps[level - 1].targets, plan.steps[level - 1].channels
        for address in await addresses(ctx, tenant_id, zone, targets, channels):
            found = inbox.setdefault(address, [])
            if all(row["id"] != known["id"] for known, _ in found):
                found.append((row, one))
        if kind in (Told.OPENED, Told.WORSE, Told.ESCALATED) and level < len(plan.steps):
            before = plan.steps[level - 1].after_min if level else 0
            pause = max(1, plan.steps[level].after_min - before)
            step = {"incident_id": one.id, "route": route_id, "level": level + 1, "since": one.since}
            await jobs.enqueue(
                "notify.escalate",
                {"tenant_id": str(tenant_id), **step},
                delay=timedelta(minutes=pause),
                dedupe=":".join(str(part) for part in step.values()),
            )


async def escalate(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: nobody acknowledged in time, so the next ones hear of it. One that came back meanwhile has a clock of its
    own."""
    incident_id, route, level = UUID(payload["incident_id"]), payload["route"], payload["level"]
    one = (await happened.of([incident_id])).get(incident_id)
    if one is None or one.state is not IncidentState.OPEN or payload.get("since", one.since) != one.since:
        return
    async with ctx.unit():
        await note(
            ctx,
            UUID(payload["tenant_id"]),
            Told.ESCALATED,
            f"escalated:{incident_id}:{route}:{level}:{one.since}",
            incident=incident_id,
            data={"route": route, "level": level},
        )


async def addresses(
    ctx: Context, tenant_id: UUID, zone: str, targets: Sequence[Target], channels: Sequence[Channel]
) -> list[Address]:
    """Everywhere that these targets can be reached, each once. Where nobody of them is left on the team, or of a rota,
    the administrators hear it."""
    accounts: set[UUID] = set()
    roles = [one.id for one in targets if one.kind is TargetKind.ROLE]
    hooks: list[UUID] = []
    for one in targets:
        if one.kind is TargetKind.ACCOUNT:
            accounts.add(UUID(one.id))
        elif one.kind is TargetKind.ROTA:
            who = await _on_call(ctx, tenant_id, zone, UUID(one.id))
            if who is None:
                roles.append(Role.ADMIN.value)
            else:
                accounts.add(who)
        elif one.kind is TargetKind.HOOK and await store.get("notify_hook", tenant_id, UUID(one.id)) is not None:
            hooks.append(UUID(one.id))
    people = await _team(tenant_id, accounts, roles)
    if not people and not hooks:
        people = await _team(tenant_id, (), [Role.ADMIN.value])
    found = [way for row in people for way in posting.ways_to(row, channels)]
    found += [Address(channel=Channel.WEBHOOK, hook=hook) for hook in hooks]
    return list(dict.fromkeys(found))


async def _team(tenant_id: UUID, accounts: Collection[UUID], roles: Sequence[str]) -> list[store.Row]:
    """A route may still name somebody who is a driver only by now."""
    rows = await store.people(tenant_id, list(accounts), roles) if accounts or roles else []
    here = rules.team(rows)
    return [row for row in rows if str(row["id"]) in here]


async def _on_call(ctx: Context, tenant_id: UUID, zone: str, rota_id: UUID) -> UUID | None:
    rota = await store.get("notify_rota", tenant_id, rota_id)
    if rota is None:
        return None
    plan = msgspec.convert(rota["plan"], RotaSet)
    who, _ = rules.on_call(plan, ctx.now(), zone, rules.team(await setup.of_rota(tenant_id, plan)))
    return None if who is None else UUID(who)


async def _write(
    ctx: Context,
    unit: Unit,
    tenant_id: UUID,
    zone: str,
    address: Address,
    found: list[tuple[store.Row, rules.Happened]],
) -> None:
    """Messages for one address: now, together, or held."""
    held: dict[str, list[tuple[store.Row, rules.Happened]]] = {}
    now: list[tuple[store.Row, rules.Happened]] = []
    due = {}
    for row, one in found:
        wait = (
            None
            if address.channel in (Channel.APP, Channel.WEBHOOK)
            else rules.hold_until(address.wishes, one.severity, ctx.now(), zone)
        )
        if wait is None:
            now.append((row, one))
        else:
            held.setdefault(wait[0], []).append((row, one))
            due[wait[0]] = wait[1]
    for reason, some in held.items():
        await posting.hold(ctx, tenant_id, address, reason, due[reason], [str(row["id"]) for row, _ in some])
    if not now:
        return
    recent = await delivery_store.recent(
        tenant_id, address.account, address.hook, address.device, address.channel, ctx.now() - rules.BURST_WINDOW
    )
    way = rules.spread(len(now), recent["sent"], bool(recent["held"]))
    ids = [str(row["id"]) for row, _ in now]
    if way == "hold":
        await posting.hold(ctx, tenant_id, address, "storm", ctx.now() + rules.STORM_PAUSE, ids)
    elif way == "one":
        text = rules.summary_text([(Told(row["kind"]), one) for row, one in now])
        await posting.post(ctx, unit, tenant_id, address, Told.SUMMARY, f"{ids[0]}+", text, notices=ids)
    else:
        for row, one in now:
            kind = Told(row["kind"])
            text = rules.incident_text(kind, one, row["data"].get("said", ""))
            await posting.post(ctx, unit, tenant_id, address, kind, str(row["id"]), text, notices=[str(row["id"])])


async def _tell_driver(ctx: Context, unit: Unit, tenant_id: UUID, zone: str, row: store.Row) -> None:
    kind = Told(row["kind"])
    people = await store.people(tenant_id, [row["account"]])
    if not people:
        return
    wanted = posting.wishes_of(people[0])
    if row["transaction"]:
        session = await store.session(row["transaction"])
        if session is None:
            return
        broken = kind is Told.SESSION_INTERRUPTED
        wish, text = (
            (wanted.session_interrupted if broken else wanted.session_finished),
            rules.session_text(session, broken=broken),
        )
    else:
        station = await store.station(row["station"])
        if station is None:
            return
        wish, text = wanted.station_back, rules.back_text(station)
    if not wish:
        return
    quiet = msgspec.structs.replace(wanted, digest_at="")  # a day later nobody needs it any more
    for address in posting.ways_to(people[0], [Channel.APP, Channel.PUSH]):
        wait = None if address.channel is Channel.APP else rules.hold_until(quiet, text.severity, ctx.now(), zone)
        due = None if wait is None else wait[1]
        if address.channel is Channel.PUSH and address.device is None:
            continue  # drivers without a phone are no failure of anybody
        await posting.post(ctx, unit, tenant_id, address, kind, str(row["id"]), text, due=due)


async def forget_old(ctx: Context) -> None:
    """Cron: messages are kept for three months."""
    await delivery_store.forget(ctx.now() - KEPT)
    await store.forget_notices(ctx.now() - KEPT)
    await store.forget_deaf_devices()
