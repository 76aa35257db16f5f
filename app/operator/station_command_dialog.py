"""The question before a command: what it is for, what it does, whom it interrupts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_tokens, use_words
from app.operator import patience
from app.operator import station_rules as rules
from app.operator.station_command_list import (
    OF_A_CONNECTOR,
    WHOLE,
    Spec,
    first_option,
    first_target,
    interrupts,
)
from app.theme import CONTROL, S4, S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.stations import StationDetail
from shared.transactions import Transaction


@guarded
def CommandDialog(
    spec: Spec,
    detail: StationDetail,
    sessions: Sequence[Transaction],
    on_close: Callable[[], Any],
    on_send: Callable[[Spec, str, str, str], Any],
) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    use_app()
    row = detail.row
    target, set_target = ft.use_state(first_target(spec, row, sessions))
    option, set_option = ft.use_state(first_option(spec, row))
    wait, set_wait = ft.use_state("" if row.online else patience.USUAL)
    parts: list[ft.Control] = [muted(words(spec.effect), t)]
    if spec.options:
        parts.append(_choices("option", spec.options, option, set_option, t, words))
    connectors = spec.targets(row, sessions) if spec.targets else []
    if spec.name == "trigger" and option not in OF_A_CONNECTOR:
        connectors = []
    if connectors:
        targets = [(one.id, words("Connector {label}").format(label=one.label)) for one in connectors]
        if spec.whole:
            targets.insert(0, (WHOLE, words("Whole station")))
        parts.append(_choices("target", targets, target, set_target, t, words))
    if not row.online:
        parts.append(patience.chips(wait, set_wait, t, words))
    hit = interrupts(spec, target, option, sessions)
    if hit:
        note = words("This ends {n} running session.") if len(hit) == 1 else words("This ends {n} running sessions.")
        parts.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.WARNING_ROUNDED, size=18, color=t.danger.ink),
                        text(note.format(n=len(hit)), t, color=t.danger.ink, expand=True),
                    ],
                    spacing=S8,
                ),
                bgcolor=t.danger.ground,
                border_radius=CONTROL,
                padding=S12,
            )
        )

    def send() -> None:
        on_send(spec, target, option, wait)

    make = buttons.danger if spec.dangerous or hit else buttons.primary
    called = rules.called(row)
    named = called if called == row.identity else f"{called} ({row.identity})"
    ft.use_dialog(
        form(
            t,
            words(spec.asks).format(name=named),
            parts,
            [
                buttons.quiet(words("Cancel"), t, on_close, identifier="dialog-cancel"),
                make(
                    words(_action(spec, option)),
                    t,
                    lambda: on_send(spec, target, option, wait),
                    identifier="dialog-confirm",
                ),
            ],
            on_close,
        )
    )
    return ft.Container(width=0, height=0)


def _action(spec: Spec, option: str) -> str:
    """What the button says."""
    if spec.name == "availability":
        return {"out": "Take out of service", "in": "Put into service"}[option]
    return "Ask" if spec.name == "trigger" else spec.label


def _choices(
    name: str,
    offered: Sequence[tuple[str, str]],
    chosen: str,
    choose: Callable[[str], Any],
    t: Tokens,
    words: Any,
) -> ft.Control:
    head = {"option": "What", "target": "Where"}[name]
    chips = [
        surfaces.chip(words(word), key == chosen, t, partial(choose, key), identifier=f"{name}-{key or 'whole'}")
        for key, word in offered
    ]
    return ft.Column([muted(words(head), t, size=T12), ft.Row(chips, spacing=S8, run_spacing=0, wrap=True)], spacing=S4)
