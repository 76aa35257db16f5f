"""Errors with a stable code: the web edge makes problem documents of them, the OCPP edge its own answers."""

from collections.abc import Sequence
from typing import ClassVar


class StartRefused(Exception):
    """Wattline can't start. The message is one plain sentence with the remedy; no traceback is shown."""


class WattlineError(Exception):
    """A refusal that somebody should understand: `code` for programs, the message for people."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "That can't be done"

    def __init__(self, detail: str = "", *, code: str | None = None, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.problem_code = code or self.code
        self.fields = tuple(fields)


class InvalidInput(WattlineError):
    status, code, title = 400, "invalid_input", "Something in the request is not right"


class NotSignedIn(WattlineError):
    status, code, title = 401, "not_signed_in", "Please sign in"


class NotAllowed(WattlineError):
    status, code, title = 403, "not_allowed", "Your role doesn't allow this"


class NotFound(WattlineError):
    status, code, title = 404, "not_found", "Not found"


class Conflict(WattlineError):
    status, code, title = 409, "conflict", "This doesn't fit the present state"


class TooLarge(WattlineError):
    status, code, title = 413, "too_large", "This is too large"


class PaymentRefused(WattlineError):
    status, code, title = 402, "payment_refused", "The payment was refused"


class TooManyRequests(WattlineError):
    status, code, title = 429, "too_many_requests", "Too many tries"

    def __init__(self, detail: str = "", *, retry_after_s: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StationOffline(WattlineError):
    status, code, title = 409, "station_offline", "The station is not connected"


class StationNotThere(StationOffline):
    """The command never left: it can be tried again."""


class NodeUnreachable(WattlineError):
    """The process that could do it can't be reached now."""

    status, code, title = 503, "node_unreachable", "The servers can't reach each other now"


class StationTimeout(WattlineError):
    status, code, title = 504, "station_timeout", "The station didn't answer in time"


class NodeDied(StationTimeout):
    """The node that held the station's socket ended before it could tell the answer: the outcome is unknown."""

    code, title = "node_died", "The server that held the station is gone"


class NotNoted(StationTimeout):
    """A station may have been asked, and nobody can write down what became of it: the outcome is unknown."""

    code, title = "not_noted", "Nobody could note what the station said"


class StationRefused(WattlineError):
    """The station answered a command with an error (CALLERROR) or a refusal."""

    status, code, title = 502, "station_refused", "The station refused"
