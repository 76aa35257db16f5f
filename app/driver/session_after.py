"""A session that ended, or never began: what became of it and of the money, and the next step."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app import i18n
from app.common import bill
from app.driver import rules
from app.driver.pieces import bottom_bar, note, tone
from app.driver.saved import Saved
from app.driver.session_pieces import PowerCurve, figure, state_line
from app.theme import S8, S12, T16, T20, T40, Tokens
from app.widgets import buttons, surfaces
from app.widgets.text import muted, number, text
from shared.money import TargetState
from shared.transactions import Transaction, TransactionDetail

Words = Callable[[str], str]


def ended(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    energy, unit = i18n.energy(one.energy_wh)
    cost = i18n.money(one.cost) if one.cost is not None else words("No charge")
    lasted = i18n.duration(rules.lasted(one, datetime.now(UTC)))
    parts: list[ft.Control] = [
        _result(ft.Icons.CHECK_ROUNDED, "good", number(energy, unit, t, size=T40), "session-energy", t),
        state_line(one, t, words),
        ft.Row(
            [
                figure(words("Total"), text(cost, t, size=T20, bold=True), "session-cost", t),
                figure(words("Time"), text(lasted, t, size=T20, bold=True), "session-time", t),
            ],
            spacing=S12,
        ),
        surfaces.card(
            ft.Column(
                [
                    surfaces.key_values(
                        [(words("Begun"), i18n.moment(one.begun_at)), (words("Ended"), i18n.moment(one.ended_at))], t
                    ),
                    muted(rules.payment_sentence(detail, words), t),
                ],
                spacing=S8,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            t,
        ),
    ]
    parts.append(Saved(one.id, key="saved"))
    if one.target is not None and one.target.state is TargetState.REACHED:
        reached = words("Stopped at your target: {target}").format(target=bill.target(one.target))
        parts.insert(2, note(reached, t, "good", identifier="target-reached"))
    if len(detail.readings) > 1:
        curve = PowerCurve(detail.readings, len(detail.readings))
        parts.append(surfaces.section(words("Power"), curve, t))
    return parts


def kept(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    """A reservation that no session followed, and what it cost."""
    one = detail.transaction
    cost = i18n.money(one.cost) if one.cost is not None else words("No charge")
    head = text(rules.unused_word(one, words), t, size=T20, bold=True, text_align=ft.TextAlign.CENTER)
    times: list[tuple[str, str | ft.Control]] = [
        (words("Reserved from"), i18n.moment(one.begun_at)),
        (words("Until"), i18n.moment(one.ended_at)),
    ]
    return [
        _result(ft.Icons.EVENT_BUSY_ROUNDED, "neutral", head, "reservation-unused", t),
        figure(words("Total"), text(cost, t, size=T20, bold=True), "session-cost", t),
        surfaces.card(
            ft.Column(
                [
                    surfaces.key_values(times, t),
                    muted(words("The connector was kept for you, so nobody else could charge there."), t),
                    muted(rules.payment_sentence(detail, words), t),
                ],
                spacing=S8,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            t,
        ),
    ]


def _result(icon: Any, name: str, value: ft.Control, identifier: str, t: Tokens) -> ft.Control:
    mine = tone(name, t)
    return ft.Column(
        [
            ft.Container(
                ft.Icon(icon, size=36, color=mine.ink),
                bgcolor=mine.ground,
                width=72,
                height=72,
                border_radius=99,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Semantics(identifier=identifier, content=value),
        ],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


def receipt_bar(detail: TransactionDetail, t: Tokens, words: Words, go: Callable[[str], None]) -> ft.Control:
    address = f"/sessions/{detail.transaction.id}/receipt"
    label = words("Show receipt") if detail.has_receipt else words("The receipt is being written …")
    button = buttons.primary(
        label,
        t,
        lambda: go(address),
        icon=ft.Icons.RECEIPT_LONG_ROUNDED,
        busy=not detail.has_receipt,
        identifier="open-receipt",
    )
    return bottom_bar(button, floating=True)


def failed(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    why = words(one.failure) if one.failure else words("The charger never began.")
    head = text(words("Charging didn't start"), t, size=T20, bold=True, text_align=ft.TextAlign.CENTER)
    return [
        _result(ft.Icons.PRIORITY_HIGH_ROUNDED, "danger", head, "session-failure", t),
        state_line(one, t, words),
        surfaces.card(
            ft.Column(
                [
                    text(why, t, size=T16),
                    muted(rules.payment_sentence(detail, words), t),
                    muted(words("Try the same connector again, or choose another one."), t),
                ],
                spacing=S8,
            ),
            t,
        ),
    ]


def again_bar(one: Transaction, t: Tokens, words: Words, go: Callable[[str], None]) -> ft.Control:
    address = f"/locations/{one.location_id}?connector={one.connector_id or ''}" if one.location_id else "/"
    button = buttons.primary(
        words("Back to the charger"), t, lambda: go(address), icon=ft.Icons.REFRESH_ROUNDED, identifier="try-again"
    )
    return bottom_bar(button, floating=True)
