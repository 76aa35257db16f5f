"""Holding a connector: asked for beside Start, shown while it lasts, given back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.driver.pieces import note
from app.driver.reserving_rules import reserving_sentence
from app.errors import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import S4, T12, Tokens
from app.widgets import buttons
from app.widgets.boundary import guarded
from app.widgets.text import muted
from shared.base import Page
from shared.reservations import Reservation, ReservationNew, ReservationPrice, ReservationState
from shared.stations import Connector, ConnectorStatus

MINUTES = 30


def use_own_reservation() -> tuple[Reservation | None, Callable[[], None]]:
    """(the driver's own that is open, how to look again)."""
    app = use_app()

    async def load() -> list[Reservation]:
        page = await app.api.get("/reservations", Page[Reservation], open="true", limit=5)
        return list(page.items)

    loaded = use_load(load)
    held = [one for one in loaded.data or [] if one.state is ReservationState.HELD]
    return (held[0] if held else None), loaded.reload


def own_at(connector: Connector, held: Reservation | None) -> Reservation | None:
    return held if held is not None and held.connector_id == connector.id else None


def may_reserve(connector: Connector, online: bool, own: Reservation | None) -> bool:
    return online and own is None and connector.status is ConnectorStatus.AVAILABLE


def reserved_note(own: Reservation, t: Tokens, words: Callable[[str], str]) -> ft.Control:
    until = words("Reserved for you until {time}.").format(time=i18n.clock(own.expires_at))
    if own.unused_price is not None:
        until += " " + words("If you don't come: {amount}.").format(amount=i18n.money(own.unused_price))
    return note(until, t, "info", identifier="reserved-for-you")


@guarded
def Reserving(connector: Connector, own: Reservation | None, reload: Callable[[], None]) -> ft.Control:  # a component
    """What can be done about a reservation here: make one, or give the own one back."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)
    trouble, set_trouble = ft.use_state("")
    key: Any = ft.use_ref(None)

    async def cost() -> ReservationPrice | None:
        if own is not None:
            return None
        wanted = {"connector": connector.id, "minutes": MINUTES}
        return await app.api.get("/reservations/price", ReservationPrice, **wanted)

    loaded = use_load(cost, [connector.id, own is None])

    async def ask(path: str, body: Any) -> None:
        set_busy(True)
        set_trouble("")
        key.current = key.current or uuid4().hex
        try:
            await app.api.post(path, body, Reservation, key=key.current)
            key.current = None
        except ApiError as error:
            if not error.offline:
                key.current = None  # answered: another tap is another intent
            set_trouble(words(error.detail or error.title))
        set_busy(False)
        reload()

    parts: list[ft.Control] = []
    if own is not None:
        parts.append(
            buttons.quiet(
                words("Give the reservation back"),
                t,
                lambda: app.run(ask, f"/reservations/{own.id}/cancel", None),
                busy=busy,
                identifier="cancel-reservation",
            )
        )
    else:
        if price := reserving_sentence(connector.price, loaded.data, words):
            parts.append(muted(price, t, size=T12))
        wanted = ReservationNew(connector_id=connector.id, minutes=MINUTES)
        parts.append(
            buttons.quiet(
                words("Reserve for {minutes} minutes").format(minutes=MINUTES),
                t,
                lambda: app.run(ask, "/reservations", wanted),
                icon=ft.Icons.EVENT_AVAILABLE_ROUNDED,
                busy=busy,
                identifier="reserve",
            )
        )
    if trouble:
        parts.insert(0, note(trouble, t, "danger", identifier="reserve-problem"))
    return ft.Column(parts, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True)
