"""The locations, those without a station too: how many stations stand at each, and what drivers read of it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import several
from app.operator import place_rules as rules
from app.operator.place_form import use_fields
from app.operator.station_add import problem_note
from app.operator.tariff_where import PricesHere
from app.theme import S8, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted
from shared.base import Page
from shared.stations import LocationDetail, LocationSummary, StationRow

Words = Callable[[str], str]


@guarded
def LocationsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    stations = use_live("stations", list[StationRow], merge=True)
    # Read anew when a station moves or a place gets another name, not with each car that comes and goes.
    where = tuple(sorted((one.id, one.location_id or "", one.location) for one in stations.data or []))

    async def load() -> list[LocationSummary]:
        return (await app.api.get("/locations", Page[LocationSummary], empty="true", limit=200)).items

    loaded = use_load(load, [where])
    making, set_making = ft.use_state(False)
    nothing: tuple[LocationDetail | None, int] = (None, 0)
    opened, set_opened = ft.use_state(nothing)  # the location that is edited, and how many stations stand there

    async def show(row: LocationSummary) -> None:
        try:
            set_opened((await app.api.get(f"/locations/{row.id}", LocationDetail), row.stations or 0))
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def to_energy(location_id: str) -> None:
        app.go(f"/locations/{location_id}/energy")

    def done() -> None:
        set_making(False)
        set_opened(nothing)
        loaded.reload()

    places = loaded.data
    add = buttons.primary(
        words("New location"),
        t,
        lambda: set_making(True),
        icon=ft.Icons.ADD_LOCATION_ALT_OUTLINED,
        identifier="add-location",
    )
    if loaded.error is not None and places is None:
        main: ft.Control = surfaces.failed(loaded.error, t, loaded.reload)
    elif places is None:
        main = surfaces.skeleton_list(t, rows=5, height=52)
    elif not places:
        main = surfaces.empty(
            ft.Icons.ADD_LOCATION_ALT_OUTLINED,
            words("No locations yet"),
            words("A location is where stations stand: its address, and its place on the drivers' map."),
            t,
            buttons.primary(words("New location"), t, lambda: set_making(True), identifier="add-first-location"),
        )
    else:
        known = {one.id: one for one in places}
        main = table(
            [
                Column("name", words("Location"), weight=5),
                Column("stations", words("Stations"), width=120, numeric=True),
                Column("connectors", words("Connectors"), width=120, numeric=True, from_width=620),
                Column("seen", words("For drivers"), width=250, from_width=760),
                Column("energy", words("Energy"), width=64),
            ],
            [_row(one, t, words, to_energy) for one in places],
            t,
            on_open=lambda row: app.run(show, known[row.id]),
            phone=store.phone,
            width=store.inside,
            card=lambda row: _card(known[row.id], t, words, to_energy),
        )
    parts = [main]
    if making:
        parts.append(EditPlace(None, 0, done, lambda: set_making(False)))
    if opened[0] is not None:
        parts.append(EditPlace(opened[0], opened[1], done, lambda: set_opened(nothing), key=opened[0].id))
    return surfaces.page_body(
        parts,
        t,
        head=words("Locations"),
        phone=store.phone,
        back=lambda: app.go("/stations"),
        trailing=[add] if places else [],
    )


def _row(one: LocationSummary, t: Tokens, words: Words, to_energy: Callable[[str], Any]) -> Row:
    cells: dict[str, str | ft.Control] = {
        "name": two_lines(one.name, _where(one), t),
        "stations": str(one.stations or 0),
        "connectors": str(one.availability.total) if one.availability.total else muted("–", t),
        "seen": _seen(one, t, words),
        "energy": _energy(one, t, words, to_energy),
    }
    return Row(one.id, f"location-{one.id}", cells, one.name)


def _card(one: LocationSummary, t: Tokens, words: Words, to_energy: Callable[[str], Any]) -> ft.Control:
    return ft.Column(
        [
            two_lines(one.name, _where(one), t),
            muted(several(one.stations or 0, "1 station", "{n} stations"), t, size=T12),
            ft.Row([ft.Container(_seen(one, t, words), expand=True), _energy(one, t, words, to_energy)]),
        ],
        spacing=S8,
    )


def _energy(one: LocationSummary, t: Tokens, words: Words, to_energy: Callable[[str], Any]) -> ft.Control:
    label = words("Energy: {name}").format(name=one.name)
    go = partial(to_energy, one.id)
    return buttons.icon_button(ft.Icons.ACCOUNT_TREE_OUTLINED, label, t, go, identifier=f"energy-{one.id}")


def _where(one: LocationSummary) -> str:
    return ", ".join(part for part in (one.address, one.city) if part)


def _seen(one: LocationSummary, t: Tokens, words: Words) -> ft.Control:
    """Whether drivers find it: not before a station that is accepted has told of a connector."""
    found = one.availability.total > 0
    return ft.Row(
        [
            ft.Icon(
                ft.Icons.VISIBILITY_OUTLINED if found else ft.Icons.VISIBILITY_OFF_OUTLINED,
                size=16,
                color=t.good.ink if found else t.muted,
            ),
            muted(
                words("On the drivers' map") if found else words("Not yet on the drivers' map"),
                t,
                size=T12,
                no_wrap=True,
            ),
        ],
        spacing=S8,
        tight=True,
    )


@guarded
def EditPlace(
    known: LocationDetail | None, stations: int, on_done: Callable[[], Any], on_close: Callable[[], Any]
) -> ft.Control:  # a component
    """A new location, or what is known of one. Without stations it can be deleted."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    near = (known.latitude, known.longitude) if known else None
    fields = use_fields(rules.draft_of(known) if known else rules.empty_draft(app.brand), near, description=True)
    key = ft.use_memo(lambda: uuid4().hex, [])
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        if missing := rules.problem(fields.draft):
            set_problem(words(missing))
            return
        set_busy(True)
        set_problem("")
        try:
            if known is None:
                await app.api.post("/locations", rules.new(fields.draft), LocationDetail, key=key)
            else:
                await app.api.patch(f"/locations/{known.id}", rules.change(fields.draft), LocationDetail)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("Stored."))
        on_done()

    async def remove(place: LocationDetail) -> None:
        try:
            await app.api.delete(f"/locations/{place.id}")
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            return
        app.toast(words("{name} is deleted.").format(name=place.name))
        on_done()

    def ask(place: LocationDetail) -> None:
        confirm(
            app.page,
            t,
            head=words("Delete {name}?").format(name=place.name),
            detail=words("No station stands there. Past sessions and receipts keep its name."),
            action=words("Delete"),
            on_confirm=lambda: app.run(remove, place),
        )

    parts = list(fields.parts)
    if known is not None:
        parts.append(PricesHere(location_id=known.id, framed=False))
        parts.append(
            muted(words("It can be deleted once no station stands here any more."), t, size=T12)
            if stations
            else buttons.quiet(
                words("Delete this location"),
                t,
                partial(ask, known),
                icon=ft.Icons.DELETE_OUTLINE_ROUNDED,
                identifier="location-delete",
            )
        )
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Edit {name}").format(name=known.name) if known else words("New location"),
            parts,
            answers(t, on_close, words("Save"), lambda: app.run(save), busy=busy),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
