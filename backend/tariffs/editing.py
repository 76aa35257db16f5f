"""Tariffs as operators write, change and retire them. A session keeps the version it began with."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.tariffs import offer, samples, service, store
from backend.tariffs.model import Bill, Tariff
from shared.money import Money, ReceiptLine
from shared.tariffs import SampleSession, TariffDetail, TariffNew, TariffPreview, TariffQuote

Problems = list[tuple[str, str]]
_PLACE = re.compile(r"^(?P<words>.*?)(?: - at `(?P<path>.+)`)?$", re.DOTALL)


def read(definition: dict[str, Any]) -> tuple[Tariff | None, Problems]:
    """The tariff that is meant, and why it can't be, each as (path, plain words)."""
    try:
        tariff = msgspec.convert(definition, Tariff, strict=False)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        found = _PLACE.match(str(error))
        assert found is not None
        return None, [(found["path"] or "$", found["words"])]
    return tariff, offer.problems(tariff)


def _meant(definition: dict[str, Any]) -> Tariff:
    tariff, problems = read(definition)
    if tariff is None or problems:
        places = [("$.definition" + path.removeprefix("$"), words) for path, words in problems]
        raise InvalidInput("This tariff can't be used.", fields=places)
    return tariff


def _same_currency(tariff: str, tenant: str) -> None:
    """Holds, wallets and debts are in the tenant's currency: a price in another one could be neither held nor paid."""
    if tariff != tenant:
        words = "A tariff has the currency that the operator is paid in."
        raise InvalidInput(words, code="currency_differs", fields=[("$.definition.currency", words)])


def _detail(row: store.Row) -> TariffDetail:
    stored = service.stored(row)
    return TariffDetail(
        id=str(row["id"]),
        name=row["name"],
        version=row["version"],
        price=service.shown(stored),
        definition=row["definition"],
        connectors=row["connectors"],
        created_at=row["created_at"],
    )


async def one(ctx: Context, tenant_id: UUID, tariff_id: UUID) -> TariffDetail:
    """Raises NotFound, also for a version that another one follows."""
    row = await store.in_use(tenant_id, tariff_id)
    if row is None:
        raise NotFound("This tariff doesn't exist.")
    return _detail(row)


async def add(ctx: Context, tenant_id: UUID, new: TariffNew) -> TariffDetail:
    """Raises InvalidInput, with the places, for a tariff that can't be meant, or in a currency of others."""
    tariff = _meant(new.definition)
    _same_currency(tariff.currency, (await store.tenant(tenant_id))["currency"])
    tariff_id = await service.add(ctx, tenant_id, new.name, tariff)
    return await one(ctx, tenant_id, tariff_id)


async def change(ctx: Context, tenant_id: UUID, tariff_id: UUID, new: TariffNew) -> TariffDetail:
    """A new version in the place of this one. Raises NotFound, InvalidInput."""
    tariff = _meant(new.definition)
    next_id = uuid4()
    async with ctx.unit():
        row = await store.in_use(tenant_id, tariff_id, lock=True)
        if row is None:
            raise NotFound("This tariff doesn't exist.")
        if tariff.currency != row["currency"]:
            _same_currency(tariff.currency, (await store.tenant(tenant_id))["currency"])
        written = msgspec.to_builtins(tariff)
        await store.add(
            next_id, tenant_id, new.name, tariff.currency, written, ctx.now(),
            version=row["version"] + 1, follows=tariff_id,
        )  # fmt: skip
        await store.keep_place(tariff_id, next_id)
        await store.hand_over(tariff_id, next_id)
        await store.retire(tariff_id, ctx.now())
    return await one(ctx, tenant_id, next_id)


async def retire(ctx: Context, tenant_id: UUID, tariff_id: UUID) -> None:
    """No session begins with it any more. Raises NotFound."""
    async with ctx.unit():
        if await store.in_use(tenant_id, tariff_id, lock=True) is None:
            raise NotFound("This tariff doesn't exist.")
        await store.hand_over(tariff_id, None)
        await store.retire(tariff_id, ctx.now())


async def preview(ctx: Context, tenant_id: UUID, wanted: TariffPreview) -> TariffQuote:
    """Sample sessions, priced by the engine that writes the bills; or why that can't be done."""
    tariff, problems = read(wanted.definition)
    if tariff is None or problems:
        return TariffQuote(price=None, samples=[], problems=[f"{path}: {words}" for path, words in problems])
    tenant = await store.tenant(tenant_id)
    found = samples.priced(tariff, ZoneInfo(tenant["time_zone"]))
    as_stored = service.StoredTariff(
        id=UUID(int=0), tenant_id=tenant_id, name="", currency=tariff.currency, definition=tariff
    )
    shown = [_sample(sample, bill) for sample, bill in found]
    return TariffQuote(price=service.shown(as_stored), samples=shown, problems=[])


def _sample(one: samples.Sample, bill: Bill) -> SampleSession:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=bill.currency)

    lines = [
        ReceiptLine(
            kind=line.kind,
            label=line.kind,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            amount=line.amount_excl,
            vat_rate=line.vat_rate,
            amount_incl=line.amount_incl,
            begins_at=line.begins_at,
            ends_at=line.ends_at,
        )
        for line in bill.lines
    ]
    return SampleSession(
        kind=one.kind,
        energy_kwh=Decimal(one.kwh),
        charging_minutes=int(one.charging.total_seconds() // 60),
        parking_minutes=int(one.parking.total_seconds() // 60),
        reserved_minutes=int(one.reserved.total_seconds() // 60),
        begins=one.begins.strftime("%H:%M"),
        lines=lines,
        total_excl=money(bill.total_excl_vat),
        total_incl=money(bill.payable),
    )
