"""The operator's tariffs: what is in use, and an editor that prices sample sessions as one types."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.errors import ApiError
from app.hooks import NOTHING, use_app, use_load, use_settled, use_store, use_tokens, use_words
from app.operator import station_rules
from app.operator import tariff_rules as rules
from app.operator import tariff_where as where
from app.theme import S4, S8, S12, T12, T16, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted, text
from shared.base import Page
from shared.money import TariffRow
from shared.tariffs import SampleSession, TariffDetail, TariffNew, TariffPreview, TariffQuote, TariffRule

Words = Callable[[str], str]
LABELS = {
    "energy": "For each kWh",
    "time": "For each hour of charging",
    "parking": "For each hour after charging",
    "flat": "Once a session",
    "vat": "VAT in percent",
    "grace": "Free minutes after charging",
    "cap": "After charging at most",
    "least": "A session costs at least",
    "most": "A session costs at most",
    "night": "For each kWh at other hours",
    "night_from": "From, such as 22:00",
    "night_to": "Until, such as 06:00",
    "reserved": "Reserving, for each hour",
    "unused": "A reservation nobody uses",
}
SAMPLES = {
    "quick": "Fast charging at noon",
    "evening": "A stop in the evening",
    "overnight": "Over night",
    "unused": "Reserved, and nobody came",
}
KINDS = {
    "energy": "Energy",
    "time": "Charging time",
    "parking": "Time after charging",
    "flat": "Session fee",
    "minimum": "Up to the minimum price",
    "maximum": "Down to the maximum price",
    "reservation_expired": "Reservation not used",
    "reservation_expired_flat": "Fee for a reservation not used",
}
PARTS = (
    ("Energy", ("energy", "night", "night_from", "night_to")),
    ("Time after charging", ("parking", "grace", "cap")),
    ("The whole session", ("flat", "time", "least", "most", "vat")),
)
"""How the form is read: what belongs together stands together."""
UNITS = {"energy": "{currency}/kWh", "night": "{currency}/kWh", "time": "{currency}/h", "parking": "{currency}/h",
         "vat": "%", "grace": "min"}  # fmt: skip
PLAIN = ("night_from", "night_to")
PRICES = ("energy", "night", "time", "parking", "flat", "least", "most")
"""They are typed without VAT; what drivers see is said below them."""
NEW = "new"
START = {"energy": "0.40", "vat": "19"}


@guarded
def TariffsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    editing = station_rules.asked(store.route).get("edit", "")  # in the address: the way back leads to the list
    turn, set_turn = ft.use_state(0)
    loaded = use_load(lambda: app.api.get("/tariffs", Page[TariffRow], limit=200), [turn])
    rules_ = use_load(lambda: app.api.get("/tariff-rules", Page[TariffRule], limit=200), [turn])

    async def retire(one: TariffRow) -> None:
        try:
            await app.api.delete(f"/tariffs/{one.id}")
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def ask(one: TariffRow) -> None:
        confirm(
            app.page,
            t,
            head=words("Retire the tariff {name}?").format(name=one.name),
            detail=words("Its connectors take the first tariff of the list. Sessions that run keep it."),
            action=words("Retire"),
            cancel=words("Cancel"),
            on_confirm=lambda: app.run(retire, one),
        )

    def edit(tariff_id: str) -> None:
        app.go(station_rules.address("/tariffs", edit=tariff_id))

    def done() -> None:
        app.go("/tariffs")
        set_turn(lambda n: n + 1)

    general = loaded.data.items[0].id if loaded.data and loaded.data.items else ""
    if editing:
        known = "" if editing == NEW else editing
        body: list[ft.Control] = [TariffEditor(known, done, first=editing == general, key=editing)]
        head = words("New tariff") if editing == NEW else words("Tariff")
        return surfaces.page_body(body, t, head=head, phone=store.phone, back=done)
    parts: list[ft.Control] = []
    if loaded.data is None:
        waiting = surfaces.skeleton_list(t, rows=3)
        parts.append(surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else waiting)
    elif not loaded.data.items:
        about = words("Charging is free until there is one.")
        parts.append(surfaces.empty(ft.Icons.SELL_OUTLINED, words("No tariff yet"), about, t))
    else:
        applied = rules_.data.items if rules_.data else []
        every = loaded.data.items
        drops = {one.id: _drop(one, ask, t, words) for one in every}
        notes = {one.id: where.summary(one, applied, words) for one in every}
        first = every[0].id
        notes[first] = " · ".join(x for x in (words("Holds where nothing else is said"), notes[first]) if x)
        parts.append(
            table(
                _columns(words),
                [_row(one, notes[one.id], drops[one.id], t, words) for one in every],
                t,
                on_open=lambda row: edit(row.id),
                phone=store.phone,
                width=store.inside,
                card=lambda row: _card(next(one for one in every if one.id == row.id), notes, drops, t, words),
            )
        )
    add = buttons.primary(words("New tariff"), t, lambda: edit(NEW), icon=ft.Icons.ADD_ROUNDED, identifier="new-tariff")
    return surfaces.page_body(
        parts,
        t,
        head=words("Tariffs"),
        phone=store.phone,
        back=lambda: app.go("/settings"),
        trailing=[add],
    )


def _columns(words: Words) -> list[Column]:
    return [
        Column("name", words("Name"), weight=3),
        Column("energy", words("For each kWh"), width=110, numeric=True),
        Column("flat", words("Once a session"), width=120, numeric=True, from_width=700),
        Column("time", words("Each hour"), width=110, numeric=True, from_width=980),
        Column("parking", words("Each hour after"), width=130, numeric=True, from_width=860),
        Column("where", words("Where it applies"), weight=4, from_width=620),
        Column("drop", "", width=48),
    ]


def _row(one: TariffRow, about: str, drop: ft.Control, t: Tokens, words: Words) -> Row:
    price = one.price

    def shown(amount: Decimal | None) -> str | ft.Control:
        return i18n.amount(amount, price.currency) if amount else muted("–", t)

    cells: dict[str, str | ft.Control] = {
        "name": two_lines(one.name, words(price.text) if price.text else "", t),
        "energy": shown(price.energy),
        "flat": shown(price.flat),
        "time": shown(price.time),
        "parking": shown(price.parking),
        "where": muted(about, t, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
        "drop": drop,
    }
    return Row(one.id, f"edit-{one.name}", cells, one.name)


def _card(one: TariffRow, about: dict[str, str], drops: dict[str, ft.Control], t: Tokens, words: Words) -> ft.Control:
    lines: list[ft.Control] = [
        text(one.name, t, bold=True, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
        muted(i18n.price(one.price), t),
    ]
    facts = " · ".join(part for part in (words(one.price.text) if one.price.text else "", about[one.id]) if part)
    if facts:
        lines.append(muted(facts, t, size=T12))
    return ft.Row([ft.Column(lines, spacing=2, expand=True), drops[one.id]], spacing=S8)


def _drop(one: TariffRow, retire: Callable[[TariffRow], Any], t: Tokens, words: Words) -> ft.Control:
    label = words("Retire {name}").format(name=one.name)
    return buttons.icon_button(ft.Icons.DELETE_OUTLINE_ROUNDED, label, t, partial(retire, one), color=t.muted)


@guarded
def TariffEditor(tariff_id: str, on_done: Callable[[], Any], first: bool = False) -> ft.Control:  # a component
    """`first`: of the list, the one that holds where nothing else is said."""
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state("")
    fields, set_fields = ft.use_state(dict[str, str](START))
    raw, set_raw = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    ready, set_ready = ft.use_state(not tariff_id)
    failed, set_failed = ft.use_state(NOTHING)
    currency, set_currency = ft.use_state(app.brand.currency)

    async def load() -> None:
        set_failed(None)
        try:
            found = await app.api.get(f"/tariffs/{tariff_id}", TariffDetail)
        except ApiError as error:
            set_failed(error)
            return
        set_name(found.name)
        set_currency(rules.currency_of(found.definition))
        form = rules.form_of(found.definition)
        if form is None:
            set_raw(rules.written(found.definition))
        else:
            set_fields(form)
        set_ready(True)

    ft.use_effect(lambda: app.run(load) if tariff_id else None, [tariff_id])
    meant = rules.read(raw) if raw else rules.definition(fields, currency)
    settled = use_settled(json.dumps(meant))

    async def price() -> TariffQuote:
        wanted = json.loads(settled) or {}
        return await app.api.post("/tariffs/preview", TariffPreview(definition=wanted), TariffQuote)

    quote = use_load(price, [settled])

    async def save() -> None:
        set_busy(True)
        set_trouble("")
        new = TariffNew(name=name.strip(), definition=meant or {})
        try:
            if tariff_id:
                await app.api.put(f"/tariffs/{tariff_id}", new, TariffDetail)
            else:
                await app.api.post("/tariffs", new, TariffDetail)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        wrong = [] if raw else rules.wrong_fields(fields)
        if not name.strip():
            set_trouble(words("Give the tariff a name."))
        elif wrong and rules.number(fields[wrong[0]]) is not None:
            most = rules.MOST_GRACE
            set_trouble(words("Free minutes are a whole number from 0 to {most}.").format(most=most))
        elif wrong:
            set_trouble(words("This is no number: {field}").format(field=words(LABELS[wrong[0]])))
        elif meant is None:
            set_trouble(words("This is no JSON object."))
        else:
            app.run(save)

    if failed:
        return surfaces.failed(failed, t, lambda: app.run(load))
    if not ready:
        return surfaces.skeleton(t, height=200)

    def typed(field: str, value: str) -> None:
        set_fields({**fields, field: value})

    entries: list[ft.Control] = [inputs.field(words("Name"), name, t, set_name, identifier="tariff-name")]
    if raw:
        entries.append(
            inputs.field(words("In the form of OCPI 2.2.1"), raw, t, set_raw, multiline=True, identifier="tariff-json")
        )
    else:
        entries.append(muted(words("Prices are without VAT."), t, size=T12))
        placed = [field for _, fields_ in PARTS for field in fields_]
        others = tuple(field for field in LABELS if field not in placed)
        for head, those in (*PARTS, *([("Reserving", others)] if others else [])):
            grid = [_entry(field, fields, typed, currency, t, words) for field in those]
            entries.append(text(words(head), t, bold=True))
            entries.append(ft.ResponsiveRow(grid, spacing=S12, run_spacing=S12))
        as_json = buttons.quiet(
            words("More, in the form of OCPI"),
            t,
            lambda: set_raw(rules.written(rules.definition(fields, currency))),
            identifier="tariff-as-json",
        )
        entries.append(ft.Row([as_json]))
    if trouble:
        entries.append(ft.Semantics(identifier="tariff-problem", content=text(trouble, t, color=t.danger.ink)))
    entries.append(ft.Row([buttons.primary(words("Save"), t, submit, busy=busy, identifier="save-tariff")]))
    form = surfaces.section(
        words("Prices"), ft.Column(entries, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t
    )
    shown: ft.Control = surfaces.section(words("What sessions would cost"), _quote(quote, t, words), t)
    if tariff_id:
        stretch = ft.CrossAxisAlignment.STRETCH
        shown = ft.Column([shown, where.WhereItApplies(tariff_id, first)], spacing=S12, horizontal_alignment=stretch)
    columns: list[ft.Control] = [
        ft.Container(form, col={"xs": 12, "lg": 7}),
        ft.Container(shown, col={"xs": 12, "lg": 5}),
    ]
    return ft.ResponsiveRow(columns, spacing=S12, run_spacing=S12)


def _entry(
    field: str, fields: dict[str, str], typed: Callable[[str, str], Any], currency: str, t: Tokens, words: Words
) -> ft.Control:
    value = fields.get(field, "")
    unit = UNITS.get(field, "" if field in PLAIN else "{currency}").format(currency=i18n.symbol(currency))
    net, vat = rules.number(value), rules.number(fields.get("vat", "") or "0")
    helper = ""
    if field in PRICES and net and vat:
        helper = words("{amount} with VAT").format(amount=i18n.amount(net * (1 + vat / 100), currency))
    box = inputs.field(
        words(LABELS[field]), value, t, partial(typed, field), identifier=f"tariff-{field}", unit=unit, helper=helper
    )
    return ft.Container(box, col={"xs": 12, "md": 6})


def _quote(quote: Any, t: Tokens, words: Words) -> ft.Control:
    if quote.data is None:
        return surfaces.failed(quote.error, t, quote.reload) if quote.error else surfaces.skeleton(t, height=120)
    found: TariffQuote = quote.data
    if found.problems:
        # Each is `path: words`.
        said = [(path, words(why)) for path, _, why in (one.partition(": ") for one in found.problems)]
        lines: list[ft.Control] = [text(": ".join(filter(None, one)), t, color=t.danger.ink) for one in said]
        return ft.Semantics(identifier="quote-problems", content=ft.Column(lines, spacing=S4))
    return ft.Column([_sample(one, t, words) for one in found.samples], spacing=S12)


def _sample(one: SampleSession, t: Tokens, words: Words) -> ft.Control:
    charging, parking, kept = (
        i18n.duration(timedelta(minutes=minutes))
        for minutes in (one.charging_minutes, one.parking_minutes, one.reserved_minutes)
    )
    facts = words("{kwh} kWh in {charging}, then {parking} connected, from {begins}").format(
        kwh=one.energy_kwh, charging=charging, parking=parking, begins=one.begins
    )
    if one.reserved_minutes:
        facts = words("Kept for {span}, from {begins}").format(span=kept, begins=one.begins)
    total = ft.Semantics(
        identifier=f"quote-{one.kind}",
        content=text(i18n.money(one.total_incl), t, size=T16, bold=True),
    )
    head = ft.Row([ft.Container(text(words(SAMPLES[one.kind]), t, bold=True), expand=True), total])
    rows: list[ft.Control] = [head, muted(facts, t, size=T12)]
    for line in one.lines:
        amount = i18n.amount(line.amount_incl, one.total_incl.currency)
        label = words(KINDS.get(line.kind, line.kind))
        rows.append(ft.Row([ft.Container(muted(label, t, size=T12), expand=True), muted(amount, t, size=T12)]))
    return ft.Column(rows, spacing=2)
