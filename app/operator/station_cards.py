"""The cards that a station keeps for when it is offline, and who holds its outlets."""

from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_load, use_pages, use_tokens, use_words
from app.i18n import ago, clock, moment
from app.operator import station_rules as rules
from app.operator.patience import Patience
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.base import Page
from shared.reservations import Reservation
from shared.stations import StationDetail
from shared.tokens import ListMode, ListState, LocalList, LocalListChange, LocalListEntry, LocalListSync

AT_ONCE = 20
MODES = ((ListMode.OFF, "None"), (ListMode.ALL, "All cards"), (ListMode.GROUPS, "Some groups"))
STATES = {
    ListState.UNKNOWN: "Never sent",
    ListState.WAITING: "Sent as soon as the station answers",
    ListState.SENDING: "Being sent",
    ListState.SYNCED: "Up to date",
    ListState.REFUSED: "The station refused it",
}


@guarded
def Cards(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    return ft.Column(
        [KeptCards(detail, told, patience), Held(detail, told)],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@guarded
def KeptCards(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    path = f"/stations/{rules.quoted(detail.row.identity)}"
    turn, set_turn = ft.use_state(0)
    groups, set_groups = ft.use_state("")
    naming, set_naming = ft.use_state(False)
    loaded = use_load(lambda: app.api.get(f"{path}/local-list", LocalList), [told, turn])
    asker = use_asker(lambda: set_turn(lambda n: n + 1), patience)

    async def page(cursor: str | None) -> Page[LocalListEntry]:
        return await app.api.get(f"{path}/local-list/entries", Page[LocalListEntry], cursor=cursor, limit=AT_ONCE)

    kept = use_pages(page, [detail.row.identity, told, turn])
    if loaded.data is None:
        return surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=160)
    one = loaded.data

    def choose(mode: ListMode) -> None:
        if mode is ListMode.GROUPS:
            set_groups(", ".join(one.groups))
            set_naming(True)
            return
        set_naming(False)
        asker.ask("choose", partial(app.api.put, f"{path}/local-list", LocalListChange(mode=mode), LocalList))

    def choose_groups() -> None:
        named = [part.strip() for part in groups.split(",") if part.strip()]
        change = LocalListChange(mode=ListMode.GROUPS, groups=named)
        asker.ask("choose", partial(app.api.put, f"{path}/local-list", change, LocalList), lambda: set_naming(False))

    chosen = ListMode.GROUPS if naming else one.mode
    chips: list[ft.Control] = [
        surfaces.chip(words(word), chosen is mode, t, partial(choose, mode), identifier=f"list-{mode}")
        for mode, word in MODES
    ]
    parts: list[ft.Control] = [ft.Row(chips, spacing=S8, run_spacing=0, wrap=True)]
    if naming:
        parts.append(inputs.field(words("Groups, with commas"), groups, t, set_groups, identifier="list-named"))
        parts.append(
            buttons.primary(words("Keep these"), t, choose_groups, busy=asker.busy == "choose", identifier="list-save")
        )
    about = [words(STATES[one.state]), one.detail]
    if one.synced_at:
        about.append(words("last {when}").format(when=ago(one.synced_at)))
    parts.append(
        ft.Semantics(
            identifier="list-state",
            content=muted(" · ".join(part for part in about if part), t, size=T12),
        )
    )
    tools: list[ft.Control] = []
    if one.mode is not ListMode.OFF:
        send = partial(app.api.post, patience.to(f"{path}/local-list/sync"), LocalListSync(), LocalList)
        tools.append(
            buttons.quiet(
                words("Send now"),
                t,
                lambda: asker.ask("sync", send),
                busy=asker.busy == "sync",
                identifier="list-sync",
            )
        )
    forget: Any = partial(app.api.post, patience.to(f"{path}/clear-cache"), None)
    tools.append(
        buttons.quiet(
            words("Let it forget known cards"),
            t,
            lambda: asker.ask("cache", forget),
            busy=asker.busy == "cache",
            identifier="clear-cache",
        )
    )
    parts.append(ft.Row(tools, spacing=S8, run_spacing=S8, wrap=True))

    def entry(card: LocalListEntry) -> ft.Control:
        good = card.status == "accepted"
        return line(
            ft.Icons.CREDIT_CARD_ROUNDED if good else ft.Icons.CREDIT_CARD_OFF_ROUNDED,
            t.muted if good else t.danger.ink,
            card.value,
            "" if good else words(card.status.capitalize()),
            t,
        )

    if one.size:
        parts.append(text(words("It keeps {n} of them").format(n=one.size), t, bold=True))
        parts.append(listed(kept, entry, "", t, words))
    return surfaces.section(
        words("Cards for when it is offline"),
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
    )


@guarded
def Held(detail: StationDetail, told: int) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    asker = use_asker(lambda: set_turn(lambda n: n + 1))
    identity = detail.row.identity

    async def page(cursor: str | None) -> Page[Reservation]:
        return await app.api.get(
            "/reservations", Page[Reservation], station=identity, open="true", cursor=cursor, limit=AT_ONCE
        )

    def one(held: Reservation) -> ft.Control:
        where = words("Connector {name}").format(name=held.connector) if held.connector else words("Any connector")
        cancel = partial(app.api.post, f"/reservations/{held.id}/cancel", None, Reservation)
        return line(
            ft.Icons.EVENT_AVAILABLE_ROUNDED,
            t.violet.ink,
            f"{where} · {held.driver or held.id_token}",
            words("until {when}").format(when=clock(held.expires_at)),
            t,
            hint=moment(held.expires_at),
            trailing=buttons.quiet(
                words("Cancel it"),
                t,
                lambda: asker.ask(held.id, cancel),
                busy=asker.busy == held.id,
                identifier=f"cancel-{held.number}",
            ),
        )

    return surfaces.section(
        words("Reservations"),
        listed(use_pages(page, [identity, told, turn]), one, words("Nobody holds a connector now."), t, words),
        t,
    )
