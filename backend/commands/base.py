"""What all commands and answers share."""

from typing import Any

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """timeout_s: how long the station may take; None: as the settings say."""

    timeout_s: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back.

    outcome: answered, error (CALLERROR), invalid (our payload breaks the schema), timeout, closed.

    accepted: the station says it will do it (Accepted, RebootRequired, Scheduled, Unlocked …).
    """

    outcome: str
    accepted: bool = False
    status: str = ""
    payload: dict[str, Any] = {}
    error_code: str = ""
    error_description: str = ""
    latency_ms: int = 0
    result: dict[str, Any] = {}
    """What the caller needs of the payload, in our words, where the versions say it differently."""
