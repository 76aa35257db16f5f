"""Owners of locations, and what of a month is theirs: on the screen, as a sheet, as a table."""

import asyncio
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from backend.books import owner_rules as rules
from backend.books import owner_store as store
from backend.books import service, statement
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.papers import issuing
from backend.papers.rules import language as spoken
from backend.papers.rules import month
from backend.tenants import service as tenants
from shared.books import LocationOwner, LocationOwnerNew, OwnedPlace, OwnerStatement, OwnerStatements, SettlementRow

NO_OWNER = "This owner doesn't exist."
_places = msgspec.json.Decoder(list[OwnedPlace])


def _shown(row: store.Row) -> LocationOwner:
    facts = {name: row[name] for name in store.COLUMNS}
    return LocationOwner(id=str(row["id"]), locations=_places.decode(row["locations"]), **facts)


async def page(
    ctx: Context, tenant_id: UUID, after: tuple[str, UUID] | None, limit: int
) -> tuple[list[LocationOwner], list[Any] | None]:
    rows = await store.page(tenant_id, after, limit + 1)
    following = [rows[limit - 1]["sorted_by"], rows[limit - 1]["id"]] if len(rows) > limit else None
    return [_shown(row) for row in rows[:limit]], following


async def one(ctx: Context, tenant_id: UUID, owner_id: UUID) -> LocationOwner:
    return _shown(await _row(tenant_id, owner_id))


async def _row(tenant_id: UUID, owner_id: UUID) -> store.Row:
    row = await store.one(tenant_id, owner_id)
    if row is None:
        raise NotFound(NO_OWNER)
    return row


async def add(ctx: Context, tenant_id: UUID, new: LocationOwnerNew) -> LocationOwner:
    """Raises InvalidInput, and Conflict for a name that is taken."""
    values, places = _values(new)
    async with ctx.unit():
        owner_id = await store.add(tenant_id, values, ctx.now())
        if owner_id is None:
            raise _taken(values["name"])
        await _give(tenant_id, owner_id, places)
    return await one(ctx, tenant_id, owner_id)


async def change(ctx: Context, tenant_id: UUID, owner_id: UUID, new: LocationOwnerNew) -> LocationOwner:
    """Raises NotFound, InvalidInput, Conflict. It counts for every month that is looked at from now on."""
    values, places = _values(new)
    async with ctx.unit():
        await _row(tenant_id, owner_id)
        if not await store.change(tenant_id, owner_id, values):
            raise _taken(values["name"])
        await _give(tenant_id, owner_id, places)
    return await one(ctx, tenant_id, owner_id)


def _taken(name: str) -> Conflict:
    return Conflict(f"There is an owner {name} already.", code="name_taken", fields=[("$.name", "taken")])


def _values(new: LocationOwnerNew) -> tuple[dict[str, Any], list[UUID]]:
    if wrong := rules.problem(new.share, new.session_fee, new.vat):
        raise InvalidInput(wrong[1], fields=[wrong])
    given = msgspec.structs.asdict(new)
    values = {name: given[name].strip() if isinstance(given[name], str) else given[name] for name in store.COLUMNS}
    if not values["name"]:
        raise InvalidInput("Give the owner a name.", fields=[("$.name", "empty")])
    try:
        return values, [UUID(text) for text in dict.fromkeys(new.locations)]
    except ValueError:
        raise _no_place() from None


def _no_place() -> InvalidInput:
    words = "This location doesn't exist."
    return InvalidInput(words, fields=[("$.locations", words)])


async def _give(tenant_id: UUID, owner_id: UUID, places: list[UUID]) -> None:
    if await store.give(tenant_id, owner_id, places) != len(places):
        raise _no_place()


async def remove(ctx: Context, tenant_id: UUID, owner_id: UUID) -> None:
    """Their locations stay and belong to nobody. Raises NotFound."""
    async with ctx.unit():
        if not await store.remove(tenant_id, owner_id):
            raise NotFound(NO_OWNER)


# --- a month ---------------------------------------------------------------------------------------------------


async def statements(ctx: Context, tenant_id: UUID, period: str) -> OwnerStatements:
    """What of a month on the operator's clock is whose; an owner with nothing earned has a sheet of zeros."""
    frozen, live = await _month(ctx, tenant_id, period)
    found = [*(one.statement for _, one in frozen), *(one for _, one in live)]
    return OwnerStatements(period=period, items=sorted(found, key=lambda one: (one.owner.lower(), one.currency)))


Issued = tuple[UUID | None, rules.Frozen]
Live = tuple[LocationOwner, OwnerStatement]


async def _month(ctx: Context, tenant_id: UUID, period: str) -> tuple[list[Issued], list[Live]]:
    """What was issued, and what is reckoned now of all else: a location that an issued statement counted, of whoever
    it was then, is counted no second time."""
    frozen: list[Issued] = [
        (row["owner"], msgspec.convert(row["document"], rules.Frozen, strict=False))
        for row in await store.issued(tenant_id, period)
    ]
    counted = {(row.location_id, row.currency) for _, one in frozen for row in one.statement.locations}
    done = {(str(owner), one.statement.currency) for owner, one in frozen}
    rows = [
        row
        for row in (await service.settlement(ctx, tenant_id, period)).rows
        if (row.location_id, row.currency) not in counted
    ]
    currency = (await tenants.get(ctx, tenant_id)).currency
    owners, _ = await page(ctx, tenant_id, None, 1000)
    live = [(owner, one) for owner in owners for one in _statements(owner, rows, currency)]
    return frozen, [(owner, one) for owner, one in live if (owner.id, one.currency) not in done]


def _statements(owner: LocationOwner, rows: list[SettlementRow], currency: str) -> list[OwnerStatement]:
    own = {place.id for place in owner.locations}
    mine = [row for row in rows if row.location_id in own]
    return [
        rules.statement(
            owner.id,
            owner.name,
            each,
            [row for row in mine if row.currency == each],
            share=owner.share,
            session_fee=owner.session_fee,
            vat=owner.vat,
        )
        for each in sorted({row.currency for row in mine} or {currency})
    ]


async def issue(ctx: Context, tenant_id: UUID, owner_id: UUID, period: str) -> OwnerStatements:
    """Freeze an owner's statements of a month that is over; those that are issued stay as they are. Bills that are
    corrected later count in the month of their correction, so they are in the next statement.

    Raises NotFound, InvalidInput (month_not_over).
    """
    await _row(tenant_id, owner_id)
    tenant = await tenants.get(ctx, tenant_id)
    if month(period, ZoneInfo(tenant.time_zone))[1] > ctx.now():
        raise InvalidInput("This month isn't over yet.", code="month_not_over", fields=[("$.period", "a past month")])
    seller = await issuing.party(ctx, tenant_id)
    async with ctx.unit():
        await store.lock_period(tenant_id, period)
        _, live = await _month(ctx, tenant_id, period)
        for owner, one in live:
            if owner.id != str(owner_id):
                continue
            number = rules.number(period, await issuing.next_number(tenant_id, rules.SERIES))
            said = msgspec.structs.replace(one, number=number, issued_at=ctx.now())
            await store.issue(
                {
                    "id": uuid4(),
                    "tenant": tenant_id,
                    "owner": owner_id,
                    "number": number,
                    "period": period,
                    "currency": one.currency,
                    "total": one.total,
                    "document": msgspec.to_builtins(rules.Frozen(owner=owner, seller=seller, statement=said)),
                    "issued_at": ctx.now(),
                }
            )
    found = await statements(ctx, tenant_id, period)
    return OwnerStatements(period=period, items=[one for one in found.items if one.owner_id == str(owner_id)])


async def sheet(
    ctx: Context, tenant_id: UUID, owner_id: UUID, period: str, language: str | None, form: str
) -> tuple[str, bytes]:
    """(file name, content): a sheet for the owner as PDF, or its lines as CSV; as issued, else a draft. Raises
    NotFound."""
    frozen, live = await _month(ctx, tenant_id, period)
    issued = [one for _, one in frozen if one.statement.owner_id == str(owner_id)]
    drafts = [(owner, one) for owner, one in live if owner.id == str(owner_id)]
    if not issued and not drafts:
        raise NotFound(NO_OWNER)
    owner = issued[0].owner if issued else drafts[0][0]
    found = [*(one.statement for one in issued), *(one for _, one in drafts)]
    name = f"settlement-{period}-{statement.file_word(owner.name)}.{form}"
    if form == "csv":
        return name, statement.csv(found, period)
    brand = tenants.brand_of(await tenants.get(ctx, tenant_id))
    seller = issued[0].seller if issued else await issuing.party(ctx, tenant_id)
    drawn = await asyncio.to_thread(
        statement.pdf, owner, found, period, seller, brand, spoken(language, brand.country), ctx.now()
    )
    return name, drawn


async def tenant_sheet(
    ctx: Context, tenant_id: UUID, period: str, language: str | None, form: str
) -> tuple[str, bytes]:
    """(file name, content): every location of the operator, with whose it is, as PDF or CSV."""
    found = await service.settlement(ctx, tenant_id, period)
    owners, _ = await page(ctx, tenant_id, None, 1000)
    whose = {place.id: owner.name for owner in owners for place in owner.locations}
    name = f"settlement-{period}.{form}"
    if form == "csv":
        return name, statement.locations_csv(found.rows, whose, period)
    brand = tenants.brand_of(await tenants.get(ctx, tenant_id))
    seller = await issuing.party(ctx, tenant_id)
    drawn = await asyncio.to_thread(
        statement.tenant_pdf, found, whose, seller, brand, spoken(language, brand.country), ctx.now()
    )
    return name, drawn
