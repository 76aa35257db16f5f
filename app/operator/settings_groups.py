"""Groups of cards: how many are in each, and which one is the master pass."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_pages, use_tokens, use_words
from app.theme import S4, S8, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.tokens import TokenGroup, TokenGroupChange

AT_ONCE = 20


@guarded
def CardGroups(turn: int, on_open: Callable[[str], Any]) -> ft.Control:  # a component
    """`turn` grows when cards change. `on_open` shows the cards of a group."""
    app, t, words = use_app(), use_tokens(), use_words()
    again, set_again = ft.use_state(0)

    async def load(cursor: str | None) -> Page[TokenGroup]:
        return await app.api.get("/token-groups", Page[TokenGroup], cursor=cursor, limit=AT_ONCE)

    groups = use_pages(load, [turn, again])

    async def put(one: TokenGroup, master: bool) -> None:
        try:
            await app.api.put("/token-groups", TokenGroupChange(name=one.name, master_pass=master))
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_again(lambda n: n + 1)

    def ask(one: TokenGroup) -> None:
        confirm(
            app.page,
            t,
            head=words("Make {name} the master pass?").format(name=one.name),
            detail=words(
                "Its cards then stop every session at stations with OCPP 2.0.1, such as before a car is towed away. "
                "They start none. The stations are told."
            ),
            action=words("Make it the master pass"),
            cancel=words("Cancel"),
            on_confirm=lambda: app.run(put, one, True),
        )

    def line(one: TokenGroup) -> ft.Control:
        signs: list[ft.Control] = []
        if one.master_pass:
            signs.append(badge(words("Master pass"), ft.Icons.KEY_ROUNDED, t.violet))
        head = ft.Row([text(one.name, t, bold=True), *signs], spacing=S8, run_spacing=S4, wrap=True)
        many = words("{n} card") if one.tokens == 1 else words("{n} cards")
        about = [many.format(n=one.tokens)]
        if one.blocked:
            about.append(words("{n} blocked").format(n=one.blocked))
        turn_it = (
            buttons.quiet(words("Take away"), t, partial(app.run, put, one, False), identifier=f"master-off-{one.name}")
            if one.master_pass
            else buttons.quiet(words("Master pass"), t, partial(ask, one), identifier=f"master-on-{one.name}")
        )
        return ft.Semantics(
            identifier=f"group-{one.name}",
            container=True,
            content=ft.Container(
                ft.Row(
                    [
                        ft.Column([head, muted(" · ".join(about), t, size=T12)], spacing=2, expand=True),
                        turn_it,
                        buttons.icon_button(
                            ft.Icons.CREDIT_CARD_ROUNDED,
                            words("Show its cards"),
                            t,
                            partial(on_open, one.name),
                            identifier=f"group-cards-{one.name}",
                        ),
                    ],
                    spacing=S8,
                ),
                padding=ft.Padding.symmetric(vertical=S8),
            ),
        )

    return surfaces.section(words("Groups of cards"), _body(groups, line, t, words), t)


def _body(groups: Any, line: Callable[[TokenGroup], ft.Control], t: Tokens, words: Any) -> ft.Control:
    if groups.items is None:
        return surfaces.failed(groups.error, t, groups.reload) if groups.error else surfaces.skeleton(t, height=64)
    if not groups.items:
        return muted(words("None so far. Give cards the same group: they then stop each other's sessions."), t)
    lines: list[ft.Control] = []
    for place, one in enumerate(groups.items):
        if place:
            lines.append(surfaces.divider(t))
        lines.append(line(one))
    if groups.more:
        lines.append(buttons.quiet(words("Show more"), t, groups.more, busy=groups.busy, identifier="more-groups"))
    return ft.Column(lines, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
