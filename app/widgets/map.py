"""The map: drawn from bundled outlines, so that it works without the internet; a tile server by setting."""

from collections.abc import Callable, Coroutine, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import flet as ft
import flet_map as fm

from app.hooks import use_app, use_tokens, use_words
from app.theme import CONTROL, S4, S8, S12, T12, T14, TOUCH, Tokens
from app.widgets import buttons, geo
from app.widgets.boundary import guarded
from app.widgets.geo import Cluster, Pin
from app.widgets.text import muted

NEAR, STREETS = 12.5, 15.0
CITY_FROM = 8.5
"""Zoom from which the drawn city is shown."""
WORLD_UNTIL = 10.0
FLAGS = fm.InteractionFlag.ALL & ~fm.InteractionFlag.ROTATE
QUIET_KEYS = fm.KeyboardConfiguration(
    autofocus=False, enable_wasd_panning=False, enable_qe_rotating=False, enable_rf_zooming=False
)


@guarded
def LocationsMap(
    pins: Sequence[Pin],
    chosen: str,
    on_pin: Callable[[str], Any],
    place: tuple[float, float] | None,
    tile_url: str = "",
    covered: int = 0,
    zoom_buttons: bool = False,
) -> ft.Control:  # a component
    """`covered`: pixels at the bottom that lie under a sheet. A pin that becomes chosen comes to the middle."""
    app, t, words = use_app(), use_tokens(), use_words()
    zoom, set_zoom = ft.use_state(11.0)
    world, set_world = ft.use_state(False)
    control: Any = ft.use_ref(None)
    shown: Any = ft.use_ref(None)

    def moved(event: fm.MapPositionChangeEvent) -> None:
        camera = event.camera
        # Steps: only then clusters and names change, and the map is drawn anew.
        set_zoom(round(camera.zoom * 2) / 2)
        if camera.zoom < WORLD_UNTIL or not geo.city().holds(camera.center.latitude, camera.center.longitude):
            set_world(True)

    async def turn_to(latitude: float, longitude: float, wanted: float | None) -> None:
        if control.current is not None:
            await control.current.move_to(
                destination=_at(latitude, longitude), zoom=wanted, offset=ft.Offset(0, -covered / 2)
            )

    def follow() -> None:
        """What is new comes to the middle; at first everything is in view as it is."""
        before, shown.current = shown.current, (chosen, place)
        if before is None:
            return
        pin = next((one for one in pins if one.id == chosen), None)
        if chosen != before[0] and pin is not None:
            app.run(turn_to, pin.latitude, pin.longitude, max(zoom, NEAR))
        elif place != before[1] and place is not None:
            app.run(turn_to, place[0], place[1], NEAR)

    ft.use_effect(follow, [chosen, place])

    def tap(cluster: Cluster) -> None:
        if len(cluster.pins) == 1:
            on_pin(cluster.pins[0].id)
        else:
            app.run(turn_to, cluster.latitude, cluster.longitude, zoom + 2)

    ground = ft.use_memo(lambda: _ground(t, tile_url, world), [t, tile_url, world])
    names = ft.use_memo(lambda: _names(t, zoom), [t, zoom, bool(tile_url)])
    markers = [_marker(one, chosen, t, words, tap) for one in geo.clusters(pins, zoom, apart=chosen)]
    if place is not None:
        markers.insert(0, _here(place, t))  # below the pins
    layers = [*ground, *([] if tile_url else [names]), fm.MarkerLayer(markers=markers)]
    chart = fm.Map(
        layers=layers,
        expand=True,
        bgcolor=_paint(t).water if world and not tile_url else _paint(t).land,
        min_zoom=2.5,
        max_zoom=18,
        interaction_configuration=fm.InteractionConfiguration(flags=FLAGS, keyboard_configuration=QUIET_KEYS),
        on_position_change=moved,
        **_first_view(pins, covered),
    )
    control.current = chart  # each drawing makes a new one, and only the newest is on the page
    parts: list[ft.Control] = [chart]
    if tile_url:
        parts.append(_attribution(tile_url, t, covered))
    if zoom_buttons:
        parts.append(_zoom_buttons(control, t, words, app.run))
    return ft.Stack(parts, expand=True)


# --- the drawn ground ----------------------------------------------------------------------------------------


class _Paint:
    """The colours of the drawn ground: quiet, so that pins are what one sees."""

    def __init__(self, dark: bool) -> None:
        self.land = "#151D23" if dark else "#EFF1EC"
        self.water = "#0B2B3A" if dark else "#B9D8E8"
        self.green = "#17291F" if dark else "#D3E6CC"
        self.ground = "#1C262D" if dark else "#E3E6E3"
        self.motorway = "#4A5A66" if dark else "#F2C27E"
        self.road = "#2B3841" if dark else "#FFFFFF"
        self.edge = "#151D23" if dark else "#D5DAD6"
        self.rail = "#38454E" if dark else "#C2C9C6"
        self.name = "#8DA0AD" if dark else "#5C6B66"
        self.water_name = "#5F9DBB" if dark else "#3E7C9C"


@cache
def _paint_for(dark: bool) -> _Paint:
    return _Paint(dark)


def _paint(t: Tokens) -> _Paint:
    return _paint_for(t.dark)


def _at(latitude: float, longitude: float) -> fm.MapLatitudeLongitude:
    return fm.MapLatitudeLongitude(latitude=latitude, longitude=longitude)


def _points(flat: Sequence[float]) -> list[fm.MapLatitudeLongitude]:
    return [_at(flat[place + 1], flat[place]) for place in range(0, len(flat), 2)]


def _polygons(areas: Sequence[Sequence[float]], color: str) -> list[fm.PolygonMarker]:
    return [fm.PolygonMarker(coordinates=_points(area), color=color, border_color=color) for area in areas]


def _lines(lines: Sequence[Sequence[float]], color: str, width: float, edge: str = "") -> list[fm.PolylineMarker]:
    return [
        fm.PolylineMarker(
            coordinates=_points(line),
            color=color,
            stroke_width=width,
            border_color=edge or color,
            border_stroke_width=1 if edge else 0,
        )
        for line in lines
    ]


def _ground(t: Tokens, tile_url: str, world: bool) -> list[Any]:
    """The layers below the pins. The world's land is sent only once somebody looks that far."""
    if tile_url:
        return [fm.TileLayer(url_template=tile_url, user_agent_package_name="wattline")]
    paint, city = _paint(t), geo.city()
    land = [fm.PolygonLayer(polygons=_polygons(geo.land(), paint.land), polygon_culling=True)] if world else []
    rivers = [
        fm.PolylineMarker(
            coordinates=_points(river["points"]),
            color=paint.water,
            border_color=paint.water,
            stroke_width=river["width"],
            use_stroke_width_in_meter=True,
        )
        for river in city.rivers
    ]
    return [
        *land,
        fm.PolygonLayer(polygons=[*_polygons(city.green, paint.green), *_polygons(city.grounds, paint.ground)]),
        fm.PolylineLayer(polylines=rivers),
        fm.PolygonLayer(polygons=_polygons(city.water_areas, paint.water)),
        fm.PolylineLayer(
            polylines=[
                *_lines(city.rails, paint.rail, 1.5),
                *_lines(city.roads, paint.road, 3, paint.edge),
                *_lines(city.motorways, paint.motorway, 3.5, paint.edge),
            ]
        ),
    ]


def _names(t: Tokens, zoom: float) -> Any:
    paint = _paint(t)
    return fm.MarkerLayer(
        markers=[
            fm.Marker(
                content=ft.Text(
                    one["name"],
                    size=T12,
                    italic=bool(one.get("water")),
                    color=paint.water_name if one.get("water") else paint.name,
                    weight=ft.FontWeight.W_500,
                    text_align=ft.TextAlign.CENTER,
                    no_wrap=True,
                ),
                coordinates=_at(one["at"][1], one["at"][0]),
                width=110,
                height=18,
            )
            for one in geo.city().names
            if zoom >= one["zoom"]
        ]
    )


# --- on top --------------------------------------------------------------------------------------------------


def _marker(
    cluster: Cluster, chosen: str, t: Tokens, words: Callable[[str], str], tap: Callable[[Cluster], None]
) -> Any:
    pin = cluster.pins[0]
    several = len(cluster.pins) > 1
    lit = not several and pin.id == chosen
    broken = all(one.broken for one in cluster.pins)
    tone = t.neutral if broken else t.good if cluster.free else t.warning
    icon = (
        ft.Icons.CLOUD_OFF_ROUNDED
        if broken
        else ft.Icons.BOLT_ROUNDED
        if cluster.free
        else ft.Icons.HOURGLASS_BOTTOM_ROUNDED
    )
    said = words("{n} of {total} available").format(n=cluster.free, total=sum(one.total for one in cluster.pins))
    label = words("{n} locations").format(n=len(cluster.pins)) if several else pin.label
    ink, ground = (t.on_primary, t.primary) if lit else (tone.ink, t.surface)
    inside: list[ft.Control] = [
        ft.Icon(icon, size=16, color=ink),
        ft.Text(str(cluster.free), size=T14, weight=ft.FontWeight.W_700, color=ink),
    ]
    if several:
        inside.append(ft.Text(f"· {len(cluster.pins)}", size=T12, color=t.muted))
        inside.append(ft.Icon(ft.Icons.PLACE_OUTLINED, size=14, color=t.muted))
    pill = ft.Container(
        ft.Row(inside, spacing=2, tight=True, alignment=ft.MainAxisAlignment.CENTER),
        bgcolor=ground,
        border=ft.Border.all(2, t.primary if lit else tone.ink),
        border_radius=99,
        padding=ft.Padding.symmetric(horizontal=S8),
        height=32,
        shadow=ft.BoxShadow(blur_radius=8, color="#40000000", offset=ft.Offset(0, 2)),
    )
    return fm.Marker(
        content=ft.Semantics(
            identifier=f"cluster-{pin.id}" if several else f"marker-{pin.id}",
            label=f"{label}: {said}",
            button=True,
            content=ft.Container(
                pill,
                ink=True,
                border_radius=99,
                on_click=lambda _: tap(cluster),
                alignment=ft.Alignment.CENTER,
                tooltip=f"{label} · {said}",
            ),
        ),
        coordinates=_at(cluster.latitude, cluster.longitude),
        width=92 if several else 64,
        height=TOUCH,
    )


def _here(place: tuple[float, float], t: Tokens) -> Any:
    dot = ft.Container(width=16, height=16, bgcolor=t.info.ink, border=ft.Border.all(3, "#FFFFFF"), border_radius=99)
    halo = ft.Container(dot, bgcolor=ft.Colors.with_opacity(0.2, t.info.ink), border_radius=99, padding=S12)
    return fm.Marker(content=halo, coordinates=_at(*place), width=40, height=40)


def _first_view(pins: Sequence[Pin], covered: int) -> dict[str, Any]:
    """All pins in view, above the sheet."""
    if not pins:
        return {"initial_center": _at(50, 10), "initial_zoom": 4}
    spots = [_at(pin.latitude, pin.longitude) for pin in pins]
    padding = ft.Padding.only(left=48, right=48, top=96 if covered else 64, bottom=48 + covered)
    return {"initial_camera_fit": fm.CameraFit(coordinates=spots, padding=padding, max_zoom=STREETS)}


def _attribution(tile_url: str, t: Tokens, covered: int) -> ft.Control:
    host = urlsplit(tile_url.replace("{s}.", "")).hostname or ""
    text = "© OpenStreetMap contributors" if "openstreetmap" in host else f"Map: {host}"
    return ft.Container(
        muted(text, t, size=T12),
        bgcolor=ft.Colors.with_opacity(0.85, t.surface),
        padding=ft.Padding.symmetric(horizontal=S8, vertical=2),
        border_radius=CONTROL,
        left=S4,
        bottom=covered + S4,
    )


def _zoom_buttons(
    control: Any,
    t: Tokens,
    words: Callable[[str], str],
    run: Callable[[Callable[[], Coroutine[Any, Any, Any]]], None],
) -> ft.Control:
    async def closer() -> None:
        if control.current is not None:
            await control.current.zoom_in()

    async def farther() -> None:
        if control.current is not None:
            await control.current.zoom_out()

    return ft.Container(
        ft.Column(
            [
                buttons.icon_button(ft.Icons.ADD_ROUNDED, words("Zoom in"), t, lambda: run(closer)),
                buttons.icon_button(ft.Icons.REMOVE_ROUNDED, words("Zoom out"), t, lambda: run(farther)),
            ],
            spacing=0,
            tight=True,
        ),
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CONTROL,
        right=S12,
        bottom=S12,
    )
