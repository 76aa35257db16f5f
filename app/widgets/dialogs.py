"""Questions before something happens that can't be undone."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

import flet as ft

from app.i18n import say
from app.theme import CARD, S4, S8, S16, Tokens
from app.widgets import buttons
from app.widgets.text import heading, muted


class Manner(TypedDict, total=False):
    """busy: it is under way; name: the two are found as `name-cancel` and `name-confirm`, "dialog" where nothing is
    said."""

    busy: bool
    name: str


def confirm(
    page: ft.Page,
    t: Tokens,
    *,
    head: str,
    detail: str,
    action: str,
    on_confirm: Callable[[], Any],
    dangerous: bool = True,
    cancel: str = "Cancel",
) -> None:
    """Ask. The head names what it is about, the buttons say what happens."""

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
                buttons.quiet(cancel, t, close, identifier="dialog-cancel"),
                make(action, t, go, identifier="dialog-confirm"),
            ],
            bgcolor=t.surface,
            shape=ft.RoundedRectangleBorder(radius=CARD),
            actions_padding=S16,
            actions_overflow_button_spacing=S8,
        )
    )


def answers(
    t: Tokens, on_cancel: Callable[[], Any], label: str, on_confirm: Callable[[], Any] | None, **manner: Unpack[Manner]
) -> list[ft.Control]:
    """What a form ends with: the way out, and the one thing it is for (None: not yet)."""
    name = manner.get("name", "dialog")
    return [
        buttons.quiet(say("Cancel"), t, on_cancel, identifier=f"{name}-cancel"),
        buttons.primary(label, t, on_confirm, busy=manner.get("busy", False), identifier=f"{name}-confirm"),
    ]


def form(
    t: Tokens,
    head: str,
    parts: Sequence[ft.Control],
    actions: Sequence[ft.Control],
    on_close: Callable[[], Any],
    *,
    width: int = 440,
) -> ft.AlertDialog:
    """A dialog that is drawn with its component: `ft.use_dialog(form(…) if opened else None)`.

    What is wrong stands above its buttons, in sight however long the form is.
    """
    notes = [one for one in parts if _is_note(one)]
    row = ft.Row(list(actions), alignment=ft.MainAxisAlignment.END, wrap=True, spacing=S8, run_spacing=S8)
    stretch = ft.CrossAxisAlignment.STRETCH
    aligned = [ft.Container(one, padding=ft.Padding.symmetric(horizontal=S8)) for one in notes]  # with the fields above
    below = ft.Column([*aligned, row], spacing=S16, tight=True, horizontal_alignment=stretch, width=width + 2 * S8)
    return ft.AlertDialog(
        title=heading(head, t),
        content=ft.Container(
            ft.Column(
                [one for one in parts if not _is_note(one)],
                spacing=S16,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            width=width,
            padding=ft.Padding.only(top=S4),
        ),
        scrollable=True,
        actions=[below] if notes else list(actions),
        on_dismiss=lambda _: on_close(),
        bgcolor=t.surface,
        shape=ft.RoundedRectangleBorder(radius=CARD),
        inset_padding=S16,
        actions_padding=S16,
        actions_overflow_button_spacing=S8,
    )


def _is_note(one: ft.Control) -> bool:
    return isinstance(one, ft.Semantics) and one.identifier == "problem"
