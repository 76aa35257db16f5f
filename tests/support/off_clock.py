"""`wattline` on a machine whose clock is wrong by CLOCK_OFF_S seconds: run it with `python -m` in its place."""

import os
import time
from datetime import UTC, datetime, timedelta

from backend import context

OFF = timedelta(seconds=float(os.environ.get("CLOCK_OFF_S", "0")))
_right = time.time


def now() -> datetime:
    return datetime.now(UTC) + OFF


if __name__ == "__main__":
    time.time = lambda: _right() + OFF.total_seconds()
    context.utc_now = now
    context.Context.__init__.__kwdefaults__["now"] = now  # type: ignore[index]
    from backend.cli import main

    raise SystemExit(main())
