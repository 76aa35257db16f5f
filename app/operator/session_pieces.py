"""What the list of sessions and the page of one share."""

import flet as ft

from app.operator import session_rules as rules
from app.theme import CONTROL, S4, S8, S16, Tokens
from app.widgets.status import badge
from app.widgets.text import text
from shared.transactions import Transaction

ICONS = {
    "waiting": ft.Icons.HOURGLASS_TOP_ROUNDED,
    "failed": ft.Icons.ERROR_ROUNDED,
    "ended": ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED,
    "unused": ft.Icons.EVENT_BUSY_ROUNDED,
    "paused": ft.Icons.PAUSE_CIRCLE_ROUNDED,
    "plugged": ft.Icons.POWER_ROUNDED,
    "charging": ft.Icons.BOLT_ROUNDED,
}


def state_badge(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    sign = rules.sign(one)
    return badge(words(sign.word), ICONS[sign.icon], getattr(t, sign.tone))


def notes_card(told: list[str], t: Tokens, words: rules.Words) -> ft.Control:
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=20, color=t.warning.ink),
                text(words("What to know about this session"), t, bold=True, color=t.warning.ink, expand=True),
            ],
            spacing=S8,
        ),
        *[ft.Container(text(line, t), padding=ft.Padding.only(left=28)) for line in told],
    ]
    return ft.Semantics(
        identifier="session-notes",
        container=True,
        content=ft.Container(
            ft.Column(lines, spacing=S4), bgcolor=t.warning.ground, border_radius=CONTROL, padding=S16
        ),
    )
