"""The session that is on; without one, the way to a charger by the code on it."""

import asyncio
from collections.abc import Callable
from typing import Any

import flet as ft

from app import i18n
from app.driver import rules
from app.driver.owing import debt_notice
from app.driver.session_view import SessionView
from app.errors import ApiError
from app.hooks import NOTHING, use_app, use_live, use_load, use_store, use_tokens, use_words
from app.theme import CARD, S4, S8, S12, S16, T12, T16, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import status_badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.payments import Wallet
from shared.stations import Charger, ConnectorStatus
from shared.transactions import Transaction

Words = Callable[[str], str]
PAUSE_S = 0.3
"""Typing goes on: ask only when it pauses."""
SHORTEST = 2


@guarded
def ChargePage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    live = use_live("transactions", list[Transaction], merge=True)

    async def load() -> list[Transaction]:
        page = await app.api.get("/transactions", Page[Transaction], state="requested,active", mine="true", limit=5)
        return list(page.items)

    loaded = use_load(load)
    known = live.data if live.data is not None else loaded.data
    watched: Any = ft.use_ref("")
    if known is None and loaded.error is not None:
        return surfaces.failed(loaded.error, t, loaded.reload)
    if known is None:
        return surfaces.page_body(
            [surfaces.skeleton(t, height=48), surfaces.skeleton_list(t, rows=3)],
            t,
            head=words("Charge"),
            phone=store.phone,
            width=None if store.phone else 560,
        )
    one = rules.running(known)
    if one is not None:
        watched.current = one.id
    if watched.current:
        # Stays when it has ended: the receipt is the next step.
        return SessionView(watched.current, page=False)
    return CodeEntry()


@guarded
def CodeEntry() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    code, set_code = ft.use_state("")
    found, set_found = ft.use_state(NOTHING)
    trouble, set_trouble = ft.use_state("")
    turn: Any = ft.use_ref(0)
    wallet = use_load(lambda: app.api.get("/wallet", Wallet))

    async def look(wanted: str) -> None:
        turn.current = (turn.current or 0) + 1
        mine = turn.current
        await asyncio.sleep(PAUSE_S)
        if mine != turn.current:
            return
        if len(wanted.strip()) < SHORTEST:
            set_found(None)
            return
        try:
            page = await app.api.get("/chargers", Page[Charger], code=wanted.strip())
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            return
        if mine == turn.current:
            set_trouble("")
            set_found(list(page.items))

    def typed(value: str) -> None:
        set_code(value)
        app.run(look, value)

    parts: list[ft.Control] = [
        *debt_notice(wallet.data, t, words, app.go),
        muted(words("Type the code that is written on the charger, such as HAF-01."), t),
        inputs.field(
            words("Code on the charger"),
            code,
            t,
            typed,
            identifier="charger-code",
            on_submit=lambda: app.run(look, code),
        ),
    ]
    if trouble:
        parts.append(ft.Text(trouble, color=t.danger.ink))
    if found is None:
        parts.append(_how(t, words, app.go))
    elif not found:
        parts.append(
            surfaces.empty(
                ft.Icons.SEARCH_OFF_ROUNDED,
                words("No charger has this code"),
                words("Check the letters, or choose the charger on the map."),
                t,
                buttons.quiet(words("Open the map"), t, lambda: app.go("/"), icon=ft.Icons.MAP_ROUNDED),
            )
        )
    else:
        parts.extend(_charger(one, t, words, store.language, app.go) for one in found)
    return surfaces.page_body(parts, t, head=words("Charge"), phone=store.phone, width=None if store.phone else 560)


def _how(t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    steps = (
        (ft.Icons.PIN_OUTLINED, words("Enter the code, or choose a charger on the map")),
        (ft.Icons.POWER_ROUNDED, words("Choose the connector that fits your car")),
        (ft.Icons.BOLT_ROUNDED, words("Start, plug in, and follow it here")),
    )
    rows: list[ft.Control] = [
        ft.Row([ft.Icon(icon, size=20, color=t.primary), text(sentence, t, expand=True)], spacing=S12)
        for icon, sentence in steps
    ]
    rows.append(
        buttons.quiet(words("Open the map"), t, lambda: go("/"), icon=ft.Icons.MAP_ROUNDED, identifier="open-map")
    )
    return surfaces.section(
        words("Nothing is charging now"),
        ft.Column(rows, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
    )


def _charger(one: Charger, t: Tokens, words: Words, language: str, go: Callable[[str], Any]) -> ft.Control:
    station = one.station
    free = [connector for connector in station.connectors if rules.startable(connector, station.online)]
    best = free[0] if free else station.connectors[0] if station.connectors else None
    status = best.status if best is not None and station.online else ConnectorStatus.OFFLINE
    facts = " · ".join(
        sorted({f"{i18n.rated(each.max_power_w)} {rules.plug(each.standard)}" for each in station.connectors})
    )
    address = f"/locations/{one.location_id}" + (f"?connector={best.id}" if best is not None else "")
    content = ft.Row(
        [
            ft.Column(
                [
                    ft.Row(
                        [text(station.name, t, size=T16, bold=True), muted(station.identity, t, size=T12)], spacing=S8
                    ),
                    muted(f"{one.location}, {one.address}", t, size=T12),
                    muted(facts, t, size=T12),
                ],
                spacing=S4,
                expand=True,
            ),
            status_badge(status, t, language),
        ],
        spacing=S12,
    )
    return buttons.tappable(
        content,
        lambda: go(address),
        identifier=f"charger-{station.identity}",
        label=f"{station.name}, {one.location}",
        padding=S16,
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CARD,
    )
