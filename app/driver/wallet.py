"""Money of a driver: the wallet, what is owed, and the cards that are saved at the payment provider."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.driver.pieces import problem
from app.errors import ApiError
from app.hooks import use_app, use_load, use_pages, use_store, use_tokens, use_words
from app.i18n import date, money
from app.theme import CONTROL, S4, S8, S12, T12, T20, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.money import Money
from shared.payments import Card, CardBegin, Debt, LedgerEntry, TopUp, Wallet

Words = Callable[[str], str]
WIDTH = 560
AT_ONCE = 10
KINDS = {
    "topup": "Put in",
    "promotion": "Credit from the operator",
    "refund": "Refund",
    "reserve": "Reserved for a session",
    "restore": "Reserved, nothing taken",
    "spend": "Paid for a session",
    "dispute": "Back after your bank's decision",
}
TAKEN = {"refund": "Given back to your card", "dispute": "Taken back by your bank"}
"""What the same is called where it leaves the wallet."""
FROM_CARD = "It is taken from your card now."
NO_CARD = "No card is saved yet. Add one first: it pays what you put in."
OF_DEBTS = {"reserve": "Reserved for what is owed", "spend": "What was owed, paid"}


@guarded
def WalletPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    adding, set_adding = ft.use_state(False)
    busy, set_busy = ft.use_state("")
    turn, set_turn = ft.use_state(0)
    key = ft.use_memo(lambda: uuid4().hex, [turn])
    wallet = use_load(lambda: app.api.get("/wallet", Wallet), [turn])
    cards = use_load(lambda: app.api.get("/cards", list[Card], fresh="true"), [turn])

    async def entries(cursor: str | None) -> Page[LedgerEntry]:
        return await app.api.get("/wallet/entries", Page[LedgerEntry], cursor=cursor, limit=AT_ONCE)

    history = use_pages(entries, [turn])

    async def act(name: str, work: Callable[[], Any], done: str = "") -> None:
        set_busy(name)
        try:
            await work()
            if done:
                app.toast(done)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy("")
        set_turn(lambda n: n + 1)

    async def begin_card() -> None:
        found = await app.api.post("/cards", None, CardBegin)
        if found.url:
            await ft.UrlLauncher().launch_url(found.url, web_only_window_name="_self")

    def settle(debt: Debt) -> None:
        work = partial(app.api.post, f"/debts/{debt.id}/settle", None, Wallet, key=key)
        app.run(act, debt.id, work, words("Settled. You can charge again."))

    def paid() -> None:
        set_adding(False)
        set_turn(lambda n: n + 1)

    if wallet.data is None:
        if wallet.error is not None:
            return problem(wallet.error, t, wallet.reload)
        return surfaces.page_body([surfaces.skeleton_list(t, rows=3)], t, head=words("Wallet"), phone=store.phone)
    known = wallet.data
    parts: list[ft.Control] = []
    if wallet.error is not None:
        parts.append(surfaces.stale_banner(t))
    parts += [_debt(one, t, words, settle, busy == one.id) for one in known.debts]
    parts.append(
        surfaces.section(
            words("Wallet"),
            _balance(known, t, words),
            t,
            trailing=buttons.quiet(
                words("Put money in"),
                t,
                lambda: set_adding(True),
                icon=ft.Icons.ADD_ROUNDED,
                identifier="top-up",
            ),
        )
    )
    add_card = buttons.quiet(
        words("Add a card"),
        t,
        lambda: app.run(act, "card", begin_card),
        icon=ft.Icons.ADD_CARD_ROUNDED,
        busy=busy == "card",
        identifier="add-card",
    )
    if cards.data is None:
        listed: ft.Control = surfaces.failed(cards.error, t, cards.reload) if cards.error else surfaces.skeleton(t)
    else:
        listed = _cards(cards.data, t, words, lambda work: app.run(act, "cards", work), app)
    parts.append(surfaces.section(words("Cards"), listed, t, trailing=add_card))
    parts.append(surfaces.section(words("What happened"), _history(history, t, words, app.go), t))
    if adding:
        parts.append(AddMoney(known.balance.currency, cards.data != [], paid))
    return surfaces.page_body(
        parts,
        t,
        head=words("Wallet and cards"),
        phone=store.phone,
        back=lambda: app.go("/me"),
        width=None if store.phone else WIDTH,
    )


def _balance(known: Wallet, t: Tokens, words: Words) -> ft.Control:
    lines: list[ft.Control] = [
        ft.Semantics(identifier="balance", content=text(money(known.balance), t, size=T20, bold=True)),
        muted(words("It pays first; your card pays the rest."), t, size=T12),
    ]
    if known.reserved.amount:
        reserved = words("{amount} more is reserved for a session.").format(amount=money(known.reserved))
        lines.append(muted(reserved, t, size=T12))
    return ft.Column(lines, spacing=S4)


def _debt(one: Debt, t: Tokens, words: Words, settle: Callable[[Debt], Any], busy: bool) -> ft.Control:
    owed = words("You owe {amount}").format(amount=money(one.amount))
    about = words("A payment of {when} failed: {why}").format(when=date(one.created_at), why=words(one.reason))
    how = words("It is taken from your wallet first, the rest from your card.")
    told = ft.Column(
        [text(owed, t, bold=True, color=t.danger.ink), muted(about, t, size=T12), muted(how, t, size=T12)], spacing=S4
    )
    pay = buttons.primary(words("Pay now"), t, lambda: settle(one), busy=busy, identifier="settle-debt")
    return surfaces.card(ft.Column([told, pay], spacing=S12), t)


def _cards(found: list[Card], t: Tokens, words: Words, act: Callable[[Callable[[], Any]], Any], app: Any) -> ft.Control:
    if not found:
        about = words("Your card is entered at our payment provider; its number never comes to us.")
        return ft.Column([text(words("No card yet"), t), muted(about, t, size=T12)], spacing=S4)
    rows: list[ft.Control] = []
    for one in found:
        facts = [words("pays")] if one.preferred else []
        facts += [words("until {when}").format(when=one.expires)] if one.expires else []
        row: list[ft.Control] = [
            ft.Icon(ft.Icons.CREDIT_CARD_ROUNDED, color=t.muted),
            ft.Column([text(one.label, t, bold=True), muted(" · ".join(facts), t, size=T12)], spacing=2, expand=True),
        ]
        if not one.preferred:
            use = partial(app.api.post, f"/cards/{one.id}/prefer", None)
            row.append(buttons.quiet(words("Use"), t, partial(act, use), identifier=f"use-{one.id}"))
        forget = partial(app.api.delete, f"/cards/{one.id}")
        label = words("Remove {number}").format(number=one.label)
        row.append(buttons.icon_button(ft.Icons.DELETE_OUTLINE_ROUNDED, label, t, partial(act, forget)))
        rows.append(ft.Row(row, spacing=S12))
    return ft.Column(rows, spacing=S8)


def said(one: LedgerEntry) -> str:
    known = KINDS | TAKEN if one.amount.amount < 0 else KINDS
    if one.purpose == "debt":
        known = known | OF_DEBTS
    return known.get(one.kind, one.kind)


def about(one: LedgerEntry, words: Words) -> str:
    """When, and where more was set aside than taken, how much."""
    parts = [date(one.at), *([one.note] if one.note else [])]
    if one.returned is not None and one.returned.amount:
        reserved = Money(amount=one.returned.amount - one.amount.amount, currency=one.amount.currency)
        told = words("{reserved} reserved, {returned} given back")
        parts.append(told.format(reserved=money(reserved), returned=money(one.returned)))
    return " · ".join(parts)


def leads_to(one: LedgerEntry) -> tuple[str, str]:
    """(address, what is there) of the session that a line belongs to; empty: it belongs to none."""
    if one.transaction_id is None:
        return "", ""
    if one.kind in ("reserve", "restore"):  # there may be no bill
        return f"/sessions/{one.transaction_id}", "Open the session"
    return f"/sessions/{one.transaction_id}/receipt", "Open the receipt"


def _entry(one: LedgerEntry, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    label = text(words(said(one)), t)
    what = ft.Column([label, muted(about(one, words), t, size=T12)], spacing=2, expand=True)
    line = ft.Row([what, text(money(one.amount), t, bold=True)], spacing=S8)
    path, where = leads_to(one)
    if not path:
        return line
    line.controls.append(ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=t.muted))
    return ft.Semantics(
        identifier=f"entry-{one.id}",
        button=True,
        hint_text=words(where),
        content=ft.Container(line, ink=True, border_radius=CONTROL, on_click=lambda _: go(path)),
    )


def _history(history: Any, t: Tokens, words: Words, go: Callable[[str], Any]) -> ft.Control:
    if history.items is None:
        return surfaces.failed(history.error, t, history.reload) if history.error else surfaces.skeleton(t)
    if not history.items:
        return muted(words("Nothing yet."), t)
    rows = [_entry(one, t, words, go) for one in history.items]
    if history.more:
        rows.append(buttons.quiet(words("Show more"), t, history.more, busy=history.busy, identifier="more-entries"))
    return ft.Column(rows, spacing=S8)


@guarded
def AddMoney(currency: str, has_card: bool, on_done: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    amount, set_amount = ft.use_state("20")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key = ft.use_memo(lambda: uuid4().hex, [trouble])

    async def send(wanted: Decimal) -> None:
        set_busy(True)
        try:
            await app.api.post("/wallet/top-up", TopUp(amount=wanted), Wallet, key=key)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        try:
            wanted = Decimal(amount.strip().replace(",", "."))
        except InvalidOperation:
            set_trouble(words("Enter an amount, such as 20."))
            return
        app.run(send, wanted)

    label = words("Amount in {currency}").format(currency=currency)
    parts: list[ft.Control] = [
        inputs.field(label, amount, t, set_amount, identifier="amount", autofocus=True),
        muted(words(FROM_CARD if has_card else NO_CARD), t, size=T12),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="amount-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Put money in"),
            parts,
            answers(t, on_done, words("Pay now"), submit, busy=busy, name="top-up"),
            on_done,
        )
    )
    return ft.Container(width=0, height=0)
