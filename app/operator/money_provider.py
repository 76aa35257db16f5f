"""The payment provider's own list against our ledger: day by day, each difference with what to do."""

from collections.abc import Callable
from decimal import Decimal

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, S24, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.books import ProviderDay, ProviderDifference

Words = Callable[[str], str]
AT_ONCE = 14


@guarded
def ProviderList(only: bool) -> ft.Control:  # a component
    """`only`: the days with differences."""
    app, _store, t, words = use_app(), use_store(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)

    async def load(cursor: str | None) -> Page[ProviderDay]:
        return await app.api.get(
            "/books/provider-days",
            Page[ProviderDay],
            only_differences="true" if only else "",
            cursor=cursor,
            limit=AT_ONCE,
        )

    found = use_pages(load, [only])

    async def read_now() -> None:
        set_busy(True)
        try:
            await app.api.post("/books/provider-days", None, Page[ProviderDay])
            found.reload()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    again = buttons.quiet(
        words("Read it now"),
        t,
        None if busy else (lambda: app.run(read_now)),
        icon=ft.Icons.REFRESH_ROUNDED,
        busy=busy,
        identifier="read-provider",
    )
    parts: list[ft.Control] = [
        muted(words("Every night the provider's charges, refunds, disputes and fees are read."), t, size=T12)
    ]
    if found.items is None:
        waiting = surfaces.skeleton_list(t, rows=2)
        parts.append(surfaces.failed(found.error, t, found.reload) if found.error else waiting)
    elif not found.items:
        nothing = words("No differences") if only else words("The provider has listed nothing yet")
        about = words("The demo provider keeps no list. With Stripe, each day stands here after its night.")
        parts.append(ft.Column([text(nothing, t), muted(about, t, size=T12)], spacing=0))
    else:
        for place, one in enumerate(found.items):
            if place:
                parts.append(surfaces.divider(t))
            parts.append(_day(one, t, words, app.go))
        if found.more:
            parts.append(buttons.quiet(words("Show more"), t, found.more, busy=found.busy, identifier="more-days"))
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Against the payment provider"), column, t, trailing=again)


def _day(one: ProviderDay, t: Tokens, words: Words, go: Callable[[str], object]) -> ft.Control:
    if one.problem:
        sign = badge(words("Not read"), ft.Icons.CLOUD_OFF_ROUNDED, t.warning)
    elif one.differences:
        count = i18n.several(len(one.differences), "1 difference", "{n} differences")
        sign = badge(count, ft.Icons.DIFFERENCE_ROUNDED, t.warning)
    else:
        sign = badge(words("Agrees"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
    head = ft.Row([text(f"{i18n.day_of(one.day)} · {one.provider.title()}", t, bold=True, expand=True), sign])
    lines: list[ft.Control] = [head]
    if one.problem:
        lines.append(muted(words(one.problem), t, size=T12))
    else:
        lines.append(_sums(one, t, words))
    for each in one.differences:
        lines.append(_difference(each, one.currency, t, words, go))
    column = ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(identifier=f"provider-day-{one.day}", container=True, content=column)


def _sums(one: ProviderDay, t: Tokens, words: Words) -> ft.Control:
    shown = [
        ("Taken", one.charges),
        ("Given back", one.refunds),
        ("Disputed", one.disputes),
        ("Fees", one.fees),
        ("Paid out", one.payouts),
        ("In our ledger", one.booked),
    ]

    def figure(name: str, amount: Decimal) -> ft.Control:
        return ft.Column(
            [muted(words(name), t, size=T12), text(i18n.amount(amount, one.currency), t)], spacing=0, tight=True
        )

    figures = [figure(name, amount) for name, amount in shown if amount or name in ("Taken", "In our ledger")]
    return ft.Row(list[ft.Control](figures), spacing=S24, run_spacing=S8, wrap=True)


def _difference(
    one: ProviderDifference, currency: str, t: Tokens, words: Words, go: Callable[[str], object]
) -> ft.Control:
    amounts = words("we count {ours}, the provider {theirs}").format(
        ours=i18n.amount(one.ours, currency), theirs=i18n.amount(one.theirs, currency)
    )
    about = " · ".join(part for part in (one.person, one.reference, amounts) if part)
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.DIFFERENCE_OUTLINED, size=16, color=t.warning.ink),
                text(words(one.text), t, expand=True),
            ],
            spacing=S8,
        ),
        muted(about, t, size=T12, selectable=True),
        text(words(one.advice), t, size=T12),
    ]
    if one.transaction_id:
        there = f"/sessions/{one.transaction_id}"
        lines.append(ft.Row([buttons.quiet(words("Open the session"), t, lambda: go(there))]))
    column = ft.Column(lines, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Container(column, padding=S12, bgcolor=t.sunken, border_radius=8)
