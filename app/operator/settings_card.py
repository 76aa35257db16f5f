"""One card: added, or changed in its label, type, group and last day."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_tokens, use_words
from app.i18n import local
from app.theme import T12
from app.widgets import inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.tokens import Token, TokenChange, TokenGroup, TokenNew, TokenType

TYPES = {
    TokenType.ISO14443: "Card or fob",
    TokenType.ISO15693: "Card, ISO 15693",
    TokenType.KEY_CODE: "Code to type in",
    TokenType.EMAID: "Contract of a car",
    TokenType.MAC_ADDRESS: "Car itself (MAC address)",
    TokenType.CENTRAL: "App or central system",
    TokenType.LOCAL: "Made by the station",
}
MOST = 100


def day(typed: str) -> datetime | None:
    """The end of a day as typed, 2027-12-31, in the operator's zone. Raises ValueError."""
    if not typed.strip():
        return None
    zone = local(datetime.now(UTC)).tzinfo
    return datetime.combine(datetime.strptime(typed.strip(), "%Y-%m-%d").date(), time(23, 59, 59), zone)  # noqa: DTZ007


@guarded
def CardDialog(one: Token | None, on_done: Callable[[bool], Any]) -> ft.Control:  # a component
    """`one` None: a new card."""
    app, t, words = use_app(), use_tokens(), use_words()
    value, set_value = ft.use_state(one.value if one else "")
    label, set_label = ft.use_state(one.label if one else "")
    group, set_group = ft.use_state(one.group if one else "")
    kind, set_kind = ft.use_state(one.type.value if one else TokenType.ISO14443.value)
    until, set_until = ft.use_state(f"{local(one.expires_at):%Y-%m-%d}" if one and one.expires_at else "")
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key = ft.use_memo(lambda: uuid4().hex, [])
    groups = use_load(lambda: app.api.get("/token-groups", Page[TokenGroup], limit=MOST), [])
    of_app = one is not None and one.type is TokenType.CENTRAL and one.account_id is not None

    async def send(expires_at: datetime | None) -> None:
        set_busy(True)
        set_trouble("")
        told: Any = {"label": label.strip(), "group": group.strip(), "expires_at": expires_at}
        if not of_app:
            told["type"] = TokenType(kind)
        try:
            if one is None:
                await app.api.post("/tokens", TokenNew(value=value.strip(), **told), Token, key=key)
            else:
                await app.api.patch(f"/tokens/{one.id}", TokenChange(**told), Token)
            on_done(True)
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        if not value.strip():
            set_trouble(words("Enter the number of the card."))
            return
        try:
            app.run(send, day(until))
        except ValueError:
            set_trouble(words("A day, such as 2027-12-31."))

    parts: list[ft.Control] = []
    if one is None:
        parts.append(
            inputs.field(words("Number of the card"), value, t, set_value, identifier="card-value", autofocus=True)
        )
    parts.append(
        inputs.field(words("Label, such as a name or a number plate"), label, t, set_label, identifier="card-label")
    )
    if of_app:
        parts.append(muted(words("The app starts sessions by this token; its type stays."), t, size=T12))
    else:
        options = [(name.value, words(word)) for name, word in TYPES.items()]
        parts.append(inputs.choice(words("What it is"), kind, options, t, set_kind, identifier="card-type"))
    known = [(found.name, found.name) for found in groups.data.items] if groups.data else []
    parts.append(inputs.field(words("Group"), group, t, set_group, identifier="card-group"))
    if known:
        none = [("", words("No group"))]
        chosen = group if group in dict(known) else ""
        parts.append(
            inputs.choice(
                words("Or one that there is"), chosen, none + known, t, set_group, identifier="card-known-group"
            )
        )
    parts.append(muted(words("Cards of one group stop each other's sessions."), t, size=T12))
    parts.append(inputs.field(words("Last day, empty for always"), until, t, set_until, identifier="card-until"))
    if trouble:
        parts.append(ft.Semantics(identifier="card-problem", content=text(trouble, t, color=t.danger.ink)))
    head = words("Add a card") if one is None else words("Change {number}").format(number=one.value)
    action = words("Add") if one is None else words("Save")
    ft.use_dialog(
        form(
            t,
            head,
            parts,
            answers(t, lambda: on_done(False), action, submit, busy=busy, name="card"),
            lambda: on_done(False),
        )
    )
    return ft.Container(width=0, height=0)
