"""Log files of a station: ask for one, watch it come, save it."""

from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.device.files import FileTrouble
from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import Patience, said_of
from app.operator.upkeep_pieces import line, listed, signed, steps
from app.theme import S8, S12
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from shared.base import Page
from shared.maintenance import LogKind, MaintenanceTask, StartLog
from shared.stations import CommandAnswer, StationDetail

AT_ONCE = 20
KINDS: dict[str, str] = {LogKind.DIAGNOSTICS: "Diagnostics", LogKind.SECURITY: "Security log"}


@guarded
def Files(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    row = detail.row
    path = f"/stations/{rules.quoted(row.identity)}/logs"
    busy, set_busy = ft.use_state("")

    async def page(cursor: str | None) -> Page[MaintenanceTask]:
        return await app.api.get(path, Page[MaintenanceTask], cursor=cursor, limit=AT_ONCE)

    pages = use_pages(page, [row.identity, told])

    async def ask(kind: LogKind) -> None:
        set_busy(kind)
        try:
            answer: Any = await app.api.post(patience.to(path), StartLog(kind=kind), MaintenanceTask, key=uuid4().hex)
            if isinstance(answer, CommandAnswer):
                app.toast(said_of(answer, words))
                patience.kept()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        finally:
            set_busy("")
            pages.reload()

    async def save(task: MaintenanceTask) -> None:
        set_busy(task.id)
        try:
            content = await app.api.content(f"{path}/{task.id}/file")
            await app.files.save(task.file_name or f"{row.identity}.log", content)
        except (ApiError, FileTrouble) as trouble:
            app.toast(words(str(trouble)), bad=True)
        finally:
            set_busy("")

    def one(task: MaintenanceTask) -> ft.Control:
        icon, color = signed(task, t)
        arrived = task.file_size is not None
        kept: Any = None
        if arrived:
            kept = buttons.quiet(
                words("Save"),
                t,
                partial(app.run, save, task) if not busy else None,
                busy=busy == task.id,
                icon=ft.Icons.DOWNLOAD_ROUNDED,
                identifier=f"save-{task.id}",
            )
        about = [words(upkeep_rules.step(task.status))]
        if task.file_size is not None:
            about.append(upkeep_rules.size(task.file_size))
        about.append(ago(task.created_at))
        shown = line(
            icon,
            color,
            task.file_name or words(KINDS.get(task.kind, task.kind)),
            " · ".join(about),
            t,
            hint=moment(task.created_at),
            trailing=kept,
            below=[] if task.ended_at else steps(task.history, t, words),
        )
        return ft.Semantics(identifier=f"file-{task.id}", container=True, content=shown)

    def button(kind: LogKind, label: str) -> ft.Control:
        go = partial(app.run, ask, kind) if not busy else None
        return buttons.quiet(label, t, go, busy=busy == kind, identifier=f"ask-{kind}")

    asks: list[ft.Control] = [
        button(LogKind.DIAGNOSTICS, words("Ask for diagnostics")),
        button(LogKind.SECURITY, words("Ask for the security log")),
    ]
    parts: list[ft.Control] = [ft.Row(asks, spacing=S8, run_spacing=S8, wrap=True)]
    nothing = words("No files yet. Ask for one: the station sends it here, and you can save it.")
    parts.append(listed(pages, one, nothing, t, words))
    return surfaces.section(
        words("Files of the station"),
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
    )
