"""Text in the one scale, and numbers with their unit."""

from typing import Any

import flet as ft

from app.theme import T12, T14, T16, T20, T28, Tokens


def text(
    value: str, t: Tokens, *, size: int = T14, color: str | None = None, bold: bool = False, **more: Any
) -> ft.Text:
    """One that may not wrap ends in an ellipsis where there is no room: a word cut in the middle reads like another."""
    weight = ft.FontWeight.W_600 if bold else ft.FontWeight.W_400
    if more.get("no_wrap"):
        more.setdefault("overflow", ft.TextOverflow.ELLIPSIS)
    return ft.Text(value, size=size, color=color or t.ink, weight=weight, **more)


def muted(value: str, t: Tokens, *, size: int = T14, **more: Any) -> ft.Text:
    return text(value, t, size=size, color=t.muted, **more)


def title(value: str, t: Tokens, *, size: int = T28, **more: Any) -> ft.Control:
    """The head of a page, for the eye and for a screen reader."""
    return ft.Semantics(header=True, content=text(value, t, size=size, bold=True, **more))


def heading(value: str, t: Tokens) -> ft.Control:
    return ft.Semantics(header=True, content=text(value, t, size=T16, bold=True))


def number(value: str, unit: str, t: Tokens, *, size: int = T20, color: str | None = None) -> ft.Text:
    """A number with its unit at 70 % beside it; digits of one width, so that live values don't jump."""
    style = ft.TextStyle(size=size, weight=ft.FontWeight.W_600, color=color or t.ink)
    small = ft.TextStyle(size=max(T12, round(size * 0.7)), weight=ft.FontWeight.W_500, color=color or t.muted)
    spans = [ft.TextSpan(value, style)]
    if unit:
        spans.append(ft.TextSpan(f"\u2009{unit}", small))
    return ft.Text(spans=spans, no_wrap=True, semantics_label=f"{value} {unit}".strip())
