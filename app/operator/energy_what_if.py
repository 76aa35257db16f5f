"""More connectors on the same fuse, tried on the site's own past."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import energy, moment, number, percent
from app.operator.station_add import problem_note
from app.theme import S12, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import form
from app.widgets.text import muted, text
from shared.said import told
from shared.sites import NodeKind, PowerSite
from shared.what_if import WhatIf, WhatIfAnswer

NOT_COUNTED = {
    "co2": "CO2 is not counted.",
    "sun": "The sun is not counted.",
    "batteries": "Batteries are not counted.",
    "grid_limits": "Limits of the grid operator in these days are not counted.",
    "loads": "Other loads count at their limit all the time: what they drew is not known.",
}
BRANCHES = {NodeKind.GRID, NodeKind.TRANSFORMER, NodeKind.FEEDER}
MOST, PATIENCE_S = 200, 300.0


@guarded
def AskWhatIf(location_id: str, site: PowerSite, on_close: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    nodes = [(one.key, one.name or one.key) for one in site.nodes if one.kind in BRANCHES]
    node, set_node = ft.use_state(nodes[0][0])
    count, set_count = ft.use_state("10")
    days, set_days = ft.use_state("7")
    nothing: WhatIfAnswer | None = None
    found, set_found = ft.use_state(nothing)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def ask() -> None:
        if not count.isdecimal() or int(count) > MOST:
            set_problem(words("Up to 200 connectors, as a number."))
            return
        set_busy(True)
        set_problem("")
        wanted = WhatIf(node=node, connectors=int(count), days=int(days))
        try:
            path = f"/locations/{location_id}/power/what-if"
            set_found(await app.api.post(path, wanted, WhatIfAnswer, patience_s=PATIENCE_S))
        except ApiError as error:
            set_problem(told(error.detail or error.title, words))
        set_busy(False)

    parts: list[ft.Control] = [
        muted(words("The site's own sessions, once as they are and once with more connectors on the same fuse."), t),
        inputs.choice(words("New connectors on"), node, nodes, t, set_node, identifier="what-if-node"),
        inputs.field(words("How many"), count, t, set_count, identifier="what-if-count"),
        inputs.choice(
            words("Sessions of the last"),
            days,
            [(one, words("{n} days").format(n=one)) for one in ("7", "14", "31")],
            t,
            set_days,
            identifier="what-if-days",
        ),
    ]
    if found is not None:
        rows: list[tuple[str, str | ft.Control]] = []
        for word, side in ((words("Now"), found.now), (words("Then"), found.then)):
            share = side.delivered_wh / side.wanted_wh if side.wanted_wh else 1.0
            rows += [
                (f"{word}: {words('Connectors')}", number(side.connectors)),
                (
                    f"{word}: {words('Energy delivered')}",
                    f"{_kwh(side.delivered_wh)} ({percent(share, 1)})",
                ),
                (f"{word}: {words('Cars that get all')}", percent(side.complete_share)),
                (f"{word}: {words('Highest use of the connection')}", percent(side.peak_share)),
            ]
        limit = words("Most often in the way: {limit}").format(limit=found.limit)
        answer: list[ft.Control] = [
            surfaces.key_values(rows, t),
            text(limit, t) if found.limit else muted(words("No limit is in the way."), t, size=T12),
        ]
        if found.since is not None:
            answer.append(muted(words("Only sessions since {at}: more are too many to try.").format(
                at=moment(found.since)), t, size=T12))  # fmt: skip
        answer += [muted(words(NOT_COUNTED[one]), t, size=T12) for one in found.not_counted if one in NOT_COUNTED]
        column = ft.Column(answer, spacing=S12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        parts.append(ft.Semantics(identifier="what-if-answer", live_region=True, content=column))
    if busy:
        parts.append(muted(words("The past is charged anew, twice. That may take a minute."), t, size=T12))
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("What if"),
            parts,
            [
                buttons.quiet(words("Close"), t, on_close, identifier="dialog-cancel"),
                buttons.primary(words("Try it"), t, lambda: app.run(ask), busy=busy, identifier="what-if-ask"),
            ],
            on_close,
            width=480,
        )
    )
    return ft.Container(width=0, height=0)


def _kwh(wh: int) -> str:
    return " ".join(energy(wh))
