"""The receipt of one session, read from top to bottom like a till receipt. Drivers and operators see the same."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import flet as ft
import flet.canvas as cv

from app import i18n
from app.common import bill, history
from app.common.papers import ReceiptFiles
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import LARGE, S4, S8, S12, S16, S24, S32, T12, T16, T20, T28, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.brand import mark
from app.widgets.status import badge
from app.widgets.text import muted, number, text
from shared.accounts import Brand
from shared.cdrs import BillHistory
from shared.money import Receipt, ReceiptLine, TaxLine

Words = Callable[[str], str]
WIDTH = 480
AGAIN_S = 2.0
STATES = {
    "captured": ("Paid", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "released": ("Nothing to pay", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "credited": ("Nothing more to pay", "good", ft.Icons.CHECK_CIRCLE_ROUNDED),
    "invoiced": ("On your invoice", "neutral", ft.Icons.RECEIPT_LONG_ROUNDED),
    "failed": ("Payment failed", "danger", ft.Icons.ERROR_ROUNDED),
}
OWING = ("captured", "failed")
UNDER_WAY = ("Payment under way", "info", ft.Icons.HOURGLASS_BOTTOM_ROUNDED)


@guarded
def ReceiptPage(transaction_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()

    async def load() -> Receipt:
        return await app.api.get(f"/transactions/{transaction_id}/receipt", Receipt)

    loaded = use_load(load, [transaction_id])
    unwritten = loaded.error is not None and loaded.error.code == "no_receipt"
    waiting = unwritten or (loaded.data is not None and loaded.data.payment_state not in STATES)

    async def later() -> None:
        await asyncio.sleep(AGAIN_S)
        loaded.reload()

    def look_again() -> None:
        if waiting:
            app.run(later)

    ft.use_effect(look_again, [loaded.data, loaded.error])
    receipt = loaded.data
    if receipt is not None:
        inner: ft.Control = ft.Column(
            [
                _paper(receipt, app.brand, t, words),
                AfterBill(transaction_id),
                ReceiptFiles(transaction_id, receipt.number),
            ],
            spacing=S16,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    elif unwritten:
        inner = _unwritten(t, words)
    elif loaded.error is not None:
        inner = surfaces.failed(loaded.error, t, loaded.reload)
    else:
        inner = surfaces.card(ft.Column([surfaces.skeleton(t, height=24) for _ in range(12)], spacing=S12), t)
    edge = S16 if store.phone else S32
    back = buttons.icon_button(
        ft.Icons.ARROW_BACK_ROUNDED,
        words("Back"),
        t,
        lambda: app.go(f"/sessions/{transaction_id}"),
        identifier="back",
    )
    head = ft.Row([back, text(words("Receipt"), t, size=T20 if store.phone else T28, bold=True)], spacing=S8)
    column = ft.Column(
        [head, inner],
        spacing=S16,
        width=None if store.phone else WIDTH,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Column(
        [ft.Container(column, padding=ft.Padding.symmetric(horizontal=edge, vertical=S16))],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH if store.phone else ft.CrossAxisAlignment.CENTER,
    )


@guarded
def AfterBill(transaction_id: str) -> ft.Control:  # a component
    """Nothing where nothing was corrected and no meter is in doubt."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    found = use_load(
        lambda: app.api.get(f"/transactions/{transaction_id}/corrections", BillHistory), [transaction_id]
    ).data
    parts: list[ft.Control] = []
    if found is not None and found.doubt is not None:
        parts.append(history.doubt_note(found.doubt, t, words))
    if found is not None and found.corrections:
        rows = history.corrections(found, app, store.language, t, words)
        column = ft.Column(rows, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        parts.append(surfaces.section(words("Corrected since"), column, t))
    return ft.Column(parts, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _unwritten(t: Tokens, words: Words) -> ft.Control:
    return ft.Semantics(
        live_region=True,
        content=surfaces.card(
            ft.Column(
                [
                    ft.ProgressRing(width=28, height=28, stroke_width=3, color=t.primary),
                    text(words("The receipt is being written"), t, size=T16, bold=True),
                    muted(
                        words("It appears here by itself, usually within seconds after the charger ended the session."),
                        t,
                        text_align=ft.TextAlign.CENTER,
                    ),
                ],
                spacing=S12,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            t,
            padding=S32,
        ),
    )


# --- the paper -----------------------------------------------------------------------------------------------


def _paper(receipt: Receipt, brand: Brand, t: Tokens, words: Words) -> ft.Control:
    currency = receipt.total_incl.currency
    parts: list[ft.Control] = [
        _seller(receipt, brand, t, words),
        _perforation(t),
        _facts(receipt, t, words),
        _perforation(t),
        *[_line(one, currency, t, words) for one in receipt.lines],
    ]
    if not receipt.lines:
        parts.append(muted(words("This session cost nothing."), t))
    if receipt.rounding and receipt.lines:
        parts.append(_sum(words("Rounding"), i18n.amount(receipt.rounding, currency), t))
    if receipt.waited_s >= 60:
        waited = i18n.duration(timedelta(seconds=receipt.waited_s))
        sentence = words("Your car waited {time} for power: that time is free.").format(time=waited)
        parts.append(muted(sentence, t, size=T12))
    parts += [_perforation(t), *_totals(receipt, t, words), _perforation(t), *_payment(receipt, t, words)]
    if receipt.target is not None:
        parts.append(text(words("Stopped at your target: {target}").format(target=bill.target(receipt.target)), t))
    if receipt.note:
        parts.append(muted(words(receipt.note), t, size=T12))
    if brand.support_email:
        parts.append(muted(words("Questions? {email}").format(email=brand.support_email), t, size=T12))
    paper = surfaces.card(
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t, padding=S24
    )
    return ft.Semantics(identifier="receipt", container=True, content=paper)


def _seller(receipt: Receipt, brand: Brand, t: Tokens, words: Words) -> ft.Control:
    issued = muted(i18n.date(receipt.issued_at), t, size=T12)
    below = t.letters > LARGE
    about = ft.Column(
        [
            text(receipt.seller or brand.name, t, size=T16, bold=True),
            muted(words("Receipt {number}").format(number=receipt.number), t, size=T12, selectable=True),
            *([issued] if below else []),
        ],
        spacing=0,
        expand=True,
    )
    return ft.Row([mark(brand, t), about, *([] if below else [issued])], spacing=S12)


def _facts(receipt: Receipt, t: Tokens, words: Words) -> ft.Control:
    energy, unit = i18n.number(Decimal(receipt.energy_wh) / 1000, 3), "kWh"
    lasted, kept = i18n.duration(receipt.ended_at - receipt.begun_at), receipt.reservation
    measured: list[ft.Control] = [
        _sum(words("Meter at start"), _kwh(receipt.meter_start_wh), t),
        _sum(words("Meter at end"), _kwh(receipt.meter_stop_wh), t),
        ft.Row([text(words("Energy"), t, bold=True, expand=True), number(energy, unit, t, size=T16)]),
    ]
    return ft.Column(
        [
            text(receipt.location or receipt.station, t, bold=True),
            muted(receipt.address, t, size=T12),
            ft.Container(height=S4),
            _sum(
                words("Charger"),
                f"{receipt.station} · {words('Connector {name}').format(name=receipt.connector)}"
                if receipt.connector
                else receipt.station,
                t,
            ),
            _sum(words("Reserved from") if kept else words("Begun"), i18n.moment(receipt.begun_at), t),
            _sum(words("Until") if kept else words("Ended"), i18n.moment(receipt.ended_at), t),
            _sum(words("Duration"), lasted, t),
            *([] if kept else measured),
        ],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _kwh(wh: int) -> str:
    return f"{i18n.number(Decimal(wh) / 1000, 3)} kWh"


def _line(line: ReceiptLine, currency: str, t: Tokens, words: Words) -> ft.Control:
    counted = bill.quantity(line, currency)
    about = words(bill.EXPLAINED.get(line.kind, ""))
    below: list[ft.Control] = []
    if counted:
        below.append(text(counted, t))
    if about:
        below.append(muted(about, t, size=T12))
    return ft.Semantics(
        identifier=f"receipt-line-{line.kind}",
        content=ft.Column(
            [
                ft.Row(
                    [
                        text(words(line.label), t, bold=True, expand=True),
                        text(i18n.amount(line.amount_incl, currency), t, bold=True, no_wrap=True),
                    ],
                    spacing=S12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                *below,
            ],
            spacing=2,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _totals(receipt: Receipt, t: Tokens, words: Words) -> list[ft.Control]:
    total = i18n.money_parts(receipt.total_incl.amount, receipt.total_incl.currency)
    return [
        ft.Column(
            [
                _sum(words("Net"), i18n.money(receipt.total_excl), t),
                *[
                    _sum(_vat(one, receipt, words), i18n.amount(one.tax, receipt.total_incl.currency), t)
                    for one in receipt.taxes
                    if one.rate
                ],
            ],
            spacing=S4,
        ),
        ft.Row(
            [
                text(words("Total"), t, size=T20, bold=True, expand=True),
                ft.Semantics(identifier="receipt-total", content=number(*total, t, size=T28)),
            ],
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
    ]


def _vat(one: TaxLine, receipt: Receipt, words: Words) -> str:
    """`VAT 19 %`, and of what where there are several rates."""
    rate = one.rate or Decimal(0)
    said = words("VAT {rate}").format(rate=f"{i18n.number(rate, 0 if rate == int(rate) else 1)} %")
    if len(receipt.taxes) == 1:
        return said
    return words("{vat} on {net}").format(vat=said, net=i18n.amount(one.net, receipt.total_incl.currency))


def _payment(receipt: Receipt, t: Tokens, words: Words) -> list[ft.Control]:
    word, name, icon = STATES.get(receipt.payment_state, UNDER_WAY)
    shown: list[ft.Control] = [
        ft.Row(
            [
                ft.Column(
                    [muted(words("Paid with"), t, size=T12), text(words(receipt.payment_method) or "–", t)],
                    spacing=0,
                    expand=True,
                ),
                ft.Semantics(
                    identifier="payment-state", live_region=True, content=badge(words(word), icon, getattr(t, name))
                ),
            ],
            spacing=S12,
        )
    ]
    if receipt.payment_state == "captured":
        shown.append(_sum(words("Paid"), i18n.money(receipt.paid), t))
    if receipt.payment_state in OWING and receipt.owed > 0:
        shown.append(_sum(words("Still to pay"), i18n.amount(receipt.owed, receipt.total_incl.currency), t))
    elif receipt.payment_state not in STATES:
        shown.append(
            muted(words("The amount is being taken from what was reserved. This page updates itself."), t, size=T12)
        )
    return shown


def _sum(name: str, value: str, t: Tokens) -> ft.Control:
    both = ft.Row(
        [muted(name, t), text(value, t)],
        spacing=S12,
        wrap=True,  # a long value stands below its name, whole
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
    )
    return ft.Row([ft.Container(both, expand=True)])


def _perforation(t: Tokens) -> ft.Control:
    """The dashed line between the parts of a till receipt."""
    paint = ft.Paint(color=t.border, stroke_width=1.5, stroke_dash_pattern=[6, 5], style=ft.PaintingStyle.STROKE)
    return ft.Container(
        cv.Canvas([cv.Line(0, 1, WIDTH, 1, paint)], height=2, expand=True),
        height=2,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        margin=ft.Margin.symmetric(vertical=S4),
    )
