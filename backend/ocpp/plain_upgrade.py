"""The upgrade request that nearly every station sends, read in one go: thousands come at once after an outage.

Only what is right without any doubt is taken here. Everything else is left to the library, which knows each error.
"""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import NamedTuple

_REQUEST = re.compile(
    rb"GET (?P<path>[!-~]{1,2048}) HTTP/1\.1\r\n"
    rb"(?P<lines>(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}+:[\t -~]{0,1024}+\r\n){1,32}+)\r\n"
)
"""Possessive, so that a bad one costs no more than its length."""
_SUBPROTOCOLS = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: *, *[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_FOREIGN = ("content-length", "transfer-encoding", "expect", "origin")
"""Whoever says such things is no ordinary station."""

_date: tuple[int, str] = (0, "")


class Plain(NamedTuple):
    path: str
    headers: Mapping[str, str]
    """By their names in lower case; none came twice."""
    accept: str

    def welcomed(self, subprotocol: str | None, server: str) -> bytes:
        named = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
        return (
            f"HTTP/1.1 101 Switching Protocols\r\nDate: {_today()}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {self.accept}\r\n{named}Server: {server}\r\n\r\n"
        ).encode()


def read(head: bytes) -> Plain | None:
    """What a whole request says, up to the empty line; None: ask the library."""
    match = _REQUEST.fullmatch(head)
    if match is None:
        return None
    headers: dict[str, str] = {}
    lines = match["lines"].decode("ascii").split("\r\n")
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    if len(headers) != len(lines) - 1 or any(name in headers for name in _FOREIGN):
        return None
    options = [option.strip() for option in headers.get("connection", "").lower().split(",")]
    offered = headers.get("sec-websocket-protocol")
    if (
        "upgrade" not in options
        or headers.get("upgrade", "").lower() != "websocket"
        or headers.get("sec-websocket-version") != "13"
        or (offered is not None and _SUBPROTOCOLS.fullmatch(offered) is None)
    ):
        return None
    accept = _accept(headers.get("sec-websocket-key", ""))
    return None if accept is None else Plain(match["path"].decode("ascii"), headers, accept)


def _accept(key: str) -> str | None:
    """The answer to a key; None: it is none."""
    raw = key.encode()
    try:
        if len(base64.b64decode(raw, validate=True)) != _KEY_BYTES:
            return None
    except binascii.Error:
        return None
    return base64.b64encode(hashlib.sha1(raw + _GUID, usedforsecurity=False).digest()).decode()


def _today() -> str:
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = (now, formatdate(now, usegmt=True))
    return _date[1]
