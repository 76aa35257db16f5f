"""What a map is drawn on: bundled outlines or a tile server's pictures, and what belongs to every map."""

from collections.abc import Callable, Coroutine, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import flet as ft
import flet_map as fm

from app.theme import CONTROL, S4, S8, S12, T12, Tokens
from app.widgets import buttons, geo
from app.widgets.text import muted

FLAGS = fm.InteractionFlag.ALL & ~fm.InteractionFlag.ROTATE
QUIET_KEYS = fm.KeyboardConfiguration(
    autofocus=False, enable_wasd_panning=False, enable_qe_rotating=False, enable_rf_zooming=False
)


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


def paint(t: Tokens) -> _Paint:
    return _paint_for(t.dark)


def at(latitude: float, longitude: float) -> fm.MapLatitudeLongitude:
    return fm.MapLatitudeLongitude(latitude=latitude, longitude=longitude)


def _points(flat: Sequence[float]) -> list[fm.MapLatitudeLongitude]:
    return [at(flat[place + 1], flat[place]) for place in range(0, len(flat), 2)]


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


def layers(t: Tokens, tile_url: str, world: bool) -> list[Any]:
    """The layers below the pins. The world's land is sent only once somebody looks that far."""
    if tile_url:
        return [fm.TileLayer(url_template=tile_url, user_agent_package_name="wattline")]
    colors, city = paint(t), geo.city()
    land = [fm.PolygonLayer(polygons=_polygons(geo.land(), colors.land), polygon_culling=True)] if world else []
    rivers = [
        fm.PolylineMarker(
            coordinates=_points(river["points"]),
            color=colors.water,
            border_color=colors.water,
            stroke_width=river["width"],
            use_stroke_width_in_meter=True,
        )
        for river in city.rivers
    ]
    return [
        *land,
        fm.PolygonLayer(polygons=[*_polygons(city.green, colors.green), *_polygons(city.grounds, colors.ground)]),
        fm.PolylineLayer(polylines=rivers),
        fm.PolygonLayer(polygons=_polygons(city.water_areas, colors.water)),
        fm.PolylineLayer(
            polylines=[
                *_lines(city.rails, colors.rail, 1.5),
                *_lines(city.roads, colors.road, 3, colors.edge),
                *_lines(city.motorways, colors.motorway, 3.5, colors.edge),
            ]
        ),
    ]


def names(t: Tokens, zoom: float) -> Any:
    colors = paint(t)
    return fm.MarkerLayer(
        markers=[
            fm.Marker(
                content=ft.Text(
                    one["name"],
                    size=T12,
                    italic=bool(one.get("water")),
                    color=colors.water_name if one.get("water") else colors.name,
                    weight=ft.FontWeight.W_500,
                    text_align=ft.TextAlign.CENTER,
                    no_wrap=True,
                ),
                coordinates=at(one["at"][1], one["at"][0]),
                width=110 * t.letters,
                height=18 * t.letters,
            )
            for one in geo.city().names
            if zoom >= one["zoom"]
        ]
    )


def attribution(tile_url: str, t: Tokens, covered: int) -> ft.Control:
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


def zoom_buttons(
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
