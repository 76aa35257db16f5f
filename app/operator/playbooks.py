"""Playbooks: what is tried when an incident opens, how often it mended, its versions, and what it would have done."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.look_back import TryOnPast
from app.operator.playbook_edit import EditPlaybook
from app.theme import S4, S8, S12, T12, T16
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.lookback import LookBackNew
from shared.remedies import (
    NEEDS_HANDS,
    STEP_NAMES,
    Figures,
    Playbook,
    PlaybookDetail,
    PlaybookSet,
    PlaybookStep,
    StepKind,
)

Words = Callable[[str], str]
NEW = PlaybookSet(
    name="",
    rules=["connector_faulted"],
    not_codes=NEEDS_HANDS,
    steps=[PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=240)],
)


@guarded
def PlaybooksPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    opened, set_opened = ft.use_state("")
    making, set_making = ft.use_state(False)

    async def load() -> list[Playbook]:
        return await app.api.get("/playbooks", list[Playbook])

    found = use_load(load, [turn])

    def again() -> None:
        set_making(False)
        set_turn(lambda n: n + 1)

    parts: list[ft.Control] = [
        muted(words("The first one that fits an incident is tried, within its guards, until it helps."), t)
    ]
    if found.data is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton_list(t, rows=4)
        )
    elif not found.data:
        parts.append(
            surfaces.empty(
                ft.Icons.BUILD_OUTLINED,
                words("No playbooks"),
                words("Incidents wait for somebody until there is one."),
                t,
            )
        )
    for one in found.data or []:
        toggle = partial(set_opened, "" if opened == one.id else one.id)
        parts.append(ft.Container(OneBook(one, opened == one.id, toggle, again), key=f"{one.id}-{one.version}"))
    if making:
        parts.append(EditPlaybook("", NEW, again))
    new = buttons.primary(words("New playbook"), t, lambda: set_making(True), identifier="playbook-new")
    return surfaces.page_body(
        parts,
        t,
        head=words("Playbooks"),
        phone=store.phone,
        trailing=[new] if store.admin else [],
        back=lambda: app.go("/incidents"),
        width=None if store.width < 1200 else 960,
    )


def step_of(one: PlaybookStep, words: Words) -> str:
    """`Soft restart`, `Ask for a message: Heartbeat`."""
    return words(STEP_NAMES[one.kind]) + (f": {one.message}" if one.kind is StepKind.TRIGGER else "")


def rate(one: Figures, words: Words) -> str:
    if one.rate is None:
        return words("Not tried yet")
    return words("Mended {n} of {all} ({share})").format(
        n=one.mended, all=one.mended + one.failed, share=i18n.percent(one.rate)
    )


@guarded
def OneBook(one: Playbook, opened: bool, toggle: Callable[[], Any], again: Callable[[], Any]) -> ft.Control:
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    editing, set_editing = ft.use_state(False)
    plan = one.plan

    async def change(wanted: PlaybookSet) -> None:
        try:
            await app.api.put(f"/playbooks/{one.id}", wanted, Playbook)
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    sign = (
        badge(words("On"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
        if plan.enabled
        else badge(words("Off"), ft.Icons.BLOCK_ROUNDED, t.neutral)
    )
    version = words("version {n}").format(n=one.version)
    parts: list[ft.Control] = [
        ft.Row([text(words(plan.name), t, size=T16, bold=True), sign], spacing=S8, run_spacing=S4, wrap=True),
        muted(f"{rate(one.figures, words)} · {version}", t),
        text("  →  ".join(step_of(step, words) for step in plan.steps), t),
    ]
    actions: list[ft.Control] = [
        buttons.quiet(words("Less") if opened else words("More"), t, toggle, identifier=f"book-{one.key or one.id}"),
    ]
    if store.admin:
        flipped = msgspec.structs.replace(plan, enabled=not plan.enabled)
        actions.append(
            buttons.quiet(words("Change"), t, lambda: set_editing(True), identifier=f"edit-{one.key or one.id}")
        )
        actions.append(
            buttons.quiet(
                words("Switch off") if plan.enabled else words("Switch on"),
                t,
                lambda: app.run(change, flipped),
                identifier=f"switch-{one.key or one.id}",
            )
        )
    parts.append(ft.Row(actions, spacing=S8, run_spacing=S8, wrap=True))
    if opened:
        parts.append(TryOnPast(lambda days: LookBackNew(days=days, plan=plan), one.key or one.id))
        parts.append(Detail(one.id, one.version))
    if editing:
        parts.append(EditPlaybook(one.id, plan, lambda: (set_editing(False), again())))
    return surfaces.card(ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t)


@guarded
def Detail(playbook_id: str, version: int) -> ft.Control:  # a component
    """Guards, how it did by model and firmware, and its versions."""
    app, t, words = use_app(), use_tokens(), use_words()

    async def load() -> PlaybookDetail:
        return await app.api.get(f"/playbooks/{playbook_id}", PlaybookDetail)

    found = use_load(load, [playbook_id, version])
    if found.data is None:
        return surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=120)
    plan = found.data.playbook.plan
    guards = plan.guards
    rows: list[tuple[str, str | ft.Control]] = [
        (words("During a session"), words("allowed") if guards.during_session else words("never")),
        (words("Runs a day at a station"), str(guards.max_per_day)),
        (words("Stations at once"), str(guards.max_at_once)),
        (words("Quiet hours"), f"{guards.quiet_from}–{guards.quiet_to}" if guards.quiet_from else "–"),
        (words("Approval"), words("wanted") if guards.approval else words("not needed")),
    ]
    rows += [(f"{one.model or '–'} {one.firmware}".strip(), rate(one.figures, words)) for one in found.data.models]
    rows += [
        (
            words("version {n}").format(n=one.version),
            " · ".join(part for part in (i18n.moment(one.at), one.by, rate(one.figures, words)) if part),
        )
        for one in found.data.versions
    ]
    parts: list[ft.Control] = [surfaces.key_values(rows, t)]
    for label, some in (("Only for fault codes", plan.codes), ("Leaves fault codes alone", plan.not_codes)):
        if some:
            parts.append(ft.Column([muted(words(label), t), text(", ".join(some), t, size=T12)], spacing=S4))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
