"""Where a station differs from its configuration template, and one step that sets it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.operator import station_rules as rules
from app.operator.patience import USUAL, chips, said_of, waiting_for
from app.operator.station_add import problem_note
from app.theme import S4, S8, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.stations import CommandAnswer, VariableOutcome
from shared.templates import Applied, Difference, DifferenceKind, Drift

NOTHING: Any = None
WHY = {
    DifferenceKind.MISSING: "The station told of no such setting.",
    DifferenceKind.FIXED: "The station says that this can't be changed.",
}


@guarded
def DriftNote(identity: str, station: str, online: bool, told: Any, on_changed: Callable[[], Any]) -> ft.Control:
    # a component
    """One line above the settings; nothing for a station without a template. `told` changes when it may differ anew."""
    app, t, words = use_app(), use_tokens(), use_words()
    opened, set_opened = ft.use_state(False)
    loaded = use_load(lambda: app.api.get(f"/stations/{rules.quoted(identity)}/drift", Drift), [identity, told])
    drift = loaded.data
    if drift is None or drift.template_id is None or not drift.told:
        return ft.Container(width=0, height=0)

    def close() -> None:
        set_opened(False)
        loaded.reload()
        on_changed()

    count = len(drift.differences)
    if count == 0 and not opened:
        line = words("As its template {name} wants it").format(name=drift.template)
        return ft.Row(
            [
                ft.Icon(ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED, size=18, color=t.muted),
                muted(line, t, size=T12),
            ],
            spacing=S8,
        )
    line = words("{n} settings differ from the template {name}").format(n=count, name=drift.template)
    if count == 1:
        line = words("One setting differs from the template {name}").format(name=drift.template)
    note = surfaces.card(
        ft.Row(
            [
                ft.Icon(ft.Icons.DIFFERENCE_OUTLINED, size=20, color=t.primary),
                ft.Container(text(line, t), expand=True),
                buttons.quiet(words("Look"), t, lambda: set_opened(True), identifier="drift-open"),
            ],
            spacing=S8,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        t,
        padding=S8,
    )
    if not opened:
        return note
    dialog = DriftDialog(drift, station, online, close)
    return ft.Column([note, dialog], horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def DriftDialog(drift: Drift, station: str, online: bool, on_close: Callable[[], Any]) -> ft.Control:  # a component
    """What is and what should be; after setting it, what became of each."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)
    problem, set_problem = ft.use_state("")
    done, set_done = ft.use_state(NOTHING)
    chosen, choose = ft.use_state(USUAL)
    wait = "" if online else chosen
    key = ft.use_memo(lambda: uuid4().hex, [wait])

    async def send() -> None:
        set_busy(True)
        set_problem("")
        try:
            path = waiting_for(f"/stations/{rules.quoted(drift.identity)}/drift/apply", wait)
            answer: Any = await app.api.post(path, None, Applied, key=key)
            if isinstance(answer, CommandAnswer):
                app.toast(said_of(answer, words))
                on_close()
            else:
                set_done(answer)
        except ApiError as error:
            set_problem(error.detail or error.title)
        finally:
            set_busy(False)

    settable = any(one.kind is not DifferenceKind.FIXED for one in drift.differences)
    parts: list[ft.Control]
    if done is None:
        parts = [_difference(one, t, words) for one in drift.differences]
    else:
        parts = [_outcome(one, t, words) for one in done.outcomes]
    if problem:
        parts.append(problem_note(words(problem), t))
    elif not online and done is None:
        parts.append(chips(wait, choose, t, words))
    actions = [buttons.quiet(words("Close"), t, on_close, identifier="dialog-cancel")]
    if done is None:
        go = (lambda: app.run(send)) if settable and not busy else None
        actions.append(buttons.primary(words("Set them"), t, go, identifier="dialog-confirm"))
    head = words("{station} and its template {name}").format(station=station, name=drift.template)
    ft.use_dialog(form(t, head, parts, actions, on_close))
    return ft.Container(width=0, height=0)


def _difference(one: Difference, t: Tokens, words: Any) -> ft.Control:
    line = words("{value} now, {wanted} wanted").format(value=one.value or "–", wanted=one.wanted or "–")
    why = words(WHY[one.kind]) if one.kind in WHY else ""
    return _lines(one, " ".join(part for part in (line + ".", why) if part), t, f"drift-{one.name}")


def _outcome(one: VariableOutcome, t: Tokens, words: Any) -> ft.Control:
    said = one.status if one.accepted else f"{one.status}: {words(one.detail)}"
    return _lines(one, said if not one.accepted or not one.detail else words(one.detail), t, f"outcome-{one.name}")


def _lines(one: Difference | VariableOutcome, below: str, t: Tokens, identifier: str) -> ft.Control:
    where = one.component + (f" · EVSE {one.evse}" if one.evse else "")
    name = one.name if one.attribute == "Actual" else f"{one.name} ({one.attribute})"
    lines: list[ft.Control] = [text(name, t, bold=True), muted(below, t, size=T12)]
    if where:
        lines.insert(1, muted(where, t, size=T12))
    return ft.Semantics(identifier=identifier, content=ft.Column(lines, spacing=S4))
