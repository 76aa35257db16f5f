"""One station on a page of its own."""

import flet as ft

from app.hooks import use_app, use_store
from app.operator.station_body import StationBody
from app.widgets.boundary import guarded

RAIL, NARROW_RAIL = 232, 80


@guarded
def StationPage(identity: str) -> ft.Control:  # a component
    app, store = use_app(), use_store()
    rail = 0 if store.phone else RAIL if store.wide else NARROW_RAIL
    return StationBody(identity, store.width - rail, lambda: app.go("/stations"), full=True)
