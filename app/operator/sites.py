"""The energy of all sites: what flows against what may, who waits, and where somebody should look."""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from app.hooks import use_app, use_live, use_store, use_tokens, use_words
from app.i18n import percent, power
from app.theme import S4, S8, S12, S16, S24, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.power_tree import use_bar
from app.widgets.status import badge
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from app.widgets.text import number as big
from shared.sites import SiteRow

Words = Callable[[str], str]


@guarded
def SitesPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    live = use_live("sites", list[SiteRow])
    sites = live.data

    def show(row: Row) -> None:
        app.go(f"/locations/{row.id}/energy")

    if live.error is not None and sites is None:
        main: ft.Control = surfaces.failed(live.error, t)
    elif sites is None:
        main = surfaces.skeleton_list(t, rows=5, height=52)
    elif not sites:
        main = surfaces.empty(
            ft.Icons.ELECTRIC_METER_OUTLINED,
            words("No sites yet"),
            words("A site is a location with stations. Put one at a location, and its power is seen and shared here."),
            t,
            buttons.primary(
                words("Locations"), t, lambda: app.go("/locations"), icon=ft.Icons.LOCATION_ON_OUTLINED,
                identifier="to-locations",
            ),
        )  # fmt: skip
    else:
        main = ft.Column(
            [
                _sum(sites, t, words),
                table(
                    [
                        Column("name", words("Site"), weight=4),
                        Column("power", words("Power"), width=104, numeric=True),
                        Column("use", words("Of its limit"), weight=3, from_width=620),
                        Column("cars", words("Charging"), width=96, numeric=True, from_width=760),
                        Column("waiting", words("Waiting"), width=96, numeric=True, from_width=860),
                        Column("state", words("State"), width=210),
                    ],
                    [_row(one, t, words) for one in sites],
                    t,
                    on_open=show,
                    phone=store.phone,
                    width=store.inside,
                    card=partial(_card, {one.location_id: one for one in sites}, t, words),
                ),
            ],
            spacing=S16,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return surfaces.page_body([main], t, head=words("Energy"), phone=store.phone)


def _sum(sites: Sequence[SiteRow], t: Tokens, words: Words) -> ft.Control:
    cars, waiting = sum(one.cars for one in sites), sum(one.waiting for one in sites)
    figures = [
        (words("Power now"), big(*power(sum(one.power_w for one in sites)), t, size=28)),
        (words("Charging now"), big(str(cars), "", t, size=28)),
        (words("Waiting for power"), big(str(waiting), "", t, size=28)),
    ]
    return ft.Row(
        [ft.Column([muted(label, t, size=T12), value], spacing=S4) for label, value in figures],
        spacing=S24,
        run_spacing=S12,
        wrap=True,
    )


def _row(one: SiteRow, t: Tokens, words: Words) -> Row:
    cells: dict[str, str | ft.Control] = {
        "name": two_lines(one.name, _where(one, words), t),
        "power": big(*power(one.power_w), t, size=14),
        "use": _use(one, t, words),
        "cars": str(one.cars) if one.cars else muted("–", t),
        "waiting": text(str(one.waiting), t, bold=True) if one.waiting else muted("–", t),
        "state": _state(one, t, words),
    }
    return Row(one.location_id, f"site-{one.location_id}", cells, one.name)


def _card(sites: dict[str, SiteRow], t: Tokens, words: Words, row: Row) -> ft.Control:
    one = sites[row.id]
    return ft.Column(
        [
            ft.Row(
                [
                    ft.Container(two_lines(one.name, _where(one, words), t), expand=True),
                    big(*power(one.power_w), t, size=16),
                ],
                spacing=S12,
            ),
            *([_use(one, t, words)] if one.limit_w else []),
            ft.Row([_state(one, t, words)], wrap=True),
        ],
        spacing=S8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _where(one: SiteRow, words: Words) -> str:
    stations = words("1 station") if one.stations == 1 else words("{n} stations").format(n=one.stations)
    silent = words("{n} silent").format(n=one.silent) if one.silent else ""
    return " · ".join(part for part in (one.city, stations, silent) if part)


def _use(one: SiteRow, t: Tokens, words: Words) -> ft.Control:
    """How much of what may come through the grid connection does."""
    if not one.limit_w:
        return muted("–", t)
    share = max(0.0, one.power_w / one.limit_w)
    limit = " ".join(power(one.limit_w))
    told = words("{percent} of {limit}").format(percent=percent(share), limit=limit)
    return ft.Semantics(
        label=told,
        content=ft.Column(
            [
                use_bar(share, t),
                muted(told, t, size=T12, no_wrap=True),
            ],
            spacing=S4,
            alignment=ft.MainAxisAlignment.CENTER,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _state(one: SiteRow, t: Tokens, words: Words) -> ft.Control:
    """The worst that is known of it, first."""
    if one.enabled is None:
        return badge(words("No power tree yet"), ft.Icons.ACCOUNT_TREE_OUTLINED, t.neutral)
    if not one.enabled:
        return badge(words("Not controlled"), ft.Icons.PAUSE_CIRCLE_OUTLINE_ROUNDED, t.warning)
    if one.warnings:
        told = words("1 warning") if one.warnings == 1 else words("{n} warnings").format(n=one.warnings)
        return badge(told, ft.Icons.WARNING_AMBER_ROUNDED, t.warning)
    if one.limited:
        return badge(words("Limited by the grid"), ft.Icons.BOLT_ROUNDED, t.info)
    return badge(words("Within its limits"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
