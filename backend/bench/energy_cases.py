"""The cases of `wattline bench-energy`: real days of the ACN sites, and a generated site of 500 connectors."""

import json
import random
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from backend.energy.core.grid import Connector, Grid, Limit, Load, Node, mean
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import Session
from backend.energy.core.site_files import Site
from backend.energy.core.steps import steps, unrolled
from backend.errors import StartRefused

ZONE = "America/Los_Angeles"
TARIFF = [
    {"from": "00:00", "price": 0.12}, {"from": "08:00", "price": 0.25}, {"from": "16:00", "price": 0.45},
    {"from": "21:00", "price": 0.12},
]  # fmt: skip
ACN_KW = 6.656
PEAK_PRICE = 10.0
"""Of each kW of the day's highest quarter of an hour."""
TUNING_MONTHS, SCORING_MONTHS = ("2019-05", "2019-06", "2019-07"), ("2019-09", "2019-10", "2019-11")
WORKER = Path(__file__).with_name("acn_worker.py")


class Case(msgspec.Struct, kw_only=True):
    group: str
    day: str
    site: Site
    sessions: tuple[Session, ...]
    network: dict[str, Any]


def worker(python: Path, task: str, told: Any, seconds: float | None = None) -> Any:
    """None: it had no answer in this time."""
    try:
        done = subprocess.run(
            [str(python), str(WORKER), task],
            input=json.dumps(told), capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise StartRefused(f"{python} can't be started ({error.strerror}); `make bench-energy` makes it.") from None
    if done.returncode:
        raise StartRefused(f"the baselines failed: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def acn(python: Path, months: Sequence[str], days: int) -> list[Case]:
    """Requested energy through a small transformer (scarce); energy really taken through the real one (ample)."""
    networks = [{"site": name, "cap": cap} for name in ("caltech", "jpl") for cap in (150, 50)]
    told = worker(python, "export", {"sites": ["caltech", "jpl"], "networks": networks})
    found = []
    for network in networks:
        name, ample = network["site"], network["cap"] == 150
        possible = sorted(day for day in told["days"][name] if day[:7] in months)
        chosen = random.Random(7).sample(possible, min(days, len(possible)))
        for priced in (False, True):
            site = _acn_site(told["sites"][f"{name} {network['cap']}"], priced)
            for day in sorted(chosen):
                rows = told["days"][name][day]
                sessions = _acn_sessions(rows, site, "delivered" if ample else "requested")
                group = f"{name}, {len(site.grid.connectors)} connectors, {'ample' if ample else 'scarce'}"
                found.append(
                    Case(
                        group=group + (", priced" if priced else ""),
                        day=day,
                        site=site,
                        sessions=sessions,
                        network=network,
                    )
                )
    return found


def _acn_site(told: Any, priced: bool) -> Site:
    connectors = tuple(
        Connector(id=name, phases=1, voltage=208.0, min_amps=6.0, max_amps=32.0) for name in told["stations"]
    )
    limits = tuple(
        Limit(id=one["name"], weights=one["weights"], bound=one["bound"], angles=one["angles"])
        for one in told["limits"]
    )
    price = steps(TARIFF, "tariff", ZONE, "price") if priced else ()
    return Site(grid=Grid(connectors=connectors, limits=limits), period_s=300.0, zone=ZONE, currency="USD", price=price)


def _acn_sessions(rows: Sequence[dict[str, str]], site: Site, energy: str) -> tuple[Session, ...]:
    known = {one.id for one in site.grid.connectors}
    last: dict[str, float] = {}
    found = []
    for row in sorted(rows, key=lambda row: row["arrival"]):
        arrival = -(-datetime.fromisoformat(row["arrival"]).timestamp() // site.period_s) * site.period_s
        departure = datetime.fromisoformat(row["departure"]).timestamp() // site.period_s * site.period_s
        where = row["station_id"]
        if where not in known or departure <= arrival or last.get(where, 0) > arrival:
            continue
        last[where] = departure
        found.append(
            Session(
                id=row["session_id"], connector=where, arrival=arrival, departure=departure,
                energy_kwh=float(row[f"{energy}_energy (kWh)"]), max_kw=ACN_KW,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.arrival))


def generated(
    seed: int, scarce: bool, priced: bool, count: int = 500, metered: bool = False, peak: bool = False
) -> Case:
    """Feeders of fifty connectors (or three), a third of the cars with one phase; stations turned to even out.

    `metered`: a building behind the same connection, whose meter may fall silent. `peak`: the
    highest kW of the day is paid for.
    """
    chance = random.Random(seed)
    whole = count * (0.8 if scarce else 3.2)
    feeders, period = (10, 900.0) if count > 100 else (3, 300.0)
    nodes = [Node(id="grid", amps=(whole, whole, whole), kind="grid")]
    nodes += [Node(id=f"F{number}", parent="grid", amps=(whole / feeders * 5 / 3,) * 3) for number in range(feeders)]
    turns = ("RST", "STR", "TRS")
    connectors = tuple(
        Connector(id=f"C{number:03}", node=f"F{number % feeders}", rotation=turns[number // feeders % 3], max_amps=16.0)
        for number in range(count)
    )
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo(ZONE)).timestamp()
    sessions: list[Session] = []
    for number, one in enumerate(connectors):
        sessions += _stays(chance, one.id, number % 3 == 0, midnight)
    loads, curves = _building(chance, whole, midnight) if metered else ((), {})
    site = Site(
        grid=Grid(nodes=tuple(nodes), connectors=connectors, loads=loads), period_s=period, zone=ZONE,
        price=steps(TARIFF, "tariff", ZONE, "price") if priced else (), loads=curves,
        demand_price=PEAK_PRICE if peak else None,
    )  # fmt: skip
    words = [f"generated, {count} connectors", "scarce" if scarce else "ample"]
    words += ["with a building"] * metered + ["priced"] * priced + ["peak paid"] * peak
    return Case(
        group=", ".join(words), day=f"seed {seed}", site=site,
        sessions=tuple(sorted(sessions, key=lambda one: one.arrival)), network={"site": "generated"},
    )  # fmt: skip


def _stays(chance: random.Random, connector: str, one_phase: bool, midnight: float) -> list[Session]:
    found = []
    phases, most = (1, 3.68) if one_phase else (3, 11.0)
    arrival = midnight + round(chance.gauss(8.5, 1.2) * 4) * 900.0
    for _ in range(2):
        departure = arrival + max(round(chance.gauss(5, 1.8) * 4), 4) * 900.0
        want = min(chance.lognormvariate(2.3, 0.6), most * (departure - arrival) / 3600 * 0.95)
        found.append(
            Session(
                id=f"{connector}-{arrival:.0f}", connector=connector, arrival=arrival, departure=departure,
                energy_kwh=round(want, 2), max_kw=most, phases=phases,
            )
        )  # fmt: skip
        arrival = departure + chance.choice((1, 2, 4)) * 900.0
    return found


def _building(chance: random.Random, whole: float, midnight: float) -> tuple[tuple[Load, ...], dict[str, Any]]:
    """A quarter to a half of the connection; it never changes by more than its margin from one step to the next."""
    jump, drawn, curve = whole * 0.008, whole * 0.3, []
    for quarter in range(-8, 36 * 4):
        drawn = min(max(drawn + chance.uniform(-jump, jump), whole * 0.2), whole * 0.45)
        curve.append((midnight + quarter * 900.0, drawn))
    return (Load(id="building", node="grid", worst=(whole / 2,) * 3, margin=jump),), {"building": tuple(curve)}


def for_worker(case: Case) -> dict[str, Any]:
    """The case in periods. A session is its own connector there if its car has fewer phases than the station."""
    period = case.site.period_s
    start = min(one.arrival for one in case.sessions)
    end = max(one.departure for one in case.sessions)
    price = unrolled(case.site.price, case.site.zone, start, end)
    count = int((end - start) / period) + 1
    told = {
        **case.network,
        "period_min": period / 60,
        "price": [mean(price, start + n * period, start + (n + 1) * period) for n in range(count)] if price else [],
        "sessions": [
            {
                "id": one.id, "connector": one.connector, "from": int((one.arrival - start) / period),
                "to": int((one.departure - start) / period), "kwh": one.energy_kwh, "max_kw": one.max_kw,
            }
            for one in case.sessions
        ],
    }  # fmt: skip
    if case.network["site"] == "generated":
        rows = Rows(case.site.grid)
        phases = {one.connector: one.phases for one in case.sessions}
        columns = [rows.column(one.id, phases.get(one.id)) for one in case.site.grid.connectors]
        told["connectors"] = [
            {"id": one.id, "max_amps": one.max_amps, "volts": one.kw_per_amp(phases.get(one.id)) * 1000}
            for one in case.site.grid.connectors
        ]
        told["rows"] = [
            {
                "name": name,
                "bound": float(rows.bounds[row]),
                "weights": {
                    one.id: float(np.abs(column[row]))
                    for one, column in zip(case.site.grid.connectors, columns, strict=True)
                    if np.abs(column[row]) > 0
                },
            }
            for row, name in enumerate(rows.names)
        ]
    return told
