"""SESSIONS.csv of `wattline simulate-site`, read liberally; docs/energy.md describes it."""

import csv
import io
from collections.abc import Mapping, Sequence

import msgspec

from backend.energy.core.fields import BadFile, maybe, number_of
from backend.energy.core.site_files import Site
from backend.energy.core.steps import moment


class Session(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    connector: str
    arrival: float
    departure: float
    energy_kwh: float
    max_kw: float | None = None
    phases: int | None = None
    priority: float = 0.0


LONGEST_STAY_S = 31 * 86400.0
MOST_CELLS = 30_000_000
"""Connectors times periods: what a plan in memory may hold (a year of 250 connectors by five minutes)."""
NAMES = {
    "id": ("id", "session", "session_id"),
    "connector": ("connector", "connector_id", "station_id", "evse"),
    "arrival": ("arrival", "arrives", "start"),
    "departure": ("departure", "departs", "end"),
    "energy_kwh": ("energy_kwh", "kwh", "energy", "requested_kwh"),
    "max_kw": ("max_kw", "power_kw", "max_power_kw"),
    "phases": ("phases", "car_phases"),
    "priority": ("priority",),
}


def read_sessions(text: str, site: Site) -> tuple[Session, ...]:
    """In the order they arrive; none where only the columns are named. Raises BadFile with the line."""
    text = text.lstrip("\ufeff")
    head = text.partition("\n")[0]
    separator = "," if "," in head else next((one for one in (";", "\t") if one in head), ",")
    lines = csv.DictReader(io.StringIO(text), delimiter=separator)
    try:
        return _read(lines, site, separator)
    except csv.Error as error:
        raise BadFile(f"line {lines.line_num + 1}: this is no CSV ({error})") from None


def _read(lines: "csv.DictReader[str]", site: Site, separator: str) -> tuple[Session, ...]:
    told = {(name or "").strip().lower(): name for name in lines.fieldnames or ()}
    place = {key: next((told[name] for name in names if name in told), None) for key, names in NAMES.items()}
    headings = [(name or "").strip().lower() for name in lines.fieldnames or ()]
    twice = next((name for name in headings if name and headings.count(name) > 1), None)
    if twice is not None:
        raise BadFile(f"the first line names the column {twice} twice; which of them holds?")
    missing = [key for key in ("connector", "arrival", "departure", "energy_kwh") if place[key] is None]
    if missing:
        raise BadFile(f"the first line names the columns; {', '.join(missing)} is missing")
    known = {one.id for one in site.grid.connectors}
    found, seen = [], set()
    for fields in lines:
        where = f"line {lines.line_num}"
        cell = {key: (fields.get(name) or "").strip() if name else "" for key, name in place.items()}
        if not any(cell.values()):
            continue
        if separator != ",":  # then a comma is a decimal one
            cell |= {key: cell[key].replace(",", ".") for key in ("energy_kwh", "max_kw", "priority")}
        one = _session(cell, where, site.zone)
        if one.connector not in known:
            raise BadFile(f"{where}: the site has no connector {one.connector}")
        if one.id in seen:
            raise BadFile(f"{where}: there are two sessions {one.id}")
        seen.add(one.id)
        found.append(one)
    if not found:
        return ()
    found.sort(key=lambda one: (one.arrival, one.id))
    _one_at_a_time(found)
    span = max(one.departure for one in found) - found[0].arrival
    if span / site.period_s * len(known) > MOST_CELLS:
        raise BadFile(
            f"from the first arrival to the last departure are {span / 86400:.0f} days, too many for {len(known)} "
            f"connectors in periods of {site.period_s / 60:g} minutes; check the years, or take a longer period_min"
        )
    return tuple(found)


def _session(cell: Mapping[str, str], where: str, zone: str) -> Session:
    told = {key: text or None for key, text in cell.items()}
    arrival = moment(cell["arrival"], zone, f"{where}, arrival")
    departure = moment(cell["departure"], zone, f"{where}, departure")
    energy = maybe(told, "energy_kwh", where=where)
    if energy is None:
        raise BadFile(f"{where}: energy_kwh is missing")
    most = maybe(told, "max_kw", where=where)
    phases = maybe(told, "phases", where=where)
    if departure - arrival > LONGEST_STAY_S:
        raise BadFile(f"{where}: it stays for {(departure - arrival) / 86400:.0f} days; 31 are the most")
    if departure <= arrival:
        raise BadFile(f"{where}: it departs before it arrives")
    if energy < 0 or (most is not None and most <= 0):
        raise BadFile(f"{where}: energy_kwh is not negative and max_kw is above 0")
    if phases is not None and phases not in (1, 2, 3):
        raise BadFile(f"{where}: phases of the car are 1, 2 or 3")
    return Session(
        id=cell["id"] or where,
        connector=cell["connector"],
        arrival=arrival,
        departure=departure,
        energy_kwh=energy,
        max_kw=most,
        phases=None if phases is None else int(phases),
        priority=number_of(told, "priority", default=0.0, where=where),
    )


def _one_at_a_time(sessions: Sequence[Session]) -> None:
    last: dict[str, Session] = {}
    for one in sessions:
        before = last.get(one.connector)
        if before is not None and one.arrival < before.departure - 1e-6:
            raise BadFile(f"sessions {before.id} and {one.id} are at connector {one.connector} at the same time")
        last[one.connector] = one
