"""Parts of one page, one of them shown."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.hooks import use_app
from app.theme import S4, S8, S12, T14, TOUCH, Tokens
from app.widgets.boundary import guarded

LETTER = 0.58
"""The width of a letter of ours by its size, on average."""


def tabs(
    names: Sequence[tuple[str, str]], chosen: str, t: Tokens, on_choose: Callable[[str], Any], *, tight: bool = False
) -> ft.Control:
    """(name, word) each; tests find them as `tab-<name>`. `tight`: for a phone."""
    return _Tabs(names, chosen, t, on_choose, tight)


@guarded
def _Tabs(  # a component
    names: Sequence[tuple[str, str]], chosen: str, t: Tokens, on_choose: Callable[[str], Any], tight: bool
) -> ft.Control:
    app = use_app()
    line: Any = ft.use_ref(None)

    async def show() -> None:
        """The chosen one may lie beside the screen. By a length: by a key the page around would move, too."""
        if line.current is not None:
            await line.current.scroll_to(offset=_before(names, chosen, t), duration=0)

    ft.use_effect(lambda: app.run(show) if tight else None, [chosen])

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
        ft.Row(
            [one(name, word) for name, word in names],
            ref=line,
            spacing=0 if tight else S4,
            scroll=ft.ScrollMode.HIDDEN,
        ),
        border=ft.Border.only(bottom=ft.BorderSide(1, t.border)),
    )


def _before(names: Sequence[tuple[str, str]], chosen: str, t: Tokens) -> float:
    """About how far to move so that the chosen tab is seen with a part of the one before it."""
    widths = [len(word) * T14 * LETTER * t.letters + 2 * S8 for _, word in names]
    place = next((number for number, (name, _) in enumerate(names) if name == chosen), 0)
    return max(0.0, sum(widths[:place]) - widths[max(0, place - 1)] / 2) if place > 1 else 0.0
