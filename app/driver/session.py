"""One session on a page of its own: live, or what became of it."""

import flet as ft

from app.driver.session_view import SessionView
from app.widgets.boundary import guarded


@guarded
def DriverSessionPage(transaction_id: str) -> ft.Control:  # a component
    return SessionView(transaction_id)
