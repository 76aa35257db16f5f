"""What both versions share when they ask a station."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from backend.commands import Answer
from backend.ocpp.codec import InvalidPayload
from backend.ocpp.session import Session

Call = tuple[str, Any]
"""Action and message."""
After = Callable[[Session, Any, Answer], Awaitable[Answer]]

YES = frozenset({"Accepted", "Unlocked", "RebootRequired", "Scheduled", "AcceptedCanceled", "PartiallyAccepted"})
"""Status words of both versions that mean: the station does it, or will."""


def invalid(path: str, message: str) -> Answer:
    return Answer(outcome="invalid", error_code="invalid_payload", error_description=f"{path}: {message}")


def unsupported(version: str) -> Answer:
    return Answer(outcome="invalid", error_code="unsupported", error_description=f"OCPP {version} has no such command")


async def ask(session: Session, action: str, payload: Any, timeout_s: int | None) -> Answer:
    """Check the payload (JSON values or a message) against its schema, send it, and tell what came back."""
    try:
        plain = payload if isinstance(payload, dict) else msgspec.to_builtins(payload)
        typed = session.codec.request_from(action, plain)
    except InvalidPayload as wrong:
        return invalid(wrong.path, str(wrong))
    reply = await session.call(action, typed, timeout_s)
    status = reply.raw.get("status")
    word = status if isinstance(status, str) else ""
    return Answer(
        outcome=reply.outcome,
        # An answer without a status (GetConfiguration, ClearCache of some) has done what was asked.
        accepted=reply.outcome == "answered" and (word in YES or status is None),
        status=word or ("Accepted" if reply.outcome == "answered" else ""),
        payload=reply.raw,
        error_code=reply.error_code,
        error_description=reply.error_description,
        latency_ms=reply.latency_ms,
    )
