"""The dialog in which a bulk action is written down."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_tokens, use_words
from app.operator import bulk_rules as rules
from app.theme import S8, T12
from app.widgets import inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.campaigns import ActionKind, Campaign, CampaignStations

FIRST = {
    ActionKind.VARIABLES: "Setting, or Component.Variable",
    ActionKind.TRIGGER: "Message",
    ActionKind.FIRMWARE: "Address of the file",
}
PAUSES = (0, 10, 60)
HALTS = (0, 10, 25)


@guarded
def NewBulk(on_done: Callable[[Campaign | None], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state("")
    kind, set_kind = ft.use_state(ActionKind.VARIABLES)
    first, set_first = ft.use_state("")
    second, set_second = ft.use_state("")
    operative, set_operative = ft.use_state(False)
    model, set_model = ft.use_state("")
    vendor, set_vendor = ft.use_state("")
    pause, set_pause = ft.use_state(10)
    halt, set_halt = ft.use_state(10)
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key = ft.use_memo(lambda: uuid4().hex, [])

    async def send(wanted: Any) -> None:
        set_busy(True)
        set_trouble("")
        try:
            on_done(await app.api.post("/campaigns", wanted, Campaign, key=key))
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        stations = CampaignStations(
            vendor=vendor.strip(), model=model.strip(), every=not (vendor.strip() or model.strip())
        )
        found = rules.wanted(
            name,
            kind,
            first,
            second,
            operative=operative,
            stations=stations,
            pause_minutes=pause,
            halt_percent=halt,
        )
        if isinstance(found, str):
            set_trouble(words(found))
        else:
            app.run(send, found)

    def chips(options: list[tuple[Any, str]], chosen: Any, choose: Callable[[Any], Any], of: str) -> ft.Control:
        found: list[ft.Control] = [
            surfaces.chip(label, chosen == value, t, partial(choose, value), identifier=f"{of}-{value}")
            for value, label in options
        ]
        return ft.Row(found, spacing=S8, run_spacing=0, wrap=True)

    parts: list[ft.Control] = [
        inputs.field(words("Name of the bulk action"), name, t, set_name, identifier="bulk-name", autofocus=True),
        chips([(one, words(word)) for one, word in rules.KINDS.items()], kind, set_kind, "bulk-kind"),
    ]
    if kind in FIRST:
        parts.append(inputs.field(words(FIRST[kind]), first, t, set_first, identifier="bulk-first"))
    if kind is ActionKind.VARIABLES:
        parts.append(inputs.field(words("New value"), second, t, set_second, identifier="bulk-second"))
    if kind is ActionKind.AVAILABILITY:
        states = [(False, words("Out of service")), (True, words("Back in service"))]
        parts.append(chips(states, operative, set_operative, "bulk-operative"))
    parts += [
        muted(words("Which stations? All of them, unless you name a maker or a model."), t, size=T12),
        inputs.field(words("Maker"), vendor, t, set_vendor, identifier="bulk-vendor"),
        inputs.field(words("Model"), model, t, set_model, identifier="bulk-model"),
        muted(words("First one station, then a tenth, then the rest. Between them so many minutes:"), t, size=T12),
        chips([(one, str(one)) for one in PAUSES], pause, set_pause, "bulk-pause-min"),
        muted(words("Halted when more than this part of them fails:"), t, size=T12),
        chips([(one, f"{one} %") for one in HALTS], halt, set_halt, "bulk-halt"),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="bulk-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("New bulk action"),
            parts,
            answers(t, lambda: on_done(None), words("Begin"), submit, busy=busy, name="bulk"),
            lambda: on_done(None),
            width=520,
        )
    )
    return ft.Container(width=0, height=0)
