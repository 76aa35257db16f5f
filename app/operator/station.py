"""One station on a page of its own."""

import flet as ft

from app.hooks import use_app, use_store
from app.operator.station_body import StationBody
from app.widgets.boundary import guarded


@guarded
def StationPage(identity: str) -> ft.Control:  # a component
    app, store = use_app(), use_store()
    return StationBody(identity, store.beside, lambda: app.go("/stations"), full=True)
