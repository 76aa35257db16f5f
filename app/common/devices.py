"""The devices on which somebody gets push, and the way to turn it on here."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.device import push
from app.session import App
from app.theme import S8, T12, Tokens
from app.widgets import buttons
from app.widgets.text import muted, text
from shared.notify import Platform, PushDevice

Words = Callable[[str], str]


def device_lines(
    devices: list[PushDevice], app: App, t: Tokens, words: Words, forget: Callable[[str], Any]
) -> list[ft.Control]:
    """`forget` is called with the path of a device that is to hear no more."""

    async def here() -> None:
        try:
            await push.open_page(app)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    lines = [_line(one, app, t, words, forget) for one in devices]
    if not devices:
        lines.append(muted(words("No device of yours gets push yet; messages stand in the app."), t, size=T12))
    way = buttons.quiet(
        words("Notifications on this device"),
        t,
        partial(app.run, here),
        icon=ft.Icons.NOTIFICATIONS_ACTIVE_OUTLINED,
        identifier="push-here",
    )
    lines.append(ft.Row([way], wrap=True))
    if not app.store.web:
        lines.append(muted(words("Your browser opens: push comes by it, also while this app is closed."), t, size=T12))
    return lines


def _line(one: PushDevice, app: App, t: Tokens, words: Words, forget: Callable[[str], Any]) -> ft.Control:
    icon = ft.Icons.LANGUAGE_ROUNDED if one.platform is Platform.WEB else ft.Icons.SMARTPHONE_ROUNDED
    about = ft.Column(
        [
            text(one.name or one.platform, t),
            muted(words("turned on {when}").format(when=i18n.ago(one.seen_at)), t, size=T12),
        ],
        spacing=0,
        expand=True,
    )
    remove = buttons.quiet(
        words("Remove"),
        t,
        partial(app.run, forget, f"/notifications/devices/{one.id}"),
        identifier=f"device-{one.id}",
    )
    return ft.Row([ft.Icon(icon, size=18, color=t.muted), about, remove], spacing=S8)
