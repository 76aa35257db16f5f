"""How the operator is paid: the provider and its keys, what is reserved, and what happens when a payment fails."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.tariff_rules import number
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.payments import PaymentSettings, PaymentSettingsChange

Words = Callable[[str], str]
WIDTH = 720
PROVIDERS = (("demo", "Demo (no real money)"), ("stripe", "Stripe"))
OUTAGE = (("refuse", "Nobody begins a session"), ("allow", "Known drivers charge, up to the limit"))
DEBT = (("refuse", "No new session until it is paid"), ("allow", "They charge on, up to the limit"))


@guarded
def PaymentSettingsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_load(lambda: app.api.get("/payment-settings", PaymentSettings))
    if loaded.data is not None:
        body: list[ft.Control] = [SettingsForm(loaded.data, loaded.reload)]
    else:
        waiting = surfaces.skeleton_list(t, rows=3, height=140)
        body = [surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else waiting]
    return surfaces.page_body(
        body,
        t,
        head=words("Payments"),
        phone=store.phone,
        back=lambda: app.go("/settings"),
        width=WIDTH if store.inside > WIDTH else None,
    )


def hours(typed: str) -> list[int] | None:
    """`1, 24, 72`; None for what is no list of hours."""
    parts = [part.strip() for part in typed.replace(";", ",").split(",") if part.strip()]
    return [int(part) for part in parts] if all(part.isdigit() for part in parts) else None


@guarded
def SettingsForm(known: PaymentSettings, on_saved: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    edited, set_edited = ft.use_state(dict[str, Any]())
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    def put(name: str, value: Any) -> None:
        set_edited(lambda now: {**now, name: value})

    def amount(name: str) -> Decimal | None:
        return number(str(edited[name])) if name in edited else None

    async def save() -> None:
        change = {
            name: edited[name]
            for name in ("provider", "publishable_key", "on_outage", "on_debt", "secret_key", "webhook_secret")
            if edited.get(name) not in (None, "")
        }
        for name in ("hold_amount", "debt_limit"):
            if name in edited:
                if amount(name) is None:
                    set_trouble(words("Type an amount such as 12.50."))
                    return
                change[name] = amount(name)
        change |= {name: edited[name] for name in LETTERS if name in edited}
        if "retry_hours" in edited:
            change["retry_hours"] = hours(edited["retry_hours"])
            if change["retry_hours"] is None:
                set_trouble(words("Write the hours with commas, such as 1, 24, 72."))
                return
        set_busy(True)
        set_trouble("")
        try:
            await app.api.put("/payment-settings", PaymentSettingsChange(**change), PaymentSettings)
            app.toast(words("Stored."))
            set_edited({})
            on_saved()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
        set_busy(False)

    now = Now(known, edited)
    parts = [
        _provider(known, now, put, t, words, app),
        _rules(known, now, put, t, words),
        _letters(known, now, put, t, words),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="payment-problem", content=text(trouble, t, color=t.danger.ink)))
    action = (lambda: app.run(save)) if edited else None
    parts.append(ft.Row([buttons.primary(words("Save"), t, action, busy=busy, identifier="save-payments")]))
    return ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


class Now:
    """What the form shows: what was typed, else what is stored."""

    def __init__(self, known: PaymentSettings, edited: dict[str, Any]) -> None:
        self.known, self.edited = known, edited

    def __call__(self, name: str, stored: str) -> str:
        return str(self.edited.get(name, stored))


LETTERS = {
    "letter_subject": "Subject of the letter",
    "letter_retry": "While it is tried again",
    "letter_last": "When it is a debt",
}


def _letters(known: PaymentSettings, now: Now, put: Callable[[str, Any], None], t: Tokens, words: Words) -> ft.Control:
    fields: list[ft.Control] = [
        inputs.field(
            words(label),
            now(name, getattr(known, name)),
            t,
            partial(put, name),
            identifier=f"payment-{name}",
            multiline=name != "letter_subject",
        )
        for name, label in LETTERS.items()
    ]
    about = words("You can use {name}, {amount} and {operator}. Empty a field to have the usual words again.")
    column = ft.Column(
        [*fields, muted(about, t, size=T12)], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
    return surfaces.section(words("Letters about a payment that failed"), column, t)


def _provider(
    known: PaymentSettings, now: Now, put: Callable[[str, Any], None], t: Tokens, words: Words, app: Any
) -> ft.Control:
    provider = now("provider", known.provider)
    parts: list[ft.Control] = [_chips("provider", PROVIDERS, provider, put, t, words)]
    if provider == "demo":
        parts.append(muted(words("Every card is accepted and no money moves: for trying things out."), t, size=T12))
    else:
        parts += [
            _secret(
                "secret_key", "Secret key (sk_…)", known.has_secret_key, known.secret_key_reference, now, put, t, words
            ),
            _secret(
                "webhook_secret",
                "Webhook secret (whsec_…)",
                known.has_webhook_secret,
                known.webhook_secret_reference,
                now,
                put,
                t,
                words,
            ),
            muted(
                words(
                    "A key can stay out of the database: write env:WATTLINE_PAY_… and set that variable on the server."
                ),
                t,
                size=T12,
            ),
            surfaces.divider(t),
            ft.Row(
                [
                    ft.Column(
                        [
                            muted(words("Address for Stripe's webhook"), t, size=T12),
                            text(known.webhook_url, t, selectable=True),
                        ],
                        spacing=0,
                        expand=True,
                    ),
                    buttons.copy(
                        known.webhook_url,
                        words("Copy the address"),
                        t,
                        identifier="copy-webhook",
                        on_copied=lambda: app.toast(words("Copied.")),
                    ),
                ],
                spacing=S8,
            ),
        ]
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Payment provider"), column, t)


def _secret(
    name: str,
    label: str,
    there: bool,
    reference: str,
    now: Now,
    put: Callable[[str, Any], None],
    t: Tokens,
    words: Words,
) -> ft.Control:
    """What is stored is never shown; a reference is, with whether it leads to something."""
    if reference:
        told = words("Taken from {name} on the server.") if there else words("{name} is not set on the server.")
        told = told.format(name=reference)
    else:
        told = words("Stored, encrypted. Type a new one to replace it.") if there else words("Not entered yet.")
    field = inputs.field(
        words(label), now(name, ""), t, partial(put, name), identifier=f"payment-{name}", password=True
    )
    return _stacked([field, muted(told, t, size=T12)])


def _stacked(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=S4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _chips(
    name: str, options: Any, chosen: str, put: Callable[[str, Any], None], t: Tokens, words: Words
) -> ft.Control:
    chips = [
        surfaces.chip(words(word), chosen == key, t, partial(put, name, key), identifier=f"{name}-{key}")
        for key, word in options
    ]
    return ft.Row(list[ft.Control](chips), spacing=S8, wrap=True)


def _rules(known: PaymentSettings, now: Now, put: Callable[[str, Any], None], t: Tokens, words: Words) -> ft.Control:
    currency = known.debt_limit.currency
    money = words("{what} in {currency}")

    def field(name: str, label: str, stored: str, about: str) -> ft.Control:
        typed = inputs.field(label, now(name, stored), t, partial(put, name), identifier=f"payment-{name}")
        return _stacked([typed, muted(words(about), t, size=T12)])

    def plain(value: Decimal) -> str:
        return i18n.number(value, 2)

    limit = "Where people may charge without paying at once, they owe at most this."
    parts: list[ft.Control] = [
        field(
            "hold_amount",
            money.format(what=words("Reserved before a session"), currency=currency),
            plain(known.hold_amount.amount),
            "What isn't used is given back when the session is billed.",
        ),
        text(words("When the payment provider doesn't answer"), t, bold=True),
        _chips("on_outage", OUTAGE, now("on_outage", known.on_outage), put, t, words),
        text(words("When somebody owes for an earlier session"), t, bold=True),
        _chips("on_debt", DEBT, now("on_debt", known.on_debt), put, t, words),
        field(
            "debt_limit",
            money.format(what=words("Limit of debt"), currency=currency),
            plain(known.debt_limit.amount),
            limit,
        ),
        field(
            "retry_hours",
            words("A payment that fails is tried again after hours"),
            ", ".join(str(one) for one in known.retry_hours),
            "The driver gets a letter each time. After the last try it is a debt.",
        ),
    ]
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Rules"), column, t)
