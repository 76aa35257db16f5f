"""The frame around every page: bottom bar on phones, rail on tablets, labelled rail on desktops."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import flet as ft

from app.hooks import use_app, use_store, use_tokens, use_words
from app.notice import Notice
from app.router import (
    DRIVER_PLACES,
    DRIVER_ROUTES,
    OPERATOR_PLACES,
    OPERATOR_ROUTES,
    SIGN_IN,
    Place,
    match,
)
from app.session import App
from app.state import Store
from app.theme import CONTROL, NARROW_RAIL, RAIL, S4, S8, S12, S16, S24, T12, T14, T16, TOUCH, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.brand import mark
from app.widgets.text import muted, text
from shared.accounts import Role

INCIDENTS, NOTICES = "/incidents", "/notices"
BADGES = {INCIDENTS: "incident-badge", NOTICES: "notice-badge"}
ROLE_WORDS = {Role.DRIVER: "Driver", Role.OPERATOR: "Operator", Role.ADMIN: "Administrator"}
MORE = Place("More", "", ft.Icons.MORE_HORIZ_ROUNDED, ft.Icons.MORE_HORIZ_ROUNDED)

BAR_LETTERS = 1.2
"""So much larger do the words of the bottom bar become at most: five of them have to stand side by side."""
PROBE = 50
"""The size of the letter that is measured."""


@guarded
def Frame() -> ft.Control:  # a component
    """What is on the screen: sign-in, or a page in its frame."""
    app, store, t = use_app(), use_store(), use_tokens()

    def remember_target() -> None:
        if store.ready and store.account is None and store.route not in ("/", "/sign-in"):
            store.next_route = store.route

    def measured(event: Any) -> None:
        found = round(event.height / PROBE, 1)
        if found and found != store.letters:
            store.letters = found

    ft.use_effect(remember_target, [store.ready, store.account is None, store.route])
    if not store.ready:
        return ft.Container(bgcolor=t.background, expand=True)
    if store.account is None:
        inner: ft.Control = SIGN_IN.page()
        inner = ft.Stack([_probe(measured), inner, _Toast()], expand=True)
        return ft.Container(inner, bgcolor=t.background, expand=True)
    routes = OPERATOR_ROUTES if store.operator else DRIVER_ROUTES
    places = OPERATOR_PLACES if store.operator else DRIVER_PLACES
    route, arguments = match(routes, store.route)
    page = route.page(**{name: unquote(value) for name, value in arguments.items()})
    # A key for each address: another page never inherits the state of the one before.
    main = ft.Container(page, expand=True, key=store.route.split("?", 1)[0])
    # The same tree at every width, with and without a connection: what somebody typed or opened stays.
    whole = ft.Row(
        [
            ft.Container(_Rail(places, route.place, store.wide), visible=not store.phone),
            ft.Column(
                [
                    ft.Container(surfaces.stale_banner(t), visible=not store.live),
                    main,
                    ft.Container(_BottomBar(places, route.place), visible=store.phone),
                ],
                spacing=0,
                expand=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
        ],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    del app
    return ft.Container(
        ft.SafeArea(ft.Stack([_probe(measured), whole, Notice(), _Toast()], expand=True), expand=True),
        bgcolor=t.background,
        expand=True,
    )


def _probe(measured: Callable[[Any], None]) -> ft.Control:
    """A letter that nobody sees: Flet doesn't tell how large a device draws them, its height does."""
    style = ft.TextStyle(size=PROBE, height=1)
    return ft.Container(ft.Text("M", style=style, no_wrap=True, on_size_change=measured), opacity=0, left=0, top=0)


def _icon(place: Place, lit: bool, color: str, size: int, count: int, t: Tokens) -> ft.Control:
    """With how many wait there: on a badge that takes no room."""
    icon = ft.Icon(place.chosen_icon if lit else place.icon, size=size, color=color)
    if not count:
        return icon
    grown = min(max(1, t.letters), BAR_LETTERS)
    badge = ft.Container(
        ft.Text(
            str(count) if count < 100 else "99+",
            size=T12 * grown / max(1, t.letters),  # stays within its badge
            weight=ft.FontWeight.W_700,
            color=t.surface,
            no_wrap=True,
            text_align=ft.TextAlign.CENTER,
        ),
        bgcolor=t.danger.ink,
        border=ft.Border.all(2, t.surface),
        border_radius=99,
        padding=ft.Padding.symmetric(horizontal=5),
        height=20 * grown,
        alignment=ft.Alignment.CENTER,
    )
    return ft.Stack(
        [
            icon,
            ft.Container(
                ft.Semantics(identifier=BADGES.get(place.path, "more-badge"), content=badge), left=size / 2, top=-8
            ),
        ],
        width=size,
        height=size,
        clip_behavior=ft.ClipBehavior.NONE,
    )


def _waiting(place: Place, store: Store) -> int:
    """How many wait for somebody at a place; on a phone those behind “More” too."""
    if place.path == NOTICES:
        return store.unread
    if place is MORE:
        return store.unread if store.operator else 0
    return store.open_incidents if place.path == INCIDENTS else 0


def _said(place: Place, count: int, words: Callable[[str], str]) -> str:
    """What a screen reader says of a place."""
    if count:
        said = words("{place}, {n} open") if place.path == INCIDENTS else words("{place}, {n} unread")
        return said.format(place=words(place.name), n=count)
    return words(place.name)


@ft.component
def _BottomBar(places: tuple[Place, ...], chosen: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    opened, set_opened = ft.use_state(False)
    shown, rest = (places, ()) if len(places) <= 5 else (places[:4], places[4:])

    def go(path: str) -> None:
        set_opened(False)
        app.go(path)

    ft.use_dialog(_more_sheet(rest, chosen, app, t, words, go, lambda: set_opened(False)) if opened else None)

    def entry(place: Place, on_click: Callable[[], Any] | None = None) -> ft.Control:
        lit = place.name == chosen or (place is MORE and chosen in [one.name for one in rest])
        color = t.primary if lit else t.muted
        return ft.Semantics(
            identifier=f"nav-{place.name.lower()}",
            label=_said(place, _waiting(place, store), words),
            button=True,
            selected=lit,
            expand=True,
            content=ft.Container(
                ft.Column(
                    [
                        _icon(place, lit, color, 24, _waiting(place, store), t),
                        ft.Text(
                            words(place.name),
                            size=T12 * min(1, BAR_LETTERS / t.letters),
                            weight=ft.FontWeight.W_600 if lit else ft.FontWeight.W_500,
                            color=color,
                            no_wrap=True,
                            overflow=ft.TextOverflow.ELLIPSIS,
                        ),
                    ],
                    spacing=2,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                    alignment=ft.MainAxisAlignment.CENTER,
                ),
                height=64,
                ink=True,  # what has it can be reached with the keyboard
                on_click=lambda _, path=place.path: on_click() if on_click else app.go(path),
            ),
        )

    entries = [entry(place) for place in shown]
    if rest:
        entries.append(entry(MORE, lambda: set_opened(True)))
    return ft.Container(
        ft.Row(entries, spacing=0),
        bgcolor=t.surface,
        border=ft.Border.only(top=ft.BorderSide(1, t.border)),
    )


def _more_sheet(
    places: tuple[Place, ...],
    chosen: str,
    app: App,
    t: Tokens,
    words: Callable[[str], str],
    go: Callable[[str], Any],
    close: Callable[[], Any],
) -> ft.BottomSheet:
    """The places that have no room in the bar, who is signed in, and the way out."""

    def line(place: Place) -> ft.Control:
        lit = place.name == chosen
        row = ft.Row(
            [
                ft.Icon(place.chosen_icon if lit else place.icon, size=24, color=t.primary if lit else t.muted),
                text(words(place.name), t, size=T16, bold=lit),
                *([_count(place, count, t)] if (count := _waiting(place, app.store)) else []),
            ],
            spacing=S16,
        )
        return buttons.tappable(
            row,
            lambda: go(place.path),
            identifier=f"nav-{place.name.lower()}",
            label=words(place.name),
            height=56,
            padding=ft.Padding.symmetric(horizontal=S16),
            border_radius=CONTROL,
            bgcolor=t.primary_soft if lit else None,
        )

    account = app.store.account

    def leave() -> None:
        close()
        app.run(app.sign_out)

    person = ft.Row(
        [
            ft.Column(
                [
                    text(account.name if account else "", t, bold=True, no_wrap=True),
                    muted(account.email if account else "", t, size=T12, no_wrap=True),
                ],
                spacing=0,
                expand=True,
            ),
            buttons.quiet(words("Sign out"), t, leave, icon=ft.Icons.LOGOUT_ROUNDED, identifier="more-sign-out"),
        ],
        spacing=S12,
    )
    return ft.BottomSheet(
        content=ft.Container(
            ft.Column(
                [*[line(place) for place in places], surfaces.divider(t), ft.Container(person, padding=S16)],
                spacing=S4,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            padding=ft.Padding.only(left=S8, right=S8, bottom=S16),
        ),
        bgcolor=t.surface,
        show_drag_handle=True,
        draggable=True,
        use_safe_area=True,
        on_dismiss=lambda _: close(),
    )


def _count(place: Place, number: int, t: Tokens) -> ft.Control:
    return ft.Semantics(
        identifier=BADGES[place.path],
        content=ft.Container(
            ft.Text(str(number), size=T12, weight=ft.FontWeight.W_700, color=t.danger.ink),
            bgcolor=t.danger.ground,
            border_radius=99,
            padding=ft.Padding.symmetric(horizontal=S8, vertical=2),
        ),
    )


@ft.component
def _Rail(places: tuple[Place, ...], chosen: str, labelled: bool) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()

    def entry(place: Place) -> ft.Control:
        lit = place.name == chosen
        color = t.primary if lit else t.muted
        parts: list[ft.Control] = [_icon(place, lit, color, 20, 0 if labelled else _waiting(place, store), t)]
        if labelled:
            weight = ft.FontWeight.W_600 if lit else ft.FontWeight.W_500
            parts.append(ft.Text(words(place.name), size=T14, weight=weight, color=t.ink if lit else t.muted))
            if count := _waiting(place, store):
                parts += [ft.Container(expand=True), _count(place, count, t)]
        return ft.Semantics(
            identifier=f"nav-{place.name.lower()}",
            label=_said(place, _waiting(place, store), words),
            button=True,
            selected=lit,
            content=ft.Container(
                ft.Row(
                    parts,
                    spacing=S12,
                    alignment=ft.MainAxisAlignment.START if labelled else ft.MainAxisAlignment.CENTER,
                ),
                height=TOUCH,
                padding=ft.Padding.symmetric(horizontal=S12),
                border_radius=CONTROL,
                bgcolor=t.primary_soft if lit else None,
                tooltip=None if labelled else words(place.name),
                ink=True,
                on_click=lambda _, path=place.path: app.go(path),
            ),
        )

    head: list[ft.Control] = [mark(app.brand, t, size=32)]
    if labelled:
        head.append(text(app.brand.name, t, size=T16, bold=True, no_wrap=True, expand=True))
    foot: list[ft.Control] = []
    if labelled and store.account is not None:
        foot = [
            ft.Column(
                [
                    text(store.account.name, t, bold=True, no_wrap=True),
                    muted(words(ROLE_WORDS[store.account.role]), t, size=T12),
                ],
                spacing=0,
                expand=True,
            )
        ]
    foot.append(
        buttons.icon_button(
            ft.Icons.LOGOUT_ROUNDED,
            words("Sign out"),
            t,
            lambda: app.run(app.sign_out),
            identifier="sign-out",
            color=t.muted,
        )
    )
    return ft.Container(
        ft.Column(
            [
                ft.Container(ft.Row(head, spacing=S12), padding=ft.Padding.only(left=S4, bottom=S24, top=S8)),
                *[entry(place) for place in places],
                ft.Container(expand=True),
                ft.Row(foot, spacing=S4, alignment=ft.MainAxisAlignment.CENTER),
            ],
            spacing=S4,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        width=RAIL if labelled else NARROW_RAIL,
        padding=S16 if labelled else S12,
        bgcolor=t.surface,
        border=ft.Border.only(right=ft.BorderSide(1, t.border)),
    )


@ft.component
def _Toast() -> ft.Control:  # a component
    store, t = use_store(), use_tokens()
    if not store.toast:
        return ft.Container(width=0, height=0)
    tone = t.danger if store.toast_bad else t.good
    icon = ft.Icons.ERROR_ROUNDED if store.toast_bad else ft.Icons.CHECK_CIRCLE_ROUNDED
    return ft.Container(
        ft.Semantics(
            live_region=True,
            identifier="toast",
            content=ft.Container(
                ft.Row(
                    [
                        ft.Icon(icon, size=20, color=tone.ink),
                        ft.Text(store.toast, size=T14, color=t.ink, expand=not store.wide),
                    ],
                    spacing=S12,
                    tight=True,
                ),
                bgcolor=t.raised,
                border=ft.Border.all(1, tone.ink),
                border_radius=12,
                padding=S16,
                shadow=ft.BoxShadow(blur_radius=24, color="#33000000", offset=ft.Offset(0, 8)),
            ),
        ),
        alignment=ft.Alignment.BOTTOM_CENTER,
        bottom=64 + S16 if store.phone else S24,
        left=S16,
        right=S16,
    )
