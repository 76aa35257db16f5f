"""Processes of a run: one serves, another one is the stations. Each obeys commands, one JSON line each way."""

import asyncio
import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Command = Callable[..., Awaitable[Any]]
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class ChildFailed(Exception):
    """A process of the run ended or answered with an error."""


class Child:
    """The controlling end. It works while we do: a child ends when its input does."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.hello: dict[str, Any] = self._read()

    def ask(self, command: str, **values: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **values}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildFailed(f"a process of the measurement ended early (status {self._process.wait()})")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise ChildFailed(answer["error"])
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def child(module: str, *arguments: str) -> Iterator[Child]:
    one = Child([sys.executable, "-m", module, *arguments])
    try:
        yield one
    finally:
        one.close()


async def obey(hello: Mapping[str, Any], commands: Mapping[str, Command]) -> None:
    """In a child: say hello, then carry out one command after the other until the input ends."""
    print(json.dumps(hello), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            answer = await commands[request.pop("command")](**request)
        except Exception as error:
            answer = {"error": _why(error)}
        print(json.dumps(answer), flush=True)


def _why(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def cores() -> tuple[int, int] | None:
    """(for the server, for the load); None where processes can't be pinned or there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else None


def pin(core: str) -> None:
    """Only on this core from now on; empty: wherever the system likes."""
    if core:
        os.sched_setaffinity(0, {int(core)})


@contextmanager
def on_core(core: str) -> Iterator[None]:
    """What is started meanwhile stays on this core; empty: anywhere."""
    if not core:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(core)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def keep_off(core: str) -> None:
    """On every core but this one; what is started meanwhile stays there."""
    if core:
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)) - {int(core)})


async def usage() -> dict[str, Any]:
    """What this process has used of the processor (all threads, user and system), and its memory now."""
    return {"cpu_s": time.process_time(), "rss": resident()}


async def settle() -> dict[str, Any]:
    """Give the collector its due, so that memory can be compared."""
    gc.collect()
    return await usage()


def resident() -> int:
    """Bytes of memory that this process holds now; 0 where the system doesn't tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _stat(folder: Path) -> list[str]:
    """What Linux tells of a process, from the third field of its `stat` on; empty if it is gone."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def parent_of(pid: int) -> int:
    """0 where the system doesn't tell."""
    fields = _stat(Path(f"/proc/{pid}"))
    return int(fields[1]) if fields else 0


def family_cpu_s(parent: int) -> float | None:
    """What a process and its children, the ended ones too, have used; None where the system doesn't tell."""
    total, found = 0.0, False
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(folder)
        if not fields:
            continue
        if int(folder.name) == parent:
            found = True
            total += sum(map(int, fields[11:15]))
        elif int(fields[1]) == parent:
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK") if found else None


def family_bytes(parent: int) -> int:
    """Memory that a process and its children hold, what they share counted once (Pss); 0 where the system doesn't
    tell."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(folder)
        if fields and parent in (int(folder.name), int(fields[1])):
            with suppress(OSError):
                found = re.search(r"^Pss: +(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                total += int(found[1]) * 1024 if found else 0
    return total
