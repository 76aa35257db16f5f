"""How a site shares its power: who goes first, what energy costs when, and the peak that is paid for."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator import energy_rules as rules
from app.operator.energy_first import Known, goes_first
from app.operator.energy_rules import Sharing, Step
from app.operator.station_add import problem_note
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.accounts import DriverGroup
from shared.base import Page
from shared.money import TariffRow
from shared.sites import PolicyName, PowerSite, SiteSet
from shared.tokens import TokenGroup

Words = Callable[[str], str]
POLICIES = {
    PolicyName.EQUAL: "Everybody equally",
    PolicyName.FIRST: "Who came first",
    PolicyName.PRIORITY: "Lowest battery first",
    PolicyName.CHEAPEST: "Cheapest energy",
    PolicyName.GREENEST: "Greenest energy",
    PolicyName.BLEND: "Cheap and green",
}
MEANS = {
    PolicyName.EQUAL: "Everybody gets the same share of what there is, at once.",
    PolicyName.FIRST: "Who came first charges as fast as it can; the others share what is left.",
    PolicyName.PRIORITY: "Cars with an empty battery charge first; everybody leaves in time.",
    PolicyName.CHEAPEST: "Cars that have time wait for cheap hours, and the sun; everybody leaves in time.",
    PolicyName.GREENEST: "Cars that have time wait for hours with little CO2; everybody leaves in time.",
    PolicyName.BLEND: "Price and CO2 both count, as much as you say; everybody leaves in time.",
}
MOST = 50
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@guarded
def EditSharing(
    location_id: str, site: PowerSite, on_done: Callable[[], Any], on_close: Callable[[], Any]
) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    typed, set_typed = ft.use_state(rules.sharing_of(site))
    latest: Any = ft.use_ref(typed)  # what was typed a moment ago may not be drawn yet
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    known = Known(
        use_load(lambda: app.api.get("/driver-groups", Page[DriverGroup], limit=MOST)),
        use_load(lambda: app.api.get("/token-groups", Page[TokenGroup], limit=MOST)),
        use_load(lambda: app.api.get("/tariffs", Page[TariffRow], limit=MOST)),
    )

    def put_all(new: Sharing) -> None:
        latest.current = new
        set_typed(new)

    def put(name: str, value: Any) -> None:
        put_all(replace(latest.current, **{name: value}))

    def put_steps(change: Callable[[list[Step]], list[Step]]) -> None:
        put("steps", change(latest.current.steps))

    def put_step(place: int, name: str, value: Any) -> None:
        put_steps(lambda old: [replace(one, **{name: value}) if at == place else one for at, one in enumerate(old)])

    def turn_day(place: int, day: int) -> None:
        put_steps(
            lambda old: [
                replace(one, days=sorted({*one.days} ^ {day})) if at == place else one for at, one in enumerate(old)
            ]
        )

    async def save() -> None:
        wanted = rules.sharing_set(latest.current)
        if isinstance(wanted, str):
            set_problem(words("{name}: a number or a time is not right.").format(name=words(wanted)))
            return
        set_busy(True)
        set_problem("")
        policy, tariff = wanted
        data = SiteSet(nodes=site.nodes, enabled=site.enabled, policy=policy, tariff=tariff)
        try:
            await app.api.put(f"/locations/{location_id}/power", data, PowerSite)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("Stored."))
        on_done()

    name = PolicyName(typed.policy)
    parts: list[ft.Control] = [
        inputs.choice(
            words("Who gets power first"),
            typed.policy,
            [(one.value, words(word)) for one, word in POLICIES.items()],
            t,
            partial(put, "policy"),
            identifier="site-policy",
        ),
        muted(words(MEANS[name]), t),
        *goes_first(known, typed.goes_first, t, words, partial(put, "goes_first")),
    ]
    if name is PolicyName.BLEND:
        told = words("CO2 counts {share} %").format(share=round(typed.green * 100))
        parts.append(
            ft.Semantics(
                identifier="site-green",
                label=told,
                content=ft.Column(
                    [
                        text(told, t),
                        ft.Slider(
                            min=0,
                            max=100,
                            divisions=20,
                            value=typed.green * 100,
                            active_color=t.primary,
                            on_change_end=lambda event: put("green", float(event.control.value) / 100),
                        ),
                    ],
                    spacing=0,
                ),
            )
        )
    parts += [
        text(words("What energy costs"), t, bold=True),
        inputs.field(
            words("Price each kWh, {currency}").format(currency=typed.currency),
            typed.base,
            t,
            partial(put, "base"),
            identifier="tariff-base",
        ),
        *_steps(
            typed.steps, t, words, put_step, turn_day, lambda place: put_steps(lambda old: rules.without(old, place))
        ),
        buttons.quiet(
            words("Add a time of the day"),
            t,
            lambda: put_steps(lambda old: [*old, Step("22:00", "06:00", typed.base)]),
            icon=ft.Icons.MORE_TIME_ROUNDED,
            identifier="tariff-add",
        ),
        muted(
            words("The first time that fits holds. Prices that are fetched or imported go before all of them."),
            t,
            size=T12,
        ),
        text(words("The peak that is paid for"), t, bold=True),
        ft.Row(
            [
                ft.Container(
                    inputs.field(
                        words("Stay below, kW"), typed.peak_kw, t, partial(put, "peak_kw"), identifier="peak-kw"
                    ),
                    expand=True,
                ),
                ft.Container(
                    inputs.field(
                        words("Costs each kW and month, {currency}").format(currency=typed.currency),
                        typed.peak_charge,
                        t,
                        partial(put, "peak_charge"),
                        identifier="peak-charge",
                    ),
                    expand=True,
                ),
            ],
            spacing=S12,
        ),
        muted(
            words(
                "With a cost the month's highest quarter of an hour isn't raised, unless a car would leave without its "
                "energy. With a limit too, cars stay below it in any case."
            ),
            t,
            size=T12,
        ),
    ]
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Sharing and prices"),
            parts,
            answers(t, on_close, words("Save"), lambda: app.run(save), busy=busy),
            on_close,
            width=360 if store.phone else 560,
        )
    )
    return ft.Container(width=0, height=0)


def _steps(
    steps: list[Step],
    t: Tokens,
    words: Words,
    put: Callable[[int, str, Any], None],
    turn_day: Callable[[int, int], None],
    remove: Callable[[int], None],
) -> list[ft.Control]:
    found: list[ft.Control] = []
    for place, one in enumerate(steps):
        cells = [
            ft.Container(
                inputs.field(
                    words(label), getattr(one, name), t, partial(put, place, name), identifier=f"step-{place}-{name}"
                ),
                expand=True,
            )
            for name, label in (("begins", "From"), ("ends", "Until"), ("price", "Price"))
        ]
        days = [
            surfaces.chip(
                words(word),
                not one.days or day in one.days,
                t,
                partial(turn_day, place, day),
                identifier=f"step-{place}-day-{day}",
            )
            for day, word in enumerate(DAYS)
        ]
        found.append(
            ft.Container(
                ft.Column(
                    [
                        ft.Row(
                            [
                                *cells,
                                buttons.icon_button(
                                    ft.Icons.DELETE_OUTLINE_ROUNDED,
                                    words("Take this time out"),
                                    t,
                                    partial(remove, place),
                                    identifier=f"step-{place}-remove",
                                ),
                            ],
                            spacing=S8,
                        ),
                        ft.Row(days, spacing=S4, run_spacing=S4, wrap=True),
                    ],
                    spacing=S8,
                ),
                bgcolor=t.sunken,
                border_radius=12,
                padding=S12,
            )
        )
    return found
