"""What is on a station now: its connectors, each with its state and its running session."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import duration, energy, money, power, price, rated
from app.operator import station_rules as rules
from app.operator.station_command_list import STARTABLE
from app.operator.station_outlet import EditOutlet
from app.plugs import plug
from app.theme import CARD, CONTROL, S4, S8, S12, S16, S32, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import status_badge, status_icon
from app.widgets.text import muted, number, text
from shared.stations import Connector, Registration, StationDetail
from shared.transactions import StartTransaction, Transaction, TransactionState


@guarded
def Connectors(detail: StationDetail, sessions: Sequence[Transaction], commander: Any) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    row = detail.row
    if not row.connectors:
        empty = surfaces.empty(
            ft.Icons.POWER_OUTLINED,
            words("No connectors yet"),
            words("They appear as soon as the station tells their state. Ask it for a StatusNotification."),
            t,
        )
        return surfaces.section(words("Connectors"), empty, t)
    by_connector = {one.connector_id: one for one in sessions}
    lines: list[ft.Control] = []
    for place, connector in enumerate(row.connectors):
        if place:
            lines.append(surfaces.divider(t))
        lines.append(ConnectorLine(detail, connector, by_connector.get(connector.id), commander, key=connector.id))
    return surfaces.section(words("Connectors"), ft.Column(lines, spacing=S12), t)


@guarded
def ConnectorLine(
    detail: StationDetail, connector: Connector, session: Transaction | None, commander: Any
) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    row = detail.row
    editing, set_editing = ft.use_state(False)
    facts = [
        plug(connector.standard),
        rated(connector.max_power_w),
        price(connector.price),
    ]
    since = words("for {time}").format(time=duration(rules.age(connector.status_at, datetime.now(UTC))))
    head = ft.Row(
        [
            status_icon(connector.status, t),
            ft.Column(
                [
                    text(words("Connector {label}").format(label=connector.label), t, bold=True),
                    muted(" · ".join(part for part in facts if part), t, size=T12),
                ],
                spacing=0,
                expand=True,
            ),
            ft.Column(
                [
                    status_badge(connector.status, t, store.language),
                    *([muted(since, t, size=T12)] if connector.status_at and row.online else []),
                ],
                spacing=S4,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            *(
                [
                    buttons.icon_button(
                        ft.Icons.TUNE_ROUNDED,
                        words("Plug, power and tariff"),
                        t,
                        lambda: set_editing(True),
                        identifier=f"outlet-edit-{connector.label}",
                        color=t.muted,
                    )
                ]
                if connector.max_power_w
                else []
            ),
        ],
        spacing=S12,
    )
    parts: list[ft.Control] = [head]
    if editing:
        parts.append(EditOutlet(row, connector, lambda: set_editing(False)))
    if not connector.max_power_w:
        parts.append(
            ft.Row(
                [
                    muted(words("Drivers can't see its power yet."), t, size=T12, expand=True),
                    buttons.quiet(
                        words("Enter plug and power"),
                        t,
                        lambda: set_editing(True),
                        identifier=f"outlet-enter-{connector.label}",
                    ),
                ],
                spacing=S12,
            )
        )
    if connector.error_code or connector.error_info:
        told = " · ".join(part for part in (connector.error_code, connector.error_info) if part)
        parts.append(
            ft.Container(
                text(words("It reports: {what}").format(what=told), t, color=t.danger.ink, size=T12),
                bgcolor=t.danger.ground,
                border_radius=CONTROL,
                padding=S12,
            )
        )
    named = rules.called(row)

    def stop() -> None:
        assert session is not None
        confirm(
            app.page,
            t,
            head=words("Stop charging at {name}?").format(name=named),
            detail=words("Ends the session of {driver} on connector {label}. They pay for what was charged.").format(
                driver=session.driver or session.id_token or words("an unknown driver"), label=connector.label
            ),
            action=words("Stop charging"),
            on_confirm=lambda: commander.send(
                words("Stop charging"), lambda: app.api.post(f"/transactions/{session.id}/stop", None, Transaction)
            ),
        )

    def start() -> None:
        confirm(
            app.page,
            t,
            head=words("Start charging at {name}?").format(name=named),
            detail=words("Begins a session on connector {label}, without a card.").format(label=connector.label),
            action=words("Start charging"),
            dangerous=False,
            on_confirm=lambda: commander.send(
                words("Start charging"),
                lambda: app.api.post("/transactions", StartTransaction(connector_id=connector.id), Transaction),
            ),
        )

    if session is not None:
        if rules.forgotten(connector, session):
            told = words("The station says that this connector is free, but never told the end of this session.")
            parts.append(muted(told, t, size=T12))
        parts.append(
            _session(
                session,
                t,
                words,
                app,
                stop if row.online and not (session.stopping or commander.busy) else None,
                row.online,
            )
        )
    elif row.online and connector.status in STARTABLE and row.registration is Registration.ACCEPTED:
        parts.append(
            ft.Row(
                [
                    buttons.quiet(
                        words("Start charging"),
                        t,
                        None if commander.busy else start,
                        icon=ft.Icons.PLAY_ARROW_ROUNDED,
                        identifier=f"start-{connector.id}",
                    )
                ]
            )
        )
    return ft.Semantics(identifier=f"connector-{connector.label}", container=True, content=ft.Column(parts, spacing=S8))


def _session(session: Transaction, t: Tokens, words: Any, app: Any, stop: Any, online: bool) -> ft.Control:
    """The running session: what it took, how fast, what it costs, since when."""

    def value(name: str, shown: ft.Control) -> ft.Control:
        return ft.Column([shown, muted(words(name), t, size=T12)], spacing=0)

    begun = session.begun_at or session.requested_at
    if session.state is TransactionState.REQUESTED:
        numbers: list[ft.Control] = [
            ft.ProgressRing(width=16, height=16, stroke_width=2, color=t.info.ink),
            text(words("Asked to start; waits for the car."), t, expand=True),
        ]
    else:
        numbers = [
            value("Energy", number(*energy(session.energy_wh), t)),
            value("Power", number(*power(session.power_w if online else None), t)),
            value("Cost", number(money(session.cost), "", t)),
            value("Time", number(*_split(duration(rules.age(begun, datetime.now(UTC)))), t)),
        ]
        if session.soc_percent is not None:
            numbers.append(value("Battery", number(str(session.soc_percent), "%", t)))
    actions: list[ft.Control] = [
        muted(
            session.driver or session.id_token or words("Unknown driver"),
            t,
            size=T12,
            expand=True,
            no_wrap=True,
            overflow=ft.TextOverflow.ELLIPSIS,
        ),
        buttons.quiet(
            words("Session"),
            t,
            lambda: app.go(f"/sessions/{session.id}"),
            icon=ft.Icons.OPEN_IN_NEW_ROUNDED,
            identifier=f"session-{session.id}",
        ),
        buttons.danger(
            words("Stopping …") if session.stopping else words("Stop"),
            t,
            stop,
            icon=ft.Icons.STOP_ROUNDED,
            identifier=f"stop-{session.id}",
        ),
    ]
    return ft.Container(
        ft.Column(
            [
                ft.Row(numbers, spacing=S32, run_spacing=S8, wrap=session.state is TransactionState.ACTIVE),
                ft.Row(actions, spacing=S8),
            ],
            spacing=S12,
        ),
        bgcolor=t.sunken,
        border_radius=CARD,
        padding=S16,
    )


def _split(shown: str) -> tuple[str, str]:
    """A single unit is set small: `12 min`; `1 h 05 min` stays whole."""
    parts = shown.split(" ")
    return (parts[0], parts[1]) if len(parts) == 2 else (shown, "")
