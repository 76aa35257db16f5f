"""Cards that may charge: found, added, blocked, removed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_pages, use_settled, use_tokens, use_words
from app.i18n import date
from app.operator.settings_card import TYPES, CardDialog
from app.operator.settings_groups import CardGroups
from app.theme import S4, S8, S12, S16, T12, TOUCH, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.tokens import Token, TokenChange, TokenState, TokenType

Words = Callable[[str], str]
STATES = (("", "All"), ("blocked", "Blocked"), ("expired", "Expired"))
AT_ONCE = 8
NONE: Any = None


@guarded
def CardsSection() -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    state, set_state = ft.use_state("")
    search, set_search = ft.use_state("")
    group, set_group = ft.use_state("")
    adding, set_adding = ft.use_state(False)
    editing, set_editing = ft.use_state(NONE)
    turn, set_turn = ft.use_state(0)
    wanted = use_settled(search)

    async def load(cursor: str | None) -> Page[Token]:
        return await app.api.get(
            "/tokens", Page[Token], state=state, group=group, search=wanted.strip(), cursor=cursor, limit=AT_ONCE
        )

    cards = use_pages(load, [state, wanted, group, turn])

    async def act(work: Callable[[], Any]) -> None:
        try:
            await work()
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def change(one: Token, blocked: bool) -> None:
        app.run(act, partial(app.api.patch, f"/tokens/{one.id}", TokenChange(blocked=blocked), Token))

    def remove(one: Token) -> None:
        app.run(act, partial(app.api.delete, f"/tokens/{one.id}"))

    def done(added: bool) -> None:
        set_adding(False)
        set_editing(None)
        if added:
            set_turn(lambda n: n + 1)

    chips: list[ft.Control] = [
        surfaces.chip(words(word), state == name, t, partial(set_state, name), identifier=f"cards-{name or 'all'}")
        for name, word in STATES
    ]
    parts: list[ft.Control] = [ft.Row(chips, spacing=S8, scroll=ft.ScrollMode.HIDDEN)]
    if group:
        parts.append(
            ft.Row(
                [
                    muted(words("Only of the group {name}").format(name=group), t, size=T12),
                    buttons.quiet(words("Show all"), t, lambda: set_group(""), identifier="cards-every-group"),
                ],
                spacing=S8,
                wrap=True,
            )
        )
    if search or state or len(cards.items or ()) > 5:
        parts.append(inputs.search(search, words("Search number, label, group or name"), t, set_search))
    if cards.items is None:
        parts.append(surfaces.failed(cards.error, t, cards.reload) if cards.error else surfaces.skeleton(t, height=120))
    elif not cards.items:
        parts.append(
            surfaces.empty(
                ft.Icons.CREDIT_CARD_ROUNDED,
                words("No card is found"),
                words("Cards and fobs that may charge at your stations stand here. People with the app need none."),
                t,
            )
        )
    else:
        lines: list[ft.Control] = []
        for place, one in enumerate(cards.items):
            if place:
                lines.append(surfaces.divider(t))
            lines.append(_line(one, t, words, app, change, remove, set_editing))
        parts.append(ft.Column(lines, spacing=0))
    if cards.more:
        parts.append(buttons.quiet(words("Show more"), t, cards.more, busy=cards.busy, identifier="more-cards"))
    if adding or editing is not None:
        parts.append(CardDialog(editing, done, key=editing.id if editing else "new"))
    add = buttons.quiet(
        words("Add"), t, lambda: set_adding(True), icon=ft.Icons.ADD_CARD_ROUNDED, identifier="add-card"
    )
    stretch = ft.CrossAxisAlignment.STRETCH
    cards_part = surfaces.section(
        words("Cards"), ft.Column(parts, spacing=S12, horizontal_alignment=stretch), t, trailing=add
    )
    return ft.Column([cards_part, CardGroups(turn, set_group)], spacing=S16, horizontal_alignment=stretch)


def _line(
    one: Token,
    t: Tokens,
    words: Words,
    app: Any,
    change: Callable[[Token, bool], None],
    remove: Callable[[Token], None],
    edit: Callable[[Token], None],
) -> ft.Control:
    about = [part for part in (one.label, one.account_name) if part]
    if one.type is not TokenType.ISO14443:
        about.append(words(TYPES[one.type]))
    if one.group:
        about.append(words("group {name}").format(name=one.group))
    if one.expires_at:
        about.append(words("until {when}").format(when=date(one.expires_at)))
    signs: list[ft.Control] = []
    if one.state is TokenState.BLOCKED:
        signs.append(badge(words("Blocked"), ft.Icons.BLOCK_ROUNDED, t.danger))
    elif one.state is TokenState.EXPIRED:
        signs.append(badge(words("Expired"), ft.Icons.EVENT_BUSY_ROUNDED, t.neutral))
    head = ft.Row([text(one.value, t, bold=True, selectable=True), *signs], spacing=S8, run_spacing=S4, wrap=True)
    told: list[ft.Control] = [head]
    if about:
        told.append(muted(" · ".join(about), t, size=T12))
    return ft.Semantics(
        identifier=f"card-{one.value}",
        container=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Column(told, spacing=2, expand=True),
                    _block(one, t, words, app, change),
                    buttons.icon_button(
                        ft.Icons.EDIT_OUTLINED,
                        words("Change {number}").format(number=one.value),
                        t,
                        lambda: edit(one),
                        identifier=f"edit-{one.value}",
                    ),
                    buttons.icon_button(
                        ft.Icons.DELETE_OUTLINE_ROUNDED,
                        words("Remove {number}").format(number=one.value),
                        t,
                        lambda: confirm(
                            app.page,
                            t,
                            head=words("Remove the card {number}?").format(number=one.value),
                            detail=words("It can't charge any more. Its sessions and receipts stay."),
                            action=words("Remove"),
                            cancel=words("Cancel"),
                            on_confirm=lambda: remove(one),
                        ),
                        identifier=f"remove-{one.value}",
                    ),
                ],
                spacing=S8,
            ),
            padding=ft.Padding.symmetric(vertical=S8),
            height=None if about else TOUCH + S8 * 2,
        ),
    )


def _block(one: Token, t: Tokens, words: Words, app: Any, change: Callable[[Token, bool], None]) -> ft.Control:
    if one.state is TokenState.BLOCKED:
        return buttons.quiet(words("Allow"), t, lambda: change(one, False), identifier=f"allow-{one.value}")
    return buttons.quiet(
        words("Block"),
        t,
        lambda: confirm(
            app.page,
            t,
            head=words("Block the card {number}?").format(number=one.value),
            detail=words("No station accepts it from now on. A session that runs goes on."),
            action=words("Block"),
            cancel=words("Cancel"),
            on_confirm=lambda: change(one, True),
        ),
        identifier=f"block-{one.value}",
    )
