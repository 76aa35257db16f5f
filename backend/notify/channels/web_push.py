"""Web Push (RFC 8030): to a browser, by way of the push service that it named.

What is sent is encrypted for that one browser (RFC 8291), and signed so that its push service knows us (VAPID,
RFC 8292). The libraries for it are old or bring an HTTP client of their own; what they do is these two functions.
"""

import base64
import os
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.addresses import Inside, host_of, named_inside, pinned
from backend.context import Context
from backend.notify import rules
from backend.notify.channels.base import Gone, Letter, Refused, Trouble
from shared.notify import Told
from shared.operations import Severity

TIMEOUT_S = 15
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of that curve (FIPS 186-5, SP 800-186)."""
RECORD = 4096
MOST_BYTES = RECORD - 86 - 16 - 1
"""What fits into one record beside its head, its tag and its end mark; push services need not take more."""
SIGNED_FOR = timedelta(hours=12)
LONGEST_WAIT = timedelta(hours=6)
"""A push service that asks for more patience is asked again after this."""
REFUSES_US = "The push service refuses our signature. Was WATTLINE_SECRET changed? Then turn it on anew on each device."


# --- keys ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def house_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """By which push services know us. It follows from the house's secret: the same on every node, and kept nowhere."""
    seed = HKDF(hashes.SHA256(), 48, salt=None, info=b"wattline web push").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, CURVE)


def public_key(secret: str) -> str:
    """As a page gives it to its browser (`applicationServerKey`)."""
    return _text(_point(house_key(secret)))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_key(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)


def usable(p256dh: str, auth: str) -> bool:
    """Whether a browser's keys are a point of the curve and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw_key(p256dh))
        return len(raw_key(p256dh)) == 65 and len(raw_key(auth)) == 16
    except ValueError:
        return False


# --- what is sent --------------------------------------------------------------------------------------------


def sealed(
    text: bytes,
    p256dh: str,
    auth: str,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Encrypted for one browser: one record of `aes128gcm` (RFC 8188, RFC 8291 section 3.4).

    `own` and `salt` are made anew for each message; they are given only to compare with what the RFC works out.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs, ours = raw_key(p256dh), _point(own)
    agreed = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    both = _derived(raw_key(auth), agreed, b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(salt, both, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, both, b"Content-Encoding: nonce\0", 12)
    return salt + struct.pack("!IB", RECORD, len(ours)) + ours + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def _derived(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=salt, info=info).derive(key)


def signature(secret: str, endpoint: str, contact: str, now: datetime) -> str:
    """Says to one push service who sends (RFC 8292 section 3)."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + SIGNED_FOR).timestamp()), "sub": contact}
    token = jwt.encode(claims, house_key(secret), algorithm="ES256")
    return f"vapid t={token}, k={public_key(secret)}"


def contact(ctx: Context) -> str:
    """Whom a push service may ask about our messages."""
    address = ctx.settings.push_contact
    return f"mailto:{address}" if address else ctx.settings.app_url


def said(letter: Letter) -> bytes:
    """JSON for our service worker. A long text is cut so that all of it fits."""
    body = letter.body
    told = {
        "id": str(letter.id),
        "tag": rules.subject(letter.link, str(letter.id)),
        "title": letter.title[:200],
        "body": body,
        "link": letter.link,
        "severity": letter.severity,
        "at": int(letter.at.timestamp() * 1000),
    }
    while len(content := msgspec.json.encode(told)) > MOST_BYTES:
        body = body[: len(body) * 3 // 4]
        told["body"] = body.rstrip() + "…"
    return content


def may_call(ctx: Context, endpoint: str) -> bool:
    """Browsers name services of the open internet, over TLS; others only as WATTLINE_PUSH_HOSTS allows.

    The address comes from whoever signs in: the name alone is judged here, what it resolves to each time it is called.
    """
    if (host := host_of(endpoint)) in ctx.settings.push_hosts and host:
        return endpoint.startswith(("https://", "http://"))
    try:
        parts = urlsplit(endpoint)
        plain = parts.port in (None, 443) and parts.username is None and parts.password is None
    except ValueError:
        return False
    return endpoint.startswith("https://") and plain and bool(host) and not named_inside(host)


async def send(ctx: Context, letter: Letter) -> None:
    endpoint = letter.address
    if not may_call(ctx, endpoint):
        raise Refused("This is no push service of the open internet; WATTLINE_PUSH_HOSTS may allow it.")
    try:
        where = await pinned(endpoint, ctx.settings.push_hosts)
    except Inside:
        raise Refused("This push service leads into the own network; WATTLINE_PUSH_HOSTS may allow it.") from None
    except OSError:
        raise Trouble("The name of the push service can't be resolved.") from None
    kind, severity = Told(letter.kind), Severity(letter.severity)
    headers = {
        "Authorization": signature(ctx.settings.secret, endpoint, contact(ctx), ctx.now()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(rules.lifetime(kind, severity).total_seconds())),
        "Urgency": rules.urgency(kind, severity),
        "Topic": rules.subject(letter.link, str(letter.id)),
    }
    content = sealed(said(letter), letter.p256dh, letter.auth)
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream(
                "POST", where.url, content=content, headers=headers | where.headers, extensions=where.extensions
            ) as answer,
        ):
            told = "" if answer.is_success else await _beginning(answer)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Trouble(f"{type(error).__name__}: {error}"[:500]) from None
    judge(answer.status_code, told, answer.headers.get("retry-after", ""), ctx.now())


async def _beginning(answer: httpx.Response) -> str:
    """Of what it says: whose server this is nobody knows, and how much it would send."""
    async for part in answer.aiter_bytes(500):
        return part.decode("utf-8", "replace").strip()
    return ""


def judge(status: int, told: str, retry_after: str, now: datetime) -> None:
    """What an answer means (RFC 8030 sections 5 and 7.3). Raises Gone, Refused, Trouble."""
    if 200 <= status < 300:
        return
    words = f"It answered {status}: {told}"[:500]
    if status in (404, 410):
        raise Gone(words)
    if status in (401, 403):
        raise Trouble(f"{REFUSES_US} {words}")
    if status in (408, 425, 429) or status >= 500:
        raise Trouble(words, after=patience(retry_after, now))
    raise Refused(words)


def patience(retry_after: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110 section 10.2.3); None: it didn't say."""
    wait = None
    if retry_after.strip().isdecimal():
        wait = timedelta(seconds=min(int(retry_after[:12]), 10**6))
    else:
        with suppress(ValueError, TypeError):
            at = parsedate_to_datetime(retry_after)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return None if wait is None else min(max(wait, timedelta(0)), LONGEST_WAIT)
