"""Parts of one page, one of them shown."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.theme import S4, S8, S12, T14, TOUCH, Tokens


def tabs(
    names: Sequence[tuple[str, str]], chosen: str, t: Tokens, on_choose: Callable[[str], Any], *, tight: bool = False
) -> ft.Control:
    """(name, word) each; tests find them as `tab-<name>`. `tight`: for a phone."""

    def one(name: str, word: str) -> ft.Control:
        lit = name == chosen
        return ft.Semantics(
            identifier=f"tab-{name}",
            button=True,
            selected=lit,
            label=word,
            content=ft.Container(
                ft.Text(
                    word,
                    size=T14,
                    weight=ft.FontWeight.W_600 if lit else ft.FontWeight.W_500,
                    color=t.ink if lit else t.muted,
                    no_wrap=True,
                ),
                height=t.high(TOUCH),
                padding=ft.Padding.symmetric(horizontal=S8 if tight else S12),
                alignment=ft.Alignment.CENTER,
                border=ft.Border.only(bottom=ft.BorderSide(2, t.primary if lit else ft.Colors.TRANSPARENT)),
                ink=True,
                on_click=lambda _: on_choose(name),
            ),
        )

    return ft.Container(
        ft.Row([one(name, word) for name, word in names], spacing=0 if tight else S4, scroll=ft.ScrollMode.HIDDEN),
        border=ft.Border.only(bottom=ft.BorderSide(1, t.border)),
    )
