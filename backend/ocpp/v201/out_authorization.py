"""2.0.1: the cache (C11), local lists (D01, D02) and reservations (H01, H02)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer
from backend.commands.authorization import ClearCache, GetLocalListVersion, ListEntry, SendLocalList
from backend.commands.reservation import CancelReservation, ReserveNow
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m


def _clear(_command: ClearCache) -> Call:
    return "ClearCache", m.ClearCache()


def _version(_command: GetLocalListVersion) -> Call:
    return "GetLocalListVersion", m.GetLocalListVersion()


def _token(value: str, kind: str) -> m.IdTokenType:
    return m.IdTokenType(id_token=value, type=kind)  # type: ignore[arg-type]  # checked by `ask`


def _entry(one: ListEntry) -> m.AuthorizationData:
    info = m.IdTokenInfoType(
        status=one.status.capitalize(),  # type: ignore[arg-type]  # checked by `ask`
        cache_expiry_date_time=one.expires_at,
        group_id_token=_token(one.group, "Central") if one.group else None,
    )
    return m.AuthorizationData(id_token=_token(one.value, one.type), id_token_info=info if one.status else None)


def _list(command: SendLocalList) -> Call:
    return "SendLocalList", m.SendLocalList(
        version_number=command.version,
        update_type="Full" if command.full else "Differential",
        local_authorization_list=[_entry(one) for one in command.entries] or None,
    )


def _reserve(command: ReserveNow) -> Call:
    return "ReserveNow", m.ReserveNow(
        id=command.number,
        expiry_date_time=command.expires_at,
        id_token=_token(command.id_token, command.id_token_type),
        evse_id=command.evse or None,
        group_id_token=_token(command.group, "Central") if command.group else None,
        connector_type=command.connector_type or None,  # type: ignore[arg-type]  # checked by `ask`
    )


def _cancel(command: CancelReservation) -> Call:
    return "CancelReservation", m.CancelReservation(reservation_id=command.number)


async def _told(_session: Session, _command: GetLocalListVersion, answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, result={"version": answer.payload.get("versionNumber")})


CALLS: Mapping[type, Callable[[Any], Call]] = {
    ClearCache: _clear,
    GetLocalListVersion: _version,
    SendLocalList: _list,
    ReserveNow: _reserve,
    CancelReservation: _cancel,
}
AFTER: Mapping[type, After] = {GetLocalListVersion: _told}
