"""Keys of the machines at a site: its meters, and the grid operator who may limit it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.i18n import ago, date
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.text import muted, text
from shared.sites import KeyNew, KeyPurpose, SiteKey, SiteKeys

Words = Callable[[str], str]
PURPOSES = {KeyPurpose.METER: "Meter", KeyPurpose.GRID: "Grid operator"}
ADD = {KeyPurpose.METER: "Key for a meter", KeyPurpose.GRID: "Key for the grid operator"}


@guarded
def KeysSection(location_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    path = f"/locations/{location_id}/power/keys"
    nothing: SiteKey | None = None
    fresh, set_fresh = ft.use_state(nothing)
    keys = use_load(lambda: app.api.get(path, SiteKeys), [location_id])

    async def add(purpose: KeyPurpose) -> None:
        try:
            set_fresh(await app.api.post(path, KeyNew(purpose=purpose), SiteKey))
            keys.reload()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    async def remove(one: SiteKey) -> None:
        try:
            await app.api.delete(f"{path}/{one.id}")
            if fresh is not None and fresh.id == one.id:
                set_fresh(None)
            keys.reload()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    parts: list[ft.Control] = []
    if not store.admin:
        parts.append(muted(words("An administrator makes the keys of meters and of the grid operator."), t))
    elif keys.data is None:
        parts.append(surfaces.failed(keys.error, t, keys.reload) if keys.error else surfaces.skeleton(t, height=80))
    else:
        if not keys.data.items:
            parts.append(
                muted(words("With a key a meter tells what else draws here, or the grid operator limits it."), t)
            )
        if fresh is not None and fresh.secret:
            parts.append(_secret(fresh.secret, t, words))
        for one in keys.data.items:
            parts.append(_line(one, t, words, app, partial(app.run, remove, one)))
        parts.append(
            ft.Row(
                [
                    buttons.quiet(
                        words(word), t, partial(app.run, add, purpose), icon=ft.Icons.KEY_ROUNDED,
                        identifier=f"key-{purpose.value}",
                    )
                    for purpose, word in ADD.items()
                ],
                spacing=S8, run_spacing=S8, wrap=True,
            )
        )  # fmt: skip
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Keys of meters and grid operator"), column, t)


def _secret(secret: str, t: Tokens, words: Words) -> ft.Control:
    return ft.Container(
        ft.Column(
            [
                text(words("Copy it now: it is shown only once."), t, bold=True, color=t.good.ink),
                ft.Row(
                    [
                        ft.Container(text(secret, t, selectable=True), expand=True),
                        buttons.copy(secret, words("Copy"), t, identifier="key-copy"),
                    ],
                    spacing=S8,
                ),
            ],
            spacing=S4,
        ),
        bgcolor=t.good.ground,
        border_radius=12,
        padding=S12,
    )


def _line(one: SiteKey, t: Tokens, words: Words, app: Any, remove: Callable[[], Any]) -> ft.Control:
    used = words("used {ago}").format(ago=ago(one.used_at)) if one.used_at else words("never used")
    return ft.Row(
        [
            ft.Column(
                [
                    text(words(PURPOSES[one.purpose]), t, bold=True),
                    muted(words("made {date}").format(date=date(one.created_at)) + " · " + used, t, size=T12),
                ],
                spacing=0,
                expand=True,
            ),
            buttons.icon_button(
                ft.Icons.DELETE_OUTLINE_ROUNDED,
                words("Take this key away"),
                t,
                lambda: confirm(
                    app.page,
                    t,
                    head=words("Take this key away?"),
                    detail=words("What uses it is refused from now on."),
                    action=words("Take away"),
                    cancel=words("Cancel"),
                    on_confirm=remove,
                ),
                identifier=f"key-remove-{one.id}",
            ),
        ],
        spacing=S8,
    )
