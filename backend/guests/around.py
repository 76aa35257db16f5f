"""What stands around each page of guests: its language, its headers, the fields of its forms."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qs, urlencode

from litestar import Request, Response

from backend.context import Context
from backend.errors import NotFound
from backend.guests import pages, rules
from backend.guests.words import GuestVoice
from backend.papers import rules as paper_rules
from backend.tenants import service as tenants
from shared.accounts import Brand

LANGUAGES = ("de", "en")
Web = Request[Any, Any, Any]
Page = Callable[..., Awaitable[Response[Any]]]


def lang(request: Web) -> str:
    """What was chosen by hand."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def voice(request: Web, brand: Brand, zone: str = "") -> GuestVoice:
    # Who comes from abroad: English helps more than the country's.
    spoken = paper_rules.language(lang(request) or request.headers.get("accept-language"), brand.country, foreign="en")
    return GuestVoice(spoken, zone or brand.time_zone)


def html(text: str, brand: Brand, status: int = 200, *targets: str) -> Response[str]:
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": pages.policy(brand.seed_color, *targets),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept-Language",
    }
    return Response(content=text, media_type="text/html", status_code=status, headers=headers)


def or_lost(page: Page) -> Page:
    """A page of something that isn't known says so, and where to go on."""

    @wraps(page)
    async def shown(ctx: Context, request: Web, **rest: Any) -> Response[Any]:
        try:
            return await page(ctx=ctx, request=request, **rest)
        except NotFound as error:
            return await _lost(ctx, request, error)

    return shown


async def _lost(ctx: Context, request: Web, error: NotFound) -> Response[str]:
    brand = await tenants.brand(ctx)
    nexts = {
        "This link is not known": "Scan the code on the charger once more.",
        "This charger is not known": "Check the code on the charger, or ask the operator.",
    }
    title = error.detail if error.detail in nexts else "This link is not known"
    return html(pages.lost(brand, voice(request, brand), title, nexts[title]), brand, 404)


async def fields(request: Web) -> dict[str, str]:
    """Fields of a form. What is no text counts as not sent."""
    body = (await request.body())[:20_000].decode("utf-8", "replace")
    return {name: values[0].replace("\0", "").strip() for name, values in parse_qs(body).items()}


def from_here(request: Web) -> bool:
    headers = {name: request.headers.get(name, "") for name in ("sec-fetch-site", "origin")}
    return rules.own_site({name: value for name, value in headers.items() if value}, request.headers.get("host", ""))


def address(request: Web) -> str:
    return request.client.host if request.client else ""


def visit_path(token: str) -> str:
    return f"/visit/{token}"


def query(request: Web, **more: str) -> str:
    """What goes on to the next address: the chosen language, and `more` before it."""
    told = more | ({"lang": lang(request)} if lang(request) else {})
    return f"?{urlencode(told)}" if told else ""
