"""Sessions: what runs now first, then the past, found by driver, card, station or number."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import flet as ft

from app import keys
from app.hooks import (
    use_app,
    use_keys,
    use_live,
    use_pages,
    use_settled,
    use_store,
    use_tokens,
    use_words,
)
from app.i18n import clock, duration, energy, moment, money, power
from app.operator import session_rules as rules
from app.operator import station_rules
from app.operator.session_pieces import state_badge
from app.theme import S4, S8, S12, T12, T14, T16, Tokens
from app.widgets import buttons, inputs, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.tables import Column, Row, moved, table, two_lines
from app.widgets.text import muted, number, text, title
from shared.base import Page
from shared.transactions import Transaction, TransactionState

AT_ONCE = 50
LIVE_AT_ONCE = 10


@guarded
def SessionsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    search, set_search = ft.use_state("")
    sort, set_sort = ft.use_state("-begun")
    ended, set_ended = ft.use_state(0)
    marked, set_marked = ft.use_state("")
    field: Any = ft.use_ref(None)
    wanted = use_settled(search)
    state = station_rules.asked(store.route).get("state", "")

    async def load(cursor: str | None) -> Page[Transaction]:
        if state == "active":
            return Page(items=[])
        return await app.api.get(
            "/transactions",
            Page[Transaction],
            state="ended" if state == "decide" else state or "ended,failed,reserved",
            flag="needs_decision" if state == "decide" else None,
            search=wanted.strip(),
            sort=rules.api_sort(sort),
            cursor=cursor,
            limit=AT_ONCE,
        )

    past = use_pages(load, [state, wanted, sort, ended])

    def refresh() -> None:
        if len(past.items or ()) <= AT_ONCE:  # whoever has gone on to older ones keeps their place
            set_ended(lambda n: n + 1)

    def choose(name: str) -> None:
        app.go(station_rules.address("/sessions", state=name))

    def find() -> None:
        if field.current is not None:
            app.run(field.current.focus)

    shown = [Row(one.id, "", {}) for one in past.items or ()]

    def move(step: int) -> None:
        set_marked(moved(shown, marked, step) or "")

    use_keys(
        {
            keys.FIND: find,
            keys.CLOSE: lambda: set_search("") if search else set_marked(""),
            keys.DOWN: lambda: move(1),
            keys.UP: lambda: move(-1),
            keys.OPEN: lambda: app.go(f"/sessions/{marked}") if marked else None,
        }
    )

    chips = [
        surfaces.chip(words(word), state == name, t, partial(choose, name), identifier=f"filter-{name or 'all'}")
        for name, word in rules.FILTERS.items()
    ]
    finding = inputs.search(
        search,
        words("Search driver, card, station or number"),
        t,
        set_search,
        ref=field,
    )
    parts: list[ft.Control] = [
        title(words("Sessions"), t, size=20 if store.phone else 28),
        lists.tools(finding, chips, phone=store.phone),
    ]
    if state in ("", "active"):
        parts.append(LiveSessions(wanted, state == "active", refresh))
    if state != "active":
        if not state:
            parts.append(_head(words("Earlier"), "", t))
        parts.append(_past(past, wanted or state, sort, set_sort, marked, t, words, store, app))
    return surfaces.page_body(parts, t, phone=store.phone)


def _head(name: str, detail: str, t: Tokens) -> ft.Control:
    line: list[ft.Control] = [ft.Semantics(header=True, content=text(name, t, size=T16, bold=True))]
    if detail:
        line.append(ft.Semantics(identifier="live-summary", content=muted(detail, t)))
    return ft.Container(ft.Row(line, spacing=S12, wrap=True), padding=ft.Padding.only(top=S8))


# --- now -----------------------------------------------------------------------------------------------------


@guarded
def LiveSessions(search: str, alone: bool, on_ended: Callable[[], Any]) -> ft.Control:  # a component
    """In a component of its own: it changes every second, the past doesn't."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_live("transactions", list[Transaction], merge=True)
    every, set_every = ft.use_state(False)
    known = loaded.data or []
    gone = frozenset(one.id for one in known if one.state not in rules.LIVE)
    ft.use_effect(lambda: on_ended() if gone else None, [gone])
    live = rules.running(known, search)
    parts: list[ft.Control] = []
    if loaded.data is None and loaded.error is not None:
        parts.append(surfaces.card(surfaces.failed(loaded.error, t), t))
    elif loaded.data is None:
        parts.append(surfaces.skeleton_list(t, rows=3, height=52))
    elif not live:
        line = words("No running session fits this search.") if search else words("Nobody is charging now.")
        detail = words("A session appears here the moment that a station begins it.")
        if alone:
            parts.append(surfaces.empty(ft.Icons.BOLT_OUTLINED, line, detail, t))
        else:
            parts.append(surfaces.card(muted(f"{line} {detail}" if not search else line, t), t))
    else:
        shown = live if every or alone else live[:LIVE_AT_ONCE]
        left = len(live) - len(shown)
        parts.append(
            table(
                _live_columns(words),
                [_live_row(one, t, words) for one in shown],
                t,
                on_open=lambda row: app.go(f"/sessions/{row.id}"),
                phone=store.phone,
                width=store.inside,
                card=lambda row: _live_card(next(one for one in shown if one.id == row.id), t, words),
                more=(words("Show {n} more").format(n=left), lambda: set_every(True)) if left else None,
            )
        )
    about = rules.summary(live, words) if live else ""
    return ft.Column(
        [_head(words("Charging now"), about, t), *parts],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _live_columns(words: rules.Words) -> list[Column]:
    return [
        Column("who", words("Session"), weight=5),
        Column("station", words("Station"), weight=6),
        Column("state", words("State"), width=176),
        Column("since", words("Since"), width=72, numeric=True, from_width=760),
        Column("soc", words("Battery"), width=72, numeric=True, from_width=1000),
        Column("power", words("Power"), width=92, numeric=True),
        Column("energy", words("Energy"), width=92, numeric=True, from_width=700),
        Column("cost", words("Cost"), width=84, numeric=True, from_width=860),
    ]


def _live_row(one: Transaction, t: Tokens, words: rules.Words) -> Row:
    cells: dict[str, str | ft.Control] = {
        "who": two_lines(rules.who(one, words), words("No. {number}").format(number=one.number), t),
        "station": _station(one, t, words),
        "state": state_badge(one, t, words),
        "since": clock(one.begun_at or one.requested_at),
        "soc": number(str(one.soc_percent), "%", t, size=T14) if one.soc_percent is not None else muted("–", t),
        "power": number(*power(one.power_w), t, size=T14) if one.power_w is not None else muted("–", t),
        "energy": number(*energy(one.energy_wh), t, size=T14),
        "cost": money(one.cost) if one.cost is not None else muted("–", t),
    }
    return Row(one.id, f"session-{one.id}", cells, _label(one, words))


def _station(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    second = " · ".join(part for part in (_outlet(one, words), one.location) if part)
    return two_lines(one.station_name, second, t)


def _outlet(one: Transaction, words: rules.Words) -> str:
    return words("Connector {label}").format(label=one.connector) if one.connector else ""


def _label(one: Transaction, words: rules.Words) -> str:
    return ", ".join((rules.who(one, words), one.station_name, words(rules.sign(one).word)))


def _live_card(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    values: list[ft.Control] = [number(*energy(one.energy_wh), t, size=T16)]
    if one.power_w is not None:
        values.append(number(*power(one.power_w), t, size=T16))
    if one.soc_percent is not None:
        values.append(number(str(one.soc_percent), "%", t, size=T16))
    if one.cost is not None:
        values.append(text(money(one.cost), t, size=T16, bold=True))
    return _card(one, values, t, words)


def _card(one: Transaction, values: Sequence[ft.Control], t: Tokens, words: rules.Words) -> ft.Control:
    place = " · ".join(part for part in (one.station_name, _outlet(one, words)) if part)
    return ft.Column(
        [
            ft.Row(
                [ft.Container(two_lines(rules.who(one, words), place, t), expand=True), state_badge(one, t, words)],
                spacing=S8,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            ft.Row(list(values), alignment=ft.MainAxisAlignment.SPACE_BETWEEN),
        ],
        spacing=S8,
    )


# --- the past ------------------------------------------------------------------------------------------------


def _past(
    past: Any,
    narrowed: str,
    sort: str,
    set_sort: Callable[[str], Any],
    marked: str,
    t: Tokens,
    words: rules.Words,
    store: Any,
    app: Any,
) -> ft.Control:
    if past.items is None and past.error is not None:
        return surfaces.failed(past.error, t, past.reload)
    if past.items is None:
        return surfaces.skeleton_list(t, rows=6, height=52)
    if not past.items and narrowed:
        return surfaces.empty(
            ft.Icons.SEARCH_OFF_ROUNDED, words("No session fits"), words("Nothing matches this search and filter."), t
        )
    if not past.items:
        return surfaces.empty(
            ft.Icons.RECEIPT_LONG_OUTLINED,
            words("No session has ended yet"),
            words("Each ended session is kept here with its energy, time, cost and receipt."),
            t,
            buttons.quiet(words("Look at the stations"), t, lambda: app.go("/stations")),
        )
    known = {one.id: one for one in past.items}
    more = (words("Loading …") if past.busy else words("Show more"), past.more) if past.more else None
    return table(
        _past_columns(words),
        [_past_row(one, one.id == marked, t, words) for one in past.items],
        t,
        sort=sort,
        on_sort=set_sort,
        on_open=lambda row: app.go(f"/sessions/{row.id}"),
        phone=store.phone,
        width=store.inside,
        card=lambda row: _past_card(known[row.id], t, words),
        more=more,
    )


def _past_columns(words: rules.Words) -> list[Column]:
    return [
        Column("who", words("Session"), weight=5),
        Column("station", words("Station"), weight=6),
        Column("state", words("State"), width=128),
        Column("begun", words("Begun"), width=116, numeric=True, sort="begun", falling=True),
        Column("time", words("Time"), width=104, numeric=True, from_width=860),
        Column("energy", words("Energy"), width=92, numeric=True, sort="energy", falling=True),
        Column("cost", words("Cost"), width=84, numeric=True, sort="cost", falling=True, from_width=760),
    ]


def _past_row(one: Transaction, marked: bool, t: Tokens, words: rules.Words) -> Row:
    failed, kept = one.state is TransactionState.FAILED, one.state is TransactionState.RESERVED
    state = state_badge(one, t, words)
    if rules.doubtful(one):
        mark = ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=18, color=t.warning.ink, tooltip=words("Look at its notes"))
        state = ft.Row([state, mark], spacing=S4, tight=True)
    cells: dict[str, str | ft.Control] = {
        "who": two_lines(rules.who(one, words), words("No. {number}").format(number=one.number), t),
        "station": _station(one, t, words),
        "state": state,
        "begun": moment(one.begun_at or one.requested_at),
        "time": muted("–", t) if failed else duration(rules.lasted(one, datetime.now(UTC))),
        "energy": muted("–", t) if failed or kept else number(*energy(one.energy_wh), t, size=T14),
        "cost": muted("–", t) if one.cost is None or failed else money(one.cost),
    }
    return Row(one.id, f"session-{one.id}", cells, _label(one, words), marked)


def _past_card(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    when = muted(moment(one.begun_at or one.requested_at), t, size=T12)
    if one.state is TransactionState.FAILED:
        return _card(one, [muted(words(one.failure), t, size=T12, expand=True), when], t, words)
    kept = one.state is TransactionState.RESERVED
    values: list[ft.Control] = [
        *([] if kept else [number(*energy(one.energy_wh), t, size=T16)]),
        text(money(one.cost), t, size=T16, bold=True) if one.cost is not None else muted(words("No charge"), t),
        when,
    ]
    return _card(one, values, t, words)
