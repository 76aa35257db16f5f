"""Enter a station before it calls in, and learn what to type into it."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.operator import station_rules as rules
from app.operator.place_form import use_place
from app.theme import CONTROL, S4, S8, S12, S16, T12, Tokens
from app.widgets import buttons, inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.stations import StationDetail, StationNew

PASSWORD_BYTES = 15
"""20 characters of it: OCPP asks for 16 to 40."""


def new_password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


@guarded
def AddStation(on_close: Callable[[], Any], on_made: Callable[[str], Any]) -> ft.Control:  # a component
    """A dialog in two steps: what it is called, then what to enter in the station (the password is shown only now)."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    identity, set_identity = ft.use_state("")
    name, set_name = ft.use_state("")
    protected, set_protected = ft.use_state(True)
    password = ft.use_memo(new_password, [])
    key = ft.use_memo(lambda: uuid4().hex, [])
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    made, set_made = ft.use_state("")
    place = use_place()

    async def send() -> None:
        set_busy(True)
        set_problem("")
        try:
            wanted = StationNew(
                identity=identity.strip(),
                name=name.strip(),
                location_id=await place.settle() or None,
                password=password if protected else None,
            )
            await app.api.post("/stations", wanted, StationDetail, key=key)
            set_made(wanted.identity)
        except ApiError as error:
            set_problem(error.detail or error.title)
        finally:
            set_busy(False)

    def name_it(value: str) -> None:
        set_identity(value)
        set_problem("")

    def submit() -> None:
        if identity.strip():
            app.run(send)
        else:
            set_problem(words("Give it an identity: the name it calls itself on the wire."))

    def done() -> None:
        on_close()
        on_made(made)

    url = rules.station_url(app.store.meta.ocpp_url if app.store.meta else "", app.page.url or "", made)
    if made:
        ft.use_dialog(
            form(
                t,
                words("{name} is entered").format(name=made),
                _credentials(url, made, password if protected else "", t, words),
                [buttons.primary(words("Open station"), t, done, identifier="add-station-done")],
                done,
            )
        )
        return ft.Container(width=0, height=0)
    parts: list[ft.Control] = [
        inputs.field(
            words("Identity"),
            identity,
            t,
            name_it,
            identifier="station-identity",
            autofocus=True,
            on_submit=submit,
        ),
        muted(words("As the station calls itself, such as HH-0042. It can't be changed later."), t, size=T12),
        inputs.field(words("Name (what people read)"), name, t, set_name, identifier="station-name", on_submit=submit),
    ]
    parts += place.parts
    parts.append(
        ft.Row(
            [
                ft.Column(
                    [
                        text(words("Protect with a password"), t),
                        muted(words("Made for you and shown once, in the next step."), t, size=T12),
                    ],
                    spacing=0,
                    expand=True,
                ),
                ft.Semantics(
                    identifier="station-protected",
                    content=ft.Switch(
                        value=protected,
                        active_color=t.on_primary,
                        active_track_color=t.primary,
                        on_change=lambda event: set_protected(bool(event.control.value)),
                    ),
                ),
            ],
            spacing=S16,
        )
    )
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Add station"),
            parts,
            answers(t, on_close, words("Add station"), submit, busy=busy),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)


def problem_note(problem: str, t: Tokens) -> ft.Control:
    return ft.Semantics(
        identifier="problem",
        live_region=True,
        content=ft.Container(
            text(problem, t, color=t.danger.ink), bgcolor=t.danger.ground, border_radius=CONTROL, padding=S12
        ),
    )


def _credentials(url: str, identity: str, password: str, t: Tokens, words: Any) -> list[ft.Control]:
    """What to type into the station, each with a copy button."""

    def line(label: str, value: str, identifier: str) -> ft.Control:
        return ft.Column(
            [
                muted(label, t, size=T12),
                ft.Container(
                    ft.Row(
                        [
                            ft.Semantics(
                                identifier=identifier,
                                expand=True,
                                content=text(value, t, bold=True, selectable=True),
                            ),
                            buttons.copy(value, words("Copy"), t, identifier=f"copy-{identifier}"),
                        ],
                        spacing=S8,
                    ),
                    bgcolor=t.sunken,
                    border_radius=CONTROL,
                    padding=ft.Padding.only(left=S12),
                ),
            ],
            spacing=S4,
        )

    lines: list[ft.Control] = [
        muted(words("Type this into the station's settings. It appears as online as soon as it calls in."), t),
        line(words("Address of the central system"), url, "station-url"),
    ]
    if password:
        lines.append(line(words("User name"), identity, "station-user"))
        lines.append(line(words("Password"), password, "station-password"))
        lines.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.KEY_ROUNDED, size=18, color=t.warning.ink),
                        text(
                            words("The password is shown only now. It can be replaced later, but not read."),
                            t,
                            color=t.warning.ink,
                            size=T12,
                            expand=True,
                        ),
                    ],
                    spacing=S8,
                ),
                bgcolor=t.warning.ground,
                border_radius=CONTROL,
                padding=ft.Padding.symmetric(horizontal=S12, vertical=S8),
            )
        )
    lines.append(
        muted(
            words(
                "Many stations want the address without the identity and add it themselves: then leave out {end}."
            ).format(end=f"/{identity}"),
            t,
            size=T12,
        )
    )
    return [ft.Column(lines, spacing=S16)]
