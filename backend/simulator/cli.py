"""`wattline simulate`: stations and cars for any OCPP central system."""

import argparse
import asyncio
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from backend.errors import StartRefused
from backend.process import event_loop, raise_open_files
from backend.simulator.fleet import Fleet, Wishes, from_file, invented
from backend.simulator.link import WIRES
from backend.simulator.memory import Memories
from backend.simulator.model import Spec
from backend.simulator.people import BUSY_SHARE

SAY_S = 60.0
EXAMPLES = """examples:
  wattline simulate --url ws://127.0.0.1:9000/ocpp --stations 4
  wattline simulate --url wss://csms.example/ocpp --stations 50 --versions 2.0.1 --password secret --seed 7
  wattline simulate --url wss://csms.example/ocpp --stations 2 --ca root.pem --cert 'stations/{identity}.pem'
  wattline simulate --url ws://127.0.0.1:9000/ocpp --fleet fleet.json --state state.json --faults

A fleet file is {"stations": [{"identity": "CP-1", "version": "1.6", "password": "…", "power_type": "AC",
"power_w": 22000, "connectors": 2, "id_tokens": ["CARD-1"]}, …]}; only the identity is needed.
The same --seed brings the same cars, people and mishaps. Ctrl-C ends it; with --state a later start goes on
from the same meters and sends what had not been sent."""


def parser() -> argparse.ArgumentParser:
    one = argparse.ArgumentParser(
        prog="wattline simulate",
        description="Run simulated charging stations: real OCPP clients, with cars, people and trouble.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.add_argument("--url", required=True, help="central system, without the identity: ws://127.0.0.1:9000/ocpp")
    one.add_argument("--stations", type=int, default=4, metavar="N", help="how many, without a fleet file (4)")
    one.add_argument("--versions", default="1.6,2.0.1", help="OCPP versions in turn, without a fleet file (1.6,2.0.1)")
    one.add_argument("--prefix", default="SIM", help="first part of the identities, without a fleet file (SIM)")
    one.add_argument("--id-tokens", default="SIM-CARD-1,SIM-CARD-2", metavar="CARDS",
                     help="cards of the drivers, without a fleet file (SIM-CARD-1,SIM-CARD-2)")  # fmt: skip
    one.add_argument("--password", help="Basic auth password of all stations that have none of their own")
    one.add_argument("--ca", type=Path, metavar="FILE", help="authorities to trust at wss:// (this machine's), PEM")
    one.add_argument("--cert", metavar="FILE",
                     help="the stations' certificate, PEM; {identity} in its name stands for each one's")  # fmt: skip
    one.add_argument("--key", metavar="FILE", help="its key, where it isn't in the same file; {identity} as well")
    one.add_argument("--fleet", type=Path, metavar="FILE", help="stations to be, as JSON")
    one.add_argument("--state", type=Path, metavar="FILE", help="where meters and unsent messages are kept")
    one.add_argument("--seed", help="makes people and mishaps the same again (drawn at random)")
    one.add_argument("--busy", type=float, default=BUSY_SHARE, metavar="SHARE",
                     help=f"share of outlets in use, 0 to 0.95 ({BUSY_SHARE})")  # fmt: skip
    one.add_argument("--faults", action="store_true", help="now and then a fault, a lost link, a power cut")
    one.add_argument("--speed", type=float, default=1.0, metavar="X",
                     help="live X times as fast through the last 12 hours, then in real time (1)")  # fmt: skip
    one.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started this one")
    one.add_argument("--verbose", action="store_true", help="say what happens on each link")
    return one


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="simulator: %(message)s", stream=sys.stderr)
    # The package reports every call it does not know with a traceback; the answer on the wire says it too.
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    if options.verbose:
        logging.getLogger("wattline.simulator").setLevel(logging.INFO)
    raise_open_files()
    wishes = Wishes(
        url=options.url,
        seed=options.seed or secrets.token_hex(4),
        speed=options.speed,
        faults=options.faults,
        password=options.password,
        share=options.busy,
        ca=options.ca,
        certificate=options.cert,
        key=options.key,
    )
    fleet_of = _fleet(options, wishes)
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(_run(fleet_of, watch_stdin=options.until_stdin_closes))
    return 0


def _fleet(options: argparse.Namespace, wishes: Wishes) -> Callable[[], Fleet]:
    specs = _specs(options)
    if not wishes.url.startswith(("ws://", "wss://")):
        raise StartRefused(f"--url is {wishes.url!r}; it must begin with ws:// or wss://.")
    if (options.ca or options.cert or options.key) and not wishes.url.startswith("wss://"):
        raise StartRefused("--ca, --cert and --key are for an address that begins with wss://.")
    if options.key and not options.cert:
        raise StartRefused("--key needs the certificate it belongs to: --cert.")
    if not 0 <= wishes.share <= 0.95 or not 1 <= wishes.speed <= 1000:
        raise StartRefused("--busy must lie between 0 and 0.95, --speed between 1 and 1000.")
    memories = Memories(options.state)
    return lambda: Fleet(specs, wishes, memories)


def _specs(options: argparse.Namespace) -> list[Spec]:
    if options.fleet is not None:
        specs = from_file(options.fleet)
    else:
        if not 1 <= options.stations <= 10_000:
            raise StartRefused("--stations must lie between 1 and 10000.")
        versions = [part.strip() for part in options.versions.split(",") if part.strip()]
        tokens = [part.strip() for part in options.id_tokens.split(",") if part.strip()]
        specs = invented(options.stations, versions or ["1.6"], options.prefix, tokens)
    wrong = sorted({spec.version for spec in specs} - WIRES.keys())
    if wrong:
        raise StartRefused(f"OCPP {wrong[0]} can't be simulated; choose from {', '.join(WIRES)}.")
    return specs


async def _run(fleet_of: Callable[[], Fleet], *, watch_stdin: bool) -> None:
    fleet = fleet_of()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    if watch_stdin:
        threading.Thread(target=_wait_for_the_end, args=(loop, stopped), daemon=True).start()
    print(f"{len(fleet.links)} stations → {fleet.wishes.url}, seed {fleet.wishes.seed}. Ctrl-C ends.", flush=True)
    work = loop.create_task(fleet.run())
    saying = loop.create_task(_say(fleet))
    waiting = loop.create_task(stopped.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (saying, waiting, work):
        task.cancel()
    results = await asyncio.gather(work, saying, waiting, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]
    print(f"Ended: {fleet.summary()}.", flush=True)


def _wait_for_the_end(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """Whoever started us holds the other end of our stdin; it closes with them, also when they are killed."""
    while os.read(0, 1024):
        pass
    loop.call_soon_threadsafe(stopped.set)


async def _say(fleet: Fleet) -> None:
    await asyncio.sleep(5)
    while True:
        print(fleet.summary(), flush=True)
        await asyncio.sleep(SAY_S)
