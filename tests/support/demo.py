"""`wattline demo` as a person starts it: a process of its own on free ports, with its simulated stations."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from backend.accounts.api import DEMO_ACCOUNTS
from shared.accounts import Role

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 10.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Demo:
    """The same ports and data over every stop and start. Output goes to `folder/output`."""

    def __init__(
        self, folder: Path, *, database_url: str = "", arguments: tuple[str, ...] = (), **settings: str
    ) -> None:
        self.folder = folder
        self.port, self.ocpp_port = free_port(), free_port()
        self._arguments = arguments
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("WATTLINE_")}
        self._environment |= {"WATTLINE_DATA": str(folder / "data"), "DATABASE_URL": database_url, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp"

    def start(self) -> float:
        """The seconds until it said that it is ready."""
        began, said = time.monotonic(), len(self.output())
        command = [sys.executable, "-m", "backend.cli", "demo", "--no-browser", "--port", str(self.port)]
        command += ["--ocpp-port", str(self.ocpp_port), *self._arguments]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=output, stderr=subprocess.STDOUT
            )
        while time.monotonic() < began + READY_WITHIN_S:
            if self._process.poll() is not None:
                break
            if "Wattline is ready." in self.output()[said:]:
                return time.monotonic() - began
            time.sleep(0.05)
        output = self.output()
        self.stop()
        raise RuntimeError(f"the demo didn't start:\n{output}")

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def output(self) -> str:
        path = self.folder / "output"
        return path.read_text(errors="replace") if path.exists() else ""

    def client(self, role: Role = Role.OPERATOR) -> httpx.Client:
        """Signed in with the demo account of a role."""
        account = next(one for one in DEMO_ACCOUNTS if one.role is role)
        api = f"{self.url}/api/v1"
        tokens = httpx.post(f"{api}/auth/sign-in", json={"email": account.email, "password": account.password})
        tokens.raise_for_status()
        headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
        return httpx.Client(base_url=api, headers=headers, timeout=30)

    def wait_for(self, what: str, client: httpx.Client, path: str, found: Any, within: float = 30.0) -> Any:
        """Ask until `found(answer)` is something; that."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            answer = client.get(path)
            answer.raise_for_status()
            if result := found(answer.json()):
                return result
            time.sleep(0.2)
        raise AssertionError(f"no {what} within {within} s; the demo said:\n{self.output()[-3000:]}")
