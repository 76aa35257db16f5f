"""What the list of sessions and the page of one share."""

import flet as ft

from app.operator import session_rules as rules
from app.theme import Tokens
from app.widgets.status import badge
from shared.transactions import Transaction

ICONS = {
    "waiting": ft.Icons.HOURGLASS_TOP_ROUNDED,
    "failed": ft.Icons.ERROR_ROUNDED,
    "ended": ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED,
    "paused": ft.Icons.PAUSE_CIRCLE_ROUNDED,
    "plugged": ft.Icons.POWER_ROUNDED,
    "charging": ft.Icons.BOLT_ROUNDED,
}


def state_badge(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    sign = rules.sign(one)
    return badge(words(sign.word), ICONS[sign.icon], getattr(t, sign.tone))
