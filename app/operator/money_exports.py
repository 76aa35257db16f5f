"""Tables to take away: sessions, bills, payments of a time, for spreadsheets and bookkeeping."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import flet as ft

from app import i18n
from app.common.papers import download
from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import S8, S12, S16, T12
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text

KINDS = (
    ("sessions", "Sessions", "Each session with its place, driver, energy, registers and cost."),
    ("cdrs", "Bills", "Each charge detail record with net, VAT and total, as the receipts say."),
    ("payments", "Payments", "Each payment with what was reserved, billed and taken, and the provider's reference."),
    ("refunds", "Refunds", "What was given back, to whom, why and by whom."),
    ("topups", "Top-ups", "Money that drivers put into their wallets."),
    ("wallets", "Wallet movements", "Each change of a wallet: put in, spent, reserved, given back, credit."),
    ("debts", "Debts", "What could not be taken, with when and how it was settled or written off."),
)
SPANS = (("month", "This month"), ("before", "Last month"), ("year", "This year"), ("all", "Everything"))


def span(name: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day."""
    first = today.replace(day=1)
    if name == "before":
        last = first - timedelta(1)
        return last.replace(day=1), last
    return {"month": (first, today), "year": (today.replace(month=1, day=1), today)}.get(name, (None, None))


@guarded
def Exports() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    chosen, set_chosen = ft.use_state("month")
    busy, set_busy = ft.use_state("")
    first, last = span(chosen, i18n.local(datetime.now(UTC)).date())

    async def save(kind: str, form: str) -> None:
        set_busy(kind + form)
        days = f"&begins_on={first}&ends_on={last}" if first and last else ""
        name = f"{kind}-{first}-{last}.{form}" if days else f"{kind}.{form}"
        await download(app, words, f"/exports?kind={kind}&format={form}{days}", name)
        set_busy("")

    def make(kind: str, form: str, label: str) -> ft.Control:
        go = None if busy else partial(app.run, save, kind, form)
        return buttons.quiet(
            label,
            t,
            go,
            icon=ft.Icons.DOWNLOAD_ROUNDED,
            busy=busy == kind + form,
            identifier=f"export-{kind}-{form}",
            expand=store.phone,
        )

    chips = [
        surfaces.chip(words(word), chosen == name, t, partial(set_chosen, name), identifier=f"span-{name}")
        for name, word in SPANS
    ]
    parts: list[ft.Control] = [ft.Row(list[ft.Control](chips), spacing=S8, scroll=ft.ScrollMode.HIDDEN)]
    for kind, name, about in KINDS:
        words_part = ft.Column(
            [text(words(name), t, bold=True), muted(words(about), t, size=T12)], spacing=0, expand=not store.phone
        )
        pair = ft.Row([make(kind, "csv", "CSV"), make(kind, "xlsx", "Excel")], spacing=S8)
        inner: ft.Control = (
            ft.Column([words_part, pair], spacing=S12) if store.phone else ft.Row([words_part, pair], spacing=S16)
        )
        parts.append(surfaces.card(inner, t))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
