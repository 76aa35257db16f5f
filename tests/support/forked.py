"""`wattline` in a process forked from one that has imported everything: what is killed often must start fast."""

import multiprocessing
import os
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOAD = ["backend.cli", "backend.main", "uvloop", "tests.support.forked"]


def _run(arguments: list[str], environment: dict[str, str], log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    from backend.cli import main

    raise SystemExit(main(arguments))


def wattline(arguments: list[str], environment: dict[str, str], log: Path) -> ForkServerProcess:
    """Started already; `kill`, `terminate` and `join` it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    process = context.Process(target=_run, args=(arguments, environment, str(log)))
    process.start()
    return process
