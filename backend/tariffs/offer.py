"""What is said of a tariff before anybody charges by it: its headline, and why it can't be meant. Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from babel.numbers import list_currencies

from backend.tariffs.model import (
    Dimension,
    Headline,
    PriceLimit,
    ReservationPart,
    Restrictions,
    Tariff,
    TariffElement,
)
from backend.tariffs.rules import exact

CURRENCIES = frozenset(list_currencies()) - {"XXX", "XTS"}
"""Without those for no currency and for tests."""
MOST_VAT = 100
RESERVABLE = frozenset({Dimension.FLAT, Dimension.TIME})


def headline(tariff: Tariff) -> Headline:
    """The prices that apply first when nothing is restricted, or else of the first element; text says "from". Of
    reserving the highest: nobody is promised less than the bill says."""
    found: dict[Dimension, Decimal] = {}
    reserving: dict[Dimension, Decimal] = {}
    varies = False
    for element in tariff.elements:
        rule = element.restrictions
        if rule is not None and rule.reservation is ReservationPart.RESERVATION_EXPIRES:
            continue
        for component in element.price_components:
            gross = exact(Fraction(component.price) * (1 + Fraction(component.vat or 0) / 100))
            if rule is not None and rule.reservation is not None:
                reserving[component.type] = max(reserving.get(component.type, gross), gross)
            elif component.type in found:
                varies = varies or found[component.type] != gross
                found[component.type] = min(found[component.type], gross) if rule is not None else gross
            else:
                found[component.type] = gross
    texts = []
    if varies:
        texts.append("Prices depend on time or use")
    if tariff.parking_grace_minutes and found.get(Dimension.PARKING_TIME):
        texts.append(f"{tariff.parking_grace_minutes} min free after charging")

    def shown(dimension: Dimension, of: dict[Dimension, Decimal] = found) -> Decimal | None:
        value = of.get(dimension)
        return value.normalize() + Decimal("0.00") if value else None

    return Headline(
        currency=tariff.currency,
        energy=shown(Dimension.ENERGY),
        time=shown(Dimension.TIME),
        parking=shown(Dimension.PARKING_TIME),
        flat=shown(Dimension.FLAT),
        reservation=shown(Dimension.TIME, reserving),
        reservation_flat=shown(Dimension.FLAT, reserving),
        text=". ".join(texts),
        varies=varies,
    )


def problems(tariff: Tariff) -> list[tuple[str, str]]:
    """Why a tariff can't be used, as (path, plain words)."""
    found = []
    if tariff.currency not in CURRENCIES:
        found.append(("$.currency", "This is no currency of ISO 4217."))
    always = set[tuple[ReservationPart | None, Dimension]]()
    for number, element in enumerate(tariff.elements):
        path, rule = f"$.elements[{number}]", element.restrictions
        types = [component.type for component in element.price_components]
        if len(set(types)) != len(types):
            found.append((path, "Each kind of price may stand once in an element."))
        found += _of_components(path, element, always)
        if rule is None:
            continue
        for name in ("kwh", "current", "power", "duration", "date"):
            low, high = ("start_date", "end_date") if name == "date" else (f"min_{name}", f"max_{name}")
            one: date | None = getattr(rule, low)
            other: date | None = getattr(rule, high)
            if one is not None and other is not None and one >= other:
                found.append((f"{path}.restrictions.{high}", "It must be more than the beginning; this never applies."))
    for name, limit in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if limit is not None and limit.incl_vat is not None and limit.incl_vat < limit.excl_vat:
            found.append((f"$.{name}.incl_vat", "With VAT it can't be less than without."))
    if tariff.min_price and tariff.max_price and _above(tariff, tariff.min_price, tariff.max_price):
        found.append(("$.min_price", "The minimum price is above the maximum price."))
    return found


def _of_components(
    path: str, element: TariffElement, always: set[tuple[ReservationPart | None, Dimension]]
) -> Iterator[tuple[str, str]]:
    """`always`: what elements before it price at all times, and this one from now on."""
    part = element.restrictions.reservation if element.restrictions else None
    unrestricted = element.restrictions in (None, Restrictions(reservation=part))
    for number, component in enumerate(element.price_components):
        place = f"{path}.price_components[{number}]"
        if component.vat is not None and component.vat > MOST_VAT:
            yield f"{place}.vat", "VAT is from 0 to 100 percent."
        if part is not None and component.type not in RESERVABLE:
            yield place, "Reserving is priced once or by time; it takes no energy and is no parking."
        elif (part, component.type) in always:
            yield place, "This never applies: an element before it has this kind of price at all times."
    if unrestricted:
        always.update((part, component.type) for component in element.price_components)


def _above(tariff: Tariff, least: PriceLimit, most: PriceLimit) -> bool:
    """Whether no bill can hold both limits. A maximum without VAT is, with it, at most that and the highest rate."""
    if least.excl_vat > most.excl_vat:
        return True
    rates = [one.vat for element in tariff.elements for one in element.price_components if one.vat is not None]
    gross = most.incl_vat
    if gross is None:
        gross = exact(Fraction(most.excl_vat) * (1 + Fraction(max(rates, default=0)) / 100))
    return (least.excl_vat if least.incl_vat is None else least.incl_vat) > gross
