"""What a driver charged: by month, with the sums of each, newest first."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app import i18n
from app.common.papers import OwnInvoices
from app.driver import rules
from app.driver.pieces import RunningBar, problem
from app.driver.saved import Saved
from app.errors import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import CARD, LARGE, S4, S8, S12, S16, T12, T16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, number, text
from shared.base import Page
from shared.transactions import Transaction, TransactionState

Words = Callable[[str], str]
AT_ONCE = 60
WIDTH = 720


@guarded
def HistoryPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    older, set_older = ft.use_state(list[Transaction]())
    cursor, set_cursor = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    trouble, set_trouble = ft.use_state("")

    async def page(after: str | None) -> Page[Transaction]:
        return await app.api.get(
            "/transactions", Page[Transaction], state="ended,failed,reserved", mine="true", limit=AT_ONCE, cursor=after
        )

    loaded = use_load(lambda: page(None))
    first = loaded.data
    following = cursor or (first.next_cursor if first and not older else None) or ""

    async def more() -> None:
        set_busy(True)
        set_trouble("")
        try:
            found = await page(following)
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
        else:
            set_older([*older, *found.items])
            set_cursor(found.next_cursor or "")
        set_busy(False)

    if first is None and loaded.error is not None:
        return problem(loaded.error, t, loaded.reload)
    parts: list[ft.Control] = []
    if first is None:
        parts.append(surfaces.skeleton_list(t, rows=5, height=84))
    elif not first.items:
        parts.append(
            surfaces.empty(
                ft.Icons.RECEIPT_LONG_OUTLINED,
                words("No sessions yet"),
                words("Each time you charge, the session and its receipt are kept here."),
                t,
                buttons.primary(words("Find a charger"), t, lambda: app.go("/"), icon=ft.Icons.MAP_ROUNDED),
            )
        )
    else:
        parts.append(ft.Container(Saved(key="saved"), padding=ft.Padding.only(top=S8)))
        for month in rules.months([*first.items, *older], bool(following)):
            parts.append(_month(month, t, words, app.go))
    if trouble:
        parts.append(ft.Text(trouble, color=t.danger.ink))
    if following:
        parts.append(buttons.quiet(words("Show more"), t, lambda: app.run(more), busy=busy, identifier="show-more"))
    if first is not None and first.items:
        parts.append(OwnInvoices())
    listed = ft.Column(parts, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    body = ft.Column([RunningBar(inset=False), listed], spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.page_body([body], t, head=words("History"), phone=store.phone, width=None if store.phone else WIDTH)


def _month(month: rules.Month, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    head: list[ft.Control] = [ft.Semantics(header=True, content=text(month.name, t, size=T16, bold=True))]
    if month.whole:
        energy, unit = i18n.energy(month.energy_wh)
        sums = f"{energy} {unit}" + (f" · {i18n.money(month.cost)}" if month.cost else "")
        head.append(ft.Semantics(identifier=f"month-{month.name}", content=muted(sums, t)))
    rows = [_row(one, t, words, go) for one in month.sessions]
    return ft.Column(
        [
            ft.Container(
                ft.Row(head, wrap=True, alignment=ft.MainAxisAlignment.SPACE_BETWEEN), padding=ft.Padding.only(top=S8)
            ),
            *rows,
        ],
        spacing=S8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _row(one: Transaction, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    failed, kept = one.state is TransactionState.FAILED, one.state is TransactionState.RESERVED
    energy, unit = i18n.energy(one.energy_wh)
    lasted = rules.lasted(one, datetime.now(UTC))
    about = i18n.moment(one.begun_at or one.requested_at or one.updated_at)
    if lasted is not None and not failed:
        about += f" · {i18n.duration(lasted)}"
    cost = i18n.money(one.cost) if one.cost is not None else words("No charge")
    tone = t.danger if failed else t.neutral if kept else t.good
    icon = ft.Icons.PRIORITY_HIGH_ROUNDED if failed else ft.Icons.BOLT_ROUNDED
    if kept:
        about = f"{rules.unused_word(one, words)} · {about}"
        icon = ft.Icons.EVENT_BUSY_ROUNDED
    value: ft.Control = (
        ft.Text(words("Not started"), size=T12, weight=ft.FontWeight.W_600, color=t.danger.ink)
        if failed
        else ft.Column(
            [text(cost, t, size=T16, bold=True)] if kept else [number(energy, unit, t, size=T16), muted(cost, t)],
            spacing=0,
            horizontal_alignment=ft.CrossAxisAlignment.START if t.letters > LARGE else ft.CrossAxisAlignment.END,
        )
    )
    content = ft.Row(
        [
            ft.Container(
                ft.Icon(icon, size=20, color=tone.ink),
                bgcolor=tone.ground,
                width=40,
                height=40,
                border_radius=99,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Column(
                [
                    text(one.location or one.station_name, t, bold=True),
                    muted(about, t, size=T12),
                    *([value] if t.letters > LARGE else []),
                ],
                spacing=S4,
                expand=True,
            ),
            *([] if t.letters > LARGE else [value]),
        ],
        spacing=S12,
    )
    return buttons.tappable(
        content,
        lambda: go(f"/history/{one.id}"),
        identifier=f"session-{one.id}",
        label=", ".join((one.location, about, *([] if kept else [f"{energy} {unit}"]), cost)),
        padding=ft.Padding.symmetric(horizontal=S16, vertical=S12),
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CARD,
    )
