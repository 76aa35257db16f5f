"""One session: what it took, how it went, who it was, what became of the money, and Stop."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_live, use_load, use_store, use_tokens, use_words
from app.i18n import duration, energy, moment, money_parts, power, price, rated
from app.i18n import number as plain
from app.operator import session_rules as rules
from app.operator import station_rules
from app.operator.session_bill import SessionBill
from app.operator.session_pieces import notes_card, state_badge
from app.theme import S4, S8, S12, S16, S24, T12, T20, T28, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.plots import line_plot
from app.widgets.status import badge
from app.widgets.text import muted, number, text, title
from shared.transactions import Reading, Transaction, TransactionDetail, TransactionEvent, TransactionState

CURVE = 200


@guarded
def SessionPage(transaction_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    live = use_live(f"transaction:{transaction_id}", TransactionDetail)

    async def load() -> TransactionDetail:
        return await app.api.get(f"/transactions/{transaction_id}", TransactionDetail)

    loaded = use_load(load, [transaction_id])  # without a live socket it is shown all the same
    detail = live.data or loaded.data

    def back() -> None:
        app.go("/sessions")

    if detail is None:
        inner = (
            surfaces.failed(loaded.error, t, loaded.reload) if loaded.error is not None else _skeleton(t, store.wide)
        )
        return surfaces.page_body([inner], t, head=words("Session"), phone=store.phone, back=back)
    main: list[ft.Control] = [Figures(detail.transaction, detail.readings, detail.max_power_w)]
    told, kept = rules.notes(detail, words), detail.transaction.state is TransactionState.RESERVED
    if told:
        main.insert(0, notes_card(told, t, words))
    if detail.transaction.state is TransactionState.FAILED:
        main = [_failed(detail.transaction, t, words)]
    elif not kept:
        main.append(Curves(detail.readings, detail.transaction.begun_at, detail.max_power_w))
    side: list[ft.Control] = [
        _timeline(detail.timeline, t, words),
        _people(detail, t, words, app),
        _payment(detail, t, words),
        *([] if kept else [_meter(detail, t, words)]),
    ]
    if detail.has_receipt:
        turn = f"{detail.transaction.updated_at} {len(detail.transaction.flags)}"
        # What waits for a decision stands first, on a phone too.
        first = main if "needs_decision" in detail.transaction.flags else side
        first.insert(0, SessionBill(transaction_id, turn, key="bill"))
    if store.wide:
        body: ft.Control = ft.Row(
            [
                ft.Column(main, spacing=S16, expand=3, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                ft.Column(side, spacing=S16, expand=2, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            ],
            spacing=S16,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    else:
        body = ft.Column([*main, *side], spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.page_body([_head(detail, back, store.phone, t, words), body], t, phone=store.phone)


def _skeleton(t: Tokens, wide: bool) -> ft.Control:
    big: list[ft.Control] = [surfaces.card(surfaces.skeleton(t, height=height), t) for height in (72, 232, 232)]
    small: list[ft.Control] = [surfaces.card(surfaces.skeleton(t, height=height), t) for height in (220, 140, 120)]
    if not wide:
        return ft.Column([*big, *small], spacing=S16)
    return ft.Row(
        [ft.Column(big, spacing=S16, expand=3), ft.Column(small, spacing=S16, expand=2)],
        spacing=S16,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _head(detail: TransactionDetail, back: Callable[[], Any], phone: bool, t: Tokens, words: rules.Words) -> ft.Control:
    one = detail.transaction
    place = [one.station_name]
    if one.connector:
        place.append(words("Connector {label}").format(label=one.connector))
    place.append(one.location)
    named = ft.Column(
        [
            ft.Row(
                [
                    title(words("Session {number}").format(number=one.number), t, size=T20 if phone else T28),
                    ft.Semantics(identifier="session-state", content=state_badge(one, t, words)),
                ],
                spacing=S12,
                wrap=True,
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            muted(" · ".join(part for part in place if part), t, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS),
        ],
        spacing=2,
        expand=True,
    )
    line: list[ft.Control] = [
        buttons.icon_button(ft.Icons.ARROW_BACK_ROUNDED, words("Back"), t, back, identifier="back"),
        named,
    ]
    actions = Actions(one, detail.has_receipt, phone)
    if phone:
        return ft.Column(
            [ft.Row(line, spacing=S4, vertical_alignment=ft.CrossAxisAlignment.START), actions],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return ft.Row([*line, actions], spacing=S8, vertical_alignment=ft.CrossAxisAlignment.CENTER)


@guarded
def Actions(one: Transaction, has_receipt: bool, wide_buttons: bool) -> ft.Control:  # a component
    """Stop while it runs, the receipt after it, the station always."""
    app, t, words = use_app(), use_tokens(), use_words()
    busy, set_busy = ft.use_state(False)
    key: Any = ft.use_ref(None)

    async def stop() -> None:
        set_busy(True)
        key.current = key.current or uuid4().hex  # a repeated tap is the same wish
        try:
            await app.api.post(f"/transactions/{one.id}/stop", None, Transaction, key=key.current)
            app.toast(words("{name} was asked to stop.").format(name=one.station_name))
        except ApiError as error:
            if not error.offline:
                key.current = None
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    def ask() -> None:
        waiting = one.state is TransactionState.REQUESTED
        confirm(
            app.page,
            t,
            head=words("Cancel the start at {name}?" if waiting else "Stop charging at {name}?").format(
                name=one.station_name
            ),
            detail=words("The reservation on the card is given back.")
            if waiting
            else words("Ends the session of {driver} on connector {label}. They pay for what was charged.").format(
                driver=rules.who(one, words), label=one.connector or "1"
            ),
            action=words("Cancel the start") if waiting else words("Stop charging"),
            on_confirm=lambda: app.run(stop),
            cancel=words("Keep it running"),
        )

    found: list[ft.Control] = [
        buttons.quiet(
            words("Station"),
            t,
            lambda: app.go(f"/stations/{station_rules.quoted(one.station_identity)}"),
            icon=ft.Icons.EV_STATION_OUTLINED,
            identifier="open-station",
            expand=wide_buttons,
        )
    ]
    if one.state in rules.LIVE:
        word = words("Stopping …") if one.stopping else words("Stop")
        found.append(
            buttons.danger(
                word,
                t,
                ask,
                icon=ft.Icons.STOP_CIRCLE_OUTLINED,
                busy=busy or one.stopping,
                identifier="stop-session",
                expand=wide_buttons,
            )
        )
    elif has_receipt:
        found.append(
            buttons.primary(
                words("Receipt"),
                t,
                lambda: app.go(f"/sessions/{one.id}/receipt"),
                icon=ft.Icons.RECEIPT_LONG_ROUNDED,
                identifier="open-receipt",
                expand=wide_buttons,
            )
        )
    return ft.Row(found, spacing=S8)


# --- what it took --------------------------------------------------------------------------------------------


@guarded
def Figures(one: Transaction, readings: list[Reading], max_power_w: int) -> ft.Control:  # a component
    store, t, words = use_store(), use_tokens(), use_words()
    kept = one.state is TransactionState.RESERVED
    ended = kept or one.state is TransactionState.ENDED
    size = T20 if store.phone else T28

    def figure(name: str, shown: ft.Control, identifier: str) -> ft.Control:
        return ft.Column(
            [ft.Semantics(identifier=identifier, content=shown), muted(words(name), t, size=T12)], spacing=0
        )

    shown = money_parts(one.cost.amount, one.cost.currency) if one.cost else (words("free"), "")
    cost = number(*shown, t, size=size)
    found: list[ft.Control] = [
        *([] if kept else [figure("Energy", number(*energy(one.energy_wh), t, size=size), "session-energy")]),
        figure("Cost" if ended else "Cost so far", cost, "session-cost"),
    ]
    if not ended:
        found.insert(1, figure("Power now", number(*power(one.power_w), t, size=size), "session-power"))
    elif (peak := rules.peak_w(readings)) is not None:
        found.insert(1, figure("Highest power", number(*power(peak), t, size=size), "session-peak"))
    lasted = rules.lasted(one, datetime.now(UTC))
    found.append(figure("Time", number(duration(lasted), "", t, size=size), "session-time"))
    if one.soc_percent is not None:
        name = "Battery at the end" if ended else "Battery"
        found.append(figure(name, number(str(one.soc_percent), "%", t, size=size), "session-battery"))
    return surfaces.card(
        ft.Row(found, spacing=S24 if store.phone else 40, run_spacing=S16, wrap=True),
        t,
        padding=S16 if store.phone else S24,
    )


@guarded
def Curves(readings: list[Reading], begun_at: datetime | None, max_power_w: int) -> ft.Control:  # a component
    """Drawn anew only for new readings."""
    t, words = use_tokens(), use_words()

    def draw() -> ft.Control:
        limit = max_power_w / 1000 if max_power_w else None
        powers = rules.power_points(readings)
        energies = rules.energy_points(readings, begun_at)
        none = words("The first reading comes within a minute.")
        return ft.Column(
            [
                surfaces.section(
                    words("How fast did it charge?"),
                    line_plot(powers, t, unit="kW", height=CURVE, limit=limit, label=words("Power"), empty=none),
                    t,
                    trailing=muted(words("Connector: {power}").format(power=rated(max_power_w)), t, size=T12)
                    if max_power_w
                    else None,
                ),
                surfaces.section(
                    words("How much energy went in?"),
                    line_plot(
                        energies, t, unit="kWh", color=t.good.ink, height=CURVE, label=words("Energy"), empty=none
                    ),
                    t,
                ),
            ],
            spacing=S16,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    return ft.use_memo(draw, [len(readings), readings[-1].at if readings else None, t, words("Power")])


def _failed(one: Transaction, t: Tokens, words: rules.Words) -> ft.Control:
    why = words(one.failure) if one.failure else words("The station never began.")
    return surfaces.card(
        ft.Column(
            [
                ft.Row(
                    [
                        ft.Icon(ft.Icons.ERROR_ROUNDED, size=24, color=t.danger.ink),
                        text(words("Charging didn't start"), t, size=T20, bold=True),
                    ],
                    spacing=S12,
                ),
                text(why, t),
                muted(words("Nothing was charged. Look at the station's log for what it was asked and answered."), t),
            ],
            spacing=S8,
        ),
        t,
        padding=S24,
    )


# --- how it went ---------------------------------------------------------------------------------------------


def _timeline(events: list[TransactionEvent], t: Tokens, words: rules.Words) -> ft.Control:
    lines = [_step(event, place == len(events) - 1, t, words) for place, event in enumerate(events)]
    return ft.Semantics(
        identifier="timeline",
        container=True,
        content=surfaces.section(words("What happened"), ft.Column(lines, spacing=0), t),
    )


def _step(event: TransactionEvent, last: bool, t: Tokens, words: rules.Words) -> ft.Control:
    """A dot on a line: bad ones red, minor ones hollow."""
    bad, minor = event.kind in rules.BAD_STEPS, event.kind in rules.MINOR_STEPS
    color = t.danger.ink if bad else t.border if minor else t.primary
    dot = ft.Container(width=10, height=10, border_radius=99, bgcolor=color)
    rail = ft.Container(width=2, expand=True, bgcolor=None if last else t.border)
    return ft.Row(
        [
            ft.Column(
                [ft.Container(height=5), dot, rail],
                spacing=2,
                width=16,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            ft.Container(
                ft.Row(
                    [
                        text(rules.step(event, words), t, color=t.danger.ink if bad else None, expand=True),
                        muted(moment(event.at), t, size=T12, no_wrap=True),
                    ],
                    spacing=S12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                padding=ft.Padding.only(bottom=0 if last else S12),
                expand=True,
            ),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        intrinsic_height=True,
    )


def _people(detail: TransactionDetail, t: Tokens, words: rules.Words, app: Any) -> ft.Control:
    one = detail.transaction
    rows: list[tuple[str, str | ft.Control]] = [(words("Driver"), one.driver or words("Unknown: charged with a card"))]
    if one.id_token:
        rows.append((words("Card"), one.id_token))
    rows.append((words("Price"), price(detail.headline)))
    return surfaces.section(words("Who and at which price"), surfaces.key_values(rows, t), t)


def _payment(detail: TransactionDetail, t: Tokens, words: rules.Words) -> ft.Control:
    payment = detail.payment
    if payment is None:
        owed = detail.transaction.cost is not None and detail.transaction.state is not TransactionState.FAILED
        line = words("By invoice: nobody is signed in with a payment method.") if owed else words("Nothing to pay.")
        return surfaces.section(words("Payment"), muted(line, t), t)
    word, tone = rules.PAYMENT_STATES.get(payment.state, (payment.state, "neutral"))
    icon = ft.Icons.ERROR_ROUNDED if tone == "danger" else ft.Icons.CREDIT_CARD_ROUNDED
    parts: list[ft.Control] = [surfaces.key_values(list(rules.payment_rows(payment, words)), t)]
    if payment.failure:
        parts.append(text(words(payment.failure), t, color=t.danger.ink))
    return surfaces.section(
        words("Payment"),
        ft.Column(parts, spacing=S8),
        t,
        trailing=ft.Semantics(identifier="payment-state", content=badge(words(word), icon, getattr(t, tone))),
    )


def _meter(detail: TransactionDetail, t: Tokens, words: rules.Words) -> ft.Control:
    def register(wh: int | None) -> str:
        return "–" if wh is None else f"{plain(wh / 1000, 3)} kWh"

    ended = detail.transaction.state is TransactionState.ENDED
    last = words("At the end") if ended else words("Last reading")
    rows: list[tuple[str, str | ft.Control]] = [
        (words("At the start"), register(detail.meter_start_wh)),
        (last, register(detail.meter_last_wh)),
        (words("Readings"), plain(len(detail.readings))),
    ]
    return surfaces.section(words("Meter"), surfaces.key_values(rows, t), t)
