"""Serves the app to browsers: the compiled Flet client, our assets, and a Python session behind /ws.

Flet's own mount would do, but it sends 8.5 MB of wasm uncompressed under addresses that can't be cached for
long, and knows no tenant. Here the client lives under an address with its version in it (compressed, cached
for a year), and the index page and the manifest carry the operator's brand.
"""

import asyncio
import gzip
import hashlib
import html
import importlib
import itertools
import json
import mimetypes
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from flet.controls.id_counter import ControlId
from flet.controls.types import RouteUrlStrategy, WebRenderer
from flet_web import get_package_web_dir, patch_index_html
from flet_web.fastapi import app_manager
from flet_web.fastapi.flet_app import FletApp
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.websockets import WebSocket

from backend.web.link_lost import SCRIPT
from shared.accounts import Brand

log = structlog.get_logger(__name__)

COMPRESSIBLE = {".wasm", ".js", ".mjs", ".json", ".html", ".css", ".svg", ".ttf", ".otf", ".bin", ".frag", ".map"}
FOREVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
WARM = ("main.dart.wasm", "main.dart.mjs", "canvaskit/skwasm.wasm", "canvaskit/skwasm.js", "flutter_bootstrap.js")
FIRST_NUMBER = 2**29
SESSION_TIMEOUT_S = 600
"""A phone that lost its link for less than this comes back to the same screen."""
HEADERS = {
    # skwasm's threads need an isolated page.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "credentialless",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
CONTENT_POLICY = "; ".join(
    (
        # The stock client loads a script of an animation package from a CDN at every start; we use none, and a
        # network that swallows the request would hold up the first frame.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("font/ttf", ".ttf")

Main = Callable[[Any], Awaitable[None]]
ReadBrand = Callable[[], Awaitable[Brand]]


def load_app(api_url: str, reference: str = "app.main:main_for") -> Main:
    """The app's session entry. It is found by name: the backend serves the app but doesn't know it."""
    module, _, function = reference.partition(":")
    entry: Main = getattr(importlib.import_module(module), function)(api_url)
    return entry


def _etag(path: Path) -> str:
    stat = path.stat()
    return f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'


class Tab(FletApp):
    """The connection of one browser tab."""

    def send_message(self, message: Any) -> None:
        # Between the end of its socket and the moment in which Flet notices there is no queue. Flet would raise into
        # the task that draws the session, which ends it: the screen would stay frozen when the browser comes back.
        if getattr(self, "_FletApp__send_queue", None) is not None:
            super().send_message(message)

    async def handle(self, websocket: WebSocket) -> None:
        try:
            await super().handle(websocket)
        except Exception:  # the link broke while something was on its way
            log.info("a browser's link broke", exc_info=True)
            session = getattr(self, "_FletApp__session", None)
            if session is not None:  # Flet forgets to say so in this case, and the session would never end
                key = self._FletApp__get_unique_session_id(session.id)
                await app_manager.disconnect_session(key, SESSION_TIMEOUT_S)


class WebClient:
    """An ASGI app for everything that isn't the API."""

    def __init__(self, main: Main, assets: Path, brand: ReadBrand, renderer: str = "auto") -> None:
        self.main = main
        self.assets = assets.resolve()
        self.web = Path(get_package_web_dir()).resolve()
        self.brand = brand
        self.renderer = WebRenderer(renderer)
        stamp = hashlib.sha256((self.web / "flutter_bootstrap.js").read_bytes()).hexdigest()[:8]
        self.base = f"/client/{version('flet-web')}-{stamp}/"
        self._packed: dict[Path, bytes] = {}
        self._index = self._patched_index()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        # A browser that was open while the server restarted keeps the old parts of its screen, and a new one with the
        # number of an old one never hears: what the browser remembers stayed unread, and somebody was signed out.
        ControlId._counter = itertools.count(FIRST_NUMBER + secrets.randbelow(FIRST_NUMBER))
        await app_manager.start()
        warming = asyncio.create_task(self._warm())
        try:
            yield
        finally:
            warming.cancel()
            await app_manager.shutdown()

    async def _warm(self) -> None:
        for name in WARM:
            await self._compressed(self.web / name)

    def _patched_index(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index.html"
            path.write_text((self.web / "index.html").read_text(encoding="utf-8"), encoding="utf-8")
            patch_index_html(
                str(path),
                base_href="",
                websocket_endpoint_path="/ws",
                web_renderer=self.renderer,
                route_url_strategy=RouteUrlStrategy.PATH,
                no_cdn=True,
            )
            text = path.read_text(encoding="utf-8")
        local = "".join(
            f'flet.{name}="{value}";'
            for name, value in {
                "entrypointBaseUrl": self.base,
                "assetBase": self.base,
                "canvasKitBaseUrl": f"{self.base}canvaskit/",
                "fontFallbackBaseUrl": f"{self.base}assets/fonts/",
            }.items()
        )
        text = text.replace('<script src="python.js"></script>', f"<script>{local}{SCRIPT}</script>")
        return text.replace('src="flutter_bootstrap.js"', f'src="{self.base}flutter_bootstrap.js"')

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._session(scope, receive, send)
            return
        response = await self._respond(Request(scope), "/" + scope["path"].strip("/"))
        await response(scope, receive, send)

    async def _session(self, scope: Any, receive: Any, send: Any) -> None:
        session = Tab(
            loop=asyncio.get_running_loop(),
            executor=app_manager.executor,
            main=self.main,
            before_main=None,
            session_timeout_seconds=SESSION_TIMEOUT_S,
        )
        await session.handle(WebSocket(scope, receive, send))

    async def _respond(self, request: Request, path: str) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        if path == "/manifest.json":
            return await self._manifest()
        if path.startswith(self.base):
            return await self._client_file(request, path.removeprefix(self.base))
        if path != "/" and (found := self._find(self.assets, path) or self._find(self.web, path)):
            return await self._file(request, found, AN_HOUR)
        if "." in path.rsplit("/", 1)[-1] or path.startswith("/client/"):
            return Response(status_code=404)
        return await self._page()

    async def _client_file(self, request: Request, name: str) -> Response:
        found = self._find(self.web, name)
        if found is None:
            return Response(status_code=404)
        if name == "assets/FontManifest.json":
            # The client loads every listed font before it draws; those of mathematical formulas are not for us.
            fonts = [one for one in json.loads(found.read_text()) if "KaTeX" not in one["family"]]
            fonts.append({"family": "Roboto", "fonts": [{"asset": "fonts/roboto.woff2"}]})
            # Ours from the beginning: letters that change their shape later would move what is on the screen.
            fonts.append({"family": "Inter", "fonts": [{"asset": "../../../fonts/Inter.ttf"}]})
            return Response(
                json.dumps(fonts), media_type="application/json", headers={"Cache-Control": FOREVER, **HEADERS}
            )
        return await self._file(request, found, FOREVER)

    @staticmethod
    def _find(root: Path, path: str) -> Path | None:
        """A file below `root`, never one outside it."""
        try:
            found = (root / path.lstrip("/")).resolve()
            return found if found.is_relative_to(root) and found.is_file() else None
        except (OSError, ValueError):
            return None

    async def _compressed(self, path: Path) -> bytes:
        if path not in self._packed:
            self._packed[path] = await asyncio.to_thread(lambda: gzip.compress(path.read_bytes(), 6))
        return self._packed[path]

    async def _file(self, request: Request, path: Path, caching: str) -> Response:
        etag = _etag(path)
        headers = {"Cache-Control": caching, "ETag": etag, "Vary": "Accept-Encoding", **HEADERS}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix in COMPRESSIBLE and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(await self._compressed(path), media_type=media_type, headers=headers)
        return FileResponse(path, media_type=media_type, headers=headers)

    async def _page(self) -> Response:
        brand = await self.brand()
        name = html.escape(brand.name)
        text = self._index.replace("<title>Flet</title>", f"<title>{name}</title>")
        text = text.replace('content="Flet application."', f'content="{name}: find, start and pay for charging"')
        text = text.replace('app-title" content="Flet"', f'app-title" content="{name}"')
        text = text.replace(
            "<head>", f'<head>\n  <meta name="theme-color" content="{html.escape(brand.seed_color)}">', 1
        )
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": CONTENT_POLICY, **HEADERS}
        return Response(text, media_type="text/html", headers=headers)

    async def _manifest(self) -> Response:
        brand = await self.brand()
        manifest = json.loads((self._find(self.assets, "manifest.json") or self.web / "manifest.json").read_text())
        manifest |= {"name": brand.name, "short_name": brand.name[:12], "theme_color": brand.seed_color}
        return Response(
            json.dumps(manifest),
            media_type="application/manifest+json",
            headers={"Cache-Control": "no-cache", **HEADERS},
        )
