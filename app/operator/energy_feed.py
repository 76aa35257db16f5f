"""Where a site's prices, CO2 or solar forecast come from."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.operator.station_add import problem_note
from app.theme import T12
from app.widgets import inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted
from shared.sites import FeedSet, FeedState, SignalKind

KINDS = {SignalKind.PRICE: "Day-ahead prices", SignalKind.CO2: "CO2 of the grid", SignalKind.SOLAR: "Solar forecast"}
ABOUT = {
    SignalKind.PRICE: "Prices each kWh, for example of the day-ahead market. They go before the tariff.",
    SignalKind.CO2: "Grams of CO2 each kWh. Greenest energy and Cheap and green go by them.",
    SignalKind.SOLAR: "Watts that the solar plant is expected to give. They make energy cheaper, never a fuse larger.",
}
FORMATS = (
    ("points", "Wattline points (JSON)"),
    ("awattar", "aWATTar day-ahead"),
    ("csv", "Table (CSV): begin, end, value"),
)


@guarded
def EditFeed(
    location_id: str,
    kind: SignalKind,
    known: FeedState | None,
    on_done: Callable[[], Any],
    on_close: Callable[[], Any],
) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    url, set_url = ft.use_state(known.url if known else "")
    format_, set_format = ft.use_state(known.format if known else "points")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        set_busy(True)
        set_problem("")
        wanted = FeedSet(kind=kind, url=url.strip(), format=format_)
        try:
            await app.api.put(f"/locations/{location_id}/power/feeds", wanted, FeedState)
        except ApiError as error:
            set_problem(words(error.detail or error.title))
            set_busy(False)
            return
        app.toast(words("Stored. It is fetched now.") if wanted.url else words("Stored. Nothing is fetched any more."))
        on_done()

    parts: list[ft.Control] = [
        muted(words(ABOUT[kind]), t),
        inputs.field(words("Address (https)"), url, t, set_url, identifier="feed-url", keyboard=ft.KeyboardType.URL),
        inputs.choice(
            words("Format"), format_, [(one, words(word)) for one, word in FORMATS], t, set_format,
            identifier="feed-format",
        ),
        muted(
            words("Fetched each hour. When it stops, its last day holds on; values that jump are left out."),
            t,
            size=T12,
        ),
    ]  # fmt: skip
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words(KINDS[kind]),
            parts,
            answers(t, on_close, words("Save"), lambda: app.run(save), busy=busy),
            on_close,
            width=360 if store.phone else 480,
        )
    )
    return ft.Container(width=0, height=0)
