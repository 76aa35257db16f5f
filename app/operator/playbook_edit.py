"""The editor of a playbook: for which rules, which steps, within which guards. Saving makes a new version."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_tokens, use_words
from app.operator.incident_remedy import STEPS
from app.theme import S8, T12
from app.widgets import buttons, inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.remedies import Guards, Playbook, PlaybookSet, PlaybookStep, StepKind


def listed(words: str) -> list[str]:
    return [one.strip() for one in words.split(",") if one.strip()]


@guarded
def EditPlaybook(playbook_id: str, plan: PlaybookSet, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state(plan.name)
    rules, set_rules = ft.use_state(", ".join(plan.rules))
    codes, set_codes = ft.use_state(", ".join(plan.codes))
    steps, set_steps = ft.use_state(list(plan.steps))
    limit, set_limit = ft.use_state(str(plan.guards.max_per_day))
    flags, set_flags = ft.use_state((plan.guards.during_session, plan.guards.approval))
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        set_busy(True)
        try:
            wanted = msgspec.structs.replace(
                plan, name=name.strip(), rules=listed(rules), codes=listed(codes), steps=steps, guards=_guards()
            )
            if playbook_id:
                await app.api.put(f"/playbooks/{playbook_id}", wanted, Playbook)
            else:
                await app.api.post("/playbooks", wanted, Playbook)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def _guards() -> Guards:
        return msgspec.structs.replace(
            plan.guards,
            max_per_day=int(limit) if limit.isdigit() else plan.guards.max_per_day,
            during_session=flags[0],
            approval=flags[1],
        )

    def put(number: int, **values: Any) -> None:
        set_steps([msgspec.structs.replace(one, **values) if at == number else one for at, one in enumerate(steps)])

    def drop(number: int) -> None:
        set_steps([one for at, one in enumerate(steps) if at != number])

    kinds = [(str(kind), words(word)) for kind, word in STEPS.items()]
    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="book-name"),
        inputs.field(words("Rules, with commas between"), rules, t, set_rules, identifier="book-rules"),
        inputs.field(words("Fault codes (none: all)"), codes, t, set_codes, identifier="book-codes"),
        muted(words("Steps, and how many seconds each may take to help"), t, size=T12),
    ]
    for number, one in enumerate(steps):
        seconds = partial(_seconds, put, number)
        parts.append(
            ft.Row(
                [
                    inputs.choice(
                        f"{number + 1}.",
                        str(one.kind),
                        kinds,
                        t,
                        lambda value, at=number: put(at, kind=StepKind(value)),  # type: ignore[misc]
                        identifier=f"step-{number}",
                        width=230,
                    ),
                    ft.Container(
                        inputs.field("s", str(one.verify_s), t, seconds, identifier=f"step-s-{number}"), width=80
                    ),
                    buttons.icon_button(
                        ft.Icons.DELETE_OUTLINE_ROUNDED,
                        words("Remove"),
                        t,
                        partial(drop, number),
                        identifier=f"step-drop-{number}",
                    ),
                ],
                spacing=S8,
            )
        )
    parts.append(
        buttons.quiet(
            words("Add a step"),
            t,
            lambda: set_steps([*steps, PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=240)]),
            identifier="step-add",
        )
    )
    parts.append(inputs.field(words("Runs a day at a station"), limit, t, set_limit, identifier="book-limit"))
    for at, word in enumerate((words("May disturb a session"), words("Wants an approval"))):
        parts.append(
            ft.Row(
                [
                    text(word, t, expand=True),
                    ft.Switch(
                        value=flags[at],
                        active_color=t.primary,
                        on_change=lambda _, at=at: set_flags(
                            (not flags[0], flags[1]) if at == 0 else (flags[0], not flags[1])
                        ),
                    ),
                ]
            )
        )
    if trouble:
        parts.append(ft.Semantics(identifier="book-problem", content=text(trouble, t, color=t.danger.ink)))
    able = bool(name.strip() and listed(rules) and steps)
    ft.use_dialog(
        form(
            t,
            words("Playbook"),
            parts,
            [
                buttons.quiet(words("Cancel"), t, on_done, identifier="book-cancel"),
                buttons.primary(
                    words("Save"), t, (lambda: app.run(save)) if able else None, busy=busy, identifier="book-save"
                ),
            ],
            on_done,
        )
    )
    return ft.Container(width=0, height=0)


def _seconds(put: Callable[..., None], number: int, value: str) -> None:
    if value.isdigit() and 1 <= int(value) <= 24 * 3600:
        put(number, verify_s=int(value))
