"""Questions before something happens that can't be undone."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.theme import CARD, S16, Tokens
from app.widgets import buttons
from app.widgets.text import heading, muted


def confirm(
    page: ft.Page,
    t: Tokens,
    *,
    head: str,
    detail: str,
    action: str,
    on_confirm: Callable[[], Any],
    dangerous: bool = True,
) -> None:
    """Ask. The head names what it is about, the button says what happens."""

    def close() -> None:
        page.pop_dialog()

    def go() -> None:
        close()
        on_confirm()

    make = buttons.danger if dangerous else buttons.primary
    page.show_dialog(
        ft.AlertDialog(
            title=heading(head, t),
            content=ft.Container(muted(detail, t), width=360),
            actions=[
                buttons.quiet("Cancel", t, close, identifier="dialog-cancel"),
                make(action, t, go, identifier="dialog-confirm"),
            ],
            bgcolor=t.surface,
            shape=ft.RoundedRectangleBorder(radius=CARD),
            actions_padding=S16,
        )
    )
