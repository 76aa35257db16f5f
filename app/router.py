"""Addresses and their pages, in one table for each kind of person."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.auth.sign_in import SignInPage
from app.common.not_found import NotFoundPage
from app.common.notices import NoticesPage
from app.common.receipt import ReceiptPage
from app.driver.charge import ChargePage
from app.driver.find import FindPage
from app.driver.history import HistoryPage
from app.driver.location import LocationPage
from app.driver.me import MePage
from app.driver.price import PricePage
from app.driver.session import DriverSessionPage
from app.driver.wallet import WalletPage
from app.operator.analytics import AnalyticsPage
from app.operator.bulk import BulkPage
from app.operator.codes import CodesPage
from app.operator.detection import DetectionPage
from app.operator.drivers import DriversPage
from app.operator.energy import EnergyPage
from app.operator.firmware_ends import FirmwareEndsPage
from app.operator.incident import IncidentPage
from app.operator.incidents import IncidentsPage
from app.operator.locations import LocationsPage
from app.operator.money import MoneyPage
from app.operator.notifications import NotificationsPage
from app.operator.overview import OverviewPage
from app.operator.partners import PartnersPage
from app.operator.payment_settings import PaymentSettingsPage
from app.operator.playbooks import PlaybooksPage
from app.operator.quarantine import QuarantinePage
from app.operator.session import SessionPage
from app.operator.sessions import SessionsPage
from app.operator.settings import SettingsPage
from app.operator.sites import SitesPage
from app.operator.station import StationPage
from app.operator.stations import StationsPage
from app.operator.tariffs import TariffsPage

Page = Callable[..., ft.Control]


@dataclass(frozen=True, slots=True)
class Route:
    """`place` is the navigation entry that is lit; `:name` in a path becomes an argument of the page."""

    path: str
    page: Page
    place: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    name: str
    path: str
    icon: Any
    chosen_icon: Any


DRIVER_ROUTES = (
    Route("/", FindPage, "Find"),
    Route("/locations/:location_id", LocationPage, "Find"),
    Route("/price/:connector_id", PricePage, "Find"),
    Route("/charge", ChargePage, "Charge"),
    Route("/history", HistoryPage, "History"),
    Route("/history/:transaction_id", DriverSessionPage, "History"),
    Route("/sessions/:transaction_id", DriverSessionPage, "Charge"),
    Route("/sessions/:transaction_id/receipt", ReceiptPage, "History"),
    Route("/notices", NoticesPage, "Messages"),
    Route("/me", MePage, "Me"),
    Route("/wallet", WalletPage, "Me"),
)
OPERATOR_ROUTES = (
    Route("/", OverviewPage, "Overview"),
    Route("/stations", StationsPage, "Stations"),
    Route("/stations/:identity", StationPage, "Stations"),
    Route("/locations", LocationsPage, "Stations"),
    Route("/energy", SitesPage, "Energy"),
    Route("/locations/:location_id/energy", EnergyPage, "Energy"),
    Route("/bulk", BulkPage, "Stations"),
    Route("/sessions", SessionsPage, "Sessions"),
    Route("/sessions/:transaction_id", SessionPage, "Sessions"),
    Route("/sessions/:transaction_id/receipt", ReceiptPage, "Sessions"),
    Route("/incidents", IncidentsPage, "Incidents"),
    Route("/incidents/:incident_id", IncidentPage, "Incidents"),
    Route("/playbooks", PlaybooksPage, "Incidents"),
    Route("/rules", DetectionPage, "Incidents"),
    Route("/rules/codes", CodesPage, "Incidents"),
    Route("/rules/firmware", FirmwareEndsPage, "Incidents"),
    Route("/partners", PartnersPage, "Incidents"),
    Route("/notices", NoticesPage, "Messages"),
    Route("/notifications", NotificationsPage, "Incidents"),
    Route("/quarantine", QuarantinePage, "Incidents"),
    Route("/money", MoneyPage, "Money"),
    Route("/analytics", AnalyticsPage, "Analytics"),
    Route("/settings", SettingsPage, "Settings"),
    Route("/tariffs", TariffsPage, "Settings"),
    Route("/drivers", DriversPage, "Settings"),
    Route("/payment-settings", PaymentSettingsPage, "Settings"),
)
DRIVER_PLACES = (
    Place("Find", "/", ft.Icons.MAP_OUTLINED, ft.Icons.MAP_ROUNDED),
    Place("Charge", "/charge", ft.Icons.BOLT_OUTLINED, ft.Icons.BOLT_ROUNDED),
    Place("History", "/history", ft.Icons.RECEIPT_LONG_OUTLINED, ft.Icons.RECEIPT_LONG_ROUNDED),
    Place("Messages", "/notices", ft.Icons.NOTIFICATIONS_OUTLINED, ft.Icons.NOTIFICATIONS_ROUNDED),
    Place("Me", "/me", ft.Icons.PERSON_OUTLINE_ROUNDED, ft.Icons.PERSON_ROUNDED),
)
OPERATOR_PLACES = (
    Place("Overview", "/", ft.Icons.SPACE_DASHBOARD_OUTLINED, ft.Icons.SPACE_DASHBOARD_ROUNDED),
    Place("Stations", "/stations", ft.Icons.EV_STATION_OUTLINED, ft.Icons.EV_STATION_ROUNDED),
    Place("Sessions", "/sessions", ft.Icons.BOLT_OUTLINED, ft.Icons.BOLT_ROUNDED),
    Place("Incidents", "/incidents", ft.Icons.WARNING_AMBER_ROUNDED, ft.Icons.WARNING_ROUNDED),
    Place("Energy", "/energy", ft.Icons.ELECTRIC_METER_OUTLINED, ft.Icons.ELECTRIC_METER_ROUNDED),
    Place("Money", "/money", ft.Icons.PAYMENTS_OUTLINED, ft.Icons.PAYMENTS_ROUNDED),
    Place("Analytics", "/analytics", ft.Icons.INSIGHTS_OUTLINED, ft.Icons.INSIGHTS_ROUNDED),
    Place("Messages", "/notices", ft.Icons.NOTIFICATIONS_OUTLINED, ft.Icons.NOTIFICATIONS_ROUNDED),
    Place("Settings", "/settings", ft.Icons.SETTINGS_OUTLINED, ft.Icons.SETTINGS_ROUNDED),
)
SIGN_IN = Route("/sign-in", SignInPage)
NOT_FOUND = Route("", NotFoundPage)


def match(routes: tuple[Route, ...], address: str) -> tuple[Route, dict[str, str]]:
    """The route of an address and the page's arguments; NOT_FOUND for an unknown one. Pure."""
    path = "/" + address.split("?", 1)[0].strip("/")
    for route in routes:
        pattern = "^" + re.sub(r":(\w+)", r"(?P<\1>[^/]+)", route.path) + "$"
        found = re.match(pattern, path)
        if found:
            return route, found.groupdict()
    return NOT_FOUND, {}
