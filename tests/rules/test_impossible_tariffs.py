"""Tariffs that nobody can mean: each refused at its place, with the reason in both languages."""

import pytest

from app.i18n import translate
from backend.tariffs import offer
from tests.rules.test_tariffs import ENERGY, part, tariff


def limit(excl: float, incl: float | None = None) -> dict:
    return {"excl_vat": excl} | ({} if incl is None else {"incl_vat": incl})


MONDAYS = {"day_of_week": ["MONDAY"]}
SHADOWED = "This never applies"


@pytest.mark.parametrize(
    ("elements", "more", "place", "said"),
    [
        ([ENERGY], {"currency": "ZZZ"}, "$.currency", "no currency"),
        ([ENERGY], {"currency": "XXX"}, "$.currency", "no currency"),
        ([ENERGY], {"currency": "KWD"}, "", ""),
        ([part(1, "ENERGY", vat=190_000)], {}, "$.elements[0].price_components[0].vat", "0 to 100"),
        ([part(1, "ENERGY", vat=100)], {}, "", ""),
        ([ENERGY], {"min_price": limit(5, 12), "max_price": limit(6, 11)}, "$.min_price", "above the maximum"),
        ([ENERGY], {"min_price": limit(5, 50), "max_price": limit(10)}, "$.min_price", "above the maximum"),
        ([ENERGY], {"min_price": limit(5, 11.9), "max_price": limit(10)}, "", ""),
        ([ENERGY], {"min_price": limit(10), "max_price": limit(9, 9.5)}, "$.min_price", "above the maximum"),
        ([ENERGY], {"min_price": limit(5, 6), "max_price": limit(5, 6)}, "", ""),
        ([ENERGY, ENERGY | {"restrictions": MONDAYS}], {}, "$.elements[1].price_components[0]", SHADOWED),
        ([ENERGY | {"restrictions": {}}, ENERGY], {}, "$.elements[1].price_components[0]", SHADOWED),
        ([ENERGY | {"restrictions": MONDAYS}, ENERGY], {}, "", ""),
        ([ENERGY, part(1, "FLAT") | {"restrictions": MONDAYS}], {}, "", ""),
        ([part(1, "FLAT"), part(2, "FLAT", "RESERVATION"), part(3, "FLAT", "RESERVATION_EXPIRES")], {}, "", ""),
        ([part(2, "FLAT", "RESERVATION")] * 2, {}, "$.elements[1].price_components[0]", SHADOWED),
        ([part(3, "ENERGY", "RESERVATION")], {}, "$.elements[0].price_components[0]", "Reserving is priced"),
        ([part(3, "PARKING_TIME", "RESERVATION_EXPIRES")], {}, "$.elements[0].price_components[0]", "is priced"),
    ],
)
def test_a_tariff_that_can_not_be_meant(elements: list, more: dict, place: str, said: str) -> None:
    found = offer.problems(tariff(elements=elements, **more))
    assert [path for path, _ in found] == ([place] if place else [])
    for _, why in found:
        assert said in why
        assert translate(why, "de") != why
