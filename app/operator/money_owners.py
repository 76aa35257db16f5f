"""Owners of locations: what of a month is theirs, the sheet for them, and the terms."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.common.papers import download
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.tariff_rules import number
from app.theme import S4, S8, S12, S24, T12, T16, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.books import LocationOwner, LocationOwnerNew, OwnerStatement, OwnerStatements, OwnerStatementsNew
from shared.stations import LocationSummary

Words = Callable[[str], str]


@guarded
def Owners(period: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    nobody: LocationOwner | None = None
    editing, set_editing = ft.use_state(nobody)
    making, set_making = ft.use_state(False)
    loaded = use_load(lambda: app.api.get("/books/owners", OwnerStatements, period=period), [period, turn])

    def done() -> None:
        set_making(False)
        set_editing(None)
        set_turn(lambda n: n + 1)

    async def edit(owner_id: str) -> None:
        try:
            set_editing(await app.api.get(f"/owners/{owner_id}", LocationOwner))
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    async def save(one: OwnerStatement, kind: str) -> None:
        path = f"/owners/{one.owner_id}/settlement?period={period}&format={kind}&language={store.language}"
        await download(app, words, path, f"settlement-{period}-{one.owner}.{kind}")

    async def issue(one: OwnerStatement) -> None:
        try:
            await app.api.post(f"/owners/{one.owner_id}/statements", OwnerStatementsNew(period=period), OwnerStatements)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        done()

    def ask(one: OwnerStatement) -> None:
        confirm(
            app.page,
            t,
            head=words("Issue the statement for {name}?").format(name=one.owner),
            detail=words("It gets a number and never changes from then on. Corrections are in the next statement."),
            action=words("Issue"),
            on_confirm=lambda: app.run(issue, one),
            dangerous=False,
        )

    over = period < f"{i18n.local(datetime.now(UTC)):%Y-%m}"
    add = buttons.quiet(
        words("New owner"), t, lambda: set_making(True), icon=ft.Icons.ADD_BUSINESS_OUTLINED, identifier="new-owner"
    )
    found = loaded.data
    parts: list[ft.Control] = []
    if found is None:
        waiting = surfaces.skeleton_list(t, rows=2)
        parts.append(surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else waiting)
    elif not found.items:
        about = words("Where a location belongs to somebody else, their share of a month is reckoned here.")
        parts.append(surfaces.empty(ft.Icons.HANDSHAKE_OUTLINED, words("No owners yet"), about, t, add))
    else:
        parts.append(ft.Row([add]))
        for one in found.items:
            wanted = ask if over and not one.number else None
            parts.append(_card(one, t, words, partial(app.run, edit), partial(app.run, save), wanted))
    if making or editing is not None:
        parts.append(EditOwner(editing, done))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _card(
    one: OwnerStatement,
    t: Tokens,
    words: Words,
    edit: Callable[[str], Any],
    save: Callable[[OwnerStatement, str], Any],
    issue: Callable[[OwnerStatement], Any] | None,
) -> ft.Control:
    energy, unit = i18n.energy(one.energy_wh)
    places = ", ".join(row.location for row in one.locations) or words("Nothing was earned in this month.")
    about = f"{places} · {i18n.several(one.sessions, '1 session', '{n} sessions')} · {energy} {unit}"
    terms = words("{share} % of net").format(share=_plain(one.share))
    if one.session_fee:
        terms += " " + words("less {fee} a session").format(fee=i18n.amount(one.session_fee, one.currency))
    head = ft.Row(
        [
            ft.Column([text(one.owner, t, bold=True), muted(about, t, size=T12)], spacing=2, expand=True),
            ft.Semantics(
                identifier=f"payout-{one.owner}",
                content=text(i18n.amount(one.total, one.currency), t, size=T16, bold=True),
            ),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    sums = [("Net", one.net), ("Their share", one.part)]
    if one.fees:
        sums.append(("Fees", -one.fees))
    if one.vat:
        sums += [("Payout, net", one.payout), ("VAT", one.tax)]
    sums.append(("Stays with you", one.kept))
    if one.owed:
        sums.append(("Not paid by drivers", one.owed))
    figures = [
        ft.Column([muted(words(name), t, size=T12), text(i18n.amount(value, one.currency), t)], spacing=0, tight=True)
        for name, value in sums
    ]
    actions: list[ft.Control] = [
        buttons.quiet(
            "PDF", t, lambda: save(one, "pdf"), icon=ft.Icons.DOWNLOAD_ROUNDED, identifier=f"owner-pdf-{one.owner}"
        ),
        buttons.quiet("CSV", t, lambda: save(one, "csv"), icon=ft.Icons.DOWNLOAD_ROUNDED),
        buttons.quiet(
            words("Change"), t, lambda: edit(one.owner_id), icon=ft.Icons.EDIT_OUTLINED, identifier=f"edit-{one.owner}"
        ),
    ]
    if issue is not None:
        name = f"issue-{one.owner}"
        actions.insert(0, buttons.quiet(words("Issue"), t, partial(issue, one), identifier=name))
    if one.issued_at is not None:
        said = words("Issued as {number} on {date}").format(number=one.number, date=i18n.moment(one.issued_at))
        terms = f"{said} · {terms}"
    lines: list[ft.Control] = [
        head,
        muted(terms, t, size=T12),
        ft.Row(list[ft.Control](figures), spacing=S24, run_spacing=S8, wrap=True),
        ft.Row(actions, spacing=S8, wrap=True),
    ]
    column = ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(identifier=f"owner-{one.owner}", container=True, content=surfaces.card(column, t))


def _plain(value: Decimal) -> str:
    return i18n.number(value, 0 if value == int(value) else 2)


FIELDS = (
    ("name", "Name"),
    ("address", "Address"),
    ("tax_id", "VAT number"),
    ("bank", "Bank account"),
    ("share", "Share of the net earnings in percent"),
    ("session_fee", "Your fee for each session, net"),
    ("vat", "VAT on the payout in percent (0: none)"),
)
NUMBERS = ("share", "session_fee", "vat")
EMPTY = {"name": "", "address": "", "tax_id": "", "bank": "", "share": "90", "session_fee": "0", "vat": "0"}


@guarded
def EditOwner(known: LocationOwner | None, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    first = EMPTY if known is None else {name: _written(getattr(known, name)) for name, _ in FIELDS}
    fields, set_fields = ft.use_state(dict[str, str](first))
    chosen, set_chosen = ft.use_state(frozenset(place.id for place in known.locations) if known else frozenset[str]())
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    places = use_load(lambda: app.api.get("/locations", Page[LocationSummary], empty="true", limit=200))

    async def save(wanted: LocationOwnerNew) -> None:
        set_busy(True)
        set_trouble("")
        try:
            if known is None:
                await app.api.post("/owners", wanted, LocationOwner)
            else:
                await app.api.put(f"/owners/{known.id}", wanted, LocationOwner)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        values: dict[str, Any] = dict(fields)
        for name in NUMBERS:
            values[name] = number(fields[name])
            if values[name] is None:
                label = next(word for field, word in FIELDS if field == name)
                set_trouble(words("This is no number: {field}").format(field=words(label)))
                return
        if not fields["name"].strip():
            set_trouble(words("Give the owner a name."))
            return
        app.run(save, LocationOwnerNew(**values, locations=sorted(chosen)))

    async def remove(one: LocationOwner) -> None:
        try:
            await app.api.delete(f"/owners/{one.id}")
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))

    def ask(one: LocationOwner) -> None:
        confirm(
            app.page,
            t,
            head=words("Forget {name}?").format(name=one.name),
            detail=words("The locations stay. Months that are over are no longer reckoned for this owner."),
            action=words("Forget"),
            cancel=words("Cancel"),
            on_confirm=lambda: app.run(remove, one),
        )

    def put(name: str, value: str) -> None:
        set_fields({**fields, name: value})

    def toggle(place: str) -> None:
        set_chosen(chosen ^ {place})

    parts: list[ft.Control] = [
        inputs.field(words(word), fields[name], t, partial(put, name), identifier=f"owner-{name}")
        for name, word in FIELDS
    ]
    chips = [
        surfaces.chip(one.name, one.id in chosen, t, partial(toggle, one.id), identifier=f"owns-{one.name}")
        for one in (places.data.items if places.data else [])
    ]
    parts.append(
        ft.Column([muted(words("Locations"), t, size=T12), ft.Row(list[ft.Control](chips), spacing=S8, wrap=True)],
                  spacing=S4)
    )  # fmt: skip
    if known is not None:
        drop = buttons.quiet(words("Forget this owner"), t, partial(ask, known), identifier="owner-forget")
        parts.append(ft.Row([drop]))
    if trouble:
        parts.append(ft.Semantics(identifier="owner-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Edit {name}").format(name=known.name) if known else words("New owner"),
            parts,
            answers(t, on_done, words("Save"), submit, busy=busy),
            on_done,
        )
    )
    return ft.Container(width=0, height=0)


def _written(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
