"""Configuration templates: what stations of a kind should be set to."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_pages, use_tokens, use_words
from app.operator import template_rules as rules
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.templates import Template, TemplateNew

Words = Callable[[str], str]
AT_ONCE = 8
NOTHING: Any = None


@guarded
def TemplatesSection() -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    editing, set_editing = ft.use_state(NOTHING)
    adding, set_adding = ft.use_state(False)
    turn, set_turn = ft.use_state(0)

    async def load(cursor: str | None) -> Page[Template]:
        return await app.api.get("/configuration-templates", Page[Template], cursor=cursor, limit=AT_ONCE)

    templates = use_pages(load, [turn])

    async def remove(one: Template) -> None:
        try:
            await app.api.delete(f"/configuration-templates/{one.id}")
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def done(changed: bool) -> None:
        set_adding(False)
        set_editing(None)
        if changed:
            set_turn(lambda n: n + 1)

    def ask(one: Template) -> None:
        confirm(
            app.page,
            t,
            head=words("Delete the template {name}?").format(name=one.name),
            detail=words("No station is changed by it. Where they differ is no longer shown."),
            action=words("Delete"),
            cancel=words("Cancel"),
            on_confirm=lambda: app.run(remove, one),
        )

    parts: list[ft.Control] = []
    if templates.items is None:
        waiting = surfaces.skeleton(t, height=96)
        parts.append(surfaces.failed(templates.error, t, templates.reload) if templates.error else waiting)
    elif not templates.items:
        parts.append(
            surfaces.empty(
                ft.Icons.TUNE_ROUNDED,
                words("No template yet"),
                words("Say once how stations of a kind should be set, and see which of them differ."),
                t,
            )
        )
    else:
        for place, one in enumerate(templates.items):
            if place:
                parts.append(surfaces.divider(t))
            parts.append(_line(one, t, words, set_editing, ask))
    if templates.more:
        parts.append(buttons.quiet(words("Show more"), t, templates.more, busy=templates.busy))
    if adding or editing is not None:
        parts.append(TemplateDialog(editing, done, key=editing.id if editing else "new"))
    add = buttons.quiet(words("Add"), t, lambda: set_adding(True), icon=ft.Icons.ADD_ROUNDED, identifier="add-template")
    body = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Templates for stations"), body, t, trailing=add)


def _line(
    one: Template, t: Tokens, words: Words, edit: Callable[[Template], Any], remove: Callable[[Template], Any]
) -> ft.Control:
    count = words("One setting") if len(one.wanted) == 1 else words("{n} settings").format(n=len(one.wanted))
    about = f"{rules.meant_for(one) or words('Every station')} · {count}"
    return ft.Semantics(
        identifier=f"template-{one.name}",
        container=True,
        content=ft.Row(
            [
                ft.Column([text(one.name, t, bold=True), muted(about, t, size=T12)], spacing=2, expand=True),
                buttons.icon_button(
                    ft.Icons.EDIT_OUTLINED,
                    words("Change {name}").format(name=one.name),
                    t,
                    partial(edit, one),
                    identifier=f"edit-{one.name}",
                ),
                buttons.icon_button(
                    ft.Icons.DELETE_OUTLINE_ROUNDED,
                    words("Delete {name}").format(name=one.name),
                    t,
                    partial(remove, one),
                    identifier=f"delete-{one.name}",
                ),
            ],
            spacing=S8,
        ),
    )


@guarded
def TemplateDialog(one: Template | None, on_done: Callable[[bool], Any]) -> ft.Control:  # a component
    """Of a new one, or of one that is there already."""
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state(one.name if one else "")
    vendor, set_vendor = ft.use_state(one.vendor if one else "")
    model, set_model = ft.use_state(one.model if one else "")
    firmware, set_firmware = ft.use_state(one.firmware if one else "")
    stations, set_stations = ft.use_state(", ".join(one.stations) if one else "")
    wanted, set_wanted = ft.use_state("\n".join(map(rules.line, one.wanted)) if one else "")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def send(new: TemplateNew) -> None:
        set_busy(True)
        set_trouble("")
        try:
            if one is None:
                await app.api.post("/configuration-templates", new, Template)
            else:
                await app.api.patch(f"/configuration-templates/{one.id}", new, Template)
            on_done(True)
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        settings, wrong = rules.read(wanted)
        if not name.strip():
            set_trouble(words("Give the template a name."))
        elif wrong:
            set_trouble(words("This line is no setting: {line}").format(line=wrong))
        else:
            app.run(
                send,
                TemplateNew(
                    name=name.strip(),
                    vendor=vendor.strip(),
                    model=model.strip(),
                    firmware=firmware.strip(),
                    stations=rules.names(stations),
                    wanted=settings,
                ),
            )

    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="template-name", autofocus=one is None),
        inputs.field(words("Vendor"), vendor, t, set_vendor, identifier="template-vendor"),
        inputs.field(words("Model"), model, t, set_model, identifier="template-model"),
        inputs.field(words("Firmware"), firmware, t, set_firmware, identifier="template-firmware"),
        muted(words("Empty is any; * stands for anything, as in AC-22*."), t, size=T12),
        inputs.field(
            words("Or only these stations, with commas"), stations, t, set_stations, identifier="template-stations"
        ),
        inputs.field(words("Settings"), wanted, t, set_wanted, identifier="template-wanted", multiline=True),
        muted(words("A line each: HeartbeatInterval = 300, or OCPPCommCtrlr.HeartbeatInterval = 300"), t, size=T12),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="template-problem", content=text(trouble, t, color=t.danger.ink)))
    head = words("Change a template") if one else words("Add a template")
    actions = answers(t, lambda: on_done(False), words("Save"), submit, busy=busy, name="template")
    ft.use_dialog(form(t, head, [ft.Column(parts, spacing=S12, tight=True)], actions, lambda: on_done(False)))
    return ft.Container(width=0, height=0)
