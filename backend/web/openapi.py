"""The API's description and its page, which needs no internet."""

from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, RapidocRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.router import Router
from litestar.routes import BaseRoute
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from backend.web.problems import PROBLEM_JSON
from shared.base import Problem

STATIC = Path(__file__).parent / "static"


def static_router() -> Router:
    """The files of the API's page; at /api/static so that it never shadows a file of the app."""
    return create_static_files_router(
        path="/api/static",
        directories=[STATIC],
        opt={"public": True},
        include_in_schema=False,
        name="api-static",
    )


class Document(JsonRenderPlugin):
    """What Litestar found out about the routes, and the problems that any of them can answer with."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, with_problems(openapi_schema))


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which every operation names the problem document as its answer when something is wrong."""
    (problem,), types = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    wrong = {"description": "Something is wrong: a problem document", "content": {PROBLEM_JSON: {"schema": problem}}}
    paths: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        paths[path] = {}
        for method, operation in operations.items():
            fine = {status: one for status, one in operation["responses"].items() if status < "4"}
            paths[path][method] = operation | {"responses": fine | {"default": wrong}}
    components = document["components"]
    return document | {"paths": paths, "components": components | {"schemas": components["schemas"] | types}}


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="icon" type="image/png" href="/favicon.png">
  <script src="/api/static/rapidoc-min.js"></script>
</head>
<body>
  <rapi-doc spec-url="{document}" load-fonts="false" regular-font="Inter, system-ui, sans-serif"
    mono-font="ui-monospace, monospace" primary-color="#0B6E4F" render-style="focused" schema-style="table"
    show-header="false" allow-server-selection="false" sort-tags="true"></rapi-doc>
</body>
</html>
"""


class Page(RapidocRenderPlugin):
    """RapiDoc from our own files. Left alone it would ask another host for fonts."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        title = escape(openapi_schema["info"]["title"])
        return PAGE.format(title=title, document=self.get_openapi_json_route(request)).encode()


class Pages(Router):
    """Where description and page live, open to everybody; other addresses beside them get the problem all get."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        if isinstance(value, HTTPRouteHandler) and "/{path:str}" in value.paths:
            return []  # Litestar's own page for them, in HTML
        return super().register(value)


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Wattline API",
        version=version("wattline"),
        description=(
            "Everything the app can do. Sign in at `/api/v1/auth/sign-in` and send the access token as a Bearer token. "
            "Errors are problem documents (RFC 9457) with a stable `code`. Requests that cost money or move a station "
            "need an `Idempotency-Key` header."
        ),
        openapi_router=Pages("/api/v1", route_handlers=[], include_in_schema=False, opt={"public": True}),
        render_plugins=[
            Document(path="/openapi.json"),
            Page(path="/docs"),
        ],
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
        security=[{"bearer": []}],
        servers=[Server(url="/")],
        use_handler_docstrings=True,
    )
