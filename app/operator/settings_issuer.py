"""Who issues receipts and invoices: what the law wants on them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12, S16, T12, T14, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.papers import Issuer, IssuerChange

Words = Callable[[str], str]
FIELDS = (
    ("name", "Company name"),
    ("address", "Address"),
    ("tax_id", "VAT number"),
    ("register", "Register entry"),
    ("bank", "Bank account"),
    ("email", "E-mail for questions"),
    ("phone", "Phone"),
    ("footer", "Line at the end of each paper"),
)


@guarded
def IssuerSection() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    edited, set_edited = ft.use_state(dict[str, Any]())
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    loaded = use_load(lambda: app.api.get("/issuer", Issuer))
    head = words("Receipts and invoices")
    if loaded.data is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=200)
        return surfaces.section(head, inner, t)
    known = msgspec.structs.asdict(loaded.data)
    if not store.admin:
        rows: list[tuple[str, str | ft.Control]] = [(words(word), known[name]) for name, word in FIELDS if known[name]]
        return surfaces.section(head, surfaces.key_values(rows, t) if rows else _missing(t, words), t)

    def put(name: str, value: Any) -> None:
        set_edited(lambda now: {**now, name: value})

    def switched(name: str, event: Any) -> None:
        put(name, event.control.value)

    async def save() -> None:
        set_busy(True)
        set_trouble("")
        try:
            await app.api.put("/issuer", IssuerChange(**edited), Issuer)
            app.toast(words("Saved. It counts for what is written from now on."))
            set_edited({})
            loaded.reload()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
        set_busy(False)

    parts: list[ft.Control] = [] if loaded.data.complete else [_missing(t, words)]
    for name, word in FIELDS:
        value = edited.get(name, known[name])
        parts.append(
            inputs.field(
                words(word),
                value,
                t,
                partial(put, name),
                identifier=f"issuer-{name.replace('_', '-')}",
                multiline=name == "address",
            )
        )
    for name, word in (
        ("mail_receipts", "Send each receipt by e-mail when it is written"),
        ("mail_invoices", "Send each invoice by e-mail when it is written"),
    ):
        parts.append(
            ft.Semantics(
                identifier=f"issuer-{name.replace('_', '-')}",
                content=ft.Switch(
                    label=words(word),
                    label_text_style=ft.TextStyle(color=t.ink, size=T14),
                    value=edited.get(name, known[name]),
                    active_color=t.primary,
                    on_change=partial(switched, name),
                ),
            )
        )
    if trouble:
        parts.append(text(trouble, t, color=t.danger.ink))
    changed = any(value != known[name] for name, value in edited.items())
    parts.append(
        ft.Row(
            [
                buttons.primary(
                    words("Save"),
                    t,
                    (lambda: app.run(save)) if changed else None,
                    busy=busy,
                    identifier="issuer-save",
                )
            ],
            alignment=ft.MainAxisAlignment.END,
            spacing=S8,
        )
    )
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(head, column, t)


def _missing(t: Tokens, words: Words) -> ft.Control:
    return ft.Row(
        [
            ft.Icon(ft.Icons.INFO_OUTLINE_ROUNDED, size=16, color=t.muted),
            muted(
                words("A tax office wants to see name, address and VAT number on each receipt and invoice."),
                t,
                size=T12,
                expand=True,
            ),
        ],
        spacing=S16,
    )
