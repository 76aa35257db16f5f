"""What a process that serves for long asks of the system and of the interpreter."""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from backend.errors import StartRefused

STUCK_MS = 60_000
_interrupted = False
"""A signal came before the event loop listened to them."""


def event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends, or until SIGINT or SIGTERM cancels it: its contexts then close in their order.

    Stopping takes seconds and is bounded, so further signals change nothing (SIGKILL does). In the main thread.
    """
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(_until_stopped(work))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what is left to close (the database) closes undisturbed


def take_sigterm() -> None:
    """Before the event loop runs, SIGTERM is as good as Ctrl-C: KeyboardInterrupt, and all contexts close."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: Any) -> None:
    """Python swallows an exception that comes while it frees or imports some things: it is remembered, too."""
    global _interrupted
    _interrupted = True
    raise KeyboardInterrupt


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    if _interrupted:
        work.close()
        raise KeyboardInterrupt
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            task.cancel()
        asked = True

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: the Runner cancels us, which cancels the task
            loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not asked:
            raise


def raise_open_files() -> None:
    """Every station is an open file: take as many as the system lets us."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        # macOS says "unlimited" and means 10,240.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 10_240, hard))


def spare_the_collector() -> None:
    """After the start: what exists now stays for good, so the collector need not walk through it again.

    The thresholds are higher than Python's, because thousands of sockets that only come and go make no cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def listening_socket(host: str, port: int, *, setting: str) -> socket.socket:
    """Takes a port before anything else is done; who connects early waits. `setting`: WATTLINE_ or WATTLINE_OCPP_.

    Raises StartRefused when it is taken, not allowed, or the address is not one of this machine.
    """
    one: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        one = socket.socket(family, kind, protocol)
        if sys.platform != "win32":  # there it would allow what is in use
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(address)
        one.listen(4096)
    except OSError as error:
        if one is not None:
            one.close()
        raise _refused(error, host, port, setting) from None
    return one


def give_up_stuck_readers(one: socket.socket) -> None:
    """Whoever connects and takes nothing of what is sent for so long loses the connection: nobody waits for it any
    more by then, but closing it waits for what is unsent."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_MS)


def _refused(error: OSError, host: str, port: int, setting: str) -> StartRefused:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return StartRefused(f"{host!r} is not an address of this machine; correct {setting}HOST.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return StartRefused(f"The port {port} may not be used by this user; choose one above 1023 with {setting}PORT.")
    if error.errno == errno.EADDRINUSE:
        return StartRefused(
            f"The port {port} is used by another program; stop that one, or choose another with {setting}PORT."
        )
    return StartRefused(f"The port {port} can't be used ({error.strerror}); choose another with {setting}PORT.")
