"""Debts: what could not be taken, from whom, and the way to ask no more for it."""

from collections.abc import Callable
from functools import partial

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, T16, Tokens
from app.widgets import buttons, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from shared.base import Page
from shared.payments import Debt

Words = Callable[[str], str]
AT_ONCE = 50
FILTERS = (("open", "Unpaid"), ("settled", "Settled"), ("written_off", "Written off"))
SIGNS = {
    "open": ("Unpaid", "danger", ft.Icons.ERROR_ROUNDED),
    "settled": ("Settled", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "written_off": ("Written off", "neutral", ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED),
}


@guarded
def Debts() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
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
    parts: list[ft.Control] = [lists.tools(None, chips, phone=store.phone)]
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
        known = {one.id: one for one in found.items}
        more = (words("Loading …") if found.busy else words("Show more"), found.more) if found.more else None
        parts.append(
            table(
                [
                    Column("when", words("When"), width=130),
                    Column("person", words("Person"), weight=5),
                    Column("amount", words("Owed"), width=110, numeric=True),
                    Column("state", words("State"), width=140),
                    Column("actions", "", width=280, from_width=760),
                ],
                [_row(one, _actions(one, ask, app.go, t, words, buttons.plain), t, words) for one in found.items],
                t,
                phone=store.phone or store.inside < 760,  # without its actions a line is of no use
                width=store.inside,
                card=lambda row: _card(
                    known[row.id], _actions(known[row.id], ask, app.go, t, words, buttons.quiet), t, words
                ),
                more=more,
            )
        )
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _sign(one: Debt, t: Tokens, words: Words) -> ft.Control:
    word, tone, icon = SIGNS.get(one.state, (one.state, "neutral", ft.Icons.HELP_OUTLINE_ROUNDED))
    return badge(words(word), icon, getattr(t, tone))


def _actions(
    one: Debt,
    ask: Callable[[Debt], None],
    go: Callable[[str], object],
    t: Tokens,
    words: Words,
    button: Callable[..., ft.Control],
) -> list[ft.Control]:
    actions: list[ft.Control] = []
    if one.transaction_id:
        actions.append(button(words("Open the session"), t, lambda: go(f"/sessions/{one.transaction_id}")))
    if one.state == "open":
        actions.append(button(words("Write off"), t, lambda: ask(one), identifier=f"write-off-{one.id}"))
    return actions


def _row(one: Debt, actions: list[ft.Control], t: Tokens, words: Words) -> Row:
    person = one.person or words("Guest")
    cells: dict[str, str | ft.Control] = {
        "when": i18n.moment(one.created_at),
        "person": two_lines(person, words(one.reason), t),
        "amount": text(i18n.money(one.amount), t, bold=True),
        "state": _sign(one, t, words),
        "actions": ft.Row(actions, spacing=S8, alignment=ft.MainAxisAlignment.END),
    }
    return Row(one.id, f"debt-{one.id}", cells, person)


def _card(one: Debt, actions: list[ft.Control], t: Tokens, words: Words) -> ft.Control:
    lines: list[ft.Control] = [
        ft.Row(
            [
                text(one.person or words("Guest"), t, bold=True, expand=True),
                text(i18n.money(one.amount), t, size=T16, bold=True),
            ],
            spacing=S12,
        ),
        ft.Row([muted(i18n.moment(one.created_at), t, size=T12, expand=True), _sign(one, t, words)], spacing=S12),
    ]
    if one.reason:
        lines.append(muted(words(one.reason), t, size=T12))
    if actions:
        lines.append(ft.Row(actions, spacing=S8, run_spacing=S8, wrap=True))
    return ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
