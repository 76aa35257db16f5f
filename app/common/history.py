"""What became of a bill after it was written: corrections with their papers, and a meter that is in doubt."""

from collections.abc import Callable

import flet as ft

from app import i18n
from app.common.papers import KINDS, download
from app.session import App
from app.theme import CONTROL, S4, S8, S12, S16, T12, Tokens
from app.widgets import buttons
from app.widgets.text import muted, text
from shared.cdrs import BillHistory, Correction, Decision, MeterDoubt
from shared.papers import PaperKind

Words = Callable[[str], str]
DECIDED = {
    Decision.ACCEPT: "The operator looked at it: the bill by the trusted readings stays.",
    Decision.REPORTED: "The operator looked at it: what the charger reported is billed.",
    Decision.WAIVE: "The operator looked at it: nothing is to pay for this session.",
}


def doubt_sentence(doubt: MeterDoubt, words: Words) -> str:
    if doubt.decision is None:
        return words("It is billed by its trusted readings, {energy}. The operator looks at it.").format(
            energy=" ".join(i18n.energy(doubt.trusted_wh))
        )
    return words(DECIDED[doubt.decision])


def doubt_note(doubt: MeterDoubt, t: Tokens, words: Words) -> ft.Control:
    """For whoever pays."""
    lines: list[ft.Control] = [
        text(words("The charger's meter gave numbers that can't be true."), t, bold=True, color=t.warning.ink),
        text(doubt_sentence(doubt, words), t),
    ]
    return ft.Semantics(
        identifier="meter-doubt",
        container=True,
        content=ft.Container(
            ft.Column(lines, spacing=S4), bgcolor=t.warning.ground, border_radius=CONTROL, padding=S16
        ),
    )


def correction_row(one: Correction, app: App, language: str, t: Tokens, words: Words) -> ft.Control:
    """Its number, why, how much, where the money went; and its PDF."""
    kind = words(KINDS[PaperKind(one.kind)])
    name = f"{one.kind.replace('_', '-')}-{one.number}.pdf"
    path = f"/invoices/{one.paper_id}/pdf?language={language}"
    about = [one.reason, i18n.moment(one.issued_at)]
    if one.refunded.amount:
        about.append(words("{amount} given back").format(amount=i18n.money(one.refunded)))
    return ft.Semantics(
        identifier=f"correction-{one.number}",
        container=True,
        content=ft.Row(
            [
                ft.Column(
                    [text(f"{kind} {one.number}", t, bold=True), muted(" · ".join(about), t, size=T12)],
                    spacing=0,
                    expand=True,
                ),
                text(i18n.money(one.total_incl), t, bold=True, no_wrap=True),
                buttons.icon_button(
                    ft.Icons.PICTURE_AS_PDF_ROUNDED,
                    words("Save as PDF"),
                    t,
                    lambda: app.run(download, app, words, path, name),
                    identifier=f"correction-pdf-{one.number}",
                ),
            ],
            spacing=S12,
        ),
    )


def corrections(history: BillHistory, app: App, language: str, t: Tokens, words: Words) -> list[ft.Control]:
    found: list[ft.Control] = [correction_row(one, app, language, t, words) for one in history.corrections]
    if history.corrections and history.left is not None:
        found.append(
            ft.Row(
                [
                    text(words("Total after corrections"), t, bold=True, expand=True),
                    ft.Semantics(identifier="bill-left", content=text(i18n.money(history.left), t, bold=True)),
                ],
                spacing=S8,
            )
        )
    return found
