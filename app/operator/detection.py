"""The detection rules: which are on, how often they fired, and their thresholds, for all stations or one model."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.look_back import TryOnPast
from app.theme import S4, S8, S12, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.faults import Bounds, Rule, RuleBook, RuleSwitch, Threshold, Thresholds, ThresholdSet
from shared.lookback import LookBackNew

Words = Callable[[str], str]
GROUPS = {
    "reports": "Reported by stations",
    "connection": "Connection",
    "power": "Power and meters",
    "sessions": "Sessions",
    "business": "Business",
    "upkeep": "Upkeep",
}
NAMES = {
    "grace_s": "Seconds it may be away",
    "wired": "Lost connections an hour, by cable",
    "wireless": "Lost connections an hour, by radio",
    "times_usual": "Times what is usual there",
    "minutes": "Minutes",
    "hours": "Hours",
    "seconds": "Seconds",
    "sessions": "Sessions in a row",
    "least_wh": "Least energy, Wh",
    "enough": "Failed starts in an hour",
    "hint_weight": "Weight from which an operator is told",
    "warning_weight": "Weight from which drivers are warned",
    "times": "Times what the outlet can give",
    "slack_wh": "Energy that is borne besides, Wh",
    "silent_minutes": "Minutes without a word",
    "nominal_v": "Mains voltage, V",
    "low_percent": "Percent below",
    "high_percent": "Percent above",
    "readings": "Readings in a row",
    "voltage_percent": "Percent between the voltages of phases",
    "current_percent": "Percent between the currents of phases",
    "least_a": "Least current, A",
    "percent": "Percent of the offer",
    "full_percent": "Battery counts as nearly full from, %",
    "least_w": "Least power, W",
    "chance_percent": "Chance of so long a gap, %",
    "times_longest": "Times the longest gap so far",
    "least_hours": "At least so many hours",
    "warn_days": "Days before",
    "times_silence": "Times the silence that is borne",
    "worst": "Severity up to (0 is the worst)",
    "wired_ms": "Milliseconds for an answer, by cable",
    "wireless_ms": "Milliseconds for an answer, by radio",
    "wired_lost_percent": "Pings lost, by cable, %",
    "wireless_lost_percent": "Pings lost, by radio, %",
    "always_percent": "Pings lost that are always too many, %",
    "free_minutes": "Minutes while the outlet says it is free",
}
"""In plain words; a threshold without any is shown by its name."""
ANY = Bounds(least=0, most=1e9)


def number(value: float) -> str:
    return f"{value:g}"


def parsed(typed: str, bounds: Bounds) -> float | None:
    """None for what makes no sense there."""
    try:
        found = float(typed.strip().replace(",", "."))
    except ValueError:
        return None
    sensible = bounds.least <= found <= bounds.most and not (bounds.whole and found % 1)
    return found if sensible else None


def _span(bounds: Bounds | None) -> str:
    return "" if bounds is None else f"{number(bounds.least)} – {number(bounds.most)}"


def spoken(bounds: Bounds, words: Words) -> str:
    said = words("A whole number from {least} to {most}." if bounds.whole else "A number from {least} to {most}.")
    return said.format(least=number(bounds.least), most=number(bounds.most))


def named(threshold: str, words: Words) -> str:
    return words(NAMES[threshold]) if threshold in NAMES else threshold.replace("_", " ")


@guarded
def DetectionPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)

    async def load() -> RuleBook:
        return await app.api.get("/rules", RuleBook)

    async def load_own() -> Thresholds:
        return await app.api.get("/rule-thresholds", Thresholds)

    found, own = use_load(load, [turn]), use_load(load_own, [turn])

    def again() -> None:
        set_turn(lambda n: n + 1)

    parts: list[ft.Control] = [
        muted(
            words(
                "What Wattline looks for. Change a threshold where a rule fires too often or too late; try it first."
            ),
            t,
        ),
        ft.Row(
            [
                buttons.quiet(words("Codes of makers"), t, partial(app.go, "/rules/codes"), identifier="to-codes"),
                buttons.quiet(words("Firmware"), t, partial(app.go, "/rules/firmware"), identifier="to-firmware"),
            ],
            spacing=S8,
            run_spacing=S8,
            wrap=True,
        ),
    ]
    if found.data is None or own.data is None:
        error = found.error or own.error
        parts.append(surfaces.failed(error, t, again) if error else surfaces.skeleton_list(t, rows=6))
    else:
        for group, head in GROUPS.items():
            rules = [one for one in found.data.rules if one.group == group]
            lines = [
                OneRule(one, [each for each in own.data.thresholds if each.rule == one.name], again, key=one.name)
                for one in rules
            ]
            inner = ft.Column(list[ft.Control](lines), spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
            parts.append(surfaces.section(words(head), inner, t))
    return surfaces.page_body(
        parts,
        t,
        head=words("Rules"),
        phone=store.phone,
        back=lambda: app.go("/incidents"),
        width=None if store.width < 1200 else 960,
    )


@guarded
def OneRule(one: Rule, own: list[Threshold], again: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    opened, set_opened = ft.use_state(False)

    async def switch() -> None:
        try:
            await app.api.patch(f"/rules/{one.name}", RuleSwitch(on=not one.on), Rule)
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    signs: list[ft.Control] = []
    if not one.on:
        word = words("Failed and switched off") if one.error else words("Off")
        tone = t.danger if one.error else t.neutral
        signs.append(badge(word, ft.Icons.BLOCK_ROUNDED, tone))
    if own:
        signs.append(badge(words("Own thresholds"), ft.Icons.TUNE_ROUNDED, t.info))
    about = [
        words("hasn't fired in 30 days")
        if not one.fired
        else words("fired once in 30 days")
        if one.fired == 1
        else words("fired {n} times in 30 days").format(n=one.fired)
    ]
    head = ft.Row(
        [
            ft.Column(
                [
                    ft.Row([text(words(one.title), t, bold=True), *signs], spacing=S8, run_spacing=S4, wrap=True),
                    muted(" · ".join(about), t, size=T12),
                    *([text(_failed(one, words), t, size=T12, color=t.danger.ink)] if one.error else []),
                ],
                spacing=2,
                expand=True,
            ),
            buttons.quiet(
                words("Less") if opened else words("More"),
                t,
                lambda: set_opened(not opened),
                identifier=f"rule-{one.name}",
            ),
            ft.Semantics(
                identifier=f"switch-{one.name}",
                label=words(one.title),
                content=ft.Switch(value=one.on, active_color=t.primary, on_change=lambda _: app.run(switch)),
            ),
        ],
        spacing=S8,
    )
    parts: list[ft.Control] = [head]
    if opened:
        parts.append(muted(words(one.about), t))
        parts += [OwnThreshold(one, each, again) for each in own]
        if one.thresholds:
            parts.append(NewThreshold(one, again))
        else:
            parts.append(muted(words("This rule has no thresholds: what a station reports counts."), t, size=T12))
            parts.append(TryOnPast(lambda days: LookBackNew(days=days, rules=[one.name]), one.name))
    return ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _failed(one: Rule, words: Words) -> str:
    """What it means, what to do, and the reason for whoever mends it."""
    said = words("It finds nothing any more. Tell whoever looks after Wattline, then switch it on again.")
    return f"{said} ({one.error})"


def meant(one: Threshold, words: Words) -> str:
    return f"{one.vendor} {one.model}".strip() or words("All stations")


@guarded
def OwnThreshold(rule: Rule, one: Threshold, again: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()

    async def remove() -> None:
        try:
            await app.api.delete(f"/rule-thresholds/{one.id}")
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    values = ", ".join(f"{named(name, words)}: {number(value)}" for name, value in one.values.items())
    return ft.Row(
        [
            ft.Column(
                [text(f"{meant(one, words)} – {values}", t), muted(i18n.moment(one.updated_at), t, size=T12)],
                spacing=2,
                expand=True,
            ),
            buttons.quiet(
                words("Back to the usual"), t, lambda: app.run(remove), identifier=f"threshold-remove-{rule.name}"
            ),
        ],
        spacing=S8,
    )


@guarded
def NewThreshold(one: Rule, again: Callable[[], Any]) -> ft.Control:  # a component
    """Fields with the house's values; tried on the past as they stand there, before they are kept."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    typed, set_typed = ft.use_state({name: number(value) for name, value in one.thresholds.items()})
    vendor, set_vendor = ft.use_state("")
    model, set_model = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    wanted = {name: parsed(value, one.bounds.get(name, ANY)) for name, value in typed.items()}
    right = {name: value for name, value in wanted.items() if value is not None}
    changed = {name: value for name, value in right.items() if value != one.thresholds[name]}
    able = len(right) == len(wanted)

    async def keep() -> None:
        try:
            data = ThresholdSet(rule=one.name, values=changed or right, vendor=vendor.strip(), model=model.strip())
            await app.api.put("/rule-thresholds", data, Threshold)
            again()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    def make(days: int) -> LookBackNew:
        return LookBackNew(days=days, thresholds={one.name: right}, vendor=vendor.strip(), model=model.strip())

    def put(name: str, value: str) -> None:
        set_typed({**typed, name: value})

    fields: list[ft.Control] = [
        ft.Container(
            inputs.field(
                named(name, words),
                value,
                t,
                partial(put, name),
                identifier=f"threshold-{one.name}-{name}",
                keyboard=ft.KeyboardType.NUMBER,
                error="" if wanted[name] is not None else spoken(one.bounds.get(name, ANY), words),
                helper=_span(one.bounds.get(name)) if wanted[name] is not None else "",
            ),
            width=None if store.phone else 230,
        )
        for name, value in typed.items()
    ]
    of_model: list[ft.Control] = [
        ft.Container(
            inputs.field(words(word), value, t, put_it, identifier=f"threshold-{one.name}-{word.lower()}"),
            width=None if store.phone else 230,
        )
        for word, value, put_it in (("Vendor (none: all)", vendor, set_vendor), ("Model (none: all)", model, set_model))
    ]
    lines: list[ft.Control] = []
    for group in (fields, of_model):
        lines.append(
            ft.Column(group, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
            if store.phone
            else ft.Row(group, spacing=S8, run_spacing=S8, wrap=True)
        )
    if trouble:
        lines.append(text(trouble, t, color=t.danger.ink))
    save = buttons.primary(
        words("Keep these thresholds"),
        t,
        (lambda: app.run(keep)) if able else None,
        identifier=f"threshold-keep-{one.name}",
    )
    lines.append(ft.Row([save], wrap=True))
    lines.append(TryOnPast(make, one.name, able))
    return ft.Container(
        ft.Column(lines, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=t.sunken,
        border_radius=12,
        padding=S12,
    )
