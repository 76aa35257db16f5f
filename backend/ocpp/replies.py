"""How a call ends, on either side."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from backend.db.groups import GONE
from backend.db.unstorable import Unstorable
from backend.errors import WattlineError
from backend.ocpp.codec import MessageId
from backend.ocpp.host import LinkClosed

log = structlog.get_logger(__name__)


class CallRefused(Exception):
    """Raised by an inbound handler: answer with a CALLERROR of this code. Never for a transaction message."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class Unanswered(Exception):
    """A call that gets no answer."""


async def storable(work: Awaitable[Any]) -> Any:
    """What it gives. A number or a time that no column holds is the station's mistake and not ours: OCPP's integers
    have 32 bits. Not around a transaction message, which is kept whatever it says."""
    try:
        return await work
    except (Unstorable, OverflowError) as error:
        raise CallRefused("PropertyConstraintViolation", "A number or a time in it is too large.") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """What a station said to our call. `payload` is the typed answer, `raw` the same as plain JSON values."""

    outcome: str
    """answered, error, timeout, closed."""
    payload: Any = None
    raw: dict[str, Any] = field(default_factory=dict)
    error_code: str = ""
    error_description: str = ""
    latency_ms: int = 0


def text_of(message_id: MessageId) -> str:
    return message_id if isinstance(message_id, str) else str(message_id)


def lament(what: str, error: Exception, worth_a_line: Callable[[], bool] = lambda: True, **about: str) -> None:
    """What failed, with the traceback. While the database is away that is every call of every station: then there is
    none, and a line only where it is worth it."""
    if not isinstance(error, GONE):
        log.error(what, exc_info=error, **about)
    elif worth_a_line():
        log.warning(what, error=str(error) or type(error).__name__, **about)


async def guarded(work: Awaitable[None], identity: str) -> None:
    try:
        await work
    except (LinkClosed, WattlineError) as error:
        log.info("follow-up gave up", identity=identity, error=str(error))
    except Exception:
        log.exception("follow-up failed", identity=identity)
