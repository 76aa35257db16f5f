"""`wattline` as a process of its own, from the command line to its end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from tests.support.demo import ROOT, free_port
from tests.support.forked import Forked

READY_WITHIN_S = 120.0
STOP_WITHIN_S = 5.0
"""What issue and README promise for Ctrl-C."""


def environment(data: Path, **settings: str) -> dict[str, str]:
    """That of this process without its own settings."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("WATTLINE_") and name not in ("DATABASE_URL", "NATS_URL")
    }
    return own | {"WATTLINE_DATA": str(data)} | settings


def left_running(data: Path) -> list[psutil.Process]:
    """Processes that name the data folder: servers, simulators, the program itself."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(data) in part for part in command):
            found.append(process)
    return found


class Program:
    """A node on free ports that stay the same over every start."""

    def __init__(self, data: Path, *words: str, **settings: str) -> None:
        self.data = data
        self.words = words or ("serve",)
        self.port, self.ocpp_port = free_port(), free_port()
        self.settings = settings
        self.module = "backend.cli"
        self.forked = False
        """From a process that has imported everything: what is started often must start fast."""
        self.process: subprocess.Popen[str] | Forked | None = None
        self.said = data.with_name(f"{data.name}.stderr")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spawn(self) -> "subprocess.Popen[str] | Forked":
        ports = {"WATTLINE_PORT": str(self.port), "WATTLINE_OCPP_PORT": str(self.ocpp_port)}
        if self.forked and self.module == "backend.cli":
            self.said.write_text("")
            self.process = Forked([*self.words], environment(self.data, **ports | self.settings), self.said)
            return self.process
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, *self.words],
                cwd=ROOT,
                env=environment(self.data, **ports | self.settings),
                stdout=subprocess.DEVNULL,
                stderr=output,
                text=True,
            )
        return self.process

    def start(self) -> None:
        process = self.spawn()
        deadline = time.monotonic() + READY_WITHIN_S
        with httpx.Client(verify=False) as client:  # to load certificates at each look would take half a core from it
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    if client.get(f"{self.url}/health/ready").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        self.kill()
        raise AssertionError(f"it didn't start:\n{self.said.read_text()}")

    def stop(self, number: int) -> float:
        """Send the signal; how long the end took. The exit status is in `process`."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def refusal(data: Path, *words: str, prefix: tuple[str, ...] | None = None, **settings: str) -> str:
    """What `wattline` says when it can't start: one sentence, status 1, nothing left running.

    With a prefix, even an empty one, a new interpreter runs; without, what it imports is there already.
    """
    if prefix is None:
        log = data.with_name(f"{data.name}.refusal")
        log.write_text("")
        forked = Forked([*words], environment(data, **settings), log)
        status, said = forked.wait(60), log.read_text()
    else:
        done = subprocess.run(
            [*prefix, sys.executable, "-m", "backend.cli", *words],
            cwd=ROOT,
            env=environment(data, **settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        status, said = done.returncode, done.stderr
    assert status == 1, said
    lines = said.splitlines()
    assert len(lines) == 1, said
    assert lines[0].startswith("wattline: "), lines
    assert lines[0].endswith("."), lines
    assert left_running(data) == []
    return lines[0].removeprefix("wattline: ")
