"""Whether stations do what they acknowledged: their own composite schedules against our calculation."""

from uuid import UUID

import structlog

from backend.context import Context
from backend.energy import service as profiles
from backend.errors import WattlineError
from backend.sites import store
from backend.sites.leaving import ref_of
from backend.sites.scene import Scene, look
from shared.energy import CompositeAsk, RateUnit

log = structlog.get_logger(__name__)
AHEAD_S = 600
DIFFERS = "Its own schedule differs from ours from second "


async def composites(ctx: Context) -> None:
    """By the clock: of every car that charges at a controlled site. One that can't be asked says nothing about it."""
    for location_id in await store.enabled_sites():
        row = await store.site(location_id)
        if row is not None:
            await _site(ctx, await look(ctx, row))


async def _site(ctx: Context, scene: Scene) -> None:
    for spot in scene.cars:
        grant = scene.grant(spot)
        if spot not in scene.lanes or not scene.online(spot) or grant.acked_a is None:
            continue
        outlet = scene.outlets[spot]
        asked = CompositeAsk(evse=spot[1], duration_s=AHEAD_S, unit=RateUnit.WATT if outlet["dc"] else None)
        try:
            told = await profiles.ask_composite(ctx, ref_of(outlet), asked, None)
        except WattlineError as error:
            log.info("no composite schedule", station=spot[0], evse=spot[1], error=str(error))
            continue
        differs = told.differs_at_s
        detail = "" if differs is None else f"{DIFFERS}{differs} on."
        if detail != grant.detail and (detail or grant.detail.startswith(DIFFERS)):
            await _note(outlet["id"], spot[1], detail)


async def _note(station_id: UUID, evse: int, detail: str) -> None:
    await store.put_grant(station_id, evse, {"detail": detail})
