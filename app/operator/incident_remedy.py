"""What a playbook did about an incident, step by step; its yes and its stop."""

from collections.abc import Callable

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.remedies import STEP_NAMES, Remedy, RemedyState
from shared.said import told

Words = Callable[[str], str]
STATES = {
    RemedyState.RUNNING: ("At work", ft.Icons.PLAY_CIRCLE_OUTLINE_ROUNDED, "info"),
    RemedyState.WAITING: ("Waits", ft.Icons.SCHEDULE_ROUNDED, "neutral"),
    RemedyState.ASKS: ("Asks you", ft.Icons.HELP_OUTLINE_ROUNDED, "warning"),
    RemedyState.MENDED: ("Mended", ft.Icons.CHECK_CIRCLE_ROUNDED, "good"),
    RemedyState.OVER: ("Ended by itself", ft.Icons.CHECK_ROUNDED, "neutral"),
    RemedyState.FAILED: ("Didn't help", ft.Icons.ERROR_OUTLINE_ROUNDED, "danger"),
    RemedyState.STOPPED: ("Stopped", ft.Icons.CANCEL_OUTLINED, "neutral"),
}
LIVE = (RemedyState.RUNNING, RemedyState.WAITING, RemedyState.ASKS)


@guarded
def RemedySection(incident_id: str, fresh: str, closed: bool) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)

    async def load() -> Page[Remedy]:
        return await app.api.get("/remedies", Page[Remedy], incident=incident_id, limit=5)

    found = use_load(load, [incident_id, fresh, turn])

    async def ask(one: Remedy, verb: str) -> None:
        try:
            await app.api.post(f"/remedies/{one.id}/{verb}", None, Remedy)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if found.data is None:
        inner: ft.Control = (
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=72)
        )
    elif not found.data.items:
        inner = muted(words("No playbook fitted." if closed else "No playbook fits, so it waits for somebody."), t)
    else:
        inner = ft.Column(
            [
                _run(one, t, words, lambda verb, one=one: app.run(ask, one, verb))  # type: ignore[misc]
                for one in found.data.items
            ],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return surfaces.section(words("Playbook"), inner, t)


def _run(one: Remedy, t: Tokens, words: Words, ask: Callable[[str], object]) -> ft.Control:
    word, icon, tone = STATES[one.state]
    parts: list[ft.Control] = [
        ft.Row(
            [text(words(one.playbook), t, bold=True), badge(words(word), icon, getattr(t, tone))],
            spacing=S8,
            run_spacing=S8,
            wrap=True,
        )
    ]
    if one.detail:
        parts.append(text(told(one.detail, words), t))
    for step in one.steps:
        about = " · ".join(
            part for part in (i18n.moment(step.sent_at), told(step.detail, words), words(step.outcome)) if part
        )
        parts.append(
            ft.Column(
                [text(f"{step.number + 1}. {words(STEP_NAMES[step.kind])}", t), muted(about, t, size=T12)], spacing=0
            )
        )
    actions: list[ft.Control] = []
    if one.state is RemedyState.ASKS:
        actions.append(buttons.primary(words("Let it go on"), t, lambda: ask("approve"), identifier="remedy-approve"))
    if one.state in LIVE:
        actions.append(buttons.quiet(words("Stop it"), t, lambda: ask("stop"), identifier="remedy-stop"))
    if actions:
        parts.append(ft.Row(actions, spacing=S8))
    return ft.Column(parts, spacing=S8)
