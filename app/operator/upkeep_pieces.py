"""What the parts of a station's upkeep share: a line, a list with its states, the steps of a task."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import flet as ft

from app.errors import ApiError
from app.hooks import Paged, use_app, use_words
from app.i18n import local, moment
from app.operator import upkeep_rules as rules
from app.operator.patience import Patience, said_of
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.text import muted, text
from shared.maintenance import MaintenanceTask, TaskStep
from shared.stations import CommandAnswer

T = TypeVar("T")


def line(
    icon: Any,
    color: str,
    head: str,
    about: str,
    t: Tokens,
    *,
    right: str = "",
    hint: str = "",
    trailing: ft.Control | None = None,
    below: list[ft.Control] | None = None,
) -> ft.Control:
    """An icon, a head with what is to say of it, and at the right when or what can be done."""
    column: list[ft.Control] = [text(head, t, bold=True)]
    if about:
        column.append(muted(about, t, size=T12))
    parts: list[ft.Control] = [
        ft.Icon(icon, size=20, color=color),
        ft.Column([*column, *(below or [])], spacing=S4, expand=True),
    ]
    if right:
        parts.append(ft.Text(right, size=T12, color=t.muted, no_wrap=True, tooltip=hint or None))
    if trailing is not None:
        parts.append(trailing)
    return ft.Container(
        ft.Row(parts, spacing=S12, vertical_alignment=ft.CrossAxisAlignment.START),
        padding=ft.Padding.symmetric(vertical=S8),
    )


@dataclass(frozen=True)
class Asker:
    """Sends one question at a time and says what the station answered. `busy`: which one is under way."""

    busy: str
    ask: Callable[..., None]


def use_asker(after: Callable[[], Any], patience: Patience | None = None) -> Asker:
    """`ask(name, work, done)`: `work` is sent, its answer or the problem is told, `after` and `done` follow. What
    waits for its station is told to `patience`."""
    app, words = use_app(), use_words()
    busy, set_busy = ft.use_state("")

    async def run(name: str, work: Callable[[], Awaitable[Any]], done: Callable[[], Any] | None = None) -> None:
        set_busy(name)
        try:
            answer = await work()
            if isinstance(answer, CommandAnswer) and answer.queued_until:
                app.toast(said_of(answer, words))
                if patience is not None:
                    patience.kept()
                if done is not None:
                    done()
                return
            accepted = bool(getattr(answer, "accepted", True))
            if hasattr(answer, "accepted"):  # what is no answer of a station is seen in the list
                said = getattr(answer, "detail", "") or ("The station agreed" if accepted else answer.status)
                app.toast(words(said), bad=not accepted)
            if accepted and done is not None:
                done()
        except ApiError as error:
            app.toast(words(rules.refusal(error)), bad=True)
        finally:
            set_busy("")
            after()

    return Asker(busy, lambda name, work, done=None: None if busy else app.run(run, name, work, done))


def listed(
    pages: Paged[T], one: Callable[[T], ft.Control], nothing: str, t: Tokens, words: Callable[[str], str]
) -> ft.Control:
    """The list, or what stands in its place: loading, an error, nothing yet."""
    if pages.items is None:
        return surfaces.failed(pages.error, t, pages.reload) if pages.error else surfaces.skeleton(t, height=160)
    if not pages.items:
        return muted(nothing, t)
    parts: list[ft.Control] = []
    for place, item in enumerate(pages.items):
        if place:
            parts.append(surfaces.divider(t))
        parts.append(one(item))
    if pages.more is not None:
        parts.append(buttons.quiet(words("Older ones"), t, pages.more, busy=pages.busy, identifier="upkeep-more"))
    return ft.Column(parts, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def signed(task: MaintenanceTask, t: Tokens) -> tuple[Any, str]:
    """Icon and colour of how far it is."""
    if task.ended_at is None:
        return ft.Icons.PENDING_OUTLINED, t.info.ink
    good = task.status in rules.GOOD_ENDS
    return (ft.Icons.CHECK_CIRCLE_ROUNDED, t.good.ink) if good else (ft.Icons.ERROR_ROUNDED, t.danger.ink)


def clock(at: datetime) -> str:
    """To the second: steps follow each other quickly. The day is told on hover."""
    return f"{local(at):%H:%M:%S}"


def steps(history: list[TaskStep], t: Tokens, words: Callable[[str], str]) -> list[ft.Control]:
    """Each step with its time, the newest last."""
    return [
        ft.Row(
            [
                ft.Text(clock(step.at), size=T12, color=t.muted, no_wrap=True, width=64, tooltip=moment(step.at)),
                text(
                    words(rules.step(step.status)) + (f" · {step.detail}" if step.detail else ""),
                    t,
                    size=T12,
                    expand=True,
                ),
            ],
            spacing=S8,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        for step in history
    ]
