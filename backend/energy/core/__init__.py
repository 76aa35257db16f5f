"""The scheduler and its safety, as pure logic: no I/O, times as seconds since 1970, currents in ampere per phase."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # vectors this short: more threads only wait for each other
