"""Where a session stops by itself: chosen before or during charging, shown with how far it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import flet as ft
import msgspec

from app import i18n
from app.common import bill
from app.driver.pieces import note
from app.errors import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, T16, Tokens
from app.widgets import buttons, dialogs, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.money import Target, TargetNew, TargetState
from shared.transactions import Transaction, TransactionState

Words = Callable[[str], str]
OFFERED = {
    "money": (5, 10, 20, 30),
    "energy": (10, 20, 30, 50),
    "time": (15, 30, 60, 120),
    "battery": (60, 80, 90, 100),
}
UNITS = {"energy": "kWh", "time": "min", "battery": "%"}


def wanted(kind: str, amount: Decimal) -> TargetNew:
    if kind == "money":
        return TargetNew(money=amount)
    if kind == "energy":
        return TargetNew(energy_wh=int(amount * 1000))
    return TargetNew(minutes=int(amount)) if kind == "time" else TargetNew(soc_percent=int(amount))


def share(target: Target, begun_at: datetime | None, now: datetime) -> float | None:
    """How far it is, from 0 to 1; None: nobody can tell."""
    if target.minutes is not None and begun_at is not None:
        return max(0.0, min(1.0, (now - begun_at).total_seconds() / 60 / target.minutes))
    return None if target.share is None else float(target.share)


def amount_of(typed: str) -> Decimal | None:
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found < 100_000 else None


@guarded
def TargetPick(currency: str, battery: bool, on_pick: Callable[[TargetNew], Any]) -> ft.Control:  # a component
    """`currency` empty: charging costs nothing here. `battery`: the car may tell how full it is."""
    t, words = use_tokens(), use_words()
    use_store()
    kinds = {"money": words("Money"), "energy": words("Energy"), "time": words("Time"), "battery": words("Battery")}
    if not currency:
        kinds.pop("money")
    if not battery:
        kinds.pop("battery")
    kind, set_kind = ft.use_state(next(iter(kinds)))
    typed, set_typed = ft.use_state("")
    unit = UNITS.get(kind, currency)
    amount = amount_of(typed)

    def choose(one: str) -> None:
        set_kind(one)
        set_typed("")

    def shown(value: int) -> str:
        return i18n.amount(Decimal(value), currency) if kind == "money" else f"{value} {unit}"

    own = ft.Row(
        [
            ft.Container(
                inputs.field(
                    words("Another amount in {unit}").format(unit=unit),
                    typed,
                    t,
                    set_typed,
                    identifier="target-own",
                    keyboard=ft.KeyboardType.NUMBER,
                ),
                expand=True,
            ),
            buttons.quiet(
                words("Set"),
                t,
                (lambda: on_pick(wanted(kind, amount))) if amount is not None else None,
                identifier="target-set",
            ),
        ],
        spacing=S8,
    )
    return ft.Column(
        [
            _chips([surfaces.chip(word, name == kind, t, partial(choose, name), identifier=f"target-{name}")
                    for name, word in kinds.items()]),
            _chips([surfaces.chip(shown(value), False, t, partial(on_pick, wanted(kind, Decimal(value))),
                                  identifier=f"target-{kind}-{value}")
                    for value in OFFERED[kind]]),
            own,
            muted(words(ABOUT[kind]), t, size=T12),
        ],
        spacing=S12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        tight=True,
    )  # fmt: skip


def target_dialog(
    currency: str,
    chosen: TargetNew | None,
    pick: Callable[[TargetNew | None], Any],
    close: Callable[[], Any],
    t: Tokens,
    words: Words,
) -> ft.AlertDialog:
    """Before the start."""
    actions = [buttons.quiet(words("Leave it"), t, close, identifier="target-leave")]
    if chosen is not None:
        actions.append(buttons.quiet(words("No target"), t, lambda: pick(None), identifier="target-none"))
    return dialogs.form(t, words("Stop by itself at"), [TargetPick(currency, True, pick)], actions, close)


ABOUT = {
    "money": "Charging stops before it costs more than this, with VAT. You can always stop earlier.",
    "energy": "Charging stops when so much has gone into the car. You can always stop earlier.",
    "time": "Charging stops after this time. You can always stop earlier.",
    "battery": "Charging stops when the car says that its battery is so full. Not every car tells.",
}


def _chips(chips: list[ft.Control]) -> ft.Control:
    return ft.Row(chips, spacing=S8, run_spacing=S8, wrap=True)


@guarded
def TargetCard(one: Transaction, currency: str) -> ft.Control:  # a component
    """The target of a session that waits or runs: set, followed, changed, taken away."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    told, set_told = ft.use_state(one)
    opened, set_opened = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    newest = told if told.updated_at > one.updated_at else one
    target = newest.target

    async def put(goal: TargetNew | None) -> None:
        set_busy(True)
        path = f"/transactions/{one.id}/target"
        try:
            if goal is None:
                await app.api.delete(path)
                set_told(msgspec.structs.replace(newest, target=None, updated_at=datetime.now(UTC)))
            else:
                set_told(await app.api.put(path, goal, Transaction))
            set_opened(False)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)
        set_busy(False)

    battery = one.soc_percent is not None or one.state is TransactionState.REQUESTED
    parts: list[ft.Control] = []
    if target is not None:
        parts += _followed(target, newest, t, words)
    if opened:
        parts.append(TargetPick(currency, battery, lambda goal: app.run(put, goal)))
        parts.append(buttons.quiet(words("Leave it"), t, lambda: set_opened(False), identifier="target-leave"))
    elif target is None:
        parts.append(
            buttons.quiet(
                words("Stop by itself …"),
                t,
                lambda: set_opened(True),
                icon=ft.Icons.FLAG_OUTLINED,
                busy=busy,
                identifier="target-open",
            )
        )
    elif target.state is not TargetState.REACHED:
        parts.append(
            _chips(
                [
                    buttons.quiet(words("Change"), t, lambda: set_opened(True), busy=busy, identifier="target-change"),
                    buttons.quiet(words("Remove"), t, lambda: app.run(put, None), identifier="target-remove"),
                ]
            )
        )
    inner = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Target"), inner, t)


def _followed(target: Target, one: Transaction, t: Tokens, words: Words) -> list[ft.Control]:
    reached = target.state is TargetState.REACHED
    sentence = words("Target reached: {target}") if reached else words("Stops by itself at {target}")
    parts: list[ft.Control] = [
        ft.Semantics(
            identifier="target-state",
            live_region=True,
            content=text(sentence.format(target=bill.target(target)), t, size=T16, bold=True),
        )
    ]
    done = share(target, one.begun_at, datetime.now(UTC))
    if done is not None:
        color = t.good.ink if reached else t.primary
        bar = ft.ProgressBar(value=done, color=color, bgcolor=t.sunken, bar_height=8, border_radius=99)
        parts.append(bar)
        parts.append(muted(words("{percent} % of the way").format(percent=round(done * 100)), t, size=T12))
    if target.trouble:
        parts.append(note(words(target.trouble), t, "danger", identifier="target-trouble"))
    return parts
