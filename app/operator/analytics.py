"""How the network does: five key figures with their days and sites, against the time before, and as a table to keep."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import flet as ft

from app import i18n
from app.api import ApiError
from app.device.files import FileTrouble
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator import report_rules as rules
from app.operator import station_rules
from app.operator.analytics_repairs import Repairs
from app.theme import S4, S8, S12, S16, S24, T12, T16, T20, T28, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.bars import bar_list, column_plot
from app.widgets.boundary import guarded
from app.widgets.text import muted, number, text, title
from shared.base import Page
from shared.operations import AnalyticsReport, DailyRow
from shared.stations import LocationSummary

PLOT = 200


@guarded
def AnalyticsPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    asked = station_rules.asked(store.route)
    today = i18n.local(datetime.now(UTC)).date()
    span, site = rules.asked_span(asked, today), asked.get("site", "")
    busy, set_busy = ft.use_state(False)

    def report(wanted: rules.Span, location_id: str) -> Callable[[], Any]:
        return lambda: app.api.get(
            "/analytics", AnalyticsReport, begins_on=wanted.first, ends_on=wanted.last, location_id=location_id
        )

    loaded = use_load(report(span, site), [span, site])
    before = use_load(report(span.before, site), [span, site])
    every = use_load(report(span, ""), [span])
    places = use_load(lambda: app.api.get("/locations", Page[LocationSummary], limit=200))

    def go(**wanted: str) -> None:
        kept = {name: asked[name] for name in ("days", "from", "to", "site") if name in asked}
        if "days" in wanted or "from" in wanted:
            kept = {"site": site}
        app.go(station_rules.address("/analytics", **(kept | wanted)))

    async def export() -> None:
        set_busy(True)
        try:
            table = await app.api.text(
                "/analytics.csv", begins_on=span.first, ends_on=span.last, location_id=site or None
            )
            # With a mark at its begin, without which Excel takes it for another encoding.
            await app.files.save(f"analytics-{span.first}-{span.last}.csv", ("\ufeff" + table).encode())
        except (ApiError, FileTrouble) as trouble:
            app.toast(words(str(trouble)), bad=True)
        set_busy(False)

    save = buttons.quiet(
        "" if store.phone else words("Export CSV"),
        t,
        lambda: app.run(export),
        icon=ft.Icons.DOWNLOAD_ROUNDED,
        busy=busy,
        identifier="export-csv",
    )
    head = ft.Row(
        [ft.Container(title(words("Analytics"), t, size=T20 if store.phone else T28), expand=True), save],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [head, Choice(asked, span, today, site, _named(places.data), go)]
    found = loaded.data
    if found is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else _skeleton(t, store.phone)
        return surfaces.page_body([*parts, inner], t, phone=store.phone)
    usual = not site and span == rules.preset(rules.USUAL, today)
    if rules.nothing(found):
        parts.append(surfaces.card(_empty(t, words, None if usual else lambda: go(days=str(rules.USUAL))), t))
    else:
        parts.append(_figures(found, before.data, span, t, words, store))
    repairs = Repairs(span.first, span.last, site, store.inside, key="repairs")
    parts += [_plots(found, every.data, site, span, go, store), repairs]
    return surfaces.page_body(parts, t, phone=store.phone)


def _named(found: Page[LocationSummary] | None) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in found.items] if found else []


def _skeleton(t: Tokens, phone: bool) -> ft.Control:
    lines: list[ft.Control] = [surfaces.card(surfaces.skeleton(t, height=72), t)]
    pair = [surfaces.card(surfaces.skeleton(t, height=PLOT + 40), t, expand=not phone) for _ in range(2)]
    lines += pair if phone else [ft.Row(list(pair), spacing=S16)]
    return ft.Semantics(label=i18n.say("Loading"), live_region=True, content=ft.Column(lines, spacing=S16))


def _empty(t: Tokens, words: rules.Words, back: Callable[[], Any] | None) -> ft.Control:
    return ft.Semantics(
        identifier="no-sessions",
        content=surfaces.empty(
            ft.Icons.INSIGHTS_ROUNDED,
            words("No session ended in this time"),
            words("Energy, revenue and success come from ended sessions. Choose another time or another site."),
            t,
            buttons.quiet(words("Last {n} days").format(n=rules.USUAL), t, back, identifier="usual-span")
            if back
            else None,
        ),
    )


# --- what is asked -------------------------------------------------------------------------------------------


@guarded
def Choice(
    asked: dict[str, str],
    span: rules.Span,
    today: date,
    site: str,
    places: list[tuple[str, str]],
    go: Callable[..., Any],
) -> ft.Control:  # a component
    store, t, words = use_store(), use_tokens(), use_words()
    opened, set_opened = ft.use_state(False)
    own = "from" in asked

    def chosen(event: ft.Event[ft.DateRangePicker]) -> None:
        picker = event.control
        set_opened(False)
        if picker.start_value and picker.end_value:
            wanted = rules.between(_day(picker.start_value), _day(picker.end_value))
            go(**{"from": str(wanted.first), "to": str(wanted.last), "days": ""})

    ft.use_dialog(
        ft.DateRangePicker(
            start_value=span.first,
            end_value=span.last,
            first_date=date(today.year - 5, 1, 1),
            last_date=today,
            current_date=today,
            help_text=words("From which day to which?"),
            save_text=words("Show"),
            locale=ft.Locale("de", "DE") if store.language == "de" else ft.Locale("en", "GB"),
            on_change=chosen,
            on_dismiss=lambda _: set_opened(False),
        )
        if opened
        else None
    )
    days = [
        surfaces.chip(
            words("{n} days").format(n=count),
            not own and span == rules.preset(count, today),
            t,
            partial(go, days=str(count)),
            identifier=f"range-{count}",
        )
        for count in rules.PRESETS
    ]
    word = rules.written(span) if own else words("Other days")
    days.append(surfaces.chip(word, own, t, lambda: set_opened(True), identifier="range-custom"))
    chips = ft.Row(list[ft.Control](days), spacing=S8, scroll=ft.ScrollMode.HIDDEN)
    options = [("all", words("All sites")), *places]
    where = inputs.choice(
        words("Site"),
        site or "all",
        options,
        t,
        lambda picked: go(site="" if picked == "all" else picked),
        identifier="site",
        width=int(store.width - 2 * S16) if store.phone else 260,
    )
    if store.phone:
        return ft.Column([chips, where], spacing=S12)
    return ft.Row([ft.Container(chips, expand=True), where], spacing=S16)


def _day(value: Any) -> date:
    """A picked day; the client sends its midnight, in its own clock or as the same moment in UTC."""
    if not isinstance(value, datetime):
        return value  # a date
    return (value.astimezone() if value.tzinfo else value).date()


# --- the figures ---------------------------------------------------------------------------------------------


def _figures(
    found: AnalyticsReport,
    before: AnalyticsReport | None,
    span: rules.Span,
    t: Tokens,
    words: rules.Words,
    store: Any,
) -> ft.Control:
    phone = store.phone
    earlier = before.total if before and rules.whole(before) else None
    comparable = any(rules.compared(figure, found.total, earlier, words) for figure in rules.FIGURES)

    def one(figure: rules.Figure) -> ft.Control:
        change = rules.compared(figure, found.total, earlier, words)
        lines: list[ft.Control] = [
            muted(words(figure.word), t, size=T12),
            number(
                *rules.shown(figure, figure.value(found.total), found.currency),
                t,
                size=T28 if store.width / store.letters > 1000 else T20,
            ),
        ]
        if comparable:
            lines.append(text(change or "–", t, size=T12, color=t.ink if change else t.muted))
        return ft.Semantics(
            identifier=f"total-{figure.name}",
            container=True,
            content=ft.Container(ft.Column(lines, spacing=0), width=132 if phone else None),
        )

    counted = i18n.several(found.total.sessions, "1 session", "{n} sessions")
    price = rules.price_per_kwh(found.total)
    if price is not None:
        counted += " · " + words("{amount}/kWh without VAT").format(amount=i18n.amount(price, found.currency))
    row = (
        ft.Row(list[ft.Control](map(one, rules.FIGURES)), spacing=S16, run_spacing=S16, wrap=True)
        if phone
        else ft.Row(list[ft.Control](ft.Container(one(figure), expand=1) for figure in rules.FIGURES), spacing=S16)
    )
    against = words("Compared with {span}").format(span=rules.written(span.before)) if comparable else ""
    return surfaces.card(
        ft.Column(
            [
                row,
                surfaces.divider(t),
                ft.Row(
                    [muted(counted, t, size=T12), muted(against, t, size=T12)],
                    alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
                    wrap=phone,
                ),
            ],
            spacing=S12,
        ),
        t,
        padding=S16 if phone else S24,
    )


def _plots(
    found: AnalyticsReport,
    every: AnalyticsReport | None,
    site: str,
    span: rules.Span,
    go: Callable[..., Any],
    store: Any,
) -> ft.Control:
    empty = rules.nothing(found)
    wanted = [
        figure for figure in rules.FIGURES if not empty or (figure.name == "uptime" and found.total.uptime is not None)
    ]
    two = store.width / store.letters >= 900
    width = (store.inside - S16) / 2 if two else store.inside
    cards: list[ft.Control] = [
        FigurePlot(figure.name, found.by_day, found.total, found.currency, width, key=figure.name) for figure in wanted
    ]
    if every is not None and len(every.by_location) > 1 and not rules.nothing(every):
        cards.append(Sites(every, site, lambda picked: go(site="" if picked == site else picked), key="sites"))
    if not two:
        return ft.Column(cards, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    if len(cards) % 2:
        cards.append(ft.Container())
    rows = [
        ft.Row(
            list[ft.Control](ft.Container(one, expand=1) for one in cards[place : place + 2]),
            spacing=S16,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        for place in range(0, len(cards), 2)
    ]
    return ft.Column(list[ft.Control](rows), spacing=S16)


@guarded
def FigurePlot(
    name: str, rows: Sequence[DailyRow], total: DailyRow, currency: str, width: float
) -> ft.Control:  # a component
    """One question, its answer as a number, its days; how it is counted on a tap."""
    store, t, words = use_store(), use_tokens(), use_words()
    explained, set_explained = ft.use_state(False)
    figure = rules.BY_NAME[name]
    question = words(figure.question)

    def write(value: float) -> str:
        return " ".join(rules.shown(figure, value, currency)).strip()

    def draw() -> ft.Control:
        return column_plot(
            rules.columns(figure, rows),
            t,
            width=width - 2 * S16,
            write=write,
            unit="%" if figure.share else "kWh" if name == "energy" else i18n.symbol(currency),
            top=100 if figure.lowest else None,
            marked=not figure.lowest,
            color=t.primary,
            height=PLOT,
            label=question,
            empty=words("Nothing is known of these days"),
        )

    plot = ft.use_memo(draw, [rows, currency, round(width), t, store.language])
    head = ft.Row(
        [
            ft.Column(
                [
                    ft.Semantics(header=True, content=text(question, t, size=T16, bold=True)),
                    muted(_about(figure, rows, write, words), t, size=T12),
                ],
                spacing=0,
                expand=True,
            ),
            number(*rules.shown(figure, figure.value(total), currency), t, size=T20),
            buttons.icon_button(
                ft.Icons.INFO_ROUNDED if explained else ft.Icons.INFO_OUTLINE_ROUNDED,
                words(figure.meaning) if not store.phone else words("How it is counted"),
                t,
                lambda: set_explained(not explained),
                identifier=f"explain-{name}",
            ),
        ],
        spacing=S8,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [head]
    if explained:
        parts.append(ft.Semantics(identifier=f"meaning-{name}", content=muted(words(figure.meaning), t)))
    parts.append(plot)
    return ft.Semantics(
        identifier=f"plot-{name}",
        container=True,
        content=surfaces.card(
            ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            t,
            padding=ft.Padding.only(left=S16, right=S16, top=S12, bottom=S16),
        ),
    )


def _about(figure: rules.Figure, rows: Sequence[DailyRow], write: Callable[[float], str], words: rules.Words) -> str:
    parts = [words("by week") if rules.by_week(len(rows)) else words("by day")]
    day = rules.remarkable(figure, rules.columns(figure, rows))
    if day is not None:
        sentence = words("lowest {value} on {day}") if figure.lowest else words("highest {value} on {day}")
        parts.append(sentence.format(value=write(day.value or 0), day=i18n.day_of(day.day)))
    return " · ".join(parts)


@guarded
def Sites(report: AnalyticsReport, site: str, on_open: Callable[[str], Any]) -> ft.Control:  # a component
    """The sites against each other in one figure; a tap shows only that site."""
    t, words = use_tokens(), use_words()
    name, set_name = ft.use_state("energy")
    figure = rules.BY_NAME[name]
    chips = ft.Row(
        [
            surfaces.chip(
                words(one.word), one.name == name, t, partial(set_name, one.name), identifier=f"by-{one.name}"
            )
            for one in rules.FIGURES
        ],
        spacing=S8,
        scroll=ft.ScrollMode.HIDDEN,
    )
    bars = bar_list(
        rules.bars(figure, report),
        t,
        top=100 if figure.lowest else None,
        color=t.primary,
        on_open=on_open,
        label=words(figure.word),
    )
    known = bool(site) and any(row.location_id == site and row.location for row in report.by_location)
    trailing = buttons.quiet(words("All sites"), t, lambda: on_open(site), identifier="all-sites") if known else None
    return ft.Semantics(
        identifier="sites",
        container=True,
        content=surfaces.section(words(figure.sites), ft.Column([chips, bars], spacing=S4), t, trailing=trailing),
    )
