"""What 2.0.1 stations send: each message to its service, in our words. `HANDLERS` is the table."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from backend.alerts.rules import codes
from backend.authorization import service as authorization
from backend.authorization.rules import Decision, TokenStatus
from backend.ocpp import unstored
from backend.ocpp.follow_up import learn_configuration
from backend.ocpp.metering import sample
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import (
    costs,
    in_certificates,
    in_device,
    in_display,
    in_energy,
    in_maintenance,
    in_monitoring,
    in_reservation,
)
from backend.ocpp.v201 import messages as m
from backend.stations import service as stations
from backend.stations.model import BootFacts, StatusReport, has_sim
from backend.transactions import holding
from backend.transactions import service as transactions
from backend.transactions.model import Ended, Sample, Signed, Started, StartReply, Updated
from backend.vendor_data import service as vendor_data
from shared.stations import ConnectorStatus, Registration
from shared.transactions import ChargingState

STATUS = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
CHARGING_STATE = {
    "Charging": ChargingState.CHARGING,
    "EVConnected": ChargingState.PREPARING,
    "SuspendedEV": ChargingState.SUSPENDED_EV,
    "SuspendedEVSE": ChargingState.SUSPENDED_EVSE,
    "Idle": ChargingState.IDLE,
}
CONNECTOR_WHILE = {
    ChargingState.CHARGING: ConnectorStatus.CHARGING,
    ChargingState.PREPARING: ConnectorStatus.OCCUPIED,
    ChargingState.SUSPENDED_EV: ConnectorStatus.SUSPENDED,
    ChargingState.SUSPENDED_EVSE: ConnectorStatus.SUSPENDED,
    ChargingState.IDLE: ConnectorStatus.FINISHING,
}
BUSY = frozenset({ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED})
REGISTRATION = {
    Registration.ACCEPTED: "Accepted",
    Registration.PENDING: "Pending",
    Registration.REJECTED: "Rejected",
}
TOKEN = {
    TokenStatus.ACCEPTED: "Accepted",
    TokenStatus.BLOCKED: "Blocked",
    TokenStatus.EXPIRED: "Expired",
    TokenStatus.INVALID: "Invalid",
}
FREE_TOKENS = frozenset({"NoAuthorization"})
RETRY_S = 30
"""How soon a station that isn't accepted yet asks again."""


async def boot(session: Session, request: m.BootNotification) -> m.BootNotificationResponse:
    """B01 to B03: Cold Boot Charging Station."""
    about = request.charging_station
    facts = BootFacts(
        vendor=about.vendor_name,
        model=about.model,
        serial=about.serial_number,
        firmware=about.firmware_version,
        reason=request.reason,
        wireless=about.modem is not None and has_sim(about.modem.iccid, about.modem.imsi),
    )
    session.known_as(facts)
    session.registration = await stations.booted(session.ctx, session.station.id, facts)
    accepted = session.registration is Registration.ACCEPTED
    if accepted and not session.quirks.no_questions_after_boot:
        session.follow_up.append(lambda: learn_configuration(session))
    return m.BootNotificationResponse(
        status=REGISTRATION[session.registration],  # type: ignore[arg-type]  # a Literal of these words
        current_time=session.now(),
        interval=session.heartbeat_s if accepted else RETRY_S,
    )


async def heartbeat(session: Session, _request: m.Heartbeat) -> m.HeartbeatResponse:
    return m.HeartbeatResponse(current_time=session.now())


async def status(session: Session, request: m.StatusNotification) -> m.StatusNotificationResponse:
    """G01. Occupied says less than a transaction does: it hides no charging, and no session that ended."""
    evse, connector, word = request.evse_id, request.connector_id, request.connector_status
    write = partial(_status, session, evse, connector, word, request.timestamp)
    await unstored.told(session.station.id, (evse, connector), write)
    await session.clock_seen(request.timestamp)
    return m.StatusNotificationResponse()


async def _status(session: Session, evse: int, connector: int, word: str, at: Any) -> None:
    state = STATUS[word]
    if state is ConnectorStatus.OCCUPIED:
        known = await stations.status_of(session.ctx, session.station.id, evse, connector or 1)
        if known in BUSY or known is ConnectorStatus.FINISHING:
            return
    report = StatusReport(evse=evse, connector=connector or 1, status=state, at=session.sane(at), tells_reason=False)
    await stations.connector_status(session.ctx, session.station.id, report)


def _token_info(decision: Decision) -> m.IdTokenInfoType:
    group = m.IdTokenType(id_token=decision.parent, type="Central") if decision.parent else None
    return m.IdTokenInfoType(
        status=TOKEN[decision.status],  # type: ignore[arg-type]  # a Literal of these words
        group_id_token=group,
        cache_expiry_date_time=decision.expires_at,
    )


async def authorize(session: Session, request: m.Authorize) -> m.AuthorizeResponse:
    """C01, C07. A token of type NoAuthorization needs no decision; a contract counts only with its certificate."""
    decision = await authorization.authorize(session.ctx, session.station.tenant_id, request.id_token.id_token)
    if request.id_token.type in FREE_TOKENS:
        decision = Decision(status=TokenStatus.ACCEPTED)
    info, status = _token_info(decision), None
    if request.certificate or request.iso15118_certificate_hash_data:
        status = await in_certificates.contract(session, request)
        if status != "Accepted":
            info = m.IdTokenInfoType(status="Invalid")
    return m.AuthorizeResponse(id_token_info=info, certificate_status=status)


async def transaction_event(session: Session, request: m.TransactionEvent) -> m.TransactionEventResponse:
    """E01 to E15. Always confirmed: what fits nothing is kept in quarantine."""
    info, token = request.transaction_info, request.id_token
    state = CHARGING_STATE[info.charging_state] if info.charging_state else None
    common: dict[str, Any] = {
        "at": session.aware(request.timestamp),
        "ref": info.transaction_id or None,
        "evse": request.evse.id if request.evse else None,
        "connector": (request.evse.connector_id or 1) if request.evse else 1,
        "id_token": token.id_token if token and token.type not in FREE_TOKENS and token.id_token else None,
        "seq_no": request.seq_no,
        "offline": bool(request.offline),
        "charging_state": str(state) if state else None,
        "remote_start_id": info.remote_start_id,
        "reservation": request.reservation_id,
        "remote": request.trigger_reason == "RemoteStart",
        "readings": _samples(session, request.meter_value or ()),
        "signed": _signed(session, request.meter_value or ()),
        "raw": request,
    }
    ctx, station = session.ctx, session.station
    if request.event_type == "Started":
        reply: StartReply | None = await transactions.started(ctx, station, Started(**common))
    elif request.event_type == "Ended":
        reply = await transactions.ended(ctx, station, Ended(reason=info.stopped_reason or "Local", **common))
    else:
        reply = await transactions.updated(ctx, station, Updated(**common))
    if request.event_type == "Ended":
        await _follow_end(session, request, reply)
    else:
        await _follow_state(session, request, state)
    if reply is None:
        return m.TransactionEventResponse()
    running = request.event_type != "Started" and reply.cost is not None
    _show_cost(session, request, reply)
    return m.TransactionEventResponse(
        id_token_info=_token_info(reply.decision) if reply.decision else None,
        total_cost=float(reply.cost) if running and reply.cost is not None else None,
    )


def _show_cost(session: Session, request: m.TransactionEvent, reply: StartReply) -> None:
    """I02: after the answer, where the price has moved with what the station told."""
    ref, cost = request.transaction_info.transaction_id, reply.cost
    if request.event_type == "Ended":
        costs.forget(session, ref)
    elif request.event_type == "Updated" and cost is not None and not request.offline and costs.due(session, ref, cost):
        session.follow_up.append(lambda: costs.show(session, ref, cost))


async def _follow_state(session: Session, request: m.TransactionEvent, state: ChargingState | None) -> None:
    """2.0.1 tells of charging only in its transaction: show it on the connector too."""
    shown = CONNECTOR_WHILE.get(state) if state else None
    if shown is not None and request.evse is not None and not request.offline:
        await _show(session, request, request.evse.id, request.evse.connector_id or 1, shown)


async def _follow_end(session: Session, request: m.TransactionEvent, reply: StartReply | None) -> None:
    """The plug is still in, as far as is known: only its first event has to name the outlet (E01). Of an end that is
    told late, what was seen there since counts."""
    if request.evse is not None:
        evse, connector = request.evse.id, request.evse.connector_id or 1
    elif reply is not None and reply.connector_id is not None:
        place = await stations.connector(session.ctx, session.station.tenant_id, reply.connector_id)
        evse, connector = place.evse, place.number
    else:
        return
    known = await stations.status_of(session.ctx, session.station.id, evse, connector)
    if request.offline and (known not in BUSY or await _charges(session, evse)):
        return
    if known is None or known in (*BUSY, ConnectorStatus.OCCUPIED):
        await _show(session, request, evse, connector, ConnectorStatus.FINISHING)


async def _show(
    session: Session, request: m.TransactionEvent, evse: int, connector: int, status: ConnectorStatus
) -> None:
    if evse == 0:
        return
    at = session.sane(request.timestamp)
    report = StatusReport(evse=evse, connector=connector, status=status, at=at, tells_reason=False)
    await stations.connector_status(session.ctx, session.station.id, report)


async def _charges(session: Session, evse: int) -> bool:
    return any(one.evse == evse for one in await holding.running(session.station.id, session.ctx.now()))


_NO_UNIT = m.UnitOfMeasureType()


def _samples(session: Session, meter_values: Iterable[m.MeterValueType]) -> list[Sample]:
    found = []
    for one in meter_values:
        units = [value.unit_of_measure or _NO_UNIT for value in one.sampled_value]
        found.append(
            sample(
                session.aware(one.timestamp),
                [
                    (value.measurand, unit.unit, value.phase, value.location, value.context, None)
                    for value, unit in zip(one.sampled_value, units, strict=True)
                ],
                [value.value for value in one.sampled_value],
                session.quirks,
                [unit.multiplier for unit in units],
            )
        )
    return [one for one in found if one is not None]


def _signed(session: Session, meter_values: Iterable[m.MeterValueType]) -> list[Signed]:
    return [
        Signed(
            at=session.aware(one.timestamp),
            data=value.signed_meter_value.signed_meter_data,
            context=value.context or "",
            public_key=value.signed_meter_value.public_key,
            encoding=value.signed_meter_value.encoding_method,
            method=value.signed_meter_value.signing_method,
        )
        for one in meter_values
        for value in one.sampled_value
        if value.signed_meter_value is not None
    ]


async def meter_values(session: Session, request: m.MeterValues) -> m.MeterValuesResponse:
    """J01: outside of a transaction; within one they are TransactionEvents, but some stations send both."""
    readings, signed = _samples(session, request.meter_value), _signed(session, request.meter_value)
    await transactions.samples(session.ctx, session.station, request.evse_id, None, readings, signed)
    return m.MeterValuesResponse()


async def event(session: Session, request: m.NotifyEvent) -> m.NotifyEventResponse:
    """N07. Newer stations tell the state of a connector here instead of in StatusNotification (G01.FR.08)."""
    told: list[tuple[unstored.Key, unstored.Write]] = [
        (
            ("events", *((one.event_id, one.timestamp) for one in request.event_data)),
            partial(in_monitoring.keep_events, session, request),
        )
    ]
    for one in request.event_data:
        evse = one.component.evse
        if evse is None:
            continue
        connector = evse.connector_id or 1
        if one.variable.name == "AvailabilityState" and one.actual_value in STATUS:
            write = partial(_status, session, evse.id, connector, one.actual_value, one.timestamp)
            told.append(((evse.id, connector), write))
        elif one.variable.name == "Problem":
            told.append((("problem", evse.id, connector, one.component.name), partial(_problem, session, evse, one)))
    await unstored.all_told(session.station.id, told)
    return m.NotifyEventResponse()


async def _problem(session: Session, evse: m.EVSEType, event: m.EventDataType) -> None:
    """Why a connector is Faulted, told before or after: its status can't say it. A problem alone takes nothing out of
    service."""
    known = await stations.connector_by_wire(session.ctx, session.station.id, evse.id, evse.connector_id or 1)
    if known is None:
        return
    over = event.cleared or event.actual_value.lower() != "true"
    if over and known.status is ConnectorStatus.FAULTED:
        return  # until the status says so
    told = codes.told(codes.UNNAMED_ERROR, event.tech_code or "", event.tech_info or "", event.component.name)
    report = StatusReport(
        evse=evse.id,
        connector=evse.connector_id or 1,
        status=known.status,
        at=session.sane(event.timestamp),
        error_code="" if over else told.code,
        vendor_error_code="" if over else event.tech_code or "",
        info="" if over else told.info,
    )
    await stations.connector_status(session.ctx, session.station.id, report)


async def data_transfer(session: Session, request: m.DataTransfer) -> m.DataTransferResponse:
    """P02: kept; whether it is accepted depends on the vendors that the operator knows."""
    status = await vendor_data.received(
        session.ctx, session.station, request.vendor_id, request.message_id, request.data
    )
    return m.DataTransferResponse(status=status)  # type: ignore[arg-type]  # a Literal of these words


HANDLERS: Mapping[str, Handler] = {
    "Authorize": authorize,
    "BootNotification": boot,
    "DataTransfer": data_transfer,
    "Heartbeat": heartbeat,
    "MeterValues": meter_values,
    "NotifyEvent": event,
    "StatusNotification": status,
    "TransactionEvent": transaction_event,
    **in_device.HANDLERS,
    **in_display.HANDLERS,
    **in_certificates.HANDLERS,
    **in_energy.HANDLERS,
    **in_maintenance.HANDLERS,
    **in_monitoring.HANDLERS,
    **in_reservation.HANDLERS,
}
