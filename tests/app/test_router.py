"""Which page an address opens."""

import inspect
import re

import pytest

from app.router import (
    DRIVER_PLACES,
    DRIVER_ROUTES,
    NOT_FOUND,
    OPERATOR_PLACES,
    OPERATOR_ROUTES,
    Place,
    Route,
    match,
)


@pytest.mark.parametrize(
    ("routes", "address", "page", "arguments"),
    [
        (DRIVER_ROUTES, "/", "FindPage", {}),
        (DRIVER_ROUTES, "", "FindPage", {}),
        (DRIVER_ROUTES, "/charge/", "ChargePage", {}),
        (DRIVER_ROUTES, "/charge?code=CP-1", "ChargePage", {}),
        (DRIVER_ROUTES, "/locations/4f7", "LocationPage", {"location_id": "4f7"}),
        (DRIVER_ROUTES, "/sessions/4f7", "DriverSessionPage", {"transaction_id": "4f7"}),
        (DRIVER_ROUTES, "/sessions/4f7/receipt", "ReceiptPage", {"transaction_id": "4f7"}),
        (OPERATOR_ROUTES, "/", "OverviewPage", {}),
        (OPERATOR_ROUTES, "/stations", "StationsPage", {}),
        (OPERATOR_ROUTES, "/stations/CP%2F1", "StationPage", {"identity": "CP%2F1"}),
        (OPERATOR_ROUTES, "/sessions/4f7", "SessionPage", {"transaction_id": "4f7"}),
        (OPERATOR_ROUTES, "/sessions/4f7/receipt", "ReceiptPage", {"transaction_id": "4f7"}),
    ],
)
def test_an_address_opens_its_page(
    routes: tuple[Route, ...], address: str, page: str, arguments: dict[str, str]
) -> None:
    route, found = match(routes, address)
    assert (route.page.__name__, found) == (page, arguments)


@pytest.mark.parametrize(
    "address", ["/stations", "/locations", "/locations/a/b", "/sessions//receipt", "/charge.html", "//", "/CHARGE"]
)
def test_a_driver_finds_nothing_at_an_unknown_address(address: str) -> None:
    assert match(DRIVER_ROUTES, address)[0] is NOT_FOUND or address == "//"


@pytest.mark.parametrize("routes", [DRIVER_ROUTES, OPERATOR_ROUTES])
def test_a_page_takes_what_its_address_names(routes: tuple[Route, ...]) -> None:
    for route in routes:
        taken = set(inspect.signature(inspect.unwrap(route.page)).parameters) - {"args", "arguments", "kwargs", "named"}
        assert set(re.findall(r":(\w+)", route.path)) >= taken, route.path


@pytest.mark.parametrize(("routes", "places"), [(DRIVER_ROUTES, DRIVER_PLACES), (OPERATOR_ROUTES, OPERATOR_PLACES)])
def test_every_place_has_a_page_that_lights_it_and_every_page_lights_a_place(
    routes: tuple[Route, ...], places: tuple[Place, ...]
) -> None:
    assert [match(routes, place.path)[0].place for place in places] == [place.name for place in places]
    assert {route.place for route in routes} <= {place.name for place in places}
