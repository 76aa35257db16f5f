"""How stations fail and are mended: six figures, and the sites and models that fail most."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import flet as ft

from app import i18n
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S4, S8, S12, S16, T12, T20, Tokens
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.tables import Column, Row, table
from app.widgets.text import muted, text
from shared.operations import RepairReport, RepairRow

Words = Callable[[str], str]
SHOWN = 10
MEANING = (
    "Failures are incidents that cost business at a station. Between failures: hours in which stations worked, divided "
    "by failures. Seen, taken, mended: medians. Mended at once: with one visit at most, and the same didn't come back "
    "within seven days. A visit is a ticket that a service partner answered as done."
)


def span_of(seconds: float | None) -> str:
    return i18n.duration(None if seconds is None else timedelta(seconds=seconds))


def share_of(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def between(row: RepairRow) -> str:
    """Days from two of them on, else hours."""
    hours = row.between_failures_h
    if hours is None:
        return "–"
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{hours:.0f} h"


@guarded
def Repairs(first: date, last: date, site: str, width: float) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    by, set_by = ft.use_state("site")
    loaded = use_load(
        lambda: app.api.get("/repairs", RepairReport, begins_on=first, ends_on=last, location_id=site or None),
        [first, last, site],
    )
    found = loaded.data
    if found is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton(t, height=160)
        return surfaces.section(words("How do stations fail, and how are they mended?"), inner, t)
    if not found.total.stations:
        return ft.Container(height=0, visible=False)
    parts: list[ft.Control] = [_totals(found.total, t, words), muted(words(MEANING), t, size=T12)]
    rows = found.by_location if by == "site" else found.by_model
    if len(found.by_location) > 1 or len(found.by_model) > 1:
        chips = [
            surfaces.chip(word, name == by, t, partial(set_by, name), identifier=f"repairs-{name}")
            for name, word in (("site", words("By site")), ("model", words("By model")))
        ]
        parts.append(ft.Row(list[ft.Control](chips), spacing=S8))
        parts.append(_table(rows[:SHOWN], by, t, words, store.phone, width))
        if len(rows) > SHOWN:
            parts.append(muted(words("and {n} more").format(n=len(rows) - SHOWN), t, size=T12))
    inner = ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(
        identifier="repairs",
        container=True,
        content=surfaces.section(words("How do stations fail, and how are they mended?"), inner, t),
    )


def _totals(total: RepairRow, t: Tokens, words: Words) -> ft.Control:
    shown = (
        ("failures", words("Failures"), str(total.failures)),
        ("between", words("Between failures"), between(total)),
        ("detect", words("Until seen"), span_of(total.detect_s)),
        ("acknowledge", words("Until taken"), span_of(total.acknowledge_s)),
        ("repair", words("Until mended"), span_of(total.repair_s)),
        ("first-time", words("Mended at once"), share_of(total.first_time_fix)),
        ("without-visit", words("Without a visit"), share_of(total.without_visit)),
        ("visits", words("Visits"), str(total.visits)),
    )
    return ft.Row(
        [
            ft.Semantics(
                identifier=f"repairs-{name}",
                container=True,
                content=ft.Container(
                    ft.Column(
                        [muted(word, t, size=T12), text(value, t, size=T20, bold=True, no_wrap=True)], spacing=S4
                    ),
                    width=132,
                ),
            )
            for name, word, value in shown
        ],
        spacing=S16,
        run_spacing=S12,
        wrap=True,
    )


def _table(rows: Sequence[RepairRow], by: str, t: Tokens, words: Words, phone: bool, width: float) -> ft.Control:
    nameless = words("No location") if by == "site" else words("Unknown model")
    columns = [
        Column("name", words("Site") if by == "site" else words("Model"), weight=2),
        Column("stations", words("Stations"), width=84, numeric=True, from_width=700),
        Column("failures", words("Failures"), width=84, numeric=True),
        Column("between", words("Between failures"), width=140, numeric=True),
        Column("repair", words("Until mended"), width=120, numeric=True),
        Column("fix", words("Mended at once"), width=130, numeric=True, from_width=760),
        Column("visits", words("Visits"), width=84, numeric=True, from_width=600),
    ]
    lines = [
        Row(
            row.name or "none",
            f"repairs-row-{number}",
            {
                "name": row.name or nameless,
                "stations": str(row.stations),
                "failures": str(row.failures),
                "between": between(row),
                "repair": span_of(row.repair_s),
                "fix": share_of(row.first_time_fix),
                "visits": str(row.visits),
            },
            label=row.name or nameless,
        )
        for number, row in enumerate(rows)
    ]
    return table(columns, lines, t, phone=phone, width=width)
