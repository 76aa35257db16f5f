"""1.6: the cache (5.4 Clear Cache), local lists (5.10, 5.15) and reservations (5.2, 5.13)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer
from backend.commands.authorization import ClearCache, GetLocalListVersion, SendLocalList
from backend.commands.reservation import CancelReservation, ReserveNow
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v16 import messages as m


def _clear(_command: ClearCache) -> Call:
    return "ClearCache", m.ClearCache()


def _version(_command: GetLocalListVersion) -> Call:
    return "GetLocalListVersion", m.GetLocalListVersion()


def _list(command: SendLocalList) -> Call:
    entries = [
        m.SendLocalListLocalAuthorizationList(
            id_tag=one.value,
            id_tag_info=m.SendLocalListLocalAuthorizationListIdTagInfo(
                status=one.status.capitalize(),  # type: ignore[arg-type]  # checked by `ask`
                expiry_date=one.expires_at,
                parent_id_tag=one.group[:20] or None,
            )
            if one.status
            else None,
        )
        for one in command.entries
        if len(one.value) <= 20  # no station of 1.6 can read a longer one
    ]
    return "SendLocalList", m.SendLocalList(
        list_version=command.version,
        update_type="Full" if command.full else "Differential",
        local_authorization_list=entries or None,
    )


def _reserve(command: ReserveNow) -> Call:
    if len(command.id_token) > 20:
        raise ValueError("OCPP 1.6 knows card numbers of up to 20 characters.")
    return "ReserveNow", m.ReserveNow(
        connector_id=command.evse,
        expiry_date=command.expires_at,
        id_tag=command.id_token,
        reservation_id=command.number,
        parent_id_tag=command.group[:20] or None,
    )


def _cancel(command: CancelReservation) -> Call:
    return "CancelReservation", m.CancelReservation(reservation_id=command.number)


async def _told(_session: Session, _command: GetLocalListVersion, answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, result={"version": answer.payload.get("listVersion")})


CALLS: Mapping[type, Callable[[Any], Call]] = {
    ClearCache: _clear,
    GetLocalListVersion: _version,
    SendLocalList: _list,
    ReserveNow: _reserve,
    CancelReservation: _cancel,
}
AFTER: Mapping[type, After] = {GetLocalListVersion: _told}
