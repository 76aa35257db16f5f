"""What several of the driver's pages show: a location in a list, a connector, the session that is on."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app import i18n
from app.driver import rules
from app.hooks import use_app, use_live, use_store, use_tokens, use_words
from app.theme import CARD, LARGE, S4, S8, S12, S16, S24, T12, T14, T16, Tokens, Tone
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge, status_badge
from app.widgets.text import muted, number, text
from shared.reservations import Reservation
from shared.stations import Connector, LocationSummary, StationForDriver
from shared.transactions import Transaction, TransactionState

Words = Callable[[str], str]
TONE_ICON = {
    "good": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "warning": ft.Icons.HOURGLASS_BOTTOM_ROUNDED,
    "neutral": ft.Icons.DO_NOT_DISTURB_ON_ROUNDED,
    "info": ft.Icons.BOLT_ROUNDED,
    "danger": ft.Icons.ERROR_ROUNDED,
}


def tone(name: str, t: Tokens) -> Tone:
    found: Tone = getattr(t, name)
    return found


def availability_badge(location: LocationSummary, t: Tokens, words: Words) -> ft.Control:
    word, name = rules.availability(location.availability, words)
    return badge(word, TONE_ICON[name], tone(name, t))


def _signs(location: LocationSummary, t: Tokens, words: Words) -> ft.Control:
    free = availability_badge(location, t, words)
    return ft.Row([free, doubt_badge(t, words)], spacing=S4, wrap=True) if location.doubtful else free


def doubt_badge(t: Tokens, words: Words) -> ft.Control:
    return ft.Semantics(
        identifier="doubtful", content=badge(words("Doubtful"), ft.Icons.HELP_OUTLINE_ROUNDED, t.warning)
    )


def location_row(
    location: LocationSummary, t: Tokens, words: Words, on_open: Callable[[], Any], *, lit: bool = False
) -> ft.Control:
    """One entry of the list: what is free, what it costs, how strong it is, how far it is."""
    word, _ = rules.availability(location.availability, words)
    head: list[ft.Control] = [text(location.name, t, size=T16, bold=True, expand=True)]
    if location.distance_m is not None:
        head.append(muted(i18n.distance(location.distance_m), t))
    facts = [
        words("up to {power}").format(power=i18n.rated(location.max_power_w)),
        " · ".join(location.power_types),
    ]
    price = location.price_from
    content = ft.Column(
        [
            ft.Row(head, spacing=S8),
            ft.Row(
                [muted(location.address, t), muted("  ".join(facts), t)],
                spacing=S8,
                wrap=True,
                alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            ),
            ft.Container(
                ft.Row(
                    [_signs(location, t, words), text(_from(price, words), t, bold=True, no_wrap=True)],
                    spacing=S8,
                    run_spacing=S4,
                    wrap=True,  # with large letters the price stands below
                    alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
                ),
                padding=ft.Padding.only(top=S4),
            ),
        ],
        spacing=2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return buttons.tappable(
        content,
        on_open,
        identifier=f"location-{location.id}",
        label=f"{location.name}, {word}, {i18n.price(price)}",
        padding=ft.Padding.symmetric(horizontal=S16, vertical=S12),
        border_radius=CARD,
        bgcolor=t.primary_soft if lit else t.surface,
        border=ft.Border.all(1, t.primary if lit else t.border),
    )


def _from(price: Any, words: Words) -> str:
    shown = i18n.price(price)
    return words("from {price}").format(price=shown) if price is not None and price.varies else shown


def connector_row(
    connector: Connector,
    station: StationForDriver,
    t: Tokens,
    words: Words,
    language: str,
    on_choose: Callable[[], Any],
    *,
    lit: bool,
    own: Reservation | None = None,
) -> ft.Control:
    """One outlet: its plug, its power, its state, its price. `own`: the driver's reservation here."""
    able = own is not None or rules.startable(connector, station.online)
    why = rules.hindrance(connector, station.online, words)
    if own is not None:
        why = words("Reserved for you until {time}.").format(time=i18n.clock(own.expires_at))
    kind = f"{connector.power_type} · {rules.plug(connector.standard)}"
    name = words("Connector {name}").format(name=connector.label) if len(station.connectors) > 1 else ""
    below = why or i18n.price(connector.price)
    state = status_badge(connector.status, t, language)
    content = ft.Row(
        [
            ft.Container(
                text(connector.label, t, size=T16, bold=True, color=t.primary if able else t.muted)
                if name
                else ft.Icon(ft.Icons.BOLT_ROUNDED, size=20, color=t.primary if able else t.muted),
                bgcolor=t.primary_soft if able else t.sunken,
                border_radius=99,
                width=40,
                height=40,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Column(
                [
                    ft.Row(
                        [
                            text(i18n.rated(connector.max_power_w), t, size=T16, bold=True, no_wrap=True),
                            muted(kind, t, no_wrap=True, expand=True, overflow=ft.TextOverflow.ELLIPSIS),
                        ],
                        spacing=S8,
                    ),
                    muted(below, t),
                    *([state] if t.letters > LARGE else []),
                ],
                spacing=2,
                expand=True,
            ),
            *([] if t.letters > LARGE else [state]),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return buttons.tappable(
        content,
        on_choose,
        identifier=f"connector-{connector.id}",
        label=f"{station.name} {name}: {i18n.rated(connector.max_power_w)} {kind}, {below}",
        padding=S12,
        border_radius=CARD,
        bgcolor=t.primary_soft if lit else t.surface,
        border=ft.Border.all(2 if lit else 1, t.primary if lit else t.border),
    )


@guarded
def RunningBar(inset: bool = True) -> ft.Control:  # a component
    """The driver's session that is on, in one line that leads to it; nothing when there is none."""
    app, t, words = use_app(), use_tokens(), use_words()
    one = rules.running(use_live("transactions", list[Transaction], merge=True).data or [])
    if one is None:
        return ft.Container(height=0)
    energy, unit = i18n.energy(one.energy_wh)
    head: list[ft.Control] = [text(rules.state_word(one, words), t, bold=True)]
    if one.state is TransactionState.ACTIVE:
        figures: list[ft.Control] = [number(energy, unit, t, size=T16)]
        if one.cost is not None:
            figures.append(muted(i18n.money(one.cost), t))
        head.append(ft.Row(figures, spacing=S12, tight=True))
    return ft.Container(
        buttons.tappable(
            ft.Row(
                [
                    ft.Icon(ft.Icons.BOLT_ROUNDED, color=t.info.ink, size=24),
                    ft.Column(
                        [
                            ft.Row(
                                head,
                                spacing=S8,
                                wrap=True,  # with large letters the figures stand below
                                alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
                                vertical_alignment=ft.CrossAxisAlignment.CENTER,
                            ),
                            muted(one.location or one.station_name, t, size=T12),
                        ],
                        spacing=0,
                        expand=True,
                        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    ),
                    ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, color=t.muted, size=20),
                ],
                spacing=S12,
            ),
            lambda: app.go(f"/sessions/{one.id}"),
            identifier="running-session",
            label=f"{rules.state_word(one, words)}: {energy} {unit}",
            padding=ft.Padding.symmetric(horizontal=S16, vertical=S12),
            bgcolor=t.info.ground,
            border=ft.Border.all(1, t.info.ink),
            border_radius=CARD,
        ),
        padding=ft.Padding.symmetric(horizontal=S12, vertical=S8) if inset else None,
    )


def note(words: str, t: Tokens, kind: str = "info", *, identifier: str = "") -> ft.Control:
    """One sentence that must be read."""
    mine = tone(kind, t)
    return ft.Semantics(
        identifier=identifier or None,
        live_region=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(TONE_ICON[kind], size=18, color=mine.ink),
                    ft.Text(words, size=T14, color=mine.ink, expand=True),
                ],
                spacing=S8,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            bgcolor=mine.ground,
            border_radius=CARD,
            padding=S12,
        ),
    )


@guarded
def _BottomBar(content: ft.Control, floating: bool) -> ft.Control:  # a component
    store, t = use_store(), use_tokens()
    loose = floating and not store.phone
    return ft.Container(
        ft.Column([content], horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True),
        bgcolor=None if loose else t.surface,
        border=None if loose else ft.Border.only(top=ft.BorderSide(1, t.border)),
        padding=ft.Padding.symmetric(horizontal=S24 if loose else S16, vertical=S12),
    )


def bottom_bar(content: ft.Control, *, floating: bool = False) -> ft.Control:
    """Where the thumb is: the one action of a page, always in sight. `floating`: no bar on wide screens."""
    return _BottomBar(content, floating)


def problem(error: Any, t: Tokens, retry: Callable[[], Any] | None) -> ft.Control:
    return ft.Container(surfaces.failed(error, t, retry), expand=True, alignment=ft.Alignment.CENTER)
