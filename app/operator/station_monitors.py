"""What a 2.0.1 station watches by itself: its monitors, what they told, and how much it is to tell."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_load, use_pages, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import monitor_rules as rules
from app.operator.patience import Patience, chips
from app.operator.station_rules import quoted
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import text
from shared.base import Page
from shared.devices import Report
from shared.monitoring import (
    Monitor,
    Monitoring,
    MonitoringBase,
    MonitoringLevel,
    MonitorOutcome,
    MonitorsClear,
    StartMonitoringReport,
    StationEvent,
)
from shared.stations import CommandAnswer, StationDetail

AT_ONCE = 20


@guarded
def Monitors(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    if detail.row.ocpp_version == "1.6":
        return surfaces.empty(
            ft.Icons.MONITOR_HEART_OUTLINED,
            words("This station watches nothing by itself"),
            words("Stations with OCPP 2.0.1 can tell when a temperature, a voltage or another value passes a limit."),
            t,
        )
    return ft.Column(
        [Watched(detail, told, patience), Events(detail, told)],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@guarded
def Watched(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    path = f"/stations/{quoted(detail.row.identity)}"
    turn, set_turn = ft.use_state(0)
    adding, set_adding = ft.use_state(False)
    asker = use_asker(lambda: set_turn(lambda n: n + 1), patience)
    how = use_load(lambda: app.api.get(f"{path}/monitoring", Monitoring), [told, turn])

    async def page(cursor: str | None) -> Page[Monitor]:
        return await app.api.get(f"{path}/monitors", Page[Monitor], cursor=cursor, limit=AT_ONCE)

    def one(monitor: Monitor) -> ft.Control:
        clear = partial(
            app.api.post,
            patience.to(f"{path}/monitors/clear"),
            MonitorsClear(numbers=[monitor.number]),
            list[MonitorOutcome],
        )
        button = buttons.icon_button(
            ft.Icons.DELETE_OUTLINE_ROUNDED,
            words("Remove monitor {n}").format(n=monitor.number),
            t,
            lambda: asker.ask(f"clear-{monitor.number}", clear),
            identifier=f"monitor-clear-{monitor.number}",
        )
        return line(
            ft.Icons.MONITOR_HEART_OUTLINED,
            rules.ink(monitor.severity, t),
            rules.place(monitor.component, monitor.name, monitor.evse, monitor.connector),
            f"{rules.limit(monitor.type, monitor.value, words)} · {words(rules.severity(monitor.severity))}",
            t,
            hint=moment(monitor.updated_at),
            trailing=button,
        )

    def set_base(base: str) -> None:
        wanted = MonitoringBase(base=base)  # type: ignore[arg-type]  # one of rules.BASES
        asker.ask("base", partial(app.api.put, patience.to(f"{path}/monitoring/base"), wanted, CommandAnswer))

    def set_level(level: str) -> None:
        wanted = MonitoringLevel(severity=int(level))
        asker.ask("level", partial(app.api.put, patience.to(f"{path}/monitoring/level"), wanted, CommandAnswer))

    now = how.data
    parts: list[ft.Control] = []
    read = partial(app.api.post, patience.to(f"{path}/monitors/read"), StartMonitoringReport(), Report)
    parts.append(
        ft.Row(
            [
                inputs.choice(
                    words("Monitors"),
                    now.base if now else "",
                    [(key, words(word)) for key, word in rules.BASES],
                    t,
                    set_base,
                    identifier="monitor-base",
                    width=220,
                ),
                inputs.choice(
                    words("Tells of"),
                    str(now.severity) if now and now.severity is not None else "",
                    [(str(level), words(word)) for level, word in rules.LEVELS],
                    t,
                    set_level,
                    identifier="monitor-level",
                    width=220,
                ),
                buttons.quiet(
                    words("Read from the station"),
                    t,
                    lambda: asker.ask("read", read),
                    busy=asker.busy == "read",
                    identifier="monitors-read",
                ),
            ],
            spacing=S12,
            run_spacing=S8,
            wrap=True,
        )
    )
    nothing = words("No monitor is known. Add one, or read them from the station.")
    parts.append(listed(use_pages(page, [detail.row.identity, told, turn]), one, nothing, t, words))
    if adding:
        parts.append(AddMonitor(path, patience, lambda: (set_adding(False), set_turn(lambda n: n + 1))))
    add = buttons.quiet(
        words("Add"),
        t,
        lambda: set_adding(True),
        icon=ft.Icons.ADD_ROUNDED,
        identifier="monitor-add",
    )
    body = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("What it watches"), body, t, trailing=add)


@guarded
def AddMonitor(path: str, patience: Patience, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    variable, set_variable = ft.use_state("")
    kind, set_kind = ft.use_state("UpperThreshold")
    value, set_value = ft.use_state("")
    severity, set_severity = ft.use_state("4")
    trouble, set_trouble = ft.use_state("")
    asker = use_asker(lambda: None, patience)

    async def send(wanted: Any) -> Any:
        answer: Any = await app.api.post(patience.to(f"{path}/monitors"), wanted, list[MonitorOutcome])
        if isinstance(answer, CommandAnswer):
            return answer
        (outcome,) = answer
        if not outcome.accepted:
            set_trouble(outcome.detail or words("The station refused it: {status}").format(status=outcome.status))
        return outcome

    def submit() -> None:
        wanted, problem = rules.wished(variable, kind, value, int(severity))
        set_trouble(words(problem))
        if wanted is not None:
            asker.ask("add", partial(send, wanted), on_done)

    parts: list[ft.Control] = [
        inputs.field(
            words("Variable, as in Connector@1/1.Temperature"),
            variable,
            t,
            set_variable,
            identifier="monitor-variable",
            autofocus=True,
        ),
        inputs.choice(
            words("Tells when it"),
            kind,
            [(key, words(word)) for key, word in rules.KINDS],
            t,
            set_kind,
            identifier="monitor-kind",
        ),
        inputs.field(words(rules.VALUE_OF[kind]), value, t, set_value, identifier="monitor-value"),
        inputs.choice(
            words("How serious that is"),
            severity,
            [(str(level), words(word)) for level, word in rules.SEVERITIES],
            t,
            set_severity,
            identifier="monitor-severity",
        ),
    ]
    if patience.wait:
        parts.append(chips(patience.wait, patience.choose, t, words))
    if trouble:
        parts.append(ft.Semantics(identifier="monitor-problem", content=text(trouble, t, color=t.danger.ink)))
    actions = answers(t, on_done, words("Add"), submit, busy=asker.busy == "add", name="monitor")
    ft.use_dialog(form(t, words("Add a monitor"), parts, actions, on_done))
    return ft.Container(width=0, height=0)


@guarded
def Events(detail: StationDetail, told: int) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    identity = detail.row.identity

    async def page(cursor: str | None) -> Page[StationEvent]:
        return await app.api.get(
            f"/stations/{quoted(identity)}/events", Page[StationEvent], cursor=cursor, limit=AT_ONCE
        )

    def one(event: StationEvent) -> ft.Control:
        about = [words("over again") if event.cleared else words(rules.TRIGGERS.get(event.trigger, event.trigger))]
        about += [part for part in (event.tech_code, event.tech_info) if part]
        where = rules.place(event.component, event.name, event.evse, event.connector)
        return line(
            ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED if event.cleared else ft.Icons.SENSORS_ROUNDED,
            t.muted,
            f"{where}: {event.value}",
            " · ".join(about),
            t,
            right=ago(event.at),
            hint=moment(event.at),
        )

    nothing = words("None so far. What a monitor notices appears here.")
    return surfaces.section(
        words("What it told"),
        listed(use_pages(page, [identity, told]), one, nothing, t, words),
        t,
    )
