"""`wattline` in a process forked from one that has imported everything: what is killed often must start fast."""

import multiprocessing
import os
import subprocess
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


class Forked:
    """Such a process, used like one of `subprocess`."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self._process = wattline(arguments, environment, log)
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("wattline", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)
