"""What a vendor's own messages carry, in both versions."""

from typing import Any

from backend.commands.base import Command


class SendData(Command, frozen=True, kw_only=True):
    """1.6 knows only text: other data goes as JSON."""

    vendor_id: str
    message_id: str | None = None
    data: Any = None


AnyVendorData = SendData
