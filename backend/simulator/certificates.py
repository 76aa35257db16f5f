"""The certificates of a simulated station: a key and a wish to have it signed, what came of it, the roots it trusts."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from backend.simulator.model import Root
from backend.simulator.station import Station

Json = dict[str, Any]
RENEWED = timedelta(days=30)
"""So long before its end a station asks for the next one by itself."""
MOST_ROOTS = 20
PEM = serialization.Encoding.PEM


def wish(station: Station) -> str:
    """A new key, kept until its certificate comes, and the request to sign it (CSR, PEM)."""
    key = ec.generate_private_key(ec.SECP256R1())
    station.memory.wished_key = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, station.spec.identity)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return csr.public_bytes(PEM).decode()


def take(station: Station, chain: str) -> bool:
    """The first of the chain must be for the key that was made last."""
    try:
        leaf = x509.load_pem_x509_certificates(chain.encode())[0]
        key = serialization.load_pem_private_key(station.memory.wished_key.encode(), None)
    except ValueError:
        return False
    if leaf.public_key() != key.public_key():
        return False
    station.memory.certificate, station.memory.wished_key = chain, ""
    return True


def due(station: Station, now: datetime) -> bool:
    """Whether it wants a certificate: it has none, or not for long any more."""
    if not station.spec.certified:
        return False
    try:
        (leaf, *_) = x509.load_pem_x509_certificates(station.memory.certificate.encode())
    except ValueError:
        return True
    return leaf.not_valid_after_utc - now <= RENEWED


def install(station: Station, kind: str, pem: str) -> str:
    """The station's word for what became of a root."""
    try:
        one = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return "Rejected"
    if one.not_valid_after_utc <= station.clock.now():
        return "Rejected"
    named = named_by(one)
    kept = [root for root in station.memory.roots if root.kind != kind or _named(root) != named]
    if len(kept) >= MOST_ROOTS:
        return "Failed"
    station.memory.roots = [*kept, Root(kind=kind, pem=pem)]
    return "Accepted"


def installed(station: Station, kinds: list[str] | None) -> list[Json]:
    return [
        {"certificate_type": root.kind, "certificate_hash_data": _named(root)}
        for root in station.memory.roots
        if not kinds or root.kind in kinds
    ]


def delete(station: Station, named: Json) -> str:
    wanted = {name: str(value).lower() for name, value in named.items()}
    kept = [
        root for root in station.memory.roots if {name: value.lower() for name, value in _named(root).items()} != wanted
    ]
    found = len(kept) < len(station.memory.roots)
    station.memory.roots = kept
    return "Accepted" if found else "NotFound"


def _named(root: Root) -> dict[str, str]:
    return named_by(x509.load_pem_x509_certificate(root.pem.encode()))


def named_by(root: x509.Certificate) -> dict[str, str]:
    """How OCPP names a root: digests of its name and its key, and its serial."""
    key = root.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        bits = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        bits = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    else:
        bits = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "hash_algorithm": "SHA256",
        "issuer_name_hash": hashlib.sha256(root.issuer.public_bytes()).hexdigest(),
        "issuer_key_hash": hashlib.sha256(bits).hexdigest(),
        "serial_number": f"{root.serial_number:x}",
    }
