"""Codes of makers: those that nobody knew, with their counts; the tenant's own meanings; and the house's list."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator import incident_rules
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.status import badge, severity_tone
from app.widgets.text import muted, text
from shared.faults import CodeBook, CodeMeaning, CodeMeaningSet, UnknownCode
from shared.operations import Severity

Words = Callable[[str], str]


def empty(vendor: str = "", code: str = "") -> CodeMeaning:
    return CodeMeaning(id="", vendor=vendor, code=code, title="", severity=Severity.CRITICAL, cause="", advice="")


@guarded
def CodesPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    editing: Any = ft.use_state(None)
    edited, set_edited = editing

    async def load() -> CodeBook:
        return await app.api.get("/vendor-codes", CodeBook)

    found = use_load(load, [turn])

    def again() -> None:
        set_edited(None)
        set_turn(lambda n: n + 1)

    async def remove(one: CodeMeaning) -> None:
        try:
            await app.api.delete(f"/vendor-codes/{one.id}")
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def teach(one: UnknownCode) -> None:
        set_edited(empty(one.vendor, one.code))

    parts: list[ft.Control] = [
        muted(words("Makers have codes of their own. What you say of one counts from its next report on."), t)
    ]
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, again) if found.error else surfaces.skeleton_list(t, rows=4))
    else:
        unknown = [_unknown(one, t, words, partial(teach, one)) for one in found.data.unknown]
        nobody = muted(words("Every code that came has a meaning."), t)
        parts.append(surfaces.section(words("Nobody knows these yet"), _lines(unknown or [nobody]), t))
        own = [
            _meaning(one, t, words, partial(set_edited, one), partial(app.run, remove, one)) for one in found.data.own
        ]
        none = muted(words("You have said nothing of any code yet."), t)
        parts.append(surfaces.section(words("Your meanings"), _lines(own or [none]), t))
        house = [_meaning(one, t, words) for one in found.data.house]
        parts.append(surfaces.section(words("Known to the house"), _lines(house), t))
    if edited is not None:
        parts.append(EditMeaning(edited, again, lambda: set_edited(None)))
    new = buttons.primary(words("Add a meaning"), t, lambda: set_edited(empty()), identifier="code-new")
    return surfaces.page_body(
        parts,
        t,
        head=words("Codes of makers"),
        phone=store.phone,
        trailing=[new],
        back=lambda: app.go("/rules"),
        width=None if store.width < 1200 else 960,
    )


def _lines(lines: list[ft.Control]) -> ft.Control:
    return ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _maker(vendor: str, words: Words) -> str:
    """Those that an operator named are kept in lower case."""
    return (vendor.title() if vendor == vendor.lower() else vendor) or words("All makers")


def _unknown(one: UnknownCode, t: Tokens, words: Words, teach: Callable[[], Any]) -> ft.Control:
    times = words("once") if one.times == 1 else words("{n} times").format(n=one.times)
    about = [times, words("last {when}").format(when=i18n.ago(one.seen_at)), one.station]
    lines: list[ft.Control] = [
        text(f"{one.code} · {_maker(one.vendor, words)}", t, bold=True),
        muted(" · ".join(part for part in about if part), t, size=T12),
    ]
    if one.text:
        lines.append(muted(words("It says: {text}").format(text=one.text), t, size=T12))
    ask = buttons.quiet(words("Say what it means"), t, teach, identifier=f"teach-{one.code}")
    return ft.Row([ft.Column(lines, spacing=2, expand=True), ask], spacing=S8)


def _meaning(
    one: CodeMeaning,
    t: Tokens,
    words: Words,
    change: Callable[[], Any] | None = None,
    remove: Callable[[], Any] | None = None,
) -> ft.Control:
    sign = badge(
        words(incident_rules.SEVERITY_WORDS[one.severity]), ft.Icons.FLAG_ROUNDED, severity_tone(one.severity, t)
    )
    head = ft.Row(
        [text(f"{one.code} · {_maker(one.vendor, words)}", t, bold=True), sign], spacing=S8, run_spacing=S4, wrap=True
    )
    lines: list[ft.Control] = [head, text(words(one.title), t)]
    lines += [muted(words(part), t, size=T12) for part in (one.cause, one.advice) if part]
    ways: list[ft.Control] = []
    if change is not None and remove is not None:
        ways = [
            buttons.quiet(words("Change"), t, change, identifier=f"code-change-{one.code}"),
            buttons.quiet(words("Remove"), t, remove, identifier=f"code-remove-{one.code}"),
        ]
    if ways:
        lines.append(ft.Row(ways, spacing=S8, wrap=True))
    return ft.Column(lines, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def EditMeaning(one: CodeMeaning, on_done: Callable[[], Any], on_cancel: Callable[[], Any]) -> ft.Control:
    app, t, words = use_app(), use_tokens(), use_words()
    typed, set_typed = ft.use_state(
        {"vendor": one.vendor, "code": one.code, "title": one.title, "cause": one.cause, "advice": one.advice}
    )
    severity, set_severity = ft.use_state(str(one.severity))
    trouble, set_trouble = ft.use_state("")

    async def save() -> None:
        values = {name: value.strip() for name, value in typed.items()}
        try:
            await app.api.put("/vendor-codes", CodeMeaningSet(severity=Severity(severity), **values), CodeMeaning)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    def put(name: str, value: str) -> None:
        set_typed({**typed, name: value})

    def field(name: str, label: str) -> ft.Control:
        return inputs.field(words(label), typed[name], t, partial(put, name), identifier=f"code-{name}")

    levels = [(str(each), words(word)) for each, word in incident_rules.SEVERITY_WORDS.items()]
    fields: list[ft.Control] = [
        field("vendor", "Maker (none: all)"),
        field("code", "Code, as the station sends it"),
        field("title", "What it means"),
        inputs.choice(words("Severity"), severity, levels, t, set_severity, identifier="code-severity"),
        field("cause", "Likely cause"),
        field("advice", "Next step"),
    ]
    if trouble:
        fields.append(ft.Semantics(identifier="code-problem", content=text(trouble, t, color=t.danger.ink)))
    able = bool(typed["code"].strip() and typed["title"].strip())
    ft.use_dialog(
        form(
            t,
            words("What a code means"),
            [ft.Column(fields, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)],
            answers(t, on_cancel, words("Save"), (lambda: app.run(save)) if able else None, name="code"),
            on_cancel,
        )
    )
    return ft.Container(width=0, height=0)
