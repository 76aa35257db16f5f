"""Where the device is. Asked for only when the person wants it; every way to fail has a plain sentence."""

import asyncio

import flet as ft
from flet_geolocator import Geolocator, GeolocatorPermissionStatus

PATIENCE_S = 12.0
DENIED = "Your place isn't known: allow it in the settings of your browser or device, or search by name."
UNKNOWN = "Your place can't be found now. Search by name or move the map."
REFUSED = (GeolocatorPermissionStatus.DENIED, GeolocatorPermissionStatus.DENIED_FOREVER)


class PlaceUnknown(Exception):
    """The text says why, and what to do instead."""


class Locator:
    """One for each session, made at the first question: a device that is never asked never shows a question."""

    def __init__(self, page: ft.Page) -> None:
        self._page = page
        self._service: Geolocator | None = None

    async def find(self) -> tuple[float, float]:
        """Latitude and longitude. Raises PlaceUnknown."""
        try:
            service = self._ready()
            async with asyncio.timeout(PATIENCE_S):
                status = await service.request_permission()
                if status in REFUSED:
                    raise PlaceUnknown(DENIED)
                position = await service.get_current_position()
        except PlaceUnknown:
            raise
        except Exception as trouble:  # whatever a platform does: the app goes on without a place
            raise PlaceUnknown(UNKNOWN) from trouble
        if position.latitude is None or position.longitude is None:
            raise PlaceUnknown(UNKNOWN)
        return position.latitude, position.longitude

    def _ready(self) -> Geolocator:
        if self._service is None:
            self._service = Geolocator()
            self._page.services.append(self._service)
            self._page.update()
        return self._service
