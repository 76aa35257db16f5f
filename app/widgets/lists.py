"""What stands above every list: what to search, what to narrow it by, what to do with it."""

from collections.abc import Sequence

import flet as ft

from app.theme import S8, S12

FIND = 360
"""How wide the search of a list is where filters stand beside it."""


def tools(
    finding: ft.Control | None, chips: Sequence[ft.Control], *, phone: bool, actions: Sequence[ft.Control] = ()
) -> ft.Control:
    """One line where there is room: search, filters, actions at the end; on a phone below each other. Filters move
    sideways where they are too many."""
    line = ft.Row(list(chips), spacing=S8, scroll=ft.ScrollMode.HIDDEN)
    if phone:
        parts = [finding, *([line] if chips else []), *actions]
        return ft.Column(
            [part for part in parts if part is not None],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    first = [] if finding is None else [ft.Container(finding, width=FIND)]
    return ft.Row([*first, ft.Container(line, expand=True), *actions], spacing=S12)
