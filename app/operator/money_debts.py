"""Debts: what could not be taken, from whom, and the way to ask no more for it."""

from collections.abc import Callable
from functools import partial

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, T12, T16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.payments import Debt

Words = Callable[[str], str]
AT_ONCE = 50
FILTERS = (("open", "Open"), ("settled", "Settled"), ("written_off", "Written off"))
SIGNS = {
    "open": ("Open", "danger", ft.Icons.ERROR_ROUNDED),
    "settled": ("Settled", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "written_off": ("Written off", "neutral", ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED),
}


@guarded
def Debts() -> ft.Control:  # a component
    app, _store, t, words = use_app(), use_store(), use_tokens(), use_words()
    state, set_state = ft.use_state("open")

    async def load(cursor: str | None) -> Page[Debt]:
        return await app.api.get("/debts", Page[Debt], state=state, cursor=cursor, limit=AT_ONCE)

    found = use_pages(load, [state])

    async def write_off(one: Debt) -> None:
        try:
            await app.api.post(f"/debts/{one.id}/write-off")
            app.toast(words("Written off."))
            found.reload()
        except ApiError as trouble:
            app.toast(words(trouble.detail or trouble.title), bad=True)

    def ask(one: Debt) -> None:
        who = one.person or words("Guest")
        confirm(
            app.page,
            t,
            head=words("Write off {amount} of {person}?").format(amount=i18n.money(one.amount), person=who),
            detail=words("Nobody is asked for this money any more, and the person can charge again."),
            action=words("Write off"),
            on_confirm=lambda: app.run(write_off, one),
            cancel=words("Cancel"),
        )

    chips = [
        surfaces.chip(words(word), state == name, t, partial(set_state, name), identifier=f"debts-{name}")
        for name, word in FILTERS
    ]
    parts: list[ft.Control] = [ft.Row(list[ft.Control](chips), spacing=S8)]
    if found.items is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton_list(t, rows=4)
        )
    elif not found.items:
        parts.append(
            surfaces.empty(
                ft.Icons.SENTIMENT_SATISFIED_ROUNDED,
                words("Nobody owes anything") if state == "open" else words("None"),
                words("What could not be taken from a card is listed here, with whom to ask."),
                t,
            )
        )
    else:
        parts += [_debt(one, ask, app.go, t, words) for one in found.items]
        if found.more:
            parts.append(buttons.quiet(words("Show more"), t, found.more, busy=found.busy, identifier="show-more"))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _debt(one: Debt, ask: Callable[[Debt], None], go: Callable[[str], object], t: Tokens, words: Words) -> ft.Control:
    word, tone, icon = SIGNS.get(one.state, (one.state, "neutral", ft.Icons.HELP_OUTLINE_ROUNDED))
    top = ft.Row(
        [
            ft.Column(
                [
                    text(one.person or words("Guest"), t, bold=True),
                    muted(" · ".join(x for x in (i18n.moment(one.created_at), one.reason) if x), t, size=T12),
                ],
                spacing=0,
                expand=True,
            ),
            text(i18n.money(one.amount), t, size=T16, bold=True),
            badge(words(word), icon, getattr(t, tone)),
        ],
        spacing=S12,
    )
    actions: list[ft.Control] = []
    if one.transaction_id:
        actions.append(buttons.quiet(words("Open the session"), t, lambda: go(f"/sessions/{one.transaction_id}")))
    if one.state == "open":
        actions.append(buttons.quiet(words("Write off"), t, lambda: ask(one), identifier=f"write-off-{one.id}"))
    lines: list[ft.Control] = [top, *([ft.Row(actions, spacing=S8, wrap=True)] if actions else [])]
    return ft.Semantics(
        identifier=f"debt-{one.id}", container=True, content=surfaces.card(ft.Column(lines, spacing=S4), t)
    )
