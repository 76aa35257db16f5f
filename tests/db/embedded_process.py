"""A Wattline that only runs its database, to be killed: python -m tests.db.embedded_process FOLDER [orphan].

With `orphan` the kernel is not asked to stop the server with its parent, as on systems that can't.
"""

import sys
import time
from pathlib import Path

from backend.db import embedded_host
from backend.db.embedded import EmbeddedPostgres
from backend.errors import StartRefused

if sys.argv[2:] == ["orphan"]:
    embedded_host.die_with_parent = lambda: None
try:
    print(EmbeddedPostgres(Path(sys.argv[1])).start(), flush=True)  # noqa: T201 - the test reads it
except StartRefused as refused:
    print(f"refused: {refused}", flush=True)  # noqa: T201
    sys.exit(1)
time.sleep(3600)
