"""The session that is on, as the hero of the screen: what went in, how fast, what it costs so far, and Stop."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import flet as ft

from app import i18n
from app.driver import rules
from app.driver.data import use_session
from app.driver.pieces import TONE_ICON, bottom_bar, note, tone
from app.errors import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, S16, S24, T12, T16, T20, T28, T40, Tokens
from app.widgets import buttons, plots, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.text import muted, number, text, title
from shared.transactions import Reading, Transaction, TransactionDetail, TransactionState

Words = Callable[[str], str]
RING = 232
WIDTH = 560
CURVE = 200


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
        parts, bar = _requested(detail, store.meta.start_timeout_s if store.meta else 120, t, words), StopBar(one)
    elif one.state is TransactionState.FAILED:
        parts, bar = _failed(detail, t, words), _again(one, t, words, app.go)
    elif one.state is TransactionState.ENDED:
        parts, bar = _ended(detail, t, words), _receipt_bar(detail, t, words, app.go)
    else:
        parts, bar = _active(detail, t, words), StopBar(one)
    where = " · ".join(part for part in (one.location, one.station_name) if part)
    return _frame(parts, bar, where, t, words, store.phone, back)


def _frame(
    parts: list[ft.Control], bar: ft.Control | None, where: str, t: Tokens, words: Words, phone: bool, back: Any
) -> ft.Control:
    line: list[ft.Control] = []
    if back is not None:
        line.append(buttons.icon_button(ft.Icons.ARROW_BACK_ROUNDED, words("Back"), t, back, identifier="back"))
    line.append(
        ft.Column(
            [title(words("Session"), t, size=T20 if phone else T28), muted(where, t, no_wrap=True)],
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
            [ft.Container(body, padding=ft.Padding.only(left=edge, right=edge, top=S16, bottom=S24))], expand=True
        )
    ]
    if bar is not None:
        column.append(bar)
    whole = ft.Column(column, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    if phone:
        return whole
    return ft.Row([ft.Container(whole, width=WIDTH)], alignment=ft.MainAxisAlignment.CENTER, expand=True)


def _skeleton(t: Tokens) -> ft.Control:
    ring = ft.Container(width=RING, height=RING, border_radius=RING, border=ft.Border.all(14, t.sunken))
    return ft.Column(
        [ring, surfaces.skeleton(t, height=64), surfaces.skeleton(t, height=CURVE)],
        spacing=S24,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


# --- active --------------------------------------------------------------------------------------------------


def _active(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    parts: list[ft.Control] = [
        _middle(_ring(detail, t, words)),
        _state(one, t, words),
        _figures(one, t, words),
    ]
    if detail.readings:
        last = detail.readings[-1].at
        parts.append(
            surfaces.section(words("Power"), PowerCurve(detail.readings, int(last.timestamp()), detail.max_power_w), t)
        )
    parts.append(_price(detail, t, words))
    return parts


def _middle(content: ft.Control) -> ft.Control:
    return ft.Container(
        ft.Row([content], alignment=ft.MainAxisAlignment.CENTER), padding=ft.Padding.symmetric(vertical=S8)
    )


def _ring(detail: TransactionDetail, t: Tokens, words: Words) -> ft.Control:
    one = detail.transaction
    mine = tone(rules.state_tone(one), t)
    energy, energy_unit = i18n.energy(one.energy_wh)
    power, power_unit = i18n.power(one.power_w)
    center: list[ft.Control] = [
        ft.Semantics(identifier="session-energy", content=number(energy, energy_unit, t, size=T40)),
        ft.Semantics(identifier="session-power", content=number(power, power_unit, t, size=T20, color=mine.ink)),
    ]
    if one.soc_percent is not None:
        center.append(muted(words("Battery {percent} %").format(percent=one.soc_percent), t))
    return ft.Stack(
        [
            ft.ProgressRing(
                value=rules.fill(detail),
                width=RING,
                height=RING,
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
                width=RING,
                height=RING,
                alignment=ft.Alignment.CENTER,
            ),
        ],
        width=RING,
        height=RING,
    )


def _state(one: Transaction, t: Tokens, words: Words) -> ft.Control:
    name = rules.state_tone(one)
    icon = ft.Icons.PAUSE_CIRCLE_ROUNDED if name == "warning" and not one.stopping else TONE_ICON[name]
    detail = rules.state_detail(one, words)
    shown: list[ft.Control] = [
        ft.Semantics(
            identifier="session-state",
            live_region=True,
            content=badge(rules.state_word(one, words), icon, tone(name, t)),
        )
    ]
    if detail:
        shown.append(muted(detail, t, text_align=ft.TextAlign.CENTER))
    return ft.Column(shown, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.CENTER)


def _figures(one: Transaction, t: Tokens, words: Words) -> ft.Control:
    cost = i18n.money(one.cost) if one.cost is not None else words("No charge")
    return ft.Row(
        [
            _figure(words("Cost so far"), text(cost, t, size=T20, bold=True), "session-cost", t),
            _figure(words("Time"), Elapsed(one.begun_at), "session-time", t),
        ],
        spacing=S12,
    )


def _figure(name: str, value: ft.Control, identifier: str, t: Tokens) -> ft.Control:
    return surfaces.card(
        ft.Column([muted(name, t, size=T12), ft.Semantics(identifier=identifier, content=value)], spacing=S4),
        t,
        expand=True,
    )


@guarded
def Elapsed(begun_at: datetime | None) -> ft.Control:  # a component
    """Ticks by itself, so that nothing else is drawn each second."""
    t = use_tokens()
    now = use_clock()
    shown = "–" if begun_at is None else i18n.countdown(now - begun_at)
    return text(shown, t, size=T20, bold=True)


def use_clock() -> datetime:
    """The time, anew each second as long as the component is on the screen."""
    app = use_app()
    now, set_now = ft.use_state(datetime.now(UTC))
    gone: Any = ft.use_ref(False)

    async def tick() -> None:
        while not gone.current:
            await asyncio.sleep(1)
            if not gone.current:
                set_now(datetime.now(UTC))

    def begin() -> None:
        gone.current = False
        app.run(tick)

    def end() -> None:
        gone.current = True

    ft.use_effect(begin, [], end)
    return now


@guarded
def PowerCurve(readings: list[Reading], newest: int, max_power_w: int) -> ft.Control:  # a component
    """Drawn anew only for a new reading (`newest`, in seconds)."""
    t, words = use_tokens(), use_words()
    del max_power_w

    def draw() -> ft.Control:
        points = [(one.at, one.power_w / 1000) for one in readings if one.power_w is not None]
        return plots.line_plot(points, t, unit="kW", height=CURVE, label=words("Power"), empty=words("No readings yet"))

    return ft.use_memo(draw, [newest, len(readings), t])


def _price(detail: TransactionDetail, t: Tokens, words: Words) -> ft.Control:
    lines = [text(line, t) for line in rules.price_lines(detail.headline, words)]
    lines.append(muted(rules.payment_sentence(detail, words), t, size=T12))
    lines.append(muted(words("All prices include VAT."), t, size=T12))
    return surfaces.section(words("Price"), ft.Column(list[ft.Control](lines), spacing=S4), t)


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
    return bottom_bar(ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True), t)


# --- before --------------------------------------------------------------------------------------------------


def _requested(detail: TransactionDetail, timeout_s: int, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    steps = (
        words("Plug the cable into your car and into connector {name}.").format(name=one.connector or "1"),
        words("Keep the car unlocked until you hear it lock the plug."),
        words("Charging begins by itself. You can put the phone away."),
    )
    return [
        _middle(Waiting(one.requested_at, timeout_s)),
        _state(one, t, words),
        surfaces.section(
            words("Plug in the cable"),
            ft.Column([_step(place, words_, t) for place, words_ in enumerate(steps, 1)], spacing=S12),
            t,
        ),
        _price(detail, t, words),
    ]


def _step(place: int, sentence: str, t: Tokens) -> ft.Control:
    return ft.Row(
        [
            ft.Container(
                text(str(place), t, size=T12, bold=True, color=t.primary),
                width=24,
                height=24,
                bgcolor=t.primary_soft,
                border_radius=99,
                alignment=ft.Alignment.CENTER,
            ),
            text(sentence, t, expand=True),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


@guarded
def Waiting(requested_at: datetime | None, timeout_s: int) -> ft.Control:  # a component
    """How long the charger still waits for the cable."""
    t, words = use_tokens(), use_words()
    now = use_clock()
    left = timedelta(seconds=timeout_s) - (now - requested_at if requested_at else timedelta())
    share = max(0.0, min(1.0, left.total_seconds() / timeout_s)) if timeout_s else 0.0
    return ft.Stack(
        [
            ft.ProgressRing(
                value=share,
                width=RING,
                height=RING,
                stroke_width=14,
                color=t.info.ink,
                bgcolor=t.border,
                stroke_cap=ft.StrokeCap.ROUND,
            ),
            ft.Container(
                ft.Column(
                    [
                        ft.Icon(ft.Icons.POWER_ROUNDED, size=40, color=t.info.ink),
                        text(i18n.countdown(left), t, size=T28, bold=True),
                        muted(words("left to plug in"), t),
                    ],
                    spacing=S4,
                    alignment=ft.MainAxisAlignment.CENTER,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                width=RING,
                height=RING,
                alignment=ft.Alignment.CENTER,
            ),
        ],
        width=RING,
        height=RING,
    )


# --- after ---------------------------------------------------------------------------------------------------


def _ended(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    energy, unit = i18n.energy(one.energy_wh)
    cost = i18n.money(one.cost) if one.cost is not None else words("No charge")
    lasted = i18n.duration(rules.lasted(one, datetime.now(UTC)))
    parts: list[ft.Control] = [
        _result(ft.Icons.CHECK_ROUNDED, "good", number(energy, unit, t, size=T40), "session-energy", t),
        _state(one, t, words),
        ft.Row(
            [
                _figure(words("Total"), text(cost, t, size=T20, bold=True), "session-cost", t),
                _figure(words("Time"), text(lasted, t, size=T20, bold=True), "session-time", t),
            ],
            spacing=S12,
        ),
        surfaces.card(
            surfaces.key_values(
                [
                    (words("Begun"), i18n.moment(one.begun_at)),
                    (words("Ended"), i18n.moment(one.ended_at)),
                    (words("Payment"), rules.payment_sentence(detail, words)),
                ],
                t,
            ),
            t,
        ),
    ]
    if len(detail.readings) > 1:
        curve = PowerCurve(detail.readings, len(detail.readings), detail.max_power_w)
        parts.append(surfaces.section(words("Power"), curve, t))
    return parts


def _result(icon: Any, name: str, value: ft.Control, identifier: str, t: Tokens) -> ft.Control:
    mine = tone(name, t)
    return ft.Column(
        [
            ft.Container(
                ft.Icon(icon, size=36, color=mine.ink),
                bgcolor=mine.ground,
                width=72,
                height=72,
                border_radius=99,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Semantics(identifier=identifier, content=value),
        ],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _receipt_bar(detail: TransactionDetail, t: Tokens, words: Words, go: Callable[[str], None]) -> ft.Control:
    address = f"/sessions/{detail.transaction.id}/receipt"
    label = words("Show receipt") if detail.has_receipt else words("The receipt is being written …")
    button = buttons.primary(
        label,
        t,
        lambda: go(address),
        icon=ft.Icons.RECEIPT_LONG_ROUNDED,
        busy=not detail.has_receipt,
        identifier="open-receipt",
    )
    return bottom_bar(ft.Column([button], horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True), t)


def _failed(detail: TransactionDetail, t: Tokens, words: Words) -> list[ft.Control]:
    one = detail.transaction
    why = words(one.failure) if one.failure else words("The charger never began.")
    head = text(words("Charging didn't start"), t, size=T20, bold=True, text_align=ft.TextAlign.CENTER)
    return [
        _result(ft.Icons.PRIORITY_HIGH_ROUNDED, "danger", head, "session-failure", t),
        _state(one, t, words),
        surfaces.card(
            ft.Column(
                [
                    text(why, t, size=T16),
                    muted(rules.payment_sentence(detail, words), t),
                    muted(words("Try the same connector again, or choose another one."), t),
                ],
                spacing=S8,
            ),
            t,
        ),
    ]


def _again(one: Transaction, t: Tokens, words: Words, go: Callable[[str], None]) -> ft.Control:
    address = f"/locations/{one.location_id}?connector={one.connector_id or ''}" if one.location_id else "/"
    button = buttons.primary(
        words("Back to the charger"), t, lambda: go(address), icon=ft.Icons.REFRESH_ROUNDED, identifier="try-again"
    )
    return bottom_bar(ft.Column([button], horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True), t)
