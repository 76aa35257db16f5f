"""What somebody wants to hear, and how: for drivers and for the team."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.common.devices import device_lines
from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.notify import OwnNotifications, Wishes

Words = Callable[[str], str]
FOR_DRIVERS = (
    ("session_interrupted", "My session was interrupted"),
    ("session_finished", "My session is finished"),
    ("station_back", "A station that I wait for works again"),
)


@guarded
def WishesSection(driver: bool) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    quiet_from, set_from = ft.use_state("22:00")
    quiet_to, set_to = ft.use_state("07:00")

    async def load() -> OwnNotifications:
        return await app.api.get("/notifications/own", OwnNotifications)

    found = use_load(load, [turn])

    async def save(wanted: Wishes) -> None:
        try:
            await app.api.put("/notifications/own", wanted, OwnNotifications)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    async def forget(path: str) -> None:
        try:
            await app.api.delete(path)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if found.data is None:
        inner: ft.Control = (
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=160)
        )
        return surfaces.section(words("Notifications"), inner, t)
    own = found.data
    now = own.wishes

    def change(**values: Any) -> None:
        app.run(save, msgspec.structs.replace(now, **values))

    lines: list[ft.Control] = []
    if driver:
        lines += [
            _switch(words(word), getattr(now, name), t, partial(_set, change, name), f"wish-{name}")
            for name, word in FOR_DRIVERS
        ]
    lines.append(_switch(words("Push to my devices"), now.push, t, partial(_set, change, "push"), "wish-push"))
    lines += device_lines(own.devices, app, t, words, forget)
    if not driver:
        lines.append(_switch(words("E-mail"), now.email, t, partial(_set, change, "email"), "wish-email"))
        lines.append(
            _switch(
                words("A daily digest for what isn't critical, at 8:00"),
                bool(now.digest_at),
                t,
                lambda on: change(digest_at="08:00" if on else ""),
                "wish-digest",
            )
        )
    quiet = bool(now.quiet_from)
    lines.append(
        _switch(
            words("Quiet hours"),
            quiet,
            t,
            lambda on: change(quiet_from=quiet_from if on else "", quiet_to=quiet_to if on else ""),
            "wish-quiet",
        )
    )
    if quiet:
        lines.append(muted(words("From {begin} to {end}").format(begin=now.quiet_from, end=now.quiet_to), t, size=T12))
        lines.append(
            ft.Row(
                [
                    ft.Container(
                        inputs.field(words("From"), quiet_from, t, set_from, identifier="quiet-from"), width=112
                    ),
                    ft.Container(inputs.field(words("To"), quiet_to, t, set_to, identifier="quiet-to"), width=112),
                    buttons.quiet(
                        words("Save"),
                        t,
                        lambda: change(quiet_from=quiet_from.strip(), quiet_to=quiet_to.strip()),
                        identifier="quiet-save",
                    ),
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
        if not driver:
            lines.append(
                _switch(
                    words("Critical ones come through"),
                    now.critical_always,
                    t,
                    partial(_set, change, "critical_always"),
                    "wish-critical",
                )
            )
    for one in own.watched:
        name = " · ".join(part for part in (one.name or one.identity, one.location) if part)
        lines.append(
            ft.Row(
                [
                    ft.Icon(ft.Icons.HOURGLASS_EMPTY_ROUNDED, size=18, color=t.muted),
                    text(words("Waiting for {name}").format(name=name), t, expand=True),
                    buttons.quiet(
                        words("Remove"),
                        t,
                        partial(app.run, forget, f"/notifications/watched/{one.station_id}"),
                        identifier=f"unwatch-{one.station_id}",
                    ),
                ],
                spacing=S8,
            )
        )
    inner = ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Notifications"), inner, t)


def _set(change: Callable[..., None], name: str, on: bool) -> None:
    change(**{name: on})


def _switch(label: str, on: bool, t: Tokens, toggle: Callable[[bool], Any], name: str) -> ft.Control:
    """A chip: its name and the room for a finger are its own, a bare switch has neither."""
    return ft.Row([surfaces.chip(label, on, t, lambda: toggle(not on), identifier=name)], wrap=True)
