"""The power of one location: what flows where, the plan against the limits, who waits for what and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import flet as ft

from app.hooks import Loaded, use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import ago, amount, clock, energy, local, number, percent, power
from app.i18n import month as month_name
from app.operator import energy_rules as rules
from app.operator import energy_signals as signals
from app.operator.energy_edit import EditTree
from app.operator.energy_feed import EditFeed
from app.operator.energy_keys import KeysSection
from app.operator.energy_sharing import EditSharing
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
from shared.sites import CarNow, PowerSite, Saving, SignalKind, SiteLive
from shared.stations import LocationDetail

Words = Callable[[str], str]
WIDE = 1000


@guarded
def EnergyPage(location_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    path = f"/locations/{location_id}/power"
    editing, set_editing = ft.use_state(False)
    asking, set_asking = ft.use_state(False)
    sharing, set_sharing = ft.use_state(False)
    no_kind: SignalKind | None = None
    feed, set_feed = ft.use_state(no_kind)
    month, set_month = ft.use_state(local(datetime.now(UTC)).date().replace(day=1))
    place = use_load(lambda: app.api.get(f"/locations/{location_id}", LocationDetail), [location_id])
    site = use_load(lambda: app.api.get(path, PowerSite), [location_id])
    saving = use_load(lambda: app.api.get(f"{path}/savings", Saving, month=f"{month:%Y-%m}"), [location_id, month])
    live = use_live(f"site:{location_id}" if site.data else None, SiteLive)
    name = place.data.name if place.data else words("Energy")

    def done() -> None:
        set_editing(False)
        set_sharing(False)
        set_feed(None)
        site.reload()
        saving.reload()

    known = site.data
    trailing: list[ft.Control] = []
    if known is not None:
        doors: tuple[tuple[str, Any, str, Callable[[], None]], ...] = (
            (words("What if"), ft.Icons.INSIGHTS_ROUNDED, "energy-what-if", lambda: set_asking(True)),
            (words("Edit"), ft.Icons.EDIT_ROUNDED, "energy-edit", lambda: set_editing(True)),
        )
        trailing = [
            buttons.icon_button(icon, label, t, act, identifier=identifier)
            if store.phone
            else (buttons.primary if identifier == "energy-edit" else buttons.quiet)(
                label, t, act, icon=icon, identifier=identifier
            )
            for label, icon, identifier, act in doors
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
        opens = Doors(lambda: set_sharing(True), set_feed, KeysSection(location_id, key="keys"))
        saved = _month(month, saving, t, words, set_month)
        parts += _body(known, live.data, saved, t, words, opens, wide=store.width >= WIDE)
    if editing:
        parts.append(EditTree(location_id, name, known, done, lambda: set_editing(False), key="edit"))
    if sharing and known is not None:
        parts.append(EditSharing(location_id, known, done, lambda: set_sharing(False), key="sharing"))
    if feed is not None:
        heard = next((one for one in (live.data.feeds if live.data else []) if one.kind == feed.value), None)
        parts.append(EditFeed(location_id, feed, heard, done, lambda: set_feed(None), key="feed"))
    if asking and known is not None:
        parts.append(AskWhatIf(location_id, known, lambda: set_asking(False), key="ask"))
    return surfaces.page_body(
        parts,
        t,
        head=words("Energy: {name}").format(name=name) if place.data and not store.phone else name,
        phone=store.phone,
        back=lambda: app.go("/energy"),
        trailing=trailing,
    )


@dataclass(frozen=True, slots=True)
class Doors:
    """What opens from the page."""

    sharing: Callable[[], None]
    feed: Callable[[SignalKind], None]
    keys: ft.Control


def _body(
    site: PowerSite, live: SiteLive, saved: ft.Control, t: Tokens, words: Words, doors: Doors, *, wide: bool
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
    limits = signals.grid_limits(live.grid_limits, t, words)
    share = signals.sharing(site, live, t, words, doors.sharing)
    feeds = signals.feeds(live, t, words, doors.feed)
    if not wide:
        return [*found, *limits, tree, cars, plan, saved, share, feeds, doors.keys]
    columns = ([tree, cars, doors.keys], [plan, *limits, saved, share, feeds])
    found.append(
        ft.Row(
            [
                ft.Column(one, expand=1, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
                for one in columns
            ],
            spacing=S16,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    )
    return found


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
    signs = [sign]
    if one.goes_first:
        told = words("Goes first: {name}").format(name=one.goes_first)
        signs.append(badge(told, ft.Icons.KEYBOARD_DOUBLE_ARROW_UP_ROUNDED, t.violet))
    wanted = ""
    if one.energy_wanted_wh:
        wanted = words("wants {energy}").format(energy=" ".join(energy(one.energy_wanted_wh)))
    if one.departs_at is not None:
        leaves = words("usually leaves {at}") if one.learned else words("leaves {at}")
        wanted = ", ".join(part for part in (wanted, leaves.format(at=clock(one.departs_at))) if part)
    had = words("{energy} so far").format(energy=" ".join(energy(one.energy_wh)))
    return ft.Semantics(
        identifier=f"car-{one.station}-{one.evse}",
        container=True,
        content=ft.Row(
            [
                ft.Column(
                    [
                        ft.Row(
                            [text(f"{one.station} · {one.evse}", t, bold=True), *signs],
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


def _peak_costs(known: Saving, money: Callable[[Any], str], words: Words) -> list[tuple[str, str | ft.Control]]:
    if not known.uncontrolled_demand_cost:
        return []
    return [
        (words("Cost of this power"), money(known.demand_cost)),
        (words("Uncontrolled this power would have cost"), money(known.uncontrolled_demand_cost)),
    ]


def _month(
    month: date, saving: Loaded[Saving], t: Tokens, words: Words, set_month: Callable[[date], None]
) -> ft.Control:
    """Of one month, with a step to the one before and after."""
    known = saving.data
    if known is None:
        told = surfaces.failed(saving.error, t, saving.reload) if saving.error else surfaces.skeleton(t, height=120)
    elif not known.energy_wh:
        told = muted(words("Nobody charged here this month."), t)
    else:
        money: Callable[[Any], str] = lambda value: amount(value, known.currency)  # noqa: E731
        free = known.uncontrolled_cost + known.uncontrolled_demand_cost
        share = float(known.saved / free) if free else 0.0
        saved = f"{money(known.saved)} ({percent(share, 1)})"
        told = ft.Column(
            [
                ft.Row(
                    [
                        ft.Icon(ft.Icons.SAVINGS_ROUNDED, color=t.good.ink, size=22),
                        text(words("Saved {money}").format(money=saved), t, size=16, bold=True, expand=True),
                    ],
                    spacing=S8,
                ),
                surfaces.key_values(
                    [
                        (words("Energy"), " ".join(energy(known.energy_wh))),
                        (words("Cost of it"), money(known.cost)),
                        (words("Uncontrolled it would have cost"), money(known.uncontrolled_cost)),
                        (words("Highest power"), " ".join(power(known.peak_w))),
                        (words("Uncontrolled it would have been"), " ".join(power(known.uncontrolled_peak_w))),
                        *_peak_costs(known, money, words),
                    ],
                    t,
                ),
            ],
            spacing=S8,
        )
    this = local(datetime.now(UTC)).date().replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    steps: list[ft.Control] = [
        buttons.icon_button(
            ft.Icons.CHEVRON_LEFT_ROUNDED,
            words("The month before"),
            t,
            lambda: set_month((month - timedelta(days=1)).replace(day=1)),
            identifier="month-before",
        ),
        muted(month_name(datetime(month.year, month.month, 15, 12, tzinfo=UTC)), t, no_wrap=True),
    ]
    if month < this:
        steps.append(
            buttons.icon_button(
                ft.Icons.CHEVRON_RIGHT_ROUNDED, words("The month after"), t, lambda: set_month(after),
                identifier="month-after",
            )
        )  # fmt: skip
    trailing = ft.Row(steps, spacing=0, tight=True)
    return surfaces.section(words("Against uncontrolled charging"), told, t, trailing=trailing)
