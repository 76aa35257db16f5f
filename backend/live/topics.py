"""The topics of stations, locations, incidents and the brand, and the list of all topics."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

from backend.alerts import service as alerts
from backend.context import Context
from backend.errors import NotFound
from backend.events import (
    BrandChanged,
    ConnectorStatusChanged,
    FramesLogged,
    IncidentChanged,
    LocationChanged,
    NoticeSent,
    StationBooted,
    StationChanged,
    StationConnected,
    StationDisconnected,
    StationEvent,
)
from backend.live.session_topics import SESSION_TOPICS, TRANSACTION_EVENTS, overview_topic
from backend.live.topic import Subject, Topic, everything, of_any
from backend.notify import setup as notifications
from backend.stations import catalog
from backend.tenants import service as tenants
from shared.accounts import Brand, Role
from shared.notify import Notice
from shared.operations import Incident, Overview
from shared.stations import Frame, LocationDetail, LocationSummary, StationDetail, StationRow

FRAMES_AT_FIRST = 50
FRAMES_AT_ONCE = 200
FRAME_BYTES_AT_ONCE = 500_000
"""Of long messages fewer: WebSocket clients refuse what is larger than 1 MiB."""

STATION_EVENTS: tuple[type[StationEvent], ...] = (
    StationConnected,
    StationDisconnected,
    StationBooted,
    StationChanged,
    ConnectorStatusChanged,
)
PLACE_EVENTS: tuple[type[StationEvent], ...] = (
    StationConnected,
    StationDisconnected,
    StationChanged,
    ConnectorStatusChanged,
)
"""What drivers see of a station."""


# --- stations ----------------------------------------------------------------------------------------


def _station_key(event: Any, _subject: Subject) -> str | None:
    return str(event.station_id) if event.station_id else None


async def load_stations(ctx: Context, subject: Subject) -> list[StationRow]:
    rows, _ = await catalog.stations(ctx, subject.actor.tenant_id)
    return rows


async def changed_stations(ctx: Context, subject: Subject, keys: frozenset[str]) -> list[StationRow]:
    return await catalog.station_rows(ctx, subject.actor.tenant_id, [UUID(key) for key in keys])


def _this_identity(event: Any, subject: Subject) -> str | None:
    return "*" if event.identity == subject.argument else None


def _this_station_id(event: IncidentChanged, subject: Subject) -> str | None:
    return "*" if str(event.station_id) == subject.memory.get("station_id") else None


async def load_station(ctx: Context, subject: Subject) -> StationDetail:
    detail = await catalog.station_detail(ctx, subject.actor.tenant_id, subject.argument)
    subject.memory["station_id"] = detail.row.id
    return detail


# --- the OCPP log ------------------------------------------------------------------------------------


async def load_frames(ctx: Context, subject: Subject) -> list[Frame]:
    station = await catalog.find(ctx, subject.actor.tenant_id, subject.argument)
    frames, _ = await catalog.frames(ctx, station.id, limit=FRAMES_AT_FIRST)
    # Only the first load says where to go on: others who watch must not miss what came between two loads.
    subject.memory.setdefault("since", int(frames[0].id) if frames else 0)
    return _bounded(frames)


def _bounded(frames: Sequence[Frame]) -> list[Frame]:
    """The newest of them, as many as one message should carry."""
    sizes = accumulate(len(frame.payload) for frame in frames)
    return [frame for frame, size in zip(frames, sizes, strict=True) if size <= FRAME_BYTES_AT_ONCE] or list(frames[:1])


async def new_frames(ctx: Context, subject: Subject, _keys: frozenset[str]) -> list[list[Frame]]:
    """One upsert with all that is new, newest first; of a flood only the newest."""
    station = await catalog.find(ctx, subject.actor.tenant_id, subject.argument)
    frames, _ = await catalog.frames(ctx, station.id, since=subject.memory.get("since", 0), limit=FRAMES_AT_ONCE)
    if not frames:
        return []
    subject.memory["since"] = int(frames[0].id)
    return [_bounded(frames)]


# --- locations ---------------------------------------------------------------------------------------


async def load_locations(ctx: Context, subject: Subject) -> list[LocationSummary]:
    locations, _ = await catalog.locations(ctx, subject.actor.tenant_id, account_id=subject.actor.account_id)
    return locations


PLACE = "location "
"""Before the key of a location itself; the other keys are stations."""


def _place_key(event: LocationChanged, _subject: Subject) -> str:
    return f"{PLACE}{event.location_id}"


async def changed_locations(ctx: Context, subject: Subject, keys: frozenset[str]) -> list[LocationSummary] | None:
    tenant_id = subject.actor.tenant_id
    places = {UUID(key.removeprefix(PLACE)) for key in keys if key.startswith(PLACE)}
    stations = await catalog.locations_of(ctx, tenant_id, [UUID(key) for key in keys if not key.startswith(PLACE)])
    wanted = places | {place for place in stations.values() if place}
    found = await catalog.location_summaries(ctx, tenant_id, list(wanted), subject.actor.account_id)
    gone = {str(place) for place in places} - {one.id for one in found}
    return None if gone else found


async def load_location(ctx: Context, subject: Subject) -> LocationDetail:
    """Who looks at a location when its last station goes sees it empty; who comes later finds nothing."""
    watched = "stations" in subject.memory
    actor = subject.actor
    detail = await catalog.location_detail(
        ctx, actor.tenant_id, _uuid(subject.argument), empty=watched, account_id=actor.account_id
    )
    subject.memory["stations"] = {station.id for station in detail.stations}
    return detail


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such thing.") from None


def _station_of_this_place(event: Any, subject: Subject) -> str | None:
    """A station that moves here is a StationChanged of a station that isn't known here yet."""
    known = str(event.station_id) in subject.memory.get("stations", ())
    return "*" if known or isinstance(event, StationChanged) else None


def _this_place(event: LocationChanged, subject: Subject) -> str | None:
    return "*" if str(event.location_id) == subject.argument else None


# --- incidents and the brand -------------------------------------------------------------------------


async def load_incidents(ctx: Context, subject: Subject) -> list[Incident]:
    return await alerts.open_incidents(ctx, subject.actor.tenant_id)


async def changed_incidents(ctx: Context, subject: Subject, keys: frozenset[str]) -> list[Incident]:
    return [await alerts.incident(ctx, subject.actor.tenant_id, UUID(key)) for key in sorted(keys)]


async def load_notices(ctx: Context, subject: Subject) -> list[Notice]:
    """One's own; operators share what they watch, so theirs are bound to the company only."""
    own = subject.argument == str(subject.actor.account_id)
    if not own and not subject.actor.may(Role.OPERATOR):
        raise NotFound("There is no such thing.")
    return await notifications.notices(ctx, subject.actor.tenant_id, _uuid(subject.argument))


async def load_brand(ctx: Context, subject: Subject) -> Brand:
    return await tenants.brand(ctx, subject.actor.tenant_id)


STATION_TOPICS: tuple[Topic, ...] = (
    Topic(
        pattern="stations",
        role=Role.OPERATOR,
        load=load_stations,
        changes=changed_stations,
        events=of_any((*STATION_EVENTS, *TRANSACTION_EVENTS, IncidentChanged), _station_key),
    ),
    Topic(
        pattern="station:*",
        role=Role.OPERATOR,
        load=load_station,
        events=of_any((*STATION_EVENTS, *TRANSACTION_EVENTS), _this_identity) | {IncidentChanged: _this_station_id},
    ),
    Topic(
        pattern="frames:*",
        role=Role.OPERATOR,
        load=load_frames,
        changes=new_frames,
        events={FramesLogged: _this_identity},
    ),
    Topic(
        pattern="locations",
        role=Role.DRIVER,
        load=load_locations,
        changes=changed_locations,
        events=of_any((*PLACE_EVENTS, IncidentChanged), _station_key) | {LocationChanged: _place_key},
    ),
    Topic(
        pattern="location:*",
        role=Role.DRIVER,
        load=load_location,
        events=of_any((*PLACE_EVENTS, IncidentChanged), _station_of_this_place) | {LocationChanged: _this_place},
    ),
    Topic(
        pattern="incidents",
        role=Role.OPERATOR,
        load=load_incidents,
        changes=changed_incidents,
        events={IncidentChanged: lambda event, _subject: str(event.incident_id)},
    ),
    Topic(
        pattern="notices:*",
        role=Role.DRIVER,
        load=load_notices,
        events={NoticeSent: lambda event, subject: "*" if str(event.account_id) == subject.argument else None},
        personal=True,
    ),
    Topic(pattern="brand", role=Role.DRIVER, load=load_brand, events={BrandChanged: everything}),
)


def all_topics(overview: Callable[[Context, UUID], Awaitable[Overview]]) -> tuple[Topic, ...]:
    """What a live socket offers. `overview` loads a tenant's overview: wiring hands it in."""
    return (*STATION_TOPICS, *SESSION_TOPICS, overview_topic(overview))
