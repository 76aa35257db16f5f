"""Which lost stations belong together: a whole site, or the whole network, is one incident and not forty. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from uuid import UUID

from backend.alerts.rules.base import Finding
from shared.operations import Severity

SITE_LEAST, SITE_SHARE, SITE_MANY = 3, 0.6, 10
"""Of a site at least so many and such a share of it; or so many, however great it is."""
WIDE_LEAST, WIDE_PLACES = 20, 4
TOGETHER = timedelta(minutes=10)
"""Stations that went within this time may have gone for one reason: sockets die at different moments."""
STORM_SPAN = timedelta(minutes=2)
STORM_LEAST, STORM_AT_SITE = 5, 4
STORM_BY_CHANCE = 1e-5
PATIENCE = timedelta(seconds=60)
"""How long a lost station waits for neighbours that have just gone too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A station that is away. `settled`: past its grace. `incident`: its own, open one, and `parent` that one's."""

    station: UUID
    location: UUID | None
    gone_at: datetime
    settled: bool
    incident: UUID | None = None
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """`alone`: an incident each. `sites`: location → those of one incident there. `wide`: those of one for all."""

    alone: list[Absent]
    sites: dict[UUID, list[Absent]]
    wide: list[Absent]


def grouped(
    absents: Sequence[Absent],
    sizes: Mapping[UUID, int],
    now: datetime,
    *,
    open_sites: frozenset[UUID] = frozenset(),
    open_wide: bool = False,
) -> Grouped:
    """What is to be done about those that have no incident yet. `sizes`: location → its stations.

    `open_sites`, `open_wide`: greater incidents there are already; what goes now belongs to them. Together is what
    went within a span, however long ago: somebody may have closed what told of it.
    """
    fresh = [one for one in absents if one.settled and one.incident is None]
    just_gone = {one.location for one in absents if not one.settled and now - one.gone_at < PATIENCE}
    at: dict[UUID, list[Absent]] = defaultdict(list)
    for one in absents:
        if one.location is not None:
            at[one.location].append(one)
    places = {one.location or one.station for one in fresh}
    if (len(fresh) >= WIDE_LEAST and len(places) >= WIDE_PLACES) or (open_wide and len(fresh) > 1):
        return Grouped([], {}, fresh)
    alone: list[Absent] = []
    sites: dict[UUID, list[Absent]] = {}
    for one in fresh:
        here = one.location
        if here is not None and here not in sites:
            with_it = [other for other in at[here] if abs(other.gone_at - one.gone_at) <= TOGETHER]
            if _whole(with_it, sizes.get(here, 0)):
                sites[here] = [other for other in with_it if other.settled and other.parent is None]
        if here is not None and (here in sites or here in open_sites):
            if one not in sites.setdefault(here, []):
                sites[here].append(one)
        elif here not in just_gone or here is None or now - one.gone_at >= 2 * PATIENCE + TOGETHER / 5:
            alone.append(one)
    if len(alone) >= WIDE_LEAST:  # at few places, and no whole site
        return Grouped([], sites, alone)
    return Grouped(alone, sites, [])


def _whole(here: Sequence[Absent], size: int) -> bool:
    return len(here) >= SITE_MANY or (len(here) >= SITE_LEAST and len(here) >= size * SITE_SHARE)


def storm_from(usual_per_day: float) -> int:
    """How many stations that report a fault within STORM_SPAN are no chance any more, where so many a day are usual:
    five in a house where little happens, more in one of ten thousand stations."""
    expected = usual_per_day * STORM_SPAN.total_seconds() / 86_400
    term = at_most = exp(-expected)
    number = 1
    while 1 - at_most >= STORM_BY_CHANCE and number < 1000:
        term *= expected / number
        at_most += term
        number += 1
    return max(STORM_LEAST, number)


def site_offline(stations: int, size: int, began_at: datetime) -> Finding:
    return Finding(
        severity=Severity.CRITICAL,
        title="Site is offline",
        detail=f"{stations} of {size} stations of this site lost their connection together and didn't come back.",
        advice="Check the site's power supply, then its router or SIM card; look at one station only if the others are "
        "back.",
        cause="No power at the site, or its common connection to the internet",
        down=0.5,
        began_at=began_at,
        evidence={"stations": stations, "stations of the site": size},
    )


def network_offline(stations: int, places: int, began_at: datetime) -> Finding:
    return Finding(
        severity=Severity.CRITICAL,
        title="Many stations are offline at once",
        detail=f"{stations} stations at {places} places lost their connection together.",
        advice="Look for a power cut in the region, a disturbance of the mobile network, or one on our own side. "
        "Stations come back by themselves; those that don't get an incident of their own.",
        cause="A power cut, a mobile network, or the way to this server",
        down=0.5,
        began_at=began_at,
        evidence={"stations": stations, "places": places},
    )


def many_faults(faults: int, title: str, where: str) -> Finding:
    return Finding(
        severity=Severity.CRITICAL,
        title="Many faults at once",
        detail=f"{faults} faults within two minutes {where}; the first one: {title}.",
        advice="Look for what they have in common before looking at one of them: the grid, the weather, an update.",
        cause="Something outside of the stations",
        down=0.5,
        evidence={"faults": faults, "first": title},
    )
