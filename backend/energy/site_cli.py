"""`wattline simulate-site SITE.json SESSIONS.csv --out PLAN.json`: a site on given sessions, in simulated time."""

import argparse
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from backend.energy.core import simulation
from backend.energy.core.fields import BadFile
from backend.energy.core.grid import BadGrid
from backend.energy.core.planner import time_for
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import read_sessions
from backend.energy.core.site_files import Site, read_site
from backend.errors import StartRefused

MOST_DELAY_S = 3600
MOST_BUDGET_S = 600


def simulate_site(options: argparse.Namespace) -> int:
    """0: done; 1 (StartRefused): a file can't be used, and why."""
    if not 0 <= options.offline_share <= 1:
        raise StartRefused("--offline-share is between 0 and 1, such as 0.05.")
    if not 0 <= options.ack_delay <= MOST_DELAY_S:
        raise StartRefused(f"--ack-delay is between 0 and {MOST_DELAY_S} seconds.")
    if options.budget is not None and not 0 <= options.budget <= MOST_BUDGET_S:
        raise StartRefused(f"--budget is between 0 and {MOST_BUDGET_S} seconds.")
    where = options.site
    try:
        site = read_site(_text(options.site))
        Rows(site.grid).refuse_full_fallbacks()
        where = options.sessions
        sessions = read_sessions(_text(options.sessions), site)
    except (BadFile, BadGrid) as error:
        raise StartRefused(f"{where}: {error}.") from None
    faults = simulation.Faults(offline_share=options.offline_share, ack_delay_s=options.ack_delay, seed=options.seed)
    budget_s = time_for(len(site.grid.connectors)) if options.budget is None else options.budget
    for sentence in site.unused:
        sys.stderr.write(f"{options.site}: {sentence}.\n")
    found = simulation.run(site, sessions, faults, budget_s)
    told = told_of(site, found, faults)
    try:
        Path(options.out).write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
    except OSError as error:
        raise StartRefused(f"{options.out} can't be written ({error.strerror}).") from None
    totals = told["totals"]
    sys.stdout.write(
        f"{totals['energy_kwh']:.1f} of {totals['wanted_kwh']:.1f} kWh to {len(found.stays)} cars"
        f" for {totals['cost']:.2f} {site.currency}; fullest limit {totals['largest_share']:.1%}"
        f" ({totals['fullest_limit']}); {totals['violations']} violations;"
        f" plans {totals['planning_s']['mean']:.3f} s on average, {totals['planning_s']['largest']:.3f} s at most\n"
    )
    return 0


def demand_cost(site: Site, found: simulation.Outcome) -> float | None:
    """For the highest quarter of an hour of the period, the time before this run included."""
    if site.demand_price is None:
        return None
    return round(site.demand_price * max(site.demand_peak_kw, found.peak_kw), 4)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StartRefused(f"{path} can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise StartRefused(f"{path} is no text in UTF-8.") from None


def _iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat().replace("+00:00", "Z")


def told_of(site: Site, found: simulation.Outcome, faults: simulation.Faults) -> dict[str, Any]:
    rows = Rows(site.grid)
    energy = sum(one.delivered_kwh for one in found.stays)
    shares = [round(float(share), 6) for share in found.shares]
    fullest = max(range(len(shares)), key=lambda row: shares[row], default=None)
    return {
        "start": _iso(found.start) if found.drawn.shape[1] else None,
        "period_s": found.period_s,
        "periods": [_iso(found.start + number * found.period_s) for number in range(found.drawn.shape[1])],
        "connectors": {
            one.id: {
                "amps": [round(float(amps), 4) for amps in found.drawn[number]],
                "limit_amps": [round(float(amps), 4) for amps in found.granted[number]],
            }
            for number, one in enumerate(site.grid.connectors)
        },
        "sessions": [
            {
                "id": one.session.id,
                "connector": one.session.connector,
                "wanted_kwh": one.session.energy_kwh,
                "energy_kwh": round(one.delivered_kwh, 4),
                "cost": round(one.cost, 4),
                "why": found.why.get(one.session.id, {}),
            }
            for one in sorted(found.stays, key=lambda one: (one.session.arrival, one.session.id))
        ],
        "limits": {
            key: {
                "name": rows.names[number],
                "bound": float(rows.bounds[number]),
                "unit": rows.units[number],
                "largest_share": shares[number],
                "at": _iso(float(found.shares_at[number])) if shares[number] > 0 else None,
            }
            for number, key in enumerate(rows.keys)
        },
        "totals": {
            "energy_kwh": round(energy, 4),
            "wanted_kwh": round(sum(one.session.energy_kwh for one in found.stays), 4),
            "cost": round(found.grid_cost, 4),
            "currency": site.currency,
            "peak_kw": round(found.peak_kw, 3),
            "demand_cost": demand_cost(site, found),
            "cost_per_kwh": round(found.grid_cost / energy, 6) if energy > 0 else None,
            "largest_share": shares[fullest] if fullest is not None else 0.0,
            "fullest_limit": rows.keys[fullest] if fullest is not None else "",
            "violations": found.violations,
            "violated_s": round(found.violated_s, 3),
            "planning_s": {
                "plans": len(found.plan_s),
                "total": round(sum(found.plan_s), 3),
                "mean": round(statistics.fmean(found.plan_s), 4) if found.plan_s else 0.0,
                "largest": round(max(found.plan_s, default=0.0), 4),
            },
            "fell_back": found.fell_back,
            "messages": found.messages,
        },
        "faults": {
            "offline_share": faults.offline_share,
            "ack_delay_s": faults.ack_delay_s,
            "seed": faults.seed,
        },
    }
