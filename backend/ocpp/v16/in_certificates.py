"""1.6 security extension: a station asks for its certificate."""

from collections.abc import Mapping

from backend.certificates import service as certificates
from backend.ocpp.session import Handler, Session
from backend.ocpp.v16 import messages as m
from shared.certificates import SigningKind


async def sign(session: Session, request: m.SignCertificate) -> m.SignCertificateResponse:
    signed = await certificates.wished(session.ctx, session.station, SigningKind.STATION, request.csr)
    return m.SignCertificateResponse(status="Accepted" if signed else "Rejected")


HANDLERS: Mapping[str, Handler] = {"SignCertificate": sign}
