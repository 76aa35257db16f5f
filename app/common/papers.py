"""Papers as files: downloads and e-mails of receipts and invoices, and what a meter signed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.device.files import FileTrouble
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.session import App
from app.theme import CONTROL, S4, S8, S12, T12, T16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.meters import SignedSession, SignedState, SignedValue
from shared.papers import Paper, PaperKind, PaperMail

Words = Callable[[str], str]
KINDS = {
    PaperKind.INVOICE: "Invoice",
    PaperKind.CREDIT_NOTE: "Credit note",
    PaperKind.SUPPLEMENT: "Supplementary bill",
    PaperKind.RECEIPT: "Receipt",
}
STATES = {
    SignedState.VERIFIED: ("Signature fits", "good", ft.Icons.VERIFIED_ROUNDED),
    SignedState.FAILED: ("Signature doesn't fit", "danger", ft.Icons.GPP_BAD_ROUNDED),
    SignedState.UNVERIFIED: ("Not checked", "neutral", ft.Icons.GPP_MAYBE_ROUNDED),
}
MAILED = {
    "queued": "On its way by e-mail",
    "sent": "Sent by e-mail",
    "failed": "The e-mail was refused",
    "unsent": "Not sent: no mail server is set",
}


def month_name(period: str) -> str:
    """Of `2026-10`."""
    return i18n.month(datetime(int(period[:4]), int(period[5:]), 15, tzinfo=UTC))


async def download(app: App, words: Words, path: str, name: str) -> None:
    """Ask for a file and hand it to the person; trouble is told."""
    try:
        await app.files.save(name, await app.api.content(path))
    except (ApiError, FileTrouble) as trouble:
        app.toast(words(str(trouble)), bad=True)


async def mail(app: App, words: Words, path: str, language: str) -> None:
    try:
        await app.api.post(path, PaperMail(language=language if language in ("en", "de") else None), Paper)
        app.toast(words("It is on its way to your e-mail."))
    except ApiError as trouble:
        app.toast(words(trouble.detail or trouble.title), bad=True)


@guarded
def ReceiptFiles(transaction_id: str, number: str) -> ft.Control:  # a component
    """Below a receipt: keep it, send it, check it."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    busy, set_busy = ft.use_state("")
    path = f"/transactions/{transaction_id}/receipt"

    def run(name: str, work: Callable[[], Awaitable[None]]) -> Callable[[], Any]:
        async def go() -> None:
            set_busy(name)
            await work()
            set_busy("")

        return lambda: app.run(go)

    save = run("pdf", lambda: download(app, words, f"{path}/pdf?language={store.language}", f"receipt-{number}.pdf"))
    send = run("mail", lambda: mail(app, words, f"{path}/mail", store.language))
    row = ft.Row(
        [
            buttons.primary(
                words("Save as PDF"),
                t,
                save,
                icon=ft.Icons.PICTURE_AS_PDF_ROUNDED,
                busy=busy == "pdf",
                identifier="receipt-pdf",
                expand=store.phone,
            ),
            buttons.quiet(
                words("Send by e-mail"),
                t,
                send,
                icon=ft.Icons.MAIL_OUTLINE_ROUNDED,
                busy=busy == "mail",
                identifier="receipt-mail",
                expand=store.phone,
            ),
        ],
        spacing=S8,
    )
    return ft.Column([row, SignedPart(transaction_id)], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def SignedPart(transaction_id: str) -> ft.Control:  # a component
    """Nothing where the meter signed nothing."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()

    async def load() -> SignedSession:
        return await app.api.get(f"/transactions/{transaction_id}/receipt/signed", SignedSession)

    loaded = use_load(load, [transaction_id])
    found = loaded.data
    if found is None:
        return ft.Container()
    word, tone, icon = STATES[found.state]
    parts: list[ft.Control] = [
        ft.Row(
            [text(words("Signed by the meter"), t, size=T16, bold=True), badge(words(word), icon, getattr(t, tone))],
            wrap=True,
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        ),
        muted(words(found.explanation), t),
    ]
    if found.energy_wh is not None:
        energy, unit = i18n.energy(found.energy_wh)
        parts.append(text(words("By the signed registers: {energy}").format(energy=f"{energy} {unit}"), t))
    parts += [_value(one, t, words) for one in found.values]
    parts.append(
        muted(
            words("To check it yourself, load the file of this session into the S.A.F.E. transparency software."),
            t,
            size=T12,
        )
    )
    path = f"/transactions/{transaction_id}/receipt/signed/xml"
    parts.append(
        ft.Row(
            [
                buttons.quiet(
                    words("File for the transparency software"),
                    t,
                    lambda: app.run(download, app, words, path, "signed-meter-data.xml"),
                    icon=ft.Icons.DOWNLOAD_ROUNDED,
                    identifier="signed-xml",
                )
            ]
        )
    )
    body = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(identifier="signed", container=True, content=surfaces.card(body, t))


def _value(one: SignedValue, t: Tokens, words: Words) -> ft.Control:
    names = {"Transaction.Begin": "At the start", "Transaction.End": "At the end"}
    head = f"{words(names.get(one.context, 'During the session'))} · {i18n.moment(one.at)}"
    if one.register_wh is not None:
        energy, unit = i18n.energy(one.register_wh)
        head += f" · {energy} {unit}"
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Container(text(head, t, size=T12, bold=True), expand=True),
                buttons.copy(one.data, words("Copy the signed data"), t),
            ]
        ),
        muted(one.data if len(one.data) < 160 else one.data[:160] + "…", t, size=T12, selectable=True),
    ]
    if one.public_key:
        lines.append(
            ft.Row(
                [
                    ft.Container(muted(f"{words('Public key')}: {one.public_key[:40]}…", t, size=T12), expand=True),
                    buttons.copy(one.public_key, words("Copy the key"), t),
                ]
            )
        )
    if one.note:
        lines.append(muted(words(one.note), t, size=T12))
    return ft.Container(
        ft.Column(lines, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=t.sunken,
        border_radius=CONTROL,
        padding=S12,
    )


@guarded
def OwnInvoices() -> ft.Control:  # a component
    """A driver's monthly invoices; nothing while there are none."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()

    async def load() -> Page[Paper]:
        return await app.api.get("/invoices", Page[Paper], mine="true", limit=24)

    loaded = use_load(load)
    if loaded.data is None or not loaded.data.items:
        return ft.Container()

    def line(one: Paper) -> ft.Control:
        path = f"/invoices/{one.id}"
        about = f"{one.number} · {i18n.several(one.sessions, '1 session', '{n} sessions')}"
        return ft.Row(
            [
                ft.Column(
                    [
                        text(f"{words(KINDS[one.kind])} {month_name(one.period) if one.period else ''}".strip(), t),
                        muted(about, t, size=T12),
                    ],
                    spacing=0,
                    expand=True,
                ),
                text(i18n.money(one.total_incl), t, bold=True, no_wrap=True),
                buttons.icon_button(
                    ft.Icons.PICTURE_AS_PDF_OUTLINED,
                    words("Save as PDF"),
                    t,
                    lambda: app.run(download, app, words, f"{path}/pdf?language={store.language}", f"{one.number}.pdf"),
                    identifier=f"invoice-{one.id}",
                ),
                buttons.icon_button(
                    ft.Icons.MAIL_OUTLINE_ROUNDED,
                    words("Send by e-mail"),
                    t,
                    lambda: app.run(mail, app, words, f"{path}/mail", store.language),
                ),
            ],
            spacing=S8,
        )

    rows = [line(one) for one in loaded.data.items]
    column = ft.Column(rows, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(identifier="invoices", container=True, content=surfaces.section(words("Invoices"), column, t))
