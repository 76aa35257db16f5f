"""Each night the payment provider's own list is read and held against our ledger, payment by payment."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from backend.books import provider_rules as rules
from backend.books import provider_store, store
from backend.context import Context
from backend.payments import choosing
from backend.payments.providers.base import Declined, Movement, Unavailable
from backend.tenants import service as tenants
from backend.web.pages import decode_cursor, page_of
from shared.base import Page
from shared.books import ProviderDay, ProviderDifference

log = structlog.get_logger(__name__)
FIRST_TIME = timedelta(days=30)
EACH_NIGHT = timedelta(days=7)


async def nightly(ctx: Context) -> None:
    """Cron: the last days of every operator. One whose provider is in trouble doesn't hold up the others."""
    for tenant in await store.tenants():
        await check(ctx, tenant["id"])


async def check(ctx: Context, tenant_id: UUID) -> None:
    """Read the list and compare the days that are over. Twice it comes to the same."""
    terms = await choosing.terms(ctx, tenant_id)
    zone = ZoneInfo((await tenants.get(ctx, tenant_id)).time_zone)
    today = ctx.now().astimezone(zone).date()
    known = await provider_store.horizon(tenant_id, terms.name)
    first = today - (EACH_NIGHT if known else FIRST_TIME)
    begin = datetime.combine(first, datetime.min.time(), zone)
    try:
        found = await terms.provider.movements(since=begin, until=ctx.now())
    except (Unavailable, Declined) as trouble:
        log.warning("the provider's list can't be read", tenant=str(tenant_id), why=str(trouble))
        await _failed(ctx, tenant_id, terms, today - timedelta(1), str(trouble))
        return
    if found is None:
        return
    async with ctx.unit():
        await provider_store.keep(tenant_id, terms.name, [_row(one) for one in found])
    for back in range((today - first).days, 0, -1):
        await _day(ctx, tenant_id, terms, today - timedelta(back), zone, horizon=begin if known is None else None)


def _row(one: Movement) -> tuple[Any, ...]:
    return (
        one.id[:200], one.kind, one.amount, one.fee, one.currency, one.payment[:200], one.about[:300], one.at,
    )  # fmt: skip


async def _failed(ctx: Context, tenant_id: UUID, terms: choosing.Terms, day: date, why: str) -> None:
    zero = dict.fromkeys(("charges", "refunds", "disputes", "fees", "payouts", "booked"), Decimal(0))
    values = zero | {"differences": [], "problem": why[:300], "checked_at": ctx.now()}
    async with ctx.unit():
        await provider_store.keep_day(tenant_id, terms.name, day, terms.currency, values)


async def _day(
    ctx: Context, tenant_id: UUID, terms: choosing.Terms, day: date, zone: ZoneInfo, *, horizon: datetime | None
) -> None:
    """Every payment that moved on that day, on either side, is compared over all that is known of it: what falls on
    two sides of a midnight is no difference."""
    begin = datetime.combine(day, datetime.min.time(), zone)
    end = datetime.combine(day + timedelta(1), datetime.min.time(), zone)
    theirs = await provider_store.theirs_on(tenant_id, terms.name, begin, end)
    ours = await provider_store.ours_on(tenant_id, terms.name, begin, end)
    touched = sorted(
        {row["payment"] for row in theirs if row["kind"] in rules.KINDS} | {row["reference"] for row in ours}
    )
    all_theirs = await provider_store.theirs_of(tenant_id, terms.name, touched)
    all_ours = await provider_store.ours_of(tenant_id, terms.name, touched)
    named = await provider_store.named(tenant_id, terms.name, touched)
    currencies = {row["currency"] for row in (*theirs, *ours)} or {terms.currency}
    for currency in sorted(currencies):
        since = await _since(tenant_id, terms, zone, horizon)
        found = _differences(all_ours, all_theirs, named, currency, since, terms.provider.smallest(currency))
        mine = [row for row in theirs if row["currency"] == currency]
        if not mine and not found and not any(row["currency"] == currency for row in ours):
            continue
        booked = sum((row["amount"] for row in ours if row["currency"] == currency), Decimal(0))
        values = {
            "charges": rules.total(mine, "charge"),
            "refunds": rules.total(mine, "refund"),
            "disputes": rules.total(mine, "dispute"),
            "fees": rules.fees(mine),
            "payouts": rules.total(mine, "payout"),
            "booked": booked,
            "differences": msgspec.to_builtins(found),
            "problem": "",
            "checked_at": ctx.now(),
        }
        async with ctx.unit():
            await provider_store.keep_day(tenant_id, terms.name, day, currency, values)


async def _since(tenant_id: UUID, terms: choosing.Terms, zone: ZoneInfo, horizon: datetime | None) -> datetime:
    if horizon is not None:
        return horizon
    known = await provider_store.horizon(tenant_id, terms.name)
    return datetime.combine(known, datetime.min.time(), zone) if known else datetime.min.replace(tzinfo=zone)


def _differences(
    ours: list[Any], theirs: list[Any], named: dict[str, Any], currency: str, since: datetime, step: Decimal
) -> list[ProviderDifference]:
    """Of one currency. What was before the list is known counts on neither side."""
    own = rules.summed((row for row in ours if row["currency"] == currency and row["at"] >= since), "reference")
    its = rules.summed((row for row in theirs if row["currency"] == currency and row["at"] >= since), "payment")
    found = []
    for reference in sorted(own.keys() | its.keys()):
        sums = own.get(reference, rules.Sums()), its.get(reference, rules.Sums())
        for code, mine, told in rules.differences(*sums, step):
            found.append(rules.told(code, mine, told, reference, named.get(reference)))
    return found


async def days(
    tenant_id: UUID, *, only_differences: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[ProviderDay]:
    rows = await provider_store.days(
        tenant_id, decode_cursor(cursor, tuple[date, int]), limit + 1, only_differences=only_differences
    )
    items = [
        ProviderDay(
            day=row["day"],
            provider=row["provider"],
            currency=row["currency"],
            charges=row["charges"],
            refunds=row["refunds"],
            disputes=row["disputes"],
            fees=row["fees"],
            payouts=row["payouts"],
            booked=row["booked"],
            differences=msgspec.convert(row["differences"], list[ProviderDifference], strict=False),
            problem=row["problem"],
            checked_at=row["checked_at"],
        )
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of(items, [last["day"], last["id"]] if last else None)
