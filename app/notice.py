"""What has just gone wrong, over whatever page is open. Goes by itself; the badge at "Incidents" stays."""

from urllib.parse import quote

import flet as ft

from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import CARD, S4, S8, S12, S24, T12
from app.widgets import buttons
from app.widgets.boundary import guarded
from app.widgets.status import SEVERITY_ICON, severity_tone
from app.widgets.text import muted, text

WIDTH = 400
PLACES, TOAST = 64, 88
"""Heights: of the bar with the places on a phone, and of a toast with its edges."""


@guarded
def Notice() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    if not store.alerts:
        return ft.Container(width=0, height=0)
    worst, more = store.alerts[0], len(store.alerts) - 1
    tone = severity_tone(worst.severity, t)

    def look() -> None:
        app.alarm.dismiss()
        one_station = worst.station_identity and not more
        app.go(f"/stations/{quote(worst.station_identity, safe='')}" if one_station else "/incidents")

    place = [worst.station_name or worst.station_identity]
    if worst.connector:
        place.append(words("Connector {label}").format(label=worst.connector))
    place.append(worst.location)
    lines: list[ft.Control] = [
        text(words(worst.title), t, bold=True),
        muted(" · ".join(part for part in place if part), t, size=T12),
    ]
    if more:
        lines.append(muted(words("and {n} more").format(n=more), t, size=T12))
    row = ft.Row(
        [
            ft.Container(
                ft.Icon(SEVERITY_ICON[worst.severity], size=20, color=tone.ink),
                bgcolor=tone.ground,
                border_radius=99,
                width=40,
                height=40,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Column(lines, spacing=2, expand=True, tight=True),
            buttons.quiet(words("Open"), t, look, identifier="alert-open"),
            buttons.icon_button(
                ft.Icons.CLOSE_ROUNDED, words("Dismiss"), t, app.alarm.dismiss, identifier="alert-close"
            ),
        ],
        spacing=S8,
    )
    return ft.Container(
        ft.Semantics(
            identifier="alert",
            live_region=True,
            container=True,
            content=ft.Container(
                row,
                bgcolor=t.raised,
                border=ft.Border.all(1, tone.ink),
                border_radius=CARD,
                padding=ft.Padding.only(left=S12, right=S4, top=S12, bottom=S12),
                width=None if store.phone else WIDTH,
                shadow=ft.BoxShadow(blur_radius=24, color="#33000000", offset=ft.Offset(0, 8)),
            ),
        ),
        # At the bottom, for what a page can do stands at its head; above a toast, where there is one.
        bottom=(PLACES if store.phone else 0) + (TOAST if store.toast else S8 if store.phone else S24),
        right=S8 if store.phone else S24,
        left=S8 if store.phone else None,
    )
