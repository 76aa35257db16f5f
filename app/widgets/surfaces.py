"""Cards, pages, rows: how content is laid out, and the states every page has."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.errors import ApiError
from app.i18n import say
from app.theme import CARD, CONTROL, LARGE, S4, S8, S12, S16, S24, S32, S48, T12, T14, T16, TOUCH, Tokens
from app.widgets import buttons
from app.widgets.text import muted, text, title


def card(content: ft.Control, t: Tokens, *, padding: Any = S16, expand: Any = None, **more: Any) -> ft.Container:
    return ft.Container(
        content=content,
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CARD,
        padding=padding,
        expand=expand,
        **more,
    )


def section(head: str, content: ft.Control, t: Tokens, *, trailing: ft.Control | None = None) -> ft.Control:
    """A card with a heading."""
    row: list[ft.Control] = [
        ft.Semantics(header=True, content=text(head, t, size=T16, bold=True), expand=True),
    ]
    below: list[ft.Control] = []
    if trailing is not None:  # beside it large letters would leave the head one letter a line
        (below if t.letters > LARGE else row).append(trailing)
    return card(
        ft.Column(
            [ft.Row(row, vertical_alignment=ft.CrossAxisAlignment.CENTER), *below, content],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        t,
    )


def page_body(
    controls: Sequence[ft.Control],
    t: Tokens,
    *,
    head: str = "",
    phone: bool = False,
    trailing: Sequence[ft.Control] = (),
    back: Callable[[], Any] | None = None,
    width: int | None = None,
) -> ft.Control:
    """A scrolling page: its head with actions at the right, then its parts with even distances."""
    parts: list[ft.Control] = []
    below = phone and t.letters > LARGE
    if head or back or trailing:
        line: list[ft.Control] = []
        if back is not None:
            line.append(buttons.icon_button(ft.Icons.ARROW_BACK_ROUNDED, say("Back"), t, back, identifier="back"))
        line.append(ft.Container(title(head, t, size=20 if phone else 28), expand=True))
        line.extend([] if below else trailing)
        parts.append(ft.Row(line, spacing=S8, vertical_alignment=ft.CrossAxisAlignment.CENTER))
        if below and trailing:
            parts.append(ft.Row(list(trailing), spacing=S8, run_spacing=S8, wrap=True))
    parts.extend(controls)
    edge = S16 if phone else S32
    column = ft.Column(parts, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Column(
        [
            ft.Container(
                column,
                padding=ft.Padding.only(left=edge, right=edge, top=S16 if phone else S24, bottom=S48),
                width=width,
            )
        ],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH if width is None else ft.CrossAxisAlignment.CENTER,
    )


def key_values(rows: Sequence[tuple[str, str | ft.Control]], t: Tokens) -> ft.Control:
    """Names at the left, values at the right, a thin line between."""
    lines: list[ft.Control] = []
    for number, (name, value) in enumerate(rows):
        below = t.letters > LARGE
        align = ft.TextAlign.LEFT if below else ft.TextAlign.RIGHT
        shown = text(value, t, selectable=True, text_align=align) if isinstance(value, str) else value
        pair: ft.Control = (
            ft.Column([muted(name, t), shown], spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
            if below
            else ft.Row(
                [muted(name, t), ft.Container(shown, expand=True, alignment=ft.Alignment.CENTER_RIGHT)],
                spacing=S16,
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
            )
        )
        lines.append(
            ft.Container(
                pair,
                padding=ft.Padding.symmetric(vertical=S8),
                border=ft.Border.only(bottom=ft.BorderSide(1, t.border)) if number < len(rows) - 1 else None,
            )
        )
    return ft.Column(lines, spacing=0)


def empty(icon: ft.IconData, head: str, detail: str, t: Tokens, action: ft.Control | None = None) -> ft.Control:
    """What a place will show, and the one thing that fills it."""
    parts: list[ft.Control] = [
        ft.Container(
            ft.Icon(icon, size=28, color=t.muted),
            bgcolor=t.sunken,
            border_radius=99,
            width=64,
            height=64,
            alignment=ft.Alignment.CENTER,
        ),
        text(head, t, size=T16, bold=True, text_align=ft.TextAlign.CENTER),
        muted(detail, t, text_align=ft.TextAlign.CENTER),
    ]
    if action is not None:
        parts.append(action)
    return ft.Container(
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.CENTER, tight=True),
        alignment=ft.Alignment.CENTER,
        padding=ft.Padding.symmetric(vertical=S48, horizontal=S24),
    )


def failed(error: ApiError, t: Tokens, retry: Callable[[], Any] | None = None) -> ft.Control:
    """What went wrong, in plain words, and a way on."""
    icon = ft.Icons.WIFI_OFF_ROUNDED if error.offline else ft.Icons.SENTIMENT_DISSATISFIED_ROUNDED
    if error.status == 403:
        icon = ft.Icons.LOCK_OUTLINE_ROUNDED
    again = buttons.quiet(say("Try again"), t, retry, icon=ft.Icons.REFRESH_ROUNDED, identifier="button-try-again")
    return empty(icon, say(error.title), say(error.detail), t, again if retry else None)


def skeleton(t: Tokens, *, height: int = 16, width: int | None = None) -> ft.Control:
    return ft.Container(height=height, width=width, bgcolor=t.sunken, border_radius=CONTROL)


def skeleton_list(t: Tokens, rows: int = 5, height: int = 72) -> ft.Control:
    """Rows in the shape of what will come."""
    return ft.Semantics(
        label="Loading",
        live_region=True,
        content=ft.Column([card(skeleton(t, height=height - 32), t) for _ in range(rows)], spacing=S12),
    )


def stale_banner(t: Tokens) -> ft.Control:
    """What is shown may be old; it heals by itself."""
    return ft.Semantics(
        live_region=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(ft.Icons.CLOUD_SYNC_ROUNDED, size=16, color=t.warning.ink),
                    ft.Text("Reconnecting. What you see may be a little old.", size=T12, color=t.warning.ink),
                ],
                spacing=S8,
                alignment=ft.MainAxisAlignment.CENTER,
            ),
            bgcolor=t.warning.ground,
            padding=ft.Padding.symmetric(vertical=S4, horizontal=S16),
        ),
    )


def chip(label: str, chosen: bool, t: Tokens, on_click: Callable[[], Any], *, identifier: str = "") -> ft.Control:
    """A filter that is on or off. Letters of twice the size may need a second line."""
    large = t.letters > LARGE
    pill = ft.Container(
        ft.Text(
            label,
            size=T14,
            weight=ft.FontWeight.W_600 if chosen else ft.FontWeight.W_500,
            color=t.primary if chosen else t.ink,
            max_lines=2 if large else 1,
            overflow=ft.TextOverflow.ELLIPSIS,
        ),
        bgcolor=t.primary_soft if chosen else t.surface,
        border=ft.Border.all(1, t.primary if chosen else t.border),
        border_radius=99,
        expand=True,
        expand_loose=True,
        padding=ft.Padding.symmetric(horizontal=S16, vertical=S8),
    )
    return ft.Semantics(
        identifier=identifier or f"chip-{label.lower().replace(' ', '-')}",
        button=True,
        selected=chosen,
        content=ft.Container(
            # A row that is no wider than the pill: an aligned container would fill the line where chips wrap.
            ft.Row([pill], tight=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
            height=None if large else t.high(TOUCH),
            border_radius=99,
            ink=True,  # what has it can be reached with the keyboard
            on_click=lambda _: on_click(),
        ),
    )


def divider(t: Tokens) -> ft.Control:
    return ft.Container(height=1, bgcolor=t.border)
