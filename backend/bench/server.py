"""The server of a measurement, in a process of its own: `protocol`, `baseline` or `node`."""

import argparse
import asyncio

from backend import logs
from backend.bench import process
from backend.process import event_loop, raise_open_files, spare_the_collector
from backend.settings import ROLES


async def serve(kind: str, core: str) -> None:
    # Imported here: neither server shall carry the other's modules, or wait for them.
    if kind == "protocol":
        from backend.bench.protocol import listening_without_storage as listening
    else:
        from backend.bench.baseline import listening
    process.pin(core)
    async with listening() as port:
        spare_the_collector()
        await process.obey({"port": port}, {"usage": process.usage, "settle": process.settle})


def main() -> None:
    parser = argparse.ArgumentParser(description="A server of `wattline bench`.")
    parser.add_argument("kind", choices=("protocol", "baseline", "node"))
    parser.add_argument("--core", default="")
    parser.add_argument("--stations", type=int, default=500)
    parser.add_argument("--roles", default=",".join(ROLES))
    options = parser.parse_args()
    logs.configure(level="warning")
    raise_open_files()
    if options.kind == "node":
        from backend.bench import whole

        whole.run(options.core, options.stations, tuple(options.roles.split(",")))
        return
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(serve(options.kind, options.core))


if __name__ == "__main__":
    main()
