"""One incident in full: what is wrong, why, what it costs, what was seen, what was done, and who takes care of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.operator import incident_rules as rules
from app.operator import station_rules
from app.operator.incident_remedy import RemedySection
from app.operator.incident_tickets import TicketSection
from app.theme import S4, S8, S12, S16, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.plots import line_plot
from app.widgets.status import SEVERITY_ICON, badge, severity_tone
from app.widgets.text import muted, text
from shared.accounts import Person
from shared.base import Page
from shared.faults import EntryKind, IncidentAssign, IncidentDetail, IncidentNote, IncidentStateChange
from shared.operations import Incident, IncidentState
from shared.said import told
from shared.said.evidence import evidence

Words = Callable[[str], str]
STATES = {
    IncidentState.OPEN: "Needs you",
    IncidentState.ACKNOWLEDGED: "In hand",
    IncidentState.IN_REPAIR: "In repair",
    IncidentState.WATCHED: "Watched",
    IncidentState.CLOSED: "Closed",
}
NEXT: dict[IncidentState, tuple[tuple[IncidentState, str], ...]] = {
    IncidentState.OPEN: (
        (IncidentState.ACKNOWLEDGED, "Acknowledge"),
        (IncidentState.IN_REPAIR, "Being repaired"),
        (IncidentState.CLOSED, "Close"),
    ),
    IncidentState.ACKNOWLEDGED: (
        (IncidentState.IN_REPAIR, "Being repaired"),
        (IncidentState.WATCHED, "Repaired, watch it"),
        (IncidentState.CLOSED, "Close"),
    ),
    IncidentState.IN_REPAIR: ((IncidentState.WATCHED, "Repaired, watch it"), (IncidentState.CLOSED, "Close")),
    IncidentState.WATCHED: ((IncidentState.CLOSED, "Close"),),
    IncidentState.CLOSED: (),
}
SIGNS = {
    EntryKind.OPENED: ft.Icons.REPORT_ROUNDED,
    EntryKind.AGAIN: ft.Icons.REPLAY_ROUNDED,
    EntryKind.STATE: ft.Icons.FLAG_OUTLINED,
    EntryKind.ASSIGNED: ft.Icons.PERSON_OUTLINE_ROUNDED,
    EntryKind.NOTE: ft.Icons.STICKY_NOTE_2_OUTLINED,
    EntryKind.STEP: ft.Icons.BUILD_OUTLINED,
    EntryKind.TOLD: ft.Icons.NOTIFICATIONS_NONE_ROUNDED,
    EntryKind.GROUPED: ft.Icons.ACCOUNT_TREE_OUTLINED,
    EntryKind.REPORTED: ft.Icons.CAMPAIGN_OUTLINED,
    EntryKind.TICKET: ft.Icons.HANDYMAN_OUTLINED,
    EntryKind.CLOSED: ft.Icons.CHECK_ROUNDED,
}


@guarded
def IncidentPage(incident_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    listed = use_live("incidents", list[Incident], merge=True)
    mine = next((one for one in listed.data or [] if one.id == incident_id), None)
    fresh = (mine.state, mine.occurrences, mine.assignee_id) if mine else None
    turn, set_turn = ft.use_state(0)

    async def load() -> IncidentDetail:
        return await app.api.get(f"/incidents/{incident_id}", IncidentDetail)

    found = use_load(load, [incident_id, turn, str(fresh)])

    def again() -> None:
        set_turn(lambda n: n + 1)

    def back() -> None:
        app.go("/incidents")

    if found.data is None:
        inner = surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton_list(t, rows=4)
        return surfaces.page_body([inner], t, head=words("Incident"), phone=store.phone, back=back)
    detail = found.data
    one = detail.incident
    left: list[ft.Control] = [
        *([surfaces.stale_banner(t)] if found.error else []),
        _what(one, t, words, app.go),
        Deciding(one, again),
        RemedySection(one.id, str(fresh) + str(turn), one.state is IncidentState.CLOSED),
        TicketSection(one.id, str(fresh) + str(turn), one.state is IncidentState.CLOSED, again),
        *_evidence(detail, t, words),
    ]
    right: list[ft.Control] = [_impact(detail, t, words), Timeline(detail, again)]
    if store.phone or store.width < 1100:
        parts: list[ft.Control] = [*left[:-1], *right, left[-1]]
    else:
        parts = [
            ft.Row([_stack(left, 3), _stack(right, 2)], spacing=S16, vertical_alignment=ft.CrossAxisAlignment.START)
        ]
    return surfaces.page_body(parts, t, head=words(one.title), phone=store.phone, back=back)


def _stack(parts: list[ft.Control], share: int) -> ft.Control:
    return ft.Column(parts, spacing=S16, expand=share, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _what(one: Incident, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    """What is wrong, where, why, and the next step."""
    tone = t.neutral if one.state is IncidentState.CLOSED else severity_tone(one.severity, t)
    signs: list[ft.Control] = [
        badge(words(rules.SEVERITY_WORDS[one.severity]), SEVERITY_ICON[one.severity], tone),
        badge(words(STATES[one.state]), ft.Icons.FLAG_OUTLINED, t.neutral),
    ]
    if one.code:
        signs.append(badge(one.code, ft.Icons.TAG_ROUNDED, t.neutral))
    parts: list[ft.Control] = [ft.Row(signs, spacing=S8, run_spacing=S4, wrap=True)]
    where = [one.station_name or one.station_identity, one.location]
    if one.connector:
        where.insert(1, words("Connector {label}").format(label=one.connector))
    if one.affected > 1:
        where.append(words("{n} stations").format(n=one.affected))
    parts.append(muted(" · ".join(part for part in where if part), t))
    parts.append(text(told(one.detail, words), t))
    if one.cause:
        parts.append(_titled(words("Likely cause"), told(one.cause, words), t))
    if one.advice and one.state is not IncidentState.CLOSED:
        parts.append(_titled(words("Next step"), told(one.advice, words), t, bold=True))
    if one.station_identity:
        address = f"/stations/{station_rules.quoted(one.station_identity)}"
        parts.append(
            ft.Row([buttons.quiet(words("Station"), t, lambda: go(address), identifier="open-station")], wrap=True)
        )
    return surfaces.card(ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t)


def _titled(head: str, line: str, t: Tokens, *, bold: bool = False) -> ft.Control:
    return ft.Column([muted(head, t, size=T12), text(line, t, bold=bold)], spacing=2)


@guarded
def Deciding(one: Incident, again: Callable[[], Any]) -> ft.Control:  # a component
    """Its next states, and who takes care of it."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)

    async def people() -> Page[Person]:
        if not store.admin:
            return Page(items=[])
        return await app.api.get("/people", Page[Person], limit=100)

    team = use_load(people)

    async def ask(path: str, body: Any) -> None:
        set_busy(True)
        try:
            await app.api.post(f"/incidents/{one.id}/{path}", body, Incident)
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    def move(state: IncidentState) -> None:
        app.run(ask, "state", IncidentStateChange(state=state))

    def give(account_id: str) -> None:
        app.run(ask, "assign", IncidentAssign(account_id=account_id or None))

    steps = [
        (buttons.primary if number == 0 else buttons.quiet)(
            words(word), t, partial(move, state), busy=busy, identifier=f"state-{state}"
        )
        for number, (state, word) in enumerate(NEXT[one.state])
    ]
    mine = store.account.id if store.account else ""
    names = {mine: words("Me")} | {each.id: each.name for each in (team.data.items if team.data else [])}
    if one.assignee_id:
        names[one.assignee_id] = one.assignee
    options = [("", words("Nobody in particular")), *names.items()]
    who = inputs.choice(
        words("Taken care of by"), one.assignee_id or "", options, t, give, identifier="assignee", width=280
    )
    parts: list[ft.Control] = [ft.Row(list[ft.Control](steps), spacing=S8, run_spacing=S8, wrap=True)] if steps else []
    parts.append(ft.Row([who]))
    return surfaces.card(ft.Column(parts, spacing=S16), t)


def _impact(detail: IncidentDetail, t: Tokens, words: Words) -> ft.Control:
    one, times = detail.incident, detail.times

    def span(seconds: float | None) -> str:
        return "–" if seconds is None else i18n.duration(timedelta(seconds=seconds))

    rows: list[tuple[str, str | ft.Control]] = [
        (words("Lost sessions"), i18n.number(one.lost_sessions, 1) if one.lost_sessions >= 0.05 else "–"),
        (words("Lost revenue"), i18n.money(one.lost) if one.lost else "–"),
        (words("Stations"), str(one.affected)),
        (words("Began"), i18n.moment(one.began_at or one.opened_at)),
        (words("Detected after"), span(times.detect_s)),
        (words("Acknowledged after"), span(times.acknowledge_s)),
        (words("Repaired after"), span(times.repair_s)),
        (words("Occurrences"), str(one.occurrences)),
    ]
    return surfaces.section(words("Impact"), surfaces.key_values(rows, t), t)


def _evidence(detail: IncidentDetail, t: Tokens, words: Words) -> list[ft.Control]:
    """What the rule saw, readings, and what went over the wire around the beginning."""
    parts: list[ft.Control] = []
    if seen := evidence(detail.values, words):
        parts.append(surfaces.key_values(seen, t))
    power = [(point.at, point.power_w / 1000) for point in detail.points if point.power_w is not None]
    if len(power) > 1:
        parts.append(line_plot(power, t, unit="kW", label=words("Power"), height=160))
    for frame in detail.frames[:12]:
        came = frame.direction == "in"
        head: list[ft.Control] = [
            ft.Icon(
                ft.Icons.CALL_RECEIVED_ROUNDED if came else ft.Icons.CALL_MADE_ROUNDED,
                size=14,
                color=t.muted,
                tooltip=words("from the station") if came else words("to the station"),
            ),
            text(f"{i18n.clock(frame.at)}  {frame.action or frame.kind}", t, size=T12, bold=True),
        ]
        parts.append(
            ft.Container(
                ft.Column(
                    [
                        ft.Row(head, spacing=S4),
                        muted(frame.payload[:300], t, size=T12, selectable=True, font_family="monospace"),
                    ],
                    spacing=2,
                ),
                bgcolor=t.sunken,
                border_radius=8,
                padding=S8,
            )
        )
    if not parts:
        parts.append(muted(words("Nothing was recorded around its beginning."), t))
    inner = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return [surfaces.section(words("Evidence"), inner, t)]


@guarded
def Timeline(detail: IncidentDetail, again: Callable[[], Any]) -> ft.Control:  # a component
    """Everything that happened, the newest first, and room for a note."""
    app, t, words = use_app(), use_tokens(), use_words()
    note, set_note = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def write() -> None:
        set_busy(True)
        try:
            await app.api.post(f"/incidents/{detail.incident.id}/notes", IncidentNote(text=note.strip()), Incident)
            set_note("")
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Container(
                    inputs.field(words("Note"), note, t, set_note, identifier="note", on_submit=lambda: app.run(write)),
                    expand=True,
                ),
                buttons.quiet(
                    words("Write"), t, (lambda: app.run(write)) if note.strip() else None, busy=busy, identifier="write"
                ),
            ],
            spacing=S8,
        )
    ]
    for entry in reversed(detail.timeline):
        about = [i18n.moment(entry.at), *([entry.by] if entry.by else [])]
        said = entry.data.get("detail", "") if entry.kind is EntryKind.REPORTED else ""
        lines.append(
            ft.Row(
                [
                    ft.Icon(SIGNS.get(entry.kind, ft.Icons.CIRCLE_OUTLINED), size=18, color=t.muted),
                    ft.Column(
                        [
                            text(told(entry.text, words), t),
                            *([text(f"“{said}”", t)] if said else []),
                            muted(" · ".join(about), t, size=T12),
                        ],
                        spacing=0,
                        expand=True,
                    ),
                ],
                spacing=S12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        )
    inner = ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Timeline"), inner, t)
