"""Where a tariff applies: the rules of one tariff in its editor, and what charging costs at one place."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.accounts import DriverGroup
from shared.base import Page
from shared.money import TariffRow
from shared.stations import LocationSummary, StationRow
from shared.tariffs import PlacePrices, TariffRule, TariffRuleNew

Words = Callable[[str], str]
SCOPES = (("everywhere", "Everywhere"), ("location", "A location"), ("station", "A station"))
MOST = 200


def day(typed: str) -> date | None:
    """`2026-12-31` and `31.12.2026`; None for no day. Raises ValueError for what is none."""
    clean = typed.strip()
    if not clean:
        return None
    if "." in clean:
        parts = [int(part) for part in clean.split(".")]
        if len(parts) != 3:
            raise ValueError(clean)
        return date(parts[2], parts[1], parts[0])
    return date.fromisoformat(clean)


def written(value: date) -> str:
    return f"{i18n.day_of(value)} {value.year}"


def place_of(one: TariffRule, words: Words) -> str:
    return one.station or one.location or words("Everywhere")


def facts(one: TariffRule, words: Words) -> str:
    """For whom and how long."""
    found = [words("only for {group}").format(group=one.group) if one.group else words("for everybody")]
    if one.valid_from:
        found.append(words("from {day}").format(day=written(one.valid_from)))
    if one.valid_to:
        found.append(words("until {day}").format(day=written(one.valid_to)))
    return " · ".join(found)


def state_of(one: TariffRule, t: Tokens, words: Words) -> list[ft.Control]:
    if one.state == "later":
        return [badge(words("Later"), ft.Icons.SCHEDULE_ROUNDED, t.violet)]
    if one.state == "over":
        return [badge(words("Over"), ft.Icons.HISTORY_ROUNDED, t.neutral)]
    return []


@guarded
def WhereItApplies(tariff_id: str, first: bool = False) -> ft.Control:  # a component
    """The rules of one tariff, to add to and to take away."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    adding, set_adding = ft.use_state(False)
    turn, set_turn = ft.use_state(0)
    loaded = use_load(
        lambda: app.api.get("/tariff-rules", Page[TariffRule], tariff_id=tariff_id, limit=MOST), [tariff_id, turn]
    )

    async def remove(one: TariffRule) -> None:
        try:
            await app.api.delete(f"/tariff-rules/{one.id}")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_turn(lambda n: n + 1)

    def done() -> None:
        set_adding(False)
        set_turn(lambda n: n + 1)

    parts: list[ft.Control] = []
    if loaded.data is None:
        parts.append(surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t))
    elif not loaded.data.items:
        told = "Nowhere by itself: connectors can choose it, or add a place here."
        parts.append(muted(words("It holds where nothing else is said." if first else told), t, size=T12))
    else:
        for place, one in enumerate(loaded.data.items):
            if place:
                parts.append(surfaces.divider(t))
            parts.append(_rule(one, t, words, lambda one: app.run(remove, one)))
    parts.append(
        muted(words("The most specific one wins: a driver's group, then station, location, everywhere."), t, size=T12)
    )
    add = buttons.quiet(
        words("Add"), t, lambda: set_adding(True), icon=ft.Icons.ADD_ROUNDED, identifier="add-tariff-rule"
    )
    if adding:
        parts.append(AddRule(tariff_id, done, lambda: set_adding(False)))
    column = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Where it applies"), column, t, trailing=add)


def _rule(one: TariffRule, t: Tokens, words: Words, remove: Callable[[TariffRule], Any]) -> ft.Control:
    name = place_of(one, words)
    told = ft.Column([text(name, t, bold=True), muted(facts(one, words), t, size=T12)], spacing=2, expand=True)
    drop = buttons.icon_button(
        ft.Icons.DELETE_OUTLINE_ROUNDED,
        words("Remove {name}").format(name=name),
        t,
        partial(remove, one),
        identifier=f"remove-rule-{one.id}",
    )
    return ft.Semantics(
        identifier=f"rule-{one.id}", container=True, content=ft.Row([told, *state_of(one, t, words), drop], spacing=S8)
    )


@guarded
def AddRule(tariff_id: str, on_done: Callable[[], Any], on_close: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    scope, set_scope = ft.use_state("everywhere")
    location, set_location = ft.use_state("")
    station, set_station = ft.use_state("")
    group, set_group = ft.use_state("")
    first, set_first = ft.use_state("")
    last, set_last = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    groups = use_load(lambda: app.api.get("/driver-groups", Page[DriverGroup], limit=MOST))
    locations = use_load(lambda: app.api.get("/locations", Page[LocationSummary], empty="true", limit=MOST))
    stations = use_load(lambda: app.api.get("/stations", Page[StationRow], limit=MOST))

    async def send(wanted: TariffRuleNew) -> None:
        set_busy(True)
        set_trouble("")
        try:
            await app.api.post("/tariff-rules", wanted, TariffRule)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        try:
            begins, ends = day(first), day(last)
        except ValueError:
            set_trouble(words("A day is written as 2026-12-31 or 31.12.2026."))
            return
        if (scope == "location" and not location) or (scope == "station" and not station):
            set_trouble(words("Choose the place."))
            return
        wanted = TariffRuleNew(
            tariff_id=tariff_id,
            location_id=location if scope == "location" else None,
            station_id=station if scope == "station" else None,
            group_id=group or None,
            valid_from=begins,
            valid_to=ends,
        )
        app.run(send, wanted)

    chips = [
        surfaces.chip(words(word), scope == name, t, partial(set_scope, name), identifier=f"scope-{name}")
        for name, word in SCOPES
    ]
    parts: list[ft.Control] = [ft.Row(list[ft.Control](chips), spacing=S8, wrap=True)]
    if scope == "location":
        options = [(one.id, one.name) for one in (locations.data.items if locations.data else [])]
        parts.append(inputs.choice(words("Location"), location, options, t, set_location, identifier="rule-location"))
    if scope == "station":
        options = [(one.id, _called(one)) for one in (stations.data.items if stations.data else [])]
        parts.append(inputs.choice(words("Station"), station, options, t, set_station, identifier="rule-station"))
    if groups.data and groups.data.items:
        options = [("", words("Everybody")), *((one.id, one.name) for one in groups.data.items)]
        parts.append(inputs.choice(words("Drivers"), group, options, t, set_group, identifier="rule-group"))
    parts += [
        inputs.field(words("First day (empty: at once)"), first, t, set_first, identifier="rule-from"),
        inputs.field(words("Last day (empty: for good)"), last, t, set_last, identifier="rule-to"),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="rule-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Where it applies"),
            parts,
            answers(t, on_close, words("Add"), submit, busy=busy),
            on_close,
        )
    )
    return ft.Container(width=0, height=0)


def _called(one: StationRow) -> str:
    return f"{one.name} · {one.identity}" if one.name else one.identity


@guarded
def PricesHere(*, station_id: str = "", location_id: str = "", framed: bool = True) -> ft.Control:  # a component
    """What charging costs at a place and why; what wins stands first."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    asked = {"station_id": station_id} if station_id else {"location_id": location_id}
    loaded = use_load(lambda: app.api.get("/tariff-rules/at", PlacePrices, **asked), [station_id, location_id])
    found = loaded.data
    parts: list[ft.Control] = []
    if found is None:
        parts.append(surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t))
    else:
        own = found.own_tariffs
        if own:
            told = (
                words("1 connector has a tariff of its own: it comes first.")
                if own == 1
                else words("{n} connectors have a tariff of their own: it comes first.").format(n=own)
            )
            parts.append(muted(told, t, size=T12))
        for one in found.rules:
            about = f"{place_of(one, words)} · {facts(one, words)}"
            parts.append(_line(one.tariff, i18n.price(one.price), about, state_of(one, t, words), t))
        if found.general is not None:
            about = words("The first tariff of the list, where nothing else is said")
            parts.append(_line(found.general.name, i18n.price(found.general.price), about, [], t))
        elif not found.rules and not own:
            parts.append(muted(words("There is no tariff: charging is free."), t, size=T12))
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    body = ft.Semantics(identifier="prices-here", container=True, content=column)
    if not framed:
        return ft.Column([text(words("Prices"), t, bold=True), body], spacing=S8)
    change = buttons.quiet(words("Tariffs"), t, lambda: app.go("/tariffs"), identifier="prices-tariffs")
    return surfaces.section(words("Prices"), body, t, trailing=change)


def _line(name: str, price: str, about: str, signs: list[ft.Control], t: Tokens) -> ft.Control:
    top = ft.Row([text(name, t, bold=True, expand=True), *signs, text(price, t)], spacing=S8)
    return ft.Column([top, muted(about, t, size=T12)], spacing=S4)


def summary(name: TariffRow, rules: list[TariffRule], words: Words) -> str:
    """`HafenCity, Altona and 2 more places`: for the list of tariffs."""
    places = list(dict.fromkeys(place_of(one, words) for one in rules if one.tariff_id == name.id))
    if not places:
        return ""
    shown = ", ".join(places[:2])
    more = len(places) - 2
    return words("{places} and {n} more").format(places=shown, n=more) if more > 0 else shown
