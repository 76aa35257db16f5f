"""The state file: what the stations remember while the simulator is not running."""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from backend.simulator.model import Memory, Spec

SAVE_S = 1.0
UNSAVED_S = 3.0
"""After a kill a station may have delivered for so long what the file doesn't know."""


class StateFile(msgspec.Struct, kw_only=True):
    clean: bool = False
    """The simulator said goodbye."""
    stations: dict[str, Memory] = {}


class Memories:
    """`path` None: nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._last = b""
        self._file = StateFile(clean=True)
        if path is not None and path.exists():
            try:
                self._file = msgspec.json.decode(path.read_bytes(), type=StateFile)
            except msgspec.DecodeError:
                # A file of something else, or half a disk: begin anew beside it rather than refuse.
                path.replace(path.with_suffix(".unreadable"))

    def of(self, spec: Spec) -> Memory:
        """A register never goes backwards: after a kill it stands where it can have been at most."""
        memory = self._file.stations.setdefault(spec.identity, Memory())
        if not self._file.clean:
            # One that began in the unsaved moments has not closed its contactor yet.
            for transaction in memory.running:
                memory.registers[transaction.evse] += spec.power_w * UNSAVED_S / 3600
        return memory

    def save(self, now: datetime, *, clean: bool = False) -> None:
        """Whole or not at all."""
        if self.path is None:
            return
        self._file.clean = clean
        for memory in self._file.stations.values():
            memory.saved_at = None
        seen = msgspec.json.encode(self._file)
        running = any(memory.running for memory in self._file.stations.values())
        if seen == self._last and not running:
            return
        self._last = seen
        for memory in self._file.stations.values():
            memory.saved_at = now
        draft = self.path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(self._file))
        os.replace(draft, self.path)
