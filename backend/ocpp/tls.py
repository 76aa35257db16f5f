"""TLS on the OCPP listener: its context, and who a client certificate says that a station is."""

import ssl
from typing import Any

import structlog

from backend.certificates import authority
from backend.errors import StartRefused
from backend.ocpp import metrics
from backend.settings import Settings

log = structlog.get_logger(__name__)

CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    )
)
"""What the certification programme names for TLS 1.2 (A00.FR.315); TLS 1.3 has suites of its own. The last two keep no
secret for the future: only a station that can do nothing else gets them, and only from a listener with an RSA key."""


class _Counted(ssl.SSLObject):
    """A handshake that fails never reaches a socket of ours: it is counted and logged here."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            metrics.REFUSED.labels("tls").inc()
            log.warning("security: a TLS handshake was refused", reason=error.reason)
            raise


def server_context(settings: Settings) -> ssl.SSLContext:
    """A client certificate is optional here: whether a station needs one is known only with its identity.

    One that is offered must be valid: expired and foreign ones end the handshake.
    Raises StartRefused when a file can't be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = _Counted
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.verify_mode = ssl.CERT_OPTIONAL
    try:
        context.load_cert_chain(settings.ocpp_tls_cert, settings.ocpp_tls_key)
        if settings.ocpp_tls_client_ca:
            context.load_verify_locations(cafile=settings.ocpp_tls_client_ca)
        if not settings.ca_url:
            context.load_verify_locations(cadata=authority.BuiltIn(settings).root())
    except OSError as error:
        raise StartRefused(
            f"The files of WATTLINE_OCPP_TLS_CERT, _KEY and _CLIENT_CA can't be used ({error.strerror or error})."
        ) from None
    return context


def common_name(certificate: dict[str, Any] | None) -> str | None:
    """Whom a verified client certificate names; None without one."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return None
