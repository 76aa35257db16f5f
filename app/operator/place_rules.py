"""What somebody types about a location, and whether it can be meant. Pure."""

import math
from dataclasses import dataclass

from shared.accounts import Brand
from shared.stations import LocationChange, LocationDetail, LocationNew, LocationSummary


@dataclass(frozen=True, slots=True)
class Draft:
    """As typed: degrees are texts until they are sent."""

    name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    latitude: str = ""
    longitude: str = ""
    country: str = ""
    time_zone: str = ""
    description: str = ""


def empty_draft(brand: Brand) -> Draft:
    return Draft(country=brand.country, time_zone=brand.time_zone)


def draft_of(known: LocationDetail) -> Draft:
    return Draft(
        name=known.name,
        address=known.address,
        postal_code=known.postal_code,
        city=known.city,
        latitude=written(known.latitude),
        longitude=written(known.longitude),
        country=known.country,
        time_zone=known.time_zone,
        description=known.description,
    )


def written(degrees: float) -> str:
    """Five places are a metre."""
    return f"{degrees:.5f}"


def degrees(typed: str, most: float) -> float | None:
    """A number of degrees, with a comma or a point; None for anything else."""
    try:
        found = float(typed.strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= most else None


def spot(draft: Draft) -> tuple[float, float] | None:
    """Where it is on the map, once both numbers are there."""
    latitude, longitude = degrees(draft.latitude, 90), degrees(draft.longitude, 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def problem(draft: Draft) -> str:
    """What is missing; empty for nothing."""
    if not draft.name.strip():
        return "Give the location a name: drivers look for it."
    if not (draft.latitude.strip() or draft.longitude.strip()):
        return "Show where it is: tap the map, or type its latitude and longitude."
    if spot(draft) is None:
        return "Latitude is a number from -90 to 90, longitude one from -180 to 180."
    return ""


def new(draft: Draft) -> LocationNew:
    """Only of a draft without a problem."""
    latitude, longitude = spot(draft) or (0.0, 0.0)
    return LocationNew(
        name=draft.name.strip(),
        address=draft.address.strip(),
        postal_code=draft.postal_code.strip(),
        city=draft.city.strip(),
        latitude=latitude,
        longitude=longitude,
        country=draft.country.strip(),
        time_zone=draft.time_zone.strip(),
        description=draft.description.strip(),
    )


def change(draft: Draft) -> LocationChange:
    """Only of a draft without a problem."""
    latitude, longitude = spot(draft) or (0.0, 0.0)
    return LocationChange(
        name=draft.name.strip(),
        address=draft.address.strip(),
        postal_code=draft.postal_code.strip(),
        city=draft.city.strip(),
        latitude=latitude,
        longitude=longitude,
        country=draft.country.strip(),
        time_zone=draft.time_zone.strip(),
        description=draft.description.strip(),
    )


def middle(places: list[LocationSummary]) -> tuple[float, float] | None:
    """Where the others are: a new one is most likely near the newest known ones."""
    if not places:
        return None
    return (
        sum(one.latitude for one in places) / len(places),
        sum(one.longitude for one in places) / len(places),
    )


def line(place: LocationSummary) -> str:
    """In a list: `Harbour, Hamburg`."""
    return ", ".join(part for part in (place.name, place.city) if part)
