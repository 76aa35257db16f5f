"""The page that turns push on in a browser, its script and its service worker. Light and plain: it isn't the app."""

from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from markupsafe import Markup

from backend.context import Context
from backend.notify import browsers
from backend.notify.channels import web_push
from backend.notify.words import PageVoice
from backend.papers import rules as paper_rules
from backend.tenants import service as tenants
from backend.web import plain
from shared.notify import BrowserAsks, BrowserMoved, BrowserNew, BrowserState

FOLDER = Path(__file__).parent / "templates"
PAGE = plain.environment(FOLDER).get_template("device.html")
SCRIPTS = {name: (FOLDER / name).read_text(encoding="utf-8") for name in ("page.js", "worker.js")}
OWN = ("script-src 'self'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "form-action 'none'")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@get(browsers.PAGE, public=True, include_in_schema=False)
async def page(ctx: Context, request: Request[Any, Any, Any]) -> Response[str]:
    """The ticket stands behind the #, which a browser doesn't send: no log has it."""
    brand = await tenants.brand(ctx)
    accepted = request.headers.get("accept-language", "")
    voice = PageVoice(paper_rules.language(request.query_params.get("lang") or accepted, brand.country))
    text = PAGE.render(
        brand=brand,
        voice=voice,
        title=voice("Notifications on this device"),
        again_s=0,
        css=Markup(plain.style(brand.seed_color)[0]),
        key=web_push.public_key(ctx.settings.secret),
    )
    headers = HEADERS | {
        "Content-Security-Policy": plain.policy(brand.seed_color, *OWN),
        "Vary": "Accept-Language",
    }
    return Response(text, media_type="text/html", headers=headers)


@get("/push/page.js", public=True, include_in_schema=False)
async def script() -> Response[str]:
    return _script("page.js")


@get("/push/worker.js", public=True, include_in_schema=False)
async def worker() -> Response[str]:
    """Below `/push/`, so that the app's pages stay without it."""
    return _script("worker.js")


def _script(name: str) -> Response[str]:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(SCRIPTS[name], media_type="text/javascript", headers=headers)


@post("/push/state", public=True, include_in_schema=False, status_code=200)
async def state(ctx: Context, data: BrowserAsks) -> BrowserState:
    return await browsers.state(ctx, data.ticket, data.endpoint, data.language)


@post("/push/on", public=True, include_in_schema=False, status_code=200)
async def turn_on(ctx: Context, request: Request[Any, Any, Any], data: BrowserNew) -> BrowserState:
    return await browsers.add(ctx, data, request.headers.get("user-agent", ""))


@post("/push/off", public=True, include_in_schema=False, status_code=200)
async def turn_off(ctx: Context, data: BrowserAsks) -> BrowserState:
    return await browsers.remove(ctx, data.ticket, data.endpoint)


@post("/push/test", public=True, include_in_schema=False, status_code=202)
async def test(ctx: Context, data: BrowserAsks) -> None:
    await browsers.test(ctx, data.ticket, data.endpoint)


@post("/push/move", public=True, include_in_schema=False, status_code=204)
async def move(ctx: Context, data: BrowserMoved) -> None:
    await browsers.move(ctx, data)


routes = [page, script, worker, state, turn_on, turn_off, test, move]
