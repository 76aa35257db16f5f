"""The power of one location: what flows where, the plan against the limits, who waits for what and why."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import ago, amount, clock, energy, moment, number, power
from app.operator import energy_rules as rules
from app.operator.energy_edit import EditTree
from app.operator.energy_what_if import AskWhatIf
from app.operator.energy_words import said
from app.theme import S4, S8, S12, S16, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.plan_plot import Legend, plan_plot
from app.widgets.power_tree import power_tree
from app.widgets.status import badge
from app.widgets.text import muted, text
from app.widgets.text import number as big
from shared.sites import CarNow, PowerSite, Saving, SiteLive
from shared.stations import LocationDetail

Words = Callable[[str], str]
WIDE = 1000


@guarded
def EnergyPage(location_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    path = f"/locations/{location_id}/power"
    editing, set_editing = ft.use_state(False)
    asking, set_asking = ft.use_state(False)
    place = use_load(lambda: app.api.get(f"/locations/{location_id}", LocationDetail), [location_id])
    site = use_load(lambda: app.api.get(path, PowerSite), [location_id])
    saving = use_load(lambda: app.api.get(f"{path}/savings", Saving), [location_id])
    live = use_live(f"site:{location_id}" if site.data else None, SiteLive)
    name = place.data.name if place.data else words("Energy")

    def done() -> None:
        set_editing(False)
        site.reload()
        saving.reload()

    known = site.data
    trailing: list[ft.Control] = []
    if known is not None:
        trailing = [
            buttons.quiet(
                "" if store.phone else words("What if"),
                t,
                lambda: set_asking(True),
                icon=ft.Icons.INSIGHTS_ROUNDED,
                identifier="energy-what-if",
            ),
            buttons.primary(
                words("Edit"), t, lambda: set_editing(True), icon=ft.Icons.EDIT_ROUNDED, identifier="energy-edit"
            ),
        ]
    parts: list[ft.Control] = []
    if site.error is not None and site.error.code == "no_power_tree":
        parts.append(
            surfaces.empty(
                ft.Icons.ACCOUNT_TREE_OUTLINED,
                words("No power tree yet"),
                words("Tell what fuse this location has, and its stations share it: no limit is ever passed."),
                t,
                buttons.primary(words("Make it"), t, lambda: set_editing(True), identifier="energy-make"),
            )
        )
    elif site.error is not None and known is None:
        parts.append(surfaces.failed(site.error, t, site.reload))
    elif known is None or (live.data is None and live.error is None):
        parts.append(surfaces.skeleton_list(t, rows=4, height=96))
    elif live.data is None and live.error is not None:
        parts.append(surfaces.failed(live.error, t, site.reload))
    elif live.data is not None:
        parts += _body(known, live.data, saving.data, t, words, wide=store.width >= WIDE)
    if editing:
        parts.append(EditTree(location_id, name, known, done, lambda: set_editing(False), key="edit"))
    if asking and known is not None:
        parts.append(AskWhatIf(location_id, known, lambda: set_asking(False), key="ask"))
    return surfaces.page_body(
        parts,
        t,
        head=words("Energy: {name}").format(name=name) if place.data else name,
        phone=store.phone,
        back=lambda: app.go("/locations"),
        trailing=trailing,
    )


def _body(
    site: PowerSite, live: SiteLive, saving: Saving | None, t: Tokens, words: Words, *, wide: bool
) -> list[ft.Control]:
    notes = {"silent": words("silent: counts as its worst case"), "allowed": words("up to")}
    tree = surfaces.section(
        words("Power tree"),
        power_tree(rules.branches(site.nodes, live, notes), t),
        t,
        trailing=_planned(live, t, words),
    )
    cars = surfaces.section(words("Cars"), _cars(live, t, words), t)
    legend = Legend(
        drawn=words("Drawn"),
        planned=words("Planned"),
        limit=words("Limit"),
        price=words("Price each kWh"),
        empty=words("The first plan is on its way."),
        unit=live.currency,
    )
    plan = surfaces.section(words("Plan against the limits"), plan_plot(rules.moments(live), t, legend), t)
    found: list[ft.Control] = [_warning(said(one.code, one.text, one.values, words), t) for one in live.warnings]
    if not live.enabled:
        found.insert(0, _warning(words("Not controlled: this site is switched off."), t))
    if wide:
        found.append(
            ft.Row(
                [
                    ft.Column([tree], expand=6, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                    ft.Column(
                        [plan, *_month(saving, t, words)],
                        expand=6,
                        spacing=S16,
                        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    ),
                ],
                spacing=S16,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        )
        found.append(cars)
    else:
        found += [tree, cars, plan, *_month(saving, t, words)]
    return [*found, *_signals(live, t, words)]


def _warning(told: str, t: Tokens) -> ft.Control:
    return ft.Container(
        ft.Row(
            [
                ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=18, color=t.warning.ink),
                text(told, t, expand=True, color=t.warning.ink),
            ],
            spacing=S8,
        ),
        bgcolor=t.warning.ground,
        border_radius=12,
        padding=S12,
    )


def _planned(live: SiteLive, t: Tokens, words: Words) -> ft.Control:
    if live.planned_at is None:
        return badge(words("Not planned yet"), ft.Icons.SCHEDULE_ROUNDED, t.neutral)
    if live.solver_detail:
        return ft.Container(
            badge(words("Shared evenly"), ft.Icons.BALANCE_ROUNDED, t.warning), tooltip=live.solver_detail
        )
    return badge(words("Planned {ago}").format(ago=ago(live.planned_at)), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)


def _cars(live: SiteLive, t: Tokens, words: Words) -> ft.Control:
    if not live.cars:
        return muted(words("Nobody charges here now."), t)
    rows: list[ft.Control] = []
    for one in rules.waiting_first(live.cars):
        rows += [_car(one, t, words), surfaces.divider(t)]
    return ft.Column(rows[:-1], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _car(one: CarNow, t: Tokens, words: Words) -> ft.Control:
    if not one.reachable:
        sign = badge(words("Silent"), ft.Icons.CLOUD_OFF_ROUNDED, t.neutral)
    elif one.granted_a <= 0:
        sign = badge(words("Waits"), ft.Icons.HOURGLASS_EMPTY_ROUNDED, t.warning)
    else:
        sign = badge(words("Charging"), ft.Icons.BOLT_ROUNDED, t.info)
    wanted = ""
    if one.energy_wanted_wh:
        wanted = words("wants {energy}").format(energy=" ".join(energy(one.energy_wanted_wh)))
    if one.departs_at is not None:
        wanted = ", ".join(part for part in (wanted, words("leaves {at}").format(at=clock(one.departs_at))) if part)
    had = words("{energy} so far").format(energy=" ".join(energy(one.energy_wh)))
    return ft.Semantics(
        identifier=f"car-{one.station}-{one.evse}",
        container=True,
        content=ft.Row(
            [
                ft.Column(
                    [
                        ft.Row(
                            [text(f"{one.station} · {one.evse}", t, bold=True), sign],
                            spacing=S8,
                            run_spacing=S4,
                            wrap=True,
                        ),
                        text(said(one.reason_code, one.reason, one.reason_values, words), t),
                        muted(" · ".join(part for part in (had, wanted) if part), t, size=T12),
                    ],
                    spacing=S4,
                    expand=True,
                ),
                ft.Column(
                    [
                        big(*power(one.power_w), t, size=16),
                        muted(words("of {a} A").format(a=number(one.granted_a, 1)), t, size=T12, no_wrap=True),
                    ],
                    spacing=S4,
                    horizontal_alignment=ft.CrossAxisAlignment.END,
                ),
            ],
            spacing=S12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
    )


def _month(saving: Saving | None, t: Tokens, words: Words) -> list[ft.Control]:
    if saving is None:
        return []
    if not saving.energy_wh:
        told: ft.Control = muted(words("Nobody charged here this month."), t)
    else:
        money: Callable[[Any], str] = lambda value: amount(value, saving.currency)  # noqa: E731
        told = surfaces.key_values(
            [
                (words("Energy"), " ".join(energy(saving.energy_wh))),
                (words("Cost of it"), money(saving.cost)),
                (words("Uncontrolled it would have cost"), money(saving.uncontrolled_cost)),
                (words("Saved"), money(saving.saved)),
                (words("Highest power"), " ".join(power(saving.peak_w))),
                (words("Uncontrolled it would have been"), " ".join(power(saving.uncontrolled_peak_w))),
            ],
            t,
        )
    return [surfaces.section(words("This month against uncontrolled charging"), told, t)]


def _signals(live: SiteLive, t: Tokens, words: Words) -> list[ft.Control]:
    rows: list[tuple[str, str | ft.Control]] = []
    for limit in live.grid_limits:
        rows.append(
            (
                words("Grid operator: at most {power}").format(power=" ".join(power(limit.limit_w))),
                f"{moment(limit.starts_at)} – {clock(limit.ends_at)}, {words(limit.state)}",
            )
        )
    for feed in live.feeds:
        heard = ago(feed.heard_at) if feed.heard_at else words("never heard")
        rows.append((words(feed.kind), f"{words(feed.state)}, {heard}. {words(feed.detail)}".strip()))
    return [surfaces.section(words("Signals"), surfaces.key_values(rows, t), t)] if rows else []
