"""2.0.1 H: a station gives a reservation up."""

from collections.abc import Mapping

from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from backend.reservations import service as reservations


async def reservation_status(session: Session, request: m.ReservationStatusUpdate) -> m.ReservationStatusUpdateResponse:
    """H04, H01: Expired or Removed, by the number that we gave it."""
    word = request.reservation_update_status
    await reservations.ended_by_station(session.ctx, session.station, request.reservation_id, word)
    return m.ReservationStatusUpdateResponse()


HANDLERS: Mapping[str, Handler] = {"ReservationStatusUpdate": reservation_status}
