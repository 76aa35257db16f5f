"""What an operator can ask of a station: each command with its effect, a question first, its own answer after."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import flet as ft
import msgspec

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import moment
from app.operator import station_rules as rules
from app.operator.station_command_dialog import CommandDialog
from app.operator.station_command_list import COMMANDS, Spec, why_not
from app.theme import CARD, CONTROL, S4, S8, S12, S16, T12, T14, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.stations import CommandAnswer, StationDetail
from shared.transactions import Transaction

PATIENCE_S = 30


@dataclass(frozen=True)
class Told:
    """What became of the last command. `waiting`: nothing yet."""

    action: str
    head: str
    detail: str = ""
    good: bool = True
    waiting: bool = False
    latency_ms: int = 0
    payload: dict[str, Any] = field(default_factory=dict)
    number: int = 0


Work = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Commander:
    """What parts of the station page need: send something, and what was said to the last one."""

    told: Told | None
    send: Callable[[str, Work], None]
    forget: Callable[[], None]

    @property
    def busy(self) -> bool:
        return self.told is not None and self.told.waiting


def use_commander(identity: str) -> Commander:
    """Sends commands one after the other and keeps the station's answer."""
    app, words = use_app(), use_words()
    none: Any = None
    told, set_told = ft.use_state(none)
    number = ft.use_ref(0)

    async def run(action: str, work: Work) -> None:
        number.current = (number.current or 0) + 1
        mine = number.current
        begun = time.monotonic()
        set_told(Told(action, words("Waiting for {identity}").format(identity=identity), waiting=True, number=mine))
        try:
            answer = await work()
        except ApiError as error:
            head, detail = rules.failure(error)
            result = Told(action, words(head).format(identity=identity), words(detail), good=False, number=mine)
        else:
            result = _result(action, answer, identity, words, mine, round((time.monotonic() - begun) * 1000))
        if mine == number.current:
            set_told(result)

    return Commander(told, lambda action, work: app.run(run, action, work), lambda: set_told(None))


def _result(action: str, answer: Any, identity: str, words: Any, number: int, took_ms: int) -> Told:
    if isinstance(answer, CommandAnswer) and answer.queued_until:
        head = words("It waits for {identity}").format(identity=identity)
        detail = words("At most until {when}. In the list below you can call it off.").format(
            when=moment(answer.queued_until)
        )
        return Told(action, head, detail, number=number)
    if isinstance(answer, CommandAnswer):
        head = words("{identity} answered: {status}").format(identity=identity, status=answer.status or "–")
        more = answer.payload if set(answer.payload) - {"status"} else {}
        return Told(action, head, words(rules.meaning(answer)), answer.accepted, False, answer.latency_ms, more, number)
    if isinstance(answer, Transaction):
        head = words("{identity} answered: {status}").format(identity=identity, status="Accepted")
        detail = (
            "The session ends when the station says so." if answer.stopping else "It begins when the station says so."
        )
        return Told(action, head, words(detail), True, False, took_ms, {}, number)
    head = words("{identity} answered").format(identity=identity)
    return Told(action, head, "", True, False, took_ms, answer if isinstance(answer, dict) else {}, number)


# --- the answer --------------------------------------------------------------------------------------


@guarded
def AnswerBar(commander: Commander) -> ft.Control:  # a component
    """Stays above the page's parts, so that the answer is seen wherever the command came from."""
    t, words = use_tokens(), use_words()
    waited, set_waited = ft.use_state(0)
    told = commander.told

    async def count() -> None:
        set_waited(0)
        while True:
            await asyncio.sleep(1)
            set_waited(lambda value: value + 1)

    ticking: Any = ft.use_ref(None)

    def begin() -> None:
        end()
        if told is not None and told.waiting:
            ticking.current = asyncio.get_running_loop().create_task(_quietly(count))

    def end() -> None:
        if ticking.current is not None:
            ticking.current.cancel()
            ticking.current = None

    ft.use_effect(begin, [told.number if told else 0, told.waiting if told else False], end)
    if told is None:
        return ft.Container(height=0)
    tone = t.info if told.waiting else t.good if told.good else t.danger
    if told.waiting:
        sign: ft.Control = ft.ProgressRing(width=18, height=18, stroke_width=2, color=tone.ink)
        detail = words("{s} s of at most {most} s").format(s=waited, most=PATIENCE_S)
    else:
        icon = ft.Icons.CHECK_CIRCLE_ROUNDED if told.good else ft.Icons.ERROR_ROUNDED
        sign = ft.Icon(icon, size=20, color=tone.ink)
        took = words("{ms} ms").format(ms=told.latency_ms) if told.latency_ms else ""
        detail = " · ".join(part for part in (told.detail, took) if part)
    lines: list[ft.Control] = [
        muted(told.action, t, size=T12),
        text(told.head, t, bold=True),
    ]
    if detail:
        lines.append(text(detail, t, size=T14))
    if told.payload:
        lines.append(code(rules.pretty(msgspec.json.encode(told.payload).decode()), t, most=220))
    row: list[ft.Control] = [
        ft.Container(sign, width=24, height=24, alignment=ft.Alignment.CENTER),
        ft.Column(lines, spacing=S4, expand=True),
    ]
    if not told.waiting:
        row.append(
            buttons.icon_button(
                ft.Icons.CLOSE_ROUNDED, words("Dismiss"), t, commander.forget, identifier="command-answer-close"
            )
        )
    return ft.Semantics(
        identifier="command-answer",
        live_region=True,
        container=True,
        label=f"{told.head} {detail}",
        content=ft.Container(
            ft.Row(row, spacing=S12, vertical_alignment=ft.CrossAxisAlignment.START),
            bgcolor=tone.ground,
            border_radius=CARD,
            padding=ft.Padding.only(left=S16, right=S8, top=S12, bottom=S12),
        ),
    )


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except asyncio.CancelledError:
        return


def code(value: str, t: Tokens, *, most: int = 400) -> ft.Control:
    """Text as it is on the wire; long ones scroll."""
    lines = value.count("\n") + 1
    return ft.Container(
        ft.Column(
            [ft.Text(value, size=T12, font_family="monospace", color=t.ink, selectable=True)],
            scroll=ft.ScrollMode.AUTO,
        ),
        bgcolor=t.sunken,
        border_radius=CONTROL,
        padding=S12,
        height=min(most, lines * 18 + 2 * S12 + S8),
    )


# --- the list ----------------------------------------------------------------------------------------


@guarded
def CommandPanel(
    detail: StationDetail, sessions: Sequence[Transaction], commander: Commander
) -> ft.Control:  # a component
    """Everything that can be asked of this station, and why not where it can't."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    asking: Any = None
    chosen, choose = ft.use_state(asking)
    row = detail.row

    def send(spec: Spec, connector_id: str, option: str, wait: str) -> None:
        key = uuid4().hex
        choose(None)
        commander.send(words(spec.label), lambda: spec.send(app.api, row, connector_id, option, sessions, key, wait))

    def line(spec: Spec) -> ft.Control:
        hindrance = why_not(spec, row, sessions)
        usable = not hindrance and not commander.busy
        ink = t.danger.ink if spec.dangerous else t.ink
        about = words(hindrance or spec.effect)
        content = ft.Row(
            [
                ft.Icon(spec.icon, size=20, color=ink if usable else t.muted),
                ft.Column(
                    [
                        text(words(spec.label), t, bold=True, color=ink if usable else t.muted),
                        muted(about, t, size=T12),
                    ],
                    spacing=0,
                    expand=True,
                ),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=t.muted, visible=usable),
            ],
            spacing=S12,
        )
        area = ft.Container(
            content,
            padding=ft.Padding.symmetric(vertical=S8),
            border=ft.Border.only(bottom=ft.BorderSide(1, t.border)) if spec is not COMMANDS[-1] else None,
            ink=usable,
            on_click=(lambda _: choose(spec)) if usable else None,
        )
        area.height = None
        return ft.Semantics(
            identifier=f"command-{spec.name}",
            label=f"{words(spec.label)}. {about}",
            button=True,
            container=True,
            content=ft.Container(area, padding=0) if usable else area,
        )

    parts: list[ft.Control] = []
    if not row.online:
        parts.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.CLOUD_OFF_ROUNDED, size=18, color=t.neutral.ink),
                        text(
                            words("{identity} is offline. Some commands can wait until it is back.").format(
                                identity=row.identity
                            ),
                            t,
                            size=T12,
                            color=t.neutral.ink,
                            expand=True,
                        ),
                    ],
                    spacing=S8,
                ),
                bgcolor=t.neutral.ground,
                border_radius=CONTROL,
                padding=S12,
            )
        )
    parts.extend(line(spec) for spec in COMMANDS)
    if chosen is not None:
        parts.append(CommandDialog(chosen, detail, sessions, lambda: choose(None), send, key=chosen.name))
    return surfaces.section(words("What you can do"), ft.Column(parts, spacing=0), t)
