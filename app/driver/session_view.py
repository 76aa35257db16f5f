"""The session that is on, as the hero of the screen: what went in, how fast, what it costs so far, and Stop."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.driver import rules
from app.driver.data import use_session
from app.driver.pieces import bottom_bar, note, tone
from app.driver.reporting import ReportProblem
from app.driver.session_after import again_bar, ended, failed, kept, receipt_bar
from app.driver.session_before import requested
from app.driver.session_pieces import (
    CURVE,
    PowerCurve,
    figure,
    middle,
    price_card,
    ring_size,
    state_line,
    use_clock,
)
from app.driver.target import TargetCard
from app.driver.wish import WishCard
from app.errors import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import LARGE, S4, S8, S12, S16, S24, T20, T28, T40, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.text import muted, number, text, title
from shared.transactions import Transaction, TransactionDetail, TransactionState

Words = Callable[[str], str]
WIDTH = 560


@guarded
def SessionView(transaction_id: str, page: bool = True) -> ft.Control:  # a component
    """`page`: with a way back. The live session stands on the Charge tab without one."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_session(transaction_id)
    detail = loaded.data
    live = detail is None or detail.transaction.state in rules.LIVE
    back = (lambda: app.go("/" if live else "/history")) if page else None
    if detail is None and loaded.error is not None:
        return surfaces.page_body(
            [surfaces.failed(loaded.error, t, loaded.reload)], t, head=words("Session"), phone=store.phone, back=back
        )
    if detail is None:
        return _frame([_skeleton(t)], None, "", t, words, store.phone, back)
    one = detail.transaction
    if one.state is TransactionState.REQUESTED:
        parts, bar = requested(detail, store.meta.start_timeout_s if store.meta else 120, t, words), StopBar(one)
    elif one.state is TransactionState.FAILED:
        parts, bar = failed(detail, t, words), again_bar(one, t, words, app.go)
    elif one.state is TransactionState.ENDED:
        parts, bar = ended(detail, t, words), receipt_bar(detail, t, words, app.go)
    elif one.state is TransactionState.RESERVED:
        parts, bar = kept(detail, t, words), receipt_bar(detail, t, words, app.go)
    else:
        parts, bar = _active(detail, t, words), StopBar(one)
    if one.connector_id:
        parts.append(ReportProblem([(one.connector_id, f"{one.station_name} {one.connector}")], key="report"))
    station = one.station_name.replace(" ", "\u00a0")  # where it doesn't fit, the whole name stands below
    where = " · ".join(part for part in (one.location, station) if part)
    return _frame(parts, bar, where, t, words, store.phone, back, one.state)


def _frame(
    parts: list[ft.Control],
    bar: ft.Control | None,
    where: str,
    t: Tokens,
    words: Words,
    phone: bool,
    back: Any,
    phase: str = "",
) -> ft.Control:
    line: list[ft.Control] = []
    if back is not None:
        line.append(buttons.icon_button(ft.Icons.ARROW_BACK_ROUNDED, words("Back"), t, back, identifier="back"))
    line.append(
        ft.Column(
            [title(words("Session"), t, size=T20 if phone else T28), muted(where, t)],
            spacing=0,
            expand=True,
        )
    )
    edge = S16 if phone else S24
    body = ft.Column(
        [ft.Row(line, spacing=S8, vertical_alignment=ft.CrossAxisAlignment.START), *parts],
        spacing=S16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    column: list[ft.Control] = [
        ft.ListView(
            [ft.Container(body, padding=ft.Padding.only(left=edge, right=edge, top=S16, bottom=S24))],
            expand=True,
            key=f"session-{phase}",  # the next phase begins at the top
        )
    ]
    if bar is not None:
        column.append(bar)
    whole = ft.Column(column, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    if phone:
        return whole
    return ft.Row([ft.Container(whole, width=WIDTH)], alignment=ft.MainAxisAlignment.CENTER, expand=True)


def _skeleton(t: Tokens) -> ft.Control:
    ring = ring_size(t)
    circle = ft.Container(width=ring, height=ring, border_radius=ring, border=ft.Border.all(14, t.sunken))
    return ft.Column(
        [circle, surfaces.skeleton(t, height=64), surfaces.skeleton(t, height=CURVE)],
        spacing=S24,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


# --- active --------------------------------------------------------------------------------------------------


def _active(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    parts: list[ft.Control] = [
        middle(_ring(detail, t, words)),
        state_line(one, t, words, rules.ahead_sentence(detail, datetime.now(UTC), words)),
        _figures(detail, t, words),
        TargetCard(one, rules.currency_of(detail), key="target"),
        WishCard(one.id, key="wish"),
    ]
    if detail.readings:
        last = detail.readings[-1].at
        parts.append(surfaces.section(words("Power"), PowerCurve(detail.readings, int(last.timestamp())), t))
    parts.append(price_card(detail, t, words))
    return parts


def _ring(detail: TransactionDetail, t: Tokens, words: Words) -> ft.Control:
    one = detail.transaction
    mine = tone(rules.state_tone(one), t)
    energy, energy_unit = i18n.energy(one.energy_wh)
    power, power_unit = i18n.power(one.power_w)
    ring, large = ring_size(t), T28 if t.letters > LARGE else T40
    center: list[ft.Control] = [
        ft.Semantics(identifier="session-energy", content=number(energy, energy_unit, t, size=large)),
        ft.Semantics(identifier="session-power", content=number(power, power_unit, t, size=T20, color=mine.ink)),
    ]
    if one.soc_percent is not None:
        center.append(muted(words("Battery {percent} %").format(percent=one.soc_percent), t))
    elif detail.max_power_w:
        center.append(muted(words("of up to {power}").format(power=i18n.rated(detail.max_power_w)), t))
    return ft.Stack(
        [
            ft.ProgressRing(
                value=rules.fill(detail),
                width=ring,
                height=ring,
                stroke_width=14,
                stroke_cap=ft.StrokeCap.ROUND,
                color=mine.ink,
                bgcolor=t.border,
                semantics_label=words("How full"),
            ),
            ft.Container(
                ft.Column(
                    center,
                    spacing=S4,
                    alignment=ft.MainAxisAlignment.CENTER,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                width=ring,
                height=ring,
                alignment=ft.Alignment.CENTER,
            ),
        ],
        width=ring,
        height=ring,
    )


def _figures(detail: TransactionDetail, t: Tokens, words: Words) -> ft.Control:
    one = detail.transaction
    # Nothing is reckoned before the first reading: that isn't free.
    none = "–" if detail.headline is not None else words("No charge")
    cost = i18n.money(one.cost) if one.cost is not None else none
    return ft.Row(
        [
            figure(words("Cost so far"), text(cost, t, size=T20, bold=True), "session-cost", t),
            figure(words("Time"), Elapsed(one.begun_at), "session-time", t),
        ],
        spacing=S12,
        intrinsic_height=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@guarded
def Elapsed(begun_at: datetime | None) -> ft.Control:  # a component
    """Ticks by itself, so that nothing else is drawn each second."""
    t = use_tokens()
    now = use_clock()
    shown = "–" if begun_at is None else i18n.countdown(now - begun_at)
    return text(shown, t, size=T20, bold=True)


@guarded
def StopBar(one: Transaction) -> ft.Control:  # a component
    """Stop, or cancel before it began; asked once more. The same key for a repeated tap."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)
    agreed, set_agreed = ft.use_state(False)
    trouble, set_trouble = ft.use_state("")
    key: Any = ft.use_ref(None)
    waiting = one.state is TransactionState.REQUESTED

    async def stop() -> None:
        set_busy(True)
        set_trouble("")
        key.current = key.current or uuid4().hex
        try:
            await app.api.post(f"/transactions/{one.id}/stop", None, Transaction, key=key.current)
            set_agreed(True)
        except ApiError as error:
            if error.offline:
                set_trouble(words("No connection. Tap again, or stop at the charger or the car."))
            else:
                key.current = None
                set_trouble(words(error.detail or error.title))
        set_busy(False)

    def ask() -> None:
        if waiting:
            confirm(
                app.page,
                t,
                head=words("Cancel the start?"),
                detail=words("Nothing is charged and the reservation is given back."),
                action=words("Cancel the start"),
                on_confirm=lambda: app.run(stop),
                cancel=words("Keep waiting"),
            )
        else:
            confirm(
                app.page,
                t,
                head=words("Stop charging at {station}?").format(station=one.station_name),
                detail=words("The charger ends the session and you get your receipt. Then unplug your cable."),
                action=words("Stop charging"),
                on_confirm=lambda: app.run(stop),
                cancel=words("Keep charging"),
            )

    stopping = one.stopping or busy or agreed
    label = words("Cancel") if waiting else words("Stopping …") if stopping else words("Stop charging")
    icon = ft.Icons.CLOSE_ROUNDED if waiting else ft.Icons.STOP_CIRCLE_OUTLINED
    make = buttons.quiet if waiting else buttons.danger
    parts: list[ft.Control] = []
    if trouble:
        parts.append(note(trouble, t, "danger", identifier="stop-problem"))
    parts.append(make(label, t, ask, icon=icon, busy=stopping, identifier="stop-charging"))
    return bottom_bar(
        ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True), floating=True
    )
