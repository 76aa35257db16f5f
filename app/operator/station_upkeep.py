"""The upkeep of a station: its firmware, its files, what it says of its security, its certificates, its screen."""

from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_live, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import PatienceBar, use_patience
from app.operator.station_cards import Cards
from app.operator.station_certificates import Certificates
from app.operator.station_files import Files
from app.operator.station_firmware import Firmware
from app.operator.station_limits import Limits
from app.operator.station_messages import Messages
from app.operator.station_monitors import Monitors
from app.operator.upkeep_pieces import line, listed
from app.theme import S8, S12
from app.widgets import surfaces
from app.widgets.boundary import guarded
from shared.base import Page
from shared.maintenance import SecurityEvent
from shared.stations import Frame, StationDetail

PARTS = (
    ("firmware", "Firmware"),
    ("files", "Files"),
    ("certificates", "Certificates"),
    ("cards", "Cards"),
    ("limits", "Limits"),
    ("monitors", "Monitors"),
    ("screen", "Screen"),
    ("security", "Security events"),
)
TOLD_ONLY = ("security",)
"""Parts in which nothing can be asked of the station."""
AT_ONCE = 20


@guarded
def Upkeep(detail: StationDetail, room: float) -> ft.Control:  # a component
    """One part at a time. What the station tells is read anew the moment it tells it."""
    t, words = use_tokens(), use_words()
    part, set_part = ft.use_state("firmware")
    patience = use_patience(detail.row)
    live = use_live(f"frames:{detail.row.identity}", list[Frame], join=rules.joined)
    told = max((int(one.id) for one in live.data or [] if one.action in upkeep_rules.NEWS), default=0)
    chips = [
        surfaces.chip(words(word), part == name, t, partial(set_part, name), identifier=f"upkeep-{name}")
        for name, word in PARTS
    ]
    shown: ft.Control
    if part == "files":
        shown = Files(detail, told, patience)
    elif part == "certificates":
        shown = Certificates(detail, told, patience)
    elif part == "cards":
        shown = Cards(detail, told, patience)
    elif part == "limits":
        shown = Limits(detail, told, patience)
    elif part == "monitors":
        shown = Monitors(detail, told, patience)
    elif part == "screen":
        shown = Messages(detail, told, patience)
    elif part == "security":
        shown = SecurityEvents(detail, told)
    else:
        shown = Firmware(detail, told, patience)
    return ft.Column(
        [
            ft.Row(chips, spacing=S8, run_spacing=0, wrap=True),
            *([PatienceBar(detail.row, patience)] if part not in TOLD_ONLY and not detail.row.online else []),
            shown,
        ],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@guarded
def SecurityEvents(detail: StationDetail, told: int) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    identity = detail.row.identity

    async def page(cursor: str | None) -> Page[SecurityEvent]:
        path = f"/stations/{rules.quoted(identity)}/security-events"
        return await app.api.get(path, Page[SecurityEvent], cursor=cursor, limit=AT_ONCE)

    def one(event: SecurityEvent) -> ft.Control:
        about: list[Any] = [words("Critical") if event.critical else "", event.info]
        return line(
            ft.Icons.GPP_BAD_ROUNDED if event.critical else ft.Icons.SHIELD_OUTLINED,
            t.danger.ink if event.critical else t.muted,
            event.type,
            " · ".join(part for part in about if part),
            t,
            right=ago(event.at),
            hint=moment(event.at),
        )

    return surfaces.section(
        words("Security events"),
        listed(
            use_pages(page, [identity, told]),
            one,
            words("None so far. A wrong certificate, an opened cover or a changed setting appears here."),
            t,
            words,
        ),
        t,
    )
