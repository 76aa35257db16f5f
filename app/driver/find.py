"""Where to charge: a map with a sheet on phones, list, map and the chosen location side by side on desktops."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n, keys
from app.device.location import PlaceUnknown
from app.driver import rules
from app.driver.data import use_locations
from app.driver.location_view import LocationView
from app.driver.pieces import RunningBar, location_row, problem
from app.hooks import Loaded, use_app, use_keys, use_store, use_tokens, use_words
from app.theme import CARD, LARGE, S4, S8, S12, S16, T12, T16, TOUCH, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.map import LocationsMap
from app.widgets.text import muted, text
from shared.stations import LocationSummary, PowerType

LIST_WIDTH, PANE_WIDTH = 376, 400
AT_ONCE = 40
LOW, MIDDLE, HIGH = 0, 1, 2
Locations = Loaded[list[LocationSummary]]


@guarded
def FindPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_locations()
    search, set_search = ft.use_state("")
    available, set_available = ft.use_state(False)
    power, set_power = ft.use_state(frozenset[PowerType]())
    most, set_most = ft.use_state(AT_ONCE)
    asking, set_asking = ft.use_state(False)
    cursor: Any = ft.use_ref(None)
    opened = rules.asked(store.route).get("open", "") if store.wide else ""

    async def near_me() -> None:
        set_asking(True)
        try:
            store.place = await app.locator.find()
        except PlaceUnknown as trouble:
            app.toast(words(str(trouble)), bad=True)
        set_asking(False)

    def toggle(kind: PowerType) -> None:
        set_power(power ^ {kind})

    def open_location(location_id: str) -> None:
        app.go(f"/?open={location_id}" if store.wide else f"/locations/{location_id}")

    def clear() -> None:
        set_search("")
        set_available(False)
        set_power(frozenset())

    def find() -> None:
        if cursor.current is not None:
            app.run(cursor.current.focus)

    def close() -> None:
        if opened:
            app.go("/")
        elif search:
            set_search("")

    use_keys({keys.FIND: find, keys.CLOSE: close})
    if loaded.data is None and loaded.error is not None:
        return problem(loaded.error, t, loaded.reload)
    shown = rules.found(loaded.data or [], rules.Wish(search, available, power), store.place)
    chips = ft.Row(
        [
            surfaces.chip(
                words("Available now"),
                available,
                t,
                lambda: set_available(not available),
                identifier="filter-available",
            ),
            *[
                surfaces.chip(kind, kind in power, t, partial(toggle, kind), identifier=f"filter-{kind.lower()}")
                for kind in PowerType
            ],
        ],
        spacing=S8,
        scroll=ft.ScrollMode.HIDDEN,
    )
    near = _near_button(t, words, asking, store.place is not None, lambda: app.run(near_me))
    field = inputs.search(search, words("Place, street or name"), t, set_search, ref=cursor)
    entries = _entries(loaded, shown, most, opened, t, words, open_location, clear, lambda: set_most(most + AT_ONCE))
    chart = _chart(loaded, shown, opened, t, open_location, covered=_sheet_height(store, MIDDLE) if store.phone else 0)
    head = _summary(shown, t, words) if loaded.data is not None else surfaces.skeleton(t, width=180)
    if store.phone:
        sheet = _Sheet(entries, chips, head, len(shown))
        top = ft.Container(ft.Row([ft.Container(field, expand=True), near], spacing=S8), left=S12, right=S12, top=S12)
        return ft.Column([ft.Stack([chart, top, sheet], expand=True), RunningBar()], spacing=0, expand=True)
    side = ft.Container(
        ft.Column(
            [
                ft.Container(
                    ft.Column([ft.Row([ft.Container(field, expand=True), near], spacing=S8), chips, head], spacing=S8),
                    padding=ft.Padding.only(left=S16, right=S16, top=S16),
                ),
                ft.Container(
                    ft.ListView(entries, spacing=S8, padding=ft.Padding.only(left=S16, right=S16, bottom=S16)),
                    expand=True,
                ),
                RunningBar(),
            ],
            spacing=S8,
            expand=True,
        ),
        width=LIST_WIDTH if store.wide else 336,
        border=ft.Border.only(right=ft.BorderSide(1, t.border)),
    )
    panes: list[ft.Control] = [side, ft.Container(chart, expand=True)]
    if opened:
        panes.append(
            ft.Container(
                LocationView(opened, pane=True),
                key=opened,
                width=PANE_WIDTH,
                bgcolor=t.background,
                border=ft.Border.only(left=ft.BorderSide(1, t.border)),
            )
        )
    return ft.Row(panes, spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)


def _sheet_height(store: Any, level: int) -> int:
    room = store.height - 64
    return {LOW: int(116 * store.letters), MIDDLE: int(room * 0.46), HIGH: int(room - 72)}[level]


@guarded
def _Sheet(entries: list[ft.Control], chips: ft.Control, head: ft.Control, count: int) -> ft.Control:  # a component
    """Slides over the map in three steps, by a drag or a tap on its handle."""
    store, t, words = use_store(), use_tokens(), use_words()
    level, set_level = ft.use_state(MIDDLE)

    def dragged(event: ft.DragEndEvent) -> None:
        velocity = event.primary_velocity or 0
        if abs(velocity) > 80:
            set_level(max(LOW, level - 1) if velocity > 0 else min(HIGH, level + 1))

    handle = ft.GestureDetector(
        ft.Semantics(
            identifier="sheet-handle",
            label=words("Show less") if level == HIGH else words("Show more"),
            button=True,
            content=ft.Container(
                ft.Column(
                    [
                        ft.Container(width=40, height=4, bgcolor=t.border, border_radius=99),
                        ft.Container(head, alignment=ft.Alignment.CENTER_LEFT, padding=ft.Padding.only(top=S8)),
                    ],
                    spacing=0,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                padding=ft.Padding.only(left=S16, right=S16, top=S8, bottom=S4),
                height=TOUCH if t.letters <= LARGE else None,
                bgcolor=ft.Colors.TRANSPARENT,
            ),
        ),
        on_tap=lambda _: set_level(LOW if level == HIGH else level + 1),
        on_vertical_drag_end=dragged,
    )
    del count
    return ft.Container(
        ft.Column(
            [
                handle,
                ft.Container(chips, padding=ft.Padding.only(left=S16)),
                ft.Container(
                    ft.ListView(entries, spacing=S8, padding=ft.Padding.only(left=S12, right=S12, bottom=S16, top=S4)),
                    expand=True,
                ),
            ],
            spacing=0,
        ),
        left=0,
        right=0,
        bottom=0,
        height=_sheet_height(store, level),
        bgcolor=t.background,
        border_radius=ft.BorderRadius.only(top_left=16, top_right=16),
        border=ft.Border.only(top=ft.BorderSide(1, t.border)),
        shadow=ft.BoxShadow(blur_radius=16, color="#22000000", offset=ft.Offset(0, -4)),
        animate=ft.Animation(220, ft.AnimationCurve.EASE_OUT_CUBIC),
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
    )


def _entries(
    loaded: Locations,
    shown: list[LocationSummary],
    most: int,
    opened: str,
    t: Tokens,
    words: Callable[[str], str],
    on_open: Callable[[str], None],
    clear: Callable[[], None],
    more: Callable[[], None],
) -> list[ft.Control]:
    if loaded.data is None:
        return [surfaces.skeleton_list(t, rows=4, height=92)]
    if not loaded.data:
        return [
            surfaces.empty(
                ft.Icons.EV_STATION_OUTLINED,
                words("No charging locations yet"),
                words("As soon as the operator opens one, it appears here and on the map."),
                t,
            )
        ]
    if not shown:
        return [
            surfaces.empty(
                ft.Icons.SEARCH_OFF_ROUNDED,
                words("Nothing fits"),
                words("No location fits your search and filters."),
                t,
                buttons.quiet(words("Show all"), t, clear, identifier="clear-filters"),
            )
        ]
    rows: list[ft.Control] = [
        location_row(one, t, words, partial(on_open, one.id), lit=one.id == opened) for one in shown[:most]
    ]
    if len(shown) > most:
        rows.append(buttons.quiet(words("Show more"), t, more, identifier="show-more"))
    return rows


def _chart(
    loaded: Locations,
    shown: list[LocationSummary],
    opened: str,
    t: Tokens,
    on_open: Callable[[str], None],
    *,
    covered: int,
) -> ft.Control:
    if loaded.data is None:
        return ft.Container(bgcolor=t.sunken, expand=True)
    return _Chart([rules.pin(one) for one in shown], opened, on_open, covered)


@guarded
def _Chart(pins: list[Any], opened: str, on_open: Callable[[str], None], covered: int) -> ft.Control:  # a component
    store = use_store()
    tiles = store.meta.tile_url if store.meta else ""
    return LocationsMap(pins, opened, on_open, store.place, tiles, covered, not store.phone)


def _near_button(
    t: Tokens, words: Callable[[str], str], asking: bool, known: bool, on_click: Callable[[], Any]
) -> ft.Control:
    inside: ft.Control = ft.Icon(
        ft.Icons.MY_LOCATION_ROUNDED if known else ft.Icons.LOCATION_SEARCHING_ROUNDED, size=20, color=t.primary
    )
    if asking:
        inside = ft.ProgressRing(width=18, height=18, stroke_width=2, color=t.primary)
    return ft.Semantics(
        identifier="near-me",
        label=words("Near me"),
        button=True,
        content=ft.Container(
            inside,
            width=TOUCH,
            height=TOUCH,
            alignment=ft.Alignment.CENTER,
            bgcolor=t.surface,
            border=ft.Border.all(1, t.border),
            border_radius=CARD - 4,
            tooltip=words("Near me"),
            ink=True,
            on_click=None if asking else lambda _: on_click(),
        ),
    )


def _summary(shown: list[LocationSummary], t: Tokens, words: Callable[[str], str]) -> ft.Control:
    free = sum(one.availability.available for one in shown)
    usable = i18n.several(free, "1 connector available", "{n} connectors available")
    count = i18n.several(len(shown), "1 location", "{n} locations")
    return ft.Row(
        [
            text(count, t, size=T16, bold=True),
            muted(usable, t, size=T12),
        ],
        spacing=S8,
        wrap=True,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
