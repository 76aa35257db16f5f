"""Which of the two answers an address: the API, or the app for every other one.

Litestar could mount the app at "/" itself, but a mount there hides all of its routes that have a parameter.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
OURS = ("/api", "/health", "/metrics", "/qr", "/visit", "/status", "/ticket", "/push")


class Front:
    def __init__(self, api: Asgi, app: Asgi) -> None:
        self._api = api
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        chosen = self._api if scope["type"] == "lifespan" or is_ours(scope["path"]) else self._app
        await chosen(scope, receive, send)


def is_ours(path: str) -> bool:
    """`/api/v1/me` and `/api`, but not `/apiary`."""
    return any(path == start or path.startswith(f"{start}/") for start in OURS)
