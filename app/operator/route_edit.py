"""The editors of who hears of what: a route in full, and an on-call rota with its exceptions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.operator.incident_rules import SEVERITY_WORDS
from app.operator.playbook_edit import clock
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.notify import Channel, Hours, Override, Rota, RotaSet, Route, RouteSet, Step, Target, TargetKind
from shared.operations import Severity
from shared.stations import LocationSummary

Words = Callable[[str], str]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def days_told(days: Sequence[int], words: Callable[[str], str]) -> str:
    """Mon–Fri, Sun. Pure."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = ((words(DAYS[run[0]]), words(DAYS[run[-1]]), len(run)) for run in runs)
    return ", ".join(first if n == 1 else f"{first}{', ' if n == 2 else '–'}{last}" for first, last, n in told)


SHIFTS = {"12": "12 hours each", "24": "A day each", "168": "A week each", "336": "Two weeks each"}


def target_of(name: str) -> Target:
    kind, _, thing = name.partition(":")
    return Target(kind=TargetKind(kind), id=thing)


def names_of(targets: list[Target]) -> list[str]:
    return [f"{one.kind}:{one.id}" for one in targets]


def flipped(known: list[str], name: str) -> list[str]:
    return [one for one in known if one != name] if name in known else [*known, name]


def chips(
    words_of: Mapping[str, str], chosen: list[str], t: Tokens, put: Callable[[list[str]], Any], prefix: str
) -> ft.Control:
    """Any of several."""
    shown: list[ft.Control] = [
        surfaces.chip(word, name in chosen, t, partial(_flip, put, chosen, name), identifier=f"{prefix}-{name}")
        for name, word in words_of.items()
    ]
    return ft.Row(shown, spacing=S8, run_spacing=S8, wrap=True)


def _flip(put: Callable[[list[str]], Any], chosen: list[str], name: str) -> None:
    put(flipped(chosen, name))


@guarded
def EditRoute(
    route_id: str,
    plan: RouteSet,
    targets: Mapping[str, str],
    channels: Mapping[Channel, str],
    on_done: Callable[[], Any],
) -> ft.Control:
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state(words(plan.name))
    severity, set_severity = ft.use_state(str(plan.min_severity))
    whom, set_whom = ft.use_state(names_of(plan.targets))
    ways, set_ways = ft.use_state([str(one) for one in plan.channels])
    sites, set_sites = ft.use_state(list(plan.location_ids))
    days, set_days = ft.use_state([str(day) for day in plan.hours.days] if plan.hours else list[str]())
    span, set_span = ft.use_state((plan.hours.begins, plan.hours.ends) if plan.hours else ("08:00", "18:00"))
    steps, set_steps = ft.use_state([(str(one.after_min), names_of(one.targets)) for one in plan.steps])
    flags, set_flags = ft.use_state((plan.enabled, plan.on_close))
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def load_sites() -> list[LocationSummary]:
        return (await app.api.get("/locations", Page[LocationSummary], empty="true", limit=200)).items

    places = use_load(load_sites)

    def wanted() -> RouteSet:
        begins, ends = clock(span[0]) or "", clock(span[1]) or ""
        return RouteSet(
            name=name.strip(),
            targets=[target_of(one) for one in whom],
            channels=[Channel(one) for one in ways],
            enabled=flags[0],
            min_severity=Severity(severity),
            location_ids=sites,
            rules=plan.rules,
            hours=Hours(days=sorted(int(day) for day in days), begins=begins, ends=ends) if days else None,
            steps=[
                Step(
                    after_min=int(after), targets=[target_of(one) for one in them], channels=[Channel(w) for w in ways]
                )
                for after, them in steps
            ],
            on_close=flags[1],
        )

    async def save() -> None:
        set_busy(True)
        try:
            if route_id:
                await app.api.put(f"/notifications/routes/{route_id}", wanted(), Route)
            else:
                await app.api.post("/notifications/routes", wanted(), Route)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def put_step(number: int, after: str, them: list[str]) -> None:
        set_steps([(after, them) if at == number else one for at, one in enumerate(steps)])

    levels = [(str(one), words(word)) for one, word in SEVERITY_WORDS.items()]
    site_names = {one.id: one.name for one in places.data or []}
    right = all(after.isdigit() and int(after) > 0 and them for after, them in steps)
    timed = not days or bool(clock(span[0]) and clock(span[1]))
    able = bool(name.strip() and whom and ways) and right and timed
    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="route-name"),
        ft.Row([inputs.choice(words("From"), severity, levels, t, set_severity, identifier="route-from", width=260)]),
        muted(words("Who hears of it"), t, size=T12),
        chips(targets, whom, t, set_whom, "whom"),
        muted(words("By which ways"), t, size=T12),
        chips({str(one): words(word) for one, word in channels.items()}, ways, t, set_ways, "way"),
        muted(words("Only these sites (none: all)"), t, size=T12),
        chips(site_names, sites, t, set_sites, "place"),
        muted(words("Only on these days (none: always)"), t, size=T12),
        chips({str(at): words(day) for at, day in enumerate(DAYS)}, days, t, set_days, "day"),
    ]
    if days:
        parts.append(
            ft.Row(
                [
                    ft.Container(
                        inputs.field(
                            words("from"), span[0], t, lambda v: set_span((v, span[1])), identifier="route-begins"
                        ),
                        expand=True,
                    ),
                    ft.Container(
                        inputs.field(
                            words("until"), span[1], t, lambda v: set_span((span[0], v)), identifier="route-ends"
                        ),
                        expand=True,
                    ),
                ],
                spacing=S8,
            )
        )
    for number, (after, them) in enumerate(steps):
        parts.append(
            inputs.field(
                words("If nobody acknowledges: after minutes"),
                after,
                t,
                lambda value, at=number, them=them: put_step(at, value, them),  # type: ignore[misc]
                identifier=f"step-after-{number}",
            )
        )
        parts.append(chips(targets, them, t, partial(put_step, number, after), f"then-{number}"))
    if len(steps) < 3:
        more = partial(set_steps, [*steps, ("15", ["role:admin"])])
        parts.append(ft.Row([buttons.quiet(words("Add an escalation"), t, more, identifier="route-escalate")]))
    for at, word in enumerate((words("Switched on"), words("Tell when it is over, too"))):
        flip: Any = lambda _, at=at: set_flags((not flags[0], flags[1]) if at == 0 else (flags[0], not flags[1]))  # noqa: E731
        parts.append(
            ft.Row([text(word, t, expand=True), ft.Switch(value=flags[at], active_color=t.primary, on_change=flip)])
        )
    return _dialog(words("Who hears of what"), parts, trouble, save if able else None, busy, on_done, "route")


@guarded
def EditRota(one: Rota, people: Mapping[str, str], on_done: Callable[[], Any]) -> ft.Control:
    """Members in their order, how long a turn is, and who stands in for a time."""
    app, t, words = use_app(), use_tokens(), use_words()
    plan = one.plan
    name, set_name = ft.use_state(plan.name)
    members, set_members = ft.use_state(list(plan.members))
    shift, set_shift = ft.use_state(str(plan.shift_hours))
    overrides, set_overrides = ft.use_state(list(plan.overrides))
    stand_in, set_stand_in = ft.use_state("")
    hours, set_hours = ft.use_state("24")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    names = {**one.names, **people}

    async def save() -> None:
        set_busy(True)
        try:
            wanted = msgspec.structs.replace(
                plan, name=name.strip(), members=members, shift_hours=int(shift), overrides=overrides
            )
            await app.api.put(f"/notifications/rotas/{one.id}", wanted, Rota)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def cover() -> None:
        now = datetime.now(UTC)
        ends = now + timedelta(hours=int(hours))
        set_overrides([*overrides, Override(account_id=stand_in, begins_at=now, ends_at=ends)])
        set_stand_in("")

    shifts = {**SHIFTS, str(plan.shift_hours): SHIFTS.get(str(plan.shift_hours), f"{plan.shift_hours} h")}
    turns = " → ".join(names.get(each, "–") for each in members)
    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="rota-edit-name"),
        muted(words("Who takes turns, in the order in which you press them"), t, size=T12),
        chips(names, members, t, set_members, "turn"),
        text(turns or "–", t),
        ft.Row(
            [
                inputs.choice(
                    words("How long a turn is"),
                    shift,
                    [(key, words(word)) for key, word in shifts.items()],
                    t,
                    set_shift,
                    identifier="rota-shift",
                    width=260,
                )
            ]
        ),
        muted(words("Somebody stands in, from now on"), t, size=T12),
    ]
    for at, each in enumerate(overrides):
        line = words("{name} until {when}").format(name=names.get(each.account_id, "–"), when=i18n.moment(each.ends_at))
        gone = partial(set_overrides, [other for number, other in enumerate(overrides) if number != at])
        parts.append(
            ft.Row([text(line, t, expand=True), buttons.quiet(words("Remove"), t, gone, identifier=f"override-{at}")])
        )
    usable = bool(stand_in) and hours.isdigit() and 0 < int(hours) <= 24 * 90
    parts.append(
        ft.Row(
            [
                inputs.choice(
                    words("Who"), stand_in, list(names.items()), t, set_stand_in, identifier="stand-in", width=200
                ),
                ft.Container(inputs.field(words("Hours"), hours, t, set_hours, identifier="stand-in-h"), width=90),
                buttons.quiet(words("Add"), t, cover if usable else None, identifier="stand-in-add"),
            ],
            spacing=S8,
            run_spacing=S8,
            wrap=True,
        )
    )
    able = bool(name.strip() and members)
    return _dialog(words("On call"), parts, trouble, save if able else None, busy, on_done, "rota")


def _dialog(
    head: str,
    parts: list[ft.Control],
    trouble: str,
    save: Callable[[], Any] | None,
    busy: bool,
    on_done: Callable[[], Any],
    name: str,
) -> ft.Control:
    app, t, words = use_app(), use_tokens(), use_words()
    if trouble:
        parts.append(ft.Semantics(identifier=f"{name}-problem", content=text(trouble, t, color=t.danger.ink)))
    inner = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    keep = None if save is None else partial(app.run, save)
    ft.use_dialog(
        form(
            t,
            head,
            [inner],
            answers(t, on_done, words("Save"), keep, busy=busy, name=name),
            on_done,
            width=560,
        )
    )
    return ft.Container(width=0, height=0)


def new_rota(name: str, members: list[str]) -> RotaSet:
    begin = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    return RotaSet(name=name, members=members, starts_at=begin)
