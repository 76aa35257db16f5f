"""The command line: `wattline --help` names its commands."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from backend.errors import StartRefused
from backend.process import take_sigterm
from backend.settings import ROLES, from_environment

Command = Callable[[argparse.Namespace], int]


def demo(options: argparse.Namespace) -> int:
    settings = from_environment(port=options.port, ocpp_port=options.ocpp_port, demo=True)
    from backend.demo.run import run_demo

    return run_demo(settings, options)


def serve(options: argparse.Namespace) -> int:
    roles = tuple(one.strip() for one in options.roles.split(",")) if options.roles else None
    settings = from_environment(
        roles=roles, host=options.host, port=options.port, ocpp_host=options.ocpp_host, ocpp_port=options.ocpp_port
    )
    from backend.main import run  # the whole program: a wrong setting is told before it is loaded

    return run(settings)


def worker(options: argparse.Namespace) -> int:
    settings = from_environment(roles=("worker",))
    from backend.main import run

    return run(settings)


def migrate(options: argparse.Namespace) -> int:
    settings = from_environment()
    from backend.db.migrate import migrate as apply
    from backend.main import database

    with database(settings) as url:
        applied = asyncio.run(apply(url))
    print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    return 0


def price(options: argparse.Namespace) -> int:
    from backend.tariffs.cli import price as run_price

    return run_price(options)


def replay_bill(options: argparse.Namespace) -> int:
    settings = from_environment()
    from backend.main import context, database
    from backend.transactions import replaying

    async def work(url: str) -> int:
        async with context(settings, url) as ctx:
            found = await replaying.replay(ctx, options.id)
        if not found:
            raise StartRefused(f"There is no bill {options.id}. A number such as 2026-000123 or an id is needed.")
        for one in found:
            print("\n".join(replaying.told(one)))
        return 1 if any(one.differences for one in found) else 0

    with database(settings, join=True) as url:
        return asyncio.run(work(url))


def simulate_site(options: argparse.Namespace) -> int:
    from backend.energy.site_cli import simulate_site as run_site

    return run_site(options)


def simulate(options: argparse.Namespace) -> int:
    from backend.simulator.cli import main as run_simulator

    return run_simulator(options.rest)


def bench(options: argparse.Namespace) -> int:
    from backend.bench.run import main as run_bench

    return run_bench(options.rest)


def bench_energy(options: argparse.Namespace) -> int:
    from backend.bench.energy_run import main as run_bench

    return run_bench(options)


def bench_faults(options: argparse.Namespace) -> int:
    from backend import logs
    from backend.bench.faults import main as run_bench

    logs.configure(level="error")
    return run_bench(options.rest)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="wattline", description="Charge point management system.")
    top.add_argument("--version", action="version", version=f"wattline {version('wattline')}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = commands.add_parser("demo", help="start everything with simulated stations and demo accounts")
    one.add_argument("--fresh", action="store_true", help="forget what an earlier demo stored")
    one.add_argument("--no-browser", action="store_true", help="don't open a browser")
    one.add_argument("--no-stations", action="store_true", help="start without simulated stations")
    one.add_argument("--port", type=int, help="port of the web app and the API (8000)")
    one.add_argument("--ocpp-port", type=int, help="port for stations (9000)")
    one.set_defaults(run=demo)

    one = commands.add_parser(
        "serve", help="run a node", description="Run a node. Settings come from the environment: docs/settings.md."
    )
    one.add_argument("--roles", help=f"what this process does, comma-separated: {', '.join(ROLES)} (all)")
    one.add_argument("--host", help="address of the web server (127.0.0.1)")
    one.add_argument("--port", type=int, help="port of the web app and the API (8000)")
    one.add_argument("--ocpp-host", help="address of the OCPP listener (127.0.0.1)")
    one.add_argument("--ocpp-port", type=int, help="port for stations (9000)")
    one.set_defaults(run=serve)

    one = commands.add_parser("worker", help="run only the job worker, the same as serve --roles worker")
    one.set_defaults(run=worker)

    one = commands.add_parser("migrate", help="bring the database to this version and stop")
    one.set_defaults(run=migrate)

    one = commands.add_parser("price", help="price the sessions of a file with the engine that writes the bills")
    one.add_argument("file", metavar="FILE", help="JSON: tariffs and segments of sessions; docs/money.md shows one")
    one.add_argument("--time-zone", default="UTC", help="whose clock the times without an offset are on (UTC)")
    one.set_defaults(run=price)

    one = commands.add_parser("replay-bill", help="compute a bill anew from the stored readings and compare")
    one.add_argument("id", metavar="ID", help="number of the bill, or id of the session")
    one.set_defaults(run=replay_bill)

    one = commands.add_parser("simulate-site", help="run a site on given sessions with the scheduler, without stations")
    one.add_argument("site", metavar="SITE.json", help="the power tree and the tariff; docs/energy.md describes it")
    one.add_argument("sessions", metavar="SESSIONS.csv", help="id, connector, arrival, departure, energy_kwh, max_kw")
    one.add_argument("--out", required=True, metavar="PLAN.json", help="where the plan and its totals go")
    one.add_argument("--offline-share", type=float, default=0.0, help="share of the stations offline at any time (0)")
    one.add_argument("--ack-delay", type=float, default=0.0, help="seconds until a station answers, at most (0)")
    one.add_argument("--seed", type=int, default=1, help="of the faults (1)")
    one.add_argument("--budget", type=float, help="seconds for one optimisation (by size: 1 to 5)")
    one.set_defaults(run=simulate_site)

    one = commands.add_parser("bench-energy", help="measure the scheduler against the clairvoyant bound and acnportal")
    from backend.bench.energy_arguments import arguments

    arguments(one)
    one.set_defaults(run=bench_energy)

    for name, run, about in (
        ("simulate", simulate, "run simulated stations against a central system"),
        ("bench-faults", bench_faults, "measure how faults of simulated stations are detected"),
        ("bench", bench, "measure speed and memory against a baseline in the same run"),
    ):
        one = commands.add_parser(name, help=about, add_help=False)
        one.add_argument("rest", nargs=argparse.REMAINDER)
        one.set_defaults(run=run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0: done; 1: Wattline could not start, the reason is on stderr; 2: wrong words."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # argparse would take the options of these for its own.
    own = {"simulate": simulate, "bench": bench, "bench-faults": bench_faults}
    if arguments[:1] and arguments[0] in own:
        options = argparse.Namespace(rest=arguments[1:], run=own[arguments[0]])
    else:
        options = parser().parse_args(arguments)
    take_sigterm()
    try:
        return int(options.run(options))
    except StartRefused as refused:
        print(f"wattline: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
