"""A responder (OCSP) and a provider of contract certificates, as small web servers on this machine."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from backend.certificates.rules import hash_of
from tests.support.wire import Json

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(PEM).decode() for one in certificates)


class Chain:
    """A root, one below it, and certificates of that one."""

    def __init__(self) -> None:
        self.root_key, self.sub_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self._make("MO root", self.root_key, "MO root", self.root_key, ca=True)
        self.sub = self._make("MO sub", self.sub_key, "MO root", self.root_key, ca=True)

    def _make(
        self, name: str, key: Any, issuer: str, issuer_key: Any, days: int = 9, *, ca: bool = False
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=10))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(issuer_key, hashes.SHA256())
        )

    def contract(self, name: str, days: int = 9) -> x509.Certificate:
        return self._make(name, ec.generate_private_key(ec.SECP256R1()), "MO sub", self.sub_key, days)

    def forged(self, name: str) -> tuple[x509.Certificate, x509.Certificate]:
        """A contract in another's name, signed by the holder of a good one; and that good one."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = self._make("DEOWN0001", key, "MO sub", self.sub_key)
        return self._make(name, ec.generate_private_key(ec.SECP256R1()), "DEOWN0001", key), own

    def asked(self, one: x509.Certificate, url: str) -> Json:
        """2.0.1 OCSPRequestDataType of a certificate below `sub`."""
        digests = hash_of(one, self.sub)
        return {
            "hashAlgorithm": digests.algorithm,
            "issuerNameHash": digests.issuer_name_hash,
            "issuerKeyHash": digests.issuer_key_hash,
            "serialNumber": digests.serial,
            "responderURL": url,
        }

    def answer(self, one: x509.Certificate, *, revoked: bool) -> bytes:
        """What a responder says of a certificate."""
        now = datetime.datetime.now(datetime.UTC)
        return (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=one,
                issuer=self.sub,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=now,
                next_update=now + datetime.timedelta(days=1),
                revocation_time=now if revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.sub)
            .sign(self.sub_key, hashes.SHA256())
            .public_bytes(DER)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def station_csr(name: str) -> tuple[str, ec.EllipticCurvePrivateKey]:
    """What a station sends, and the key that it keeps."""
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(_name(name)).sign(key, hashes.SHA256())
    return csr.public_bytes(PEM).decode(), key


def key_file(folder: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    path = folder / "station.key"
    path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


class Web:
    """Answers every POST with `answer`; `asked` keeps the bodies."""

    def __init__(self) -> None:
        self.answer = b""
        self.status = 200
        self.asked: list[bytes] = []
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
        self.asked.append(await reader.readexactly(length))
        writer.write(
            f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.answer)}\r\nConnection: close\r\n\r\n".encode()
            + self.answer
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def web() -> AsyncIterator[Web]:
    one = Web()
    server = await asyncio.start_server(one._serve, "127.0.0.1", 0)
    async with server:
        one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        yield one
