"""The OCPP log as a file: what the filters show, as a table or as JSON lines."""

from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.device.files import FileTrouble
from app.hooks import use_app, use_tokens, use_words
from app.operator import station_rules as rules
from app.theme import T12
from app.widgets import buttons
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted

MARK = {"csv": "\ufeff", "ndjson": ""}
"""Without it Excel takes a table for another encoding."""


@guarded
def SaveLog(asked: rules.LogFilter) -> ft.Control:  # a component
    """A small button; the dialog asks which kind."""
    app, t, words = use_app(), use_tokens(), use_words()
    opened, set_opened = ft.use_state(False)
    busy, set_busy = ft.use_state("")

    async def save(kind: str) -> None:
        set_busy(kind)
        wanted: dict[str, Any] = {"direction": asked.direction, "action": asked.action}
        try:
            found = await app.api.text(
                f"/stations/{rules.quoted(asked.identity)}/frames/export",
                format=kind,
                errors="true" if asked.errors else "",
                **wanted,
            )
            await app.files.save(f"ocpp-{asked.identity}.{kind}", (MARK[kind] + found).encode())
            set_opened(False)
        except (ApiError, FileTrouble) as trouble:
            app.toast(words(str(trouble)), bad=True)
        finally:
            set_busy("")

    def make(kind: str, label: str) -> ft.Control:
        go = None if busy else partial(app.run, save, kind)
        return buttons.quiet(label, t, go, busy=busy == kind, identifier=f"log-save-{kind}")

    about = words("The newest 5,000 messages that fit the filters, with secrets blanked.")
    ft.use_dialog(
        form(
            t,
            words("Save the OCPP log"),
            [
                muted(about, t, size=T12),
                make("csv", words("Table (CSV), for a spreadsheet")),
                make("ndjson", words("JSON lines, for a program")),
            ],
            [buttons.quiet(words("Close"), t, lambda: set_opened(False), identifier="dialog-cancel")],
            lambda: set_opened(False),
        )
        if opened
        else None
    )
    return buttons.icon_button(
        ft.Icons.DOWNLOAD_ROUNDED, words("Save the log"), t, lambda: set_opened(True), identifier="log-save"
    )
