"""What a session costs here now, in plain words: the price, today by the hour, by use, and worked examples."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import flet as ft

from app import i18n
from app.common import bill
from app.driver import rules
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import CONTROL, S4, S8, S12, S16, T12, T16, Tokens
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.tariffs import PriceCondition, PriceExample, PriceExplanation, PricePart

Words = Callable[[str], str]
WIDTH = 720
PARTS = {
    "energy": "{amount} for each kWh",
    "time": "{amount} for each hour of charging",
    "flat": "{amount} once, for starting",
    "parking": "{amount} for each hour after charging",
}
USES = {"kwh": "kWh", "minutes": "min", "kw": "kW", "ampere": "A"}


@guarded
def PricePage(connector_id: str) -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_load(lambda: app.api.get(f"/connectors/{connector_id}/price", PriceExplanation), [connector_id])
    found = loaded.data
    head = words("What it costs")

    def back() -> None:
        known = found is not None and found.location_id
        app.go(f"/locations/{found.location_id}?connector={connector_id}" if found and known else "/")

    if found is None:
        inner = surfaces.failed(loaded.error, t, loaded.reload) if loaded.error else surfaces.skeleton_list(t, rows=4)
        return surfaces.page_body([inner], t, head=head, phone=store.phone, back=back)
    where = " · ".join(
        part for part in (found.location, found.station, words("Connector {name}").format(name=found.connector)) if part
    )
    parts: list[ft.Control] = [muted(where, t), _now(found, t, words)]
    if found.headline is not None:
        if len(found.windows) > 1:
            parts.append(_today(found, t, words))
        if found.conditions:
            parts.append(_uses(found, t, words))
        parts.append(_examples(found, t, words))
    return surfaces.page_body(parts, t, head=head, phone=store.phone, back=back, width=None if store.phone else WIDTH)


def _said(part: PricePart, currency: str, words: Words) -> str:
    return words(PARTS[part.kind]).format(amount=i18n.amount(part.price, currency))


def _now(found: PriceExplanation, t: Tokens, words: Words) -> ft.Control:
    if found.headline is None:
        line = text(words("Charging costs nothing here."), t, size=T16, bold=True)
        return surfaces.section(words("The price now"), line, t)
    currency = found.headline.currency
    now = next((one for one in found.windows if one.now), found.windows[0])
    lines: list[ft.Control] = [
        text(_said(part, currency, words), t, size=T16, bold=place == 0) for place, part in enumerate(now.parts)
    ]
    if not now.parts:
        lines.append(text(words("Charging costs nothing at this hour."), t, size=T16, bold=True))
    if found.headline.free_minutes:
        sentence = words("The first {minutes} minutes after charging are free: time to come back to the car.")
        lines.append(text(sentence.format(minutes=found.headline.free_minutes), t))
    if found.headline.time is not None or found.headline.parking is not None:
        lines.append(text(words("Time in which the charger makes your car wait for power is free."), t))
    if found.parking_cap is not None:
        sentence = words("The time after charging never costs more than {amount}.")
        lines.append(text(sentence.format(amount=i18n.money(found.parking_cap)), t))
    if found.minimum is not None and found.minimum.amount > 0:
        lines.append(text(words("A session costs at least {amount}.").format(amount=i18n.money(found.minimum)), t))
    if found.maximum is not None:
        sentence = words("A session never costs more than {amount}.")
        lines.append(text(sentence.format(amount=i18n.money(found.maximum)), t))
    vat = ", ".join(f"{i18n.number(rate, 0 if rate == int(rate) else 1)} %" for rate in found.vat_rates)
    taxed = words("All prices include VAT ({rates}).").format(rates=vat) if vat else words("No VAT applies.")
    lines.append(muted(taxed, t, size=T12))
    hold = rules.hold_sentence(found.headline, found.hold.amount if found.hold else Decimal(0), words)
    lines.append(muted(hold, t, size=T12))
    return surfaces.section(
        words("The price now"), ft.Semantics(identifier="price-now", content=ft.Column(lines, spacing=S4)), t
    )


def _today(found: PriceExplanation, t: Tokens, words: Words) -> ft.Control:
    assert found.headline is not None
    currency = found.headline.currency
    rows: list[ft.Control] = []
    for one in found.windows:
        ends = "24:00" if one.ends == "00:00" else one.ends
        clock = f"{one.begins} – {ends}"
        parts = ", ".join(_said(part, currency, words) for part in one.parts) or words("free")
        rows.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Container(text(clock, t, bold=one.now), width=112),
                        text(parts, t, bold=one.now, expand=True),
                        *([muted(words("now"), t, size=T12)] if one.now else []),
                    ],
                    spacing=S12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                bgcolor=t.primary_soft if one.now else None,
                border_radius=CONTROL,
                padding=ft.Padding.symmetric(horizontal=S12, vertical=S8),
            )
        )
    column = ft.Column(rows, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    about = muted(words("A session keeps its price list; each part is billed at the price of its hour."), t, size=T12)
    inner = ft.Column([column, about], spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Today, by the hour"), inner, t)


def _uses(found: PriceExplanation, t: Tokens, words: Words) -> ft.Control:
    assert found.headline is not None
    currency = found.headline.currency
    lines = [
        text(f"{_span(one, words)}: {', '.join(_said(part, currency, words) for part in one.parts)}", t)
        for one in found.conditions
    ]
    return surfaces.section(words("By how much and how long"), ft.Column(list[ft.Control](lines), spacing=S4), t)


def _span(one: PriceCondition, words: Words) -> str:
    unit = USES[one.what]
    low = i18n.number(one.low, 0) if one.low is not None else ""
    high = i18n.number(one.high, 0) if one.high is not None else ""
    if low and high:
        return words("From {low} to {high} {unit}").format(low=low, high=high, unit=unit)
    return words("From {low} {unit} on").format(low=low, unit=unit) if low else f"0 – {high} {unit}"


def _examples(found: PriceExplanation, t: Tokens, words: Words) -> ft.Control:
    power = i18n.rated(found.power_w)
    about = words("If you start now, with a car that takes {power}. Worked out as bills are.")
    cards: list[ft.Control] = [muted(about.format(power=power), t, size=T12)]
    cards += [_example(one, t, words) for one in found.examples]
    inner = ft.Column(cards, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Examples"), inner, t)


def _example(one: PriceExample, t: Tokens, words: Words) -> ft.Control:
    currency = one.total.currency
    kwh = i18n.number(Decimal(one.energy_wh) / 1000, 0)
    charging, parking = (i18n.duration(timedelta(minutes=span)) for span in (one.charging_minutes, one.parking_minutes))
    sentence = words("{kwh} kWh in {charging}").format(kwh=kwh, charging=charging)
    if one.parking_minutes:
        told = words("{kwh} kWh in {charging}, then {parking} connected")
        sentence = told.format(kwh=kwh, charging=charging, parking=parking)
    lines: list[ft.Control] = [
        ft.Row(
            [text(sentence, t, bold=True, expand=True), text(f"≈ {i18n.money(one.total)}", t, bold=True, no_wrap=True)],
            spacing=S12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    ]
    for line in one.lines:
        counted = bill.quantity(line, currency)
        name = words(line.label) + (f" · {counted}" if counted else "")
        lines.append(
            ft.Row(
                [muted(name, t, expand=True), muted(i18n.amount(line.amount_incl, currency), t, no_wrap=True)],
                spacing=S12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        )
    return ft.Semantics(
        identifier=f"example-{kwh}",
        container=True,
        content=ft.Container(ft.Column(lines, spacing=S4), bgcolor=t.sunken, border_radius=CONTROL, padding=S16),
    )
