"""A session that was asked for: plug in, while the charger waits."""

from collections.abc import Callable
from datetime import datetime, timedelta

import flet as ft

from app import i18n
from app.driver import rules
from app.driver.session_pieces import middle, price_card, ring_size, state_line, use_clock
from app.driver.target import TargetCard
from app.hooks import use_tokens, use_words
from app.theme import S4, S12, T12, T28, Tokens
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.transactions import TransactionDetail

Words = Callable[[str], str]


def requested(detail: TransactionDetail, timeout_s: int, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    steps = (
        words("Plug the cable into your car and into connector {name}.").format(name=one.connector or "1"),
        words("Keep the car unlocked until you hear it lock the plug."),
        words("Charging begins by itself. You can put the phone away."),
    )
    return [
        middle(Waiting(one.requested_at, timeout_s)),
        state_line(one, t, words),
        surfaces.section(
            words("Plug in the cable"),
            ft.Column([_step(place, words_, t) for place, words_ in enumerate(steps, 1)], spacing=S12),
            t,
        ),
        TargetCard(one, rules.currency_of(detail), key="target"),
        price_card(detail, t, words),
    ]


def _step(place: int, sentence: str, t: Tokens) -> ft.Control:
    return ft.Row(
        [
            ft.Container(
                text(str(place), t, size=T12, bold=True, color=t.primary),
                width=24,
                height=24,
                bgcolor=t.primary_soft,
                border_radius=99,
                alignment=ft.Alignment.CENTER,
            ),
            text(sentence, t, expand=True),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


@guarded
def Waiting(requested_at: datetime | None, timeout_s: int) -> ft.Control:  # a component
    """How long the charger still waits for the cable."""
    t, words = use_tokens(), use_words()
    now = use_clock()
    ring = ring_size(t)
    left = timedelta(seconds=timeout_s) - (now - requested_at if requested_at else timedelta())
    share = max(0.0, min(1.0, left.total_seconds() / timeout_s)) if timeout_s else 0.0
    return ft.Stack(
        [
            ft.ProgressRing(
                value=share,
                width=ring,
                height=ring,
                stroke_width=14,
                color=t.info.ink,
                bgcolor=t.border,
                stroke_cap=ft.StrokeCap.ROUND,
            ),
            ft.Container(
                ft.Column(
                    [
                        ft.Icon(ft.Icons.POWER_ROUNDED, size=40, color=t.info.ink),
                        text(i18n.countdown(left), t, size=T28, bold=True),
                        muted(words("left to plug in"), t),
                    ],
                    spacing=S4,
                    alignment=ft.MainAxisAlignment.CENTER,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                width=ring,
                height=ring,
                alignment=ft.Alignment.CENTER,
            ),
        ],
        width=ring,
        height=ring,
    )
