"""Messages of vendors: what stations send and are sent beyond the standard (DataTransfer)."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from shared.base import Message, Request

VendorId = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
MessageId = Annotated[str, msgspec.Meta(max_length=50, pattern=r"^[^\x00]*$")]


class VendorDataNew(Request):
    """`data`: text, or with 2.0.1 any JSON value."""

    vendor_id: VendorId
    message_id: MessageId | None = None
    data: Any = None


class VendorData(Message):
    """One that was sent. `direction`: `in` from the station, `out` to it. `data` and `answer` as text or JSON."""

    id: str
    at: datetime
    direction: str
    vendor_id: str
    message_id: str
    data: str
    status: str
    answer: str


class KnownVendor(Message):
    """Messages of this vendor are accepted; without `message_ids` all of them."""

    vendor_id: str
    message_ids: list[str]


class KnownVendorChange(Request):
    """`accepted` False: this vendor is known no more."""

    vendor_id: VendorId
    accepted: bool = True
    message_ids: Annotated[list[MessageId], msgspec.Meta(max_length=100)] = []
