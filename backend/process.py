"""What a process that serves for long asks of the system and of the interpreter."""

import asyncio
import gc
from collections.abc import Callable


def event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


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
