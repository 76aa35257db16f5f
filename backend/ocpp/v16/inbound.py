"""What 1.6 stations send: each message to its service, in our words. `HANDLERS` is the table."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from backend.authorization import service as authorization
from backend.authorization.rules import Decision, TokenStatus
from backend.ocpp import unstored
from backend.ocpp.follow_up import learn_configuration
from backend.ocpp.metering import SIGNED, sample
from backend.ocpp.session import Handler, Session
from backend.ocpp.v16 import in_certificates, in_maintenance
from backend.ocpp.v16 import messages as m
from backend.stations import service as stations
from backend.stations.model import BootFacts, StatusReport, has_sim
from backend.transactions import service as transactions
from backend.transactions.model import Ended, Sample, Signed, Started
from backend.vendor_data import service as vendor_data
from shared.stations import ConnectorStatus, Registration

STATUS = {
    "Available": ConnectorStatus.AVAILABLE,
    "Preparing": ConnectorStatus.OCCUPIED,
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED,
    "Finishing": ConnectorStatus.FINISHING,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
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
RETRY_S = 30
"""How soon a station that isn't accepted yet asks again."""


async def boot(session: Session, request: m.BootNotification) -> m.BootNotificationResponse:
    """4.2 Boot Notification."""
    facts = BootFacts(
        vendor=request.charge_point_vendor,
        model=request.charge_point_model,
        serial=request.charge_point_serial_number or request.charge_box_serial_number,
        firmware=request.firmware_version,
        wireless=has_sim(request.iccid, request.imsi),
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
    """4.9 Status Notification. Faulted with NoError stays a fault: what the station says it does counts."""
    report = StatusReport(
        evse=max(request.connector_id, 0),
        status=STATUS[request.status],
        at=session.sane(request.timestamp),
        error_code="" if request.error_code == "NoError" else request.error_code,
        vendor_error_code=request.vendor_error_code or "",
        info=request.info or "",
        withheld=request.status == "SuspendedEVSE",
    )
    write = partial(stations.connector_status, session.ctx, session.station.id, report)
    await unstored.told(session.station.id, (report.evse, report.connector), write)
    await session.clock_seen(request.timestamp)
    return m.StatusNotificationResponse()


def _token_info(decision: Decision) -> dict[str, Any]:
    return {
        "status": TOKEN[decision.status],
        "parent_id_tag": decision.parent[:20] or None,
        "expiry_date": decision.expires_at,
    }


async def authorize(session: Session, request: m.Authorize) -> m.AuthorizeResponse:
    decision = await authorization.authorize(session.ctx, session.station.tenant_id, request.id_tag)
    return m.AuthorizeResponse(id_tag_info=m.AuthorizeResponseIdTagInfo(**_token_info(decision)))


async def start(session: Session, request: m.StartTransaction) -> m.StartTransactionResponse:
    """4.8 Start Transaction. Whatever the token is worth, the station gets an id to report under."""
    report = Started(
        at=session.aware(request.timestamp),
        evse=request.connector_id,
        id_token=request.id_tag,
        meter_wh=round(request.meter_start * session.quirks.meter_wh),
        reservation=request.reservation_id,
        raw=request,
    )
    reply = await transactions.started(session.ctx, session.station, report)
    decision = reply.decision or Decision(status=TokenStatus.INVALID)
    return m.StartTransactionResponse(
        transaction_id=reply.number,
        id_tag_info=m.StartTransactionResponseIdTagInfo(**_token_info(decision)),
    )


async def stop(session: Session, request: m.StopTransaction) -> m.StopTransactionResponse:
    """4.10 Stop Transaction. Always confirmed: what fits nothing is kept in quarantine."""
    report = Ended(
        at=session.aware(request.timestamp),
        number=request.transaction_id,
        meter_wh=round(request.meter_stop * session.quirks.meter_wh),
        reason=request.reason or "Local",
        id_token=request.id_tag or None,
        readings=_samples(session, request.transaction_data or ()),
        signed=_signed(session, request.transaction_data or ()),
        raw=request,
    )
    reply = await transactions.ended(session.ctx, session.station, report)
    if reply is None or reply.decision is None:
        return m.StopTransactionResponse()
    return m.StopTransactionResponse(id_tag_info=m.StopTransactionResponseIdTagInfo(**_token_info(reply.decision)))


def _samples(session: Session, meter_values: Iterable[Any]) -> list[Sample]:
    found = [
        sample(
            session.aware(one.timestamp),
            [(v.measurand, v.unit, v.phase, v.location, v.context, v.format) for v in one.sampled_value],
            [v.value for v in one.sampled_value],
            session.quirks,
        )
        for one in meter_values
    ]
    return [one for one in found if one is not None]


def _signed(session: Session, meter_values: Iterable[Any]) -> list[Signed]:
    """What the meter signed stands in place of a number (format SignedData)."""
    return [
        Signed(at=session.aware(one.timestamp), data=value.value, context=value.context or "", encoding=SIGNED)
        for one in meter_values
        for value in one.sampled_value
        if value.format == SIGNED and value.value
    ]


async def meter_values(session: Session, request: m.MeterValues) -> m.MeterValuesResponse:
    readings, signed = _samples(session, request.meter_value), _signed(session, request.meter_value)
    await transactions.samples(
        session.ctx, session.station, request.connector_id, request.transaction_id, readings, signed
    )
    return m.MeterValuesResponse()


async def data_transfer(session: Session, request: m.DataTransfer) -> m.DataTransferResponse:
    """4.3 Data Transfer: kept; whether it is accepted depends on the vendors that the operator knows."""
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
    "StartTransaction": start,
    "StatusNotification": status,
    "StopTransaction": stop,
    **in_certificates.HANDLERS,
    **in_maintenance.HANDLERS,
}
