"""What each location earned in a month, and whether bills and money agree, day by day."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import flet as ft

from app import i18n
from app.common.papers import download, month_name
from app.hooks import use_app, use_load, use_pages, use_store, use_tokens, use_words
from app.operator.money_owners import Owners
from app.operator.money_provider import ProviderList
from app.theme import S4, S8, S12, T12, T16, T20, Tokens
from app.widgets import buttons, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.tables import Column, Row, table
from app.widgets.text import muted, text
from shared.base import Page
from shared.books import Difference, ReconciledDay, Settlement, SettlementRow

Words = Callable[[str], str]
AT_ONCE = 31


def step(period: str, months: int) -> str:
    """`2026-01` and -1 → `2025-12`."""
    count = int(period[:4]) * 12 + int(period[5:]) - 1 + months
    return f"{count // 12}-{count % 12 + 1:02d}"


FIGURE = 140
"""As wide as a sum of money, so that sums stand in columns."""
VIEWS = (("locations", "Locations"), ("owners", "Owners"))


@guarded
def SettlementPart() -> ft.Control:  # a component
    """A month: what each location earned, or what of it is the owners'."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    this = f"{i18n.local(datetime.now(UTC)):%Y-%m}"
    period, set_period = ft.use_state(this)
    view, set_view = ft.use_state("locations")
    month = ft.Row(
        [
            buttons.icon_button(
                ft.Icons.CHEVRON_LEFT_ROUNDED,
                words("Month before"),
                t,
                lambda: set_period(step(period, -1)),
                identifier="month-before",
            ),
            ft.Container(
                text(month_name(period), t, size=T16, bold=True, text_align=ft.TextAlign.CENTER),
                width=180 * max(1, t.letters),
            ),
            buttons.icon_button(
                ft.Icons.CHEVRON_RIGHT_ROUNDED,
                words("Month after"),
                t,
                lambda: set_period(step(period, 1)) if period < this else None,
                identifier="month-after",
            ),
        ],
        spacing=S4,
        tight=True,
    )
    chips = [
        surfaces.chip(words(word), view == name, t, partial(set_view, name), identifier=f"settlement-{name}")
        for name, word in VIEWS
    ]

    async def save(kind: str) -> None:
        path = f"/books/settlement/table?period={period}&format={kind}&language={store.language}"
        await download(app, words, path, f"settlement-{period}.{kind}")

    files: list[ft.Control] = [
        buttons.quiet(
            kind.upper(),
            t,
            partial(app.run, save, kind),
            icon=ft.Icons.DOWNLOAD_ROUNDED,
            identifier=f"settlement-{kind}",
            expand=store.phone,
        )
        for kind in ("pdf", "csv")
    ]
    if store.phone:
        files = [ft.Row(files, spacing=S8)]
    head = lists.tools(month, chips, phone=store.phone, actions=files if view == "locations" else [])
    body = Owners(period, key=f"owners-{period}") if view == "owners" else Earned(period, key=f"earned-{period}")
    return ft.Column([head, body], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def Earned(period: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_load(lambda: app.api.get("/books/settlement", Settlement, period=period), [period])
    found = loaded.data
    if found is None:
        return surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton_list(t, rows=4)
    if not found.rows:
        return surfaces.empty(
            ft.Icons.STOREFRONT_OUTLINED,
            words("Nothing was billed in this month"),
            words("Here you see what each location earned: energy, net, VAT, what was paid and what is still owed."),
            t,
        )
    sums: list[ft.Control] = [_sums(one, t, words) for one in found.totals]
    listing = table(
        [
            Column("location", words("Location")),
            Column("sessions", words("Sessions"), width=90, numeric=True),
            Column("energy", words("Energy"), width=110, numeric=True, from_width=700),
            Column("net", words("Net"), width=110, numeric=True, from_width=820),
            Column("vat", words("VAT"), width=100, numeric=True, from_width=920),
            Column("gross", words("Billed"), width=110, numeric=True),
            Column("captured", words("Paid"), width=110, numeric=True, from_width=640),
            Column("account", words("On account"), width=110, numeric=True, from_width=1000),
            Column("owed", words("Owed"), width=100, numeric=True, from_width=760),
        ],
        [_settled(number, one, t, words) for number, one in enumerate(found.rows)],
        t,
        phone=store.phone,
        width=store.inside,
        card=lambda row: _location_card(found.rows[int(row.id)], t, words),
    )
    return ft.Column([*sums, listing], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _sums(one: SettlementRow, t: Tokens, words: Words) -> ft.Control:
    def figure(name: str, amount: Decimal, identifier: str = "") -> ft.Control:
        value = text(i18n.amount(amount, one.currency), t, size=T20, bold=True)
        return ft.Semantics(
            identifier=identifier,
            content=ft.Container(
                ft.Column([muted(words(name), t, size=T12), value], spacing=0), width=FIGURE * max(1, t.letters)
            ),
        )

    figures = [
        figure("Billed", one.gross, f"settled-{one.currency}"),
        figure("Net", one.net),
        figure("VAT", one.vat),
        figure("Paid", one.captured),
        figure("On account", one.on_account),
        figure("Owed", one.owed),
    ]
    return surfaces.card(ft.Row(list[ft.Control](figures), spacing=S12, run_spacing=S12, wrap=True), t)


def _settled(number: int, one: SettlementRow, t: Tokens, words: Words) -> Row:
    energy, unit = i18n.energy(one.energy_wh)
    name = one.location or words("Without a location")
    cells: dict[str, str | ft.Control] = {
        "location": text(name, t, bold=True, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
        "sessions": str(one.sessions),
        "energy": f"{energy} {unit}",
        "net": i18n.amount(one.net, one.currency),
        "vat": i18n.amount(one.vat, one.currency),
        "gross": text(i18n.amount(one.gross, one.currency), t, bold=True),
        "captured": i18n.amount(one.captured, one.currency),
        "account": i18n.amount(one.on_account, one.currency) if one.on_account else muted("–", t),
        "owed": i18n.amount(one.owed, one.currency) if one.owed else muted("–", t),
    }
    return Row(str(number), f"settled-{number}", cells, name)


def _location_card(one: SettlementRow, t: Tokens, words: Words) -> ft.Control:
    energy, unit = i18n.energy(one.energy_wh)
    about = f"{i18n.several(one.sessions, '1 session', '{n} sessions')} · {energy} {unit}"
    lines: list[ft.Control] = [
        ft.Row(
            [
                text(one.location or words("Without a location"), t, bold=True, expand=True),
                text(i18n.amount(one.gross, one.currency), t, bold=True),
            ]
        ),
        muted(about, t, size=T12),
    ]
    if one.owed:
        owed = words("{amount} still owed").format(amount=i18n.amount(one.owed, one.currency))
        lines.append(text(owed, t, size=T12, color=t.danger.ink))
    return ft.Column(lines, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def Reconciliation() -> ft.Control:  # a component
    app, _store, t, words = use_app(), use_store(), use_tokens(), use_words()
    only, set_only = ft.use_state(False)

    async def load(cursor: str | None) -> Page[ReconciledDay]:
        return await app.api.get(
            "/books/reconciliation",
            Page[ReconciledDay],
            only_differences="true" if only else "",
            cursor=cursor,
            limit=AT_ONCE,
        )

    found = use_pages(load, [only])
    chips = [
        surfaces.chip(words(word), only == value, t, partial(set_only, value), identifier=f"days-{word.lower()}")
        for value, word in ((False, "All days"), (True, "Differences"))
    ]
    parts: list[ft.Control] = [
        ft.Row(list[ft.Control](chips), spacing=S8),
        ProviderList(only, key=f"provider-{only}"),
        muted(words("Every night the bills of the last seven days are held against the payments."), t, size=T12),
    ]
    if found.items is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton_list(t, rows=4)
        )
    elif not found.items:
        parts.append(
            surfaces.empty(
                ft.Icons.FACT_CHECK_OUTLINED,
                words("No differences") if only else words("No day was reconciled yet"),
                words("The first check is made this night."),
                t,
            )
        )
    else:
        parts += [_day(one, t, words, app.go) for one in found.items]
        if found.more:
            parts.append(buttons.quiet(words("Show more"), t, found.more, busy=found.busy, identifier="show-more"))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _day(one: ReconciledDay, t: Tokens, words: Words, go: Callable[[str], object]) -> ft.Control:
    fine = not one.differences
    sign = (
        badge(words("Agrees"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
        if fine
        else badge(
            i18n.several(len(one.differences), "1 difference", "{n} differences"),
            ft.Icons.DIFFERENCE_ROUNDED,
            t.warning,
        )
    )
    sums = words("{bills} bills, {billed} billed, {captured} paid, {account} on account").format(
        bills=one.bills,
        billed=i18n.amount(one.billed, one.currency),
        captured=i18n.amount(one.captured, one.currency),
        account=i18n.amount(one.on_account, one.currency),
    )
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Column([text(i18n.day_of(one.day), t, bold=True), muted(sums, t, size=T12)], spacing=0, expand=True),
                sign,
            ]
        )
    ]
    for each in one.differences:
        lines += [surfaces.divider(t), _difference(each, one.currency, t, words, go)]
    return ft.Semantics(
        identifier=f"day-{one.day}-{one.currency}",
        container=True,
        content=surfaces.card(ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t),
    )


def _difference(one: Difference, currency: str, t: Tokens, words: Words, go: Callable[[str], object]) -> ft.Control:
    amounts = words("billed {billed}, paid {captured}").format(
        billed=i18n.amount(one.billed, currency), captured=i18n.amount(one.captured, currency)
    )
    inner = ft.Column([text(words(one.text), t), muted(f"{one.receipt or '–'} · {amounts}", t, size=T12)], spacing=0)
    return buttons.tappable(
        inner,
        lambda: go(f"/sessions/{one.transaction_id}"),
        identifier=f"difference-{one.transaction_id}",
        label=words(one.text),
        padding=ft.Padding.symmetric(vertical=S4),
    )
