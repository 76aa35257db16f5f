"""Locations and connectors for drivers; stations, their log and configuration for operators."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import Parameter

from backend.context import Context
from backend.errors import InvalidInput, NotAllowed
from backend.stations import catalog, frame_words
from backend.stations.command_api import routes as command_routes
from backend.stations.location_api import routes as location_routes
from backend.web.files import of_either
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.stations import (
    Charger,
    CommandRow,
    ConnectorStatus,
    Frame,
    LocationDetail,
    LocationSummary,
    PowerType,
    Registration,
    StationAccept,
    StationChange,
    StationDetail,
    StationForDriver,
    StationNew,
    StationRow,
    Variable,
)

Search = Annotated[str, Parameter(max_length=100, description="Part of a name or an address")]
Code = Annotated[str, Parameter(min_length=2, max_length=48, description="Identity or name, or a part of it")]
Latitude = Annotated[float | None, Parameter(ge=-90, le=90, description="Degrees north; together with `lon`")]
Longitude = Annotated[float | None, Parameter(ge=-180, le=180, description="Degrees east; together with `lat`")]
Sort = Annotated[
    str,
    Parameter(max_length=20, description=f"{', '.join(catalog.SORTS)}; a `-` before it turns the order around"),
]


KEYS: dict[str, Any] = {"text": tuple[str, str], "int": tuple[int, str], "float8": tuple[float, str]}


def _next(key: list[Any] | None) -> str | None:
    return None if key is None else encode_cursor(key)


# --- for drivers -------------------------------------------------------------------------------------


@get("/api/v1/locations", summary="Where one can charge")
async def list_locations(
    ctx: Context,
    actor: Actor,
    lat: Latitude = None,
    lon: Longitude = None,
    search: Search = "",
    available: bool = False,
    power_type: PowerType | None = None,
    empty: bool = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[LocationSummary]:
    """Nearest first if `lat` and `lon` are given, else by name. `available`: only with a free connector.

    `empty` is for operators: also where nobody can charge yet, with the number of stations at each.
    """
    if empty and not actor.may(Role.OPERATOR):
        raise NotAllowed("Only operators see locations at which nobody can charge.")
    if (lat is None) != (lon is None):
        raise InvalidInput(
            "Give both lat and lon, or neither.", fields=[("$.lon" if lon is None else "$.lat", "missing")]
        )
    items, following = await catalog.locations(
        ctx,
        actor.tenant_id,
        latitude=lat,
        longitude=lon,
        search=search,
        available=available,
        power_type=power_type,
        empty=empty,
        after=decode_cursor(cursor, tuple[str, UUID] if lat is None else tuple[int, UUID]),
        limit=limit,
        account_id=actor.account_id,
    )
    return Page(items=items, next_cursor=_next(following))


@get("/api/v1/locations/{location_id:uuid}", summary="One location with its stations")
async def read_location(ctx: Context, actor: Actor, location_id: UUID) -> LocationDetail:
    """Operators see it also while nobody can charge there."""
    return await catalog.location_detail(
        ctx, actor.tenant_id, location_id, empty=actor.may(Role.OPERATOR), account_id=actor.account_id
    )


@get("/api/v1/connectors/{connector_id:uuid}", summary="The station behind a code on an outlet")
async def read_connector(ctx: Context, actor: Actor, connector_id: UUID) -> StationForDriver:
    """The station with that one connector: where a deep link or a QR code leads."""
    return await catalog.connector_page(ctx, actor.tenant_id, connector_id, account_id=actor.account_id)


@get("/api/v1/chargers", summary="Stations by the code on them")
async def find_chargers(ctx: Context, actor: Actor, code: Code) -> Page[Charger]:
    """At most ten whose identity or name holds the code: what a driver reads on a station and types in."""
    return Page(items=await catalog.chargers(ctx, actor.tenant_id, code, account_id=actor.account_id))


# --- for operators -----------------------------------------------------------------------------------


@get("/api/v1/stations", role=Role.OPERATOR, summary="The stations")
async def list_stations(
    ctx: Context,
    actor: Actor,
    search: Search = "",
    status: ConnectorStatus | None = None,
    location_id: UUID | None = None,
    registration: Registration | None = None,
    sort: Sort = "identity",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[StationRow]:
    items, following = await catalog.stations(
        ctx,
        actor.tenant_id,
        search=search,
        status=status,
        location_id=location_id,
        registration=registration,
        sort=sort,
        after=_station_key(sort, cursor),
        limit=limit,
    )
    return Page(items=items, next_cursor=_next(following))


def _station_key(sort: str, cursor: str | None) -> Any:
    kind = catalog.SORTS.get(sort.removeprefix("-"), ("", "text"))[1]
    return decode_cursor(cursor, KEYS[kind])


@post("/api/v1/stations", role=Role.OPERATOR, status_code=201, summary="Enter a station")
async def add_station(ctx: Context, actor: Actor, data: StationNew) -> StationDetail:
    """It may connect from now on, at `/ocpp/{identity}`, with the password if one is given."""
    return await catalog.add(ctx, actor.tenant_id, data)


@get("/api/v1/stations/{identity:str}", role=Role.OPERATOR, summary="One station")
async def read_station(ctx: Context, actor: Actor, identity: str) -> StationDetail:
    return await catalog.station_detail(ctx, actor.tenant_id, identity)


@patch("/api/v1/stations/{identity:str}", role=Role.OPERATOR, summary="Change a station's name, place or password")
async def change_station(ctx: Context, actor: Actor, identity: str, data: StationChange) -> StationDetail:
    """Null stays as it is; an empty `location_id` takes the station off its location."""
    return await catalog.change(ctx, actor.tenant_id, identity, data)


@post("/api/v1/stations/{identity:str}/accept", role=Role.OPERATOR, status_code=200, summary="Accept a waiting station")
async def accept_station(ctx: Context, actor: Actor, identity: str, data: StationAccept | None = None) -> StationDetail:
    """The body may be left out. Drivers see a station only once it has a location."""
    place = data.location_id if data else None
    return await catalog.decide(ctx, actor.tenant_id, identity, Registration.ACCEPTED, place)


@post("/api/v1/stations/{identity:str}/reject", role=Role.OPERATOR, status_code=200, summary="Refuse a station")
async def reject_station(ctx: Context, actor: Actor, identity: str) -> StationDetail:
    return await catalog.decide(ctx, actor.tenant_id, identity, Registration.REJECTED)


Direction = Annotated[str | None, Parameter(pattern="^(in|out)$", description="`in` from the station, `out` to it")]
Action = Annotated[str | None, Parameter(max_length=60, description="Such as BootNotification")]
FRAME_FORMS = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
ExportFormat = Annotated[str, Parameter(query="format", pattern="^(csv|ndjson)$", description="`csv` or `ndjson`")]
MOST_EXPORTED = 5000


@get("/api/v1/stations/{identity:str}/frames", role=Role.OPERATOR, summary="The OCPP log, newest first")
async def list_frames(
    ctx: Context,
    actor: Actor,
    identity: str,
    direction: Direction = None,
    action: Action = None,
    errors: bool = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Frame]:
    """`errors`: only CALLERRORs and what could not be understood."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    key = decode_cursor(cursor, tuple[int])
    items, following = await catalog.frames(
        ctx, station.id, direction=direction, action=action, errors=errors, before=key[0] if key else None, limit=limit
    )
    return Page(items=items, next_cursor=_next([following] if following else None))


@get(
    "/api/v1/stations/{identity:str}/frames/export",
    role=Role.OPERATOR,
    media_type="text/csv",
    operation_class=of_either(FRAME_FORMS.values()),
    summary="The OCPP log as a file",
)
async def export_frames(
    ctx: Context,
    actor: Actor,
    identity: str,
    export_format: ExportFormat = "csv",
    direction: Direction = None,
    action: Action = None,
    errors: bool = False,
) -> Response[str]:
    """The newest 5000 messages that fit, newest first; `ndjson` has one JSON object a line."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    items, _ = await catalog.frames(
        ctx, station.id, direction=direction, action=action, errors=errors, limit=MOST_EXPORTED
    )
    return Response(
        frame_words.as_csv(items) if export_format == "csv" else frame_words.as_ndjson(items),
        media_type=FRAME_FORMS[export_format],
        headers={"Content-Disposition": f'attachment; filename="ocpp-log.{export_format}"'},
    )


@get("/api/v1/stations/{identity:str}/variables", role=Role.OPERATOR, summary="The configuration as last told")
async def list_variables(
    ctx: Context,
    actor: Actor,
    identity: str,
    component: Annotated[str | None, Parameter(max_length=101, description="Only of this component")] = None,
    search: Search = "",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Variable]:
    """`search` looks into component, name and value."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[str, str, int, int])
    items, following = await catalog.variables(ctx, station.id, after, limit, component, search)
    return Page(items=items, next_cursor=_next(following))


@get("/api/v1/stations/{identity:str}/commands", role=Role.OPERATOR, summary="What was asked of the station")
async def list_commands(
    ctx: Context,
    actor: Actor,
    identity: str,
    only: Annotated[
        str | None,
        Parameter(query="state", pattern="^(queued|sent|answered|failed)$", description="Only these; queued ones wait"),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CommandRow]:
    """Newest first."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[datetime, UUID])
    items, following = await catalog.commands(ctx, station.id, after, limit, only)
    return Page(items=items, next_cursor=_next(following))


routes = [
    list_locations,
    read_location,
    read_connector,
    find_chargers,
    list_stations,
    add_station,
    read_station,
    change_station,
    accept_station,
    reject_station,
    list_frames,
    export_frames,
    list_variables,
    list_commands,
    *location_routes,
    *command_routes,
]
