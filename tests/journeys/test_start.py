"""Starts that fail say why in one sentence; whatever was started ends within five seconds and leaves nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from websockets.sync.client import connect

from backend import cli
from backend.errors import StartRefused
from backend.main import with_secret
from backend.process import listening_socket
from backend.settings import Settings
from tests.support.demo import ROOT, free_port
from tests.support.program import STOP_WITHIN_S, Program, environment, left_running, refusal

NO_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter: root's database runs as another one."""
    folder = Path(tempfile.mkdtemp(prefix="wattline-start-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(place: Path) -> Path:
    return place / "data"


@pytest.fixture
def program(data: Path) -> Iterator[Program]:
    one = Program(data)
    try:
        yield one
    finally:
        one.kill()


def as_anybody() -> tuple[str, ...]:
    """A prefix that takes from root the right to write everywhere."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and this system has no setpriv")
    return NO_PRIVILEGE


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "setting"), [("demo", "WATTLINE_PORT"), ("serve", "WATTLINE_OCPP_PORT")])
def test_a_busy_port(data: Path, pg_url: str, words: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"WATTLINE_PORT": str(free_port()), "WATTLINE_OCPP_PORT": str(free_port())} | {setting: str(port)}
        said = refusal(data, words, prefix=() if words == "demo" else None, DATABASE_URL=pg_url, **ports)
    assert f"The port {port} is used by another program" in said
    assert f"choose another with {setting}." in said


def test_an_address_of_another_machine() -> None:
    for host in ("192.0.2.1", "nowhere.invalid"):
        with pytest.raises(StartRefused, match="is not an address of this machine; correct WATTLINE_OCPP_HOST"):
            listening_socket(host, 9000, setting="WATTLINE_OCPP_")


def test_a_folder_that_may_not_be_written(place: Path) -> None:
    prefix = as_anybody()
    locked = place / "locked"
    locked.mkdir(mode=0o555)
    said = refusal(locked / "data", "serve", prefix=prefix)
    assert f"may not write to {locked / 'data'}" in said
    assert "WATTLINE_DATA" in said


def test_a_secret_that_cannot_be_kept(place: Path, pg_url: str) -> None:
    prefix = as_anybody()
    locked = place / "locked"
    locked.mkdir(mode=0o555)
    ports = {"WATTLINE_PORT": str(free_port()), "WATTLINE_OCPP_PORT": str(free_port())}
    said = refusal(locked / "data", "serve", prefix=prefix, DATABASE_URL=pg_url, **ports)
    assert "can't be written" in said
    assert "WATTLINE_DATA" in said


def test_a_file_in_place_of_the_folder(data: Path) -> None:
    data.write_text("")
    assert refusal(data, "serve") == f"{data} is not a folder; choose another one with WATTLINE_DATA."


FULL = """
import shutil, sys
shutil.disk_usage = lambda path: shutil._ntuple_diskusage(10**9, 10**9, 0)
from backend.cli import main
sys.exit(main(["serve"]))
"""


def test_a_full_disk(place: Path) -> None:
    """A small file system of its own where that is allowed; elsewhere only the system's own answer is replaced."""
    disk = place / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m,mode=711", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    words = ["-m", "backend.cli", "serve"] if mounted else ["-c", FULL]
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment(disk / "data"),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert f"The disk that holds {disk}" in done.stderr
    assert "is full; free at least 200 MB" in done.stderr


def with_part(url: str, **parts: str) -> str:
    return urlunsplit(urlsplit(url)._replace(**parts))


def test_a_wrong_database(
    data: Path, pg_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unreachable = "postgresql://me:secret-word@127.0.0.1:1/wattline"
    said = refusal(data, "migrate", DATABASE_URL=unreachable)
    assert "The database at 127.0.0.1:1 can't be used" in said
    host = urlsplit(pg_url).netloc.rpartition("@")[2]
    for url in (
        unreachable,
        "mysql://me:secret-word@127.0.0.1/wattline",
        with_part(pg_url, netloc=f"wattline:secret-word@{host}"),
        with_part(pg_url, path="/nothing_here"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        assert cli.main(["migrate"]) == 1
        said = capsys.readouterr().err
        assert "correct DATABASE_URL" in said
        assert "secret-word" not in said


def test_a_nats_server_that_is_not_there(data: Path, worker_database: str) -> None:
    ports = {"WATTLINE_PORT": str(free_port()), "WATTLINE_OCPP_PORT": str(free_port())}
    url = worker_database  # with all tables: making them first would only take time
    said = refusal(data, "serve", DATABASE_URL=url, NATS_URL="nats://127.0.0.1:1", WATTLINE_SECRET="s" * 32, **ports)
    assert "The NATS server at 127.0.0.1:1 can't be reached" in said


def test_wrong_settings(data: Path) -> None:
    assert refusal(data, "serve", WATTLINE_PORT="web") == "WATTLINE_PORT is 'web'; it must be a whole number."
    assert "is not a setting of Wattline" in refusal(data, "serve", WATTLINE_PROT="8000")
    for secret in ("", "short"):
        chosen = Settings(secret=secret, nats_url="nats://n", database_url="postgresql://d")
        with pytest.raises(StartRefused, match="32 characters"):
            with_secret(chosen)


# --- running and stopping ----------------------------------------------------------------------------


def test_a_second_one_on_the_same_data_then_the_end(program: Program, data: Path) -> None:
    program.start()
    ports = {"WATTLINE_PORT": str(free_port()), "WATTLINE_OCPP_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", "backend.cli", "serve"],
        cwd=ROOT,
        env=environment(data, **ports),
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.process is not None
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"Wattline already runs on this data folder (pid {program.process.pid})" in done.stderr
    assert httpx.get(f"{program.url}/health/ready").status_code == 200, "the first one goes on"

    # Open connections of every kind don't hold up the end.
    with (
        httpx.Client(base_url=program.url) as client,
        connect(f"ws://127.0.0.1:{program.port}/api/v1/live"),
        connect(f"ws://127.0.0.1:{program.ocpp_port}/ocpp/CP-1", subprotocols=["ocpp1.6"]),  # type: ignore[list-item]
    ):
        assert client.get("/api/v1/meta").status_code == 200
        assert program.stop(signal.SIGINT) < STOP_WITHIN_S
    assert program.process.returncode == 0
    assert "Traceback" not in program.said.read_text()
    assert left_running(data) == []

    # The data stays, after a kill too.
    program.forked = True
    program.start()
    program.kill()
    deadline = time.monotonic() + STOP_WITHIN_S
    while left_running(data) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_running(data) == [], "the database dies with its program"
    program.start()
    stations = httpx.get(f"{program.url}/health/ready").json()
    assert stations["checks"]["database"] == "ok"
    assert program.stop(signal.SIGTERM) < STOP_WITHIN_S
    assert program.process.returncode == 0
    assert left_running(data) == []


@pytest.mark.parametrize(("number", "after_s"), [(signal.SIGINT, 1.0), (signal.SIGTERM, 1.7)])
def test_a_signal_while_starting(program: Program, data: Path, number: int, after_s: float) -> None:
    process = program.spawn()
    time.sleep(after_s)
    assert program.stop(number) < STOP_WITHIN_S
    # Before the program listens to signals nothing is running yet that needs an end.
    assert process.returncode in (0, 130, -number, -signal.SIGINT)
    assert "Traceback" not in program.said.read_text()
    assert left_running(data) == []


def test_the_demo_ends_in_time(data: Path) -> None:
    one = Program(data, "demo", "--no-browser", "--no-stations")
    try:
        one.start()
        assert one.process is not None
        one.process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        assert one.stop(signal.SIGINT) < STOP_WITHIN_S, "an impatient second signal does no harm"
        assert one.process.returncode == 0
        assert one.said.read_text() == ""
        assert left_running(data) == []
    finally:
        one.kill()


# --- installing --------------------------------------------------------------------------------------

WORKING = """#!/bin/bash
case "$*" in
  "-c import sys"*) exit 0 ;;
  "--version") echo "Python 3.12.1" ;;
  "-m venv .venv") {venv} ;;
  "-m pip --version") exit {pip} ;;
  *) exit 1 ;;
esac
"""
TOO_OLD = '#!/bin/bash\n[ "$1" = --version ] && echo "Python 3.10.2"\nexit 1\n'
NAMES = ("python3.11", "python3.12", "python3.13", "python3.14", "python3", "python")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files an installation begins with."""
    folder = tmp_path / "clone"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "install.sh", folder / "scripts")
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def install(clone: Path, python: str, *, prefix: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
    """Exit status and stderr of an installation on a system whose every Python is the given script."""
    programs = clone.parent / "bin"
    programs.mkdir(exist_ok=True)
    for name in NAMES:
        (programs / name).write_text(python)
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [*prefix, "scripts/install.sh", "requirements.lock", ".venv/.demo"],
        cwd=clone,
        env={"PATH": f"{programs}:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(clone.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (clone / ".venv" / ".demo").exists()
    return done.returncode, done.stderr


def test_a_python_that_is_too_old(clone: Path) -> None:
    status, said = install(clone, TOO_OLD)
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("Wattline needs Python 3.11 or newer; install it")
    status, said = install(clone, TOO_OLD, PYTHON="/usr/local/bin/nothing")
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("/usr/local/bin/nothing is not Python 3.11 or newer")


def test_a_python_without_venv(clone: Path) -> None:
    status, said = install(clone, WORKING.format(venv="mkdir -p .venv/bin; exit 1", pip=0))
    assert (status, said.count("\n")) == (1, 1)
    assert "install its venv module (Debian: apt install python3-venv)" in said
    assert not (clone / ".venv").exists(), "the next try begins anew"


def test_a_folder_that_is_not_ours(clone: Path) -> None:
    prefix = as_anybody()
    clone.chmod(0o555)
    status, said = install(clone, WORKING.format(venv="exit 0", pip=0), prefix=prefix)
    clone.chmod(0o755)
    assert (status, said.count("\n")) == (1, 1), said
    assert said == f"The folder {clone} can't be written; give it to yourself with chown, or clone to another place.\n"


def test_no_network(clone: Path) -> None:
    """A real Python and a real pip that may not ask any index; the half-made environment before it is replaced."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys._base_executable)  # type: ignore[attr-defined]
    (clone / ".venv" / "left-over").touch()
    script = f'#!/bin/bash\nexec {sys._base_executable} "$@"\n'  # type: ignore[attr-defined]
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull, "UV_OFFLINE": "1"}
    status, said = install(clone, script, **offline)
    assert status == 1
    assert said.splitlines()[-1] == (
        "The dependencies could not be installed; check the internet connection and run the command again."
    )


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("demo", "test", "check", "format", "bench", "settings", "lock", "screenshots", "clean"):
        assert f"make {target} " in done.stdout
