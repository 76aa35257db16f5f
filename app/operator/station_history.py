"""What was asked of a station, and any OCPP call by hand."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.errors import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import patience
from app.operator import station_rules as rules
from app.operator.station_add import problem_note
from app.operator.station_commands import Commander
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import CommandRow, StationDetail

AT_ONCE = 20
QUEUED = "queued"
SAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "1.6": {
        "GetConfiguration": {"key": ["HeartbeatInterval"]},
        "GetLocalListVersion": {},
        "ClearCache": {},
        "DataTransfer": {"vendorId": "example"},
    },
    "2.0.1": {
        "GetBaseReport": {"requestId": 1, "reportBase": "SummaryInventory"},
        "GetLocalListVersion": {},
        "GetTransactionStatus": {},
        "ClearCache": {},
    },
}
"""A start for the most useful questions; every other action can be typed."""


@guarded
def CommandHistory(identity: str, turn: int, width: float) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    del width
    loaded = use_load(
        lambda: app.api.get(f"/stations/{rules.quoted(identity)}/commands", Page[CommandRow], limit=AT_ONCE),
        [identity, turn],
    )
    head = words("Asked so far")

    async def cancel(one: CommandRow) -> None:
        try:
            await app.api.post(f"/stations/{rules.quoted(identity)}/commands/{one.id}/cancel")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        loaded.reload()

    if loaded.data is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=160)
        return surfaces.section(head, inner, t)
    if not loaded.data.items:
        note = muted(words("Nothing yet. Each command appears here with who sent it and what the station said."), t)
        return surfaces.section(head, note, t)
    lines: list[ft.Control] = []
    for place, one in enumerate(loaded.data.items):
        if place:
            lines.append(surfaces.divider(t))
        lines.append(_line(one, t, words, partial(app.run, cancel, one)))
    return surfaces.section(head, ft.Column(lines, spacing=0), t)


def _line(one: CommandRow, t: Tokens, words: Any, on_cancel: Callable[[], Any]) -> ft.Control:
    """One that waits for its station says until when, and can be called off."""
    queued = one.state == QUEUED
    good = one.state == "answered" and one.status in ("Accepted", "Unlocked", "Scheduled", "RebootRequired", "")
    icon, color = (
        (ft.Icons.SCHEDULE_ROUNDED, t.muted)
        if one.state in ("sent", QUEUED)
        else (ft.Icons.CHECK_CIRCLE_ROUNDED, t.good.ink)
        if good
        else (ft.Icons.ERROR_ROUNDED, t.danger.ink)
    )
    by = one.by or words("Wattline itself")
    when = ft.Text(ago(one.at), size=T12, color=t.muted, no_wrap=True, tooltip=moment(one.at))
    if queued and one.expires_at is not None:
        by += " · " + words("waits until {when}").format(when=moment(one.expires_at))
    status = words("waiting") if queued else one.status or (words("waiting") if one.state == "sent" else "")
    return ft.Container(
        ft.Row(
            [
                ft.Icon(icon, size=20, color=color),
                ft.Column(
                    [
                        text(
                            words(patience.ACTIONS.get(one.action, one.action)),
                            t,
                            bold=True,
                            no_wrap=True,
                            overflow=ft.TextOverflow.ELLIPSIS,
                            tooltip=one.action,
                        ),
                        muted(" · ".join(part for part in (by, one.detail) if part), t, size=T12),
                    ],
                    spacing=0,
                    expand=True,
                ),
                ft.Column(
                    [text(words(status), t, color=color, bold=True), when],
                    spacing=0,
                    horizontal_alignment=ft.CrossAxisAlignment.END,
                ),
                *([_call_off(one, t, words, on_cancel)] if queued else []),
            ],
            spacing=S12,
        ),
        padding=ft.Padding.symmetric(vertical=S8),
    )


def _call_off(one: CommandRow, t: Tokens, words: Any, on_cancel: Callable[[], Any]) -> ft.Control:
    return buttons.icon_button(
        ft.Icons.CANCEL_OUTLINED, words("Call off"), t, on_cancel, identifier=f"command-cancel-{one.id}"
    )


@guarded
def SendAnyCall(detail: StationDetail, commander: Commander) -> ft.Control:  # a component
    """Checked against the schema of the station's version before it leaves; the answer is shown as it came."""
    app, t, words = use_app(), use_tokens(), use_words()
    row = detail.row
    action, set_action = ft.use_state("")
    payload, set_payload = ft.use_state("{}")
    problem, set_problem = ft.use_state("")
    wait, set_wait = ft.use_state(patience.USUAL)
    samples = SAMPLES.get(row.ocpp_version, SAMPLES["2.0.1"])

    def take(name: str) -> None:
        set_action(name)
        set_payload(json.dumps(samples[name], indent=2))
        set_problem("")

    def send() -> None:
        key = uuid4().hex
        path = patience.waiting_for(
            f"/stations/{rules.quoted(row.identity)}/ocpp/{rules.quoted(action.strip())}", "" if row.online else wait
        )
        commander.send(
            words("Call {action}").format(action=action.strip()),
            lambda: app.api.post(path, json.loads(payload or "{}"), dict[str, Any], key=key),
        )

    def ask() -> None:
        wrong = rules.call_problem(action, payload)
        set_problem(wrong)
        if wrong:
            return
        confirm(
            app.page,
            t,
            head=words("Send {action} to {name}?").format(action=action.strip(), name=rules.called(row)),
            detail=words("It goes to the station as it stands. What it does there is up to the station."),
            action=words("Send"),
            on_confirm=send,
            dangerous=False,
        )

    parts: list[ft.Control] = [
        muted(words("For experts. Calls go out as they stand."), t, size=T12),
        ft.Row(
            [
                surfaces.chip(name, name == action, t, partial(take, name), identifier=f"sample-{name}")
                for name in samples
            ],
            spacing=S8,
            run_spacing=0,
            wrap=True,
        ),
        inputs.field(words("Action"), action, t, set_action, identifier="call-action"),
        inputs.field(words("Payload (JSON)"), payload, t, set_payload, identifier="call-payload", multiline=True),
    ]
    if problem:
        parts.append(problem_note(words(problem), t))
    if not row.online:
        parts.append(patience.chips(wait, set_wait, t, words))
    usable = not commander.busy
    parts.append(
        ft.Row(
            [
                buttons.quiet(
                    words("Send"), t, ask if usable else None, icon=ft.Icons.SEND_ROUNDED, identifier="call-send"
                ),
            ],
            spacing=S12,
        )
    )
    return surfaces.section(
        words("Send any OCPP call"),
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
    )
