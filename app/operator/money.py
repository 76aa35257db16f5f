"""Money: payments and debts, invoices, what locations earned, whether the books agree, and tables to take away."""

from collections.abc import Callable

import flet as ft

from app.hooks import use_app, use_store, use_tokens, use_words
from app.operator import station_rules
from app.operator.money_books import Reconciliation, SettlementPart
from app.operator.money_debts import Debts
from app.operator.money_exports import Exports
from app.operator.money_invoices import Invoices
from app.operator.money_payments import Payments
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.tabs import tabs

TABS = (
    ("payments", "Payments"),
    ("debts", "Debts"),
    ("invoices", "Invoices"),
    ("settlement", "Settlement"),
    ("reconciliation", "Reconciliation"),
    ("exports", "Exports"),
)


@guarded
def MoneyPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    asked = station_rules.asked(store.route).get("tab", "")
    tab = asked if asked in dict(TABS) else "payments"

    def choose(name: str) -> None:
        app.go(station_rules.address("/money", tab=name if name != "payments" else ""))

    makers: dict[str, Callable[[], ft.Control]] = {
        "payments": Payments,
        "debts": Debts,
        "invoices": Invoices,
        "settlement": SettlementPart,
        "reconciliation": Reconciliation,
        "exports": Exports,
    }
    names = [(name, words(word)) for name, word in TABS]
    body = ft.Container(makers[tab](), key=tab)
    return surfaces.page_body(
        [tabs(names, tab, t, choose, tight=store.phone), body], t, head=words("Money"), phone=store.phone
    )
