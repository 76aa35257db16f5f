"""Who is signed in, how the app looks and speaks, how is paid, whom to ask."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import flet as ft

from app.common.password import NewPassword, choose_own
from app.common.wishes import WishesSection
from app.driver.owing import debt_notice
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, S16, T12, T16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.accounts import Role
from shared.payments import Wallet

THEMES = (("system", "As the device"), ("light", "Light"), ("dark", "Dark"))
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
ROLES = {Role.DRIVER: "Driver", Role.OPERATOR: "Operator", Role.ADMIN: "Administrator"}
WIDTH = 560


@guarded
def MePage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    account, meta = store.account, store.meta
    changing, set_changing = ft.use_state(False)
    wallet = use_load(lambda: app.api.get("/wallet", Wallet))
    if account is None:
        return ft.Container()

    def choose_theme(choice: str) -> None:
        app.run(app.choose_theme, choice)

    def choose_language(choice: str) -> None:
        app.run(app.choose_language, choice)

    initials = "".join(part[:1] for part in account.name.split()[:2]).upper()
    person = ft.Row(
        [
            ft.Container(
                text(initials, t, size=T16, bold=True, color=t.primary),
                width=56,
                height=56,
                border_radius=99,
                bgcolor=t.primary_soft,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Column(
                [
                    text(account.name, t, size=T16, bold=True),
                    muted(account.email, t, selectable=True),
                    muted(words(ROLES[account.role]), t, size=T12),
                ],
                spacing=2,
                expand=True,
            ),
        ],
        spacing=S16,
    )
    parts: list[ft.Control] = [
        *([choose_own(t, words)] if account.temporary_password else []),
        surfaces.card(person, t),
        *debt_notice(wallet.data, t, words, app.go),
        surfaces.section(words("Payment"), _payment(bool(meta and meta.demo), t, words, app.go), t),
        surfaces.section(
            words("Appearance"),
            ft.Column(
                [
                    muted(words("Theme"), t, size=T12),
                    _choice(THEMES, store.theme_choice, choose_theme, "theme", t, words),
                    muted(words("Language"), t, size=T12),
                    _choice(LANGUAGES, store.language, choose_language, "language", t, words),
                ],
                spacing=S4,
            ),
            t,
        ),
        WishesSection(True),
        surfaces.section(words("Help"), _help(app.brand.support_email, meta.version if meta else "", t, words), t),
        buttons.quiet(
            words("Change password"),
            t,
            lambda: set_changing(True),
            icon=ft.Icons.KEY_ROUNDED,
            identifier="change-password",
        ),
        buttons.quiet(
            words("Sign out"), t, lambda: app.run(app.sign_out), icon=ft.Icons.LOGOUT_ROUNDED, identifier="sign-out"
        ),
    ]
    if changing:
        parts.append(NewPassword(lambda: set_changing(False)))
    return surfaces.page_body(parts, t, head=words("Me"), phone=store.phone, width=None if store.phone else WIDTH)


def _choice(
    options: Sequence[tuple[str, str]],
    chosen: str,
    choose: Callable[[str], Any],
    name: str,
    t: Tokens,
    words: Callable[[str], str],
) -> ft.Control:
    return ft.Row(
        [
            surfaces.chip(words(label), key == chosen, t, partial(choose, key), identifier=f"{name}-{key}")
            for key, label in options
        ],
        spacing=S8,
        run_spacing=S4,
        wrap=True,
    )


def _payment(demo: bool, t: Tokens, words: Callable[[str], str], go: Callable[[str], Any]) -> ft.Control:
    about = words("Your cards, your wallet and what you owe.")
    if demo:
        about = words("This is a demo: a card that isn't real. Holds, captures and receipts work as with a real one.")
    way = buttons.quiet(
        words("Wallet and cards"),
        t,
        lambda: go("/wallet"),
        icon=ft.Icons.CREDIT_CARD_ROUNDED,
        identifier="open-wallet",
    )
    return ft.Column([muted(about, t, size=T12), way], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _help(email: str, version: str, t: Tokens, words: Callable[[str], str]) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = []
    if email:
        rows.append((words("Support"), email))
    rows.append((words("Version"), version or "–"))
    return surfaces.key_values(rows, t)
