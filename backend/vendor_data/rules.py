"""Decisions about vendors' messages. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

MOST = 16_384
"""What is kept of one message."""


def verdict(known: Sequence[str] | None, message_id: str) -> str:
    """What a station is answered (1.6 4.3, 2.0.1 P02)."""
    if known is None:
        return "UnknownVendorId"
    return "Accepted" if not known or message_id in known else "UnknownMessageId"


def as_text(data: Any) -> str:
    """Data as it is kept: text stays text, anything else is JSON."""
    if data is None:
        return ""
    text = data if isinstance(data, str) else msgspec.json.encode(data).decode()
    return text.replace("\0", "\N{SYMBOL FOR NULL}")[:MOST]
