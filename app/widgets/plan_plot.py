"""A plan over time: what was drawn and is planned, the limit above it, and the price as a band below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import flet as ft
import flet_charts as fc

from app.i18n import clock, number
from app.theme import CONTROL, S4, S8, S12, T12, Tokens
from app.widgets import plots
from app.widgets.text import muted

KW = 1000
BAND = 22


@dataclass(frozen=True, slots=True)
class Moment:
    """`drawn_w` None: not known, or yet to come."""

    at: datetime
    planned_w: int
    limit_w: int | None
    drawn_w: int | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Legend:
    drawn: str
    planned: str
    limit: str
    price: str
    empty: str
    unit: str = ""


def plan_plot(moments: Sequence[Moment], t: Tokens, legend: Legend, *, height: int = 220) -> ft.Control:
    shown = sorted(moments, key=lambda one: one.at)
    if len(shown) < 2:
        return plots.line_plot([], t, unit="kW", height=height, empty=legend.empty)
    limits = [(one.at, one.limit_w / KW) for one in shown if one.limit_w is not None]
    planned = [(one.at, one.planned_w / KW) for one in shown]
    drawn = [(one.at, one.drawn_w / KW) for one in shown if one.drawn_w is not None]
    top, step = plots.scale(max(value for _, value in (*limits, *planned, *drawn)))
    first, last = shown[0].at, shown[-1].at
    origin = plots.midnight(first)
    begin, end = plots.minutes(origin, first), plots.minutes(origin, last)
    series = [_line(planned, origin, t.info.ink, t, dashed=[3, 4])]
    if len(drawn) > 1:
        series.append(_line(drawn, origin, t.good.ink, t, filled=True))
    if limits:
        series.append(_line(limits, origin, t.warning.ink, t, dashed=[8, 4], steps=True))
    room = 48 * t.letters
    chart = fc.LineChart(
        data_series=series,
        min_x=begin,
        max_x=end,
        min_y=0,
        max_y=top,
        height=height,
        animation=ft.Animation(duration=0),
        horizontal_grid_lines=fc.ChartGridLines(interval=step, color=t.border, width=1),
        left_axis=fc.ChartAxis(
            labels=[
                fc.ChartAxisLabel(value=step * place, label=muted(plots.short(step * place), t, size=T12, no_wrap=True))
                for place in range(round(top / step) + 1)
            ],
            label_spacing=step,
            label_size=room,
        ),
        bottom_axis=fc.ChartAxis(
            labels=[
                fc.ChartAxisLabel(value=plots.minutes(origin, at), label=muted(clock(at), t, size=T12, no_wrap=True))
                for at in plots.ticks(first, last)
            ],
            label_spacing=plots.tick_step(end - begin),
            label_size=24 * t.letters,
            show_min=False,
            show_max=False,
        ),
        tooltip=fc.LineChartTooltip(bgcolor=t.ink, border_radius=CONTROL, fit_inside_horizontally=True),
    )
    keys: list[ft.Control] = [_key(t.info.ink, legend.planned, t)]
    if len(drawn) > 1:
        keys.insert(0, _key(t.good.ink, legend.drawn, t))
    if limits:
        keys.append(_key(t.warning.ink, legend.limit, t))
    parts: list[ft.Control] = [ft.Row(keys, spacing=S12, run_spacing=S4, wrap=True), chart]
    if any(one.price is not None for one in shown):
        parts.append(_band(shown, t, legend, room))
    highest = max(value for _, value in planned)
    told = f"{legend.planned}: max {plots.short(round(highest, 1))} kW; {legend.limit}: " + (
        f"{plots.short(round(min(value for _, value in limits), 1))} kW" if limits else "–"
    )
    return ft.Semantics(label=told, container=True, content=ft.Column(parts, spacing=S8))


def _line(
    points: Sequence[tuple[datetime, float]],
    origin: datetime,
    color: str,
    t: Tokens,
    *,
    dashed: list[int] | None = None,
    filled: bool = False,
    steps: bool = False,
) -> fc.LineChartData:
    if steps:
        corners = []
        for place, (at, value) in enumerate(points):
            if place and points[place - 1][1] != value:
                corners.append((at, points[place - 1][1]))
            corners.append((at, value))
        points = corners
    style = ft.TextStyle(size=T12, weight=ft.FontWeight.W_600, color=t.surface)
    return fc.LineChartData(
        points=[
            fc.LineChartDataPoint(
                plots.minutes(origin, at),
                value,
                tooltip=fc.LineChartDataPointTooltip(text=f"{number(value, 1)} kW · {clock(at)}", text_style=style),
            )
            for at, value in points
        ],
        color=color,
        stroke_width=2,
        dash_pattern=dashed,
        below_line_bgcolor=ft.Colors.with_opacity(0.14, color) if filled else None,
    )


def _key(color: str, word: str, t: Tokens) -> ft.Control:
    return ft.Row(
        [ft.Container(width=14, height=4, bgcolor=color, border_radius=99), muted(word, t, size=T12, no_wrap=True)],
        spacing=S8,
        tight=True,
    )


def _band(moments: Sequence[Moment], t: Tokens, legend: Legend, room: float) -> ft.Control:
    """Cheap is pale, dear is strong; the cheapest and the dearest are said in words."""
    known = [one.price for one in moments if one.price is not None]
    low, high = min(known), max(known)
    cells: list[ft.Control] = []
    for one, after in pairwise(moments):
        share = 0.5 if high == low or one.price is None else (one.price - low) / (high - low)
        wide = max(1, round(plots.minutes(one.at, after.at) * 10))
        cells.append(
            ft.Container(height=BAND, bgcolor=ft.Colors.with_opacity(0.15 + 0.7 * share, t.violet.ink), expand=wide)
        )
    words = f"{legend.price}: {number(low, 2)}" + (f" – {number(high, 2)}" if high > low else "") + f" {legend.unit}"
    return ft.Column(
        [
            muted(words, t, size=T12),
            ft.Container(
                ft.Container(ft.Row(cells, spacing=0), border_radius=CONTROL, clip_behavior=ft.ClipBehavior.ANTI_ALIAS),
                padding=ft.Padding.only(left=room),
            ),
        ],
        spacing=S4,
    )
