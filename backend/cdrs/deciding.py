"""Sessions whose meter can't be believed: billed by what can, shown to an operator, decided, and the driver told."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.cdrs import letters, rules, service, store
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound
from backend.events import CdrIssued, Event, StopCameLate, TransactionUpdated
from backend.mail import service as mail
from backend.papers.rules import language
from backend.stations import service as stations
from backend.tenants import service as tenants
from backend.transactions import flags, pricing, views
from backend.web.guards import Actor
from backend.web.pages import decode_cursor, page_of
from shared.base import Page
from shared.cdrs import BillHistory, Decision, DecisionNew, MeterDoubt
from shared.money import Money

Row = store.Row


async def on_cdr(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: bills whose meter is in doubt wait for somebody to look at them."""
    billed = [event.transaction_id for event in events if isinstance(event, CdrIssued)]
    for row in await flags.among(billed, rules.DOUBTFUL):
        await _open(ctx, row)


async def on_late_stop(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: a bill was written of what was known, and the station told more. Where that is another amount, somebody
    decides."""
    for event in events:
        if isinstance(event, StopCameLate) and (row := await flags.get(event.transaction_id)):
            await _open(ctx, {**row, "ended_at": max(event.stopped_at, row["ended_at"])}, late=True)
            await _announce(ctx, unit, row["id"])


async def _open(ctx: Context, row: Row, *, late: bool = False) -> None:
    """`late`: what the station told came after the bill; one that it changes nothing of is in no doubt, and what it
    told before doesn't count any more."""
    bill = await store.bill(row["id"])
    if bill is None:
        return
    reported_wh = await _reported_wh(row)
    reported = None
    if reported_wh is not None:
        zone = pricing.zone_of({"time_zone": bill["facts"]["time_zone"]})
        edition = pricing.edition_of(bill["facts"])
        reported = (await pricing.final_bill(ctx, {**row, "energy_wh": reported_wh}, zone, edition=edition)).payable
    if late and reported == bill["total_incl"]:
        return
    if late:
        await store.withdraw(row["id"])
    await store.insert(
        "meter_doubt",
        {
            "tenant": row["tenant"],
            "transaction": row["id"],
            "flags": rules.doubts(row["flags"]),
            "trusted_wh": row["energy_wh"],
            "reported_wh": reported_wh,
            "currency": bill["currency"],
            "trusted_total": bill["total_incl"],
            "reported_total": reported,
            "created_at": ctx.now(),
        },
    )
    if not late or await store.undecided(row["id"]):
        await flags.add(row["id"], rules.NEEDS_DECISION)


async def _reported_wh(row: Row) -> int | None:
    """The energy by the register that the station told last; None where it told none, or one below the start."""
    register = await store.reported_register(row["id"])
    if register is None or row["meter_start_wh"] is None or register < row["meter_start_wh"]:
        return None
    return register - int(row["meter_start_wh"])


async def history(ctx: Context, actor: Actor, transaction_id: UUID) -> BillHistory:
    """Raises NotFound for a session that the actor may not see."""
    await views.one(ctx, actor, transaction_id)
    return await history_of(ctx, transaction_id)


async def history_of(ctx: Context, transaction_id: UUID) -> BillHistory:
    bill = await store.bill(transaction_id)
    rows = await store.corrections(transaction_id)
    doubt = await store.doubt(transaction_id)
    left = None
    if bill is not None:
        amount = rules.left(bill["total_incl"], (one["total_incl"] for one in rows))
        left = Money(amount=amount, currency=bill["currency"])
    return BillHistory(
        corrections=[service.correction(row) for row in rows],
        left=left,
        doubt=shown_doubt(doubt) if doubt else None,
    )


async def page(actor: Actor, *, is_open: bool | None, cursor: str | None, limit: int) -> Page[MeterDoubt]:
    rows = await store.doubts(
        actor.tenant_id, is_open=is_open, after=decode_cursor(cursor, tuple[datetime, UUID]), limit=limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of([shown_doubt(row) for row in rows[:limit]], [last["created_at"], last["id"]] if last else None)


async def decide(ctx: Context, actor: Actor, transaction_id: UUID, new: DecisionNew) -> MeterDoubt:
    """Raises NotFound, Conflict (decided_already, nothing_reported, payment_under_way)."""
    async with ctx.unit() as unit:
        row = await store.doubt(transaction_id, lock=True)
        if row is None or row["tenant"] != actor.tenant_id:
            raise NotFound("This session's meter is not in doubt.")
        if row["decision"]:
            raise Conflict("Somebody decided this already.", code="decided_already")
        correction = await _act(ctx, row, new, actor.account_id)
        values: Row = {
            "decision": str(new.decision),
            "note": new.note,
            "decided_by": actor.account_id,
            "decided_at": ctx.now(),
            "correction": correction,
        }
        await store.decide(row["id"], values)
        await flags.take_away(transaction_id, rules.NEEDS_DECISION)
        await _tell(ctx, row, new.decision)
        await _announce(ctx, unit, transaction_id)
        fresh = await store.doubt(transaction_id)
        assert fresh is not None
    return shown_doubt(fresh)


async def _act(ctx: Context, row: Row, new: DecisionNew, by: UUID) -> UUID | None:
    if new.decision is Decision.ACCEPT:
        return None
    left = await _left(row["transaction"])
    if new.decision is Decision.WAIVE:
        return None if left <= 0 else await service.credit(ctx, row["transaction"], None, new.note, new.to, by)
    if row["reported_total"] is None:
        raise Conflict("What this meter reported can't be billed: it is no energy.", code="nothing_reported")
    more: Decimal = row["reported_total"] - left
    if more < 0:
        return await service.credit(ctx, row["transaction"], -more, new.note, new.to, by, row["reported_wh"])
    if not more:
        return None
    return await service.supplement(ctx, row["transaction"], more, new.note, by, row["reported_wh"])


async def _left(transaction_id: UUID) -> Decimal:
    bill = await store.bill(transaction_id, lock=True)
    assert bill is not None  # a doubt is opened by a bill
    return rules.left(bill["total_incl"], (one["total_incl"] for one in await store.corrections(transaction_id)))


async def _tell(ctx: Context, row: Row, decision: Decision) -> None:
    if not row["email"] or not mail.configured(ctx):
        return
    brand = await tenants.brand(ctx, row["tenant"])
    letter = letters.decided(
        decision,
        flags=row["flags"],
        driver=row["driver"] or "",
        place=row["location"] or row["station"],
        sender=brand.name,
        language=language(None, brand.country),
    )
    await mail.send(ctx, row["email"], letter.subject, letter.text, tenant_id=row["tenant"], sender_name=brand.name)


async def _announce(ctx: Context, unit: Unit, transaction_id: UUID) -> None:
    """Screens look again."""
    row = await flags.get(transaction_id)
    station = await stations.station(ctx, row["station"]) if row else None
    if row is None or station is None:
        return
    unit.emit(
        TransactionUpdated(
            tenant_id=row["tenant"],
            at=ctx.now(),
            transaction_id=transaction_id,
            station_id=station.id,
            identity=station.identity,
            connector_id=row["connector"],
            account_id=row["account"],
        )
    )


def shown_doubt(row: Row) -> MeterDoubt:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=row["currency"])

    reported: Any = row["reported_total"]
    return MeterDoubt(
        transaction_id=str(row["transaction"]),
        number=row["number"],
        station=row["station"],
        location=row["location"],
        driver=row["driver"],
        flags=row["flags"],
        trusted_wh=row["trusted_wh"],
        reported_wh=row["reported_wh"],
        trusted_total=money(row["trusted_total"]),
        reported_total=None if reported is None else money(reported),
        decision=Decision(row["decision"]) if row["decision"] else None,
        note=row["note"],
        decided_by=row["decider"],
        decided_at=row["decided_at"],
        correction=row["paper"],
        created_at=row["created_at"],
    )
