"""What 2.0.1 stations tell of the messages on their screens (block O)."""

from collections.abc import Mapping

from backend.displays import service as displays
from backend.displays.model import Shown
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m


async def messages(session: Session, request: m.NotifyDisplayMessages) -> m.NotifyDisplayMessagesResponse:
    """O03.FR.04: a part of the list that was asked for; parts may come in any order."""
    found = [_shown(session, one) for one in request.message_info or ()]
    await displays.reported(session.ctx, session.station.id, request.request_id, found)
    return m.NotifyDisplayMessagesResponse()


def _shown(session: Session, one: m.MessageInfoType) -> Shown:
    return Shown(
        number=one.id,
        priority=one.priority,
        format=one.message.format,
        content=one.message.content,
        language=one.message.language or "",
        state=one.state or "",
        begins_at=session.aware(one.start_date_time) if one.start_date_time else None,
        ends_at=session.aware(one.end_date_time) if one.end_date_time else None,
        transaction_ref=one.transaction_id or "",
    )


HANDLERS: Mapping[str, Handler] = {"NotifyDisplayMessages": messages}
