"""What an operator sees at 7 a.m.: what needs somebody, then what the network does."""

from collections.abc import Sequence
from typing import Any

import flet as ft

from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import energy, money, power, several
from app.i18n import number as plain
from app.operator import station_rules as rules
from app.operator.station_now import IncidentLine
from app.operator.station_pending import pending_row, use_decision
from app.theme import CARD, CONTROL, S4, S8, S12, S16, S24, S32, STATUS_ICON, T12, T14, T16, T28, T40, TOUCH, Tokens
from app.widgets import buttons, geo, surfaces
from app.widgets.boundary import guarded
from app.widgets.map import LocationsMap
from app.widgets.plots import line_plot
from app.widgets.status import WORDS
from app.widgets.text import muted, number, text
from shared.base import Page
from shared.operations import IncidentState, Overview, PowerPoint
from shared.stations import ConnectorStatus, LocationSummary, StationRow

MOST_INCIDENTS = 5
MAP_HEIGHT = 320


@guarded
def OverviewPage() -> ft.Control:  # a component
    store, t, words = use_store(), use_tokens(), use_words()
    loaded = use_live("overview", Overview)
    head = words("Overview")
    if loaded.error is not None and loaded.data is None:
        return surfaces.page_body([surfaces.failed(loaded.error, t)], t, head=head, phone=store.phone)
    if loaded.data is None:
        return surfaces.page_body([_skeleton(t, store.phone)], t, head=head, phone=store.phone)
    found = loaded.data
    live = LivePower(found.power_w, found.active_sessions, _minutes(found.power))
    today = Today(found)
    if store.wide:
        middle: ft.Control = ft.Row(
            [ft.Container(live, expand=2), ft.Container(today, expand=1)],
            spacing=S16,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        middle = ft.Container(middle, height=360)
    else:
        middle = ft.Column([live, today], spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    needs, by_state = NeedsYou(found), StationsByState(found.stations)
    new = not any(found.stations.values()) and not found.pending_stations and not found.incidents
    # Without a station nothing is good yet: the first one comes first.
    parts = [by_state, middle] if new else [needs, middle, by_state, Places()]
    return surfaces.page_body(parts, t, head=head, phone=store.phone)


def _minutes(points: Sequence[PowerPoint]) -> tuple[tuple[Any, float], ...]:
    return tuple((one.at, one.power_w / 1000) for one in points)


def _skeleton(t: Tokens, phone: bool) -> ft.Control:
    cards: list[ft.Control] = [surfaces.card(surfaces.skeleton(t, height=64), t)]
    if phone:
        cards += [
            surfaces.card(surfaces.skeleton(t, height=200), t),
            surfaces.card(surfaces.skeleton(t, height=160), t),
        ]
    else:
        cards.append(
            ft.Row(
                [
                    surfaces.card(surfaces.skeleton(t, height=296), t, expand=2),
                    surfaces.card(surfaces.skeleton(t, height=296), t, expand=1),
                ],
                spacing=S16,
            )
        )
    cards.append(surfaces.card(surfaces.skeleton(t, height=88), t))
    return ft.Semantics(label="Loading", live_region=True, content=ft.Column(cards, spacing=S16))


# --- what needs somebody -----------------------------------------------------------------------------


@guarded
def NeedsYou(found: Overview) -> ft.Control:  # a component
    """Open incidents and waiting stations, each with its one action. Calm when there is nothing."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    waiting = use_load(
        lambda: app.api.get("/stations", Page[StationRow], registration="pending", limit=3), [found.pending_stations]
    )
    busy, decide = use_decision()
    fresh = [one for one in found.incidents if one.state is IncidentState.OPEN]
    taken = [one for one in found.incidents if one.state is IncidentState.ACKNOWLEDGED]
    pending = waiting.data.items if waiting.data and found.pending_stations else []
    if not fresh and not found.pending_stations and not found.decisions:
        return _all_good(found, len(taken), t, words, app)
    lines: list[ft.Control] = [IncidentLine(one, named=True, key=one.id) for one in fresh[:MOST_INCIDENTS]]
    for row in pending:
        line = pending_row(row, t, words, app.page, busy, decide, store.phone)
        lines.append(ft.Container(line, bgcolor=t.violet.ground, border_radius=CONTROL, padding=S12))
    left = len(fresh) - MOST_INCIDENTS
    links: list[ft.Control] = []
    if found.decisions:
        sentence = words("One session needs your decision: it is unclear what its meter counted.")
        if found.decisions > 1:
            sentence = words("{n} sessions need your decision: it is unclear what their meters counted.").format(
                n=found.decisions
            )
        address = rules.address("/sessions", state="decide")
        line = text(sentence, t, color=t.warning.ink, bold=True)
        lines.append(
            buttons.tappable(
                ft.Container(line, bgcolor=t.warning.ground, border_radius=CONTROL, padding=S12),
                lambda: app.go(address),
                identifier="needs-decision",
                label=sentence,
            )
        )
    if left > 0 or taken:
        word = words("All incidents") if left <= 0 else words("{n} more incidents").format(n=left)
        links.append(buttons.quiet(word, t, lambda: app.go("/incidents"), identifier="all-incidents"))
    if waiting.data is not None and found.pending_stations > len(pending):
        word = words("All {n} waiting stations").format(n=found.pending_stations)
        links.append(
            buttons.quiet(
                word, t, lambda: app.go(rules.address("/stations", status=rules.PENDING)), identifier="all-pending"
            )
        )
    if taken:
        links.append(muted(words("{n} more in hand").format(n=len(taken)), t, size=T12))
    if links:
        lines.append(ft.Row(links, spacing=S12, wrap=store.phone))
    count = len(fresh) + found.pending_stations + found.decisions
    pill = ft.Container(
        ft.Text(str(count), size=T14, weight=ft.FontWeight.W_700, color=t.danger.ink if fresh else t.violet.ink),
        bgcolor=t.danger.ground if fresh else t.violet.ground,
        border_radius=99,
        padding=ft.Padding.symmetric(horizontal=S12, vertical=S4),
    )
    return ft.Semantics(
        identifier="needs-you",
        container=True,
        content=surfaces.section(words("Needs you now"), ft.Column(lines, spacing=S8), t, trailing=pill),
    )


def _all_good(found: Overview, taken: int, t: Tokens, words: Any, app: Any) -> ft.Control:
    total = sum(found.stations.values())
    online = total - found.stations.get(ConnectorStatus.OFFLINE, 0)
    detail = words("{n} of {total} stations are connected.").format(n=online, total=total)
    line: list[ft.Control] = [
        ft.Container(
            ft.Icon(ft.Icons.CHECK_CIRCLE_ROUNDED, size=24, color=t.good.ink),
            bgcolor=t.good.ground,
            border_radius=99,
            width=48,
            height=48,
            alignment=ft.Alignment.CENTER,
        ),
        ft.Column(
            [text(words("All good: nothing needs you now"), t, size=T16, bold=True), muted(detail, t)],
            spacing=0,
            expand=True,
        ),
    ]
    if taken:
        word = words("{n} in hand").format(n=taken)
        line.append(buttons.quiet(word, t, lambda: app.go("/incidents"), identifier="all-incidents"))
    return ft.Semantics(
        identifier="all-good", container=True, content=surfaces.card(ft.Row(line, spacing=S16), t, padding=S16)
    )


# --- what the network does ---------------------------------------------------------------------------


@guarded
def LivePower(power_w: int, sessions: int, points: tuple[tuple[Any, float], ...]) -> ft.Control:  # a component
    store, t, words = use_store(), use_tokens(), use_words()
    figures = ft.Row(
        [
            _figure(
                "overview-power", words("Power now"), number(*power(power_w), t, size=T28 if store.phone else T40), t
            ),
            _figure(
                "overview-sessions",
                words("Charging now"),
                number(
                    str(sessions),
                    words("session" if sessions == 1 else "sessions"),
                    t,
                    size=T28 if store.phone else T40,
                ),
                t,
            ),
        ],
        spacing=S32,
    )
    plot = PowerPlot(points, 160 if store.phone else 180)
    return surfaces.card(
        ft.Column(
            [figures, muted(words("Power over the last 24 hours"), t, size=T12), plot],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        t,
        padding=S16 if store.phone else S24,
    )


@guarded
def PowerPlot(points: tuple[tuple[Any, float], ...], height: int) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    use_store()
    return line_plot(
        points,
        t,
        unit="kW",
        height=height,
        label=words("Power over the last 24 hours"),
        empty=words("No car has charged in the last 24 hours."),
    )


def _figure(identifier: str, label: str, value: ft.Control, t: Tokens) -> ft.Control:
    return ft.Semantics(
        identifier=identifier,
        container=True,
        content=ft.Column([muted(label, t), value], spacing=0),
    )


@guarded
def Today(found: Overview) -> ft.Control:  # a component
    """Today so far, with the whole of yesterday beside it: a day that isn't over is never called worse."""
    store, t, words = use_store(), use_tokens(), use_words()

    def line(identifier: str, label: str, value: ft.Control, before: str) -> ft.Control:
        return ft.Semantics(
            identifier=identifier,
            container=True,
            content=ft.Column(
                [muted(label, t), value, *([muted(before, t, size=T12)] if before else [])],
                spacing=0,
            ),
        )

    energy_before = " ".join(energy(found.energy_yesterday_wh))
    yesterday = words("yesterday, the whole day: {value}")
    lines = [
        line(
            "overview-energy",
            words("Energy"),
            number(*energy(found.energy_today_wh), t, size=T28),
            yesterday.format(value=energy_before),
        ),
        line(
            "overview-revenue",
            words("Revenue"),
            number(money(found.revenue_today), "", t, size=T28),
            yesterday.format(value=money(found.revenue_yesterday)),
        ),
        line(
            "overview-sessions-today",
            words("Sessions"),
            number(plain(found.sessions_today), "", t, size=T28),
            "",
        ),
    ]
    # Below each other beside the plot and on a phone, else on one line.
    stacked = store.wide or store.phone
    figures = lines if stacked else [_side_by_side(lines)]
    parts: list[ft.Control] = [text(words("Today so far"), t, size=T16, bold=True), *figures]
    return surfaces.card(
        ft.Column(parts, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
        padding=S16 if store.phone else S24,
    )


def _side_by_side(lines: Sequence[ft.Control]) -> ft.Control:
    return ft.Row(
        [ft.Container(one, expand=1) for one in lines], spacing=S16, vertical_alignment=ft.CrossAxisAlignment.START
    )


@guarded
def StationsByState(stations: dict[str, int]) -> ft.Control:  # a component
    """One bar; each state leads to its stations."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    total = sum(stations.values())
    if not total:
        return surfaces.section(
            words("Stations"),
            surfaces.empty(
                ft.Icons.EV_STATION_ROUNDED,
                words("No station yet"),
                words("Add one: you get the address to type into it."),
                t,
                buttons.primary(
                    words("Add station"), t, lambda: app.go("/stations"), identifier="overview-add-station"
                ),
            ),
            t,
        )
    there = [status for status in rules.WORST_FIRST[::-1] if stations.get(status)]
    bar = ft.Container(
        ft.Row(
            [
                ft.Container(
                    bgcolor=_bar_color(status, t), expand=stations[status], height=12, tooltip=words(WORDS[status])
                )
                for status in there
            ],
            spacing=2,
        ),
        border_radius=99,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )

    def entry(status: ConnectorStatus) -> ft.Control:
        return buttons.tappable(
            ft.Row(
                [
                    ft.Icon(STATUS_ICON[status], size=18, color=t.status(status).ink),
                    text(words(WORDS[status]), t),
                    text(str(stations[status]), t, bold=True),
                ],
                spacing=S8,
                tight=True,
            ),
            lambda: app.go(rules.address("/stations", status=status)),
            identifier=f"state-{status}",
            label=f"{words(WORDS[status])}: {stations[status]}",
            padding=ft.Padding.symmetric(horizontal=S12),
            height=TOUCH,
            border_radius=CONTROL,
        )

    entries = ft.Row([entry(status) for status in there], spacing=S4, run_spacing=0, wrap=True)
    all_of_them = buttons.quiet(words("All stations"), t, lambda: app.go("/stations"), identifier="all-stations")
    del store
    return surfaces.section(
        several(total, "1 station", "{n} stations"), ft.Column([bar, entries], spacing=S8), t, trailing=all_of_them
    )


def _bar_color(status: ConnectorStatus, t: Tokens) -> str:
    return t.status(status).ink


def _pin(one: LocationSummary) -> geo.Pin:
    counts = one.availability
    broken = counts.total > 0 and counts.out_of_order == counts.total
    return geo.Pin(one.id, one.name, one.latitude, one.longitude, counts.available, counts.total, broken)


@guarded
def Places() -> ft.Control:  # a component
    """Where they are. Nothing until there is a place to show."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_live("locations", list[LocationSummary], merge=True)
    if not loaded.data:
        return ft.Container(height=0)
    names = {one.id: one.name for one in loaded.data}
    return ft.Container(
        surfaces.section(
            words("Locations"),
            ft.Container(
                LocationsMap(
                    [_pin(one) for one in loaded.data],
                    "",
                    lambda location_id: app.go(rules.address("/stations", search=names.get(location_id, ""))),
                    None,
                    store.meta.tile_url if store.meta else "",
                    zoom_buttons=not store.phone,
                ),
                height=MAP_HEIGHT,
                border_radius=CARD,
                clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
            ),
            t,
        )
    )
