"""Countries and time zones, as the time zone database lists them (the `tzdata` package, part of every installation)."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Names such as `Europe/Berlin`, older names of the same zones too."""
    return frozenset(available_timezones())


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes."""
    return frozenset(line[0] for line in _table("iso3166.tab"))


def country_of(zone: str) -> str:
    """The country whose clock this is, empty where the database names none (`UTC`)."""
    return _by_zone().get(zone, "")


@cache
def _by_zone() -> dict[str, str]:
    return {line[2]: line[0] for line in _table("zone.tab")}


def _table(name: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
