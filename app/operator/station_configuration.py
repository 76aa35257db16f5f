"""A station's configuration as it last told it: find a setting, read anew, change one."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import keys
from app.hooks import use_app, use_keys, use_load, use_store, use_tokens, use_words
from app.i18n import ago, several
from app.operator import station_rules as rules
from app.operator.patience import Patience, PatienceBar, chips, use_patience
from app.operator.station_add import problem_note
from app.operator.station_commands import Commander
from app.operator.station_drift import DriftNote
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import CommandAnswer, ReadVariables, StationDetail, Variable, VariableChange

AT_ONCE = 200
MOST_PAGES = 10
NARROW = 480
"""Below it a value stands under its name."""
NONE: Any = None


@guarded
def Configuration(detail: StationDetail, commander: Commander, width: float) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    identity, online = detail.row.identity, detail.row.online
    search, set_search = ft.use_state("")
    editing, set_editing = ft.use_state(NONE)
    field: Any = ft.use_ref(None)
    patience = use_patience(detail.row)
    told = commander.told
    answered = told.number if told is not None and not told.waiting else 0

    async def load() -> list[Variable]:
        every: list[Variable] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await app.api.get(
                f"/stations/{rules.quoted(identity)}/variables", Page[Variable], limit=AT_ONCE, cursor=cursor
            )
            every.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        return every

    loaded = use_load(load, [identity, answered])

    def read() -> None:
        commander.send(
            words("Read the configuration"),
            lambda: app.api.post(
                patience.to(f"/stations/{rules.quoted(identity)}/variables/read"), ReadVariables(), CommandAnswer
            ),
        )

    def change(one: Variable, value: str) -> None:
        set_editing(None)
        wanted = VariableChange(
            name=one.name,
            value=value,
            component=one.component,
            evse=one.evse or 0,
            connector=one.connector or 0,
        )
        commander.send(
            words("Change {name} to {value}").format(name=one.name, value=value),
            lambda: app.api.post(patience.to(f"/stations/{rules.quoted(identity)}/variables"), wanted, CommandAnswer),
        )

    def find() -> None:
        if field.current is not None:
            app.run(field.current.focus)

    use_keys({keys.FIND: find})
    read_button = buttons.quiet(
        words("Read anew"),
        t,
        read if not commander.busy else None,
        icon=ft.Icons.SYNC_ROUNDED,
        identifier="configuration-read",
    )
    if loaded.data is None:
        main: ft.Control = (
            surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton_list(t, 8, 52)
        )
        return ft.Column([main], scroll=ft.ScrollMode.AUTO, expand=True)
    every = loaded.data
    if not every:
        why = (
            words("Ask the station for its settings: they are kept here, can be searched and changed.")
            if online
            else words("The station is offline. Its settings are read once it is connected, if you ask for them now.")
        )
        return ft.Column(
            [
                PatienceBar(detail.row, patience, key=f"patience-{answered}"),
                surfaces.empty(ft.Icons.TUNE_ROUNDED, words("Nothing was read yet"), why, t, read_button),
            ],
            scroll=ft.ScrollMode.AUTO,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    shown = [one for one in every if _fits(one, search)]
    by_id = {_id(one): one for one in shown}
    newest = max((one.updated_at for one in every if one.updated_at), default=None)
    narrow = width < NARROW
    rows = [_row(one, t, words, narrow) for one in shown]
    columns = [
        Column("name", words("Setting"), weight=5),
        Column("value", words("Value"), weight=4, from_width=NARROW),
        Column("writable", "", width=40, numeric=True),
    ]
    head: list[ft.Control] = [
        inputs.search(search, words("Search settings and values"), t, set_search, ref=field, expand=True),
        read_button,
    ]
    about = several(len(every), "One setting", "{n} settings")
    if newest:
        about += " · " + words("told {when}").format(when=ago(newest))

    def open_row(row: Row) -> None:
        one = by_id[row.id]
        if one.read_only:
            app.toast(words("{name} is read-only.").format(name=one.name))
        else:
            set_editing(one)

    none_fits = surfaces.empty(
        ft.Icons.SEARCH_OFF_ROUNDED, words("No setting fits"), words("Nothing matches this search."), t
    )
    parts: list[ft.Control] = [
        ft.Row(head, spacing=S8),
        muted(about, t, size=T12),
        *([] if online else [PatienceBar(detail.row, patience, key=f"patience-{answered}")]),
        DriftNote(identity, rules.called(detail.row), online, newest, loaded.reload),
        table(columns, rows, t, on_open=open_row, expand=True, width=width) if rows else none_fits,
    ]
    if editing is not None:
        parts.append(ChangeVariable(editing, rules.called(detail.row), lambda: set_editing(None), change, patience))
    del store
    return ft.Column(parts, spacing=S12, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _fits(one: Variable, search: str) -> bool:
    text_of = f"{one.component} {one.name} {one.value or ''}".casefold()
    return all(word in text_of for word in search.casefold().split())


def _id(one: Variable) -> str:
    return f"{one.component}.{one.evse or 0}.{one.connector or 0}.{one.name}"


def _row(one: Variable, t: Tokens, words: Any, narrow: bool) -> Row:
    where = one.component + (f" · EVSE {one.evse}" if one.evse else "")
    lock = ft.Icon(
        ft.Icons.LOCK_OUTLINE_ROUNDED if one.read_only else ft.Icons.EDIT_OUTLINED,
        size=18,
        color=t.muted if one.read_only else t.primary,
        tooltip=words("Read-only") if one.read_only else words("Can be changed"),
    )
    value = text(one.value, t, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS) if one.value else muted("–", t)
    below = " · ".join(part for part in (where, one.value or "–") if part) if narrow else where
    name = two_lines(one.name, below, t)
    return Row(_id(one), f"variable-{one.name}", {"name": name, "value": value, "writable": lock}, one.name)


@guarded
def ChangeVariable(
    one: Variable,
    station: str,
    on_close: Callable[[], Any],
    on_change: Callable[[Variable, str], Any],
    patience: Patience,
) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    value, set_value = ft.use_state(one.value or "")
    problem = rules.value_problem(one.value, value)
    yes_or_no = (one.value or "").lower() in ("true", "false")

    def save() -> None:
        if not problem:
            on_change(one, value)

    if yes_or_no:
        edit: ft.Control = ft.Row(
            [
                surfaces.chip(word, value.lower() == word, t, partial(set_value, word), identifier=f"value-{word}")
                for word in ("true", "false")
            ],
            spacing=S8,
        )
    else:
        edit = inputs.field(
            words("New value"), value, t, set_value, identifier="variable-value", autofocus=True, on_submit=save
        )
    now = one.value if one.value else "–"
    parts: list[ft.Control] = [muted(words("It is {value} now.").format(value=now), t), edit]
    if patience.wait:
        parts.append(chips(patience.wait, patience.choose, t, words))
    if problem:
        parts.append(problem_note(words(problem), t))
    ft.use_dialog(
        form(
            t,
            words("Change {name} of {station}").format(name=one.name, station=station),
            parts,
            answers(t, on_close, words("Change"), save if not problem and value != (one.value or "") else None),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
