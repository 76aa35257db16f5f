"""Decisions about an upgrade request: whose address is it, which password, which OCPP version. Pure."""

import base64
import binascii
import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

_VERSION = r"(?:ocpp)?v?(?:1\.?6j?|2\.?0\.?1j?|j)"
_PATH = re.compile(
    rf"^/+(?:(?:ocpp|{_VERSION})/+(?:{_VERSION}/+(?=[^/?#]))?)?(?P<identity>[^?#]+?)/*(?:[?#].*)?$", re.IGNORECASE
)
_NOBODY = re.compile(rf"ocpp(?:{_VERSION})?|1\.6j?|2\.0\.1", re.IGNORECASE)
"""What is left of an address without an identity; there may be a station 16 or 201."""
SUBPROTOCOLS = {"ocpp1.6": "1.6", "ocpp1.6j": "1.6", "ocpp16": "1.6", "ocpp2.0.1": "2.0.1", "ocpp201": "2.0.1"}
"""Offered name → version; some write it as the maker's data sheet does."""


def identity_of(path: str) -> str | None:
    """The identity at the end of `/ocpp/{identity}`, decoded; None for any other address.

    Stations send doubled and trailing slashes, and percent-encode what they like (OCPP-J 1.6, 3.1.1); some are set
    up with a version in between, or without the `ocpp`.
    """
    match = _PATH.match(path)
    if match is None or _NOBODY.fullmatch(match["identity"]):
        return None
    try:
        return unquote_to_bytes(match["identity"]).decode().rstrip("/") or None
    except UnicodeDecodeError:
        return None


def password_of(authorization: str | None, identity: str) -> tuple[bool, str | None]:
    """(well-formed, password) of a Basic header. No header: (True, None).

    The user name must be the identity (OCPP-J 1.6 security whitepaper, A00.FR.204); colons may be in both.
    """
    if not authorization:
        return True, None
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False, None
    try:
        text = encoded.strip().rstrip("=")  # some leave its end out
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False, None
    prefix = identity.encode() + b":"
    if not raw.startswith(prefix):
        return False, None
    secret = raw[len(prefix) :]
    try:
        return True, secret.decode()
    except UnicodeDecodeError:
        # 1.6 stations may hold 20 arbitrary bytes, provisioned as hexadecimal text.
        return True, secret.hex()


def choose_version(offered: Sequence[str], known: str = "") -> str | None:
    """The first offered version that we speak. Nothing offered: the one this station spoke before, or 1.6.

    None: only versions were offered that we don't speak; the socket is then closed with 1002.
    """
    if not offered:
        return known or "1.6"
    for name in offered:
        if name.lower() in SUBPROTOCOLS:
            return SUBPROTOCOLS[name.lower()]
    return None


def subprotocol_of(version: str, offered: Sequence[str]) -> str | None:
    """Its name, letter by letter as it was offered: anything else a client refuses. None: nothing was offered."""
    return next((name for name in offered if SUBPROTOCOLS.get(name.lower()) == version), None)
