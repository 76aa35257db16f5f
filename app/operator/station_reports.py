"""What drivers report of a station, as long as something of it is open."""

from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.common.problems import KINDS
from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import S12, T12
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.base import Page
from shared.driver_reports import DriverReport, ReportState

SHOWN = 5


@guarded
def DriverReports(identity: str, fresh: Any) -> ft.Control:  # a component
    """`fresh`: read anew when it changes. Nothing is shown where nothing is open."""
    app, t, words = use_app(), use_tokens(), use_words()

    async def load() -> Page[DriverReport]:
        return await app.api.get(f"/stations/{identity}/driver-reports", Page[DriverReport], limit=20)

    loaded = use_load(load, [fresh])
    found = [one for one in loaded.data.items if one.state is ReportState.OPEN] if loaded.data else []
    if not found:
        return ft.Container(height=0, visible=False)
    lines: list[ft.Control] = []
    for one in found[:SHOWN]:
        word, icon = KINDS[one.kind]
        about = [words("Connector {label}").format(label=one.connector), i18n.ago(one.at)]
        about.append(words("tried to charge here") if one.there else words("didn't try to charge here"))
        column: list[ft.Control] = [text(words(word), t, bold=True), muted(" · ".join(about), t, size=T12)]
        if one.words:
            column.insert(1, text(one.words, t))
        line: list[ft.Control] = [ft.Icon(icon, size=20, color=t.muted), ft.Column(column, spacing=0, expand=True)]
        if one.incident_id:
            address = f"/incidents/{one.incident_id}"
            line.append(
                buttons.icon_button(
                    ft.Icons.CHEVRON_RIGHT_ROUNDED,
                    words("Incident"),
                    t,
                    partial(app.go, address),
                    identifier=f"report-incident-{one.id}",
                )
            )
        lines.append(ft.Row(line, spacing=S12, vertical_alignment=ft.CrossAxisAlignment.START))
    if len(found) > SHOWN:
        lines.append(muted(words("and {n} more").format(n=len(found) - SHOWN), t, size=T12))
    inner = ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Drivers report"), inner, t)
