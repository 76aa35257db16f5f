"""Health for orchestrators, metrics for Prometheus. Both at the root, without sign-in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[str]]
"""Says `ok` or what is wrong, in a few words; never raises for something that is merely down."""


@get("/health/live", public=True, sync_to_thread=False, summary="Is the process alive")
def live() -> dict[str, str]:
    return {"status": "ok"}


@get("/health/ready", public=True, summary="Can the process do its work")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    found = await _told(request.app)
    good = all(one == "ok" for one in found.values())
    return Response(
        {"status": "ok" if good else "not_ready", "checks": found},
        status_code=200 if good else 503,
        headers={"Cache-Control": "no-store"},
    )


async def _told(app: Litestar) -> dict[str, str]:
    """Whoever asks while somebody else does gets the same answer: a flood of questions is one question."""

    async def ask() -> dict[str, str]:
        checks: dict[str, Check] = app.state.checks
        return {name: await check() for name, check in checks.items()}

    asking: asyncio.Task[dict[str, str]] | None = app.state.get("asking")
    if asking is None or asking.done():
        asking = app.state.asking = asyncio.get_running_loop().create_task(ask())
    return await asyncio.shield(asking)


@get("/metrics", public=True, media_type=MediaType.TEXT, summary="Prometheus metrics", sync_to_thread=False)
def metrics() -> Response[bytes]:
    # Litestar adds the charset: named twice, scrapers take the header for broken.
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


def app(checks: Mapping[str, Check]) -> Litestar:
    """Only this, for a process without a web role."""
    one = Litestar(route_handlers=routes, openapi_config=None, logging_config=None)
    one.state.checks = dict(checks)
    return one


routes = [live, ready, metrics]
