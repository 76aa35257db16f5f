"""Is it working, and what happened: the first and the third thing one asks of a station."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.i18n import ago, duration, energy, moment, money, power
from app.operator import station_rules as rules
from app.operator.incident_rules import meaning
from app.operator.station_pending import use_decision
from app.theme import CONTROL, S4, S8, S12, S16, T12, T20, T28, Tokens, Tone
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import SEVERITY_ICON, severity_tone
from app.widgets.text import muted, number, text
from shared.base import Page
from shared.operations import Incident, IncidentState
from shared.stations import ConnectorStatus, Registration, StationDetail, StationRow
from shared.transactions import Transaction, TransactionState

# --- is it working -----------------------------------------------------------------------------------


@guarded
def Health(detail: StationDetail, incidents: Sequence[Incident]) -> ft.Control:  # a component
    """One sentence, the power now, and what is open."""
    t, words = use_tokens(), use_words()
    store = use_store()
    row = detail.row
    verdict = rules.verdict(row, incidents)
    tone: Tone = getattr(t, verdict.tone)
    values = {
        "when": ago(row.last_seen_at),
        "since": duration(rules.age(detail.connected_at, datetime.now(UTC))),
        "which": ", ".join(one.label for one in row.connectors if one.status is ConnectorStatus.FAULTED),
        "free": rules.free_of(row)[0],
        "total": rules.free_of(row)[1],
    }
    line: list[ft.Control] = [
        ft.Container(
            ft.Icon(_VERDICT_ICON[verdict.tone], size=24, color=tone.ink),
            bgcolor=tone.ground,
            border_radius=99,
            width=48,
            height=48,
            alignment=ft.Alignment.CENTER,
        ),
        ft.Column(
            [
                text(words(verdict.head).format(**values), t, size=T20, bold=True),
                muted(words(verdict.detail).format(**values), t),
            ],
            spacing=0,
            expand=True,
        ),
    ]
    if row.online and row.power_w and not store.phone:
        line.append(_power_now(row, t, words, store.phone))
    parts: list[ft.Control] = [ft.Row(line, spacing=S16, vertical_alignment=ft.CrossAxisAlignment.CENTER)]
    if row.online and row.power_w and store.phone:
        parts.append(_power_now(row, t, words, store.phone))
    if row.registration is not Registration.ACCEPTED:
        parts.append(Decide(row))
    parts.extend(IncidentLine(one, key=one.id) for one in incidents)
    return surfaces.card(ft.Column(parts, spacing=S12), t)


_VERDICT_ICON = {
    "good": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "warning": ft.Icons.WARNING_ROUNDED,
    "danger": ft.Icons.ERROR_ROUNDED,
    "neutral": ft.Icons.CLOUD_OFF_ROUNDED,
    "violet": ft.Icons.HOURGLASS_TOP_ROUNDED,
}


def _power_now(row: StationRow, t: Tokens, words: Any, phone: bool) -> ft.Control:
    side = ft.CrossAxisAlignment.START if phone else ft.CrossAxisAlignment.END
    return ft.Semantics(
        identifier="station-power",
        content=ft.Column(
            [number(*power(row.power_w), t, size=T28), muted(words("Power now"), t, size=T12)],
            spacing=0,
            horizontal_alignment=side,
        ),
    )


@guarded
def Decide(row: StationRow) -> ft.Control:  # a component
    """Accept or reject, for a station that isn't accepted."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, decide = use_decision()
    answers: list[ft.Control] = [
        buttons.primary(
            words("Accept"),
            t,
            lambda: decide(row, Registration.ACCEPTED),
            busy=busy == row.identity,
            identifier=f"accept-{row.identity}",
        )
    ]
    if row.registration is Registration.PENDING:

        def ask() -> None:
            confirm(
                app.page,
                t,
                head=words("Reject {name}?").format(name=rules.called(row)),
                detail=words("It is disconnected and can't connect again. You can accept it later."),
                action=words("Reject"),
                on_confirm=lambda: decide(row, Registration.REJECTED),
            )

        answers.insert(0, buttons.quiet(words("Reject"), t, ask, identifier=f"reject-{row.identity}"))
    return ft.Row(answers, spacing=S8)


@guarded
def IncidentLine(incident: Incident, *, named: bool = False) -> ft.Control:  # a component
    """What is wrong, what to do next, and that somebody looks after it. `named`: says the station too."""
    app, t, words = use_app(), use_tokens(), use_words()
    store = use_store()
    busy, set_busy = ft.use_state(False)
    tone = severity_tone(incident.severity, t)

    async def acknowledge() -> None:
        set_busy(True)
        try:
            await app.api.post(f"/incidents/{incident.id}/acknowledge", None, Incident)
        except ApiError as error:
            app.toast(error.detail or error.title, bad=True)
        finally:
            set_busy(False)

    place = " · ".join(
        part for part in (incident.station_name or incident.station_identity, incident.location) if part and named
    )
    times = ago(incident.opened_at)
    if incident.occurrences > 1:
        times += " · " + words("{n} times").format(n=incident.occurrences)
    about = ft.Column(
        [
            text(words(incident.title), t, bold=True),
            *([muted(place, t, size=T12)] if place else []),
            muted(meaning(incident, words), t, size=T12),
            muted(times, t, size=T12),
        ],
        spacing=S4 if named else 0,
        expand=True,
    )
    actions: list[ft.Control] = []
    if incident.state is IncidentState.OPEN:
        actions.append(
            buttons.quiet(
                words("Acknowledge"),
                t,
                lambda: app.run(acknowledge),
                busy=busy,
                identifier=f"acknowledge-{incident.id}",
            )
        )
    else:
        by = words("{name} is on it").format(name=incident.acknowledged_by) if incident.acknowledged_by else ""
        actions.append(muted(by, t, size=T12))
    if named and incident.station_identity:
        actions.append(
            buttons.quiet(
                words("Open"),
                t,
                lambda: app.go(f"/stations/{rules.quoted(incident.station_identity)}"),
                identifier=f"open-{incident.id}",
            )
        )
    sign = ft.Icon(SEVERITY_ICON[incident.severity], size=20, color=tone.ink)
    if store.phone:
        inner: ft.Control = ft.Column(
            [
                ft.Row([sign, about], spacing=S12, vertical_alignment=ft.CrossAxisAlignment.START),
                ft.Row(actions, spacing=S8, alignment=ft.MainAxisAlignment.END),
            ],
            spacing=S8,
        )
    else:
        inner = ft.Row([sign, about, *actions], spacing=S12)
    return ft.Semantics(
        identifier=f"incident-{incident.id}",
        container=True,
        content=ft.Container(inner, bgcolor=tone.ground, border_radius=CONTROL, padding=S12),
    )


# --- what happened -----------------------------------------------------------------------------------


@guarded
def Happened(identity: str, turn: int) -> ft.Control:  # a component
    """Its last sessions."""
    app, t, words = use_app(), use_tokens(), use_words()
    store = use_store()
    loaded = use_load(
        lambda: app.api.get("/transactions", Page[Transaction], station=identity, limit=6), [identity, turn]
    )
    if loaded.data is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=160)
        return surfaces.section(words("Last sessions"), inner, t)
    ended = [one for one in loaded.data.items if one.state in (TransactionState.ENDED, TransactionState.FAILED)][:5]
    if not ended:
        note = muted(words("No session has ended here yet. Each one appears with its energy, time and cost."), t)
        return surfaces.section(words("Last sessions"), note, t)
    lines: list[ft.Control] = []
    for place, one in enumerate(ended):
        if place:
            lines.append(surfaces.divider(t))
        lines.append(_past(one, t, words, app, store.phone))
    return surfaces.section(words("Last sessions"), ft.Column(lines, spacing=0), t)


def _past(one: Transaction, t: Tokens, words: Any, app: Any, phone: bool) -> ft.Control:
    bad = one.state is TransactionState.FAILED
    span = one.ended_at - one.begun_at if one.begun_at and one.ended_at else None
    about = [moment(one.begun_at or one.requested_at), words("Connector {label}").format(label=one.connector)]
    if span is not None:
        about.append(duration(span))
    line: list[ft.Control] = [
        ft.Icon(
            ft.Icons.ERROR_ROUNDED if bad else ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED,
            size=20,
            color=t.danger.ink if bad else t.muted,
        ),
        ft.Column(
            [
                text(one.driver or one.id_token or words("Unknown driver"), t, bold=True, no_wrap=True),
                muted(words(one.failure) if bad else " · ".join(about), t, size=T12),
            ],
            spacing=0,
            expand=True,
        ),
    ]
    if not bad:
        line.append(
            ft.Column(
                [number(*energy(one.energy_wh), t, size=16), muted(money(one.cost), t, size=T12)],
                spacing=0,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            )
        )
    return buttons.tappable(
        ft.Row(line, spacing=S12),
        lambda: app.go(f"/sessions/{one.id}"),
        identifier=f"past-{one.id}",
        label=words("Session of {when}").format(when=moment(one.begun_at or one.requested_at)),
        padding=ft.Padding.symmetric(vertical=S8),
    )
