"""The map: drawn from bundled outlines, so that it works without the internet; a tile server by setting."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft
import flet_map as fm

from app.hooks import use_app, use_tokens, use_words
from app.theme import S8, S12, T12, T14, TOUCH, Tokens
from app.widgets import geo, map_ground
from app.widgets.boundary import guarded
from app.widgets.geo import Cluster, Pin

EVERYWHERE, NEAR, STREETS = 4.0, 12.5, 15.0
WORLD_UNTIL = 10.0


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
    zoom, set_zoom = ft.use_state(11.0 if pins else EVERYWHERE)
    # The camera tells where it is only once it moves.
    world, set_world = ft.use_state(not pins or not all(geo.city().holds(one.latitude, one.longitude) for one in pins))
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
                destination=map_ground.at(latitude, longitude), zoom=wanted, offset=ft.Offset(0, -covered / 2)
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

    ground = ft.use_memo(lambda: map_ground.layers(t, tile_url, world), [t, tile_url, world])
    names = ft.use_memo(lambda: map_ground.names(t, zoom), [t, zoom, bool(tile_url)])
    markers = [_marker(one, chosen, t, words, tap) for one in geo.clusters(pins, zoom, apart=chosen)]
    if place is not None:
        markers.insert(0, _here(place, t))  # below the pins
    layers = [*ground, *([] if tile_url else [names]), fm.MarkerLayer(markers=markers)]
    chart = fm.Map(
        layers=layers,
        expand=True,
        bgcolor=map_ground.paint(t).water if world and not tile_url else map_ground.paint(t).land,
        min_zoom=2.5,
        max_zoom=18,
        interaction_configuration=fm.InteractionConfiguration(
            flags=map_ground.FLAGS, keyboard_configuration=map_ground.QUIET_KEYS
        ),
        on_position_change=moved,
        **_first_view(pins, covered),
    )
    control.current = chart  # each drawing makes a new one, and only the newest is on the page
    parts: list[ft.Control] = [chart]
    if tile_url:
        parts.append(map_ground.attribution(tile_url, t, covered))
    if zoom_buttons:
        parts.append(map_ground.zoom_buttons(control, t, words, app.run))
    return ft.Stack(parts, expand=True)


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
        height=t.high(32),
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
        coordinates=map_ground.at(cluster.latitude, cluster.longitude),
        width=(92 if several else 64) * t.letters,
        height=t.high(TOUCH),
    )


def _here(place: tuple[float, float], t: Tokens) -> Any:
    dot = ft.Container(width=16, height=16, bgcolor=t.info.ink, border=ft.Border.all(3, "#FFFFFF"), border_radius=99)
    halo = ft.Container(dot, bgcolor=ft.Colors.with_opacity(0.2, t.info.ink), border_radius=99, padding=S12)
    return fm.Marker(content=halo, coordinates=map_ground.at(*place), width=40, height=40)


def _first_view(pins: Sequence[Pin], covered: int) -> dict[str, Any]:
    """All pins in view, above the sheet."""
    if not pins:
        return {"initial_center": map_ground.at(50, 10), "initial_zoom": EVERYWHERE}
    spots = [map_ground.at(pin.latitude, pin.longitude) for pin in pins]
    padding = ft.Padding.only(left=48, right=48, top=96 if covered else 64, bottom=48 + covered)
    return {"initial_camera_fit": fm.CameraFit(coordinates=spots, padding=padding, max_zoom=STREETS)}
