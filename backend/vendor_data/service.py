"""Vendors' messages: those of stations are kept and answered, ours are sent and kept with their answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.commands import Answer, SendData
from backend.context import Context
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.vendor_data import rules, store
from shared.vendor_data import KnownVendor, KnownVendorChange, VendorData, VendorDataNew


async def received(ctx: Context, station: StationRef, vendor_id: str, message_id: str | None, data: Any) -> str:
    """What the station is answered. The message is kept, whoever's it is."""
    vendor, message = rules.as_text(vendor_id), rules.as_text(message_id)
    status = rules.verdict(await store.known(station.tenant_id, vendor), message)
    await store.add(station.id, ctx.now(), "in", [vendor, message, rules.as_text(data), status, ""])
    return status


async def send(ctx: Context, station: StationRef, wanted: VendorDataNew, account_id: UUID | None) -> Answer:
    command = SendData(vendor_id=wanted.vendor_id, message_id=wanted.message_id, data=wanted.data)
    answer = await stations.send(ctx, station.id, command, account_id=account_id)
    texts = [rules.as_text(one) for one in (wanted.vendor_id, wanted.message_id, wanted.data)]
    said = [answer.status[:20], rules.as_text(answer.payload.get("data"))]
    await store.add(station.id, ctx.now(), "out", [*texts, *said])
    return answer


async def listed(
    ctx: Context, station: StationRef, vendor_id: str | None, message_id: str | None, before: int | None, limit: int
) -> list[VendorData]:
    rows = await store.of_station(station.id, vendor_id, message_id, before, limit)
    return [VendorData(**{**row, "id": str(row["id"])}) for row in rows]


async def vendors(ctx: Context, tenant_id: UUID, after: str, limit: int) -> list[KnownVendor]:
    return [KnownVendor(**row) for row in await store.vendors(tenant_id, after, limit)]


async def put_vendor(ctx: Context, tenant_id: UUID, wanted: KnownVendorChange) -> None:
    if wanted.accepted:
        await store.put_vendor(tenant_id, wanted.vendor_id, wanted.message_ids)
    else:
        await store.remove_vendor(tenant_id, wanted.vendor_id)


async def forget(ctx: Context) -> None:
    """Cron: kept as long as the OCPP log."""
    await store.forget(ctx.now() - timedelta(days=ctx.settings.frame_days))
