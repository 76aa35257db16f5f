"""One's own messages, the newest first. What is on the screen counts as read."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_live, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import SEVERITY_ICON, severity_tone
from app.widgets.text import muted, text
from shared.notify import Notice
from shared.said import told

Words = Callable[[str], str]


@guarded
def NoticesPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    found = use_live(f"notices:{store.account.id}" if store.account else None, list[Notice])
    unread = sum(not one.read for one in found.data or [])

    async def read() -> None:
        try:
            await app.api.post("/notifications/read")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if found.data is None and found.error is not None:
        inner: ft.Control = surfaces.failed(found.error, t)
    elif found.data is None:
        inner = surfaces.skeleton_list(t, rows=4)
    elif not found.data:
        inner = surfaces.empty(
            ft.Icons.NOTIFICATIONS_NONE_ROUNDED,
            words("No messages yet"),
            words("What concerns you stands here: as it happens, and for a while after."),
            t,
        )
    else:
        inner = ft.Column(
            [_one(one, t, words, app.go) for one in found.data],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    trailing: list[ft.Control] = []
    if unread:
        trailing.append(buttons.quiet(words("All read"), t, lambda: app.run(read), identifier="notices-read"))
    return surfaces.page_body(
        [inner],
        t,
        head=words("Messages"),
        phone=store.phone,
        trailing=trailing,
        width=None if store.width < 1200 else 820,
    )


def _one(one: Notice, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    new = [ft.Container(width=8, height=8, border_radius=4, bgcolor=t.primary)] if not one.read else []
    lines: list[ft.Control] = [
        ft.Row(
            [ft.Container(text(told(one.title, words), t, bold=not one.read), expand=True), *new],
            spacing=S8,
        )
    ]
    if one.body:
        lines.append(muted(told(one.body, words), t))
    lines.append(muted(i18n.ago(one.at), t, size=T12))
    row = ft.Row(
        [
            ft.Icon(SEVERITY_ICON[one.severity], size=20, color=severity_tone(one.severity, t).ink),
            ft.Column(lines, spacing=2, expand=True),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    if not one.link:
        return surfaces.card(row, t)
    return surfaces.card(
        buttons.tappable(row, partial(go, one.link), identifier=f"notice-{one.id}", label=told(one.title, words)), t
    )
