"""A simulated site in a process of its own: what takes minutes of processor would hold up plans, sockets and screens.

The process gets what it works on as a pickle from us, and only from us; it is slower than everybody else (nice), and
ends with whoever asked.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress

from backend.energy.core.grid import BadGrid
from backend.errors import InvalidInput
from backend.sites.rules import Lane
from backend.sites.whatif_rules import Frame, Past, side
from shared.what_if import WhatIfSide

MOST_S = 280.0
_KINDNESS = 10
_turn = asyncio.Semaphore(1)


async def answers(frame: Frame, sides: Sequence[tuple[list[Lane], list[Past]]]) -> list[tuple[WhatIfSide, str]]:
    """`side` of each; one question of a process at a time. Raises BadGrid, and InvalidInput (too_long)."""
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(MOST_S):
                said, _ = await process.communicate(pickle.dumps((frame, sides)))
        except TimeoutError:
            raise InvalidInput(
                "This takes too long. Please ask for fewer days or connectors.", code="too_long"
            ) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the simulation ended with status {process.returncode}")
    found = pickle.loads(said)
    if isinstance(found, tuple):
        raise BadGrid(*found)
    return list(found)


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(_KINDNESS)
    frame, sides = pickle.load(sys.stdin.buffer)
    try:
        found: object = [side(frame, *one) for one in sides]
    except BadGrid as error:
        found = (error.where, error.problem)
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
