"""A small map on which a place is pointed at."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import flet as ft
import flet_map as fm

from app.theme import CONTROL, Tokens
from app.widgets import map_ground

HEIGHT = 220
NAMES_AT = 13.0
NAMES_FROM = 10.5
"""Zoom from which the drawn city's names don't lie upon each other."""
CLOSE, FAR, COUNTRY = 15.0, 12.0, 4.0
SOMEWHERE = (50.0, 10.0)


def picker(
    place: tuple[float, float] | None,
    near: tuple[float, float] | None,
    on_pick: Callable[[float, float], Any],
    t: Tokens,
    words: Callable[[str], str],
    layers: Sequence[Any],
    run: Callable[[Callable[[], Coroutine[Any, Any, Any]]], None],
    control: Any,
    *,
    on_names: Callable[[bool], Any],
    tile_url: str = "",
) -> ft.Control:
    """`place` is marked; `near` is where the map begins. `control` is a ref.

    `layers` come from `ground`, made once for each answer of `on_names`: whether names are to be seen.
    """
    start, zoom = (place, CLOSE) if place else (near, FAR) if near else (SOMEWHERE, COUNTRY)
    chart = fm.Map(
        layers=[*layers, fm.MarkerLayer(markers=[_pin(place, t)] if place else [])],
        expand=True,
        bgcolor=map_ground.paint(t).land if tile_url else map_ground.paint(t).water,
        initial_center=map_ground.at(*start),
        initial_zoom=zoom,
        min_zoom=2.5,
        max_zoom=18,
        interaction_configuration=fm.InteractionConfiguration(
            flags=map_ground.FLAGS, keyboard_configuration=map_ground.QUIET_KEYS
        ),
        on_tap=lambda event: on_pick(event.coordinates.latitude, event.coordinates.longitude),
        on_position_change=lambda event: on_names(event.camera.zoom >= NAMES_FROM),
    )
    control.current = chart  # each drawing makes a new one, and only the newest is on the page
    # Without a voice of its own: a screen reader's tap would always point at the middle. The numbers can be typed.
    silent = ft.Semantics(exclude_semantics=True, content=chart, expand=True)
    parts: list[ft.Control] = [silent, map_ground.zoom_buttons(control, t, words, run)]
    if tile_url:
        parts.append(map_ground.attribution(tile_url, t, 0))
    return ft.Semantics(
        identifier="place-map",
        label=words("Map: tap where it is"),
        content=ft.Container(
            ft.Stack(parts, expand=True),
            height=HEIGHT,
            border=ft.Border.all(1, t.border),
            border_radius=CONTROL,
            clip_behavior=ft.ClipBehavior.HARD_EDGE,
        ),
    )


def begins_near(place: tuple[float, float] | None, near: tuple[float, float] | None) -> bool:
    """Whether names are to be seen at first."""
    return place is not None or near is not None


def ground(t: Tokens, tile_url: str, named: bool) -> list[Any]:
    """The layers below the mark: the whole world, as nobody knows where somebody builds."""
    below = map_ground.layers(t, tile_url, world=True)
    return below if tile_url or not named else [*below, map_ground.names(t, NAMES_AT)]


def _pin(place: tuple[float, float], t: Tokens) -> Any:
    return fm.Marker(
        content=ft.Icon(ft.Icons.LOCATION_ON_ROUNDED, size=40, color=t.primary),
        coordinates=map_ground.at(*place),
        width=40,
        height=40,
        alignment=ft.Alignment.TOP_CENTER,  # its tip is at the place
    )
