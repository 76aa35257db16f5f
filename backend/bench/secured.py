"""TLS in a measurement: a certificate made anew for each server, handed to the stations, which check it."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PEM = serialization.Encoding.PEM
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Own:
    """What a server shows. The files are gone when it ends."""

    folder: Path
    certificate: Path
    key: Path
    pem: str


@contextmanager
def own_certificate() -> Iterator[Own]:
    """P-256, signed by itself, good for a day at 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "wattline bench")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(PEM)
    with TemporaryDirectory(prefix="wattline-bench-tls-") as name_of_folder:
        folder = Path(name_of_folder)
        one = Own(folder, folder / "server.pem", folder / "server.key", pem.decode())
        one.certificate.write_bytes(pem)
        one.key.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        yield one
