"""The demo's network: six places in Hamburg, 24 stations, 40 connectors. Data, nothing else."""

from dataclasses import dataclass
from decimal import Decimal

from shared.books import LocationOwnerNew


@dataclass(frozen=True, slots=True)
class Kind:
    """One model of station. `arrivals`: sessions a connector sees on a usual day."""

    vendor: str
    model: str
    firmware: str
    power_type: str
    standard: str
    power_w: int
    connectors: int
    arrivals: float
    tariff: str


AC11 = Kind("Volta Nord", "Pole 11", "3.4.1", "AC", "IEC_62196_T2", 11_000, 1, 1.1, "City AC")
AC22 = Kind("Volta Nord", "Twin 22", "3.4.1", "AC", "IEC_62196_T2", 22_000, 2, 1.4, "City AC")
DC50 = Kind("Ampere & Söhne", "Quick 50", "1.12.0", "DC", "IEC_62196_T2_COMBO", 50_000, 1, 3.0, "Fast DC")
DC150 = Kind("Ampere & Söhne", "Quick 150 Duo", "1.14.2", "DC", "IEC_62196_T2_COMBO", 150_000, 2, 4.0, "Fast DC")
DC300 = Kind("Hanse Power", "HP-300", "7.0.3", "DC", "IEC_62196_T2_COMBO", 300_000, 1, 6.0, "Ultra DC")


@dataclass(frozen=True, slots=True)
class Site:
    code: str
    name: str
    address: str
    postal_code: str
    latitude: float
    longitude: float
    description: str
    stations: tuple[Kind, ...]


SITES = (
    Site(
        "HAF",
        "HafenCity Sandtorkai",
        "Am Sandtorkai 40",
        "20457",
        53.5441,
        9.9926,
        "Car park below the quay, level −1. Follow the blue signs. Open day and night.",
        (DC150, DC150, AC22, AC22, AC22),
    ),
    Site(
        "ALT",
        "Altona Große Bergstraße",
        "Große Bergstraße 164",
        "22767",
        53.5498,
        9.9448,
        "At the kerb in front of the shops. Parking disc 4 hours from 8 to 20 h.",
        (AC22, AC22, AC22, AC11),
    ),
    Site(
        "EPP",
        "Eppendorf Landstraße",
        "Eppendorfer Landstraße 77",
        "20249",
        53.5903,
        9.9846,
        "Beside the pharmacy, under the plane trees.",
        (AC22, AC22, AC11, AC11),
    ),
    Site(
        "ZOB",
        "Hauptbahnhof Steintorwall",
        "Steintorwall 4",
        "20095",
        53.5519,
        10.0066,
        "Fast chargers east of the central station, under a roof. Café next door.",
        (DC300, DC300, DC150, AC22),
    ),
    Site(
        "WAN",
        "Wandsbek Markt",
        "Wandsbeker Marktstraße 73",
        "22041",
        53.5722,
        10.0689,
        "Upper deck of the shopping centre, lifts to the underground station.",
        (AC22, AC22, AC22, DC50),
    ),
    Site(
        "BAR",
        "Barmbek Fuhle",
        "Fuhlsbüttler Straße 101",
        "22305",
        53.5874,
        10.0437,
        "Behind the library. Barrier-free space at the first pole.",
        (AC22, AC11, AC11),
    ),
)

VAT = 19
TARIFFS = {
    # name: (price of a kWh with VAT, fee with VAT, hour after charging with VAT, free minutes then)
    "City AC": ("0.49", "0", "3.60", 60),
    "Fast DC": ("0.59", "0", "6.00", 20),
    "Ultra DC": ("0.69", "0.50", "12.00", 10),
    "Taxi fleet": ("0.42", "0", "3.60", 60),
}
GENERAL = "City AC"
"""The first one: it holds where nothing else is said."""
FLEET, FLEET_TARIFF = "City taxis", "Taxi fleet"
CARDS = tuple(f"HH{number:06d}" for number in range(100201, 100241))
"""Cards of regular customers, billed by invoice."""


def identities() -> list[tuple[str, Site, Kind]]:
    """(identity, site, kind) of every station: `HAF-01` …"""
    return [(f"{site.code}-{number:02d}", site, kind) for site in SITES for number, kind in enumerate(site.stations, 1)]


OWNERS = (
    (
        LocationOwnerNew(
            name="Hafenquartier eG",
            address="Am Sandtorkai 1\n20457 Hamburg",
            tax_id="DE987654321",
            bank="IBAN DE89 3704 0044 0532 0130 00",
            share=Decimal(88),
            session_fee=Decimal("0.35"),
            vat=Decimal(19),
        ),
        ("HafenCity",),
    ),
    (
        LocationOwnerNew(name="Markthallen GmbH", address="Wandsbeker Marktstraße 1", share=Decimal(75)),
        ("Wandsbek", "Barmbek"),
    ),
)
"""Whom some of the places belong to, with their terms; names of places begin so."""
