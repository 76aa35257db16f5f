"""What a station may draw: the profiles it holds, limits of others, and what it all comes to."""

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.errors import ApiError
from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import Patience
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12, S16, T12, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.text import muted, text
from shared.base import Page
from shared.energy import (
    Composite,
    CompositeAsk,
    ExternalLimit,
    ProfileAnswer,
    ProfileFilter,
    RateUnit,
    SetProfile,
    StoredProfile,
)
from shared.stations import StationDetail

AT_ONCE = 50
NONE: Any = None


@guarded
def Limits(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    row = detail.row
    path = f"/stations/{rules.quoted(row.identity)}"
    typed, set_typed = ft.use_state("")

    async def page(cursor: str | None) -> Page[StoredProfile]:
        return await app.api.get(f"{path}/charging-profiles", Page[StoredProfile], cursor=cursor, limit=AT_ONCE)

    async def others_page(cursor: str | None) -> Page[ExternalLimit]:
        return await app.api.get(f"{path}/external-limits", Page[ExternalLimit], cursor=cursor, limit=AT_ONCE)

    pages = use_pages(page, [row.identity, told])
    others = use_pages(others_page, [row.identity, told])
    asker = use_asker(pages.reload, patience)
    limit = upkeep_rules.watts(typed)

    def hold() -> None:
        if limit is None:
            return
        wanted = SetProfile(evse=0, profile=upkeep_rules.limited(limit, datetime.now(UTC)))
        key = uuid4().hex
        asker.ask(
            "hold",
            lambda: app.api.post(patience.to(f"{path}/charging-profiles"), wanted, ProfileAnswer, key=key),
            lambda: set_typed(""),
        )

    def clear(one: StoredProfile) -> None:
        key = uuid4().hex
        confirm(
            app.page,
            t,
            head=words("Lift this limit of {name}?").format(name=rules.called(row)),
            detail=words("Cars may draw more at once."),
            action=words("Lift"),
            on_confirm=lambda: asker.ask(
                f"clear-{one.number}",
                lambda: app.api.post(
                    patience.to(f"{path}/charging-profiles/clear"),
                    ProfileFilter(numbers=[one.number]),
                    ProfileAnswer,
                    key=key,
                ),
            ),
            cancel=words("Cancel"),
        )

    def profile(one: StoredProfile) -> ft.Control:
        drop = buttons.icon_button(
            ft.Icons.DELETE_OUTLINE_ROUNDED,
            words("Lift"),
            t,
            partial(clear, one),
            identifier=f"limit-clear-{one.number}",
        )
        about = [
            words(upkeep_rules.PURPOSES[one.profile.purpose]),
            f"EVSE {one.evse}" if one.evse else "",
            words("set by {who}").format(who=words(upkeep_rules.SOURCES[one.source])),
        ]
        head = " / ".join(upkeep_rules.told(schedule) for schedule in one.profile.schedules)
        shown = line(
            ft.Icons.SPEED_ROUNDED,
            t.muted,
            head,
            " · ".join(part for part in about if part),
            t,
            right=ago(one.set_at),
            hint=moment(one.set_at),
            trailing=drop,
        )
        return ft.Semantics(identifier=f"limit-{one.number}", container=True, content=shown)

    def other(one: ExternalLimit) -> ft.Control:
        about = [f"EVSE {one.evse}" if one.evse else words("The whole station")]
        if one.grid_critical:
            about.append(words("the grid needs it"))
        return line(
            ft.Icons.ELECTRICAL_SERVICES_ROUNDED,
            t.warning.ink,
            " / ".join(upkeep_rules.told(schedule) for schedule in one.schedules) or "–",
            " · ".join([words("set by {who}").format(who=words(upkeep_rules.SOURCES[one.source])), *about]),
            t,
            right=ago(one.set_at),
            hint=moment(one.set_at),
        )

    form: list[ft.Control] = [
        listed(pages, profile, words("No limit is known. Cars draw what the station gives."), t, words),
        ft.Row(
            [
                ft.Container(
                    inputs.field(
                        words("Most for the station (kW)"),
                        typed,
                        t,
                        set_typed,
                        identifier="limit-kw",
                        error=words("A number of kilowatts, such as 11.") if typed.strip() and limit is None else "",
                        on_submit=hold,
                    ),
                    width=240,
                ),
                buttons.quiet(
                    words("Set"),
                    t,
                    hold if limit is not None and not asker.busy else None,
                    busy=asker.busy == "hold",
                    identifier="limit-set",
                ),
            ],
            spacing=S8,
            run_spacing=S8,
            wrap=True,
        ),
    ]
    stretch = ft.CrossAxisAlignment.STRETCH
    parts: list[ft.Control] = [
        surfaces.section(words("Limits"), ft.Column(form, spacing=S12, horizontal_alignment=stretch), t),
    ]
    if others.items:
        parts.append(surfaces.section(words("Limits of others"), listed(others, other, "", t, words), t))
    parts.append(Together(path, row.online))
    return ft.Column(parts, spacing=S16, horizontal_alignment=stretch)


@guarded
def Together(path: str, online: bool) -> ft.Control:  # a component
    """What the station says its limits come to over a day, beside our own calculation."""
    app, t, words = use_app(), use_tokens(), use_words()
    found, set_found = ft.use_state(NONE)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def ask() -> None:
        set_busy(True)
        set_problem("")
        try:
            wanted = CompositeAsk(evse=0, unit=RateUnit.WATT)
            set_found(await app.api.post(f"{path}/composite-schedule", wanted, Composite))
        except ApiError as error:
            set_problem(words(upkeep_rules.refusal(error)))
        finally:
            set_busy(False)

    button = buttons.quiet(
        words("Ask the station"),
        t,
        (lambda: app.run(ask)) if online and not busy else None,
        busy=busy,
        identifier="composite-ask",
    )
    parts: list[ft.Control] = []
    if problem:
        parts.append(text(problem, t, color=t.danger.ink))
    if found is not None:
        parts.extend(_periods(found, t, words))
    elif not problem:
        parts.append(muted(words("What the station makes of all limits over the next 24 hours."), t))
    column = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Taken together"), column, t, trailing=button)


def _periods(found: Composite, t: Tokens, words: Any) -> list[ft.Control]:
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Text(upkeep_rules.since(one.start_s), size=T12, color=t.muted, width=64),
                text(upkeep_rules.written(one.limit, found.unit), t, bold=True),
            ],
            spacing=S8,
        )
        for one in found.told
    ]
    if not lines:
        lines.append(muted(words("The station knows no limit."), t))
    if found.differs_at_s is None:
        lines.append(muted(words("Our own calculation says the same."), t, size=T12))
    else:
        after = upkeep_rules.since(found.differs_at_s)
        lines.append(
            text(words("Our own calculation differs from {when} on.").format(when=after), t, color=t.warning.ink)
        )
    return [ft.Semantics(identifier="composite", container=True, content=ft.Column(lines, spacing=S8))]
