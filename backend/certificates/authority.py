"""Who signs: Wattline itself, or an authority elsewhere over HTTP. Both take a request and give a chain."""

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from backend.errors import StartRefused
from backend.settings import Settings
from shared.certificates import SigningKind

ROOT_YEARS = 20
BACKDATED = timedelta(hours=1)
"""Clocks of stations are wrong."""
PATIENCE_S = 20.0
PEM = serialization.Encoding.PEM


class CannotSign(Exception):
    """An authority that can't be reached, or says no, in plain words."""


class NotThere(CannotSign):
    """It can't be reached now: worth another try."""


class Authority(Protocol):
    async def sign(self, csr: str, kind: SigningKind, identity: str, now: datetime) -> str:
        """The certificate and those above it but the root, in PEM form. Raises CannotSign."""
        ...


class BuiltIn:
    """A root of our own. Its key lies in the data folder (0600) unless the settings name files."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.data_dir / "ca"
        self._root = Path(settings.ca_cert) if settings.ca_cert else folder / "root.pem"
        self._key = Path(settings.ca_key) if settings.ca_key else folder / "root.key"
        self._days = settings.ca_days
        if not settings.ca_cert:
            _make_root(folder)

    def root(self) -> str:
        """Raises StartRefused when the file can't be read."""
        try:
            return self._root.read_text()
        except OSError as error:
            raise StartRefused(f"{self._root} can't be read ({error.strerror}).") from None

    async def sign(self, csr: str, kind: SigningKind, identity: str, now: datetime) -> str:
        request = x509.load_pem_x509_csr(csr.encode())
        try:
            chain = x509.load_pem_x509_certificates(self.root().encode())
            key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        except (OSError, ValueError, StartRefused) as error:
            raise CannotSign(f"The files of the authority can't be used ({error}).") from None
        certificate = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(chain[0].subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(min(now + timedelta(days=self._days), chain[0].not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_purposes(kind)), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(chain[0].public_key()), critical=False)  # type: ignore[arg-type]  # of a kind that signs
            .sign(key, hashes.SHA256())  # type: ignore[arg-type]  # of a kind that signs
        )
        above = chain[:-1] if len(chain) > 1 else []
        return "".join(one.public_bytes(PEM).decode() for one in (certificate, *above))


def _purposes(kind: SigningKind) -> list[x509.ObjectIdentifier]:
    client, server = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    return {SigningKind.STATION: [client], SigningKind.V2G: [server], SigningKind.COMBINED: [client, server]}[kind]


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_root(folder: Path) -> None:
    """Once for a data folder. Certificate and key appear together: of two processes the later takes the other's."""
    if (folder / "root.pem").exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Wattline stations")])
    now = datetime.now().astimezone()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=365 * ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    work = Path(tempfile.mkdtemp(prefix="ca.", dir=folder.parent))
    try:
        for name_, content, mode in (("root.key", secret, 0o600), ("root.pem", certificate.public_bytes(PEM), 0o644)):
            with os.fdopen(os.open(work / name_, os.O_WRONLY | os.O_CREAT, mode), "wb") as file:
                file.write(content)
        work.rename(folder)
    except OSError:
        if not (folder / "root.pem").exists():
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


class External:
    """POST {"csr", "kind", "identity"} as JSON; the answer is {"chain": "-----BEGIN CERTIFICATE-----…"}."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def sign(self, csr: str, kind: SigningKind, identity: str, now: datetime) -> str:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
                answer = await client.post(self._url, json={"csr": csr, "kind": kind.value, "identity": identity})
                answer.raise_for_status()
                chain = str(answer.json()["chain"])
            leaf = x509.load_pem_x509_certificates(chain.encode())[0]
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise NotThere(f"The authority can't be reached ({error}).") from None
        except httpx.HTTPError as error:
            raise CannotSign(f"The authority doesn't sign ({error}).") from None
        except (ValueError, KeyError, TypeError):
            raise CannotSign("The authority answered with something else than a chain.") from None
        if leaf.public_key() != x509.load_pem_x509_csr(csr.encode()).public_key():
            raise CannotSign("The authority signed another key than the station's.")
        return chain


def chosen(settings: Settings) -> Authority:
    return External(settings.ca_url) if settings.ca_url else BuiltIn(settings)
