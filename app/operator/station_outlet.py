"""What a station doesn't tell of an outlet and drivers want to know: its plug, its power, its tariff."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.i18n import price
from app.operator import station_rules as rules
from app.operator.station_add import problem_note
from app.plugs import DC_PLUGS, plug
from app.theme import S4, S8, T12
from app.widgets import inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted
from shared.base import Page
from shared.money import TariffRow
from shared.stations import Connector, ConnectorChange, PowerType, StationForDriver, StationRow

USUAL = ("IEC_62196_T2", "IEC_62196_T2_COMBO", "CHADEMO", "DOMESTIC_F", "IEC_62196_T1", "IEC_62196_T1_COMBO", "TESLA_S")


@guarded
def EditOutlet(row: StationRow, connector: Connector, on_close: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    standard, set_standard = ft.use_state(connector.standard)
    kind, set_kind = ft.use_state(connector.power_type)
    kw, set_kw = ft.use_state(rules.kilowatts_written(connector.max_power_w))
    tariff, set_tariff = ft.use_state(connector.tariff_id or "")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    tariffs = use_load(lambda: app.api.get("/tariffs", Page[TariffRow], limit=200))

    async def save(watts: int) -> None:
        set_busy(True)
        offered = bool(tariffs.data and tariffs.data.items)
        wanted = ConnectorChange(
            standard=standard, power_type=kind, max_power_w=watts, tariff_id=tariff if offered else None
        )
        try:
            await app.api.patch(f"/connectors/{connector.id}", wanted, StationForDriver)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("Stored."))
        on_close()

    def submit() -> None:
        watts = rules.watts(kw)
        if watts is None:
            set_problem(words("The power is a number of kilowatts, such as 22 or 3.7."))
        else:
            app.run(save, watts)

    def choose_plug(name: str) -> None:
        set_standard(name)
        set_kind(PowerType.DC if name in DC_PLUGS else PowerType.AC)

    plugs = list(USUAL) if connector.standard in USUAL else [connector.standard, *USUAL]
    chips = [
        surfaces.chip(str(one), kind is one, t, partial(set_kind, one), identifier=f"outlet-{one}") for one in PowerType
    ]
    parts: list[ft.Control] = [
        inputs.choice(
            words("Plug"),
            standard,
            [(name, plug(name)) for name in plugs],
            t,
            choose_plug,
            identifier="outlet-plug",
        ),
        ft.Column(
            [muted(words("Current"), t, size=T12), ft.Row(list[ft.Control](chips), spacing=S8)],
            spacing=S4,
        ),
        inputs.field(
            words("Greatest power in kW"), kw, t, set_kw, identifier="outlet-power", autofocus=True, on_submit=submit
        ),
    ]
    if tariffs.data and tariffs.data.items:
        first = tariffs.data.items[0]
        options = [("", words("What applies at this place, else {name}").format(name=first.name))]
        options += [(one.id, f"{one.name} · {price(one.price)}") for one in tariffs.data.items]
        parts.append(inputs.choice(words("Tariff"), tariff, options, t, set_tariff, identifier="outlet-tariff"))
    elif tariffs.data is not None:
        parts.append(muted(words("There is no tariff: charging is free."), t, size=T12))
    elif tariffs.error is not None:
        parts.append(muted(words("The tariffs can't be read now; the connector keeps its own."), t, size=T12))
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Connector {label} of {name}").format(label=connector.label, name=rules.called(row)),
            parts,
            answers(t, on_close, words("Save"), submit, busy=busy),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
