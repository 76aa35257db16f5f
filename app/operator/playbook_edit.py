"""The editor of a playbook: for which rules, which steps, within which guards. Saving makes a new version."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.look_back import TryOnPast
from app.theme import S8, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.faults import RuleBook
from shared.lookback import LookBackNew
from shared.remedies import STEP_NAMES, Guards, Playbook, PlaybookSet, PlaybookStep, StepKind

Words = Callable[[str], str]
MESSAGES = ("StatusNotification", "Heartbeat", "BootNotification", "MeterValues", "FirmwareStatusNotification")


def listed(words: str) -> list[str]:
    return [one.strip() for one in words.replace("\n", ",").split(",") if one.strip()]


def clock(typed: str) -> str | None:
    """22 → 22:00; empty stays empty; None for what is no time."""
    hours, _, minutes = typed.strip().replace(".", ":").partition(":")
    if not hours and not minutes:
        return ""
    if not hours.isdigit() or not (minutes or "0").isdigit() or int(hours) > 23 or int(minutes or 0) > 59:
        return None
    return f"{int(hours):02}:{int(minutes or 0):02}"


@guarded
def EditPlaybook(playbook_id: str, plan: PlaybookSet, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    name, set_name = ft.use_state(words(plan.name))
    rules, set_rules = ft.use_state(list(plan.rules))
    codes, set_codes = ft.use_state(", ".join(plan.codes))
    not_codes, set_not_codes = ft.use_state(", ".join(plan.not_codes))
    models, set_models = ft.use_state(", ".join(plan.models))
    steps, set_steps = ft.use_state(list(plan.steps))
    limit, set_limit = ft.use_state(str(plan.guards.max_per_day))
    at_once, set_at_once = ft.use_state(str(plan.guards.max_at_once))
    quiet, set_quiet = ft.use_state((plan.guards.quiet_from, plan.guards.quiet_to))
    flags, set_flags = ft.use_state((plan.guards.during_session, plan.guards.approval))
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def load() -> RuleBook:
        return await app.api.get("/rules", RuleBook)

    book = use_load(load)

    def wanted() -> PlaybookSet:
        given = name.strip()
        return msgspec.structs.replace(
            plan,
            name=plan.name if given == words(plan.name) else given,
            rules=rules,
            codes=listed(codes),
            not_codes=listed(not_codes),
            models=listed(models),
            steps=steps,
            guards=_guards(),
        )

    async def save() -> None:
        set_busy(True)
        try:
            if playbook_id:
                await app.api.put(f"/playbooks/{playbook_id}", wanted(), Playbook)
            else:
                await app.api.post("/playbooks", wanted(), Playbook)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def _guards() -> Guards:
        return msgspec.structs.replace(
            plan.guards,
            max_per_day=int(limit) if limit.isdigit() else plan.guards.max_per_day,
            max_at_once=int(at_once) if at_once.isdigit() else plan.guards.max_at_once,
            quiet_from=clock(quiet[0]) or "",
            quiet_to=clock(quiet[1]) or "",
            during_session=flags[0],
            approval=flags[1],
        )

    def flip(rule: str) -> None:
        set_rules([one for one in rules if one != rule] if rule in rules else [*rules, rule])

    chips: list[ft.Control] = [
        surfaces.chip(words(one.title), one.name in rules, t, partial(flip, one.name), identifier=f"for-{one.name}")
        for one in (book.data.rules if book.data else [])
    ]
    if book.data is None:
        chips = [muted(", ".join(rules), t)]
    wrong_time = any(clock(one) is None for one in quiet) or bool(quiet[0].strip()) != bool(quiet[1].strip())
    able = bool(name.strip() and rules and steps) and not wrong_time
    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="book-name"),
        muted(words("For incidents of these rules"), t, size=T12),
        ft.Row(chips, spacing=S8, run_spacing=S8, wrap=True),
        inputs.field(words("Fault codes (none: all)"), codes, t, set_codes, identifier="book-codes"),
        inputs.field(
            words("Fault codes it leaves alone"),
            not_codes,
            t,
            set_not_codes,
            identifier="book-not-codes",
            multiline=True,
            helper=words("These need somebody on site."),
        ),
        inputs.field(words("Models, with commas between (none: all)"), models, t, set_models, identifier="book-models"),
        muted(words("Steps, and how many seconds each may take to help"), t, size=T12),
        Steps(steps, set_steps),
        muted(words("Guards"), t, size=T12),
        ft.Row(
            [
                _narrow(inputs.field(words("Runs a day at a station"), limit, t, set_limit, identifier="book-limit")),
                _narrow(inputs.field(words("Stations at once"), at_once, t, set_at_once, identifier="book-at-once")),
            ],
            spacing=S8,
        ),
        ft.Row(
            [
                _narrow(
                    inputs.field(
                        words("Nothing from (quiet hours)"),
                        quiet[0],
                        t,
                        lambda value: set_quiet((value, quiet[1])),
                        identifier="book-quiet-from",
                        error=words("As 22:00") if clock(quiet[0]) is None else "",
                    )
                ),
                _narrow(
                    inputs.field(
                        words("until"),
                        quiet[1],
                        t,
                        lambda value: set_quiet((quiet[0], value)),
                        identifier="book-quiet-to",
                        error=words("As 22:00") if clock(quiet[1]) is None else "",
                    )
                ),
            ],
            spacing=S8,
        ),
        _switch(words("May disturb a session"), flags[0], t, lambda: set_flags((not flags[0], flags[1])), "sessions"),
        _switch(words("Wants an approval"), flags[1], t, lambda: set_flags((flags[0], not flags[1])), "approval"),
        TryOnPast(lambda days: LookBackNew(days=days, plan=wanted()), "editor", able),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="book-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Playbook"),
            parts,
            answers(t, on_done, words("Save"), (lambda: app.run(save)) if able else None, busy=busy, name="book"),
            on_done,
            width=440 if store.phone else 640,
        )
    )
    return ft.Container(width=0, height=0)


def _narrow(field: ft.Control) -> ft.Control:
    return ft.Container(field, expand=True)


def _switch(word: str, on: bool, t: Tokens, flip: Callable[[], Any], name: str) -> ft.Control:
    switch = ft.Switch(value=on, active_color=t.primary, on_change=lambda _: flip())
    return ft.Row([text(word, t, expand=True), ft.Semantics(identifier=f"book-{name}", label=word, content=switch)])


@guarded
def Steps(steps: list[PlaybookStep], set_steps: Callable[[list[PlaybookStep]], Any]) -> ft.Control:  # a component
    """In their order; each with what it needs to know, on a phone below its name."""
    store, t, words = use_store(), use_tokens(), use_words()

    def put(number: int, **values: Any) -> None:
        set_steps([msgspec.structs.replace(one, **values) if at == number else one for at, one in enumerate(steps)])

    def drop(number: int) -> None:
        set_steps([one for at, one in enumerate(steps) if at != number])

    def up(number: int) -> None:
        changed = list(steps)
        changed[number - 1], changed[number] = changed[number], changed[number - 1]
        set_steps(changed)

    kinds = [(str(kind), words(word)) for kind, word in STEP_NAMES.items()]
    parts: list[ft.Control] = []
    for number, one in enumerate(steps):
        name = f"{number + 1}."
        set_kind: Any = lambda value, at=number: put(at, kind=StepKind(value))  # noqa: E731
        which = inputs.choice(name, str(one.kind), kinds, t, set_kind, identifier=f"step-{number}")
        lasts = inputs.field("s", str(one.verify_s), t, partial(_seconds, put, number), identifier=f"step-s-{number}")
        line: list[ft.Control] = [ft.Container(lasts, width=76)]
        if number:
            earlier = partial(up, number)
            line.append(
                buttons.icon_button(
                    ft.Icons.ARROW_UPWARD_ROUNDED, words("Earlier"), t, earlier, identifier=f"step-up-{number}"
                )
            )
        gone = partial(drop, number)
        line.append(
            buttons.icon_button(
                ft.Icons.DELETE_OUTLINE_ROUNDED, words("Remove"), t, gone, identifier=f"step-drop-{number}"
            )
        )
        parts += [which, ft.Row(line, spacing=S8)] if store.phone else [ft.Row([_narrow(which), *line], spacing=S8)]
        if one.kind is StepKind.TRIGGER:
            asked = [(each, each) for each in dict.fromkeys((*MESSAGES, one.message))]
            set_message: Any = lambda value, at=number: put(at, message=value)  # noqa: E731
            named = f"ask-{number}"
            message = inputs.choice(words("Message"), one.message, asked, t, set_message, identifier=named, width=300)
            parts.append(ft.Row([message]))
        if one.kind is StepKind.FIRMWARE:
            set_url: Any = lambda value, at=number: put(at, url=value)  # noqa: E731
            parts.append(inputs.field(words("Address"), one.url, t, set_url, identifier=f"step-url-{number}"))
    parts.append(
        ft.Row(
            [
                buttons.quiet(
                    words("Add a step"),
                    t,
                    lambda: set_steps([*steps, PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=240)]),
                    identifier="step-add",
                )
            ]
        )
    )
    return ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _seconds(put: Callable[..., None], number: int, value: str) -> None:
    if value.isdigit() and 1 <= int(value) <= 24 * 3600:
        put(number, verify_s=int(value))
