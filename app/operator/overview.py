"""What an operator sees at 7 a.m.: what needs somebody, then what the network does."""

import flet as ft

from app.hooks import use_live, use_store, use_tokens
from app.i18n import energy, money, power
from app.theme import S16
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, number
from shared.operations import Overview


@guarded
def OverviewPage() -> ft.Control:  # a component
    store, t = use_store(), use_tokens()
    loaded = use_live("overview", Overview)
    if loaded.error:
        return surfaces.failed(loaded.error, t)
    if loaded.data is None:
        return surfaces.page_body([surfaces.skeleton_list(t)], t, head="Overview", phone=store.phone)
    found = loaded.data

    def metric(label: str, value: tuple[str, str]) -> ft.Control:
        return surfaces.card(ft.Column([muted(label, t), number(*value, t, size=28)], spacing=4), t, expand=True)

    return surfaces.page_body(
        [
            ft.Row(
                [
                    metric("Power now", power(found.power_w)),
                    metric("Energy today", energy(found.energy_today_wh)),
                    metric("Revenue today", (money(found.revenue_today), "")),
                ],
                spacing=S16,
            )
        ],
        t,
        head="Overview",
        phone=store.phone,
    )
