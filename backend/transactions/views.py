"""Transactions as drivers and operators look at them. A driver sees only their own."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.payments import service as payments
from backend.tariffs import service as tariffs
from backend.transactions import curves, shown, store
from backend.web.guards import Actor
from backend.web.pages import decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.money import Receipt
from shared.transactions import Transaction, TransactionDetail, TransactionState

NONE_SUCH = "This session doesn't exist."


async def _visible(actor: Actor, transaction_id: UUID) -> store.Row:
    row = await store.joined(transaction_id)
    mine = row is not None and (actor.may(Role.OPERATOR) or row["account"] == actor.account_id)
    if row is None or not mine or row["tenant"] != actor.tenant_id:
        raise NotFound(NONE_SUCH)
    return row


async def one(ctx: Context, actor: Actor, transaction_id: UUID) -> Transaction:
    """Raises NotFound, also for what the actor may not see."""
    return shown.transaction(await _visible(actor, transaction_id), for_driver=not actor.may(Role.OPERATOR))


async def detail(ctx: Context, actor: Actor, transaction_id: UUID) -> TransactionDetail:
    """Raises NotFound, also for what the actor may not see."""
    return await _detail(ctx, await _visible(actor, transaction_id), for_driver=not actor.may(Role.OPERATOR))


async def of_guest(ctx: Context, transaction_id: UUID) -> TransactionDetail | None:
    """For whoever holds the link of a guest's session; None: no such one was begun."""
    row = await store.joined(transaction_id)
    return None if row is None or row["account"] is not None else await _detail(ctx, row, for_driver=True)


async def guest_receipt(ctx: Context, transaction_id: UUID) -> Receipt | None:
    """As `of_guest`; None also while there is none."""
    cdr = await store.cdr(transaction_id)
    return None if cdr is None else await _receipt(ctx, cdr)


async def _receipt(ctx: Context, cdr: store.Row) -> Receipt:
    transaction_id = cdr["transaction"]
    _, corrected = (await billed([transaction_id]))[transaction_id]
    return shown.receipt(cdr, await payments.info(ctx, transaction_id), corrected)


async def billed(transactions: Sequence[UUID]) -> dict[UUID, tuple[Decimal, Decimal]]:
    """(what the bill asks for, what credits and supplements add to it: credits are below zero) of each session."""
    return {row["transaction"]: (row["total_incl"], row["corrected"]) for row in await store.totals(transactions)}


async def _detail(ctx: Context, row: store.Row, *, for_driver: bool) -> TransactionDetail:
    transaction_id = row["id"]
    payment = await payments.info(ctx, transaction_id)
    cdr = await store.cdr(transaction_id)
    messages = await store.messages(transaction_id)
    curve = await curves.of(ctx, row)
    tariff = await tariffs.get(ctx, row["tariff"]) if row["tariff"] else None
    return TransactionDetail(
        transaction=shown.transaction(row, for_driver=for_driver),
        readings=curve.points,
        timeline=shown.timeline(row, curve.states, messages, payment, cdr),
        payment=payment,
        has_receipt=cdr is not None,
        max_power_w=row["connector_power_w"] or row["max_power_w"],
        price=tariff.name if tariff else "No charge",
        headline=tariffs.shown(tariff) if tariff else None,
        meter_start_wh=row["meter_start_wh"],
        meter_last_wh=row["meter_last_wh"],
        left_out=curve.left_out,
    )


async def receipt(ctx: Context, actor: Actor, transaction_id: UUID) -> Receipt:
    """Raises NotFound while there is none (code no_receipt)."""
    await _visible(actor, transaction_id)
    cdr = await store.cdr(transaction_id)
    if cdr is None:
        raise NotFound("The receipt isn't written yet.", code="no_receipt")
    return await _receipt(ctx, cdr)


async def page(
    ctx: Context,
    actor: Actor,
    *,
    state: str | None = None,
    station: str | None = None,
    mine: bool = False,
    search: str | None = None,
    flag: str | None = None,
    sort: str = "newest",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Transaction]:
    """state: one or more TransactionState words with commas between. sort: a word of SORTS.

    Raises InvalidInput for unknown words and foreign cursors.
    """
    states = _states(state)
    if sort not in store.SORTS:
        raise InvalidInput("It can't be sorted by this.", fields=[("$.sort", f"one of {', '.join(store.SORTS)}")])
    own = mine or not actor.may(Role.OPERATOR)
    rows = await store.page(
        actor.tenant_id,
        account_id=actor.account_id if own else None,
        states=states,
        station=station,
        search=search.strip() if search and search.strip() else None,
        sort=sort,
        after=decode_cursor(cursor, store.SORTS[sort].cursor),
        limit=limit + 1,
        flag=flag or None,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        items=[shown.transaction(row, for_driver=not actor.may(Role.OPERATOR)) for row in rows],
        next_cursor=encode_cursor([rows[-1]["sorted_by"], rows[-1]["id"]]) if more else None,
    )


def _states(text: str | None) -> list[str] | None:
    if not text:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = {str(state) for state in TransactionState}
    if unknown := [word for word in words if word not in known]:
        raise InvalidInput(f"{unknown[0]} is not a state.", fields=[("$.state", f"one of {', '.join(sorted(known))}")])
    return words


async def live(ctx: Context, actor: Actor) -> list[Transaction]:
    """What runs now: an operator sees the tenant's, a driver their own."""
    found = await page(ctx, actor, state="requested,active", limit=200)
    return found.items


async def by_ids(ctx: Context, actor: Actor, ids: Sequence[UUID]) -> list[Transaction]:
    rows = await store.by_ids(actor.tenant_id, ids)
    visible = [row for row in rows if actor.may(Role.OPERATOR) or row["account"] == actor.account_id]
    return [shown.transaction(row, for_driver=not actor.may(Role.OPERATOR)) for row in visible]
