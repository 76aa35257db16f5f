"""What can wait for a station that is offline: how long, what does, and how it is called off."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import flet as ft

from app.errors import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.i18n import moment
from app.operator.station_rules import quoted
from app.theme import CONTROL, S4, S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import CommandAnswer, CommandRow, StationRow

CHOICES = (("3600", "1 hour"), ("86400", "1 day"), ("604800", "1 week"))
"""How long a command may wait for a station that is offline, in seconds."""
USUAL = CHOICES[1][0]
MOST = 50
ACTIONS = {
    "ActivateNetworkProfile": "Use another network profile",
    "ApplyTemplate": "Set to its template",
    "AskTransaction": "Tell about a session",
    "CancelReservation": "Cancel a reservation",
    "ClearCache": "Forget known cards",
    "ClearMonitors": "Remove monitors",
    "ClearProfiles": "Lift limits",
    "CustomerInformation": "Data of a customer",
    "DeleteCertificate": "Delete a root",
    "GetBaseReport": "Tell its whole configuration",
    "GetComposite": "Tell its schedule",
    "GetLocalListVersion": "Version of its cards",
    "GetLog": "Send a log file",
    "GetMonitoringReport": "Tell its monitors",
    "GetProfiles": "Tell its limits",
    "GetReport": "Tell its device model",
    "GetVariables": "Read the configuration",
    "InstallCertificate": "Install a root",
    "InstallSigned": "Take its new certificate",
    "ListCertificates": "Tell its certificates",
    "ListMessages": "Tell its messages",
    "PublishFirmware": "Publish firmware",
    "RemoveMessage": "Remove a message",
    "RenewCertificate": "Renew its certificate",
    "RequestStart": "Start a session",
    "RequestStop": "Stop a session",
    "ReserveNow": "Keep a connector",
    "Reset": "Restart",
    "SendData": "Message of its maker",
    "SendLocalList": "Take the cards",
    "SetAvailability": "In or out of service",
    "SetMonitoringBase": "Choose its monitors",
    "SetMonitoringLevel": "Tell fewer or more events",
    "SetMonitors": "Watch variables",
    "SetNetworkProfile": "Take a network profile",
    "SetProfile": "Limit its power",
    "SetVariable": "Change a setting",
    "SetVariables": "Change settings",
    "ShowCost": "Show the cost",
    "ShowMessage": "Show a message",
    "Trigger": "Ask for a message",
    "Unlock": "Unlock cable",
    "UnpublishFirmware": "Publish firmware no more",
    "UpdateFirmware": "Update the firmware",
}
"""What a station is asked, in plain words; a call by hand is called as it is on the wire."""


@dataclass(frozen=True)
class Patience:
    """`wait`: how long, in seconds; empty for a station that is there: it is asked now. `turn` grows with each command
    that waits."""

    wait: str
    choose: Callable[[str], Any]
    turn: int
    kept: Callable[[], Any]

    def to(self, path: str) -> str:
        """The address of a command, with how long it may wait."""
        return waiting_for(path, self.wait)


def waiting_for(path: str, wait: str) -> str:
    return f"{path}?queue_for_s={wait}" if wait else path


def use_patience(row: StationRow) -> Patience:
    chosen, choose = ft.use_state(USUAL)
    turn, set_turn = ft.use_state(0)
    return Patience("" if row.online else chosen, choose, turn, lambda: set_turn(lambda n: n + 1))


def said_of(answer: CommandAnswer, words: Callable[[str], str]) -> str:
    """Of one that waits: until when."""
    assert answer.queued_until is not None
    return words("It is sent once the station is back, at most until {when}.").format(when=moment(answer.queued_until))


def chips(wait: str, choose: Callable[[str], Any], t: Tokens, words: Callable[[str], str]) -> ft.Control:
    """How long a command waits, asked where the station is offline."""
    offered: list[ft.Control] = [
        surfaces.chip(words(word), key == wait, t, partial(choose, key), identifier=f"wait-{key}")
        for key, word in CHOICES
    ]
    return ft.Column(
        [
            muted(words("The station is offline. Wait for it at most"), t, size=T12),
            ft.Row(offered, spacing=S8, run_spacing=0, wrap=True),
            muted(words("It is sent as soon as the station is back. Until then you can call it off."), t, size=T12),
        ],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@guarded
def PatienceBar(row: StationRow, patience: Patience) -> ft.Control:  # a component
    """Above what can be asked of a station that is offline; nothing for one that is there."""
    app, t, words = use_app(), use_tokens(), use_words()
    path = f"/stations/{quoted(row.identity)}/commands"
    again, set_again = ft.use_state(0)

    async def load() -> list[CommandRow]:
        if row.online:
            return []
        return list(reversed((await app.api.get(path, Page[CommandRow], state="queued", limit=MOST)).items))

    loaded = use_load(load, [row.identity, row.online, patience.turn, again])

    async def call_off(one: CommandRow) -> None:
        try:
            await app.api.post(f"{path}/{one.id}/cancel")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_again(lambda n: n + 1)

    if row.online:
        return ft.Container(height=0)
    parts: list[ft.Control] = [chips(patience.wait, patience.choose, t, words)]
    if loaded.error is not None:
        parts.append(text(words(loaded.error.detail or loaded.error.title), t, size=T12, color=t.danger.ink))
    for one in loaded.data or []:
        parts.append(_waits(one, t, words, partial(app.run, call_off, one)))
    return ft.Semantics(
        identifier="patience",
        container=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(ft.Icons.CLOUD_OFF_ROUNDED, size=20, color=t.neutral.ink),
                    ft.Column(parts, spacing=S8, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                ],
                spacing=S12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            bgcolor=t.neutral.ground,
            border_radius=CONTROL,
            padding=S12,
        ),
    )


def _waits(one: CommandRow, t: Tokens, words: Callable[[str], str], on_cancel: Callable[[], Any]) -> ft.Control:
    until = words("waits until {when}").format(when=moment(one.expires_at)) if one.expires_at else ""
    return ft.Row(
        [
            ft.Icon(ft.Icons.SCHEDULE_ROUNDED, size=18, color=t.muted),
            ft.Column(
                [
                    text(
                        words(ACTIONS.get(one.action, one.action)),
                        t,
                        bold=True,
                        no_wrap=True,
                        overflow=ft.TextOverflow.ELLIPSIS,
                    ),
                    muted(" · ".join(part for part in (one.by, until) if part), t, size=T12),
                ],
                spacing=0,
                expand=True,
            ),
            buttons.icon_button(
                ft.Icons.CANCEL_OUTLINED, words("Call off"), t, on_cancel, identifier=f"waits-cancel-{one.id}"
            ),
        ],
        spacing=S8,
    )
