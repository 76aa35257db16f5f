"""How many messages of stations fit no session: one line that leads to them."""

import flet as ft

from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import S8
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import text
from shared.base import Page
from shared.quarantine import QuarantinedMessage

MOST_SHOWN = 100


@guarded
def Unmatched() -> ft.Control:  # a component
    """One line above the incidents; nothing where every message has its session."""
    app, t, words = use_app(), use_tokens(), use_words()
    loaded = use_load(lambda: app.api.get("/quarantine", Page[QuarantinedMessage], state="open", limit=MOST_SHOWN), [])
    count = len(loaded.data.items) if loaded.data else 0
    if not count:
        return ft.Container(width=0, height=0)
    shown = f"{count}+" if loaded.data and loaded.data.next_cursor else str(count)
    told = words("One message fits no session") if count == 1 else words("{n} messages fit no session").format(n=shown)
    return surfaces.card(
        ft.Row(
            [
                ft.Icon(ft.Icons.HELP_OUTLINE_ROUNDED, size=20, color=t.warning.ink),
                ft.Container(text(told, t), expand=True),
                buttons.quiet(words("Resolve"), t, lambda: app.go("/quarantine"), identifier="quarantine-look"),
            ],
            spacing=S8,
        ),
        t,
        padding=S8,
    )
