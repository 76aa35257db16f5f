"""Who knocks with wrong credentials: slowed down, told to operators, and in nobody else's way.

Counted by address and identity together: a stranger who tries the passwords of a station neither keeps that station
out, which dials from elsewhere, nor the others at his own address. Behind one address (a proxy, a carrier) a station
that was in before stays welcome with the same words. The counts are this process's own: they need not
outlive it, and a crowd of strangers must not cost the database anything.
"""

import hashlib
import secrets
from collections import OrderedDict
from datetime import timedelta

from backend.accounts.rules import Throttle
from backend.context import Context
from backend.maintenance import service as maintenance
from backend.stations.model import StationRef

MOST_TRIES = 20
WINDOW = timedelta(minutes=1)
MOST_KNOWN = 50_000
REFUSED, TOO_MANY = "ConnectionRefused", "TooManyConnectionsRefused"
"""Our own words among the security events; the first of a minute and the one that is too many are stored."""
WORDS = {
    "password": "wrong credentials",
    "certificate": "not the certificate that was expected",
    "revoked": "a certificate that was revoked",
    "profile": "less secure than it must be",
}


class Door:
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._tries = Throttle(limit=MOST_TRIES, window=WINDOW)
        self._pepper = secrets.token_bytes(32)
        self._welcome: OrderedDict[str, bytes] = OrderedDict()
        """What each opened the door with, unreadable."""

    def shut(self, identity: str, peer: str, credentials: str | None) -> bool:
        """Whether this address tried this identity too often; it isn't even asked for its password then."""
        if self._tries.wait_s(_key(identity, peer), self._ctx.now()) == 0:
            return False
        known = self._welcome.get(identity)
        return known is None or not secrets.compare_digest(known, self._digest(credentials))

    async def refused(self, station: StationRef | None, identity: str, peer: str, reason: str) -> None:
        """`station` None: nobody is called so. That there is no room for it is nobody's mistake."""
        if reason in ("full", "identity"):
            return
        key, now = _key(identity, peer), self._ctx.now()
        tries = self._tries.recent(key, now) + 1
        self._tries.failed(key, now)
        if station is None or reason not in WORDS or tries not in (1, MOST_TRIES):
            return
        info = f"{WORDS[reason]}, from {_address(peer)}"
        kind = REFUSED if tries == 1 else TOO_MANY
        await maintenance.security_event(self._ctx, station, kind, now, info)

    def admitted(self, identity: str, peer: str, credentials: str | None) -> None:
        self._tries.succeeded(_key(identity, peer))
        self._welcome.pop(identity, None)
        if credentials:
            self._welcome[identity] = self._digest(credentials)
        while len(self._welcome) > MOST_KNOWN:
            self._welcome.popitem(last=False)

    def _digest(self, credentials: str | None) -> bytes:
        return hashlib.blake2b((credentials or "").encode(errors="replace"), key=self._pepper, digest_size=16).digest()


def _address(peer: str) -> str:
    return peer.rpartition(":")[0] or peer


def _key(identity: str, peer: str) -> str:
    return f"{_address(peer)} {identity}"
