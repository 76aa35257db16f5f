"""Prices, CO2 and the sun's forecast of a site: taken in, fetched by the clock, held and flagged when they fail."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import structlog

from backend import addresses, jobs
from backend.context import Context
from backend.errors import InvalidInput, WattlineError
from backend.sites import control, service, signals, store
from shared.sites import FeedSet, FeedState, SignalAnswer, SignalImport, SignalKind

PATIENCE_S = 20
log = structlog.get_logger(__name__)
MOST_BYTES = 5_000_000
SOON = timedelta(seconds=1)
INSIDE = "The address of a feed leads to a public server, not into our own network."


async def take(ctx: Context, row: store.Row, wanted: SignalImport) -> SignalAnswer:
    """An import. What jumped is left out and said."""
    known = [one["value"] for one in await store.last_signals(row["location"], wanted.kind.value, 200)]
    judged = signals.judged(wanted.kind, wanted.points, known)
    async with ctx.unit() as unit:
        if judged.taken:
            points = [(one.starts_at, one.ends_at, one.value) for one in judged.taken]
            await store.put_signals(row["location"], wanted.kind.value, points)
        feed = {"state": judged.state, "detail": judged.detail, "heard_at": ctx.now()}
        await store.put_feed(row["location"], wanted.kind.value, feed)
        await control.replan(ctx, unit, row)
    return SignalAnswer(taken=len(judged.taken), left_out=judged.left_out, state=judged.state, detail=judged.detail)


async def put(ctx: Context, tenant_id: UUID, location_id: UUID, wanted: FeedSet) -> FeedState:
    """Where signals are fetched from, at once and then each hour; an empty address: they come by import only."""
    await service.row_of(tenant_id, location_id)
    if wanted.url and not wanted.url.startswith("https://"):
        raise InvalidInput("The address begins with https://.", fields=[("$.url", "https://…")])
    if wanted.url and await addresses.leads_inside(wanted.url, ctx.settings.feed_hosts):
        raise InvalidInput(INSIDE, code="address_inside", fields=[("$.url", "a public server")])
    if wanted.format not in signals.ADAPTERS:
        raise InvalidInput("This format is unknown.", fields=[("$.format", ", ".join(signals.ADAPTERS))])
    values = {"url": wanted.url, "adapter": wanted.format, "state": "ok", "detail": ""}
    async with ctx.unit():
        await store.put_feed(location_id, wanted.kind.value, values)
        if wanted.url:
            await jobs.enqueue("sites.fetch", {"location_id": str(location_id), "kind": wanted.kind.value}, delay=SOON)
    return next(one for one in await states(ctx, location_id) if one.kind == wanted.kind.value)


async def states(ctx: Context, location_id: UUID) -> list[FeedState]:
    found = []
    for row in await store.feeds(location_id):
        last = await store.last_signals(location_id, row["kind"], 1)
        until = last[0]["ends_at"] if last else None
        judged = signals.feed_state(row["kind"], row["state"], row["detail"], until, ctx.now())
        found.append(
            FeedState(
                kind=row["kind"],
                url=row["url"],
                state=judged.state,
                code=judged.code,
                detail=judged.detail,
                heard_at=row["heard_at"],
                known_until=until,
                format=row["adapter"],
            )
        )
    return found


async def fetch_all(ctx: Context) -> None:
    """By the clock. One that fails is flagged, and what it told before holds; the others are fetched all the same."""
    for feed in await store.feeds(None):
        try:
            await _fetch(ctx, feed)
        except Exception as error:
            log.exception("a feed of signals failed unexpectedly", url=feed["url"])
            await _flag(feed, error)


async def fetch(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: one feed that was just set."""
    for feed in await store.feeds(UUID(payload["location_id"])):
        if feed["kind"] == payload["kind"] and feed["url"]:
            await _fetch(ctx, feed)


async def _fetch(ctx: Context, feed: store.Row) -> None:
    row = await store.site(feed["location"])
    if row is None:
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            told = await _told(await addresses.pinned(feed["url"], ctx.settings.feed_hosts))
        points = signals.read(feed["adapter"], told)
        await take(ctx, row, SignalImport(kind=SignalKind(feed["kind"]), points=points))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, addresses.Inside, WattlineError) as error:
        log.warning("a feed of signals failed", url=feed["url"], error=str(error))
        await _flag(feed, error)


async def _flag(feed: store.Row, error: Exception) -> None:
    said = {"state": "held", "detail": f"{signals.UNFETCHED}{_reason(error)}"[:300]}
    await store.put_feed(feed["location"], feed["kind"], said)


async def _told(at: addresses.Pinned) -> bytes:
    """No more than it may be, however much the server would send."""
    found = bytearray()
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False) as client,
        client.stream("GET", at.url, headers=at.headers, extensions=at.extensions) as answer,
    ):
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            found += part
            if len(found) > MOST_BYTES:
                raise InvalidInput(f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    return bytes(found)


def _reason(error: Exception) -> str:
    """For a person: no numbers of an operating system."""
    match error:
        case httpx.HTTPStatusError():
            return f"HTTP {error.response.status_code}"
        case addresses.Inside():
            return INSIDE
        case httpx.TimeoutException() | TimeoutError():
            return "The server takes too long to answer."
        case httpx.TransportError() | OSError():
            return "The server can't be reached."
        case WattlineError() | httpx.InvalidURL():
            return str(error)
    return "Its answer can't be used."
