"""The stations: which ones there are, which one is wrong, and the way to each. On wide screens a station opens beside
the list, elsewhere on its own page."""

from functools import partial
from typing import Any

import flet as ft

from app import keys
from app.hooks import use_app, use_keys, use_live, use_store, use_tokens, use_words
from app.i18n import ago, power
from app.operator import station_rules as rules
from app.operator.station_add import AddStation
from app.operator.station_body import StationBody
from app.operator.station_pending import PendingStations
from app.theme import S8, S12, S16, S24, S32, S48, T12, T14, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import WORDS, badge, status_badge
from app.widgets.tables import Column, Row, moved, table, two_lines
from app.widgets.text import muted, number, text, title
from shared.stations import ConnectorStatus, Registration, StationRow

AT_ONCE = 100
PANE_SHARE = 0.52
PANE_MOST = 680
FILTER_WORDS = WORDS | {rules.PENDING: "Waiting"}


@guarded
def StationsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_live("stations", list[StationRow], merge=True)
    search, set_search = ft.use_state(rules.asked(store.route).get("search", ""))
    sort, set_sort = ft.use_state("name")
    most, set_most = ft.use_state(AT_ONCE)
    adding, set_adding = ft.use_state(False)
    marked, set_marked = ft.use_state("")
    field: Any = ft.use_ref(None)
    asked = rules.asked(store.route)
    status, opened = asked.get("status", ""), asked.get("open", "") if store.wide else ""

    def choose(wanted: str) -> None:
        set_most(AT_ONCE)
        app.go(rules.address("/stations", status=wanted, open=opened))

    def show_all() -> None:
        set_search("")
        choose("")

    def open_station(identity: str) -> None:
        set_marked(identity)
        if store.wide:
            app.go(rules.address("/stations", status=status, open=identity))
        else:
            app.go(f"/stations/{rules.quoted(identity)}")

    def close() -> None:
        if opened:
            app.go(rules.address("/stations", status=status))
        elif search:
            set_search("")

    every = loaded.data or []
    shown = rules.in_order(rules.found(every, search, status), sort)
    rows = [_row(one, t, words, store.language, chosen=one.identity in (opened, marked)) for one in shown[:most]]

    def move(step: int) -> None:
        wanted = moved(rows, opened or marked, step)
        if wanted is None:
            return
        set_marked(wanted)
        if opened:
            open_station(wanted)

    def find() -> None:
        if field.current is not None:
            app.run(field.current.focus)

    use_keys(
        {
            keys.FIND: find,
            keys.CLOSE: close,
            keys.DOWN: lambda: move(1),
            keys.UP: lambda: move(-1),
            keys.OPEN: lambda: open_station(marked) if marked and not opened else None,
        }
    )

    add = buttons.primary(
        words("Add station"), t, lambda: set_adding(True), icon=ft.Icons.ADD_ROUNDED, identifier="add-station"
    )
    nothing = ft.Container(width=0, height=0)
    dialog = AddStation(lambda: set_adding(False), open_station) if adding else nothing

    counts = rules.counted(every)
    ways: list[ft.Control] = [
        (buttons.icon_button(icon, words(word), t, partial(app.go, path), identifier=path[1:]))
        if store.phone or opened
        else buttons.quiet(words(word), t, partial(app.go, path), icon=icon, identifier=path[1:])
        for word, path, icon in (
            ("Bulk actions", "/bulk", ft.Icons.DYNAMIC_FEED_ROUNDED),
            ("Locations", "/locations", ft.Icons.PLACE_OUTLINED),
        )
    ]
    head = ft.Row(
        [ft.Container(title(words("Stations"), t, size=20 if store.phone else 28), expand=True), *ways, add],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    chips = ft.Row(
        [
            surfaces.chip(f"{words('All')}  {len(every)}", not status, t, lambda: choose(""), identifier="filter-all"),
            *[
                surfaces.chip(
                    f"{words(FILTER_WORDS[_state(name)])}  {counts.get(name, 0)}",
                    status == name,
                    t,
                    partial(choose, "" if status == name else name),
                    identifier=f"filter-{name}",
                )
                for name in rules.offered(counts, status)
            ],
        ],
        spacing=S8,
        scroll=ft.ScrollMode.HIDDEN,
    )
    finding = inputs.search(
        search, words("Search name, identity, location or model"), t, set_search, ref=field, expand=False
    )
    waiting = [one for one in every if one.registration is Registration.PENDING]
    pending = [PendingStations(waiting, status)] if waiting else []

    if loaded.error is not None:
        main: ft.Control = surfaces.failed(loaded.error, t)
    elif loaded.data is None:
        main = surfaces.skeleton_list(t, rows=8, height=52)
    elif not every:
        main = _first_station(app, t, words, lambda: set_adding(True))
    elif not rows:
        main = surfaces.empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            words("No station fits"),
            words("Nothing matches this search and filter."),
            t,
            buttons.quiet(words("Show all"), t, show_all, identifier="clear-filters"),
        )
    else:
        left = len(shown) - len(rows)
        width = store.inside
        main = table(
            _columns(words),
            rows,
            t,
            sort=sort,
            on_sort=set_sort,
            on_open=lambda row: open_station(row.id),
            phone=store.phone,
            width=width - _pane_width(store.beside) if opened else width,
            expand=not store.phone,
            card=lambda row: _card(next(one for one in shown if one.identity == row.id), t, words, store.language),
            more=(
                words("Show {n} more").format(n=min(left, AT_ONCE)),
                lambda: set_most(most + AT_ONCE),
            )
            if left > 0
            else None,
        )
    if store.phone:
        return surfaces.page_body([head, finding, chips, *pending, main, dialog], t, phone=True)
    scrolls = loaded.data is None or not rows
    list_part = ft.Container(
        ft.Column(
            [
                head,
                finding,
                chips,
                *pending,
                ft.Column([main], scroll=ft.ScrollMode.AUTO, expand=True) if scrolls else main,
                dialog,
            ],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        ),
        padding=ft.Padding.only(left=S24 if opened else S32, right=S24 if opened else S32, top=S24, bottom=S24),
        expand=True,
    )
    if not opened:
        return list_part
    return ft.Row(
        [
            list_part,
            ft.Container(
                StationBody(opened, _pane_width(store.beside), close, key=opened),
                width=_pane_width(store.beside),
                bgcolor=t.background,
                border=ft.Border.only(left=ft.BorderSide(1, t.border)),
            ),
        ],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _pane_width(beside: float) -> float:
    return min(PANE_MOST, beside * PANE_SHARE)


def _state(name: str) -> Any:
    return name if name == rules.PENDING else ConnectorStatus(name)


def _columns(words: Any) -> list[Column]:
    return [
        Column("station", words("Station"), weight=5, sort="name"),
        Column("status", words("State"), width=140, sort="status"),
        Column("location", words("Location"), weight=4, sort="location", from_width=760),
        Column("free", words("Available"), width=80, numeric=True, from_width=620),
        Column("power", words("Power"), width=92, numeric=True, sort="power", falling=True),
        Column("incidents", words("Incidents"), width=92, numeric=True, sort="incidents", falling=True, from_width=900),
        Column("seen", words("Last seen"), width=120, numeric=True, sort="last_seen", falling=True, from_width=1040),
    ]


def _row(one: StationRow, t: Tokens, words: Any, language: str, *, chosen: bool) -> Row:
    free, total = rules.free_of(one)
    cells: dict[str, str | ft.Control] = {
        "station": two_lines(rules.called(one), one.identity if one.name else _kind(one), t),
        "status": state_badge(one, t, words, language),
        "location": text(one.location, t, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS)
        if one.location
        else muted("–", t),
        "free": f"{free} / {total}" if one.online and total else muted("–", t),
        "power": number(*power(one.power_w), t, size=T14) if one.power_w else muted("–", t),
        "incidents": _incidents(one, t) if one.open_incidents else muted("–", t),
        "seen": muted(words("now") if one.online else ago(one.last_seen_at), t, size=T12),
    }
    label = f"{rules.called(one)}, {words(WORDS[one.status])}"
    return Row(one.identity, f"station-{one.identity}", cells, label, chosen)


def _incidents(one: StationRow, t: Tokens) -> ft.Control:
    return ft.Row(
        [ft.Icon(ft.Icons.WARNING_ROUNDED, size=16, color=t.danger.ink), text(str(one.open_incidents), t, bold=True)],
        spacing=4,
        tight=True,
    )


def state_badge(one: StationRow, t: Tokens, words: Any, language: str) -> ft.Control:
    if one.registration is Registration.PENDING:
        return badge(words("Waiting"), ft.Icons.HOURGLASS_TOP_ROUNDED, t.violet)
    if one.registration is Registration.REJECTED:
        return badge(words("Rejected"), ft.Icons.BLOCK_ROUNDED, t.neutral)
    return status_badge(one.status, t, language)


def _kind(one: StationRow) -> str:
    return " ".join(part for part in (one.vendor, one.model) if part)


def _card(one: StationRow, t: Tokens, words: Any, language: str) -> ft.Control:
    free, total = rules.free_of(one)
    facts: list[ft.Control] = []
    if one.online and total:
        facts.append(muted(words("{n} of {total} free").format(n=free, total=total), t, size=T12))
    if one.power_w:
        facts.append(number(*power(one.power_w), t, size=T14))
    if not one.online:
        facts.append(muted(ago(one.last_seen_at), t, size=T12))
    if one.open_incidents:
        facts.append(_incidents(one, t))
    place = " · ".join(part for part in (one.identity if one.name else "", one.location) if part)
    return ft.Column(
        [
            ft.Row(
                [
                    ft.Container(two_lines(rules.called(one), place, t), expand=True),
                    state_badge(one, t, words, language),
                ],
                spacing=S12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            ft.Row(facts, spacing=S16),
        ],
        spacing=S8,
    )


def _first_station(app: Any, t: Tokens, words: Any, add: Any) -> ft.Control:
    """Nothing is here yet: what to type into the first station."""
    url = rules.station_url(app.store.meta.ocpp_url if app.store.meta else "", app.page.url or "", "{identity}")
    return ft.Column(
        [
            surfaces.empty(
                ft.Icons.EV_STATION_ROUNDED,
                words("Connect your first station"),
                words("Enter it here, then type this address into it. {identity} is the name you give it."),
                t,
                ft.Column(
                    [
                        ft.Container(
                            text(url, t, bold=True, selectable=True),
                            bgcolor=t.sunken,
                            border_radius=8,
                            padding=ft.Padding.symmetric(horizontal=S16, vertical=S12),
                        ),
                        buttons.primary(words("Add station"), t, add, identifier="add-first-station"),
                    ],
                    spacing=S16,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
            )
        ],
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        spacing=S48,
    )
