"""The server of a measurement, in a process of its own: `protocol`, `baseline` or `node`."""

import argparse
import asyncio
from contextlib import nullcontext

from backend import logs
from backend.bench import process, secured
from backend.process import event_loop, raise_open_files, spare_the_collector
from backend.settings import ROLES


async def serve(kind: str, core: str, tls: bool) -> None:
    # Imported here: neither server shall carry the other's modules, or wait for them.
    if kind == "protocol":
        from backend.bench.protocol import listening_without_storage as listening
    else:
        from backend.bench.baseline import listening
    process.pin(core)
    with secured.own_certificate() if tls else nullcontext() as own:
        async with listening(own) as port:
            spare_the_collector()
            hello = {"port": port, "certificate": own.pem if own else ""}
            await process.obey(hello, {"usage": process.usage, "settle": process.settle})


def main() -> None:
    parser = argparse.ArgumentParser(description="A server of `wattline bench`.")
    parser.add_argument("kind", choices=("protocol", "baseline", "node"))
    parser.add_argument("--core", default="")
    parser.add_argument("--tls", action="store_true", help="with a certificate of its own; not for `node`")
    parser.add_argument("--stations", type=int, default=500)
    parser.add_argument("--roles", default=",".join(ROLES))
    parser.add_argument(
        "--one-by-one", type=int, default=0, help="a commit for each transaction message, so many at once"
    )
    parser.add_argument("--join", default="", help="the database of another node, instead of one of its own")
    parser.add_argument("--nats", default="", help="address of a NATS server that the nodes share")
    options = parser.parse_args()
    if options.tls and options.kind == "node":
        parser.error("a whole node is measured without TLS")
    logs.configure(level="warning")
    raise_open_files()
    if options.kind == "node":
        from backend.bench import whole

        roles = tuple(options.roles.split(","))
        others = whole.Others(options.join, options.nats)
        whole.run(options.core, options.stations, roles, others, one_by_one=options.one_by_one)
        return
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(serve(options.kind, options.core, options.tls))


if __name__ == "__main__":
    main()
