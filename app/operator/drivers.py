"""Drivers: who they are, the group whose prices they pay, and credit as a present."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_pages, use_settled, use_store, use_tokens, use_words
from app.operator.money_payment import amount_of
from app.theme import S8, T12, Tokens
from app.widgets import buttons, inputs, lists, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.status import badge
from app.widgets.tables import Column, Row, table, two_lines
from app.widgets.text import muted
from shared.accounts import Driver, DriverChange, DriverGroup, DriverGroupNew
from shared.base import Page
from shared.payments import PromoCredit, Wallet

Words = Callable[[str], str]
AT_ONCE = 50


@guarded
def DriversPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    chosen, set_chosen = ft.use_state("")
    search, set_search = ft.use_state("")
    turn, set_turn = ft.use_state(0)
    nobody: Driver | None = None
    crediting, set_crediting = ft.use_state(nobody)
    moving, set_moving = ft.use_state(nobody)
    nothing: DriverGroup | None = None
    naming, set_naming = ft.use_state(nothing)
    making, set_making = ft.use_state(False)
    wanted = use_settled(search)
    groups = use_load(lambda: app.api.get("/driver-groups", Page[DriverGroup], limit=200), [turn])

    async def load(cursor: str | None) -> Page[Driver]:
        return await app.api.get(
            "/drivers", Page[Driver], group_id=chosen or None, search=wanted.strip(), cursor=cursor, limit=AT_ONCE
        )

    people = use_pages(load, [chosen, wanted, turn])

    def done() -> None:
        set_making(False)
        set_naming(None)
        set_moving(None)
        set_crediting(None)
        set_turn(lambda n: n + 1)

    async def dissolve(one: DriverGroup) -> None:
        try:
            await app.api.delete(f"/driver-groups/{one.id}")
            set_chosen("")
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        done()

    def ask(one: DriverGroup) -> None:
        confirm(
            app.page,
            t,
            head=words("Dissolve {name}?").format(name=one.name),
            detail=words("Its drivers stay and pay what everybody pays. Tariffs that apply for it apply to nobody."),
            action=words("Dissolve"),
            cancel=words("Cancel"),
            on_confirm=lambda: app.run(dissolve, one),
        )

    known = groups.data.items if groups.data else []
    chips: list[ft.Control] = [
        surfaces.chip(words("All"), not chosen, t, lambda: set_chosen(""), identifier="group-all"),
        *(
            surfaces.chip(
                f"{one.name} ({one.drivers})",
                chosen == one.id,
                t,
                partial(set_chosen, one.id),
                identifier=f"group-{one.name}",
            )
            for one in known
        ),
    ]
    parts: list[ft.Control] = [
        lists.tools(inputs.search(search, words("Search name or e-mail"), t, set_search), chips, phone=store.phone),
        muted(words("A tariff can apply for a group only: a fleet, the staff, the tenants of a house."), t, size=T12),
    ]
    here = next((one for one in known if one.id == chosen), None)
    if here is not None:
        parts.append(_group(here, t, words, set_naming, ask, app.go))
    if people.items is None:
        waiting = surfaces.skeleton_list(t, rows=4)
        parts.append(surfaces.failed(people.error, t, people.reload) if people.error else waiting)
    elif not people.items:
        about = words("Drivers appear here once they made an account in the app.")
        if here is not None:
            about = words("Choose All, then put drivers into this group.")
        parts.append(surfaces.empty(ft.Icons.GROUP_OUTLINED, words("Nobody is found"), about, t))
    else:
        known_people = {one.email: one for one in people.items}
        more = (words("Loading …") if people.busy else words("Show more"), people.more) if people.more else None
        parts.append(
            table(
                [
                    Column("name", words("Name"), weight=4),
                    Column("group", words("Group"), weight=2),
                    Column("since", words("Since"), width=120, from_width=860),
                    Column("actions", "", width=250),
                ],
                [
                    _row(one, _actions(one, t, words, set_moving, set_crediting, buttons.plain), t, words)
                    for one in people.items
                ],
                t,
                phone=store.phone,
                width=store.inside,
                card=lambda row: _card(
                    known_people[row.id],
                    _actions(known_people[row.id], t, words, set_moving, set_crediting, buttons.quiet),
                    t,
                    words,
                ),
                more=more,
            )
        )
    if making or naming is not None:
        parts.append(NameGroup(naming, done))
    if moving is not None:
        parts.append(MoveDriver(moving, known, done))
    if crediting is not None:
        parts.append(GiveCredit(crediting, done))
    add = buttons.primary(
        words("New group"), t, lambda: set_making(True), icon=ft.Icons.GROUP_ADD_OUTLINED, identifier="new-group"
    )
    return surfaces.page_body(
        parts,
        t,
        head=words("Drivers"),
        phone=store.phone,
        back=lambda: app.go("/settings"),
        trailing=[add],
    )


def _group(
    one: DriverGroup,
    t: Tokens,
    words: Words,
    rename: Callable[[Any], Any],
    ask: Callable[[DriverGroup], Any],
    go: Callable[[str], Any],
) -> ft.Control:
    told = i18n.several(one.rules, "1 tariff applies for it", "{n} tariffs apply for it")
    if not one.rules:
        told = words("No tariff applies for it yet: choose one under Tariffs.")
    actions: list[ft.Control] = [
        buttons.quiet(words("Tariffs"), t, lambda: go("/tariffs"), identifier="group-tariffs"),
        buttons.quiet(words("Rename"), t, lambda: rename(one), identifier="group-rename"),
        buttons.quiet(words("Dissolve"), t, lambda: ask(one), identifier="group-dissolve"),
    ]
    return ft.Column([muted(told, t, size=T12), ft.Row(actions, spacing=S8, wrap=True)], spacing=S8)


def _signs(one: Driver, t: Tokens, words: Words) -> list[ft.Control]:
    signs: list[ft.Control] = []
    if one.group:
        signs.append(badge(one.group, ft.Icons.GROUP_ROUNDED, t.violet))
    if not one.active:
        signs.append(badge(words("Locked out"), ft.Icons.BLOCK_ROUNDED, t.neutral))
    return signs


def _actions(
    one: Driver,
    t: Tokens,
    words: Words,
    move: Callable[[Any], Any],
    credit: Callable[[Any], Any],
    button: Callable[..., ft.Control],
) -> ft.Control:
    present = button(
        words("Credit"), t, lambda: credit(one), icon=ft.Icons.CARD_GIFTCARD_ROUNDED, identifier=f"credit-{one.email}"
    )
    group = button(words("Group"), t, lambda: move(one), identifier=f"move-{one.email}")
    return ft.Row([group, present], spacing=S8, alignment=ft.MainAxisAlignment.END)


def _row(one: Driver, actions: ft.Control, t: Tokens, words: Words) -> Row:
    signs = _signs(one, t, words)
    cells: dict[str, str | ft.Control] = {
        "name": two_lines(one.name, one.email, t),
        "group": ft.Row(signs, spacing=S8) if signs else muted("–", t),
        "since": i18n.date(one.created_at),
        "actions": actions,
    }
    return Row(one.email, f"driver-{one.email}", cells, one.name)


def _card(one: Driver, actions: ft.Control, t: Tokens, words: Words) -> ft.Control:
    signs = _signs(one, t, words)
    since = words("since {when}").format(when=i18n.date(one.created_at))
    lines: list[ft.Control] = [two_lines(one.name, f"{one.email} · {since}", t)]
    if signs:
        lines.append(ft.Row(signs, spacing=S8, run_spacing=S8, wrap=True))
    return ft.Column([*lines, actions], spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@guarded
def NameGroup(known: DriverGroup | None, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    name, set_name = ft.use_state(known.name if known else "")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def send() -> None:
        set_busy(True)
        try:
            new = DriverGroupNew(name=name.strip())
            if known is None:
                await app.api.post("/driver-groups", new, DriverGroup)
            else:
                await app.api.put(f"/driver-groups/{known.id}", new, DriverGroup)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        if name.strip():
            app.run(send)
        else:
            set_trouble(words("Give the group a name."))

    field = inputs.field(
        words("Name, such as Staff or City taxis"),
        name,
        t,
        set_name,
        identifier="group-name",
        autofocus=True,
        error=trouble,
        on_submit=submit,
    )
    head = words("Rename {name}").format(name=known.name) if known else words("New group")
    _dialog(head, [field], words("Save"), submit, on_done, busy, t, words)
    return ft.Container(width=0, height=0)


def _dialog(
    head: str,
    parts: list[ft.Control],
    action: str,
    submit: Callable[[], Any],
    on_close: Callable[[], Any],
    busy: bool,
    t: Tokens,
    words: Words,
) -> None:
    ft.use_dialog(
        form(
            t,
            head,
            parts,
            answers(t, on_close, action, submit, busy=busy),
            on_close,
        )
    )


@guarded
def MoveDriver(one: Driver, groups: list[DriverGroup], on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    chosen, set_chosen = ft.use_state(one.group_id or "")
    busy, set_busy = ft.use_state(False)

    async def send() -> None:
        set_busy(True)
        try:
            await app.api.put(f"/drivers/{one.id}", DriverChange(group_id=chosen or None), Driver)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        on_done()

    options = [("", words("In no group")), *((group.id, group.name) for group in groups)]
    parts: list[ft.Control] = [
        inputs.choice(words("Group"), chosen, options, t, set_chosen, identifier="driver-group"),
        muted(words("From the next session on they pay its prices. A session that runs keeps its own."), t, size=T12),
    ]
    _dialog(one.name, parts, words("Save"), lambda: app.run(send), on_done, busy, t, words)
    return ft.Container(width=0, height=0)


@guarded
def GiveCredit(one: Driver, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    typed, set_typed = ft.use_state("10")
    note, set_note = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key = ft.use_memo(lambda: uuid4().hex, [])

    async def send() -> None:
        amount = amount_of(typed)
        if amount is None:
            set_trouble(words("Type an amount such as 12.50."))
            return
        set_busy(True)
        set_trouble("")
        try:
            wallet = await app.api.post(
                f"/people/{one.id}/credit", PromoCredit(amount=amount, note=note.strip()), Wallet, key=key
            )
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("{name} has {amount} now.").format(name=one.name, amount=i18n.money(wallet.balance)))
        on_done()

    label = words("Amount in {currency}").format(currency=app.brand.currency)
    parts: list[ft.Control] = [
        inputs.field(label, typed, t, set_typed, identifier="credit-amount", autofocus=True, error=trouble),
        inputs.field(words("What for, as the driver reads it"), note, t, set_note, identifier="credit-note"),
        muted(words("It goes into the wallet at once and pays before the card. It can't be paid out."), t, size=T12),
    ]
    head = words("Credit for {name}").format(name=one.name)
    _dialog(head, parts, words("Give credit"), lambda: app.run(send), on_done, busy, t, words)
    return ft.Container(width=0, height=0)
