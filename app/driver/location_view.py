"""One location: its connectors by station, what each costs, and the button that starts."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.common import bill
from app.driver import rules
from app.driver.data import use_location, use_locations
from app.driver.pieces import TONE_ICON, bottom_bar, connector_row, doubt_badge, note, tone
from app.driver.reporting import ReportProblem
from app.driver.reserving import Reserving, may_reserve, own_at, reserved_note, use_own_reservation
from app.driver.target import target_dialog
from app.errors import ApiError
from app.hooks import use_app, use_live, use_store, use_tokens, use_words
from app.theme import LARGE, S4, S8, S12, S16, S24, T12, T16, T20, Tokens
from app.widgets import buttons, geo, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text, title
from shared.money import TargetNew
from shared.reservations import Reservation
from shared.stations import Connector, LocationDetail, LocationSummary, StationForDriver
from shared.transactions import StartTransaction, Transaction

Words = Callable[[str], str]


@guarded
def LocationView(location_id: str, pane: bool = False, chosen: str = "") -> ft.Control:  # a component
    """`pane`: beside the map, closed by a cross; else a page of its own. `chosen`: the connector of a code."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded, locations = use_location(location_id), use_locations()
    held, look_again = use_own_reservation()
    in_pane, set_in_pane = ft.use_state("")
    picked = in_pane if pane else chosen
    here = loaded.data
    edge = S16 if store.phone or pane else S24

    def leave() -> None:
        app.go("/")

    def set_picked(connector_id: str) -> None:
        """On a page of its own it is in the address: who comes back to it finds what was chosen."""
        if pane:
            set_in_pane(connector_id)
        else:
            app.go(
                f"/locations/{location_id}?connector={connector_id}" if connector_id else f"/locations/{location_id}"
            )

    if here is None:
        body: ft.Control = (
            surfaces.failed(loaded.error, t, loaded.reload)
            if loaded.error is not None
            else surfaces.skeleton_list(t, rows=4, height=88)
        )
        return ft.Container(
            ft.Column([_head("", "", pane, leave, t, words, store.phone), body], spacing=S16), padding=edge, expand=True
        )
    found = rules.outlet(here, picked)
    parts: list[ft.Control] = [
        _head(here.name, f"{here.address}, {here.postal_code} {here.city}", pane, leave, t, words, store.phone),
        _facts(here, store.place, t, words, app.page),
    ]
    if here.description:
        parts.append(muted(here.description, t))
    for station in here.stations:
        parts.append(_station(station, t, words, store.language, picked, set_picked, held))
    outlets = [(one.id, f"{station.name} {one.label}") for station in here.stations for one in station.connectors]
    if outlets:
        parts.append(ReportProblem(outlets, picked, key="report"))
    scroll = ft.ListView(
        [
            ft.Container(
                ft.Column(parts, spacing=S16), padding=ft.Padding.only(left=edge, right=edge, top=S16, bottom=S24)
            )
        ],
        expand=True,
    )
    if found is None:
        bar = bottom_bar(muted(words("Choose a connector to see its price and to start."), t))
    else:
        station, connector = found
        bar = ft.Container(
            StartBar(station, connector, here, locations.data or [], set_picked, held, look_again),
            key=f"start-{connector.id}",
        )
    whole = ft.Column([scroll, bar], spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    if pane or store.phone:
        return whole
    return ft.Row([ft.Container(whole, width=720)], alignment=ft.MainAxisAlignment.CENTER, expand=True)


def _head(
    name: str, address: str, pane: bool, leave: Callable[[], Any], t: Tokens, words: Words, phone: bool
) -> ft.Control:
    way_out = (
        buttons.icon_button(ft.Icons.CLOSE_ROUNDED, words("Close"), t, leave, identifier="close-pane")
        if pane
        else buttons.icon_button(ft.Icons.ARROW_BACK_ROUNDED, words("Back"), t, leave, identifier="back")
    )
    words_column = ft.Column(
        [title(name, t, size=T20 if phone or pane else 28), muted(address, t)], spacing=2, expand=True
    )
    row = [words_column, way_out] if pane else [way_out, words_column]
    return ft.Row(row, spacing=S8, vertical_alignment=ft.CrossAxisAlignment.START)


def _facts(here: LocationDetail, place: rules.Place, t: Tokens, words: Words, page: ft.Page) -> ft.Control:
    """How many are free, how far it is, the way there."""
    word, name = rules.availability(here.availability, words)
    shown: list[ft.Control] = [badge(word, TONE_ICON[name], tone(name, t))]
    if place is not None:
        away = geo.metres(place, (here.latitude, here.longitude))
        shown.append(muted(words("{distance} from you").format(distance=i18n.distance(away)), t))

    async def directions() -> None:
        await ft.UrlLauncher().launch_url(
            f"https://www.google.com/maps/dir/?api=1&destination={here.latitude},{here.longitude}"
        )

    way = buttons.quiet(
        words("Directions"),
        t,
        lambda: page.run_task(directions),
        icon=ft.Icons.DIRECTIONS_ROUNDED,
        identifier="directions",
    )
    facts = ft.Row(shown, spacing=S12, run_spacing=S4, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    both = ft.Row(
        [facts, way],
        spacing=S12,
        run_spacing=S8,
        wrap=True,  # with large letters the way there stands below
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return ft.Row([ft.Container(both, expand=True)])


def _station(
    station: StationForDriver,
    t: Tokens,
    words: Words,
    language: str,
    picked: str,
    pick: Callable[[str], None],
    held: Reservation | None,
) -> ft.Control:
    head: list[ft.Control] = [text(station.name, t, bold=True)]
    if station.name != station.identity:
        head.append(muted(station.identity, t, size=T12))
    rows = [
        connector_row(
            one, station, t, words, language, partial(pick, one.id), lit=one.id == picked, own=own_at(one, held)
        )
        for one in station.connectors
    ]
    top: list[ft.Control] = [ft.Row(head, spacing=S8)]
    if station.doubtful:
        head.append(doubt_badge(t, words))
        top.append(muted(rules.doubt(station, words), t, size=T12))
    if station.last_charge_at is not None:
        last = words("Last charged here {when}").format(when=i18n.ago(station.last_charge_at))
        top.append(muted(last, t, size=T12))
    if station.doubtful or not station.online:
        top.append(WatchButton(station.id))
    return ft.Column([ft.Column(top, spacing=2), *rows], spacing=S8)


@guarded
def WatchButton(station_id: str) -> ft.Control:  # a component
    """Tell me when it works again."""
    app, t, words = use_app(), use_tokens(), use_words()
    asked, set_asked = ft.use_state(False)

    async def ask() -> None:
        try:
            await app.api.put(f"/notifications/watched/{station_id}")
            set_asked(True)
            app.toast(words("We tell you when it works again."))
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if asked:
        return muted(words("You will hear when it works again."), t, size=T12)
    return ft.Row(
        [
            buttons.quiet(
                words("Tell me when it works again"),
                t,
                lambda: app.run(ask),
                icon=ft.Icons.NOTIFICATIONS_NONE_ROUNDED,
                identifier=f"watch-{station_id}",
            )
        ]
    )


@guarded
def StartBar(
    station: StationForDriver,
    connector: Connector,
    here: LocationDetail,
    locations: list[LocationSummary],
    on_pick: Callable[[str], None],
    held: Reservation | None,
    look_again: Callable[[], None],
) -> ft.Control:  # a component
    """What the chosen connector costs, what is reserved, and Start; or why not, and where else."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    own = rules.running(use_live("transactions", list[Transaction], merge=True).data or [])
    busy, set_busy = ft.use_state(False)
    trouble, set_trouble = ft.use_state("")
    key: Any = ft.use_ref(None)
    target, set_target = ft.use_state(None)
    asking, set_asking = ft.use_state(False)
    currency = connector.price.currency if connector.price else ""

    def pick(goal: TargetNew | None) -> None:
        set_target(lambda _: goal)
        set_asking(False)

    ft.use_dialog(target_dialog(currency, target, pick, lambda: set_asking(False), t, words) if asking else None)

    async def start() -> None:
        set_busy(True)
        set_trouble("")
        key.current = key.current or uuid4().hex
        try:
            begun = await app.api.post(
                "/transactions",
                StartTransaction(connector_id=connector.id, target=target),
                Transaction,
                key=key.current,
            )
        except ApiError as error:
            if error.offline:
                set_trouble(words("No connection. Tap again: the same start is never counted twice."))
            else:
                key.current = None  # answered: another tap is another intent
                set_trouble(words(error.detail or error.title))
            set_busy(False)
            return
        key.current = None
        app.go(f"/sessions/{begun.id}")

    mine = own_at(connector, held)
    why = "" if mine is not None else rules.hindrance(connector, station.online, words)
    what = f"{i18n.rated(connector.max_power_w)} {rules.plug(connector.standard)}"
    if len(station.connectors) > 1:
        what = f"{words('Connector {name}').format(name=connector.label)} · {what}"
    parts: list[ft.Control] = [
        ft.Row([text(station.name, t, size=T16, bold=True), muted(what, t)], spacing=S8, run_spacing=0, wrap=True)
    ]
    begin: ft.Control | None = None
    if trouble:
        parts.append(note(trouble, t, "danger", identifier="start-problem"))
    if why:
        parts.append(muted(why, t))
        parts.append(_elsewhere(here, connector, locations, t, words, app.go, on_pick))
    elif own is not None and not busy:  # busy: it is the one that begins here, and its page opens
        parts.append(muted(words("You have a session already. Stop it before you start another one."), t))
        parts.append(
            buttons.primary(
                words("Show my session"), t, lambda: app.go(f"/sessions/{own.id}"), identifier="show-session"
            )
        )
    else:
        parts.extend(muted(line, t) for line in rules.price_lines(connector.price, words))
        hold = rules.hold_sentence(connector.price, store.meta.hold_amount if store.meta else Decimal(0), words)
        parts.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.LOCK_OUTLINE_ROUNDED, size=14, color=t.muted),
                        muted(hold, t, size=T12, expand=True),
                    ],
                    spacing=S4,
                ),
            )
        )
        parts.append(
            buttons.quiet(
                words("What would my session cost?"),
                t,
                lambda: app.go(f"/price/{connector.id}"),
                icon=ft.Icons.INFO_OUTLINE_ROUNDED,
                identifier="explain-price",
            )
        )
        if mine is not None:
            parts.append(reserved_note(mine, t, words))
        begin = buttons.primary(
            words("Start charging"),
            t,
            lambda: app.run(start),
            icon=ft.Icons.BOLT_ROUNDED,
            busy=busy,
            identifier="start-charging",
        )
        parts.append(begin)
        label = words("Stops by itself at {target}").format(target=bill.target(target, currency)) if target else ""
        parts.append(
            buttons.quiet(
                label or words("Stop by itself …"),
                t,
                lambda: set_asking(True),
                icon=ft.Icons.FLAG_OUTLINED,
                identifier="start-target",
            )
        )
        if mine is not None or may_reserve(connector, station.online, held):
            parts.append(Reserving(connector, mine, look_again))
    stretch = ft.CrossAxisAlignment.STRETCH
    if t.letters > LARGE and begin is not None:  # the rest can be moved, or it would cover the whole page
        rest = ft.Column(
            [part for part in parts if part is not begin],
            spacing=S8,
            horizontal_alignment=stretch,
            scroll=ft.ScrollMode.AUTO,
        )
        parts = [ft.Container(rest, height=store.height * 0.3), begin]
    return bottom_bar(ft.Column(parts, spacing=S8, horizontal_alignment=stretch, tight=True))


def _elsewhere(
    here: LocationDetail,
    connector: Connector,
    locations: Sequence[LocationSummary],
    t: Tokens,
    words: Words,
    go: Callable[[str], None],
    pick: Callable[[str], None],
) -> ft.Control:
    """What can be used instead, here or nearby."""
    free = rules.free_here(here, connector)
    if free is not None:
        station, other = free
        line = words("Free here: {name}").format(name=f"{station.name} · {i18n.rated(other.max_power_w)}")
        return buttons.quiet(line, t, partial(pick, other.id), icon=ft.Icons.BOLT_ROUNDED, identifier="elsewhere")
    near = rules.nearest_other(locations, here, connector.power_type)
    if near is None:
        return muted(words("Nothing of this kind is available elsewhere now."), t)
    label = words("{name} has a free one, {distance} away").format(
        name=near.name, distance=i18n.distance(near.distance_m)
    )
    return buttons.quiet(label, t, lambda: go(f"/locations/{near.id}"), identifier="elsewhere")
