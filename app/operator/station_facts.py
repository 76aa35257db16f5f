"""What is known of a station, and what an operator may change of it."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules as rules
from app.operator.place_form import use_place
from app.operator.station_add import new_password, problem_note
from app.theme import CONTROL, S12, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.stations import StationChange, StationDetail


@guarded
def Facts(detail: StationDetail) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    app, _ = use_app(), use_store()
    editing, set_editing = ft.use_state(False)
    row = detail.row
    url = rules.station_url(app.store.meta.ocpp_url if app.store.meta else "", app.page.url or "", row.identity)
    known = [
        ("Vendor", row.vendor),
        ("Model", row.model),
        ("Serial number", detail.serial),
        ("Firmware", detail.firmware),
        ("OCPP", row.ocpp_version),
        ("Sign-in", words(detail.security)),
        ("Connected since", moment(detail.connected_at) if detail.connected_at else ""),
        ("Last start-up", _boot(detail)),
        ("Last seen", ago(row.last_seen_at)),
        ("Address", detail.address),
        ("Known since", moment(detail.created_at)),
    ]
    lines: list[tuple[str, str | ft.Control]] = [(words(name), value) for name, value in known if value]
    parts: list[ft.Control] = [
        surfaces.key_values(lines, t),
        muted(words("Address for the station"), t, size=T12),
        ft.Container(
            ft.Row(
                [
                    ft.Container(text(url, t, selectable=True, size=T12), expand=True),
                    buttons.copy(url, words("Copy"), t, identifier="copy-station-url"),
                ]
            ),
            bgcolor=t.sunken,
            border_radius=CONTROL,
            padding=ft.Padding.only(left=S12),
        ),
    ]
    if editing:
        parts.append(EditStation(detail, lambda: set_editing(False)))
    edit = buttons.quiet(words("Edit"), t, lambda: set_editing(True), identifier="station-edit")
    return surfaces.section(words("Facts"), ft.Column(parts, spacing=S12), t, trailing=edit)


@guarded
def Unplaced(detail: StationDetail) -> ft.Control:  # a component
    """A station that works and that no driver finds: it stands nowhere."""
    t, words = use_tokens(), use_words()
    use_store()
    editing, set_editing = ft.use_state(False)
    parts: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.WRONG_LOCATION_OUTLINED, size=20, color=t.warning.ink),
                text(words("Drivers don't see it: it has no location."), t, color=t.warning.ink, expand=True),
            ],
            spacing=S12,
        ),
        ft.Row(
            [
                buttons.quiet(
                    words("Choose a location"), t, lambda: set_editing(True), identifier="station-choose-location"
                )
            ]
        ),
    ]
    if editing:
        parts.append(EditStation(detail, lambda: set_editing(False)))
    return ft.Semantics(
        identifier="station-unplaced",
        container=True,
        content=ft.Container(
            ft.Column(parts, spacing=S12), bgcolor=t.warning.ground, border_radius=CONTROL, padding=S12
        ),
    )


def _boot(detail: StationDetail) -> str:
    if detail.booted_at is None:
        return ""
    return f"{moment(detail.booted_at)} ({detail.boot_reason})" if detail.boot_reason else moment(detail.booted_at)


@guarded
def EditStation(detail: StationDetail, on_close: Callable[[], Any]) -> ft.Control:  # a component
    """Its name, its place, a new password."""
    app, t, words = use_app(), use_tokens(), use_words()
    row = detail.row
    name, set_name = ft.use_state(row.name)
    place = use_place(row.location_id or "")
    password, set_password = ft.use_state("")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        set_busy(True)
        try:
            wanted = StationChange(name=name, location_id=await place.settle(), password=password or None)
            await app.api.patch(f"/stations/{rules.quoted(row.identity)}", wanted, StationDetail)
        except ApiError as error:
            set_problem(error.detail or error.title)
            set_busy(False)
            return
        app.toast(words("Stored."))
        on_close()

    parts: list[ft.Control] = [
        inputs.field(words("Name (what people read)"), name, t, set_name, identifier="station-name"),
    ]
    parts += place.parts
    if password:
        parts.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Container(text(password, t, bold=True, selectable=True), expand=True),
                        buttons.copy(password, words("Copy"), t, identifier="copy-new-password"),
                    ]
                ),
                bgcolor=t.sunken,
                border_radius=CONTROL,
                padding=ft.Padding.only(left=S12),
            )
        )
        parts.append(
            muted(
                words("Shown only now. It counts from the station's next connection on: enter it there first."),
                t,
                size=T12,
            )
        )
    else:
        parts.append(
            buttons.quiet(
                words("Make a new password"),
                t,
                lambda: set_password(new_password()),
                icon=ft.Icons.KEY_ROUNDED,
                identifier="station-new-password",
            )
        )
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Edit {name}").format(name=rules.called(row)),
            parts,
            answers(t, on_close, words("Save"), lambda: app.run(save), busy=busy),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
