"""The API's description and its page, which needs no internet."""

from importlib.metadata import version
from pathlib import Path

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, RapidocRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.router import Router
from litestar.static_files import create_static_files_router

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


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Wattline API",
        version=version("wattline"),
        description=(
            "Everything the app can do. Sign in at `/api/v1/auth/sign-in` and send the access token as a Bearer token. "
            "Errors are problem documents (RFC 9457) with a stable `code`. Requests that cost money or move a station "
            "need an `Idempotency-Key` header."
        ),
        path="/api/v1",
        render_plugins=[
            JsonRenderPlugin(path="/openapi.json"),
            RapidocRenderPlugin(path="/docs", js_url="/api/static/rapidoc-min.js"),
        ],
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
        security=[{"bearer": []}],
        servers=[Server(url="/")],
        use_handler_docstrings=True,
    )
