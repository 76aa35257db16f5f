"""Certificates in stations, and those that were signed for them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Pem = Annotated[str, msgspec.Meta(min_length=1, max_length=5500)]


class RootKind(StrEnum):
    """What a certificate in a station is for; 1.6 knows the first two. The chain can be listed, not installed."""

    CSMS = "CSMSRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"
    V2G = "V2GRootCertificate"
    MO = "MORootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


class SigningKind(StrEnum):
    """A station's own: towards us, towards cars (ISO 15118), or one for both."""

    STATION = "ChargingStationCertificate"
    V2G = "V2GCertificate"
    COMBINED = "Combined"


class IssuedState(StrEnum):
    """asked: to be signed; signed: on its way; refused: not signed, `detail` says why; rejected: by the station."""

    ASKED = "asked"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REJECTED = "rejected"
    REVOKED = "revoked"


class CertificateHash(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How OCPP names a certificate: hexadecimal digests of its issuer's name and key, and its serial number."""

    algorithm: Annotated[str, msgspec.Meta(pattern="^SHA(256|384|512)$")]
    issuer_name_hash: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    issuer_key_hash: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class InstalledCertificate(Message):
    """subject and expires_at are known of those that were installed from here."""

    kind: RootKind
    hash: CertificateHash
    children: list[CertificateHash]
    subject: str
    expires_at: datetime | None
    seen_at: datetime


class IssuedCertificate(Message):
    id: str
    identity: str
    kind: SigningKind
    state: IssuedState
    detail: str
    subject: str
    serial: str
    expires_at: datetime | None
    created_at: datetime


class InstallCertificate(Request):
    """certificate: one in PEM form."""

    kind: RootKind
    certificate: Pem


class ListCertificates(Request):
    """Empty: all kinds."""

    kinds: Annotated[list[RootKind], msgspec.Meta(max_length=5)] = []


class RenewCertificate(Request):
    kind: SigningKind = SigningKind.STATION


class CertificateAnswer(Message):
    accepted: bool
    status: str
    detail: str = ""
