"""Fields to type into."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.theme import CONTROL, S12, T12, T14, TOUCH, Tokens


def typed(event: Any) -> str:
    """What the person typed. The field may have been drawn anew, with an older text, while this was on its way."""
    return event.data if isinstance(event.data, str) else event.control.value


def field(
    label: str,
    value: str,
    t: Tokens,
    on_change: Callable[[str], Any],
    *,
    identifier: str = "",
    password: bool = False,
    error: str = "",
    on_submit: Callable[[], Any] | None = None,
    autofocus: bool = False,
    multiline: bool = False,
    keyboard: ft.KeyboardType = ft.KeyboardType.TEXT,
    unit: str = "",
    helper: str = "",
) -> ft.Control:
    """A labelled text field. `value` is always given: Flet wipes a field that has none at each redraw.

    `unit` stands at its end while it is used, `helper` in small letters below it.
    """
    return ft.Semantics(
        identifier=identifier or f"field-{label.lower().replace(' ', '-')}",
        content=ft.TextField(
            label=label,
            value=value,
            password=password,
            can_reveal_password=password,
            autofocus=autofocus,
            multiline=multiline,
            min_lines=4 if multiline else None,
            keyboard_type=keyboard,
            error=error or None,
            suffix=ft.Text(unit, size=T14, color=t.muted) if unit else None,
            helper=helper or None,
            helper_style=ft.TextStyle(color=t.muted, size=T12),
            on_change=lambda event: on_change(typed(event)),
            on_submit=(lambda _: on_submit()) if on_submit else None,
            border_radius=CONTROL,
            border_color=t.border,
            focused_border_color=t.primary,
            bgcolor=t.surface,
            color=t.ink,
            label_style=ft.TextStyle(color=t.muted, size=T14),
            text_size=T14,
            content_padding=ft.Padding.symmetric(horizontal=S12, vertical=S12),
        ),
    )


def search(
    value: str,
    hint: str,
    t: Tokens,
    on_change: Callable[[str], Any],
    *,
    width: int | None = None,
    expand: bool = False,
    ref: ft.Ref[ft.TextField] | None = None,
) -> ft.Control:
    """`ref` leads to the field itself, to put the cursor into it."""
    return ft.Semantics(
        identifier="search",
        expand=expand,
        content=ft.TextField(
            ref=ref,
            value=value,
            hint_text=hint,
            prefix_icon=ft.Icons.SEARCH_ROUNDED,
            on_change=lambda event: on_change(typed(event)),
            border_radius=CONTROL,
            border_color=t.border,
            focused_border_color=t.primary,
            bgcolor=t.surface,
            color=t.ink,
            text_size=T14,
            height=t.high(TOUCH),
            width=width,
            content_padding=ft.Padding.symmetric(horizontal=S12, vertical=0),
        ),
    )


def choice(
    label: str,
    value: str,
    options: Sequence[tuple[str, str]],
    t: Tokens,
    on_change: Callable[[str], Any],
    *,
    identifier: str = "",
    width: int | None = None,
) -> ft.Control:
    """One of several: (value, word) each."""
    return ft.Semantics(
        identifier=identifier or f"choice-{label.lower().replace(' ', '-')}",
        label=label,
        content=ft.Dropdown(
            label=label,
            value=value,
            options=[ft.DropdownOption(key=key, text=word) for key, word in options],
            on_select=lambda event: on_change(event.control.value or ""),
            border_radius=CONTROL,
            border_color=t.border,
            focused_border_color=t.primary,
            color=t.ink,
            text_size=T14,
            label_style=ft.TextStyle(color=t.muted, size=T14),
            menu_style=ft.MenuStyle(bgcolor=t.raised),
            filled=True,
            fill_color=t.surface,
            content_padding=ft.Padding.symmetric(horizontal=S12, vertical=S12),
            width=width,
            expand=width is None,
        ),
    )
