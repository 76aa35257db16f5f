"""Messages on their way: written down, held, delivered by a job, tried again, given up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend import jobs
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound
from backend.events import NoticeSent
from backend.notify import delivery_store, happened, rules, store
from backend.notify.channels import CHANNELS, Gone, Letter, NotSetUp, Refused, Trouble
from backend.notify.rules import Text
from backend.tenants import service as tenants
from shared.accounts import Role
from shared.notify import Channel, DeliveryState, Told, Wishes
from shared.operations import Severity
from shared.said import in_language

LONGEST_S = 90
"""Of one try: less than a job may run (jobs.Worker), so that it is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message goes. A push without a device can't go anywhere, and is written down as such."""

    channel: Channel
    account: UUID | None = None
    hook: UUID | None = None
    device: UUID | None = None
    label: str = ""
    wishes: Wishes = field(default_factory=Wishes, compare=False)


class _Device(msgspec.Struct):
    id: UUID
    name: str
    platform: str


def wishes_of(row: store.Row) -> Wishes:
    return Wishes() if row["wishes"] is None else msgspec.convert(row["wishes"], Wishes)


def ways_to(row: store.Row, channels: Sequence[Channel]) -> list[Address]:
    """A person's addresses on these channels, as far as they want them."""
    wanted = wishes_of(row)
    found = []
    if Channel.APP in channels:
        found.append(Address(channel=Channel.APP, account=row["id"], wishes=wanted))
    if Channel.EMAIL in channels and wanted.email:
        found.append(Address(channel=Channel.EMAIL, account=row["id"], label=row["email"], wishes=wanted))
    if Channel.PUSH in channels and wanted.push:
        devices = msgspec.json.decode(row["devices"], type=list[_Device])
        found += [
            Address(
                channel=Channel.PUSH,
                account=row["id"],
                device=one.id,
                label=one.name or one.platform,
                wishes=wanted,
            )
            for one in devices
        ] or [Address(channel=Channel.PUSH, account=row["id"], wishes=wanted)]
    return found


def _values(ctx: Context, tenant_id: UUID, address: Address, kind: Told, key: str) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "tenant": tenant_id,
        "account": address.account,
        "hook": address.hook,
        "device": address.device,
        "channel": address.channel.value,
        "address": address.label,
        "kind": kind.value,
        "key": f"{key}:{address.channel}:{address.account or address.hook}:{address.device or ''}",
        "created_at": ctx.now(),
    }


async def post(
    ctx: Context,
    unit: Unit,
    tenant_id: UUID,
    address: Address,
    kind: Told,
    key: str,
    text: Text,
    *,
    notices: Sequence[str] = (),
    due: datetime | None = None,
) -> UUID | None:
    """Write a message down and have it delivered; None: it is written down already."""
    values = _values(ctx, tenant_id, address, kind, key) | {
        "title": text.title,
        "body": text.body,
        "severity": text.severity.value,
        "link": text.link,
        "notices": list(notices),
        "due_at": due,
        "state": DeliveryState.QUEUED.value,
    }
    if address.channel is Channel.APP:
        values |= {"state": DeliveryState.SENT.value, "sent_at": ctx.now()}
    elif address.channel is Channel.PUSH and address.device is None:
        values |= {"state": DeliveryState.SKIPPED.value, "error": "No device of theirs gets push."}
    if not await delivery_store.add(values):
        return None
    delivery_id: UUID = values["id"]
    if address.channel is Channel.APP and address.account:
        unit.emit(NoticeSent(tenant_id=tenant_id, at=ctx.now(), account_id=address.account))
    elif values["state"] == DeliveryState.QUEUED:
        delay = max(due - ctx.now(), timedelta(0)) if due else timedelta(0)
        await jobs.enqueue("notify.deliver", {"delivery_id": str(delivery_id)}, priority=5, delay=delay)
    return delivery_id


async def hold(
    ctx: Context, tenant_id: UUID, address: Address, reason: str, due: datetime, notices: Sequence[str]
) -> None:
    """Gather notices for this address until `due`, when they go out as one message."""
    if address.channel is Channel.PUSH and address.device is None:
        return
    values = _values(ctx, tenant_id, address, Told.DIGEST if reason == "digest" else Told.SUMMARY, str(uuid4()))
    values |= {"title": "", "reason": reason, "due_at": due}
    if await delivery_store.hold(values, notices):
        await jobs.enqueue("notify.release", {"delivery_id": str(values["id"])}, delay=due - ctx.now())


async def release(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: what was gathered goes out, in the words that are true now."""
    delivery_id = UUID(payload["delivery_id"])
    async with ctx.unit():
        row = await delivery_store.lock(delivery_id)
        if row is None or row["state"] != DeliveryState.HELD:
            return
        noted = await store.notices([UUID(one) for one in row["notices"]])
        about = await happened.of(list({one["incident"] for one in noted}))
        still = [(Told(one["kind"]), about[one["incident"]]) for one in noted if one["incident"] in about]
        news = rules.gathered(still)
        if not news or (row["reason"] == "quiet" and all(kind is Told.CLOSED for kind, _ in news)):
            why = "All of it was over when the quiet hours ended." if news else "Nothing of it was left to tell."
            done = {"state": DeliveryState.SKIPPED.value, "error": why}
            await delivery_store.change(delivery_id, title=rules.summary_text(still).title if news else "", **done)
            return
        digest = row["reason"] == "digest"
        values: dict[str, Any] = {}
        if len(news) == 1 and not digest:
            [(kind, incident)] = news
            said = next((one["said"] for one in reversed(noted) if one["kind"] == kind), "")
            text = rules.incident_text(kind, incident, said)
            values = {"kind": kind.value}
        else:
            text = rules.summary_text(still, digest=digest)
        values |= {"title": text.title, "body": text.body, "link": text.link, "severity": text.severity.value}
        if row["channel"] == Channel.APP:
            await delivery_store.change(delivery_id, **values, state=DeliveryState.SENT.value, sent_at=ctx.now())
            return
        await delivery_store.change(delivery_id, **values, state=DeliveryState.QUEUED.value)
        await jobs.enqueue("notify.deliver", {"delivery_id": str(delivery_id)}, priority=5)


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises Trouble to be tried again; after the last try the message is kept as failed. A mistake of ours is
    counted like trouble: no message waits for a job that gave up."""
    delivery_id = UUID(payload["delivery_id"])
    row = await delivery_store.get(delivery_id)
    if row is None or row["state"] != DeliveryState.QUEUED:
        return
    if row["attempts"] and row["due_at"] and row["due_at"] > ctx.now():  # they asked us to wait for longer
        await _later(delivery_id, row["due_at"] - ctx.now())
        return
    now, channel = ctx.now(), Channel(row["channel"])
    tries = row["attempts"] + 1
    health = f"hook:{row['hook']}" if channel is Channel.WEBHOOK else channel.value
    try:
        await _send(ctx, channel, row)
    except (Gone, Refused, NotSetUp) as error:
        state = DeliveryState.SKIPPED if isinstance(error, NotSetUp) else DeliveryState.FAILED
        async with ctx.unit():
            await delivery_store.change(delivery_id, state=state.value, attempts=tries, error=str(error), tried_at=now)
            if isinstance(error, Gone) and row["device"]:
                await store.forget_device(row["device"])
            elif channel is Channel.WEBHOOK or (isinstance(error, Refused) and error.ails):
                await delivery_store.ailing(row["tenant"], health, str(error), now)
    except Exception as error:
        after, words = error.after if isinstance(error, Trouble) else None, _words(error)
        await delivery_store.ailing(row["tenant"], health, words, now)
        lives = rules.lifetime(Told(row["kind"]), Severity(row["severity"]))
        over = tries >= rules.TRIES or (after is not None and now + after > row["created_at"] + lives)
        state = DeliveryState.FAILED if over else DeliveryState.QUEUED
        said = {"state": state.value, "attempts": tries, "error": words, "tried_at": now}
        if over or after is None:
            await delivery_store.change(delivery_id, **said)
        else:
            async with ctx.unit():
                await delivery_store.change(delivery_id, **said, due_at=now + after)
                await _later(delivery_id, after)
            return
        if not (over and isinstance(error, Trouble)):
            raise
    else:
        async with ctx.unit():
            sent = {"state": DeliveryState.SENT.value, "sent_at": now, "tried_at": now, "error": ""}
            await delivery_store.change(delivery_id, attempts=tries, **sent)
            await delivery_store.healthy(row["tenant"], health, now)


async def _send(ctx: Context, channel: Channel, row: delivery_store.Row) -> None:
    try:
        async with asyncio.timeout(LONGEST_S):
            await CHANNELS[channel](ctx, _letter(ctx, row))
    except TimeoutError:
        raise Trouble("It took too long.") from None


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, Trouble) else f"{type(error).__name__}: {error}"[:500]


async def _later(delivery_id: UUID, pause: timedelta) -> None:
    payload = {"delivery_id": str(delivery_id)}
    await jobs.enqueue("notify.deliver", payload, delay=pause, dedupe=f"later:{delivery_id}")


def _letter(ctx: Context, row: delivery_store.Row) -> Letter:
    if row["account"] and row["role"] == Role.DRIVER and Told(row["kind"]) not in rules.PERSONAL:
        raise Refused("This person is no longer on the team.")
    address = {"push": row["token"], "email": row["email"], "webhook": row["hook_url"]}[row["channel"]]
    if not address:
        raise Refused("This address was removed.")
    language = _language(row)
    return Letter(
        id=row["id"],
        tenant_id=row["tenant"],
        sender=row["sender"],
        address=address,
        kind=row["kind"],
        severity=row["severity"],
        title=in_language(row["title"], language),
        body=in_language(row["body"], language),
        link=row["link"],
        url=f"{ctx.settings.app_url}{row['link']}",
        at=row["created_at"],
        secret=row["hook_secret"] or "",
        form=row["hook_kind"] or "generic",
        p256dh=row["p256dh"] or "",
        auth=row["auth"] or "",
        language=language,
    )


def _language(row: delivery_store.Row) -> str:
    """A device says its own. A letter speaks as the person's latest device does; else, and to programs, the operator's
    language is spoken."""
    if row["channel"] == Channel.PUSH:
        return row["language"] or "en"
    return tenants.language_of(row["country"], row["time_zone"], row["spoken"])


async def again(ctx: Context, tenant_id: UUID, delivery_id: UUID) -> None:
    """Try a message anew that was given up. Raises NotFound, Conflict."""
    async with ctx.unit():
        row = await delivery_store.lock(delivery_id)
        if row is None or row["tenant"] != tenant_id:
            raise NotFound("This message doesn't exist.")
        if row["state"] not in (DeliveryState.FAILED, DeliveryState.SKIPPED):
            raise Conflict("Only what failed can be sent again.", code="delivery_not_failed")
        await delivery_store.change(delivery_id, state=DeliveryState.QUEUED.value, attempts=0, error="")
        await jobs.enqueue("notify.deliver", {"delivery_id": str(delivery_id)})


async def test_hook(ctx: Context, tenant_id: UUID, hook_id: UUID) -> UUID:
    """Send a webhook a message that says so."""
    text = Text("A test", "Somebody tries whether messages arrive here.", Severity.INFO, "/settings")
    address = Address(channel=Channel.WEBHOOK, hook=hook_id)
    async with ctx.unit() as unit:
        made = await post(ctx, unit, tenant_id, address, Told.TEST, str(uuid4()), text)
    assert made is not None
    return made


async def read(ctx: Context, tenant_id: UUID, account_id: UUID) -> None:
    """Somebody has seen their messages."""
    async with ctx.unit() as unit:
        await delivery_store.read_all(account_id, ctx.now())
        unit.emit(NoticeSent(tenant_id=tenant_id, at=ctx.now(), account_id=account_id))
