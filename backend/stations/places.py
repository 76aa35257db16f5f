"""What an operator says of places and outlets: locations, and the facts that stations don't tell."""

from typing import Any
from uuid import UUID

import msgspec

from backend import geography
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import LocationChanged, StationChanged
from backend.stations import catalog, location_store, rules, service
from backend.stations.model import StationRef
from backend.stations.refs import station_ref
from backend.tariffs import service as tariffs
from backend.tenants import service as tenants
from shared.stations import ConnectorChange, LocationChange, LocationDetail, LocationNew, StationForDriver

NO_TARIFF = "This tariff doesn't exist."


async def add(ctx: Context, tenant_id: UUID, new: LocationNew) -> LocationDetail:
    """Raises InvalidInput for a country or a time zone that doesn't exist."""
    brand = await tenants.brand(ctx, tenant_id)
    values = _stripped(msgspec.structs.asdict(new))
    values["country"] = (values["country"] or brand.country).upper()
    values["time_zone"] = values["time_zone"] or brand.time_zone
    _check(values)
    async with ctx.unit() as unit:
        location_id = await location_store.add(tenant_id, values, ctx.now())
        unit.emit(LocationChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))
    return await catalog.location_detail(ctx, tenant_id, location_id, empty=True)


async def change(ctx: Context, tenant_id: UUID, location_id: UUID, wanted: LocationChange) -> LocationDetail:
    """Raises NotFound, InvalidInput."""
    values = _stripped({name: one for name, one in msgspec.structs.asdict(wanted).items() if one is not None})
    if "country" in values:
        values["country"] = values["country"].upper()
    _check(values)
    async with ctx.unit() as unit:
        await _held(tenant_id, location_id)
        if values:
            await location_store.change(location_id, values)
            unit.emit(LocationChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))
            for row in await location_store.station_refs(location_id):
                _changed(ctx, unit, station_ref(row))  # a station shows the name and the address of its place
    return await catalog.location_detail(ctx, tenant_id, location_id, empty=True)


async def delete(ctx: Context, tenant_id: UUID, location_id: UUID) -> None:
    """Raises NotFound, and Conflict where a station still stands."""
    async with ctx.unit() as unit:
        await _held(tenant_id, location_id)
        if there := await location_store.station_refs(location_id):
            raise Conflict(
                f"{len(there)} station{'s' if len(there) > 1 else ''} still stand{'s' if len(there) == 1 else ''} here;"
                " move or remove what is there first.",
                code="location_in_use",
            )
        await location_store.delete(location_id)
        unit.emit(LocationChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))


async def change_outlet(ctx: Context, tenant_id: UUID, connector_id: UUID, wanted: ConnectorChange) -> StationForDriver:
    """Plug, power and tariff of one connector. A session that runs keeps the tariff it began with."""
    outlet = await service.connector(ctx, tenant_id, connector_id)
    values: dict[str, Any] = {
        name: one for name, one in msgspec.structs.asdict(wanted).items() if one is not None and name != "tariff_id"
    }
    if wanted.tariff_id is not None:
        values["tariff"] = await _tariff(ctx, tenant_id, wanted.tariff_id)
    if values:
        async with ctx.unit() as unit:
            await location_store.change_outlet(connector_id, values)
            _changed(ctx, unit, outlet.station)
    return await catalog.connector_page(ctx, tenant_id, connector_id, waiting=True)


async def _tariff(ctx: Context, tenant_id: UUID, text: str) -> UUID | None:
    if not text:
        return None
    try:
        found = await tariffs.get(ctx, UUID(text))
    except (ValueError, NotFound):
        found = None
    if found is None or found.tenant_id != tenant_id:
        raise InvalidInput(NO_TARIFF, fields=[("$.tariff_id", NO_TARIFF)])
    return found.id


async def _held(tenant_id: UUID, location_id: UUID) -> None:
    if not await location_store.lock(tenant_id, location_id):
        raise NotFound(catalog.NO_LOCATION)


def _stripped(values: dict[str, Any]) -> dict[str, Any]:
    return {name: one.strip() if isinstance(one, str) else one for name, one in values.items()}


def _check(values: dict[str, Any]) -> None:
    if found := rules.location_problems(values, geography.countries(), geography.zones()):
        raise InvalidInput(found[0][1], fields=found)


def _changed(ctx: Context, unit: Unit, station: StationRef) -> None:
    unit.emit(
        StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)
    )
