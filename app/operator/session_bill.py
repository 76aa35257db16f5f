"""The bill of an ended session: corrected by credit notes, decided about where its meter can't be believed."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.api import ApiError
from app.common import history
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator.money_payment import amount_of
from app.theme import CONTROL, S4, S8, S12, S16, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.cdrs import BillHistory, Correction, CorrectionNew, Decision, DecisionNew, MeterDoubt
from shared.payments import RefundTarget

Words = Callable[[str], str]
CHOICES = {
    Decision.ACCEPT: "Keep the bill",
    Decision.REPORTED: "Bill what it reported",
    Decision.WAIVE: "Bill nothing",
}


@guarded
def SessionBill(transaction_id: str, turn: str) -> ft.Control:  # a component
    """`turn`: changes when the session does."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    opened, set_opened = ft.use_state("")
    path = f"/transactions/{transaction_id}/corrections"
    loaded = use_load(lambda: app.api.get(path, BillHistory), [transaction_id, turn])
    found = loaded.data
    if found is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=80)
        return surfaces.section(words("Bill"), inner, t)

    def close(changed: bool = False) -> None:
        set_opened("")
        if changed:
            loaded.reload()

    parts: list[ft.Control] = []
    if found.doubt is not None:
        parts.append(_doubt(found.doubt, set_opened, t, words))
    rows = history.corrections(found, app, store.language, t, words)
    parts += rows or [muted(words("Nothing was corrected. A bill is never changed: it is credited beside it."), t)]
    if found.left is not None and found.left.amount > 0:
        parts.append(
            ft.Row(
                [
                    buttons.quiet(
                        words("Correct the bill …"),
                        t,
                        lambda: set_opened("credit"),
                        icon=ft.Icons.UNDO_ROUNDED,
                        identifier="correct-bill",
                    )
                ]
            )
        )
    if opened == "credit" and found.left is not None:
        parts.append(CreditDialog(transaction_id, i18n.money(found.left), close))
    elif opened and found.doubt is not None:
        parts.append(DecisionDialog(found.doubt, Decision(opened), close))
    inner = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(identifier="session-bill", container=True, content=surfaces.section(words("Bill"), inner, t))


def _doubt(doubt: MeterDoubt, choose: Callable[[str], Any], t: Tokens, words: Words) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (words("Trusted readings"), f"{' '.join(i18n.energy(doubt.trusted_wh))} · {i18n.money(doubt.trusted_total)}")
    ]
    reported = words("No energy that could be billed")
    if doubt.reported_wh is not None and doubt.reported_total is not None:
        reported = f"{' '.join(i18n.energy(doubt.reported_wh))} · {i18n.money(doubt.reported_total)}"
    rows.append((words("What the meter reported"), reported))
    lines: list[ft.Control] = [
        text(
            words("This meter needs your decision") if doubt.decision is None else words("This meter was in doubt"),
            t,
            bold=True,
            color=t.warning.ink if doubt.decision is None else None,
        ),
        surfaces.key_values(rows, t),
    ]
    if doubt.decision is None:
        lines.append(
            ft.Row(
                [
                    buttons.quiet(words(word), t, partial(choose, str(one)), identifier=f"decide-{one}")
                    for one, word in CHOICES.items()
                    if one is not Decision.REPORTED or doubt.reported_total is not None
                ],
                spacing=S8,
                run_spacing=S8,
                wrap=True,
            )
        )
    else:
        lines.append(text(history.doubt_sentence(doubt, words), t))
        who = " · ".join(
            x for x in (doubt.decided_by, i18n.moment(doubt.decided_at), doubt.note, doubt.correction) if x
        )
        lines.append(muted(who, t, size=T12))
    ground = t.warning.ground if doubt.decision is None else t.sunken
    return ft.Semantics(
        identifier="meter-doubt",
        container=True,
        content=ft.Container(ft.Column(lines, spacing=S8), bgcolor=ground, border_radius=CONTROL, padding=S16),
    )


@guarded
def CreditDialog(transaction_id: str, left: str, close: Callable[[bool], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    typed, set_typed = ft.use_state("")
    reason, set_reason = ft.use_state("")
    to, set_to = ft.use_state(RefundTarget.CARD.value)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key, _ = ft.use_state(uuid4().hex)

    async def credit() -> None:
        amount = amount_of(typed)
        if typed.strip() and amount is None:
            set_problem(words("Type an amount such as 12.50."))
            return
        set_busy(True)
        try:
            wanted = CorrectionNew(reason=reason.strip(), amount=amount, to=RefundTarget(to))
            made = await app.api.post(f"/transactions/{transaction_id}/corrections", wanted, Correction, key=key)
            app.toast(words("Credit note {number} is written.").format(number=made.number))
            close(True)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)

    parts: list[ft.Control] = [
        muted(words("{amount} are left of this bill.").format(amount=left), t),
        inputs.field(
            words("Amount with VAT; empty: all of it"), typed, t, set_typed, identifier="credit-amount", error=problem
        ),
        inputs.field(words("Reason, for the driver too"), reason, t, set_reason, identifier="credit-reason"),
        _targets(to, set_to, t, words),
        muted(
            words("The bill stays as it is. The credit note gets the next number and goes to the driver."), t, size=T12
        ),
    ]
    ready = len(reason.strip()) >= 3
    actions = answers(
        t, lambda: close(False), words("Write the credit note"), (lambda: app.run(credit)) if ready else None, busy=busy
    )
    ft.use_dialog(form(t, words("Correct the bill"), parts, actions, lambda: close(False)))
    return ft.Container(height=0)


def _targets(to: str, set_to: Callable[[str], Any], t: Tokens, words: Words) -> ft.Control:
    return ft.Row(
        [
            surfaces.chip(words(word), to == name, t, partial(set_to, name), identifier=f"credit-to-{name}")
            for name, word in (("card", "To the card"), ("wallet", "Into the wallet"))
        ],
        spacing=S8,
    )


@guarded
def DecisionDialog(doubt: MeterDoubt, decision: Decision, close: Callable[[bool], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    reason, set_reason = ft.use_state("")
    to, set_to = ft.use_state(RefundTarget.CARD.value)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key, _ = ft.use_state(uuid4().hex)

    async def decide() -> None:
        set_busy(True)
        try:
            wanted = DecisionNew(decision=decision, note=reason.strip(), to=RefundTarget(to))
            await app.api.post(f"/transactions/{doubt.transaction_id}/decision", wanted, MeterDoubt, key=key)
            app.toast(words("Decided. The driver is told."))
            close(True)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)

    told = {
        Decision.ACCEPT: words("The driver pays {amount}, by the trusted readings.").format(
            amount=i18n.money(doubt.trusted_total)
        ),
        Decision.REPORTED: words("The driver pays {amount}, by what the meter reported.").format(
            amount=i18n.money(doubt.reported_total) if doubt.reported_total else ""
        ),
        Decision.WAIVE: words("The driver pays nothing; what was taken goes back."),
    }[decision]
    parts: list[ft.Control] = [
        text(told, t),
        inputs.field(words("Why"), reason, t, set_reason, identifier="decision-note", error=problem),
    ]
    if _gives_back(doubt, decision):
        parts.append(_targets(to, set_to, t, words))
    actions = answers(
        t,
        lambda: close(False),
        words(CHOICES[decision]),
        (lambda: app.run(decide)) if len(reason.strip()) >= 3 else None,
        busy=busy,
    )
    ft.use_dialog(form(t, words(CHOICES[decision]), parts, actions, lambda: close(False)))
    return ft.Container(height=S4)


def _gives_back(doubt: MeterDoubt, decision: Decision) -> bool:
    if decision is Decision.REPORTED:
        return doubt.reported_total is not None and doubt.reported_total.amount < doubt.trusted_total.amount
    return decision is Decision.WAIVE
