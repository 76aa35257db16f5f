"""Invoices and credit notes: found, kept as PDF, sent; a month invoiced by hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import flet as ft

from app import i18n
from app.api import ApiError
from app.common.papers import KINDS, MAILED, download, mail, month_name
from app.hooks import use_app, use_pages, use_settled, use_store, use_tokens, use_words
from app.theme import S4, S12, T12, Tokens
from app.widgets import buttons, inputs, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from shared.base import Page
from shared.papers import InvoiceRun, InvoiceRunDone, Paper

Words = Callable[[str], str]
AT_ONCE = 50


def month_before(now: datetime) -> str:
    year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    return f"{year}-{month:02d}"


@guarded
def Invoices() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    search, set_search = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    period = month_before(i18n.local(datetime.now(UTC)))
    wanted = use_settled(search)

    async def load(cursor: str | None) -> Page[Paper]:
        return await app.api.get("/invoices", Page[Paper], search=wanted.strip(), cursor=cursor, limit=AT_ONCE)

    found = use_pages(load, [wanted])

    async def run() -> None:
        set_busy(True)
        try:
            done = await app.api.post("/invoices", InvoiceRun(period=period), InvoiceRunDone)
            app.toast(
                words("{made} invoices written, {there} were there already.").format(
                    made=done.made, there=done.there_already
                )
            )
            found.reload()
        except ApiError as trouble:
            app.toast(words(trouble.detail or trouble.title), bad=True)
        set_busy(False)

    write = buttons.quiet(
        words("Invoice {month}").format(month=month_name(period)),
        t,
        lambda: app.run(run),
        icon=ft.Icons.POST_ADD_ROUNDED,
        busy=busy,
        identifier="invoice-run",
    )
    finding = inputs.search(search, words("Search number or person"), t, set_search)
    parts: list[ft.Control] = [
        lists.tools(finding, [], phone=store.phone, actions=[write]),
        muted(words("A month's invoices are written in the first night after it."), t, size=T12),
    ]
    if found.items is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload)
            if found.error
            else surfaces.skeleton_list(t, rows=6, height=52)
        )
    elif not found.items:
        parts.append(
            surfaces.empty(
                ft.Icons.REQUEST_QUOTE_OUTLINED,
                words("No invoice fits") if wanted else words("No invoices yet"),
                words("A person's sessions of a month become one invoice, with every receipt in it."),
                t,
            )
        )
    else:
        more = (words("Loading …") if found.busy else words("Show more"), found.more) if found.more else None
        known = {one.id: one for one in found.items}
        parts.append(
            table(
                [
                    Column("number", words("Number"), weight=3),
                    Column("date", words("Date"), width=110, from_width=760),
                    Column("person", words("Person"), weight=4),
                    Column("sessions", words("Sessions"), width=90, numeric=True, from_width=700),
                    Column("net", words("Net"), width=100, numeric=True, from_width=860),
                    Column("total", words("Total"), width=110, numeric=True),
                    Column("files", "", width=100),
                ],
                [_row(one, t, words, _actions(one)) for one in found.items],
                t,
                phone=store.phone,
                width=store.inside,
                card=lambda row: _card(known[row.id], t, words, _actions(known[row.id])),
                more=more,
            )
        )
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def _Actions(one: Paper) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    path = f"/invoices/{one.id}"
    pdf = partial(app.run, download, app, words, f"{path}/pdf?language={store.language}", f"{one.number}.pdf")
    return ft.Row(
        [
            buttons.icon_button(
                ft.Icons.PICTURE_AS_PDF_OUTLINED, words("Save as PDF"), t, pdf, identifier=f"invoice-pdf-{one.id}"
            ),
            buttons.icon_button(
                ft.Icons.MAIL_OUTLINE_ROUNDED,
                words("Send to {person}").format(person=one.person),
                t,
                partial(app.run, mail, app, words, f"{path}/mail", store.language),
            ),
        ],
        spacing=0,
    )


def _actions(one: Paper) -> ft.Control:
    return _Actions(one)


def _about(one: Paper, words: Words) -> str:
    kind = words(KINDS[one.kind])
    return f"{kind} · {month_name(one.period)}" if one.period else kind


def _row(one: Paper, t: Tokens, words: Words, actions: ft.Control) -> Row:
    cells: dict[str, str | ft.Control] = {
        "number": two_lines(one.number, _about(one, words), t),
        "date": i18n.date(one.issued_at),
        "person": two_lines(one.person or "–", words(MAILED.get(one.mailed, "")) or one.email, t),
        "sessions": str(one.sessions),
        "net": i18n.money(one.total_excl),
        "total": text(i18n.money(one.total_incl), t, bold=True),
        "files": actions,
    }
    return Row(one.id, f"invoice-{one.id}", cells, f"{one.number}, {one.person}")


def _card(one: Paper, t: Tokens, words: Words, actions: ft.Control) -> ft.Control:
    return ft.Column(
        [
            ft.Row(
                [
                    ft.Container(two_lines(one.person or "–", one.number, t), expand=True),
                    text(i18n.money(one.total_incl), t, bold=True),
                ]
            ),
            ft.Row([muted(f"{_about(one, words)} · {i18n.date(one.issued_at)}", t, size=T12, expand=True), actions]),
        ],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
