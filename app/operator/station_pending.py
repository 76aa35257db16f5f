"""Stations that called in and nobody entered: let them in, or not."""

from collections.abc import Sequence
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import ago
from app.operator import station_rules as rules
from app.operator.place_form import use_place
from app.operator.station_add import problem_note
from app.theme import CARD, S8, S12, S16, T12, Tokens
from app.widgets import buttons
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.text import muted, text
from shared.stations import Registration, StationAccept, StationDetail, StationRow

MOST = 3


def use_decision() -> tuple[str, Any]:
    """(the identity that is being decided on, decide(row, registration)). Accepting asks where the station stands."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, set_busy = ft.use_state("")
    nobody: StationRow | None = None
    asked, set_asked = ft.use_state(nobody)  # the station that is to be accepted
    problem, set_problem = ft.use_state("")
    place = use_place(shown=asked is not None, later="Later")

    async def send(row: StationRow, registration: Registration) -> None:
        set_busy(row.identity)
        set_problem("")
        accepting = registration is Registration.ACCEPTED
        verb, told = (
            ("accept", "{name} is accepted. It charges cars from its next start-up message on.")
            if registration is Registration.ACCEPTED
            else ("reject", "{name} is rejected.")
        )
        try:
            body = StationAccept(location_id=await place.settle()) if accepting else None
            await app.api.post(f"/stations/{rules.quoted(row.identity)}/{verb}", body, StationDetail)
            set_asked(None)
            app.toast(words(told).format(name=rules.called(row)))
        except ApiError as error:
            if accepting:
                set_problem(words(error.detail or error.title))
            else:
                app.toast(words(error.detail or error.title), bad=True)
        finally:
            set_busy("")

    def decide(row: StationRow, registration: Registration) -> None:
        if registration is not Registration.ACCEPTED:
            app.run(send, row, registration)
            return
        place.begin(row.location_id or "")
        set_problem("")
        set_asked(row)

    def close() -> None:
        set_asked(None)

    ft.use_dialog(
        None
        if asked is None
        else form(
            t,
            words("Accept {name}?").format(name=_named(asked)),
            [
                muted(words("Where does it stand?"), t),
                *place.parts,
                *([problem_note(problem, t)] if problem else []),
            ],
            answers(t, close, words("Accept"), lambda: app.run(send, asked, Registration.ACCEPTED), busy=bool(busy)),
            close,
        )
    )
    return busy, decide


def _named(row: StationRow) -> str:
    return f"{row.name} ({row.identity})" if row.name else row.identity


def pending_row(
    row: StationRow, t: Tokens, words: Any, page: ft.Page, busy: str, decide: Any, phone: bool
) -> ft.Control:
    """One line with its two answers."""

    def ask() -> None:
        confirm(
            page,
            t,
            head=words("Reject {name}?").format(name=rules.called(row)),
            detail=words("It is disconnected and can't connect again. You can accept it later."),
            action=words("Reject"),
            on_confirm=lambda: decide(row, Registration.REJECTED),
        )

    kind = " ".join(part for part in (row.vendor, row.model) if part) or words("Has not introduced itself yet")
    seen = words("connected now") if row.online else words("last seen {when}").format(when=ago(row.last_seen_at))
    about = ft.Column(
        [
            text(words("{name} wants to connect").format(name=rules.called(row)), t, bold=True),
            muted(f"{kind} · {seen}", t, size=T12),
        ],
        spacing=0,
        expand=not phone,
    )
    icon = ft.Container(
        ft.Icon(ft.Icons.HOURGLASS_TOP_ROUNDED, size=20, color=t.violet.ink),
        bgcolor=t.violet.ground,
        border_radius=99,
        width=40,
        height=40,
        alignment=ft.Alignment.CENTER,
    )
    answers = ft.Row(
        [
            buttons.quiet(words("Reject"), t, ask, identifier=f"reject-{row.identity}", expand=phone),
            buttons.primary(
                words("Accept"),
                t,
                lambda: decide(row, Registration.ACCEPTED),
                busy=busy == row.identity,
                identifier=f"accept-{row.identity}",
                expand=phone,
            ),
        ],
        spacing=S8,
    )
    if phone:
        about.expand = True
        inner: ft.Control = ft.Column([ft.Row([icon, about], spacing=S12), answers], spacing=S12)
    else:
        inner = ft.Row([icon, about, answers], spacing=S12, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    return ft.Semantics(identifier=f"pending-{row.identity}", container=True, content=inner)


@guarded
def PendingStations(rows: Sequence[StationRow], status: str) -> ft.Control:  # a component
    """All of them where the list shows only them, else the first few. Nothing where nobody waits."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    busy, decide = use_decision()
    if not rows:
        return ft.Container(height=0)
    shown = rows if status == rules.PENDING else rows[:MOST]
    lines = [pending_row(row, t, words, app.page, busy, decide, store.phone) for row in shown]
    if len(rows) > len(shown):
        more = words("Show all {n} that wait").format(n=len(rows))
        lines.append(
            buttons.quiet(
                more, t, lambda: app.go(rules.address("/stations", status=rules.PENDING)), identifier="pending-all"
            )
        )
    return ft.Container(
        ft.Column(lines, spacing=S16),
        bgcolor=t.surface,
        border=ft.Border.all(1, t.violet.ink),
        border_radius=CARD,
        padding=S16,
    )
