"""What a session shows before, during and after charging."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app.driver import rules
from app.driver.pieces import TONE_ICON, tone
from app.hooks import use_app, use_tokens, use_words
from app.theme import LARGE, S4, S8, T12, Tokens
from app.widgets import plots, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.transactions import Reading, Transaction, TransactionDetail

Words = Callable[[str], str]
RING = 232
CURVE = 200


def ring_size(t: Tokens) -> float:
    return RING * min(t.letters, LARGE)


def middle(content: ft.Control) -> ft.Control:
    return ft.Container(
        ft.Row([content], alignment=ft.MainAxisAlignment.CENTER), padding=ft.Padding.symmetric(vertical=S8)
    )


def state_line(one: Transaction, t: Tokens, words: Words, more: str = "") -> ft.Control:
    """`more`: what else is to be said, below."""
    name = rules.state_tone(one)
    icon = ft.Icons.PAUSE_CIRCLE_ROUNDED if name == "warning" and not one.stopping else TONE_ICON[name]
    detail = rules.state_detail(one, words)
    shown: list[ft.Control] = [
        ft.Semantics(
            identifier="session-state",
            live_region=True,
            content=badge(rules.state_word(one, words), icon, tone(name, t)),
        )
    ]
    shown.extend(muted(line, t, text_align=ft.TextAlign.CENTER) for line in (detail, more) if line)
    return ft.Column(shown, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.CENTER)


def figure(name: str, value: ft.Control, identifier: str, t: Tokens) -> ft.Control:
    return surfaces.card(
        ft.Column([muted(name, t, size=T12), ft.Semantics(identifier=identifier, content=value)], spacing=S4),
        t,
        expand=True,
    )


def price_card(detail: TransactionDetail, t: Tokens, words: Words) -> ft.Control:
    lines = [text(line, t) for line in rules.price_lines(detail.headline, words)]
    lines.append(muted(rules.payment_sentence(detail, words), t, size=T12))
    lines.append(muted(words("All prices include VAT."), t, size=T12))
    return surfaces.section(words("Price"), ft.Column(list[ft.Control](lines), spacing=S4), t)


def use_clock() -> datetime:
    """The time, anew each second as long as the component is on the screen."""
    app = use_app()
    now, set_now = ft.use_state(datetime.now(UTC))
    gone: Any = ft.use_ref(False)

    async def tick() -> None:
        while not gone.current:
            await asyncio.sleep(1)
            if gone.current:
                return
            try:
                set_now(datetime.now(UTC))
            except RuntimeError:  # the page's session ended in this second
                return

    def begin() -> None:
        gone.current = False
        app.run(tick)

    def end() -> None:
        gone.current = True

    ft.use_effect(begin, [], end)
    return now


@guarded
def PowerCurve(readings: list[Reading], newest: int) -> ft.Control:  # a component
    """Drawn anew only for a new reading (`newest`, in seconds)."""
    t, words = use_tokens(), use_words()

    def draw() -> ft.Control:
        points = [(one.at, one.power_w / 1000) for one in readings if one.power_w is not None]
        return plots.line_plot(points, t, unit="kW", height=CURVE, label=words("Power"), empty=words("No readings yet"))

    return ft.use_memo(draw, [newest, len(readings), t])
