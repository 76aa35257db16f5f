"""A new password: for whoever wants one, and for whoever still has one that somebody else made."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_tokens, use_words
from app.theme import CONTROL, S12, S16, Tokens
from app.widgets import inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import text
from shared.accounts import PasswordChange
from shared.accounts import Tokens as SignedIn

Words = Callable[[str], str]
SHORTEST = 8


def choose_own(t: Tokens, words: Words) -> ft.Control:
    return ft.Semantics(
        identifier="temporary-password",
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(ft.Icons.KEY_ROUNDED, size=20, color=t.warning.ink),
                    text(
                        words("Somebody else made your password. Choose an own one before it runs out."),
                        t,
                        color=t.warning.ink,
                        expand=True,
                    ),
                ],
                spacing=S12,
            ),
            bgcolor=t.warning.ground,
            border_radius=CONTROL,
            padding=S16,
        ),
    )


@guarded
def NewPassword(on_close: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    current, set_current = ft.use_state("")
    new, set_new = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def send() -> None:
        set_busy(True)
        set_trouble("")
        try:
            await app.api.use(await app.api.post("/me/password", PasswordChange(current=current, new=new), SignedIn))
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("Your password is changed. Other devices have to sign in again."))
        on_close()

    def submit() -> None:
        if len(new) < SHORTEST:
            set_trouble(words("Take {n} characters or more.").format(n=SHORTEST))
        else:
            app.run(send)

    parts: list[ft.Control] = [
        inputs.field(words("Current password"), current, t, set_current, identifier="password-current", password=True),
        inputs.field(
            words("New password"), new, t, set_new, identifier="password-new", password=True, on_submit=submit
        ),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="password-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Change password"),
            parts,
            answers(t, on_close, words("Change password"), submit, busy=busy, name="password"),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
