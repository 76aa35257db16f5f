"""An incident's service tickets: who was asked, what became of it, and the way to ask somebody."""

from collections.abc import Callable
from functools import partial

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.tickets import Partners, Ticket, TicketNew, TicketState

Words = Callable[[str], str]
STATES = {
    TicketState.QUEUED: ("On its way", ft.Icons.SEND_ROUNDED, "info"),
    TicketState.SENT: ("Delivered", ft.Icons.MARK_EMAIL_READ_OUTLINED, "info"),
    TicketState.ACKNOWLEDGED: ("Taken", ft.Icons.HANDYMAN_OUTLINED, "warning"),
    TicketState.DONE: ("Done", ft.Icons.CHECK_CIRCLE_ROUNDED, "good"),
    TicketState.DECLINED: ("Not taken", ft.Icons.DO_NOT_DISTURB_ALT_ROUNDED, "neutral"),
    TicketState.FAILED: ("Not delivered", ft.Icons.ERROR_OUTLINE_ROUNDED, "danger"),
}


@guarded
def TicketSection(incident_id: str, fresh: str, closed: bool, again: Callable[[], object]) -> ft.Control:
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    partner, set_partner = ft.use_state("")
    note, set_note = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def load() -> Page[Ticket]:
        return await app.api.get("/tickets", Page[Ticket], incident=incident_id, limit=20)

    async def load_partners() -> Partners:
        return await app.api.get("/service-partners", Partners)

    found, partners = use_load(load, [incident_id, fresh, turn]), use_load(load_partners, [incident_id])

    async def send() -> None:
        set_busy(True)
        try:
            wanted = TicketNew(partner_id=partner or None, note=note.strip())
            await app.api.post(f"/incidents/{incident_id}/tickets", wanted, Ticket)
            set_note("")
            set_turn(lambda n: n + 1)
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    async def retry(one: Ticket) -> None:
        try:
            await app.api.post(f"/tickets/{one.id}/retry", None, Ticket)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if found.data is None or partners.data is None:
        error = found.error or partners.error
        inner: ft.Control = surfaces.failed(error, t, found.reload) if error else surfaces.skeleton(t, height=72)
        return surfaces.section(words("Service tickets"), inner, t)
    parts: list[ft.Control] = [_ticket(one, t, words, lambda one=one: app.run(retry, one)) for one in found.data.items]  # type: ignore[misc]
    if not partners.data.partners:
        parts.append(muted(words("Nobody is named yet who repairs stations."), t))
        if store.admin:
            add = buttons.quiet(
                words("Add a service partner"), t, partial(app.go, "/partners"), identifier="to-partners"
            )
            parts.append(ft.Row([add]))
    elif not closed:
        options = [("", words("Whoever is for this site")), *((one.id, one.name) for one in partners.data.partners)]
        parts += [
            ft.Row(
                [
                    inputs.choice(
                        words("Service partner"),
                        partner,
                        options,
                        t,
                        set_partner,
                        identifier="ticket-partner",
                        width=300,
                    )
                ]
            ),
            inputs.field(words("Message to them (not required)"), note, t, set_note, identifier="ticket-note"),
            ft.Row(
                [buttons.quiet(words("Send a ticket"), t, lambda: app.run(send), busy=busy, identifier="ticket-send")]
            ),
        ]
    elif not parts:
        parts.append(muted(words("There was none."), t))
    inner = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Service tickets"), inner, t)


def _ticket(one: Ticket, t: Tokens, words: Words, retry: Callable[[], object]) -> ft.Control:
    word, icon, tone = STATES[one.state]
    when = one.ended_at or one.acknowledged_at or one.sent_at or one.created_at
    about = [i18n.moment(when)]
    if one.by:
        about.append(words("asked by {name}").format(name=one.by))
    if one.attempts:
        about.append(i18n.several(one.attempts, "1 try", "{n} tries"))
    lines: list[ft.Control] = [
        ft.Row(
            [text(f"{one.number} · {one.partner}", t, bold=True), badge(words(word), icon, getattr(t, tone))],
            spacing=S8,
            run_spacing=S4,
            wrap=True,
        ),
        muted(" · ".join(about), t, size=T12),
    ]
    if one.note:
        lines.append(text(one.note, t))
    if one.answer:
        lines.append(text(words("Their answer: {text}").format(text=one.answer), t))
    if one.error and one.state in (TicketState.QUEUED, TicketState.FAILED):
        lines.append(text(words(one.error), t, color=t.danger.ink))
    if one.state is TicketState.FAILED:
        lines.append(ft.Row([buttons.quiet(words("Try again"), t, retry, identifier=f"ticket-retry-{one.id}")]))
    return ft.Column(lines, spacing=S4)
