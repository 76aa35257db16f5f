"""What people set: their own wishes and phones, and the operator's routes, rotas and channels."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.mail import service as mail
from backend.notify import delivery_store, rules, store
from backend.notify.channels import webhook
from shared.notify import (
    Channel,
    ChannelState,
    Delivery,
    DeliveryState,
    HookKind,
    HookSet,
    Notice,
    OwnNotifications,
    Platform,
    PushDevice,
    PushDeviceNew,
    Rota,
    RotaSet,
    Route,
    RouteSet,
    Target,
    TargetKind,
    Told,
    Watched,
    Wishes,
)
from shared.operations import Severity

NOT_THERE = "This doesn't exist."
SHOWN = 50


# --- one's own ---------------------------------------------------------------------------------------


async def own(ctx: Context, account_id: UUID) -> OwnNotifications:
    wanted = await store.wishes(account_id)
    return OwnNotifications(
        wishes=Wishes() if wanted is None else msgspec.convert(wanted, Wishes),
        devices=[_device(row) for row in await store.devices(account_id)],
        watched=[
            Watched(station_id=str(row["id"]), identity=row["identity"], name=row["name"], location=row["location"])
            for row in await store.watched(account_id)
        ],
        email_works=mail.configured(ctx),
    )


def _device(row: store.Row) -> PushDevice:
    return PushDevice(id=str(row["id"]), platform=Platform(row["platform"]), name=row["name"], seen_at=row["seen_at"])


async def set_wishes(ctx: Context, account_id: UUID, wanted: Wishes) -> OwnNotifications:
    if bool(wanted.quiet_from) != bool(wanted.quiet_to):
        words = "Quiet hours need a beginning and an end."
        raise InvalidInput(words, fields=[("$.quiet_to", words)])
    await store.set_wishes(account_id, msgspec.to_builtins(wanted))
    return await own(ctx, account_id)


async def add_device(ctx: Context, account_id: UUID, new: PushDeviceNew, *, sign_in: UUID | None = None) -> PushDevice:
    """`sign_in`: when that ends, so does push to this device."""
    async with ctx.unit():
        row = await store.put_device(
            account_id,
            new.token,
            ctx.now(),
            platform=new.platform.value,
            name=new.name,
            language=new.language,
            sign_in=sign_in,
            p256dh="",
            auth="",
        )
    return _device(row)


async def remove_device(ctx: Context, account_id: UUID, device_id: UUID) -> None:
    if not await store.delete_device(account_id, device_id):
        raise NotFound(NOT_THERE)


async def watch(ctx: Context, tenant_id: UUID, account_id: UUID, station_id: UUID) -> None:
    if not await store.watch(account_id, tenant_id, station_id, ctx.now()):
        raise NotFound("This station doesn't exist.")


async def unwatch(ctx: Context, account_id: UUID, station_id: UUID) -> None:
    """Raises NotFound for one that isn't watched."""
    if not await store.unwatch(account_id, station_id):
        raise NotFound("You don't wait for this station.")


async def notices(ctx: Context, tenant_id: UUID, account_id: UUID) -> list[Notice]:
    return [
        Notice(
            id=str(row["id"]),
            kind=Told(row["kind"]),
            severity=Severity(row["severity"]),
            at=row["created_at"],
            read=row["read_at"] is not None,
            **{name: row[name] for name in ("title", "body", "link")},
        )
        for row in await delivery_store.of_account(tenant_id, account_id, SHOWN)
    ]


# --- channels ----------------------------------------------------------------------------------------


async def channels(ctx: Context, tenant_id: UUID, *, secret: bool) -> list[ChannelState]:
    """`secret`: an administrator asks."""
    health = {row["channel"]: row for row in await delivery_store.health(tenant_id)}
    waiting = await delivery_store.waiting(tenant_id)

    def state(name: str, channel: Channel, label: str, works: bool, key: str, **more: Any) -> ChannelState:
        row = health.get(key)
        failures = row["failures"] if row else 0
        return ChannelState(
            id=name,
            channel=channel,
            name=label,
            works=works,
            down=failures >= rules.DOWN_AFTER,
            failures=failures,
            error=row["error"] if row else "",
            failing_since=row["failing_since"] if row else None,
            ok_at=row["ok_at"] if row else None,
            waiting=waiting.get(name, 0),
            **more,
        )

    found = [
        state("push", Channel.PUSH, "Push", True, "push"),
        state("email", Channel.EMAIL, "E-mail", mail.configured(ctx), "email"),
    ]
    for row in await store.listed("notify_hook", tenant_id):
        more = {"kind": HookKind(row["kind"]), "url": row["url"], "secret": row["secret"] if secret else ""}
        found.append(state(str(row["id"]), Channel.WEBHOOK, row["name"], True, f"hook:{row['id']}", **more))
    return found


async def put_hook(ctx: Context, tenant_id: UUID, hook_id: UUID | None, wanted: HookSet) -> ChannelState:
    await _there("notify_hook", tenant_id, hook_id)
    if not await webhook.may_call(ctx, wanted.url):
        words = "This address leads into the own network; WATTLINE_WEBHOOK_HOSTS may allow it."
        raise InvalidInput(words, fields=[("$.url", words)])
    values: dict[str, Any] = {"name": wanted.name, "kind": wanted.kind.value, "url": wanted.url}
    if hook_id is None:
        values["secret"] = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    made = await _put("notify_hook", tenant_id, hook_id, values)
    return next(one for one in await channels(ctx, tenant_id, secret=True) if one.id == str(made))


async def hook(ctx: Context, tenant_id: UUID, hook_id: UUID) -> None:
    """Raises NotFound."""
    await _there("notify_hook", tenant_id, hook_id)


async def _there(table: str, tenant_id: UUID, thing_id: UUID | None) -> None:
    if thing_id is not None and await store.get(table, tenant_id, thing_id) is None:
        raise NotFound(NOT_THERE)


async def _put(table: str, tenant_id: UUID, thing_id: UUID | None, values: dict[str, Any]) -> UUID:
    made = await store.put(table, tenant_id, thing_id, values)
    if made is None:
        raise NotFound(NOT_THERE)
    return made


NAMED: Mapping[str, tuple[TargetKind, str]] = {
    "notify_rota": (TargetKind.ROTA, "A route tells whoever is on call in this rota. Take it out there first."),
    "notify_hook": (TargetKind.HOOK, "A route tells this webhook. Take it out there first."),
}


async def remove(ctx: Context, table: str, tenant_id: UUID, thing_id: UUID) -> None:
    """Raises NotFound, and Conflict while a route names it: nobody would hear what that route tells."""
    async with ctx.unit():
        if table in NAMED:
            kind, words = NAMED[table]
            plans = [msgspec.convert(row["plan"], RouteSet) for row in await store.listed("notify_route", tenant_id)]
            if any(rules.tells(plan, kind, thing_id) for plan in plans):
                raise Conflict(words, code="named_by_a_route")
        if not await store.delete(table, tenant_id, thing_id):
            raise NotFound(NOT_THERE)


# --- rotas and routes --------------------------------------------------------------------------------


def _uuid(text: str, path: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("This is no id.", fields=[(path, "This is no id.")]) from None


async def _known(tenant_id: UUID, ids: Sequence[str], path: str) -> None:
    """Raises InvalidInput unless all are on this operator's team."""
    wanted = {_uuid(one, path) for one in ids}
    if {str(one) for one in wanted} - rules.team(await store.people(tenant_id, list(wanted))):
        words = "Somebody of these isn't here (any more)."
        raise InvalidInput(words, fields=[(path, words)])


async def rotas(ctx: Context, tenant_id: UUID) -> list[Rota]:
    zone = (await store.zone(tenant_id))["time_zone"]
    return [await _rota(ctx, tenant_id, row, zone) for row in await store.listed("notify_rota", tenant_id)]


async def _rota(ctx: Context, tenant_id: UUID, row: store.Row, zone: str) -> Rota:
    plan = msgspec.convert(row["plan"], RotaSet)
    people = await of_rota(tenant_id, plan)
    account_id, until = rules.on_call(plan, ctx.now(), zone, rules.team(people))
    names = {str(one["id"]): one["name"] for one in people}
    return Rota(id=str(row["id"]), plan=plan, names=names, on_call=account_id or "", until=until)


async def of_rota(tenant_id: UUID, plan: RotaSet) -> Sequence[store.Row]:
    """Its members and those who stand in, as far as they can sign in."""
    everybody = {UUID(one) for one in plan.members} | {UUID(one.account_id) for one in plan.overrides}
    return await store.people(tenant_id, list(everybody))


async def put_rota(ctx: Context, tenant_id: UUID, rota_id: UUID | None, plan: RotaSet) -> Rota:
    await _there("notify_rota", tenant_id, rota_id)
    if plan.starts_at.tzinfo is None or any(
        one.begins_at.tzinfo is None or one.ends_at.tzinfo is None for one in plan.overrides
    ):
        raise InvalidInput("Times need their offset, as in 2026-01-01T08:00:00+01:00.", code="naive_time")
    await _known(tenant_id, plan.members, "$.members")
    await _known(tenant_id, [one.account_id for one in plan.overrides], "$.overrides")
    made = await _put("notify_rota", tenant_id, rota_id, {"name": plan.name, "plan": msgspec.to_builtins(plan)})
    row = await store.get("notify_rota", tenant_id, made)
    assert row is not None
    return await _rota(ctx, tenant_id, row, (await store.zone(tenant_id))["time_zone"])


async def routes(ctx: Context, tenant_id: UUID) -> list[Route]:
    rows = await store.listed("notify_route", tenant_id)
    if not rows:
        return [Route(id="", plan=plan) for plan in rules.DEFAULT_ROUTES]
    return [Route(id=str(row["id"]), plan=msgspec.convert(row["plan"], RouteSet)) for row in rows]


async def put_route(ctx: Context, tenant_id: UUID, route_id: UUID | None, plan: RouteSet) -> Route:
    await _there("notify_route", tenant_id, route_id)
    everything: list[tuple[Target, str]] = [(one, "$.targets") for one in plan.targets]
    everything += [(one, "$.steps") for step in plan.steps for one in step.targets]
    for one, path in everything:
        await _check(tenant_id, one, path)
    minutes = [step.after_min for step in plan.steps]
    if minutes != sorted(set(minutes)):
        words = "Each step must come later than the one before it."
        raise InvalidInput(words, fields=[("$.steps", words)])
    values = {"name": plan.name, "enabled": plan.enabled, "plan": msgspec.to_builtins(plan)}
    return Route(id=str(await _put("notify_route", tenant_id, route_id, values)), plan=plan)


async def _check(tenant_id: UUID, one: Target, path: str) -> None:
    match one.kind:
        case TargetKind.ROLE:
            good = one.id in ("operator", "admin")
        case TargetKind.ACCOUNT:
            await _known(tenant_id, [one.id], path)
            good = True
        case TargetKind.ROTA:
            good = await store.get("notify_rota", tenant_id, _uuid(one.id, path)) is not None
        case TargetKind.HOOK:
            good = await store.get("notify_hook", tenant_id, _uuid(one.id, path)) is not None
    if not good:
        words = "One of the targets doesn't exist."
        raise InvalidInput(words, fields=[(path, words)])


# --- deliveries --------------------------------------------------------------------------------------


async def deliveries(
    ctx: Context,
    tenant_id: UUID,
    state: DeliveryState | None,
    channel: Channel | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[Delivery], list[Any] | None]:
    rows = await delivery_store.page(
        tenant_id,
        state=state.value if state else None,
        channel=channel.value if channel else None,
        after=after,
        limit=limit + 1,
    )
    same = ("title", "body", "link", "reason", "attempts", "error", "created_at", "due_at", "sent_at")
    shown = [
        Delivery(
            id=str(row["id"]),
            channel=Channel(row["channel"]),
            kind=Told(row["kind"]),
            severity=Severity(row["severity"]),
            state=DeliveryState(row["state"]),
            to=" · ".join(part for part in (row["to"], row["address"]) if part),
            messages=max(1, len(row["notices"])),
            **{name: row[name] for name in same},
        )
        for row in rows[:limit]
    ]
    return shown, [rows[limit - 1][name] for name in ("created_at", "id")] if len(rows) > limit else None
