"""Messages on the screen of a 2.0.1 station: which it shows, a new one, one less."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import Patience
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted
from shared.base import Page
from shared.displays import DisplayAnswer, DisplayFilter, DisplayMessage, DisplayMessageNew
from shared.stations import StationDetail

AT_ONCE = 50
LONGEST = 512
OLD = "1.6"
USUAL: Any = "NormalCycle"


@guarded
def Messages(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    row = detail.row
    path = f"/stations/{rules.quoted(row.identity)}/messages"
    content, set_content = ft.use_state("")
    priority, set_priority = ft.use_state(USUAL)

    async def page(cursor: str | None) -> Page[DisplayMessage]:
        return await app.api.get(path, Page[DisplayMessage], cursor=cursor, limit=AT_ONCE)

    pages = use_pages(page, [row.identity, told])
    asker = use_asker(pages.reload, patience)
    head = words("Messages on the screen")
    if row.ocpp_version == OLD:
        return surfaces.section(head, muted(words("OCPP 1.6 knows no messages on screens."), t), t)

    def show() -> None:
        text = content.strip()
        if not text or pages.items is None:
            return
        number = upkeep_rules.next_number(one.number for one in pages.items)
        if not row.online:  # others may wait that have the next numbers
            number = int(datetime.now(UTC).timestamp())
        wanted: Any = DisplayMessageNew(content=text[:LONGEST], priority=priority)
        asker.ask(
            "show", lambda: app.api.put(patience.to(f"{path}/{number}"), wanted, DisplayAnswer), lambda: set_content("")
        )

    def one(message: DisplayMessage) -> ft.Control:
        about = [words(upkeep_rules.PRIORITIES.get(message.priority, message.priority)), message.state]
        drop = None
        if not asker.busy:
            drop = buttons.icon_button(
                ft.Icons.DELETE_OUTLINE_ROUNDED,
                words("Remove"),
                t,
                partial(
                    asker.ask,
                    str(message.number),
                    lambda: app.api.delete(patience.to(f"{path}/{message.number}"), DisplayAnswer),
                ),
                identifier=f"message-remove-{message.number}",
            )
        shown = line(
            ft.Icons.CHAT_BUBBLE_OUTLINE_ROUNDED,
            t.muted,
            message.content,
            " · ".join(part for part in about if part),
            t,
            right=ago(message.updated_at),
            hint=moment(message.updated_at),
            trailing=drop,
        )
        return ft.Semantics(identifier=f"message-{message.number}", container=True, content=shown)

    usable = not asker.busy
    read = buttons.quiet(
        words("Ask the station"),
        t,
        partial(asker.ask, "read", lambda: app.api.post(patience.to(f"{path}/read"), DisplayFilter(), DisplayAnswer))
        if usable
        else None,
        busy=asker.busy == "read",
        identifier="messages-read",
    )
    parts: list[ft.Control] = [
        listed(pages, one, words("No message known. Show one, or ask the station which it has."), t, words),
        inputs.field(words("New message"), content, t, set_content, identifier="message-text", on_submit=show),
        ft.Row(
            [
                surfaces.chip(
                    words(word), priority == name, t, partial(set_priority, name), identifier=f"priority-{name}"
                )
                for name, word in upkeep_rules.PRIORITIES.items()
            ],
            spacing=S8,
            run_spacing=0,
            wrap=True,
        ),
        ft.Row(
            [
                buttons.quiet(
                    words("Show it"),
                    t,
                    show if usable and content.strip() else None,
                    busy=asker.busy == "show",
                    identifier="message-show",
                )
            ]
        ),
    ]
    column = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(head, column, t, trailing=read)
