"""A browser's side of Web Push, by the RFCs and without our code: its keys, its push service, its reading."""

import asyncio
import base64
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(key: bytes, text: bytes) -> bytes:
    one = hmac.HMAC(key, hashes.SHA256())
    one.update(text)
    return one.finalize()


class Subscription:
    """What `PushManager.subscribe` gives, with the private half that stays in the browser."""

    def __init__(self, endpoint: str, *, key: ec.EllipticCurvePrivateKey | None = None, auth: bytes | None = None):
        self.endpoint = endpoint
        self._key = key or ec.generate_private_key(CURVE)
        self._auth = auth or os.urandom(16)
        self._point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": b64(self._point), "auth": b64(self._auth)}

    @property
    def fields(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, **self.keys}

    def read(self, body: bytes) -> bytes:
        """Decrypted as RFC 8291 section 3.4 and RFC 8188 section 2 say, each HMAC by hand."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        assert length == 65
        assert len(record) <= size
        agreed = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        first = _mac(self._auth, agreed)
        both = _mac(first, b"WebPush: info\0" + self._point + theirs + b"\x01")
        second = _mac(salt, both)
        key = _mac(second, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _mac(second, b"Content-Encoding: nonce\0\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert plain[-1:] == b"\x02"  # the last record
        return plain[:-1]


class PushService:
    """An application server's requests, kept; `answer` is the status and headers of what comes back."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        """Path, headers in lower case, body."""
        self.answer: tuple[int, dict[str, str]] = (201, {})
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        """By path, where it differs."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def subscription(self, name: str) -> Subscription:
        return Subscription(f"{self.url}/wpush/{name}")

    def messages(self, one: Subscription) -> list[dict[str, Any]]:
        """What this browser reads of what came."""
        path = one.endpoint.removeprefix(self.url)
        return [json.loads(one.read(body)) for at, _, body in self.requests if at == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            lines = [line.partition(":") for line in head[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = head[0].split(" ")[1]
            self.requests.append((path, headers, body))
            status, more = self.answers.get(path, self.answer)
            extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
            writer.write(f"HTTP/1.1 {status} X\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side went away
        finally:
            writer.close()


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    one = PushService()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


@contextmanager
def push_service_beside() -> Iterator[PushService]:
    """The same in a thread of its own, for a test that drives a browser."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running = push_service()
    try:
        yield asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def who_signed(authorization: str) -> tuple[dict[str, Any], str]:
    """The claims of a VAPID header (RFC 8292), its signature checked, and the key. The clock of a test isn't ours."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(parts["k"]))
    options: Any = {"verify_exp": False, "verify_aud": False}
    assert jwt.get_unverified_header(parts["t"])["alg"] == "ES256"
    return jwt.decode(parts["t"], key, algorithms=["ES256"], options=options), parts["k"]
