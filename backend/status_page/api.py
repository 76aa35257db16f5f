"""The public status page: HTML at a short address. Nothing of the inside is in it: no ids, no faults, no people."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from markupsafe import Markup

from backend.context import Context
from backend.errors import NotFound
from backend.papers import rules as paper_rules
from backend.status_page import rules, service
from backend.status_page.words import StatusVoice

FOLDER = Path(__file__).parent / "templates"
PAGE = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("status.html")
CSS = (FOLDER / "status.css").read_text(encoding="utf-8")
HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "public, max-age=20",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


Web = Request[Any, Any, Any]


async def _page(ctx: Context, request: Web, slug: str | None) -> Response[str]:
    try:
        brand, places = await service.page(ctx, slug)
    except NotFound as error:
        return Response(content=error.detail, status_code=404, media_type="text/plain", headers=HEADERS)
    overall = rules.overall(places)
    spoken = paper_rules.language(request.headers.get("accept-language"), brand.country, foreign="en")
    voice = StatusVoice(spoken, brand.time_zone)
    text = PAGE.render(
        brand=brand,
        places=places,
        overall=overall,
        head=rules.head(places),
        words=rules.WORDS,
        css=Markup(CSS),
        voice=voice,
        at=voice.moment(ctx.now()),
    )
    return Response(content=text, media_type="text/html", headers=HEADERS)


@get("/status", public=True, include_in_schema=False, summary="Which places work")
async def status(ctx: Context, request: Web) -> Response[str]:
    return await _page(ctx, request, None)


@get("/status/{slug:str}", public=True, include_in_schema=False, summary="Which places of an operator work")
async def status_of(ctx: Context, request: Web, slug: str) -> Response[str]:
    return await _page(ctx, request, slug)


routes = [status, status_of]
