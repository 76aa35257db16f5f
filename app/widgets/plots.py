"""Plots over time: a line with its area, axes that can be read, and the value under the finger or the pointer."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import flet as ft
import flet_charts as fc

from app.i18n import clock, day, local, number
from app.theme import CONTROL, S4, S8, T12, T14, Tokens
from app.widgets.text import muted

MOST_POINTS = 120
"""More can't be told apart on a phone, and each costs a control."""
FOOT = 24
STEPS_MIN = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 43200)
DAY_MIN = 1440
EDGE = 0.05
"""Share of the width at each end where a label would run over the edge."""

Point = tuple[datetime, float]


def line_plot(
    points: Sequence[Point],
    t: Tokens,
    *,
    unit: str,
    color: str | None = None,
    height: int = 180,
    limit: float | None = None,
    label: str = "",
    empty: str = "No readings yet",
) -> ft.Control:
    """`label` is the question that the plot answers, said to a screen reader. `limit` is drawn as a dashed line.

    Put it in a small component of its own: it is dear to draw, so draw it once a second at most.
    """
    shown = thinned(points)
    if len(shown) < 2:
        return _nothing(empty, t, height)
    color = color or t.info.ink
    top, step = scale(max(max(value for _, value in shown), limit or 0))
    first, last = shown[0][0], shown[-1][0]
    origin = midnight(first)
    begin, end = minutes(origin, first), minutes(origin, last)
    series = [_line(shown, color, t, unit, origin)]
    if limit is not None:
        series.append(_limit(limit, begin, end, t))
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
            labels=_values(top, step, unit, t), label_spacing=step, label_size=_room(top, step, unit) * t.letters
        ),
        bottom_axis=fc.ChartAxis(
            labels=_times(first, last, origin, t),
            label_spacing=tick_step(end - begin),
            label_size=FOOT * t.letters,
            show_min=False,
            show_max=False,
        ),
        tooltip=fc.LineChartTooltip(
            bgcolor=t.ink,
            border_radius=CONTROL,
            padding=ft.Padding.symmetric(vertical=S4, horizontal=S8),
            max_width=200,
            fit_inside_horizontally=True,
            fit_inside_vertically=True,
        ),
    )
    layers: list[ft.Control] = [chart]
    if limit is not None:
        above = (1 - limit / top) * (height - FOOT * t.letters) - 18 * t.letters
        word = ft.Text(f"{short(limit)} {unit}", size=T12, weight=ft.FontWeight.W_600, color=t.warning.ink)
        layers.append(ft.Container(word, right=S4, top=max(0, above)))
    return ft.Semantics(
        label=spoken(label, shown, unit),
        container=True,
        content=ft.Stack(layers, height=height),
        exclude_semantics=True,
    )


# --- pure ----------------------------------------------------------------------------------------------------


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """At most `most` points in order of time, the highest of each stretch kept: a peak never disappears."""
    ordered = sorted(points)
    if len(ordered) <= most:
        return ordered
    size = (len(ordered) - 2) / (most - 2)
    middle = ordered[1:-1]
    cuts = [round(number * size) for number in range(most - 1)]
    kept = [max(middle[a:b], key=lambda point: point[1]) for a, b in pairwise(cuts) if a < b]
    return [ordered[0], *kept, ordered[-1]]


def scale(highest: float) -> tuple[float, float]:
    """(top, step) of an axis from 0: three to five even steps of 1, 2, 2.5 or 5 times a power of ten."""
    if highest <= 0:
        return 1.0, 0.5
    rough = highest / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999)
    return step * math.ceil(highest / step * 0.999), step


def tick_step(span_min: float, most: int = 5) -> float:
    """Minutes between two labels, so that at most `most` are shown."""
    return next((size for size in STEPS_MIN if span_min / size <= most - 1), STEPS_MIN[-1])


def ticks(first: datetime, last: datetime, most: int = 5) -> list[datetime]:
    """Even moments of the local clock between the two, at most `most`."""
    step = tick_step(minutes(first, last), most)
    day_begin = midnight(first)
    number = math.ceil(minutes(day_begin, first) / step - 1e-9)
    found: list[datetime] = []
    while (at := day_begin + timedelta(minutes=number * step)) <= last and len(found) < most:
        found.append(at)
        number += 1
    return found


def midnight(at: datetime) -> datetime:
    """Where the axis begins to count: labels lie on multiples of their step from there."""
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def minutes(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / 60


def short(value: float) -> str:
    """As few places as tell it apart: `7.5`, `22`, `1 200`."""
    value = round(value, 6)  # 0.1 * 3 is 0.3
    places = 0 if value == round(value) else 1 if value * 10 == round(value * 10, 6) or value >= 10 else 2
    return number(value, places)


def spoken(label: str, points: Sequence[Point], unit: str) -> str:
    highest = max(value for _, value in points)
    return f"{label}: {short(round(points[-1][1], 1))} {unit}, max {short(round(highest, 1))} {unit}".lstrip(": ")


def at_moment(at: datetime, span_min: float) -> str:
    return f"{day(at)}, {clock(at)}" if span_min > DAY_MIN else clock(at)


# --- parts ---------------------------------------------------------------------------------------------------


def _line(points: Sequence[Point], color: str, t: Tokens, unit: str, origin: datetime) -> fc.LineChartData:
    span = minutes(points[0][0], points[-1][0])
    style = ft.TextStyle(size=T12, weight=ft.FontWeight.W_600, color=t.surface)
    return fc.LineChartData(
        points=[
            fc.LineChartDataPoint(
                minutes(origin, at),
                value,
                tooltip=fc.LineChartDataPointTooltip(
                    text=f"{number(value, 1)} {unit} · {at_moment(at, span)}", text_style=style
                ),
            )
            for at, value in points
        ],
        color=color,
        stroke_width=2,
        rounded_stroke_cap=True,
        rounded_stroke_join=True,
        below_line_gradient=ft.LinearGradient(
            begin=ft.Alignment.TOP_CENTER,
            end=ft.Alignment.BOTTOM_CENTER,
            colors=[ft.Colors.with_opacity(0.28, color), ft.Colors.with_opacity(0.02, color)],
        ),
        selected_point=fc.ChartCirclePoint(color=color, radius=4, stroke_color=t.surface, stroke_width=2),
        selected_below_line=fc.ChartPointLine(color=t.muted, width=1, dash_pattern=[3, 3]),
    )


def _limit(limit: float, begin: float, end: float, t: Tokens) -> fc.LineChartData:
    return fc.LineChartData(
        points=[fc.LineChartDataPoint(x, limit, show_tooltip=False) for x in (begin, end)],
        color=t.warning.ink,
        stroke_width=1.5,
        dash_pattern=[6, 4],
        selected_point=False,
        selected_below_line=False,
    )


def _values(top: float, step: float, unit: str, t: Tokens) -> list[fc.ChartAxisLabel]:
    """The unit stands once, at the top."""
    count = round(top / step)
    return [
        fc.ChartAxisLabel(
            value=step * place,
            label=ft.Container(
                muted(short(step * place) + (f" {unit}" if place == count else ""), t, size=T12, no_wrap=True),
                padding=ft.Padding.only(right=S8),
                alignment=ft.Alignment.CENTER_RIGHT,
            ),
        )
        for place in range(count + 1)
    ]


def _room(top: float, step: float, unit: str) -> int:
    widest = max(len(f"{short(top)} {unit}"), len(short(step)))
    return 14 + 7 * widest


def _times(first: datetime, last: datetime, origin: datetime, t: Tokens) -> list[fc.ChartAxisLabel]:
    span = minutes(first, last)
    return [
        fc.ChartAxisLabel(
            value=minutes(origin, at),
            label=ft.Container(muted(_time(at, span), t, size=T12, no_wrap=True), padding=ft.Padding.only(top=S8)),
        )
        for at in ticks(first, last)
        if EDGE < minutes(first, at) / span < 1 - EDGE or span == 0
    ]


def _time(at: datetime, span_min: float) -> str:
    if span_min > 2 * DAY_MIN:
        return day(at)
    return f"{clock(at)}:{at.second:02d}" if tick_step(span_min) < 1 else clock(at)


def _nothing(word: str, t: Tokens, height: int) -> ft.Control:
    return ft.Container(
        muted(word, t, size=T14), height=height, bgcolor=t.sunken, border_radius=CONTROL, alignment=ft.Alignment.CENTER
    )
