"""States, always as colour, icon and word together."""

import flet as ft

from app.i18n import say, translate
from app.theme import S4, S8, STATUS_ICON, T12, Tokens, Tone
from shared.operations import Severity
from shared.stations import ConnectorStatus

WORDS = {
    ConnectorStatus.AVAILABLE: "Available",
    ConnectorStatus.OCCUPIED: "Occupied",
    ConnectorStatus.CHARGING: "Charging",
    ConnectorStatus.SUSPENDED: "Paused",
    ConnectorStatus.FINISHING: "Finishing",
    ConnectorStatus.RESERVED: "Reserved",
    ConnectorStatus.UNAVAILABLE: "Out of service",
    ConnectorStatus.FAULTED: "Faulted",
    ConnectorStatus.OFFLINE: "Offline",
    ConnectorStatus.UNKNOWN: "Unknown",
}
SEVERITY_ICON = {
    Severity.CRITICAL: ft.Icons.ERROR_ROUNDED,
    Severity.WARNING: ft.Icons.WARNING_ROUNDED,
    Severity.INFO: ft.Icons.INFO_ROUNDED,
}


def badge(word: str, icon: ft.IconData, tone: Tone) -> ft.Control:
    return ft.Container(
        content=ft.Row(
            [
                ft.Icon(icon, size=14, color=tone.ink),
                ft.Text(
                    word,
                    size=T12,
                    weight=ft.FontWeight.W_600,
                    color=tone.ink,
                    no_wrap=True,
                    overflow=ft.TextOverflow.ELLIPSIS,
                    expand=True,
                    expand_loose=True,
                ),
            ],
            spacing=S4,
            tight=True,
        ),
        bgcolor=tone.ground,
        border_radius=99,
        padding=ft.Padding.symmetric(horizontal=S8, vertical=3),
    )


def status_badge(status: ConnectorStatus, t: Tokens, language: str = "en") -> ft.Control:
    return badge(translate(WORDS[status], language), STATUS_ICON[status], t.status(status))


def status_icon(status: ConnectorStatus, t: Tokens, size: int = 20) -> ft.Control:
    tone = t.status(status)
    return ft.Container(
        ft.Icon(STATUS_ICON[status], size=size, color=tone.ink),
        bgcolor=tone.ground,
        border_radius=99,
        width=size * 2,
        height=size * 2,
        alignment=ft.Alignment.CENTER,
        tooltip=say(WORDS[status]),
    )


def severity_tone(severity: Severity, t: Tokens) -> Tone:
    return {Severity.CRITICAL: t.danger, Severity.WARNING: t.warning, Severity.INFO: t.info}[severity]
