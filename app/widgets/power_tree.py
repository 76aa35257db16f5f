"""The picture of a site's power: each node below what feeds it, with what flows on its phases against its limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.i18n import number as number_text
from app.i18n import power
from app.theme import CONTROL, S4, S8, S12, T12, T14, Tokens
from app.widgets.text import muted, number, text

INDENT = 20
DEEPEST = 6
BAR, PALE = 6, 0.35
NEARLY_FULL = 0.9
"""The share of a limit from which on it is worth a second look."""
ICONS = {
    "grid": ft.Icons.ELECTRICAL_SERVICES_ROUNDED,
    "transformer": ft.Icons.TRANSFORM_ROUNDED,
    "feeder": ft.Icons.ACCOUNT_TREE_OUTLINED,
    "station": ft.Icons.EV_STATION_ROUNDED,
    "connector": ft.Icons.POWER_ROUNDED,
    "load": ft.Icons.APARTMENT_ROUNDED,
    "solar": ft.Icons.SOLAR_POWER_ROUNDED,
    "battery": ft.Icons.BATTERY_CHARGING_FULL_ROUNDED,
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One node. `shares`: of its limit by phase, None where it has none; `granted`: what may flow, of the same limit;
    `note` says what matters beside it."""

    key: str
    kind: str
    name: str
    depth: int
    power_w: int | None
    """None: nothing is said of it."""
    currents_a: tuple[float, float, float]
    shares: tuple[float, float, float] | None = None
    limit: str = ""
    note: str = ""
    worrying: bool = False
    granted: float = 0.0


def power_tree(
    branches: Sequence[Branch], t: Tokens, on_open: Callable[[str], Any] | None = None, chosen: str = ""
) -> ft.Control:
    return ft.Column(
        [_branch(one, t, on_open, one.key == chosen) for one in branches],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _branch(one: Branch, t: Tokens, on_open: Callable[[str], Any] | None, chosen: bool) -> ft.Control:
    tone = t.danger if one.worrying else t.info
    head: list[ft.Control] = [
        ft.Container(
            ft.Icon(ICONS.get(one.kind, ft.Icons.BOLT_ROUNDED), size=18, color=tone.ink),
            bgcolor=tone.ground,
            border_radius=99,
            width=34,
            height=34,
            alignment=ft.Alignment.CENTER,
        ),
        ft.Column(
            [
                text(one.name, t, size=T14, bold=one.depth == 0, no_wrap=True),
                muted(" · ".join(part for part in (one.limit, one.note) if part), t, size=T12),
            ],
            spacing=0,
            expand=True,
        ),
    ]
    if one.power_w is not None:
        head.append(number(*power(one.power_w), t, size=16))
    lines: list[ft.Control] = [ft.Row(head, spacing=S12, vertical_alignment=ft.CrossAxisAlignment.CENTER)]
    if one.shares is not None:
        lines.append(_phases(one, t))
    elif one.power_w:
        each = "   ".join(f"L{place + 1} {number_text(current, 1)}" for place, current in enumerate(one.currents_a))
        lines.append(ft.Container(muted(f"{each} A", t, size=T12), padding=ft.Padding.only(left=34 + S12)))
    body = ft.Container(
        ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=ft.Padding.symmetric(vertical=S8, horizontal=S12),
        border_radius=CONTROL,
        bgcolor=t.primary_soft if chosen else t.sunken if one.depth == 0 else None,
        border=ft.Border.only(left=ft.BorderSide(2, tone.ink if one.worrying else t.border)) if one.depth else None,
        margin=ft.Margin.only(left=min(one.depth, DEEPEST) * INDENT),
        ink=on_open is not None,
        on_click=(lambda _: on_open(one.key)) if on_open else None,
    )
    flow = " ".join(power(one.power_w)) if one.power_w is not None else ""
    told = ", ".join(f"L{place + 1} {number_text(current, 1)} A" for place, current in enumerate(one.currents_a))
    return ft.Semantics(
        identifier=f"node-{one.key}",
        label=f"{one.name}: {flow}, {told}. {one.limit}. {one.note}",
        button=on_open is not None,
        container=True,
        content=body,
    )


def _phases(one: Branch, t: Tokens) -> ft.Control:
    assert one.shares is not None
    cells: list[ft.Control] = []
    for place, (share, current) in enumerate(zip(one.shares, one.currents_a, strict=True)):
        cells.append(
            ft.Column(
                [
                    muted(f"L{place + 1} {number_text(current, 1)} A", t, size=T12, no_wrap=True),
                    use_bar(share, t, one.granted),
                ],
                spacing=S4,
                expand=True,
            )
        )
    return ft.Row(cells, spacing=S12)


def use_bar(share: float, t: Tokens, granted: float = 0.0) -> ft.Control:
    """How much of a limit is used: nearly all of it in amber, more than all in red; paler what is `granted` besides."""
    color = t.danger.ink if share > 1 else t.warning.ink if share > NEARLY_FULL else t.good.ink
    filled = max(0, min(1000, round(share * 1000)))
    bar: list[ft.Control] = []
    if filled:
        bar.append(ft.Container(height=BAR, bgcolor=color, border_radius=99, expand=filled))
    given = max(filled, min(1000, round(granted * 1000))) - filled
    if given:
        pale = ft.Colors.with_opacity(PALE, color)
        bar.append(ft.Container(height=BAR, bgcolor=pale, border_radius=99, expand=given))
    if filled + given < 1000:
        bar.append(ft.Container(height=BAR, expand=1000 - filled - given))
    return ft.Container(ft.Row(bar, spacing=0), bgcolor=t.border, border_radius=99)
