"""Columns by day and bars by name: values stand at what matters, every value comes under the finger or pointer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import flet as ft
import flet_charts as fc

from app.i18n import day_of, with_unit
from app.theme import CONTROL, S4, S8, S12, T12, TOUCH, Tokens
from app.widgets.plots import scale, short
from app.widgets.text import muted, number, text

FOOT = 24
SIDE = 12
WIDEST, NARROWEST = 28, 2
LABEL, MARK = 44, 88
"""Pixels that a value above a column needs, and that it may take."""
HEADROOM = 1.12
"""Above the end of the axis, for what is written above a column that reaches it."""
WORDS_APART = 76
"""Pixels between two words below the columns."""


@dataclass(frozen=True, slots=True)
class Day:
    """One column. `value` None: nothing is known of this day, which isn't 0."""

    day: date
    value: float | None


def column_plot(
    days: Sequence[Day],
    t: Tokens,
    *,
    width: float,
    write: Callable[[float], str],
    unit: str = "",
    top: float | None = None,
    marked: bool = True,
    color: str | None = None,
    height: int = 200,
    label: str = "",
    empty: str = "",
) -> ft.Control:
    """`width` is what there is for the plot, `write` says a value with its unit, `top` is the end of the axis.
    `label` is the question that the plot answers, said to a screen reader. `marked`: the highest of many columns has
    its value above it."""
    known = [(place, one.value) for place, one in enumerate(days) if one.value is not None]
    if not known:
        return ft.Container(
            muted(empty, t),
            height=height,
            bgcolor=t.sunken,
            border_radius=CONTROL,
            alignment=ft.Alignment.CENTER,
            padding=S12,
        )
    color = color or t.info.ink
    highest = max(value for _, value in known)
    end, step = (top, top / 4) if top else scale(highest)
    side = round(_room(end, step, unit) * t.letters)
    rod = max(NARROWEST, min(WIDEST, (width - side) / len(days) * 0.66))
    chart = fc.BarChart(
        groups=[_column(place, one, rod, color, t, write) for place, one in enumerate(days)],
        group_alignment=ft.MainAxisAlignment.SPACE_AROUND,
        min_y=0,
        max_y=end * HEADROOM,
        height=height,
        animation=ft.Animation(duration=0),
        horizontal_grid_lines=fc.ChartGridLines(interval=step, color=t.border, width=1),
        left_axis=fc.ChartAxis(labels=_values(end, step, unit, t), label_size=side, label_spacing=step, show_max=False),
        bottom_axis=fc.ChartAxis(labels=_dates(days, width - side, t), label_size=FOOT * t.letters),
        tooltip=fc.BarChartTooltip(
            bgcolor=t.ink,
            border_radius=CONTROL,
            padding=ft.Padding.symmetric(vertical=S4, horizontal=S8),
            margin=S4,
            max_width=200,
            fit_inside_horizontally=True,
            fit_inside_vertically=True,
            direction=fc.BarChartTooltipDirection.TOP,
        ),
    )
    layers: list[ft.Control] = [chart]
    layers += [
        _written(
            place,
            days[place].value or 0,
            len(days),
            end,
            side,
            width,
            height,
            t,
            write(days[place].value or 0).removesuffix(unit).removeprefix(unit).strip(),
        )
        for place in labelled(days, width - side, marked)
    ]
    return ft.Semantics(label=spoken(label, days, write), container=True, content=ft.Stack(layers, height=height))


# --- pure ----------------------------------------------------------------------------------------------------


def labelled(days: Sequence[Day], width: float, marked: bool = True) -> list[int]:
    """The places of the columns whose value is written above them: all where there is room, else the highest, above
    which nothing can stand in the way."""
    known = [place for place, one in enumerate(days) if one.value is not None]
    if len(days) * LABEL <= width:
        return known
    return [max(known, key=lambda place: days[place].value or 0)] if marked else []


def spoken(label: str, days: Sequence[Day], write: Callable[[float], str]) -> str:
    known = [one for one in days if one.value is not None]
    highest = max(known, key=lambda one: one.value or 0)
    last = known[-1]
    told = f"max {write(highest.value or 0)} ({day_of(highest.day)}), {day_of(last.day)} {write(last.value or 0)}"
    return f"{label}: {told}".lstrip(": ")


def worded(count: int, width: float) -> list[int]:
    """The places below which a date stands: evenly, and never so close that two words touch."""
    step = max(1, -(-count * WORDS_APART // max(1, int(width))))
    # None so near to the end that it would stand over the edge.
    return [place for place in range(0, count, step) if (count - place - 0.5) / count * width > WORDS_APART / 4]


# --- parts ---------------------------------------------------------------------------------------------------


def _column(place: int, one: Day, rod: float, color: str, t: Tokens, write: Callable[[float], str]) -> fc.BarChartGroup:
    told = write(one.value) if one.value is not None else "–"
    style = ft.TextStyle(size=T12, weight=ft.FontWeight.W_600, color=t.surface)
    return fc.BarChartGroup(
        x=place,
        rods=[
            fc.BarChartRod(
                to_y=one.value or 0,
                width=rod,
                color=color,
                border_radius=ft.BorderRadius.only(top_left=min(4, rod / 3), top_right=min(4, rod / 3)),
                tooltip=fc.BarChartRodTooltip(text=f"{told} · {day_of(one.day)}", text_style=style),
            )
        ],
    )


def _written(
    place: int, value: float, count: int, end: float, side: float, width: float, height: int, t: Tokens, word: str
) -> ft.Control:
    """A value above the middle of its column, kept inside the plot."""
    above = (1 - min(1.0, value / end) / HEADROOM) * (height - FOOT * t.letters) - 18 * t.letters
    middle = side + (place + 0.5) / count * (width - side)
    inside = middle + MARK / 2 <= width
    return ft.Container(
        ft.Text(word, size=T12, weight=ft.FontWeight.W_600, color=t.ink, no_wrap=True),
        left=max(0.0, middle - MARK / 2) if inside else None,
        right=None if inside else 0,
        width=MARK,
        top=max(0.0, above),
        alignment=ft.Alignment.CENTER if inside else ft.Alignment.CENTER_RIGHT,
        ignore_interactions=True,
    )


def _values(end: float, step: float, unit: str, t: Tokens) -> list[fc.ChartAxisLabel]:
    count = round(end / step)
    return [
        fc.ChartAxisLabel(
            value=step * place,
            label=ft.Container(
                muted(_tick(step * place, unit if place == count else ""), t, size=T12, no_wrap=True),
                padding=ft.Padding.only(right=S8),
                alignment=ft.Alignment.CENTER_RIGHT,
            ),
        )
        for place in range(count + 1)
    ]


def _tick(value: float, unit: str) -> str:
    return with_unit(short(value), unit)


def _room(end: float, step: float, unit: str) -> int:
    return SIDE + 7 * max(len(_tick(end, unit)), len(_tick(step, "")))


def _dates(days: Sequence[Day], width: float, t: Tokens) -> list[fc.ChartAxisLabel]:
    return [
        fc.ChartAxisLabel(
            value=place,
            label=ft.Container(
                muted(day_of(days[place].day), t, size=T12, no_wrap=True), padding=ft.Padding.only(top=S8)
            ),
        )
        for place in worded(len(days), width)
    ]


# --- names against each other --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` None: nothing is known. `shown` is it in words, with its unit apart."""

    id: str
    name: str
    value: float | None
    shown: tuple[str, str]


def bar_list(
    bars: Sequence[Bar],
    t: Tokens,
    *,
    top: float | None = None,
    color: str | None = None,
    on_open: Callable[[str], Any] | None = None,
    label: str = "",
) -> ft.Control:
    """The longest first as given; each says its name and value, and opens something where `on_open` is given."""
    highest = top or max((one.value or 0 for one in bars), default=0) or 1
    return ft.Column(
        [_bar(one, highest, color or t.info.ink, t, on_open, label) for one in bars],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _bar(
    one: Bar, highest: float, color: str, t: Tokens, on_open: Callable[[str], Any] | None, label: str
) -> ft.Control:
    share = round(min(1.0, (one.value or 0) / highest) * 1000)
    lines: list[ft.Control] = []
    if share:
        lines.append(ft.Container(height=8, bgcolor=color, border_radius=99, expand=share))
    if share < 1000:
        lines.append(ft.Container(height=8, expand=1000 - share))
    content = ft.Container(
        ft.Column(
            [
                ft.Row(
                    [
                        text(one.name, t, expand=True, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS),
                        number(*one.shown, t, size=14),
                    ],
                    spacing=S12,
                ),
                ft.Container(ft.Row(lines, spacing=0), bgcolor=t.sunken, border_radius=99),
            ],
            spacing=S4,
        ),
        padding=ft.Padding.symmetric(vertical=S8, horizontal=S8),
        border_radius=CONTROL,
        height=TOUCH + S8,
        ink=on_open is not None,
        on_click=(lambda _: on_open(one.id)) if on_open else None,
    )
    return ft.Semantics(
        identifier=f"bar-{one.id}",
        label=f"{label} {one.name}: {' '.join(one.shown)}".strip(),
        button=on_open is not None,
        container=True,
        content=content,
    )
