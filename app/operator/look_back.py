"""Trying rules, thresholds or a playbook on the past: the button, how far it is, and what it found."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_pages, use_tokens, use_words
from app.theme import S4, S8, S12, T12, T16, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import SEVERITY_ICON, severity_tone
from app.widgets.text import muted, text
from shared.base import Page
from shared.lookback import LookBack, LookBackFiring, LookBackNew, LookBackState
from shared.said import told

Words = Callable[[str], str]
LOOK_S = 0.8
AT_ONCE = 10
DAYS = (7, 30, 90)
LIVE = (LookBackState.QUEUED, LookBackState.RUNNING)
OUTCOMES = {
    "mended": "a command like its steps mended it",
    "not_mended": "a command like its steps didn't help",
    "untried": "nobody tried its steps",
    "ended_first": "over before its first step",
    "held": "held back",
}
HELD = {
    "limit a day": "limit a day",
    "a session was running": "a session was running",
    "quiet hours": "quiet hours",
}


@guarded
def TryOnPast(make: Callable[[int], LookBackNew], identifier: str, able: bool = True) -> ft.Control:  # a component
    """`make` is given the days, and says what is to be tried. Nothing is sent to a station."""
    app, t, words = use_app(), use_tokens(), use_words()
    kept: Any = ft.use_state(None)
    found, set_found = kept
    trouble, set_trouble = ft.use_state("")
    days, set_days = ft.use_state("30")
    here: Any = ft.use_ref(True)
    ft.use_effect(lambda: setattr(here, "current", True), [], lambda: setattr(here, "current", False))
    one: LookBack | None = found
    live = one is not None and one.state in LIVE

    async def follow(look_back_id: str) -> None:
        while here.current:
            new = await app.api.get(f"/look-backs/{look_back_id}", LookBack)
            if not here.current:
                return
            set_found(new)
            if new.state not in LIVE:
                return
            await asyncio.sleep(LOOK_S)

    async def begin() -> None:
        set_trouble("")
        try:
            begun = await app.api.post("/look-backs", make(int(days)), LookBack)
            set_found(begun)
            await follow(begun.id)
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    async def stop() -> None:
        if one is None:
            return
        try:
            set_found(await app.api.post(f"/look-backs/{one.id}/stop", None, LookBack))
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    spans = [(str(n), words("{n} days").format(n=n)) for n in DAYS]
    controls: list[ft.Control] = [
        buttons.quiet(
            words("Try on the past"),
            t,
            (lambda: app.run(begin)) if able and not live else None,
            busy=live,
            icon=ft.Icons.HISTORY_ROUNDED,
            identifier=f"try-{identifier}",
        ),
        inputs.choice(words("Span"), days, spans, t, set_days, identifier=f"span-{identifier}", width=130),
    ]
    if live:
        controls.append(buttons.quiet(words("Stop"), t, lambda: app.run(stop), identifier=f"halt-{identifier}"))
    parts: list[ft.Control] = [
        ft.Row(controls, spacing=S8, run_spacing=S8, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="past-problem", content=text(trouble, t, color=t.danger.ink)))
    if one is not None and live:
        share = one.done / one.stations if one.stations else None
        parts.append(ft.ProgressBar(value=share, color=t.primary, bgcolor=t.sunken, height=6, border_radius=3))
        parts.append(muted(words("{n} of {all} stations looked at").format(n=one.done, all=one.stations), t, size=T12))
    elif one is not None:
        parts.append(Found(one, key=one.id))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def sentence(one: LookBack, words: Words) -> str:
    """What was found, in one line."""
    if one.state is LookBackState.FAILED:
        return words("It failed: {error}").format(error=one.error)
    if not one.stations:
        return words("No station is meant by this.")
    if one.fired == 1:
        line = words("In the last {days} days it would have fired once.").format(days=one.asked.days)
    else:
        line = words("In the last {days} days it would have fired {n} times.").format(days=one.asked.days, n=one.fired)
    if one.now == 1:
        line += " " + words("With the thresholds of today: once.")
    elif one.now is not None:
        line += " " + words("With the thresholds of today: {n} times.").format(n=one.now)
    tried = one.outcomes.get("mended", 0) + one.outcomes.get("not_mended", 0)
    if tried:
        line += " " + words("Its steps were tried in {tried} of them and mended {n}.").format(
            tried=tried, n=one.outcomes.get("mended", 0)
        )
    return line


@guarded
def Found(one: LookBack) -> ft.Control:  # a component
    """The sentence, what it was in truth, by rule and model, and each firing."""
    t, words = use_tokens(), use_words()
    parts: list[ft.Control] = [
        ft.Semantics(identifier="past-said", content=text(sentence(one, words), t, size=T16, bold=True))
    ]
    about = []
    if one.state is LookBackState.STOPPED:
        about.append(words("Stopped after {n} of {all} stations.").format(n=one.done, all=one.stations))
    if one.fired:
        about.append(words("{n} of them were incidents in truth.").format(n=one.happened))
    if one.missed:
        about.append(words("{n} incidents that were would not have been found.").format(n=one.missed))
    if one.outcomes.get("held"):
        about.append(words("{n} a guard would have held back.").format(n=one.outcomes["held"]))
    if one.recorded_from is not None:
        about.append(words("Recorded since {when}.").format(when=i18n.moment(one.recorded_from)))
    if one.left_out:
        about.append(words("Nothing recorded tells of: {rules}.").format(rules=", ".join(one.left_out)))
    about += [words("{rule} failed: {error}").format(rule=rule, error=error) for rule, error in one.threw.items()]
    if about:
        parts.append(muted(" ".join(about), t))
    if len(one.rules) > 1:
        parts.append(surfaces.key_values([(words(each.title), str(each.fired)) for each in one.rules if each.fired], t))
    if one.models and one.fired:
        rows: list[tuple[str, str | ft.Control]] = [
            (
                f"{each.vendor} {each.model}".strip() or "–",
                i18n.several(each.fired, "once", "{n} times")
                + " · "
                + i18n.several(each.stations, "1 station", "{n} stations"),
            )
            for each in one.models[:6]
        ]
        parts.append(surfaces.key_values(rows, t))
    if one.fired:
        parts.append(Firings(one.id))
    return ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def Firings(look_back_id: str) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()

    async def load(cursor: str | None) -> Page[LookBackFiring]:
        path = f"/look-backs/{look_back_id}/firings"
        return await app.api.get(path, Page[LookBackFiring], cursor=cursor, limit=AT_ONCE)

    found = use_pages(load, [look_back_id])
    if found.items is None:
        return surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=96)
    parts: list[ft.Control] = [_firing(one, t, words, app.go) for one in found.items]
    if found.more:
        parts.append(buttons.quiet(words("Show more"), t, found.more, busy=found.busy, identifier="firings-more"))
    return ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _firing(one: LookBackFiring, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    place = one.station_name or one.station_identity
    if one.connector:
        place += " · " + words("Connector {label}").format(label=one.connector)
    end = i18n.moment(one.ended_at) if one.ended_at else words("not over yet")
    lines = [f"{i18n.moment(one.fired_at)} – {end}"]
    if one.outcome in OUTCOMES:
        lines.append(words(OUTCOMES[one.outcome]) + (f" ({words(HELD.get(one.held, one.held))})" if one.held else ""))
    if one.occurrences > 1:
        lines.append(words("{n} times").format(n=one.occurrences))
    links: list[ft.Control] = [
        buttons.quiet(
            words("Station"),
            t,
            partial(go, f"/stations/{quote(one.station_identity, safe='')}"),
            identifier=f"firing-station-{one.id}",
        )
    ]
    if one.incident_id:
        links.insert(
            0,
            buttons.quiet(
                words("Incident"), t, partial(go, f"/incidents/{one.incident_id}"), identifier=f"firing-{one.id}"
            ),
        )
    else:
        lines.append(words("no incident then"))
    words_of_it = ft.Column(
        [
            text(f"{words(one.title)} · {place}", t, bold=True),
            muted(told(one.detail, words), t, size=T12),
            muted(" · ".join(lines), t, size=T12),
        ],
        spacing=S4,
    )
    return ft.Container(
        ft.Row(
            [
                ft.Icon(SEVERITY_ICON[one.severity], size=20, color=severity_tone(one.severity, t).ink),
                ft.Container(words_of_it, expand=True),
                ft.Row(links, spacing=S4, wrap=True, run_spacing=S4, tight=True),
            ],
            spacing=S12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        bgcolor=t.sunken,
        border_radius=8,
        padding=S12,
    )
