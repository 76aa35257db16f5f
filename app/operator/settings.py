"""Settings: the brand, who works here, how stations and programs get in, and what is one's own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import flet as ft

from app.common.password import NewPassword, choose_own
from app.hooks import use_app, use_store, use_tokens, use_words
from app.operator import station_rules
from app.operator.settings_brand import BrandSection
from app.operator.settings_cards import CardsSection
from app.operator.settings_issuer import IssuerSection
from app.operator.settings_people import PeopleSection
from app.operator.settings_templates import TemplatesSection
from app.operator.settings_ways import DriversSection, PaymentSettingsSection
from app.theme import S8, S12, S16, T12, T16, TOUCH, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.accounts import Role

Words = Callable[[str], str]
ROLES = {Role.OPERATOR: "Operator", Role.ADMIN: "Administrator"}
THEMES = (("system", "As the device"), ("light", "Light"), ("dark", "Dark"))
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
SHORTEST = 8
WIDTH = 960


@guarded
def SettingsPage() -> ft.Control:  # a component
    store, t, words = use_store(), use_tokens(), use_words()
    parts: list[ft.Control] = []
    if store.account and store.account.temporary_password:
        parts.append(choose_own(t, words))
    parts += [Own(), BrandSection()]
    if store.admin:
        parts.append(PeopleSection())
    parts += [Prices(), DriversSection()]
    if store.admin:
        parts.append(PaymentSettingsSection())
    parts += [IssuerSection(), CardsSection(), TemplatesSection(), Connections()]
    width = WIDTH if store.inside > WIDTH else None
    return surfaces.page_body(parts, t, head=words("Settings"), phone=store.phone, width=width)


@guarded
def Prices() -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    about = muted(words("What charging costs, with a preview of sample sessions."), t, size=T12)
    opened = buttons.quiet(words("Tariffs"), t, lambda: app.go("/tariffs"), identifier="open-tariffs")
    return surfaces.section(words("Prices"), about, t, trailing=opened)


# --- one's own -----------------------------------------------------------------------------------------------


@guarded
def Own() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    changing, set_changing = ft.use_state(False)
    account = store.account
    if account is None:
        return ft.Container()
    person = ft.Column(
        [
            text(account.name, t, size=T16, bold=True),
            muted(f"{account.email} · {words(ROLES.get(account.role, ''))}", t, size=T12),
        ],
        spacing=2,
        expand=True,
    )
    actions = ft.Row(
        [
            buttons.quiet(
                words("Change password"),
                t,
                lambda: set_changing(True),
                identifier="change-password",
                expand=store.phone,
            ),
            buttons.quiet(
                words("Sign out"),
                t,
                lambda: app.run(app.sign_out),
                icon=ft.Icons.LOGOUT_ROUNDED,
                identifier="settings-sign-out",
                expand=store.phone,
            ),
        ],
        spacing=S8,
    )
    top: ft.Control = (
        ft.Column([ft.Row([person]), actions], spacing=S12) if store.phone else ft.Row([person, actions], spacing=S16)
    )
    looks = [
        _choice(words("Theme"), THEMES, store.theme_choice, app.choose_theme, "theme", app, t, words),
        _choice(words("Language"), LANGUAGES, store.language, app.choose_language, "language", app, t, words),
    ]
    below: ft.Control = (
        ft.Column(looks, spacing=S8)
        if store.phone
        else ft.Row(looks, spacing=48, vertical_alignment=ft.CrossAxisAlignment.START)
    )
    parts: list[ft.Control] = [top, surfaces.divider(t), below]
    if changing:
        parts.append(NewPassword(lambda: set_changing(False)))
    return surfaces.card(ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t)


def _choice(
    head: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    choose: Callable[..., Any],
    name: str,
    app: Any,
    t: Tokens,
    words: Words,
) -> ft.Control:
    chips = [
        surfaces.chip(words(label), key == chosen, t, partial(app.run, choose, key), identifier=f"{name}-{key}")
        for key, label in options
    ]
    return ft.Column(
        [muted(head, t, size=T12), ft.Row(list[ft.Control](chips), spacing=S8, scroll=ft.ScrollMode.HIDDEN)], spacing=0
    )


# --- how stations and programs get in ------------------------------------------------------------------------


def docs_url(address: str) -> str:
    """The API's page, by the address under which the backend is known here."""
    parts = urlsplit(address)
    scheme = parts.scheme.replace("ws", "http", 1)  # on the web an app is known by the address of its socket
    return f"{scheme}://{parts.netloc}/api/v1/docs"


@guarded
def Connections() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    meta = store.meta
    stations = station_rules.station_url(meta.ocpp_url if meta else "", app.page.url or "", "{identity}")
    docs = docs_url(app.page.url or "" if store.web else app.api.base_url)

    def line(name: str, value: str, detail: str, trailing: ft.Control) -> ft.Control:
        return ft.Row(
            [
                ft.Column(
                    [
                        muted(name, t, size=T12),
                        text(value, t, bold=True, selectable=True),
                        *([muted(detail, t, size=T12)] if detail else []),
                    ],
                    spacing=0,
                    expand=True,
                ),
                trailing,
            ],
            spacing=S8,
        )

    copied = partial(app.toast, words("Copied."))
    rows: list[ft.Control] = [
        line(
            words("Address for stations"),
            stations,
            words("OCPP 1.6 and 2.0.1. {identity} is the name that you gave the station."),
            buttons.copy(stations, words("Copy the address"), t, identifier="copy-station-url", on_copied=copied),
        ),
        surfaces.divider(t),
        line(
            words("API"),
            docs,
            words("Everything that this app does, for your own programs."),
            buttons.named(
                ft.IconButton(
                    ft.Icons.OPEN_IN_NEW_ROUNDED,
                    icon_color=t.muted,
                    icon_size=20,
                    tooltip=words("Open"),
                    width=TOUCH,
                    height=TOUCH,
                    action=ft.OpenUrl(docs, target=ft.UrlTarget.BLANK),
                ),
                words("Open"),
                "open-docs",
            ),
        ),
        surfaces.divider(t),
        ft.Row([muted(words("Version"), t, size=T12, expand=True), text(meta.version if meta else "–", t)]),
    ]
    return surfaces.section(words("Connections"), ft.Column(rows, spacing=S12), t)
