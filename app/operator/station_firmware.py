"""Firmware of a station: what runs, what was updated step by step, and a new update."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, local, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import Patience, chips, said_of
from app.operator.station_add import problem_note
from app.operator.upkeep_pieces import line, listed, signed, steps
from app.theme import CONTROL, S8, S12, T12, T14, TOUCH, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.maintenance import FirmwareFile, MaintenanceTask, StartFirmware
from shared.stations import CommandAnswer, StationDetail, StationRow

AT_ONCE = 10
MOST_FILES = 50
LARGEST = 12_000_000
"""What comes through the app's socket; larger files go by an address."""
TIMES = ((upkeep_rules.NOW, "Now"), (upkeep_rules.HOUR, "In an hour"), (upkeep_rules.TONIGHT, "Tonight at 2:00"))


@guarded
def Firmware(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    row = detail.row
    opened, set_opened = ft.use_state(False)
    path = f"/stations/{rules.quoted(row.identity)}/firmware"

    async def page(cursor: str | None) -> Page[MaintenanceTask]:
        return await app.api.get(path, Page[MaintenanceTask], cursor=cursor, limit=AT_ONCE)

    pages = use_pages(page, [row.identity, told])
    newest = pages.items[0].id if pages.items else ""

    def one(task: MaintenanceTask) -> ft.Control:
        icon, color = signed(task, t)
        shown = line(
            icon,
            color,
            upkeep_rules.file_of(task.file_name, task.location),
            words(upkeep_rules.step(task.status)),
            t,
            right=ago(task.created_at),
            hint=moment(task.created_at),
            below=steps(task.history, t, words) if task.ended_at is None or task.id == newest else [],
        )
        return ft.Semantics(identifier=f"update-{task.id}", container=True, content=shown)

    start = buttons.quiet(
        words("Update"),
        t,
        lambda: set_opened(True),
        icon=ft.Icons.SYSTEM_UPDATE_ALT_ROUNDED,
        identifier="firmware-start",
    )
    now = words("Runs {version}").format(version=detail.firmware) if detail.firmware else words("Version not told yet")
    parts: list[ft.Control] = [muted(now, t)]
    parts.append(listed(pages, one, words("No update so far. Each one appears here, step by step."), t, words))
    if opened:

        def done(_: MaintenanceTask | None = None) -> None:
            set_opened(False)
            pages.reload()

        parts.append(StartUpdate(row, patience, done))
    return surfaces.section(
        words("Firmware"),
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
        trailing=start,
    )


@guarded
def StartUpdate(row: StationRow, patience: Patience, on_close: Callable[[], Any]) -> ft.Control:  # a component
    """Which file, when, and what it does to the station."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    files = use_load(lambda: app.api.get("/firmware-files", Page[FirmwareFile], limit=MOST_FILES), [])
    file_id, set_file = ft.use_state("")
    url, set_url = ft.use_state("")
    when, set_when = ft.use_state(upkeep_rules.NOW)
    busy, set_busy = ft.use_state("")
    problem, set_problem = ft.use_state("")
    key, begins = ft.use_memo(
        lambda: (uuid4().hex, upkeep_rules.begins_at(when, local(datetime.now(UTC)))),
        [file_id, url, when, patience.wait],
    )

    async def keep(file_name: str, content: bytes) -> None:
        set_problem("")
        set_busy("upload")
        try:
            made = await app.api.upload("/firmware-files", content, FirmwareFile, name=file_name)
            files.reload()
            set_file(made.id)
            set_url("")
        except ApiError as error:
            set_problem(words(error.detail or error.title))
        finally:
            set_busy("")

    def taken(file_name: str, content: bytes) -> None:
        if len(content) > LARGEST:
            set_problem(words("This file is too large to go through here. Give an address instead."))
        else:
            app.run(keep, file_name, content)

    async def send() -> None:
        set_busy("send")
        set_problem("")
        wanted = StartFirmware(file_id="" if url.strip() else file_id, url=url.strip(), retrieve_at=begins)
        try:
            path = patience.to(f"/stations/{rules.quoted(row.identity)}/firmware")
            answer: Any = await app.api.post(path, wanted, MaintenanceTask, key=key)
            if isinstance(answer, CommandAnswer):
                app.toast(said_of(answer, words))
                patience.kept()
            on_close()
        except ApiError as error:
            set_problem(words(error.detail or error.title))
        finally:
            set_busy("")

    def submit() -> None:
        wrong = upkeep_rules.address_problem(url) if url.strip() else ""
        if wrong:
            set_problem(words(wrong))
        elif url.strip() or file_id:
            app.run(send)
        else:
            set_problem(words("Choose a file or give an address."))

    known = files.data.items if files.data else []
    options = [(one.id, f"{one.name} · {upkeep_rules.size(one.size)}") for one in known]
    parts: list[ft.Control] = []
    if options:
        parts.append(inputs.choice(words("File"), file_id, options, t, set_file, identifier="firmware-file"))
    elif files.loading:
        parts.append(surfaces.skeleton(t, height=TOUCH))
    parts.append(_picker(words("Upload a file"), t, app.files.picking(None, taken), busy == "upload"))
    parts.append(inputs.field(words("Or an address"), url, t, set_url, identifier="firmware-url", on_submit=submit))
    parts.append(
        ft.Row(
            [
                surfaces.chip(words(word), when == choice, t, partial(set_when, choice), identifier=f"when-{choice}")
                for choice, word in TIMES
            ],
            spacing=S8,
            run_spacing=0,
            wrap=True,
        )
    )
    parts.append(
        muted(words("The station fetches the file, waits for cars that charge, and restarts with it."), t, size=T12)
    )
    if not row.online:
        parts.append(chips(patience.wait, patience.choose, t, words))
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Update the firmware of {name}").format(name=rules.called(row)),
            parts,
            answers(t, on_close, words("Start update"), submit if not busy else None, busy=busy == "send"),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)


def _picker(label: str, t: Tokens, pick: ft.PickFiles, busy: bool) -> ft.Control:
    """A button whose tap itself opens the browser's dialog."""
    sign: ft.Control = (
        ft.ProgressRing(width=16, height=16, stroke_width=2, color=t.ink)
        if busy
        else ft.Icon(ft.Icons.UPLOAD_FILE_ROUNDED, size=18, color=t.ink)
    )
    button = ft.OutlinedButton(
        content=ft.Row(
            [sign, text(label, t, size=T14, bold=True)], spacing=S8, alignment=ft.MainAxisAlignment.CENTER, tight=True
        ),
        style=ft.ButtonStyle(side=ft.BorderSide(1, t.border), shape=ft.RoundedRectangleBorder(radius=CONTROL)),
        height=t.high(TOUCH),
        disabled=busy,
        action=pick,
    )
    return ft.Semantics(identifier="firmware-upload", content=button)
