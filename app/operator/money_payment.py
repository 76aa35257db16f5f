"""One payment: what was held, taken, given back; and the way to give more back."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.payments import Payment, PaymentDetail, Refund, RefundNew, RefundTarget

Words = Callable[[str], str]
TOPUP = "topup"
REFUND_STATES = {"pending": "On its way", "done": "Given back", "failed": "Failed"}


def amount_of(typed: str) -> Decimal | None:
    """`12,50` and `12.50`; None for what is no amount."""
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None


@guarded
def PaymentDialog(payment_id: str, on_close: Callable[[], Any], on_changed: Callable[[], Any]) -> ft.Control:
    """Drawn while it is open; the dialog itself stands over the page."""
    app, _store, t, words = use_app(), use_store(), use_tokens(), use_words()
    typed, set_typed = ft.use_state("")
    reason, set_reason = ft.use_state("")
    chosen, set_chosen = ft.use_state("")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key, set_key = ft.use_state(uuid4().hex)
    loaded = use_load(lambda: app.api.get(f"/payments/{payment_id}", PaymentDetail), [payment_id])
    found = loaded.data
    ways = _ways(found.payment) if found else []
    target = chosen if chosen in ways else next(iter(ways), RefundTarget.CARD.value)

    async def refund() -> None:
        amount = amount_of(typed)
        if amount is None:
            set_problem(words("Type an amount such as 12.50."))
            return
        set_busy(True)
        set_problem("")
        try:
            wanted = RefundNew(amount=amount, reason=reason, to=RefundTarget(target))
            await app.api.post(f"/payments/{payment_id}/refunds", wanted, key=key)
            app.toast(words("The refund is on its way."))
            set_typed("")
            set_key(uuid4().hex)  # the next one is another intent
            loaded.reload()
            on_changed()
        except ApiError as trouble:
            set_problem(words(trouble.detail or trouble.title))
        set_busy(False)

    actions: list[ft.Control] = [buttons.quiet(words("Close"), t, on_close, identifier="dialog-cancel")]
    if found is None:
        parts: list[ft.Control] = [
            surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=160)
        ]
    else:
        one = found.payment
        parts = [_facts(one, t, words), *_refunds(found.refunds, t, words)]
        if one.transaction_id:
            session = partial(_leave, app, on_close, f"/sessions/{one.transaction_id}")
            parts.insert(1, ft.Row([buttons.quiet(words("Open the session"), t, session)]))
        if ways:
            parts += _asking(one, ways, typed, set_typed, reason, set_reason, target, set_chosen, problem, t, words)
            actions.append(
                buttons.primary(
                    words("Give back"),
                    t,
                    (lambda: app.run(refund)) if typed.strip() else None,
                    busy=busy,
                    identifier="refund-save",
                )
            )
    ft.use_dialog(form(t, words("Payment"), parts, actions, on_close))
    return ft.Container()


def _ways(one: Payment) -> list[str]:
    """Where money of this payment can go: not to a card that gave none, not to a wallet that a guest hasn't."""
    ways = [RefundTarget.CARD.value] if one.refundable_to_card.amount > 0 else []
    if one.refundable.amount > 0 and one.account_id and one.purpose != TOPUP:
        ways.append(RefundTarget.WALLET.value)
    return ways


def _leave(app: Any, on_close: Callable[[], Any], path: str) -> None:
    on_close()
    app.go(path)


def _facts(one: Payment, t: Tokens, words: Words) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (words("Person"), one.person or words("Guest")),
        (words("Card"), one.method or "–"),
        (words("Reserved"), i18n.money(one.held)),
        (words("Paid"), i18n.money(one.captured)),
    ]
    if one.from_wallet.amount:
        rows.append((words("From the wallet"), i18n.money(one.from_wallet)))
    if one.refunded.amount:
        rows.append((words("Given back"), i18n.money(one.refunded)))
    if one.dispute:
        rows.append((words("Disputed"), one.dispute))
    if one.failure:
        rows.append((words("Trouble"), one.failure))
    return surfaces.key_values(rows, t)


def _refunds(refunds: list[Refund], t: Tokens, words: Words) -> list[ft.Control]:
    return [
        ft.Row(
            [
                ft.Column(
                    [
                        text(words(REFUND_STATES.get(one.state, one.state)), t, bold=True),
                        muted(" · ".join(x for x in (i18n.moment(one.created_at), one.reason, one.failure) if x), t),
                    ],
                    spacing=0,
                    expand=True,
                ),
                text(i18n.money(one.amount), t, bold=True),
            ],
            spacing=S12,
        )
        for one in refunds
    ]


def _asking(
    one: Payment,
    ways: list[str],
    typed: str,
    set_typed: Callable[[str], Any],
    reason: str,
    set_reason: Callable[[str], Any],
    target: str,
    set_target: Callable[[str], Any],
    problem: str,
    t: Tokens,
    words: Words,
) -> list[ft.Control]:
    most = one.refundable_to_card if target == RefundTarget.CARD.value else one.refundable
    chips = [
        surfaces.chip(words(word), target == name, t, partial(set_target, name), identifier=f"refund-to-{name}")
        for name, word in (("card", "To the card"), ("wallet", "Into the wallet"))
        if name in ways
    ]
    told = words("At most {amount} can be given back.").format(amount=i18n.money(most))
    return [
        surfaces.divider(t),
        text(words("Give money back"), t, bold=True),
        ft.Row(list[ft.Control](chips), spacing=S8),
        inputs.field(words("Amount"), typed, t, set_typed, identifier="refund-amount", error=problem),
        inputs.field(words("Reason"), reason, t, set_reason, identifier="refund-reason"),
        muted(told, t, size=T12),
    ]
