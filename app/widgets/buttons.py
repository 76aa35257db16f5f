"""Buttons that say what happens, at least 48 high."""

from collections.abc import Callable
from typing import Any, TypedDict, Unpack

import flet as ft

from app.theme import CONTROL, LARGE, S12, S16, T14, TOUCH, Tokens

OnClick = Callable[[], Any]


class Manner(TypedDict, total=False):
    """icon: before the label; busy: something is under way, and a second press does nothing; identifier: for tests
    and screen readers; expand: as wide as its row allows."""

    icon: Any
    busy: bool
    identifier: str
    expand: bool


def _button(
    label: str, t: Tokens, on_click: OnClick | None, ink: str, ground: str, border: str | None, manner: Manner
) -> ft.Control:
    icon, busy, large = manner.get("icon"), manner.get("busy", False), t.letters > LARGE
    parts: list[ft.Control] = []
    if busy:
        parts.append(ft.ProgressRing(width=16, height=16, stroke_width=2, color=ink))
    elif icon is not None:
        parts.append(ft.Icon(icon, size=18, color=ink))
    if label:
        # As wide as it wants, and no wider than there is room; letters of twice the size may need a second line.
        parts.append(
            ft.Text(
                label,
                size=T14,
                weight=ft.FontWeight.W_600,
                color=ink,
                max_lines=2 if large else 1,
                overflow=ft.TextOverflow.ELLIPSIS,
                text_align=ft.TextAlign.CENTER,
                expand=True,
                expand_loose=True,
            )
        )
    usable = on_click is not None and not busy
    # Not False: in a row that wraps Flet would still make it flexible, and draw a grey box.
    fill = manner.get("expand") or None
    style = ft.ButtonStyle(
        bgcolor=ground,
        color=ink,
        elevation=0,
        shadow_color=ft.Colors.TRANSPARENT,
        padding=ft.Padding.symmetric(horizontal=S16, vertical=S12 if large else 0),
        shape=ft.RoundedRectangleBorder(radius=CONTROL),
        side=ft.BorderSide(1, border) if border else None,
    )
    button = ft.Button(
        content=ft.Row(parts, spacing=8, alignment=ft.MainAxisAlignment.CENTER, tight=True),
        style=style,
        height=None if large else t.high(TOUCH),
        disabled=not usable,
        opacity=1 if usable or busy else 0.5,
        on_click=(lambda _: on_click()) if usable and on_click else None,
        expand=fill,
    )
    return ft.Semantics(identifier=manner.get("identifier") or _slug(label), content=button, expand=fill)


def _slug(label: str) -> str:
    return "button-" + "-".join(label.lower().split())


def primary(label: str, t: Tokens, on_click: OnClick | None, **manner: Unpack[Manner]) -> ft.Control:
    """The one thing to do on a page. `on_click` None: not now."""
    return _button(label, t, on_click, t.on_primary, t.primary, None, manner)


def quiet(label: str, t: Tokens, on_click: OnClick | None, **manner: Unpack[Manner]) -> ft.Control:
    """Everything else that can be done."""
    return _button(label, t, on_click, t.ink, t.surface, t.border, manner)


def plain(label: str, t: Tokens, on_click: OnClick | None, **manner: Unpack[Manner]) -> ft.Control:
    """In the row of a table, whose lines are frame enough."""
    return _button(label, t, on_click, t.ink, ft.Colors.TRANSPARENT, None, manner)


def danger(label: str, t: Tokens, on_click: OnClick | None, **manner: Unpack[Manner]) -> ft.Control:
    """What interrupts somebody. Ask first: `dialogs.confirm`."""
    return _button(label, t, on_click, t.danger.ink, t.danger.ground, None, manner)


def icon_button(
    icon: Any, label: str, t: Tokens, on_click: OnClick, *, identifier: str = "", color: str = ""
) -> ft.Control:
    """Only where space is short; the label is its tooltip and what a screen reader says."""
    button = ft.IconButton(
        icon, icon_color=color or t.ink, tooltip=label, width=TOUCH, height=TOUCH, on_click=lambda _: on_click()
    )
    return named(button, label, identifier)


def copy(value: str, label: str, t: Tokens, *, identifier: str = "", on_copied: OnClick | None = None) -> ft.Control:
    """Puts the value onto the clipboard: inside the tap, the only moment at which Safari allows it."""
    button = ft.IconButton(
        ft.Icons.CONTENT_COPY_ROUNDED,
        icon_color=t.muted,
        icon_size=18,
        tooltip=label,
        width=TOUCH,
        height=TOUCH,
        action=ft.CopyToClipboard(value),
        on_click=(lambda _: on_copied()) if on_copied else None,
    )
    return named(button, label, identifier)


def named(button: ft.Control, label: str, identifier: str) -> ft.Control:
    """One node for a screen reader: without merging, the name stands beside a button that has none."""
    return ft.MergeSemantics(ft.Semantics(identifier=identifier or _slug(label), label=label, content=button))


def tappable(content: ft.Control, on_click: OnClick, *, identifier: str, label: str, **more: Any) -> ft.Control:
    """A whole area that opens something."""
    area = ft.Container(content=content, on_click=lambda _: on_click(), ink=True, **more)
    return ft.Semantics(identifier=identifier, label=label, button=True, container=True, content=area)
