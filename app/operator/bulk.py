"""One action for many stations, in stages: begun, watched, stopped."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, moment
from app.operator import bulk_rules as rules
from app.operator.bulk_new import NewBulk
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12, T12, T16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.base import Page
from shared.campaigns import Campaign, CampaignResult, CampaignState, ResultState

Words = Callable[[str], str]
AT_ONCE = 10
RESULTS = 50
SIGNS: dict[CampaignState, tuple[str, Any, str]] = {
    CampaignState.RUNNING: ("Under way", ft.Icons.PLAY_CIRCLE_OUTLINE_ROUNDED, "info"),
    CampaignState.PAUSED: ("Paused", ft.Icons.PAUSE_CIRCLE_OUTLINE_ROUNDED, "warning"),
    CampaignState.HALTED: ("Halted", ft.Icons.REPORT_ROUNDED, "danger"),
    CampaignState.CANCELLED: ("Cancelled", ft.Icons.CANCEL_OUTLINED, "neutral"),
    CampaignState.DONE: ("Done", ft.Icons.CHECK_CIRCLE_ROUNDED, "good"),
}
RESULT_SIGNS: dict[ResultState, tuple[Any, str]] = {
    ResultState.DONE: (ft.Icons.CHECK_CIRCLE_ROUNDED, "good"),
    ResultState.RUNNING: (ft.Icons.PENDING_OUTLINED, "info"),
    ResultState.WAITING: (ft.Icons.SCHEDULE_ROUNDED, "neutral"),
    ResultState.CANCELLED: (ft.Icons.CANCEL_OUTLINED, "neutral"),
    ResultState.OFFLINE: (ft.Icons.CLOUD_OFF_ROUNDED, "neutral"),
}


@guarded
def BulkPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    making, set_making = ft.use_state(False)
    opened, set_opened = ft.use_state("")

    async def load(cursor: str | None) -> Page[Campaign]:
        return await app.api.get("/campaigns", Page[Campaign], cursor=cursor, limit=AT_ONCE)

    found = use_pages(load, [turn])
    again = partial(set_turn, lambda n: n + 1)

    def done(made: Campaign | None) -> None:
        set_making(False)
        if made is not None:
            set_opened(made.id)
            again()

    new = buttons.primary(words("New bulk action"), t, lambda: set_making(True), identifier="bulk-new")
    refresh = buttons.icon_button(
        ft.Icons.REFRESH_ROUNDED, words("Refresh"), t, again, identifier="bulk-refresh", color=t.muted
    )
    parts: list[ft.Control] = [new] if store.phone else []
    if found.items is None:
        parts.append(
            surfaces.failed(found.error, t, found.reload) if found.error else surfaces.skeleton_list(t, rows=3)
        )
    elif not found.items:
        parts.append(
            surfaces.empty(
                ft.Icons.DYNAMIC_FEED_ROUNDED,
                words("No bulk action so far"),
                words("Change a setting, restart or update many stations at once: first a few, then the rest."),
                t,
            )
        )
    else:
        parts.extend(
            ft.Container(
                OneBulk(one, opened == one.id, partial(set_opened, "" if opened == one.id else one.id), again),
                key=f"bulk-{one.id}",
            )
            for one in found.items
        )
    if found.more:
        parts.append(buttons.quiet(words("Older ones"), t, found.more, busy=found.busy, identifier="bulk-more"))
    if making:
        parts.append(NewBulk(done))
    return surfaces.page_body(
        parts,
        t,
        head=words("Bulk actions"),
        phone=store.phone,
        back=lambda: app.go("/stations"),
        trailing=[refresh] if store.phone else [refresh, new],
        width=None if store.phone else 960,
    )


@guarded
def OneBulk(
    one: Campaign, opened: bool, toggle: Callable[[], Any], again: Callable[[], Any]
) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    asker = use_asker(again)
    word, icon, tone = SIGNS[one.state]
    share = rules.share(one)
    head = ft.Row(
        [text(one.name, t, size=T16, bold=True), badge(words(word), icon, getattr(t, tone))],
        spacing=S8,
        run_spacing=S8,
        wrap=True,
    )
    stage = words("stage {n} of {total}").format(n=one.stage, total=one.stages_total)
    about = " · ".join([words(rules.KINDS[one.action.kind]), stage, ago(one.created_at)])
    parts: list[ft.Control] = [
        head,
        muted(about, t, size=T12),
        ft.ProgressBar(value=share, color=getattr(t, tone).ink, bgcolor=t.sunken, border_radius=4, bar_height=8),
        text(rules.counted(one, words), t),
    ]
    if one.detail:
        parts.append(text(words(one.detail), t, color=t.danger.ink))
    parts.append(ft.Row(_steps(one, opened, toggle, asker, app, t, words), spacing=S8, run_spacing=S8, wrap=True))
    if opened:
        parts.append(Results(one))
    return ft.Semantics(
        identifier=f"bulk-{one.name}",
        container=True,
        content=surfaces.card(ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t),
    )


def _steps(
    one: Campaign, opened: bool, toggle: Callable[[], Any], asker: Any, app: Any, t: Tokens, words: Words
) -> list[ft.Control]:
    def step(name: str, word: str, *, asked: bool = False) -> ft.Control:
        work = partial(app.api.post, f"/campaigns/{one.id}/{name}", None, Campaign)
        go = partial(asker.ask, name, work)
        question = partial(
            confirm,
            app.page,
            t,
            head=words("Cancel {name}?").format(name=one.name),
            detail=words("Stations that were not asked yet are left as they are."),
            action=words("Cancel it for good"),
            cancel=words("Back"),
            on_confirm=go,
        )
        return buttons.quiet(
            words(word), t, question if asked else go, busy=asker.busy == name, identifier=f"bulk-{name}"
        )

    found = [
        buttons.quiet(words("Hide stations" if opened else "Show stations"), t, toggle, identifier="bulk-stations")
    ]
    if one.state is CampaignState.RUNNING:
        found.append(step("pause", "Pause"))
    if one.state in (CampaignState.PAUSED, CampaignState.HALTED):
        found.append(step("resume", "Go on"))
    if one.state not in (CampaignState.DONE, CampaignState.CANCELLED):
        found.append(step("cancel", "Cancel", asked=True))
    return found


@guarded
def Results(one: Campaign) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()

    async def load(cursor: str | None) -> Page[CampaignResult]:
        path = f"/campaigns/{one.id}/stations"
        return await app.api.get(path, Page[CampaignResult], cursor=cursor, limit=RESULTS)

    def row(result: CampaignResult) -> ft.Control:
        icon, tone = RESULT_SIGNS.get(result.state, (ft.Icons.ERROR_ROUNDED, "danger"))
        at = result.ended_at or result.sent_at
        return line(
            icon,
            getattr(t, tone).ink,
            result.identity,
            " · ".join(part for part in (words(rules.RESULTS[result.state]), words(result.detail)) if part),
            t,
            right=ago(at) if at else "",
            hint=moment(at) if at else "",
        )

    return ft.Container(
        listed(use_pages(load, [one.id, str(one.counts)]), row, words("No station."), t, words),
        padding=ft.Padding.only(top=S12),
    )
