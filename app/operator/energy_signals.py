"""What reaches a site from outside: prices, CO2, the sun, and the grid operator's limits. Drawn, not a component."""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from app.i18n import ago, amount, clock, moment, power
from app.operator import energy_rules as rules
from app.operator.energy_feed import KINDS
from app.operator.energy_sharing import POLICIES
from app.theme import S4, S8, S12, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.said import told
from shared.sites import EnergyTariff, FeedState, GridLimit, PowerSite, SignalKind, SiteLive

Words = Callable[[str], str]
ICONS = {
    SignalKind.PRICE: ft.Icons.EURO_ROUNDED,
    SignalKind.CO2: ft.Icons.ECO_ROUNDED,
    SignalKind.SOLAR: ft.Icons.WB_SUNNY_ROUNDED,
}
LIMITS = {"active": "In force", "coming": "Coming", "cancelled": "Withdrawn", "over": "Over"}
STATES = {
    "nothing_yet": "Nothing has come yet; the tariff holds.",
    "stopped": "It stopped. The same hours of its last day hold until it is back.",
    "jumped": "Values that can't be right are left out.",
    "unfetched": "It can't be fetched; what it told before holds.",
}


def sharing(site: PowerSite, live: SiteLive, t: Tokens, words: Words, on_edit: Callable[[], None]) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (words("Who gets power first"), words(POLICIES[site.policy.name])),
        (words("Price each kWh"), amount(site.tariff.base, site.tariff.currency)),
    ]
    rows += [(step, price) for step, price in _steps(site.tariff, words)]
    if first := rules.first_told(site.policy.goes_first, words):
        rows.append((words("Goes first"), first))
    if live.paid_peak_w is not None:
        rows.append((words("Highest power this month"), " ".join(power(live.paid_peak_w))))
    if site.policy.demand_charge:
        each = amount(site.policy.demand_charge, site.tariff.currency)
        rows.append((words("Costs each kW and month"), each))
    if site.policy.demand_charge and site.policy.demand_peak_w:
        rows.append((words("Stays below"), " ".join(power(site.policy.demand_peak_w))))
    edit = buttons.quiet(words("Edit"), t, on_edit, icon=ft.Icons.TUNE_ROUNDED, identifier="energy-sharing")
    parts = [surfaces.key_values(rows, t)]
    if any(one.kind == SignalKind.PRICE and one.known_until for one in live.feeds):
        parts.append(muted(words("Day-ahead prices go before these, as long as they are known."), t, size=T12))
    column = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Sharing and prices"), column, t, trailing=edit)


def _steps(tariff: EnergyTariff, words: Words) -> list[tuple[str, str]]:
    days = (words("Mo"), words("Tu"), words("We"), words("Th"), words("Fr"), words("Sa"), words("Su"))
    found = []
    for one in tariff.steps:
        when = f"{one.begins:%H:%M} – {one.ends:%H:%M}"
        if one.days:
            when += " · " + ", ".join(days[day] for day in one.days)
        found.append((when, amount(one.price, tariff.currency)))
    return found


def feeds(live: SiteLive, t: Tokens, words: Words, on_edit: Callable[[SignalKind], None]) -> ft.Control:
    known = {one.kind: one for one in live.feeds}
    rows: list[ft.Control] = []
    for kind in KINDS:
        rows += [_feed(kind, known.get(kind.value), t, words, partial(on_edit, kind)), surfaces.divider(t)]
    column = ft.Column(rows[:-1], spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Signals"), column, t)


def _feed(kind: SignalKind, one: FeedState | None, t: Tokens, words: Words, on_edit: Callable[[], None]) -> ft.Control:
    lines: list[ft.Control] = [text(words(KINDS[kind]), t, bold=True)]
    if one is None:
        lines.append(muted(words("Not set up."), t, size=T12))
    else:
        sign = badge(words("Arrives"), ft.Icons.CHECK_CIRCLE_ROUNDED, t.good)
        if one.state == "held":
            sign = badge(words("Last values"), ft.Icons.PAUSE_CIRCLE_ROUNDED, t.warning)
        elif one.state == "jumped":
            sign = badge(words("Jumped"), ft.Icons.ERROR_OUTLINE_ROUNDED, t.danger)
        lines[0] = ft.Row([lines[0], sign], spacing=S8, run_spacing=S4, wrap=True)
        if one.code in STATES:
            lines.append(text(words(STATES[one.code]), t))
        facts = [words("heard {ago}").format(ago=ago(one.heard_at)) if one.heard_at else words("never heard")]
        if one.known_until is not None:
            facts.append(words("known until {at}").format(at=moment(one.known_until)))
        facts.append(one.url.removeprefix("https://").split("/")[0] or words("by import"))
        lines.append(muted(" · ".join(facts), t, size=T12))
        if one.code in ("unfetched", "jumped") and one.detail:
            reason = one.detail.removeprefix("It can't be fetched: ")  # the sentence above says so
            lines.append(muted(told(reason, words), t, size=T12))
    label = words("Set up") if one is None or not one.url else words("Change")
    return ft.Row(
        [
            ft.Icon(ICONS[kind], size=20, color=t.muted),
            ft.Column(lines, spacing=S4, expand=True),
            buttons.quiet(label, t, on_edit, identifier=f"feed-{kind.value}"),
        ],
        spacing=S12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def grid_limits(limits: Sequence[GridLimit], t: Tokens, words: Words) -> list[ft.Control]:
    if not limits:
        return []
    tones = {"active": (t.warning, ft.Icons.BOLT_ROUNDED), "coming": (t.info, ft.Icons.SCHEDULE_ROUNDED)}
    rows: list[ft.Control] = []
    for one in limits:
        tone, icon = tones.get(one.state, (t.neutral, ft.Icons.BLOCK_ROUNDED))
        rows.append(
            ft.Row(
                [
                    ft.Column(
                        [
                            text(words("At most {power}").format(power=" ".join(power(one.limit_w))), t, bold=True),
                            muted(f"{moment(one.starts_at)} – {clock(one.ends_at)} · {one.ref}", t, size=T12),
                        ],
                        spacing=0,
                        expand=True,
                    ),
                    badge(words(LIMITS.get(one.state, one.state)), icon, tone),
                ],
                spacing=S8,
            )
        )
    column = ft.Column(rows, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return [surfaces.section(words("Limits of the grid operator"), column, t)]
