"""Where tariffs apply: written by operators, read by every price that is shown or charged."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.events import LocationChanged
from backend.tariffs import service, store, where_rules, where_store
from backend.tariffs.where_rules import Outlet as Outlet
from backend.tariffs.where_rules import Rule
from shared.money import PriceHeadline
from shared.tariffs import PlacePrices, TariffRule, TariffRuleNew

A_DAY = timedelta(days=1)
_rules = msgspec.json.Decoder(list[Rule])


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides a price of one tenant for one driver, at a moment."""

    general: UUID | None
    group: UUID | None
    rules: dict[UUID | None, list[Rule]]
    """By the station or location that they speak of; None: of everywhere."""
    at: datetime

    def tariff_at(self, outlet: Outlet) -> UUID | None:
        if not self.rules:
            return outlet.own or self.general
        today = self.at.astimezone(ZoneInfo(outlet.time_zone)).date()
        here = [one for place in {outlet.station, outlet.location, None} for one in self.rules.get(place, ())]
        return where_rules.tariff_of(here, outlet, self.group, today, self.general)


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What drivers read, outlet by outlet."""

    book: Book
    shown: dict[UUID, PriceHeadline]

    def at(self, outlet: Outlet) -> PriceHeadline | None:
        tariff_id = self.book.tariff_at(outlet)
        return self.shown.get(tariff_id) if tariff_id is not None else None


async def book(ctx: Context, tenant_id: UUID, account_id: UUID | None = None, at: datetime | None = None) -> Book:
    moment = at or ctx.now()
    row = await where_store.book(tenant_id, account_id, (moment - A_DAY).date())
    by_place: dict[UUID | None, list[Rule]] = {}
    for one in _rules.decode(row["rules"]):
        by_place.setdefault(one.station or one.location, []).append(one)
    return Book(general=row["general"], group=row["driver_group"], rules=by_place, at=moment)


async def prices(ctx: Context, tenant_id: UUID, outlets: Iterable[Outlet], account_id: UUID | None = None) -> Prices:
    """The prices of these outlets now, for this driver, or for everybody."""
    found = await book(ctx, tenant_id, account_id)
    wanted = {tariff for outlet in outlets if (tariff := found.tariff_at(outlet)) is not None}
    return Prices(book=found, shown=await service.headlines(ctx, wanted))


async def applying(
    ctx: Context, tenant_id: UUID, outlet: Outlet, account_id: UUID | None = None, at: datetime | None = None
) -> service.StoredTariff | None:
    """The tariff of a session that begins here, now or `at`, in the version of then; None: charging is free."""
    found = await book(ctx, tenant_id, account_id, at)
    tariff_id = found.tariff_at(outlet)
    return None if tariff_id is None else await service.version_at(ctx, tariff_id, found.at)


# --- as operators write it ---------------------------------------------------------------------------


async def listed(
    ctx: Context,
    tenant_id: UUID,
    *,
    tariff_id: UUID | None,
    location_id: UUID | None,
    station_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[TariffRule], list[Any] | None]:
    rows = await where_store.page(
        tenant_id, tariff_id=tariff_id, location_id=location_id, station_id=station_id, after=after, limit=limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return await _shown(ctx, rows[:limit]), [last["created_at"], last["id"]] if last else None


async def _shown(ctx: Context, rows: Sequence[where_store.Row]) -> list[TariffRule]:
    prices = await service.headlines(ctx, {row["tariff"] for row in rows})
    return [
        TariffRule(
            id=str(row["id"]),
            tariff_id=str(row["tariff"]),
            tariff=row["tariff_name"],
            price=prices[row["tariff"]],
            location_id=_text(row["location"]),
            location=row["location_name"] or "",
            station_id=_text(row["station"]),
            station=row["station_name"] or "",
            group_id=_text(row["driver_group"]),
            group=row["group_name"] or "",
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            state=where_rules.when(_rule(row), ctx.now().astimezone(ZoneInfo(row["time_zone"])).date()),
        )
        for row in rows
    ]


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _rule(row: where_store.Row) -> Rule:
    return Rule(
        id=row["id"],
        tariff=row["tariff"],
        location=row["location"],
        station=row["station"],
        group=row["driver_group"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        created_at=row["created_at"],
    )


MOST = 500


async def at_place(ctx: Context, tenant_id: UUID, location_id: UUID | None, station_id: UUID | None) -> PlacePrices:
    """What drivers pay at a place and why, the rule that wins first. Raises NotFound."""
    if location_id is None and station_id is None:
        raise InvalidInput("Name a location or a station.", fields=[("$.location_id", "missing")])
    for kind, one in (("location", location_id), ("station", station_id)):
        if one is not None and not await where_store.owned(tenant_id, kind, one):
            raise NotFound(f"This {kind} doesn't exist.")
    rows = await where_store.page(
        tenant_id, tariff_id=None, location_id=location_id, station_id=station_id, after=None, limit=MOST
    )
    heaviest = sorted(rows, key=lambda row: where_rules.weight(_rule(row)), reverse=True)
    shown = [one for one in await _shown(ctx, heaviest) if one.state != where_rules.When.OVER]
    general = await store.of_tenant(tenant_id)
    return PlacePrices(
        rules=shown,
        general=service.row(service.stored(general[0])) if general else None,
        own_tariffs=await where_store.own_tariffs(tenant_id, location_id, station_id),
    )


async def add(ctx: Context, tenant_id: UUID, new: TariffRuleNew) -> TariffRule:
    """Raises InvalidInput for what isn't the tenant's, or can't be meant."""
    if wrong := where_rules.problem(new.valid_from, new.valid_to, new.location_id, new.station_id):
        raise InvalidInput(wrong, fields=[("$.valid_to" if "day" in wrong else "$.station_id", wrong)])
    async with ctx.unit() as unit:
        tariff = await _owned(tenant_id, "tariff", new.tariff_id)
        location = await _owned(tenant_id, "location", new.location_id)
        station = await _owned(tenant_id, "station", new.station_id)
        group = await _owned(tenant_id, "group", new.group_id)
        if tariff is None:
            raise InvalidInput("Name the tariff.", fields=[("$.tariff_id", "empty")])
        rule_id = await where_store.add(
            tenant_id, tariff, location, station, group, new.valid_from, new.valid_to, ctx.now()
        )
        await _tell(ctx, unit, tenant_id, location, station)
    rows = await where_store.page(
        tenant_id, tariff_id=tariff, location_id=None, station_id=None, after=None, limit=10 * MOST
    )
    return (await _shown(ctx, [row for row in rows if row["id"] == rule_id]))[0]


async def _owned(tenant_id: UUID, kind: str, text: str | None) -> UUID | None:
    if not text:
        return None
    words = f"This {kind} doesn't exist."
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or not await where_store.owned(tenant_id, kind, found):
        raise InvalidInput(words, fields=[(f"$.{kind}_id", words)])
    return found


async def remove(ctx: Context, tenant_id: UUID, rule_id: UUID) -> None:
    """Sessions that run keep their tariff. Raises NotFound."""
    async with ctx.unit() as unit:
        row = await where_store.remove(tenant_id, rule_id)
        if row is None:
            raise NotFound("The tariff isn't assigned there any more.")
        await _tell(ctx, unit, tenant_id, row["location"], row["station"])


async def _tell(ctx: Context, unit: Any, tenant_id: UUID, location: UUID | None, station: UUID | None) -> None:
    """Screens with prices read them anew."""
    for one in await where_store.touched(tenant_id, location, station):
        unit.emit(LocationChanged(tenant_id=tenant_id, at=ctx.now(), location_id=one))
