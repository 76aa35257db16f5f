"""Vendors' messages as calls (2.0.1, P01)."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.commands import SendData
from backend.ocpp.outgoing import Call
from backend.ocpp.v201 import messages as m


def _send(command: SendData) -> Call:
    return "DataTransfer", m.DataTransfer(vendor_id=command.vendor_id, message_id=command.message_id, data=command.data)


CALLS: Mapping[type, Callable[[Any], Call]] = {SendData: _send}
