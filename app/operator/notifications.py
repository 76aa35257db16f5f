"""Who is told of what: one's own wishes, routes, the on-call rota, channels, and what became of each message."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.common.wishes import WishesSection
from app.hooks import use_app, use_load, use_pages, use_store, use_tokens, use_words
from app.operator.incident_rules import SEVERITY_WORDS
from app.operator.route_edit import EditRota, EditRoute, days_told, new_rota
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.accounts import Person
from shared.base import Page
from shared.notify import (
    Channel,
    ChannelState,
    Delivery,
    DeliveryState,
    HookKind,
    HookSet,
    Rota,
    Route,
    RouteSet,
    Step,
    Target,
    TargetKind,
)
from shared.operations import Severity
from shared.said import told

Words = Callable[[str], str]
CHANNELS = {Channel.APP: "In the app", Channel.PUSH: "Push", Channel.EMAIL: "E-mail", Channel.WEBHOOK: "Webhook"}
STATES = {
    DeliveryState.HELD: ("Held", ft.Icons.SCHEDULE_ROUNDED, "neutral"),
    DeliveryState.QUEUED: ("On its way", ft.Icons.SEND_ROUNDED, "info"),
    DeliveryState.SENT: ("Delivered", ft.Icons.CHECK_CIRCLE_ROUNDED, "good"),
    DeliveryState.FAILED: ("Failed", ft.Icons.ERROR_OUTLINE_ROUNDED, "danger"),
    DeliveryState.SKIPPED: ("Not sent", ft.Icons.BLOCK_ROUNDED, "neutral"),
}
HOOKS = {
    HookKind.GENERIC: "Signed JSON",
    HookKind.SLACK: "Slack",
    HookKind.TEAMS: "Teams",
    HookKind.SMS: "SMS gateway",
}
AT_ONCE = 20


@guarded
def NotificationsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    parts: list[ft.Control] = [WishesSection(False), Routes(), Rotas(), Channels(), Deliveries()]
    return surfaces.page_body(
        parts,
        t,
        head=words("Notifications"),
        phone=store.phone,
        back=lambda: app.go("/incidents"),
        width=None if store.width < 1200 else 960,
    )


def _lines(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _line(
    head: str, about: str, t: Tokens, signs: list[ft.Control], actions: list[ft.Control], *, phone: bool
) -> ft.Control:
    """What can be done stands beside it, on a phone below it."""
    said = ft.Column(
        [ft.Row([text(head, t, bold=True), *signs], spacing=S8, run_spacing=S8, wrap=True), muted(about, t, size=T12)],
        spacing=2,
        expand=not phone,
    )
    if phone:
        return ft.Column([said, *([ft.Row(actions, spacing=S8, wrap=True)] if actions else [])], spacing=S8)
    return ft.Row([said, *actions], spacing=S8)


@guarded
def Routes() -> ft.Control:  # a component
    """Which incidents go to whom; a new one is made for the on-call rota or the whole team."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    editing: Any = ft.use_state(None)
    edited, set_edited = editing
    severity, set_severity = ft.use_state(str(Severity.CRITICAL))
    target, set_target = ft.use_state("role:operator")
    after, set_after = ft.use_state("10")

    async def load() -> list[Route]:
        return await app.api.get("/notifications/routes", list[Route])

    async def load_rotas() -> list[Rota]:
        return await app.api.get("/notifications/rotas", list[Rota])

    async def load_channels() -> list[ChannelState]:
        return await app.api.get("/notifications/channels", list[ChannelState])

    found, rotas, channels = use_load(load, [turn]), use_load(load_rotas, [turn]), use_load(load_channels, [turn])
    targets = {"role:operator": words("Operators"), "role:admin": words("Administrators")}
    targets |= {f"rota:{one.id}": one.plan.name for one in rotas.data or []}
    targets |= {f"hook:{one.id}": one.name for one in channels.data or [] if one.channel is Channel.WEBHOOK}

    async def act(work: Callable[..., Any], *arguments: Any) -> None:
        try:
            await work(*arguments)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def add() -> None:
        kind, _, name = target.partition(":")
        minutes = int(after) if after.isdigit() else 0
        admins = [Target(kind=TargetKind.ROLE, id="admin")]
        plan = RouteSet(
            name=f"{words(SEVERITY_WORDS[Severity(severity)])} → {targets.get(target, target)}",
            min_severity=Severity(severity),
            targets=[Target(kind=TargetKind(kind), id=name)],
            steps=[Step(after_min=minutes, targets=admins)] if minutes else [],
        )
        app.run(act, app.api.post, "/notifications/routes", plan, Route)

    def done() -> None:
        set_edited(None)
        set_turn(lambda n: n + 1)

    parts: list[ft.Control] = []
    if edited is not None:
        parts.append(EditRoute(edited.id, edited.plan, targets, CHANNELS, done))
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=72))
    for one in found.data or []:
        whom = ", ".join(targets.get(f"{to.kind}:{to.id}", to.id) for to in one.plan.targets)
        ways = ", ".join(words(CHANNELS[way]) for way in one.plan.channels)
        about = words("From {severity} on: {whom}").format(
            severity=words(SEVERITY_WORDS[one.plan.min_severity]), whom=whom
        )
        about += f" · {ways}"
        for step in one.plan.steps:
            next_ones = ", ".join(targets.get(f"{to.kind}:{to.id}", to.id) for to in step.targets)
            about += " · " + words("after {n} minutes: {whom}").format(n=step.after_min, whom=next_ones)
        if one.plan.hours is not None:
            on = days_told(one.plan.hours.days, words)
            about += f" · {on}, {one.plan.hours.begins}–{one.plan.hours.ends}"
        if one.plan.location_ids:
            about += " · " + i18n.several(len(one.plan.location_ids), "1 site", "{n} sites")
        if not one.plan.enabled:
            about += " · " + words("Off")
        signs: list[ft.Control] = [] if one.id else [badge(words("By default"), ft.Icons.AUTO_MODE_ROUNDED, t.neutral)]
        actions: list[ft.Control] = []
        if store.admin:
            actions.append(
                buttons.quiet(words("Change"), t, partial(set_edited, one), identifier=f"route-edit-{one.id or 'new'}")
            )
        if one.id and store.admin:
            remove = partial(app.run, act, app.api.delete, f"/notifications/routes/{one.id}")
            actions.append(buttons.quiet(words("Remove"), t, remove, identifier=f"route-remove-{one.id}"))
        parts.append(_line(words(one.plan.name), about, t, signs, actions, phone=store.phone))
    if store.admin:
        levels = [(str(one), words(word)) for one, word in SEVERITY_WORDS.items()]
        parts.append(
            ft.Row(
                [
                    inputs.choice(
                        words("From"), severity, levels, t, set_severity, identifier="route-level", width=200
                    ),
                    inputs.choice(
                        words("To"), target, list(targets.items()), t, set_target, identifier="route-to", width=220
                    ),
                    ft.Container(
                        inputs.field(words("Escalate after minutes"), after, t, set_after, identifier="route-after"),
                        width=190,
                    ),
                    buttons.primary(words("Add a route"), t, add, identifier="route-add"),
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
    return surfaces.section(words("Who hears of what"), _lines(parts), t)


@guarded
def Rotas() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    name, set_name = ft.use_state("")
    chosen, set_chosen = ft.use_state(list[str]())
    editing: Any = ft.use_state(None)
    edited, set_edited = editing

    async def load() -> list[Rota]:
        return await app.api.get("/notifications/rotas", list[Rota])

    async def people() -> Page[Person]:
        return await app.api.get("/people", Page[Person], limit=100) if store.admin else Page(items=[])

    found, team = use_load(load, [turn]), use_load(people)

    async def act(work: Callable[..., Any], *arguments: Any) -> None:
        try:
            await work(*arguments)
            set_turn(lambda n: n + 1)
            set_chosen([])
            set_name("")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def pick(account_id: str) -> None:
        set_chosen([one for one in chosen if one != account_id] if account_id in chosen else [*chosen, account_id])

    def add() -> None:
        plan = new_rota(name.strip(), chosen)
        app.run(act, app.api.post, "/notifications/rotas", plan, Rota)

    def done() -> None:
        set_edited(None)
        set_turn(lambda n: n + 1)

    parts: list[ft.Control] = []
    if edited is not None:
        parts.append(EditRota(edited, {each.id: each.name for each in (team.data.items if team.data else [])}, done))
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=56))
    elif not found.data:
        parts.append(muted(words("Nobody is on call yet. A rota says whose turn it is, a week each."), t))
    for one in found.data or []:
        who = one.names.get(one.on_call, "–")
        about = words("{name} until {when}").format(name=who, when=i18n.moment(one.until))
        about += " · " + " → ".join(one.names.get(member, "–") for member in one.plan.members)
        actions: list[ft.Control] = []
        if store.admin:
            actions.append(
                buttons.quiet(words("Change"), t, partial(set_edited, one), identifier=f"rota-edit-{one.id}")
            )
            remove = partial(app.run, act, app.api.delete, f"/notifications/rotas/{one.id}")
            actions.append(buttons.quiet(words("Remove"), t, remove, identifier=f"rota-remove-{one.id}"))
        parts.append(_line(one.plan.name, about, t, [], actions, phone=store.phone))
    if store.admin:
        members: list[ft.Control] = [
            surfaces.chip(each.name, each.id in chosen, t, partial(pick, each.id), identifier=f"member-{each.id}")
            for each in (team.data.items if team.data else [])
        ]
        parts.append(ft.Row(members, spacing=S8, run_spacing=S8, wrap=True))
        able = bool(name.strip() and chosen)
        parts.append(
            ft.Row(
                [
                    ft.Container(inputs.field(words("Name"), name, t, set_name, identifier="rota-name"), width=220),
                    buttons.primary(words("Add a rota"), t, add if able else None, identifier="rota-add"),
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
    return surfaces.section(words("On call"), _lines(parts), t)


@guarded
def Channels() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    name, set_name = ft.use_state("")
    url, set_url = ft.use_state("https://")
    kind, set_kind = ft.use_state(str(HookKind.SLACK))

    async def load() -> list[ChannelState]:
        return await app.api.get("/notifications/channels", list[ChannelState])

    found = use_load(load, [turn])

    async def act(work: Callable[..., Any], *arguments: Any) -> None:
        try:
            await work(*arguments)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def add() -> None:
        wanted = HookSet(name=name.strip() or HOOKS[HookKind(kind)], kind=HookKind(kind), url=url.strip())
        app.run(act, app.api.post, "/notifications/webhooks", wanted, ChannelState)

    parts: list[ft.Control] = []
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=72))
    for one in found.data or []:
        if one.down:
            sign = badge(words("Down"), ft.Icons.ERROR_OUTLINE_ROUNDED, t.danger)
        elif not one.works:
            sign = badge(words("Not set up"), ft.Icons.BLOCK_ROUNDED, t.neutral)
        else:
            sign = badge(words("Works"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
        about = [words(HOOKS[one.kind]) if one.kind else "", one.url, told(one.error, words)]
        if one.waiting:
            about.append(words("{n} waiting").format(n=one.waiting))
        if one.ok_at:
            about.append(words("last delivered {when}").format(when=i18n.ago(one.ok_at)))
        actions: list[ft.Control] = []
        if one.channel is Channel.WEBHOOK and store.admin:
            path = f"/notifications/webhooks/{one.id}"
            actions = [
                buttons.quiet(
                    words("Try"), t, partial(app.run, act, app.api.post, f"{path}/test"), identifier=f"try-{one.id}"
                ),
                buttons.quiet(
                    words("Remove"), t, partial(app.run, act, app.api.delete, path), identifier=f"hook-remove-{one.id}"
                ),
            ]
        head = words(CHANNELS[one.channel]) if one.kind is None else one.name
        parts.append(_line(head, " · ".join(part for part in about if part), t, [sign], actions, phone=store.phone))
    if store.admin:
        kinds = [(str(each), words(word)) for each, word in HOOKS.items()]
        parts.append(
            ft.Row(
                [
                    inputs.choice(words("Kind"), kind, kinds, t, set_kind, identifier="hook-kind", width=180),
                    ft.Container(inputs.field(words("Name"), name, t, set_name, identifier="hook-name"), width=180),
                    ft.Container(inputs.field(words("Address"), url, t, set_url, identifier="hook-url"), width=320),
                    buttons.primary(words("Add a webhook"), t, add, identifier="hook-add"),
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
    return surfaces.section(words("Channels"), _lines(parts), t)


@guarded
def Deliveries() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    state, set_state = ft.use_state("")

    async def load(cursor: str | None) -> Page[Delivery]:
        return await app.api.get("/notifications/deliveries", Page[Delivery], state=state, cursor=cursor, limit=AT_ONCE)

    found = use_pages(load, [turn, state])

    async def retry(one: Delivery) -> None:
        try:
            await app.api.post(f"/notifications/deliveries/{one.id}/retry")
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    chips = [surfaces.chip(words("All"), not state, t, partial(set_state, ""), identifier="deliveries-all")]
    chips += [
        surfaces.chip(words(word), state == one, t, partial(set_state, str(one)), identifier=f"deliveries-{one}")
        for one, (word, _, _) in STATES.items()
    ]
    parts: list[ft.Control] = [ft.Row(list[ft.Control](chips), spacing=S8, scroll=ft.ScrollMode.HIDDEN)]
    if found.items is None:
        parts.append(surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton(t, height=120))
    elif not found.items:
        parts.append(muted(words("No messages. What is sent stands here with what became of it."), t))
    for one in found.items or []:
        word, icon, tone = STATES[one.state]
        about = [i18n.moment(one.created_at), words(CHANNELS[one.channel]), one.to, told(one.error, words)]
        if one.attempts > 1:
            about.append(words("{n} tries").format(n=one.attempts))
        if one.messages > 1:
            about.append(words("{n} in one").format(n=one.messages))
        actions: list[ft.Control] = []
        if one.state in (DeliveryState.FAILED, DeliveryState.SKIPPED):
            again = partial(app.run, retry, one)
            actions.append(buttons.quiet(words("Send again"), t, again, identifier=f"retry-{one.id}"))
        head = told(one.title, words) or words("{n} in one").format(n=one.messages)
        sign = badge(words(word), icon, getattr(t, tone))
        parts.append(_line(head, " · ".join(part for part in about if part), t, [sign], actions, phone=store.phone))
    if found.more:
        parts.append(buttons.quiet(words("Show more"), t, found.more, busy=found.busy, identifier="deliveries-more"))
    return surfaces.section(words("Messages"), _lines(parts), t)
