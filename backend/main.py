"""The composition root: settings become a context, the context an app, a listener and a worker."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from prometheus_client import Counter, Histogram

from backend import logs, routes, wiring
from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.bus.base import Bus
from backend.bus.local import LocalBus
from backend.bus.nats import NatsBus
from backend.context import Context
from backend.db import engine
from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate
from backend.db.share import Share
from backend.errors import StartRefused
from backend.jobs import Finished, Worker
from backend.live.hub import Hub
from backend.lookback import service as lookback
from backend.nodes import service as nodes
from backend.ocpp import recorded
from backend.ocpp.listener import Listener
from backend.process import (
    give_up_stuck_readers,
    listening_socket,
    raise_open_files,
    run_until_stopped,
    spare_the_collector,
)
from backend.settings import Settings
from backend.tenants import service as tenants
from backend.web import guards, health, openapi, problems
from backend.web.client import WebClient, load_app
from backend.web.front import Front
from backend.web.turnstile import Turnstile
from shared.accounts import Role

log = structlog.get_logger(__name__)

ROOT = Path(__file__).parent.parent
JOBS: Mapping[str, wiring.Job] = {**wiring.JOBS, lookback.JOB: partial(lookback.run, recorded.said)}
"""One of them reads recorded frames, so it needs the OCPP edge, beside which the tables stand."""
JOBS_DONE = Counter("wattline_jobs_total", "Jobs by name and outcome", ["name", "outcome"])
JOB_SECONDS = Histogram("wattline_job_seconds", "How long jobs ran", ["name"])
STOP_WITHIN_S = 3
MOST_HEARD = 4_000_000
"""Bytes of one message from a browser: the longest hold a file that somebody chose."""
DRAIN_LEAD = 0.2
"""Part of the time to stop in which a node only says that it is not ready: load balancers look every few seconds."""


# --- parts ---------------------------------------------------------------------------------------------------


@contextmanager
def database(settings: Settings, *, join: bool = False) -> Iterator[str]:
    """The address of the database: the one that is set, or that of the embedded server, started for the block.

    `join`: the server of a Wattline that runs already is fine too. Enter it in the main thread, outside of the
    event loop.
    """
    if settings.database_url:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    with embedded.joined() if join else embedded as url:
        yield url


@asynccontextmanager
async def context(settings: Settings, database_url: str) -> AsyncIterator[Context]:
    """A connected context on a migrated database, with its first tenant."""
    await migrate(database_url)
    await engine.connect(database_url, pool_min=settings.pool_min, pool_max=settings.pool_max)
    bus: Bus = NatsBus(settings.nats_url) if settings.nats_url else LocalBus()
    try:
        async with bus:
            ctx = Context(settings=with_secret(settings), bus=bus, handlers=wiring.EVENTS)
            async with engine.transaction():  # of several nodes that start at once the first one makes them
                await engine.DB.run("SELECT pg_advisory_xact_lock(hashtextextended('first things', 0))")
                await first_things(ctx)
            yield ctx
    finally:
        await engine.disconnect()


def with_secret(settings: Settings) -> Settings:
    """The settings with a signing secret: the one that is set, or one made once and kept in the data folder.

    Raises StartRefused for a short one, and where many nodes must share one that isn't set.
    """
    if settings.secret:
        if len(settings.secret) < 32:
            raise StartRefused("WATTLINE_SECRET is too short; use 32 characters or more.")
        return settings
    if settings.nats_url:
        raise StartRefused("Several nodes must share a secret: set WATTLINE_SECRET to the same 32 characters on each.")
    path = settings.data_dir / "secret"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return replace(settings, secret=path.read_text().strip())
    except OSError as error:
        raise StartRefused(
            f"The folder {settings.data_dir} can't be written ({error.strerror}); choose another with WATTLINE_DATA."
        ) from None


async def first_things(ctx: Context) -> None:
    """What must exist before anybody signs in: a tenant, and the administrator the settings name."""
    settings = ctx.settings
    tenant = await tenants.ensure(ctx, name=settings.tenant)
    if settings.admin_email and settings.admin_password:
        await accounts.add(
            ctx,
            tenant.id,
            email=settings.admin_email,
            password=settings.admin_password,
            name="Administrator",
            role=Role.ADMIN,
        )


def node_name(settings: Settings) -> str:
    """Names a process for as long as its host and port stay, so that its next start knows what it held before."""
    host = socket.gethostname()[:40]
    if "ocpp" in settings.roles:
        return f"{host}:{settings.ocpp_port}"
    return f"{host}:{settings.port}" if "web" in settings.roles else f"{host}:worker-{os.getpid()}"


def make_worker(ctx: Context, database_url: str) -> Worker:
    def observe(done: Finished) -> None:
        JOBS_DONE.labels(done.name, done.outcome).inc()
        JOB_SECONDS.labels(done.name).observe(done.seconds)

    return Worker(
        database_url,
        {name: partial(job, ctx) for name, job in JOBS.items()},
        {name: (when, partial(job, ctx)) for name, (when, job) in wiring.CRON.items()},
        observe=observe,
    )


def create_app(
    ctx: Context, *, client: WebClient | None = None, checks: Mapping[str, health.Check] | None = None
) -> Litestar:
    """API, live socket and health. A client, where given, lives as long as this; `Front` joins the two."""
    return furnish(bare_app(), ctx, client=client, checks=checks)


def bare_app() -> Litestar:
    """All routes, and nothing yet that they serve from: for that see `furnish`."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with app.state.live.running(), AsyncExitStack() as stack:
            if app.state.client is not None:
                await stack.enter_async_context(app.state.client.running())
            yield

    return Litestar(
        route_handlers=[*routes.ROUTES, openapi.static_router()],
        guards=[guards.guard],
        dependencies={
            "ctx": Provide(_context_of, sync_to_thread=False),
            "actor": Provide(guards.provide_actor),
        },
        exception_handlers=problems.HANDLERS,
        openapi_config=openapi.openapi_config(),
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, exclude_opt_key="plain"),
        lifespan=[lifespan],
        request_max_body_size=2_000_000,
        logging_config=None,
    )


def furnish(
    app: Litestar,
    ctx: Context,
    *,
    client: WebClient | None = None,
    checks: Mapping[str, health.Check] | None = None,
) -> Litestar:
    """The same app, serving from this context."""
    app.state.ctx = ctx
    app.state.client = client
    app.state.read_token = tokens.reader(ctx)
    app.state.live = Hub(ctx, wiring.TOPICS)
    app.state.checks = {"database": database_check, "bus": bus_check(ctx)} | dict(checks or {})
    return app


def _context_of(state: State) -> Context:
    ctx: Context = state.ctx
    return ctx


async def database_check() -> str:
    try:
        async with asyncio.timeout(2):
            await engine.DB.run("SELECT 1")
    except Exception as error:
        return f"the database doesn't answer ({type(error).__name__})"
    return "ok"


def bus_check(ctx: Context) -> health.Check:
    async def check() -> str:
        return "ok" if ctx.bus.healthy else "the bus is not connected"

    return check


# --- a node --------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: a node has more to stop than its web server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def node(
    settings: Settings, database_url: str, *, prepare: Callable[[Context], Awaitable[Any]] | None = None
) -> AsyncIterator[Context]:
    """Everything that the roles of this process ask for, running while the block does.

    `prepare` is done before anybody is served: whoever finds the node ready finds what it made.
    Raises StartRefused, with the remedy, when a port is taken or the database can't be reached.
    """
    async with AsyncExitStack() as stack:
        # Before all else: a second process of the same name must not touch what the first one holds.
        ports = {
            role: stack.enter_context(closing(listening_socket(host, port, setting=setting)))
            for role, host, port, setting in (
                ("web", settings.host, settings.port, "WATTLINE_"),
                ("ocpp", settings.ocpp_host, settings.ocpp_port, "WATTLINE_OCPP_"),
                ("health", settings.host, settings.health_port, "WATTLINE_HEALTH_"),
            )
            if role in settings.roles or (role == "health" and port and "web" not in settings.roles)
        }
        tls_port = None
        if "ocpp" in settings.roles and settings.ocpp_tls_port:
            tls_socket = listening_socket(settings.ocpp_host, settings.ocpp_tls_port, setting="WATTLINE_OCPP_TLS_")
            tls_port = stack.enter_context(closing(tls_socket))
        # Before the lease: on a busy machine importing the app takes longer than one holds.
        entry = load_app(settings.local_url) if "web" in settings.roles else None
        ctx = await stack.enter_async_context(context(settings, database_url))
        if prepare is not None:
            await prepare(ctx)
        member = nodes.Membership(ctx, database_url, node_name(settings))
        await member.enter()
        stack.push_async_callback(member.leave)
        checks: dict[str, health.Check] = {"node": member.check, "database": database_check, "bus": bus_check(ctx)}
        if "worker" in settings.roles:
            await _run_worker(ctx, database_url, stack, checks)
        if entry is not None:
            client = WebClient(entry, ROOT / "assets", partial(tenants.brand, ctx))
            app = create_app(ctx, client=client, checks=checks)
            give_up_stuck_readers(ports["web"])
            front = Turnstile(Front(app, client), Share(settings.half_pool))
            await _run_web(front, ports["web"], stack, settings)
        elif "health" in ports:
            await _run_web(health.app(checks), ports["health"], stack, settings)
        listener: Listener | None = None
        if "ocpp" in settings.roles:
            listener = await stack.enter_async_context(Listener(ctx, member.name).open(ports["ocpp"], tls_port))
            member.count = listener.connections.__len__
            member.on_lapse.append(listener.connections.reclaim)
        for beside in (member.run(), nodes.watch_health(checks)):
            stack.callback(asyncio.get_running_loop().create_task(beside).cancel)
        try:
            yield ctx
        finally:
            await _drain(settings, member, listener)


async def _drain(settings: Settings, member: nodes.Membership, listener: Listener | None) -> None:
    """Where other nodes take over: first not ready, so that nobody new is sent here; then the stations go, gently."""
    if not settings.nats_url or not settings.drain_s:
        member.draining = True
        return
    log.info("stopping", within_s=settings.drain_s)
    await member.drain()
    if listener is not None:
        listener.stopping = True
    lead_s = settings.drain_s * DRAIN_LEAD
    await asyncio.sleep(lead_s)
    if listener is not None:
        await listener.drain(settings.drain_s - lead_s)


async def _run_worker(ctx: Context, database_url: str, stack: AsyncExitStack, checks: dict[str, health.Check]) -> None:
    worker = make_worker(ctx, database_url)
    task = asyncio.get_running_loop().create_task(worker.run())

    async def stop() -> None:
        await worker.stop()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)

    async def check() -> str:
        return "ok" if worker.healthy else "no jobs are being taken"

    checks["worker"] = check


def _http_protocol() -> Any:
    try:
        from backend.web.patient import PatientHttp
    except ImportError:  # no httptools for this machine: uvicorn then parses in Python
        return "auto"
    return PatientHttp


async def _run_web(app: Any, listening: socket.socket, stack: AsyncExitStack, settings: Settings) -> None:
    patience_s = max(STOP_WITHIN_S, settings.drain_s if settings.nats_url else 0)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            http=_http_protocol(),
            ws="websockets-sansio",
            ws_max_size=MOST_HEARD,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=patience_s,
        )
    )
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[listening]))

    async def stop() -> None:
        server.should_exit = True
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(patience_s + 1):
                await task

    stack.push_async_callback(stop)
    while not server.started:
        if task.done():
            await task
            raise StartRefused("The web server could not start; the log tells why.")
        await asyncio.sleep(0.01)


def run(settings: Settings) -> int:
    """`wattline serve`: until it is stopped. Raises StartRefused."""
    logs.configure(level=settings.log_level, as_json=settings.log_json)
    raise_open_files()

    async def serve(url: str) -> None:
        async with node(settings, url):
            spare_the_collector()
            log.info("ready", roles=list(settings.roles), app=settings.app_url, stations=settings.ocpp_url)
            await asyncio.Event().wait()

    with database(settings) as url:
        run_until_stopped(serve(url))
    return 0
