"""A location on a page of its own: on phones, and where a link leads."""

import flet as ft

from app.driver import rules
from app.driver.location_view import LocationView
from app.hooks import use_store
from app.widgets.boundary import guarded


@guarded
def LocationPage(location_id: str) -> ft.Control:  # a component
    """`?connector=` in the address chooses a connector: where the code on a charger leads."""
    return LocationView(location_id, chosen=rules.asked(use_store().route).get("connector", ""))
