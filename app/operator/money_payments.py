"""Payments, newest first; each opens with its refunds."""

from functools import partial

import flet as ft

from app import i18n
from app.hooks import use_app, use_pages, use_settled, use_store, use_tokens, use_words
from app.operator import session_rules as rules
from app.operator.money_payment import PaymentDialog
from app.theme import S4, S8, S12, T12, T14, Tokens
from app.widgets import inputs, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from shared.base import Page
from shared.books import PaymentRow

AT_ONCE = 50
STATES = {
    "pending": ("Being reserved", "info", ft.Icons.HOURGLASS_BOTTOM_ROUNDED),
    "held": ("Reserved", "info", ft.Icons.LOCK_CLOCK_OUTLINED),
    "capturing": ("Being taken", "info", ft.Icons.HOURGLASS_BOTTOM_ROUNDED),
    "captured": ("Paid", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "releasing": ("Being released", "info", ft.Icons.HOURGLASS_BOTTOM_ROUNDED),
    "released": ("Released", "neutral", ft.Icons.UNDO_ROUNDED),
    "failed": ("Failed", "danger", ft.Icons.ERROR_ROUNDED),
}
FILTERS = (("", "All"), ("captured", "Paid"), ("held,pending,capturing", "Under way"), ("failed", "Failed"))


@guarded
def Payments() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    search, set_search = ft.use_state("")
    state, set_state = ft.use_state("")
    opened, set_opened = ft.use_state("")
    wanted = use_settled(search)

    async def load(cursor: str | None) -> Page[PaymentRow]:
        return await app.api.get(
            "/books/payments",
            Page[PaymentRow],
            state=state,
            search=wanted.strip(),
            cursor=cursor,
            limit=AT_ONCE,
        )

    found = use_pages(load, [state, wanted])
    chips = [
        surfaces.chip(words(word), state == name, t, partial(set_state, name), identifier=f"payments-{name or 'all'}")
        for name, word in FILTERS
    ]
    finding = inputs.search(
        search,
        words("Search receipt, person, card or station"),
        t,
        set_search,
    )
    parts: list[ft.Control] = [lists.tools(finding, chips, phone=store.phone)]
    if found.items is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload)
            if found.error
            else surfaces.skeleton_list(t, rows=6, height=52)
        )
    elif not found.items:
        parts.append(_empty(bool(wanted or state), t, words))
    else:
        known = {one.id: one for one in found.items}
        more = (words("Loading …") if found.busy else words("Show more"), found.more) if found.more else None
        parts.append(
            table(
                _columns(words),
                [_row(one, t, words) for one in found.items],
                t,
                on_open=lambda row: set_opened(row.id),
                phone=store.phone,
                width=store.inside,
                card=lambda row: _card(known[row.id], t, words),
                more=more,
            )
        )
    if opened:
        parts.append(PaymentDialog(opened, lambda: set_opened(""), found.reload))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _empty(narrowed: bool, t: Tokens, words: rules.Words) -> ft.Control:
    if narrowed:
        return surfaces.empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            words("No payment fits"),
            words("Nothing matches this search and filter."),
            t,
        )
    return surfaces.empty(
        ft.Icons.PAYMENTS_OUTLINED,
        words("No payments yet"),
        words("Each session that costs something reserves an amount first; here you see what became of it."),
        t,
    )


def _columns(words: rules.Words) -> list[Column]:
    return [
        Column("when", words("When"), width=130),
        Column("person", words("Person"), weight=4),
        Column("station", words("Station"), weight=4, from_width=760),
        Column("method", words("Card"), weight=4, from_width=900),
        Column("billed", words("Billed"), width=100, numeric=True),
        Column("captured", words("Paid"), width=100, numeric=True),
        Column("state", words("State"), width=150),
    ]


def _state(one: PaymentRow, t: Tokens, words: rules.Words) -> ft.Control:
    word, tone, icon = STATES.get(one.state, (one.state, "neutral", ft.Icons.HELP_OUTLINE_ROUNDED))
    return badge(words(word), icon, getattr(t, tone))


def _who(one: PaymentRow, words: rules.Words) -> str:
    return one.person or words("Guest")


def _row(one: PaymentRow, t: Tokens, words: rules.Words) -> Row:
    cells: dict[str, str | ft.Control] = {
        "when": i18n.moment(one.created_at),
        "person": two_lines(_who(one, words), one.receipt or one.email, t),
        "station": two_lines(one.station, one.location, t),
        "method": one.method or "–",
        "billed": i18n.money(one.billed) if one.billed else muted("–", t),
        "captured": i18n.money(one.captured) if one.captured.amount else muted("–", t),
        "state": _state(one, t, words),
    }
    return Row(one.id, f"payment-{one.id}", cells, f"{_who(one, words)}, {one.receipt}, {one.state}")


def _card(one: PaymentRow, t: Tokens, words: rules.Words) -> ft.Control:
    amount = one.billed or one.held
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Container(two_lines(_who(one, words), one.receipt or one.email, t), expand=True),
                _state(one, t, words),
            ],
            spacing=S8,
        ),
        ft.Row(
            [
                muted(f"{i18n.moment(one.created_at)} · {one.station}", t, size=T12, expand=True),
                text(i18n.money(amount), t, size=T14, bold=True),
            ]
        ),
    ]
    if one.owed.amount:
        owed = words("{amount} still owed").format(amount=i18n.money(one.owed))
        lines.append(text(owed, t, color=t.danger.ink, size=T12))
    if one.failure:
        lines.append(muted(one.failure, t, size=T12))
    return ft.Column(lines, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
