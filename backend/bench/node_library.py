"""The second baseline: `ocpp-rpc` on Node, installed into build/ the first time. Without Node we say so."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.bench.process import Child, on_core

LIBRARY = "ocpp-rpc@2.2.1"
NAME = f"{LIBRARY} on Node, strict mode, compression off"
FOLDER = Path("build/bench-node")
INSTALL_PATIENCE_S = 120


def absent() -> str:
    """Why it can't be measured here; empty: it can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Node is not installed"
    if (FOLDER / "node_modules" / "ocpp-rpc").is_dir():
        return ""
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER), LIBRARY]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return "npm could not install it in two minutes"
    return "" if done.returncode == 0 else f"npm could not install it (status {done.returncode})"


@contextmanager
def serving(core: str) -> Iterator[Child]:
    script = Path(__file__).with_name("ocpp_rpc.js")
    environment = os.environ | {"NODE_PATH": str((FOLDER / "node_modules").resolve())}
    with on_core(core):
        one = Child(["node", "--expose-gc", str(script)], environment)
    try:
        yield one
    finally:
        one.close()
