"""Stations and locations as people see and change them: lists, pages, and an operator's decisions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import LocationChanged, StationChanged
from backend.stations import location_store, record_store, rules, shown, store, view_store
from backend.stations.model import StationRef
from backend.stations.refs import address_line, station_ref
from backend.stations.view_store import SORTS as SORTS
from backend.tariffs import where
from shared.stations import (
    Charger,
    CommandRow,
    ConnectorStatus,
    Frame,
    LocationDetail,
    LocationSummary,
    PowerType,
    Registration,
    StationChange,
    StationDetail,
    StationForDriver,
    StationNew,
    StationRow,
    Variable,
)

NO_STATION = "This station doesn't exist."
NO_LOCATION = "This location doesn't exist."
Key = list[Any] | None
"""The sort values of the last item of a page, None after the last page."""


async def _prices(
    ctx: Context, tenant_id: UUID, rows: Sequence[view_store.Row], account_id: UUID | None = None
) -> where.Prices:
    """Of all connectors in rows of stations, for this driver, or for everybody."""
    return await where.prices(ctx, tenant_id, shown.outlets(rows), account_id)


async def _place_prices(
    ctx: Context, tenant_id: UUID, rows: Sequence[view_store.Row], account_id: UUID | None
) -> where.Prices:
    """The same of rows of locations."""
    return await where.prices(ctx, tenant_id, [one for row in rows for one in shown.outlets_of_place(row)], account_id)


# --- for operators -----------------------------------------------------------------------------------


async def stations(
    ctx: Context,
    tenant_id: UUID,
    *,
    search: str = "",
    status: ConnectorStatus | None = None,
    location_id: UUID | None = None,
    registration: Registration | None = None,
    sort: str = "identity",
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> tuple[list[StationRow], Key]:
    """A page of the tenant's stations, or all of them without a limit.

    `sort` is one of view_store.SORTS, with `-` before it for the other direction.
    Raises InvalidInput for a sort that doesn't exist.
    """
    name = sort.removeprefix("-")
    if name not in view_store.SORTS:
        raise InvalidInput(
            f"Stations can't be sorted by {name!r}; choose from {', '.join(view_store.SORTS)}.",
            fields=[("$.sort", "unknown sort")],
        )
    rows = await view_store.stations(
        tenant_id,
        search=search,
        status=status.value if status else None,
        location_id=location_id,
        registration=registration.value if registration else None,
        sort=name,
        descending=sort.startswith("-"),
        after=after,
        limit=None if limit is None else limit + 1,
    )
    page, following = _cut(rows, limit, lambda row: [row["sort_value"], row["identity"]])
    prices = await _prices(ctx, tenant_id, page)
    return [shown.station_row(row, prices) for row in page], following


def _cut(rows: Sequence[Any], limit: int | None, key: Any) -> tuple[Sequence[Any], Key]:
    """One row more than the page holds was asked for: it tells that another page follows."""
    if limit is None or len(rows) <= limit:
        return rows, None
    return rows[:limit], key(rows[limit - 1])


async def station_rows(ctx: Context, tenant_id: UUID, station_ids: Sequence[UUID]) -> list[StationRow]:
    """Some stations of the tenant, in no order; what isn't theirs is left out."""
    rows = await view_store.stations_by_id(tenant_id, station_ids)
    prices = await _prices(ctx, tenant_id, rows)
    return [shown.station_row(row, prices) for row in rows]


async def station_detail(ctx: Context, tenant_id: UUID, identity: str) -> StationDetail:
    """Raises NotFound, also for another operator's station."""
    row = await view_store.station(tenant_id, identity=identity)
    if row is None:
        raise NotFound(NO_STATION)
    return shown.station_detail(row, await _prices(ctx, tenant_id, [row]))


async def find(ctx: Context, tenant_id: UUID, identity: str) -> StationRef:
    """Raises NotFound, also for another operator's station."""
    row = await store.ref_by_identity(identity, tenant_id)
    if row is None:
        raise NotFound(NO_STATION)
    return station_ref(row)


async def add(ctx: Context, tenant_id: UUID, new: StationNew) -> StationDetail:
    """A station that an operator enters is accepted from the start. Raises Conflict, InvalidInput."""
    if problem := rules.identity_problem(new.identity):
        raise InvalidInput(problem, fields=[("$.identity", problem)])
    async with ctx.unit() as unit:
        location_id = await _location(tenant_id, new.location_id)
        row = await store.add(
            tenant_id,
            {
                "identity": new.identity,
                "name": new.name.strip(),
                "location": location_id,
                "registration": Registration.ACCEPTED.value,
                "password_hash": rules.hash_password(new.password) if new.password else "",
                "created_at": ctx.now(),
            },
        )
        if row is None:
            raise Conflict(
                f"A station with the identity {new.identity} exists already.",
                code="identity_taken",
                fields=[("$.identity", "taken")],
            )
        unit.emit(_changed(ctx, station_ref(row)))
        _places_changed(ctx, unit, tenant_id, {location_id})
    return await station_detail(ctx, tenant_id, new.identity)


def _places_changed(ctx: Context, unit: Unit, tenant_id: UUID, location_ids: Iterable[UUID | None]) -> None:
    for location_id in location_ids:
        if location_id is not None:
            unit.emit(LocationChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))


def _changed(ctx: Context, station: StationRef, registration: str = "") -> StationChanged:
    return StationChanged(
        tenant_id=station.tenant_id,
        at=ctx.now(),
        station_id=station.id,
        identity=station.identity,
        registration=registration,
    )


async def _location(tenant_id: UUID, text: str | None) -> UUID | None:
    """Inside a unit: it can't be deleted before the station stands there."""
    if not text:
        return None
    try:
        location_id = UUID(text)
    except ValueError:
        location_id = None
    if location_id is None or not await location_store.lock(tenant_id, location_id, only_keep=True):
        raise InvalidInput(NO_LOCATION, fields=[("$.location_id", NO_LOCATION)])
    return location_id


async def change(ctx: Context, tenant_id: UUID, identity: str, wanted: StationChange) -> StationDetail:
    """What is None stays; an empty `location_id` takes the station off its location."""
    station = await find(ctx, tenant_id, identity)
    values: dict[str, Any] = {}
    if wanted.name is not None:
        values["name"] = wanted.name.strip()
    if wanted.password is not None:
        values |= {"password_hash": rules.hash_password(wanted.password), "pending_passwords": "[]"}
    await _store_change(ctx, station, values, wanted.location_id)
    return await station_detail(ctx, tenant_id, identity)


async def raise_security_profile(
    ctx: Context, tenant_id: UUID, identity: str, profile: int, *, at_once: bool = True
) -> StationDetail:
    """In force at once for a station that never connected; else, unless `at_once`, from its first connection that
    meets it. Raises Conflict for a lower one than now, and for one that asks for a password where none is known.
    """
    row = await _raisable(tenant_id, identity, profile)
    station = station_ref(row)
    if at_once or row["connected_at"] is None:
        await _store_change(ctx, station, {"security_profile": profile, "pending_profile": None})
    else:
        async with ctx.unit() as unit:
            await store.expect_profile(station.id, profile)
            unit.emit(_changed(ctx, station))
    return await station_detail(ctx, tenant_id, identity)


async def may_raise(ctx: Context, tenant_id: UUID, identity: str, profile: int) -> StationRef:
    """The station, if this may be its security profile. Raises Conflict, NotFound."""
    return station_ref(await _raisable(tenant_id, identity, profile))


async def _raisable(tenant_id: UUID, identity: str, profile: int) -> store.Row:
    row = await store.ref_by_identity(identity, tenant_id)
    if row is None:
        raise NotFound(NO_STATION)
    if profile < row["security_profile"]:
        raise Conflict("A security profile is never lowered.", code="security_profile_lower")
    if profile in (1, rules.TLS) and not (row["password_hash"] or row["pending_passwords"]):
        raise Conflict("This profile needs a password; give the station one first.", code="password_missing")
    return row


async def decide(
    ctx: Context, tenant_id: UUID, identity: str, registration: Registration, location_id: str | None = None
) -> StationDetail:
    """An operator accepts or rejects a station; a connected one hears it with the answer to its next boot.

    `location_id`: where it stands from now on; None leaves it where it is.
    """
    station = await find(ctx, tenant_id, identity)
    values = {"registration": registration.value} if station.registration is not registration else {}
    await _store_change(ctx, station, values, location_id)
    return await station_detail(ctx, tenant_id, identity)


async def _store_change(
    ctx: Context, station: StationRef, values: dict[str, Any], location_id: str | None = None
) -> None:
    """`location_id` None: it stays where it is; empty: it stands nowhere."""
    if not values and location_id is None:
        return
    async with ctx.unit() as unit:
        before = await location_store.location_of(station.id)
        if location_id is not None:
            values["location"] = await _location(station.tenant_id, location_id)
        await store.change(station.id, values)
        unit.emit(_changed(ctx, station, values.get("registration", "")))
        if "registration" in values or values.get("location", before) != before:
            _places_changed(ctx, unit, station.tenant_id, {before, values.get("location", before)})


async def frames(
    ctx: Context,
    station_id: UUID,
    *,
    direction: str | None = None,
    action: str | None = None,
    errors: bool = False,
    before: int | None = None,
    since: int | None = None,
    limit: int = 50,
) -> tuple[list[Frame], int | None]:
    """The OCPP log, newest first, and the id to go on before."""
    rows = await record_store.frames(
        station_id, direction=direction, action=action, errors=errors, before=before, since=since, limit=limit + 1
    )
    page, following = _cut(rows, limit, lambda row: [row["id"]])
    return [shown.frame(row) for row in page], following[0] if following else None


async def variables(
    ctx: Context,
    station_id: UUID,
    after: Sequence[Any] | None,
    limit: int,
    component: str | None = None,
    search: str | None = None,
) -> tuple[list[Variable], Key]:
    pattern = rules.like(search) if search and search.strip() else None
    rows = await record_store.variables(station_id, after, limit + 1, component, pattern)
    page, following = _cut(rows, limit, lambda row: [row[name] for name in ("component", "name", "evse", "connector")])
    return [shown.variable(row) for row in page], following


async def commands(
    ctx: Context, station_id: UUID, after: tuple[datetime, UUID] | None, limit: int, state: str | None = None
) -> tuple[list[CommandRow], Key]:
    rows = await record_store.commands(station_id, after, limit + 1, state)
    page, following = _cut(rows, limit, lambda row: [row["at"], row["id"]])
    return [shown.command(row) for row in page], following


# --- for drivers -------------------------------------------------------------------------------------


async def locations(
    ctx: Context,
    tenant_id: UUID,
    *,
    latitude: float | None = None,
    longitude: float | None = None,
    search: str = "",
    available: bool = False,
    power_type: PowerType | None = None,
    empty: bool = False,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
    account_id: UUID | None = None,
) -> tuple[list[LocationSummary], Key]:
    """Locations a driver can charge at: nearest first if a place is given, else by name.

    `empty`: all there are, each with its number of stations. `account_id`: whose prices; None: everybody's.
    """
    rows = await view_store.locations(
        tenant_id,
        latitude=latitude,
        longitude=longitude,
        search=search,
        available=available,
        power_type=power_type.value if power_type else None,
        empty=empty,
        after=after,
        limit=None if limit is None else limit + 1,
    )
    page, following = _cut(rows, limit, lambda row: [row["sort_value"], row["id"]])
    prices = await _place_prices(ctx, tenant_id, page, account_id)
    doubted = await _doubtful(tenant_id, [row["id"] for row in page])
    return [shown.location_summary(row, prices, doubtful=row["id"] in doubted) for row in page], following


async def _doubtful(tenant_id: UUID, location_ids: Sequence[UUID]) -> set[UUID]:
    """Locations where everything that is free is doubtful."""
    free = await view_store.free_stations(tenant_id, location_ids)
    known = await view_store.doubts([station for ids in free.values() for station in ids])
    bad = {
        name for name, row in known.items() if rules.doubtful(row["known_fault"], row["reported"], row["failed_starts"])
    }
    return {place for place, ids in free.items() if set(ids) <= bad}


async def location_summaries(
    ctx: Context, tenant_id: UUID, location_ids: Sequence[UUID], account_id: UUID | None = None
) -> list[LocationSummary]:
    """Some locations, without distances; those at which nobody can charge are left out."""
    rows = await view_store.locations_by_id(tenant_id, location_ids)
    prices = await _place_prices(ctx, tenant_id, rows, account_id)
    doubted = await _doubtful(tenant_id, [row["id"] for row in rows])
    return [shown.location_summary(row, prices, doubtful=row["id"] in doubted) for row in rows]


async def locations_of(ctx: Context, tenant_id: UUID, station_ids: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    """Station → the location that it stands at."""
    return await view_store.locations_of(tenant_id, station_ids)


async def location_detail(
    ctx: Context, tenant_id: UUID, location_id: UUID, *, empty: bool = False, account_id: UUID | None = None
) -> LocationDetail:
    """Raises NotFound, also for a location at which nobody can charge unless `empty` asks for those too."""
    found = await view_store.locations_by_id(tenant_id, [location_id], empty=empty)
    if not found:
        raise NotFound(NO_LOCATION)
    rows = await view_store.stations_at(tenant_id, location_id)
    doubts = await view_store.doubts([row["id"] for row in rows])
    return shown.location_detail(found[0], rows, await _prices(ctx, tenant_id, rows, account_id), doubts)


async def chargers(
    ctx: Context, tenant_id: UUID, code: str, limit: int = 10, *, account_id: UUID | None = None
) -> list[Charger]:
    """The stations that a driver may mean by what is written on one: its identity or name, or a part of it."""
    rows = await view_store.stations_by_code(tenant_id, code, limit)
    prices = await _prices(ctx, tenant_id, rows, account_id)
    doubts = await view_store.doubts([row["id"] for row in rows])
    return [
        Charger(
            location_id=str(row["location_id"]),
            location=row["location"],
            address=address_line(row),
            station=shown.station_for_driver(row, prices, doubt=doubts.get(row["id"])),
        )
        for row in rows
    ]


async def connector_page(
    ctx: Context, tenant_id: UUID, connector_id: UUID, *, waiting: bool = False, account_id: UUID | None = None
) -> StationForDriver:
    """The station behind a code on an outlet, with that outlet only. `waiting`: also one that isn't accepted."""
    row = await view_store.station_of_connector(tenant_id, connector_id, waiting=waiting)
    if row is None:
        raise NotFound("This connector doesn't exist.")
    return shown.station_for_driver(row, await _prices(ctx, tenant_id, [row], account_id), only=connector_id)
