"""Being written."""

import flet as ft

from app.hooks import use_tokens
from app.widgets.boundary import guarded
from app.widgets.text import title


@guarded
def IncidentsPage() -> ft.Control:  # a component
    t = use_tokens()
    return title("IncidentsPage", t)
