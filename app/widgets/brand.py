"""The operator's mark: its logo, or the first letter of its name in its colour."""

import base64

import flet as ft

from app.theme import CONTROL, Tokens
from shared.accounts import Brand


def mark(brand: Brand, t: Tokens, *, size: int = 40) -> ft.Control:
    if brand.logo:
        content = base64.b64decode(brand.logo.partition(",")[2])
        return ft.Image(src=content, width=size, height=size, fit=ft.BoxFit.CONTAIN, semantics_label=brand.name)
    if brand.name == "Wattline":
        glyph: ft.Control = ft.Icon(ft.Icons.BOLT_ROUNDED, size=size * 0.66, color=t.on_primary)
    else:
        glyph = ft.Text(brand.name[:1].upper(), size=size * 0.5, weight=ft.FontWeight.W_700, color=t.on_primary)
    return ft.Container(
        glyph, width=size, height=size, bgcolor=t.primary, border_radius=CONTROL, alignment=ft.Alignment.CENTER
    )
