"""A worker in a process of its own, to be killed: python -m tests.jobs.worker_process DSN. It says what it does."""

import asyncio
import sys
from typing import Any

from backend import jobs
from backend.db import engine


async def main(dsn: str) -> None:
    await engine.connect(dsn, pool_min=1, pool_max=2)

    async def slow(payload: dict[str, Any]) -> None:
        print("began", payload["number"], flush=True)  # noqa: T201 - the test reads it
        await asyncio.sleep(3600)

    await jobs.Worker(dsn, {"test.job": slow}, timeout_s=7200).run()


asyncio.run(main(sys.argv[1]))
