"""Reporting a problem at a charger, and what became of it."""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from app import i18n
from app.common.problems import KINDS
from app.driver.pieces import note
from app.errors import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.theme import CARD, S4, S8, S12, T12, TOUCH, Tokens
from app.widgets import buttons, dialogs, inputs
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.driver_reports import DriverReport, DriverReportNew, ProblemKind, ReportState

Words = Callable[[str], str]
Outlets = Sequence[tuple[str, str]]
"""(id of a connector, how a driver knows it)."""
BECAME = {
    ReportState.OPEN: "Thank you. You hear when it works again.",
    ReportState.MENDED: "It works again.",
    ReportState.CHARGED: "It works again: somebody charged there.",
    ReportState.EXPIRED: "Nobody reported it again.",
}


@guarded
def ReportProblem(outlets: Outlets, picked: str = "") -> ft.Control:  # a component
    """The own reports about these outlets, and the way to report one. `picked`: the outlet that is meant, if known."""
    app, t, words = use_app(), use_tokens(), use_words()
    asking, set_asking = ft.use_state(False)
    none: list[DriverReport] = []
    sent, set_sent = ft.use_state(none)
    outlet, set_outlet = ft.use_state("")
    kind, set_kind = ft.use_state("")
    said, set_said = ft.use_state("")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def load() -> list[DriverReport]:
        return await app.api.get("/me/driver-reports", list[DriverReport])

    known = use_load(load).data or []
    here = {name for name, _ in outlets}
    renewed = {one.id for one in sent}
    own = [*sent, *(one for one in known if one.connector_id in here and one.id not in renewed)]
    meant = outlet or (picked if picked in here else "") or (outlets[0][0] if outlets else "")

    def close() -> None:
        set_asking(False)
        set_trouble("")

    async def send() -> None:
        set_busy(True)
        set_trouble("")
        wanted = DriverReportNew(kind=ProblemKind(kind), words=said.strip()[:500])
        try:
            report = await app.api.post(f"/connectors/{meant}/driver-reports", wanted, DriverReport)
        except ApiError as error:
            set_trouble(
                words("No connection. Tap again: the same report never counts twice.")
                if error.offline
                else words(error.detail or error.title)
            )
        else:
            set_sent(lambda before: [report, *(one for one in before if one.id != report.id)])
            set_said("")
            set_kind("")
            set_asking(False)
        set_busy(False)

    ready = bool(kind and (kind != ProblemKind.OTHER or said.strip()))
    parts: list[ft.Control] = [note(trouble, t, "danger", identifier="report-problem")] if trouble else []
    if len(outlets) > 1:
        parts.append(inputs.choice(words("Where"), meant, outlets, t, set_outlet, identifier="report-where"))
    parts.append(
        ft.Column([_kind(one, one == kind, t, words, partial(set_kind, one.value)) for one in KINDS], spacing=S4)
    )
    parts.append(
        inputs.field(
            words("In a few words") if kind == ProblemKind.OTHER else words("In a few words (if you like)"),
            said,
            t,
            set_said,
            identifier="report-words",
        )
    )
    parts.append(muted(words("If somebody is in danger, call the emergency number first."), t, size=T12))
    answers = dialogs.answers(
        t, close, words("Send the report"), (lambda: app.run(send)) if ready else None, busy=busy, name="report"
    )
    ft.use_dialog(dialogs.form(t, words("What is wrong?"), parts, answers, close) if asking else None)
    button = buttons.quiet(
        words("Report a problem"),
        t,
        lambda: set_asking(True),
        icon=ft.Icons.REPORT_GMAILERRORRED_ROUNDED,
        identifier="report",
    )
    lines = [_told(one, t, words) for one in own]
    if not outlets:
        return ft.Column(lines, spacing=S8)
    return ft.Column([*lines, ft.Row([button])], spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _kind(one: ProblemKind, chosen: bool, t: Tokens, words: Words, choose: Callable[[], None]) -> ft.Control:
    word, icon = KINDS[one]
    return buttons.tappable(
        ft.Row(
            [
                ft.Icon(icon, size=20, color=t.primary if chosen else t.muted),
                text(words(word), t, bold=chosen, expand=True),
                *([ft.Icon(ft.Icons.CHECK_ROUNDED, size=20, color=t.primary)] if chosen else []),
            ],
            spacing=S12,
        ),
        choose,
        identifier=f"problem-{one.value}",
        label=words(word),
        padding=ft.Padding.symmetric(horizontal=S12, vertical=S8),
        height=t.high(TOUCH),
        border_radius=CARD,
        bgcolor=t.primary_soft if chosen else t.surface,
        border=ft.Border.all(1, t.primary if chosen else t.border),
    )


def _told(one: DriverReport, t: Tokens, words: Words) -> ft.Control:
    """What was reported, and what became of it."""
    mended = one.state in (ReportState.MENDED, ReportState.CHARGED)
    head = words("You reported: {what}").format(what=words(KINDS[one.kind][0]))
    line = f"{head} · {one.station} {one.connector} · {i18n.ago(one.at)}. {words(BECAME[one.state])}"
    return note(line, t, "good" if mended else "info", identifier=f"reported-{one.id}")
