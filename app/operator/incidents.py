"""What needs somebody: the worst first, each with what it means and what to do, and who looks after it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_live, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment, money
from app.operator import incident_rules as rules
from app.operator import station_rules
from app.operator.unmatched import Unmatched
from app.state import Store
from app.theme import S4, S8, S12, S16, T12, T16, TABLET, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import SEVERITY_ICON, badge, severity_tone
from app.widgets.text import muted, text
from shared.base import Page
from shared.operations import Incident, IncidentState
from shared.said import told

AT_ONCE = 30
Wishes = dict[str, Incident]


@guarded
def IncidentsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_live("incidents", list[Incident], merge=True)
    wishes, set_wishes = ft.use_state(Wishes())
    asked = station_rules.asked(store.route).get("state", IncidentState.OPEN)
    state = IncidentState(asked) if asked in list(IncidentState) else IncidentState.OPEN
    told = loaded.data or []
    known = rules.with_wishes(told, rules.kept(wishes, told))

    async def decide(one: Incident, verb: str, wanted: Incident) -> None:
        set_wishes(lambda before: before | {one.id: wanted})
        try:
            await app.api.post(f"/incidents/{one.id}/{verb}", None, Incident)
        except ApiError as error:
            set_wishes(lambda before: {name: wish for name, wish in before.items() if name != one.id})
            app.toast(words(error.detail or error.title), bad=True)

    def acknowledge(one: Incident) -> None:
        me = store.account.name if store.account else ""
        wanted = msgspec.structs.replace(
            one, state=IncidentState.ACKNOWLEDGED, acknowledged_by=me, acknowledged_at=datetime.now(UTC)
        )
        app.run(decide, one, "acknowledge", wanted)

    def close(one: Incident) -> None:
        me = store.account.name if store.account else ""
        wanted = msgspec.structs.replace(one, state=IncidentState.CLOSED, closed_by=me, closed_at=datetime.now(UTC))
        confirm(
            app.page,
            t,
            head=words("Close this incident at {name}?").format(name=one.station_name or one.station_identity),
            detail=words("It opens anew when the station reports the same again."),
            action=words("Close it"),
            dangerous=False,
            on_confirm=lambda: app.run(decide, one, "close", wanted),
        )

    counts: dict[IncidentState, int] = {
        name: len(rules.in_order(known, name)) for name in rules.FILTERS if name is not IncidentState.CLOSED
    }
    chips = ft.Row(
        [
            surfaces.chip(
                f"{words(word)}  {counts[name]}" if name in counts and loaded.data is not None else words(word),
                state is name,
                t,
                partial(app.go, station_rules.address("/incidents", state="" if name is IncidentState.OPEN else name)),
                identifier=f"filter-{name}",
            )
            for name, word in rules.FILTERS.items()
        ],
        spacing=S8,
        scroll=ft.ScrollMode.HIDDEN,
    )
    if state is IncidentState.CLOSED:
        inner: ft.Control = Closed(sum(one.state is IncidentState.CLOSED for one in told))
    elif loaded.data is None and loaded.error is not None:
        inner = surfaces.failed(loaded.error, t)
    elif loaded.data is None:
        inner = surfaces.skeleton_list(t, rows=3, height=148)
    else:
        shown = rules.in_order(known, state)
        inner = (
            ft.Column(
                [_card(one, t, words, store, app.go, acknowledge, close) for one in shown],
                spacing=S12,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            )
            if shown
            else _nothing(state, counts, t, words, app.go)
        )
    ways: list[ft.Control] = [
        buttons.quiet(words("Rules"), t, partial(app.go, "/rules"), identifier="to-rules"),
        buttons.quiet(words("Playbooks"), t, partial(app.go, "/playbooks"), identifier="to-playbooks"),
        buttons.quiet(words("Service partners"), t, partial(app.go, "/partners"), identifier="to-partners"),
        buttons.quiet(words("Notifications"), t, partial(app.go, "/notifications"), identifier="to-notifications"),
    ]
    parts: list[ft.Control] = [chips, Unmatched(), inner]
    if store.phone:  # what is wrong comes first; what is set up once stands below
        parts.append(ft.Row(ways, spacing=S8, run_spacing=S8, wrap=True))
    trailing = [] if store.phone else ways
    return surfaces.page_body(parts, t, head=words("Incidents"), phone=store.phone, trailing=trailing)


def _nothing(
    state: IncidentState, counts: dict[IncidentState, int], t: Tokens, words: rules.Words, go: Callable[[str], Any]
) -> ft.Control:
    if state is not IncidentState.OPEN:
        return surfaces.empty(
            ft.Icons.BACK_HAND_OUTLINED,
            words("Nothing is in hand"),
            words("Incidents that somebody has taken stand here until they are closed."),
            t,
        )
    taken = counts[IncidentState.ACKNOWLEDGED]
    detail = (
        words("{n} more in hand").format(n=taken)
        if taken
        else words("When a station faults or falls silent, it appears here with what to do.")
    )
    return ft.Semantics(
        identifier="nothing-open",
        content=surfaces.empty(
            ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED,
            words("Nothing needs you now"),
            detail,
            t,
            buttons.quiet(words("Look at the stations"), t, lambda: go("/stations")),
        ),
    )


@guarded
def Closed(turn: int) -> ft.Control:  # a component
    """The past, newest first, in pages."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()

    async def load(cursor: str | None) -> Page[Incident]:
        return await app.api.get("/incidents", Page[Incident], state="closed", cursor=cursor, limit=AT_ONCE)

    past = use_pages(load, [turn])
    if past.items is None:
        return (
            surfaces.failed(past.error, t, past.reload)
            if past.error is not None
            else surfaces.skeleton_list(t, rows=4, height=120)
        )
    if not past.items:
        return surfaces.empty(
            ft.Icons.HISTORY_ROUNDED,
            words("Nothing was closed yet"),
            words("Closed incidents are kept here with who closed them."),
            t,
        )
    lines = [_card(one, t, words, store, app.go, None, None) for one in past.items]
    if past.more:
        more = buttons.quiet(words("Show more"), t, past.more, busy=past.busy, identifier="more")
        lines.append(ft.Row([more], alignment=ft.MainAxisAlignment.CENTER))
    return ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


# --- one of them ---------------------------------------------------------------------------------------------


def _card(
    one: Incident,
    t: Tokens,
    words: rules.Words,
    store: Store,
    go: Callable[[str], Any],
    acknowledge: Callable[[Incident], Any] | None,
    close: Callable[[Incident], Any] | None,
) -> ft.Control:
    """What is wrong, where, since when, what it means, what to do; then what can be done here."""
    closed = one.state is IncidentState.CLOSED
    tone = t.neutral if closed else severity_tone(one.severity, t)
    sign = ft.Container(
        ft.Icon(ft.Icons.CHECK_ROUNDED if closed else SEVERITY_ICON[one.severity], size=20, color=tone.ink),
        bgcolor=tone.ground,
        border_radius=99,
        width=40,
        height=40,
        alignment=ft.Alignment.CENTER,
    )
    head: list[ft.Control] = [text(words(one.title), t, size=T16, bold=True)]
    if not closed:
        head.append(badge(words(rules.SEVERITY_WORDS[one.severity]), SEVERITY_ICON[one.severity], tone))
    if one.state in (IncidentState.IN_REPAIR, IncidentState.WATCHED):
        head.append(badge(words(rules.FILTERS[one.state]), ft.Icons.FLAG_OUTLINED, t.neutral))
    about: list[ft.Control] = [
        ft.Row(head, spacing=S8, run_spacing=S4, wrap=True),
        muted(_where(one, words), t),
        ft.Container(text(told(one.detail, words), t), padding=ft.Padding.only(top=S8)),
    ]
    if one.advice and not closed:
        about.append(
            ft.Row(
                [
                    ft.Icon(ft.Icons.ARROW_FORWARD_ROUNDED, size=16, color=t.muted),
                    text(told(one.advice, words), t, bold=True, expand=True),
                ],
                spacing=S8,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        )
    if (done := rules.done(one, words)) and not closed:
        about.append(
            ft.Row(
                [ft.Icon(ft.Icons.BUILD_ROUNDED, size=16, color=t.muted), muted(done, t, expand=True)],
                spacing=S8,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        )
    about.append(ft.Container(muted(_story(one, words), t, size=T12), padding=ft.Padding.only(top=S4)))
    actions = _actions(one, t, words, store.phone, go, acknowledge, close)
    stacked = store.width < TABLET  # four buttons beside it would leave no room for the words
    first = ft.Row(
        [sign, ft.Column(about, spacing=S4, expand=True)],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
        expand=not stacked,
    )
    inner: ft.Control = (
        ft.Column([first, *actions], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        if stacked
        else ft.Row([first, *actions], spacing=S16, vertical_alignment=ft.CrossAxisAlignment.START)
    )
    return ft.Semantics(
        identifier=f"incident-{one.id}", container=True, content=surfaces.card(inner, t, padding=S16), key=one.id
    )


def _where(one: Incident, words: rules.Words) -> str:
    parts = [one.station_name or one.station_identity]
    if one.connector:
        parts.append(words("Connector {label}").format(label=one.connector))
    parts.append(one.location)
    return " · ".join(part for part in parts if part)


def _story(one: Incident, words: rules.Words) -> str:
    """Since when, how often, and who did what."""
    recent = f" ({ago(one.opened_at)})" if datetime.now(UTC) - one.opened_at < timedelta(days=1) else ""
    parts = [words("Since {when}").format(when=moment(one.opened_at) + recent)]
    if one.occurrences > 1:
        parts.append(words("{n} times").format(n=one.occurrences))
    if one.lost is not None and one.lost.amount >= 1:
        parts.append(words("cost about {amount}").format(amount=money(one.lost)))
    if one.acknowledged_by:
        parts.append(
            words("{name} is on it since {when}").format(name=one.acknowledged_by, when=moment(one.acknowledged_at))
            if one.state in (IncidentState.ACKNOWLEDGED, IncidentState.IN_REPAIR)
            else words("{name} took care of it").format(name=one.acknowledged_by)
        )
    if one.state is IncidentState.CLOSED:
        by = (
            words("closed by {name} {when}").format(name=one.closed_by, when=moment(one.closed_at))
            if one.closed_by
            else words("ended by itself {when}").format(when=moment(one.closed_at))
        )
        parts.append(by)
    return " · ".join(parts)


def _actions(
    one: Incident,
    t: Tokens,
    words: rules.Words,
    phone: bool,
    go: Callable[[str], Any],
    acknowledge: Callable[[Incident], Any] | None,
    close: Callable[[Incident], Any] | None,
) -> list[ft.Control]:
    first: list[ft.Control] = []
    found: list[ft.Control] = []
    if acknowledge is not None and one.state is IncidentState.OPEN:
        first.append(
            buttons.primary(
                words("Acknowledge"), t, lambda: acknowledge(one), identifier=f"acknowledge-{one.id}", expand=phone
            )
        )
    if close is not None and one.state is not IncidentState.CLOSED:
        found.append(buttons.quiet(words("Close"), t, lambda: close(one), identifier=f"close-{one.id}", expand=phone))
    found.append(
        buttons.quiet(
            words("Details"), t, lambda: go(f"/incidents/{one.id}"), identifier=f"detail-{one.id}", expand=phone
        )
    )
    if one.station_identity:
        address = f"/stations/{station_rules.quoted(one.station_identity)}"
        found.append(buttons.quiet(words("Station"), t, lambda: go(address), identifier=f"open-{one.id}", expand=phone))
    if phone and first:  # three words have no room beside each other
        return [ft.Row(first), ft.Row(found, spacing=S8)]
    return [ft.Row([*first, *found], spacing=S8)] if first or found else []
