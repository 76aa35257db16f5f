"""Vendors' messages as calls (1.6, 4.3)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import SendData
from backend.ocpp.outgoing import Call
from backend.ocpp.v16 import messages as m


def text_of(data: Any) -> str | None:
    return data if data is None or isinstance(data, str) else msgspec.json.encode(data).decode()


def _send(command: SendData) -> Call:
    return "DataTransfer", m.DataTransfer(
        vendor_id=command.vendor_id, message_id=command.message_id, data=text_of(command.data)
    )


CALLS: Mapping[type, Callable[[Any], Call]] = {SendData: _send}
