"""Messages on screens as 2.0.1 calls (block O)."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.commands import ListMessages, RemoveMessage, ShowMessage
from backend.ocpp.outgoing import Call
from backend.ocpp.v201 import messages as m


def _show(command: ShowMessage) -> Call:
    """O01, O02, O06."""
    info = m.MessageInfoType(
        id=command.number,
        priority=command.priority,  # type: ignore[arg-type]  # checked by `ask`
        message=m.MessageContentType(
            format=command.format,  # type: ignore[arg-type]  # checked by `ask`
            content=command.content,
            language=command.language,
        ),
        state=command.state,  # type: ignore[arg-type]  # checked by `ask`
        start_date_time=command.begins_at,
        end_date_time=command.ends_at,
        transaction_id=command.transaction_ref,
    )
    return "SetDisplayMessage", m.SetDisplayMessage(message=info)


def _list(command: ListMessages) -> Call:
    """O03, O04."""
    return "GetDisplayMessages", m.GetDisplayMessages(
        request_id=command.request_id,
        id=command.numbers or None,
        priority=command.priority,  # type: ignore[arg-type]  # checked by `ask`
        state=command.state,  # type: ignore[arg-type]  # checked by `ask`
    )


def _remove(command: RemoveMessage) -> Call:
    """O05."""
    return "ClearDisplayMessage", m.ClearDisplayMessage(id=command.number)


CALLS: Mapping[type, Callable[[Any], Call]] = {ShowMessage: _show, ListMessages: _list, RemoveMessage: _remove}
