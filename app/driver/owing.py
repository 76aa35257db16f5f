"""What a driver owes, told where it matters: before the next session, and beside the wallet."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.i18n import money
from app.theme import S4, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.text import muted, text
from shared.payments import Wallet

Words = Callable[[str], str]


def debt_notice(known: Wallet | None, t: Tokens, words: Words, go: Callable[[str], Any]) -> list[ft.Control]:
    """Nothing where nothing is owed, or as long as nobody knows."""
    if not known or not known.owed.amount:
        return []
    owed = words("You owe {amount}").format(amount=money(known.owed))
    about = words("An earlier payment failed. Settle it, so that you can go on charging.")
    told = ft.Column([text(owed, t, bold=True, color=t.danger.ink), muted(about, t, size=T12)], spacing=S4)
    way = buttons.quiet(words("Settle it"), t, lambda: go("/wallet"), identifier="open-debt")
    card = surfaces.card(ft.Column([told, way], spacing=S12), t)
    return [ft.Semantics(identifier="debt-notice", container=True, content=card)]
