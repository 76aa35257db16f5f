"""What keeps a flood of HTTP requests from taking the node away from stations, and from other people.

Whose requests need the database get their turn at a part of its connections, everybody in turn. Of one address no more
than its share is open at once when many are; what is turned away costs next to nothing.
"""

from collections import Counter
from collections.abc import Hashable
from functools import partial
from typing import Any

import msgspec
import prometheus_client

from backend.db.share import CUSTOMER, Customer, Share
from backend.web.front import Asgi
from backend.web.problems import PROBLEM_JSON
from shared.base import Problem

MOST_OPEN = 1000
"""Requests of all addresses; each costs some 50 KB. Those that wait for a station cost nothing else."""
FAIR = 16
"""So many an address may have open however crowded it is, up to twice as many in all."""
OPEN = prometheus_client.Gauge("wattline_http_open", "HTTP requests that are being answered")
TURNED_AWAY = prometheus_client.Counter(
    "wattline_http_turned_away_total", "HTTP requests that were answered 503 because too many were open"
)
_BUSY = msgspec.json.encode(
    Problem(
        type="urn:wattline:problem:busy",
        title="Too many people ask at once",
        status=503,
        code="busy",
        detail="Try again in a moment.",
    )
)


class Turnstile:
    """Around the whole web app. `share`: of the database, for all requests together."""

    def __init__(self, app: Asgi, share: Share, most_open: int = MOST_OPEN) -> None:
        self._app = app
        self._share = share
        self._most = most_open
        self._open = Counter[str]()
        self._total = 0

    def has_room(self, address: str) -> bool:
        if self._total < self._most:
            return True
        return self._open[address] < FAIR and self._total < 2 * self._most

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Whether a node is well is asked without a share: that a crowd waits doesn't mean that the database is away.
        if scope["type"] != "http" or scope["path"].startswith(("/health/", "/metrics")):
            await self._app(scope, receive, send)
            return
        address = _address(scope)
        if not self.has_room(address):
            TURNED_AWAY.inc()
            await _turn_away(send)
            return
        self._total += 1
        self._open[address] += 1
        OPEN.set(self._total)
        token = CUSTOMER.set(Customer(self._share, partial(_who, scope)))
        try:
            await self._app(scope, receive, send)
        finally:
            CUSTOMER.reset(token)
            self._total -= 1
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
            OPEN.set(self._total)


def _address(scope: Any) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _who(scope: Any) -> Hashable:
    """Everybody who uses the app in a browser comes from the same address: this one."""
    actor = scope.get("user")
    return _address(scope) if actor is None else actor.account_id


async def _turn_away(send: Any) -> None:
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(_BUSY)).encode()),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _BUSY})
