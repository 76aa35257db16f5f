"""What a session costs at a connector now, before anybody starts."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.context import Context
from backend.stations import service as stations
from backend.stations.model import ConnectorRef
from backend.tariffs import explaining
from backend.tariffs import service as tariffs
from backend.tariffs.explaining import gross
from backend.tariffs.model import PriceLimit
from backend.tenants import service as tenants
from backend.transactions import pricing, settling
from shared.money import Money
from shared.tariffs import PriceCondition, PriceExample, PriceExplanation, PricePart, PriceWindow


async def explain(
    ctx: Context, tenant_id: UUID, connector_id: UUID, account_id: UUID | None = None
) -> PriceExplanation:
    """For this driver, or for everybody. Raises NotFound."""
    return await explained(ctx, await stations.connector(ctx, tenant_id, connector_id), account_id)


async def explained(ctx: Context, connector: ConnectorRef, account_id: UUID | None = None) -> PriceExplanation:
    now, zone = ctx.now(), ZoneInfo(connector.time_zone)
    tariff_id, currency = await pricing.tariff_for(ctx, connector.station.tenant_id, connector, account_id)
    watts = explaining.power_w(connector.max_power_w, str(connector.power_type))
    stored = await tariffs.get(ctx, tariff_id) if tariff_id else None
    tariff = stored.definition if stored else None

    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=currency)

    def limit(one: PriceLimit | None) -> Money | None:
        return None if one is None else money(one.excl_vat if one.incl_vat is None else one.incl_vat)

    vat = max(explaining.rates(tariff), default=Decimal(0)) if tariff else None
    return PriceExplanation(
        connector_id=str(connector.id),
        station=connector.station_name or connector.station.identity,
        connector=connector.label,
        location=connector.location,
        location_id=str(connector.location_id) if connector.location_id else None,
        headline=tariffs.shown(stored) if stored else None,
        power_w=watts,
        time_zone=connector.time_zone,
        windows=[_window(one, now, zone) for one in explaining.windows(tariff, now, zone, watts)] if tariff else [],
        conditions=[
            PriceCondition(what=one.what, low=one.low, high=one.high, parts=_parts(one.prices))
            for one in (explaining.conditions(tariff) if tariff else [])
        ],
        examples=[
            PriceExample(
                energy_wh=one.energy_wh,
                charging_minutes=one.charging_minutes,
                parking_minutes=one.parking_minutes,
                total=money(one.bill.payable),
                lines=[settling.shown(line) for line in one.bill.lines],
            )
            for one in (explaining.examples(tariff, now, zone, watts) if tariff else [])
        ],
        vat_rates=explaining.rates(tariff) if tariff else [],
        minimum=limit(tariff.min_price) if tariff else None,
        maximum=limit(tariff.max_price) if tariff else None,
        parking_cap=money(gross(tariff.parking_cap, vat)) if tariff and tariff.parking_cap is not None else None,
        hold=money(await tenants.hold_amount(ctx, connector.station.tenant_id)) if tariff else None,
    )


def _window(one: explaining.Window, now: datetime, zone: ZoneInfo) -> PriceWindow:
    return PriceWindow(
        begins=one.begins_at.astimezone(zone).strftime("%H:%M"),
        ends=one.ends_at.astimezone(zone).strftime("%H:%M"),
        now=one.begins_at <= now < one.ends_at,
        parts=_parts(one.prices),
    )


def _parts(prices: dict[str, Decimal]) -> list[PricePart]:
    """Energy first."""
    order = ("energy", "time", "flat", "parking")
    return [PricePart(kind=kind, price=prices[kind]) for kind in order if kind in prices]
