"""What may be sent to a screen, and what a station's answer means."""

from datetime import datetime

WORDS = {
    "Accepted": "The station shows it.",
    "NotSupportedMessageFormat": "The station can't show this format; try plain text (UTF8 or ASCII).",
    "NotSupportedPriority": "The station doesn't know this priority; try another one.",
    "NotSupportedState": "The station can't tie a message to this state; leave the state out.",
    "UnknownTransaction": "The station doesn't know this transaction, or it has ended.",
    "Rejected": "The station refused the message without saying why.",
}


def explained(status: str) -> str:
    return WORDS.get(status, f"The station answered {status or 'without a word'}.")


def problem(begins_at: datetime | None, ends_at: datetime | None) -> str:
    """Why these times can't be; empty when they can."""
    for at in (begins_at, ends_at):
        if at is not None and at.tzinfo is None:
            return "A time needs its zone, such as 2030-01-01T12:00:00Z."
    if begins_at is not None and ends_at is not None and ends_at <= begins_at:
        return "A message must end after it begins."
    return ""
