"""Firmware that runs, and until when its vendor stands by it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.faults import FirmwareEnd, FirmwareEnds, FirmwareEndSet, FirmwareInUse

Words = Callable[[str], str]
SOON_DAYS = 60


def end_of(one: FirmwareInUse, ends: list[FirmwareEnd]) -> FirmwareEnd | None:
    """The one that counts for it: of its model, or else of all of the vendor's."""
    fitting = [
        end
        for end in ends
        if end.vendor.lower() == one.vendor.lower()
        and end.firmware == one.firmware
        and end.model.lower() in ("", one.model.lower())
    ]
    return max(fitting, key=lambda end: end.model != "", default=None)


def a_date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


@guarded
def FirmwareEndsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    editing: Any = ft.use_state(None)
    edited, set_edited = editing

    async def load() -> FirmwareEnds:
        return await app.api.get("/firmware-support", FirmwareEnds)

    found = use_load(load, [turn])

    def again() -> None:
        set_edited(None)
        set_turn(lambda n: n + 1)

    async def remove(one: FirmwareEnd) -> None:
        try:
            await app.api.delete(f"/firmware-support/{one.id}")
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    intro = words("Say until when a vendor stands by a firmware: sixty days before, its stations get an incident.")
    parts: list[ft.Control] = [muted(intro, t)]
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, again) if found.error else surfaces.skeleton_list(t, rows=4))
    elif not found.data.in_use and not found.data.firmware:
        parts.append(
            surfaces.empty(
                ft.Icons.MEMORY_ROUNDED,
                words("No firmware is known yet"),
                words("Stations tell theirs when they boot."),
                t,
            )
        )
    else:
        ends, used = found.data.firmware, set()
        for one in found.data.in_use:
            end = end_of(one, ends)
            used.add(end.id if end else "")
            wanted = _asked(one.vendor, one.model, one.firmware, end)
            parts.append(
                _line(one.vendor, one.model, one.firmware, one.stations, end, t, words,
                      partial(set_edited, wanted), partial(app.run, remove, end) if end else None)
            )  # fmt: skip
        for end in ends:
            if end.id not in used:
                wanted = _asked(end.vendor, end.model, end.firmware, end)
                parts.append(
                    _line(end.vendor, end.model, end.firmware, 0, end, t, words,
                          partial(set_edited, wanted), partial(app.run, remove, end))
                )  # fmt: skip
    if edited is not None:
        parts.append(EditEnd(edited, again, lambda: set_edited(None)))
    return surfaces.page_body(
        parts,
        t,
        head=words("Firmware"),
        phone=store.phone,
        back=lambda: app.go("/rules"),
        width=None if store.width < 1200 else 960,
    )


def _asked(vendor: str, model: str, firmware: str, end: FirmwareEnd | None) -> FirmwareEndSet:
    """What the dialog begins with: today where nothing was said."""
    ends_on = end.ends_on if end else i18n.local(datetime.now(UTC)).date()
    return FirmwareEndSet(vendor=vendor, firmware=firmware, ends_on=ends_on, model=model)


def _line(
    vendor: str,
    model: str,
    firmware: str,
    stations: int,
    end: FirmwareEnd | None,
    t: Tokens,
    words: Words,
    change: Callable[[], Any],
    remove: Callable[[], Any] | None,
) -> ft.Control:
    runs = words("on one station") if stations == 1 else words("on {n} stations").format(n=stations)
    signs: list[ft.Control] = [text(f"{vendor} {model}".strip(), t, bold=True)]
    if end is not None:
        days = (end.ends_on - i18n.local(datetime.now(UTC)).date()).days
        tone = t.danger if days <= 0 else t.warning if days <= SOON_DAYS else t.neutral
        word = words("Support is over") if days <= 0 else words("Until {day}").format(day=i18n.day_of(end.ends_on))
        signs.append(badge(word, ft.Icons.EVENT_ROUNDED, tone))
    ways: list[ft.Control] = [
        buttons.quiet(
            words("Change the end") if end else words("Set an end"),
            t,
            change,
            identifier=f"firmware-{model}-{firmware}",
        )
    ]
    if remove is not None:
        ways.append(buttons.quiet(words("Remove"), t, remove, identifier=f"firmware-remove-{model}-{firmware}"))
    return surfaces.card(
        ft.Column(
            [
                ft.Row(signs, spacing=S8, run_spacing=S8, wrap=True),
                muted(f"{firmware} · {runs}", t, size=T12),
                ft.Row(ways, spacing=S8, run_spacing=S8, wrap=True),
            ],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        t,
    )


@guarded
def EditEnd(one: FirmwareEndSet, on_done: Callable[[], Any], on_cancel: Callable[[], Any]) -> ft.Control:
    app, t, words = use_app(), use_tokens(), use_words()
    ends, set_ends = ft.use_state(one.ends_on.isoformat())
    every, set_every = ft.use_state(not one.model)
    trouble, set_trouble = ft.use_state("")
    wanted = a_date(ends)

    async def save() -> None:
        if wanted is None:
            return
        try:
            model = "" if every else one.model
            data = FirmwareEndSet(vendor=one.vendor, firmware=one.firmware, ends_on=wanted, model=model)
            await app.api.put("/firmware-support", data, FirmwareEnd)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    fields: list[ft.Control] = [
        muted(f"{one.vendor} {one.model} · {one.firmware}", t),
        inputs.field(
            words("Last day of support (year-month-day)"), ends, t, set_ends, identifier="firmware-ends",
            error="" if wanted else words("A day such as 2027-06-30."),
        ),
    ]  # fmt: skip
    if one.model:
        fields.append(
            ft.Row(
                [
                    surfaces.chip(words("This model"), not every, t, lambda: set_every(False)),
                    surfaces.chip(words("All models of this maker"), every, t, lambda: set_every(True)),
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
    if trouble:
        fields.append(text(trouble, t, color=t.danger.ink))
    ft.use_dialog(
        form(
            t,
            words("End of support"),
            [ft.Column(fields, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)],
            answers(t, on_cancel, words("Save"), (lambda: app.run(save)) if wanted else None, name="firmware"),
            on_cancel,
        )
    )
    return ft.Container(width=0, height=0)
