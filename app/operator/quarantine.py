"""Messages of stations that fit no session: what each says, which session it is of, or that it is of none."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_load, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules
from app.operator.station_add import problem_note
from app.operator.station_commands import code
from app.operator.upkeep_pieces import line
from app.theme import S8, S12, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.base import Page
from shared.quarantine import AttachMessage, DismissMessage, QuarantinedMessage, QuarantineState
from shared.transactions import Transaction

AT_ONCE = 30
SESSIONS = 20
NOTE = 200
NONE: Any = None
FILTERS = {
    QuarantineState.OPEN: "To resolve",
    QuarantineState.ATTACHED: "Attached",
    QuarantineState.DISMISSED: "Dismissed",
}
KINDS = {"started": "A session that began", "updated": "A session that went on", "ended": "A session that ended"}


@guarded
def QuarantinePage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    state, set_state = ft.use_state(QuarantineState.OPEN)
    opened, set_opened = ft.use_state(NONE)

    async def load(cursor: str | None) -> Page[QuarantinedMessage]:
        return await app.api.get("/quarantine", Page[QuarantinedMessage], state=state, cursor=cursor, limit=AT_ONCE)

    pages = use_pages(load, [state])
    chips = [
        surfaces.chip(words(word), state is name, t, partial(set_state, name), identifier=f"quarantine-{name}")
        for name, word in FILTERS.items()
    ]
    items = None if pages.items is None else [one for one in pages.items if one.state is state]
    if items is None:
        inner = surfaces.failed(pages.error, t, pages.reload) if pages.error else surfaces.skeleton_list(t, 4)
    elif not items:
        detail = words(
            "What a station tells of a session that nobody knows stands here, until somebody says what it is."
        )
        head = words("Every message has its session")
        inner = surfaces.empty(ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED, head, detail, t)
    else:
        lines: list[ft.Control] = []
        for place, one in enumerate(items):
            lines += [surfaces.divider(t)] if place else []
            lines.append(_line(one, partial(set_opened, one)))
        if pages.more is not None:
            lines.append(buttons.quiet(words("Older ones"), t, pages.more, busy=pages.busy, identifier="more"))
        inner = surfaces.card(ft.Column(lines, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t)
    parts: list[ft.Control] = [ft.Row(chips, spacing=S8, run_spacing=0, wrap=True), inner]
    if opened is not None:

        def close(changed: bool = False) -> None:
            set_opened(None)
            if changed:
                pages.reload()

        parts.append(ResolveMessage(opened, close, key=str(opened.id)))
    return surfaces.page_body(
        parts,
        t,
        head=words("Messages without a session"),
        phone=store.phone,
        back=lambda: app.go("/incidents"),
    )


@guarded
def _line(one: QuarantinedMessage, on_open: Callable[[], Any]) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    use_store()
    resolve = buttons.quiet(words("Resolve"), t, on_open, identifier=f"resolve-{one.id}")
    by = " · ".join(part for part in (one.note, one.resolved_by) if part)
    return ft.Semantics(
        identifier=f"unmatched-{one.id}",
        container=True,
        content=line(
            ft.Icons.HELP_OUTLINE_ROUNDED,
            t.warning.ink if one.state is QuarantineState.OPEN else t.muted,
            f"{one.identity} · {words(KINDS.get(one.kind, one.kind))}",
            by or words(one.reason),
            t,
            right=ago(one.received_at),
            hint=moment(one.received_at),
            trailing=resolve if one.state is QuarantineState.OPEN else None,
        ),
    )


@guarded
def ResolveMessage(one: QuarantinedMessage, on_close: Callable[..., Any]) -> ft.Control:  # a component
    """What it says, the sessions of its station, and both ways out."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    sessions = use_load(
        lambda: app.api.get("/transactions", Page[Transaction], station=one.identity, limit=SESSIONS), [one.id]
    )
    chosen, set_chosen = ft.use_state("")
    note, set_note = ft.use_state("")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state("")

    async def send(how: str, body: msgspec.Struct) -> None:
        set_busy(how)
        set_problem("")
        try:
            await app.api.post(f"/quarantine/{one.id}/{how}", body, QuarantinedMessage)
            on_close(True)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
        finally:
            set_busy("")

    def attach() -> None:
        app.run(send, "attach", AttachMessage(transaction_id=chosen))

    def dismiss() -> None:
        app.run(send, "dismiss", DismissMessage(note=note.strip()[:NOTE]))

    known = sessions.data.items if sessions.data else []
    options = [
        (each.id, " · ".join(part for part in (f"#{each.number}", each.driver, moment(each.begun_at)) if part))
        for each in known
    ]
    parts: list[ft.Control] = [
        text(words(one.reason), t),
        code(station_rules.pretty(msgspec.json.encode(one.payload).decode()), t, most=180),
        muted(
            words("It counts as if it had named the session. If it is of none, say why and dismiss it."), t, size=T12
        ),
    ]
    if options:
        parts.append(inputs.choice(words("Session"), chosen, options, t, set_chosen, identifier="quarantine-session"))
    elif sessions.data is not None:
        parts.append(muted(words("No session of this station is known."), t))
    parts.append(inputs.field(words("Why it is of none"), note, t, set_note, identifier="quarantine-note"))
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Which session is it of?"),
            [ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)],
            [
                buttons.quiet(words("Cancel"), t, on_close, identifier="dialog-cancel"),
                buttons.quiet(
                    words("Dismiss it"),
                    t,
                    dismiss if note.strip() and not busy else None,
                    busy=busy == "dismiss",
                    identifier="quarantine-dismiss",
                ),
                buttons.primary(
                    words("Attach"),
                    t,
                    attach if chosen and not busy else None,
                    busy=busy == "attach",
                    identifier="dialog-confirm",
                ),
            ],
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
