"""The OCPP log of a station: live, filtered, each message readable."""

from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import local
from app.operator import station_rules as rules
from app.operator.station_commands import code
from app.operator.station_log_export import SaveLog
from app.theme import CARD, S4, S8, S12, S16, T12, Tokens, Tone
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import Frame

AT_ONCE = 50
WIDE = 860
"""From here on a message and the filters have one line each."""
NONE: Any = None
NO_MORE: tuple[list[Frame], str | None] = ([], None)


@guarded
def OcppLog(identity: str, width: float) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    direction, set_direction = ft.use_state("")
    action, set_action = ft.use_state("")
    errors, set_errors = ft.use_state(False)
    opened, set_opened = ft.use_state("")
    paused, set_paused = ft.use_state(NONE)
    kept, set_kept = ft.use_state(((identity, "", "", False), NO_MORE))  # what was asked for, and its older pages
    loading, set_loading = ft.use_state(False)
    chosen = (direction, action, errors)
    asked = (identity, *chosen)
    older = kept[1] if kept[0] == asked else NO_MORE

    async def page(cursor: str | None = None) -> Page[Frame]:
        return await app.api.get(
            f"/stations/{rules.quoted(identity)}/frames",
            Page[Frame],
            direction=direction,
            action=action,
            errors="true" if errors else None,
            cursor=cursor,
            limit=AT_ONCE,
        )

    first = use_load(lambda: _of(chosen, page()), [identity, *chosen])
    live = use_live(f"frames:{identity}", list[Frame], join=rules.joined)

    # A page that was loaded for the filters before isn't shown under the new ones.
    base = first.data[1] if first.data is not None and first.data[0] == chosen else None
    fresh = [one for one in live.data or [] if rules.passes(one, direction, action, errors)]
    frames = rules.joined([*(base.items if base else []), *older[0]], fresh) if base is not None else []
    held = paused if paused is not None else frames
    waiting = len({one.id for one in frames} - {one.id for one in held}) if paused is not None else 0
    cursor = older[1] if older[0] else base.next_cursor if base else None

    async def load_more() -> None:
        set_loading(True)
        try:
            got = await page(cursor)
            set_kept((asked, (older[0] + got.items, got.next_cursor)))
            if paused is not None:
                set_paused(rules.joined(paused, got.items))
        except ApiError as error:
            app.toast(error.detail or error.title, bad=True)
        finally:
            set_loading(False)

    names = sorted({one.action for one in (*(live.data or []), *(base.items if base else [])) if one.action} | {action})
    chips = [
        surfaces.chip(words("Both ways"), not direction, t, lambda: set_direction(""), identifier="log-both"),
        surfaces.chip(words("From station"), direction == "in", t, lambda: set_direction("in"), identifier="log-in"),
        surfaces.chip(words("To station"), direction == "out", t, lambda: set_direction("out"), identifier="log-out"),
        surfaces.chip(words("Errors only"), errors, t, lambda: set_errors(not errors), identifier="log-errors"),
    ]
    options = [("", words("Every action")), *[(name, name) for name in names if name]]
    pause = buttons.quiet(
        words("Go on ({n} new)").format(n=waiting) if paused is not None else words("Pause"),
        t,
        (lambda: set_paused(None if paused is not None else frames)) if base is not None else None,
        icon=ft.Icons.PLAY_ARROW_ROUNDED if paused is not None else ft.Icons.PAUSE_ROUNDED,
        identifier="log-pause",
    )
    if first.error is not None and base is None:
        main: ft.Control = surfaces.failed(first.error, t, first.reload)
    elif base is None:
        main = surfaces.skeleton_list(t, rows=8, height=48)
    elif not held:
        if any(chosen):
            about = words("No message fits the filters. One that does appears the moment it passes.")
        else:
            about = words("Every OCPP message appears the moment it passes, with secrets blanked.")
        main = surfaces.empty(ft.Icons.FORUM_OUTLINED, words("No messages here"), about, t)
    else:
        lines: list[ft.Control] = [
            FrameLine(
                one, opened == one.id, lambda one=one: set_opened("" if opened == one.id else one.id), width, key=one.id
            )
            for one in held
        ]
        if cursor:
            lines.append(
                ft.Container(
                    buttons.quiet(
                        words("Older messages"), t, lambda: app.run(load_more), busy=loading, identifier="more"
                    ),
                    alignment=ft.Alignment.CENTER,
                    padding=S12,
                )
            )
        main = ft.Container(
            ft.ListView(lines, expand=True, spacing=0),
            bgcolor=t.surface,
            border=ft.Border.all(1, t.border),
            border_radius=CARD,
            clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
            expand=True,
        )
    pick = inputs.choice(words("Action"), action, options, t, set_action, identifier="log-action")
    asked_of_file = rules.LogFilter(identity, direction, action, errors)
    right = ft.Row([pause, SaveLog(asked_of_file)], spacing=S8, tight=True)
    bar = _bar(chips, pick, right, width)
    return ft.Column([bar, main], spacing=S12, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


async def _of(chosen: Any, page: Any) -> tuple[Any, Page[Frame]]:
    return chosen, await page


def _bar(chips: list[ft.Control], pick: ft.Control, pause: ft.Control, width: float) -> ft.Control:
    """On one line where there is room, else the chips on a line that can be pushed and the others below."""
    pushed = ft.Row(chips, spacing=S8, scroll=ft.ScrollMode.HIDDEN)
    if width > WIDE:
        return ft.Row([ft.Container(pushed, expand=True), ft.Container(pick, width=232), pause], spacing=S8)
    return ft.Column([pushed, ft.Row([ft.Container(pick, expand=True), pause], spacing=S8)], spacing=S8)


def _explained(frame: Frame, t: Tokens, words: Any) -> list[ft.Control]:
    """What an error means, above the message itself."""
    if not frame.explanation:
        return []
    return [
        ft.Semantics(
            identifier=f"explained-{frame.id}",
            content=ft.Row(
                [
                    ft.Icon(ft.Icons.LIGHTBULB_OUTLINE_ROUNDED, size=18, color=t.danger.ink),
                    text(words(frame.explanation), t, color=t.danger.ink, expand=True),
                ],
                spacing=S8,
            ),
        )
    ]


@guarded
def FrameLine(frame: Frame, opened: bool, on_tap: Any, width: float) -> ft.Control:  # a component
    t, words = use_tokens(), use_words()
    use_store()
    bad = frame.kind in ("error", "malformed")
    tone: Tone = t.danger if bad else t.info if frame.direction == "in" else t.good
    came = frame.direction == "in"
    arrow = ft.Container(
        ft.Icon(ft.Icons.SOUTH_WEST_ROUNDED if came else ft.Icons.NORTH_EAST_ROUNDED, size=16, color=tone.ink),
        bgcolor=tone.ground,
        border_radius=99,
        width=28,
        height=28,
        alignment=ft.Alignment.CENTER,
        tooltip=words("From station") if came else words("To station"),
    )
    kind = {"call": "call", "result": "answer", "error": "error", "malformed": "unreadable"}.get(frame.kind, frame.kind)
    at = local(frame.at)
    stamp = ft.Text(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}", size=T12, color=t.muted, no_wrap=True, width=88)
    told = frame.error_code if width > WIDE else ""  # on a phone the name needs the room; the payload begins with it
    name = ft.Row(
        [
            text(frame.action or words("(no action)"), t, bold=True, no_wrap=True, expand=True, expand_loose=True),
            muted(words(kind) + (f" {told}" if told else ""), t, size=T12, no_wrap=True),
        ],
        spacing=S8,
    )
    took = muted(f"{frame.latency_ms} ms" if frame.latency_ms is not None else "", t, size=T12, width=64)
    took.text_align = ft.TextAlign.RIGHT
    preview = muted(
        rules.short(frame.payload) if frame.action else rules.one_line(frame.payload),
        t,
        size=T12,
        no_wrap=True,
        overflow=ft.TextOverflow.ELLIPSIS,
        font_family="monospace",
    )
    stamp.text_align = ft.TextAlign.LEFT if width > WIDE else ft.TextAlign.RIGHT
    if width > WIDE:
        line: ft.Control = ft.Row(
            [stamp, arrow, ft.Container(name, width=280), ft.Container(preview, expand=True), took], spacing=S12
        )
    else:
        line = ft.Row(
            [
                arrow,
                ft.Column([name, preview], spacing=0, expand=True),
                ft.Column([stamp, took], spacing=0, horizontal_alignment=ft.CrossAxisAlignment.END),
            ],
            spacing=S12,
        )
    parts: list[ft.Control] = [
        ft.Container(
            line,
            padding=ft.Padding.symmetric(horizontal=S16, vertical=S8),
            height=48 if width > WIDE else 56,
            ink=True,
            on_click=lambda _: on_tap(),
        )
    ]
    if opened:
        body = rules.pretty(frame.payload)
        parts.append(
            ft.Container(
                ft.Column(
                    [
                        *_explained(frame, t, words),
                        ft.Row(
                            [
                                muted(
                                    words("{size} bytes · message {id}").format(size=frame.size, id=frame.message_id),
                                    t,
                                    size=T12,
                                    expand=True,
                                ),
                                buttons.copy(body, words("Copy"), t, identifier=f"copy-frame-{frame.id}"),
                            ]
                        ),
                        code(body, t),
                    ],
                    spacing=S4,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                padding=ft.Padding.only(left=S16, right=S16, bottom=S16),
            )
        )
    return ft.Semantics(
        identifier=f"frame-{frame.id}",
        label=f"{frame.action} {kind}",
        button=True,
        container=True,
        content=ft.Container(
            ft.Column(parts, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            border=ft.Border.only(bottom=ft.BorderSide(1, t.border)),
            bgcolor=t.danger.ground if bad and not opened else None,
        ),
    )
