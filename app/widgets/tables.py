"""A dense table on wide screens, cards on phones: one description of columns and rows for both.

    columns = [
        Column("station", "Station", weight=3, sort="identity"),
        Column("place", "Location", weight=2, from_width=900),
        Column("power", "Power", width=96, numeric=True, sort="power"),
    ]
    cells = {"station": one.station_name, "power": number("22.0", "kW", t)}
    rows = [Row(one.id, f"session-{one.id}", cells, one.station_name)]
    table(columns, rows, t, sort="-power", on_sort=set_sort, on_open=open_session, phone=store.phone, width=store.width)

- A cell is a text or a control. A number's cell stands at the right, its unit in the cell.
- `sort` is the API's own word, `-` before it for the other direction; a tap on a head calls `on_sort` with the next.
- Rows can be reached with Tab and opened with Enter; for arrow keys the page marks a row (`chosen`) and moves the
  mark itself with `moved(rows, chosen, step)`.
- `expand`: the table fills the height it is given, its head stays and its rows scroll. Without it the table is as
  high as its rows, for a page that scrolls as a whole.
- `selected` (None: no boxes) and `on_select` give each row a box and the head one for all.
- On a phone a row is a card: `card(row)` draws what is in it, else the first cell and the others with their labels.
- `more` is the last line: a button's label and what it does, such as ("Show more", load_next).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.theme import CARD, S4, S8, S12, S16, T12, T14, TOUCH, Tokens
from app.widgets import buttons
from app.widgets.text import muted, text

ROW_HEIGHT = 52
HEAD_HEIGHT = 48
BOX = 40


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in pixels, else its share `weight` of what is left. Shown from `from_width` of the table on."""

    name: str
    label: str
    width: int | None = None
    weight: int = 1
    numeric: bool = False
    sort: str = ""
    """The API's word; empty: can't be sorted by it."""
    falling: bool = False
    """The first tap sorts from high to low: what one wants of power, money and times."""
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """`identifier` is what tests find, `label` what a screen reader says."""

    id: str
    identifier: str
    cells: Mapping[str, str | ft.Control]
    label: str = ""
    chosen: bool = False


OnRow = Callable[[Row], Any]


def next_sort(current: str, column: Column) -> str:
    """What a tap on a head asks for: its first direction, or the other one of what is sorted by it already."""
    if current.removeprefix("-") == column.sort:
        return column.sort if current.startswith("-") else f"-{column.sort}"
    return f"-{column.sort}" if column.falling else column.sort


def moved(rows: Sequence[Row], chosen: str | None, step: int) -> str | None:
    """The id of the row that an arrow key leads to. Stops at the ends; without a chosen one it starts there."""
    if not rows:
        return None
    ids = [row.id for row in rows]
    if chosen not in ids:
        return ids[0] if step > 0 else ids[-1]
    return ids[max(0, min(len(ids) - 1, ids.index(chosen) + step))]


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    t: Tokens,
    *,
    sort: str = "",
    on_sort: Callable[[str], Any] | None = None,
    on_open: OnRow | None = None,
    phone: bool = False,
    width: float = 10_000,
    expand: bool = False,
    selected: frozenset[str] | None = None,
    on_select: Callable[[frozenset[str]], Any] | None = None,
    card: Callable[[Row], ft.Control] | None = None,
    more: tuple[str, Callable[[], Any]] | None = None,
) -> ft.Control:
    """See the head of this file."""
    if phone:
        lines = [_card(row, columns, t, on_open, card) for row in rows]
        if more:
            lines.append(_more(more, t))
        return _stack(lines, expand, S8)
    shown = [column for column in columns if width >= column.from_width]
    picks = selected if on_select is not None else None
    body = [_row(row, shown, t, on_open, picks, on_select) for row in rows]
    if more:
        body.append(_more(more, t))
    head = _head(shown, t, sort, on_sort, _box_for_all(rows, picks, on_select, t))
    return ft.Container(
        ft.Column([head, _stack(body, expand, 0)], spacing=0, expand=expand),
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CARD,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        expand=expand,
    )


def _stack(lines: list[ft.Control], expand: bool, spacing: int) -> ft.Control:
    if expand:
        return ft.ListView(lines, spacing=spacing, expand=True)
    return ft.Column(lines, spacing=spacing, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _line(cells: Sequence[ft.Control], columns: Sequence[Column]) -> list[ft.Control]:
    """Words that begin where a number ends would be read with it: the distance is twice as large there."""
    line: list[ft.Control] = []
    for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        if place and columns[place - 1].numeric and not column.numeric:
            line.append(ft.Container(width=0))
        line.append(cell)
    return line


def _place(content: ft.Control, column: Column) -> ft.Control:
    """A cell in its column."""
    return ft.Container(
        content,
        width=column.width,
        expand=None if column.width is not None else column.weight,
        alignment=ft.Alignment.CENTER_RIGHT if column.numeric else ft.Alignment.CENTER_LEFT,
    )


def _head(
    columns: Sequence[Column],
    t: Tokens,
    sort: str,
    on_sort: Callable[[str], Any] | None,
    box: ft.Control | None,
) -> ft.Control:
    cells = _line([_head_cell(column, t, sort, on_sort) for column in columns], columns)
    return ft.Container(
        ft.Row([box, *cells] if box else cells, spacing=S16),
        height=HEAD_HEIGHT,
        padding=ft.Padding.symmetric(horizontal=S16),
        bgcolor=t.sunken,
        border=ft.Border.only(bottom=ft.BorderSide(1, t.border)),
    )


def _head_cell(column: Column, t: Tokens, sort: str, on_sort: Callable[[str], Any] | None) -> ft.Control:
    by_this = bool(column.sort) and sort.removeprefix("-") == column.sort
    word = ft.Text(
        column.label,
        size=T12,
        weight=ft.FontWeight.W_600,
        color=t.ink if by_this else t.muted,
        no_wrap=True,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
    if not column.sort or on_sort is None:
        return _place(word, column)
    down = sort.startswith("-")
    arrow = ft.Icon(
        ft.Icons.ARROW_DOWNWARD_ROUNDED if by_this and down else ft.Icons.ARROW_UPWARD_ROUNDED,
        size=14,
        color=t.ink if by_this else ft.Colors.TRANSPARENT,
    )
    # The arrow has its place also while it can't be seen, so that heads don't move.
    parts: list[ft.Control] = [arrow, word] if column.numeric else [word, arrow]
    wanted = next_sort(sort, column)
    area = ft.Container(
        ft.Row(
            parts,
            spacing=S4,
            tight=True,
            alignment=ft.MainAxisAlignment.END if column.numeric else ft.MainAxisAlignment.START,
        ),
        height=HEAD_HEIGHT,
        alignment=ft.Alignment.CENTER_RIGHT if column.numeric else ft.Alignment.CENTER_LEFT,
        width=column.width,
        ink=True,
        on_click=lambda _: on_sort(wanted),
    )
    return ft.Semantics(
        identifier=f"sort-{column.name}",
        button=True,
        selected=by_this,
        content=area,
        expand=None if column.width is not None else column.weight,
    )


def _cell(value: str | ft.Control, t: Tokens) -> ft.Control:
    if isinstance(value, str):
        return text(value, t, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS)
    return value


def _row(
    row: Row,
    columns: Sequence[Column],
    t: Tokens,
    on_open: OnRow | None,
    selected: frozenset[str] | None,
    on_select: Callable[[frozenset[str]], Any] | None,
) -> ft.Control:
    cells = [_place(_cell(row.cells.get(column.name, ""), t), column) for column in columns]
    line = _line(cells, columns)
    if selected is not None and on_select is not None:
        picked = row.id in selected
        rest = selected - {row.id} if picked else selected | {row.id}
        line.insert(0, _box(picked, f"select-{row.id}", lambda: on_select(rest), t))
    area = ft.Container(
        ft.Row(line, spacing=S16, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        height=ROW_HEIGHT,
        padding=ft.Padding.symmetric(horizontal=S16),
        bgcolor=t.primary_soft if row.chosen else None,
        border=ft.Border.only(bottom=ft.BorderSide(1, t.border)),
        ink=on_open is not None,
        on_click=(lambda _: on_open(row)) if on_open else None,
    )
    return ft.Semantics(
        identifier=row.identifier,
        label=row.label or None,
        button=on_open is not None,
        selected=row.chosen,
        container=True,
        content=area,
        key=row.id,
    )


def _box(picked: bool | None, identifier: str, on_change: Callable[[], Any], t: Tokens) -> ft.Control:
    return ft.Semantics(
        identifier=identifier,
        content=ft.Checkbox(
            value=picked,
            tristate=picked is None,
            active_color=t.primary,
            check_color=t.on_primary,
            border_side=ft.BorderSide(1.5, t.muted),
            width=BOX,
            on_change=lambda _: on_change(),
        ),
    )


def _box_for_all(
    rows: Sequence[Row],
    selected: frozenset[str] | None,
    on_select: Callable[[frozenset[str]], Any] | None,
    t: Tokens,
) -> ft.Control | None:
    if selected is None or on_select is None:
        return None
    every = frozenset(row.id for row in rows)
    picked: bool | None = False if not selected & every else True if every <= selected else None
    return _box(picked, "select-all", lambda: on_select(selected - every if picked else selected | every), t)


def _card(
    row: Row,
    columns: Sequence[Column],
    t: Tokens,
    on_open: OnRow | None,
    draw: Callable[[Row], ft.Control] | None,
) -> ft.Control:
    area = ft.Container(
        draw(row) if draw else _plain_card(row, columns, t),
        padding=S16,
        bgcolor=t.surface,
        border=ft.Border.all(1, t.border),
        border_radius=CARD,
        ink=on_open is not None,
        on_click=(lambda _: on_open(row)) if on_open else None,
    )
    return ft.Semantics(
        identifier=row.identifier,
        label=row.label or None,
        button=on_open is not None,
        container=True,
        content=area,
        key=row.id,
    )


def _plain_card(row: Row, columns: Sequence[Column], t: Tokens) -> ft.Control:
    """The first cell as a head, the others below, each with the name of its column."""
    first, *others = columns
    head = row.cells.get(first.name, "")
    parts: list[ft.Control] = [text(head, t, bold=True) if isinstance(head, str) else head]
    for column in others:
        value = row.cells.get(column.name, "")
        if value == "":
            continue
        shown = ft.Container(_cell(value, t), expand=True, alignment=ft.Alignment.CENTER_RIGHT)
        parts.append(ft.Row([muted(column.label, t, size=T12), shown], spacing=S12))
    return ft.Column(parts, spacing=S4)


def _more(more: tuple[str, Callable[[], Any]], t: Tokens) -> ft.Control:
    label, load = more
    return ft.Container(
        buttons.quiet(label, t, load, identifier="more"), alignment=ft.Alignment.CENTER, padding=S8, height=TOUCH + S16
    )


def two_lines(first: str, second: str, t: Tokens) -> ft.Control:
    """A cell with a name and what belongs to it in small type."""
    lines: list[ft.Control] = [
        ft.Text(
            first, size=T14, weight=ft.FontWeight.W_600, color=t.ink, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS
        )
    ]
    if second:
        lines.append(muted(second, t, size=T12, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS))
    return ft.Column(lines, spacing=0, alignment=ft.MainAxisAlignment.CENTER, tight=True)
