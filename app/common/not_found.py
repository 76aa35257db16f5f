"""An address that leads nowhere."""

import flet as ft

from app.hooks import use_app, use_tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded


@guarded
def NotFoundPage() -> ft.Control:  # a component
    app, t = use_app(), use_tokens()
    return surfaces.empty(
        ft.Icons.EXPLORE_OFF_OUTLINED,
        "There is nothing here",
        "The address may be old, or not for your role.",
        t,
        buttons.primary("Go to the start", t, lambda: app.go("/")),
    )
