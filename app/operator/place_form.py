"""Choosing where a station stands, or making that place on the spot; the same fields change a place later."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.device.location import PlaceUnknown
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator import place_rules as rules
from app.operator.place_rules import Draft
from app.theme import S8, S12, T12
from app.widgets import buttons, inputs, map_ground, map_picker
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import LocationDetail, LocationSummary

NEW = "new"
NUMBER = ft.KeyboardType.TEXT  # a keyboard of digits has no minus on some phones


@dataclass(frozen=True, slots=True)
class Fields:
    draft: Draft
    parts: list[ft.Control]
    begin: Callable[[Draft], None]


def use_fields(
    first: Draft, near: tuple[float, float] | None, shown: bool = True, *, description: bool = False
) -> Fields:
    """The fields of one location and its map. A hook: their state is that of the component that asks.

    `shown` False: nothing is drawn, which costs something for a map. `begin` starts over with another draft.
    """
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    draft, set_draft = ft.use_state(first)
    asking, set_asking = ft.use_state(False)
    trouble, set_trouble = ft.use_state("")
    chart: Any = ft.use_ref(None)
    tiles = store.meta.tile_url if store.meta else ""
    unmoved: bool | None = None
    moved, set_named = ft.use_state(unmoved)
    named = moved if moved is not None else map_picker.begins_near(rules.spot(draft), near or store.place)
    layers = ft.use_memo(lambda: map_picker.ground(t, tiles, named) if shown else [], [shown, t, tiles, named])
    if not shown:
        return Fields(draft, [], set_draft)

    def put(name: str, value: str) -> None:
        set_draft(lambda known: replace(known, **{name: value}))

    def pick(latitude: float, longitude: float) -> None:
        set_trouble("")
        set_draft(lambda known: replace(known, latitude=rules.written(latitude), longitude=rules.written(longitude)))

    async def turn(latitude: float, longitude: float) -> None:
        if chart.current is not None:
            await chart.current.move_to(destination=map_ground.at(latitude, longitude), zoom=map_picker.CLOSE)

    def typed(name: str, value: str) -> None:
        put(name, value)
        place = rules.spot(replace(draft, **{name: value}))
        if place is not None:
            app.run(turn, *place)

    async def here() -> None:
        set_asking(True)
        set_trouble("")
        try:
            latitude, longitude = await app.locator.find()
        except PlaceUnknown as unknown:
            set_trouble(words(str(unknown)))
        else:
            pick(latitude, longitude)
            await turn(latitude, longitude)
        finally:
            set_asking(False)

    def line(label: str, name: str, **more: Any) -> ft.Control:
        return inputs.field(
            words(label), getattr(draft, name), t, partial(put, name), identifier=f"place-{name}", **more
        )

    def coordinate(label: str, name: str) -> ft.Control:
        return inputs.field(
            words(label),
            getattr(draft, name),
            t,
            partial(typed, name),
            identifier=f"place-{name}",
            keyboard=NUMBER,
        )

    place = rules.spot(draft)
    parts: list[ft.Control] = [
        line("Name of the location", "name"),
        line("Street and number", "address"),
        ft.Row(
            [
                ft.Container(line("Postal code", "postal_code"), expand=2),
                ft.Container(line("City", "city"), expand=3),
            ],
            spacing=S8,
        ),
        ft.Column(
            [
                muted(words("Tap the map where it is."), t, size=T12),
                map_picker.picker(
                    place,
                    near or store.place,
                    pick,
                    t,
                    words,
                    layers,
                    app.run,
                    chart,
                    on_names=set_named,
                    tile_url=tiles,
                ),
            ],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        ft.Row(
            [
                ft.Container(coordinate("Latitude", "latitude"), expand=1),
                ft.Container(coordinate("Longitude", "longitude"), expand=1),
            ],
            spacing=S8,
        ),
        ft.Row(
            [
                buttons.quiet(
                    words("Take where I am"),
                    t,
                    lambda: app.run(here),
                    icon=ft.Icons.MY_LOCATION_ROUNDED,
                    busy=asking,
                    identifier="place-here",
                )
            ]
        ),
    ]
    if trouble:
        parts.append(text(trouble, t, color=t.warning.ink))
    parts.append(
        ft.Row(
            [
                ft.Container(line("Country", "country"), expand=2),
                ft.Container(line("Time zone", "time_zone"), expand=3),
            ],
            spacing=S8,
        )
    )
    if description:
        parts.append(line("What drivers should know", "description", multiline=True))
    return Fields(draft, parts, set_draft)


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """`parts` for a dialog. `settle` gives the id of what is chosen, made first where it is new; "" for none."""

    parts: list[ft.Control]
    settle: Callable[[], Awaitable[str]]
    begin: Callable[[str], None]


def use_place(current: str = "", *, shown: bool = True, later: str = "No location yet") -> PlaceChoice:
    """Which location: one of those there are, a new one, or none yet. A hook.

    A station without one is offered the only location there is. `settle` raises ApiError, in words for people.
    """
    app, t, words = use_app(), use_tokens(), use_words()
    picked, set_picked = ft.use_state("\0")  # nobody chose yet
    held, set_held = ft.use_state(current)
    key, set_key = ft.use_state("")

    async def load() -> list[LocationSummary]:
        if not shown:
            return []
        return (await app.api.get("/locations", Page[LocationSummary], empty="true", limit=200)).items

    loaded = use_load(load, [shown])
    places = loaded.data or []
    chosen = picked if picked != "\0" else held or (places[0].id if len(places) == 1 else "")
    ft.use_effect(lambda: set_key(uuid4().hex), [shown])
    empty = rules.empty_draft(app.brand)
    fields = use_fields(empty, rules.middle(places), shown and chosen == NEW)

    def begin(wanted: str) -> None:
        set_picked("\0")
        set_held(wanted)
        fields.begin(empty)

    async def settle() -> str:
        if chosen != NEW:
            return chosen
        if missing := rules.problem(fields.draft):
            raise ApiError(words(missing))
        made = await app.api.post("/locations", rules.new(fields.draft), LocationDetail, key=key)
        loaded.reload()
        set_picked(made.id)
        return made.id

    if not shown:
        return PlaceChoice([], settle, begin)
    options = [("", words(later)), *((one.id, rules.line(one)) for one in places)]
    if chosen == NEW:
        back = buttons.quiet(
            words("Choose another"), t, lambda: set_picked(""), icon=ft.Icons.CLOSE_ROUNDED, identifier="place-back"
        )
        head = ft.Row(
            [ft.Container(text(words("New location"), t, bold=True), expand=True), back],
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
        return PlaceChoice([head, *fields.parts], settle, begin)
    parts: list[ft.Control] = []
    if places:
        parts.append(inputs.choice(words("Location"), chosen, options, t, set_picked, identifier="station-location"))
    elif loaded.error is not None:
        parts.append(text(words(loaded.error.detail or loaded.error.title), t, color=t.danger.ink))
    add = buttons.quiet(
        words("New location"),
        t,
        lambda: set_picked(NEW),
        icon=ft.Icons.ADD_LOCATION_ALT_OUTLINED,
        identifier="place-new",
    )
    parts.append(
        ft.Column(
            [
                muted(words("Drivers see a station once it has a location. It can be chosen later."), t, size=T12),
                ft.Row([add]),
            ],
            spacing=S12,
        )
        if not chosen
        else ft.Row([add])
    )
    return PlaceChoice(parts, settle, begin)
