"""Every error of the API as a problem document (RFC 9457), with a stable code."""

import re
from http import HTTPStatus
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from backend.db.timed import TimedOut
from backend.errors import InvalidInput, TooManyRequests, WattlineError
from shared.base import FieldProblem, Problem

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
AWAY = (
    ConnectionError,
    TimedOut,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""What a query raises while the database is away, or too busy."""
_PATH_IN_MESSAGE = re.compile(r" - at `(?P<path>\$[^`]*)`")
_CODES = {
    400: "invalid_input",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "not_ready",
}


def _respond(request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(
        content=msgspec.structs.replace(problem, instance=request.url.path),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def problem_of(error: WattlineError) -> Problem:
    return Problem(
        type=f"urn:wattline:problem:{error.problem_code}",
        title=error.title,
        status=error.status,
        code=error.problem_code,
        detail=error.detail,
        fields=[FieldProblem(path=path, message=message) for path, message in error.fields],
    )


def refused(request: Request[Any, Any, Any], error: WattlineError) -> Response[Any]:
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _respond(request, problem_of(error), headers)


def _fields(error: ValidationException) -> list[FieldProblem]:
    if not isinstance(error.extra, list):
        return []
    found = []
    for one in error.extra:
        if isinstance(one, dict):
            message = str(one.get("message", ""))
            key = str(one.get("key", "") or "")
            match = _PATH_IN_MESSAGE.search(message)
            path = match["path"] if match else (f"$.{key}" if key else "$")
            found.append(FieldProblem(path=path, message=_PATH_IN_MESSAGE.sub("", message)))
    return found


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    status = error.status_code
    fields = _fields(error) if isinstance(error, ValidationException) else []
    code = _CODES.get(status, "error")
    title = HTTPStatus(status).phrase
    detail = "" if status == HTTPStatus.NOT_FOUND else error.detail
    if status == HTTPStatus.NOT_FOUND:
        title = "There is nothing at this address"
    elif fields:
        title, detail = "Something in the request is not right", "; ".join(one.message for one in fields)
    problem = Problem(
        type=f"urn:wattline:problem:{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        fields=fields,
    )
    return _respond(request, problem, dict(error.headers or {}))


def unstorable(request: Request[Any, Any, Any], error: asyncpg.DataError) -> Response[Any]:
    """A NUL character, a number beyond 64 bits: no rule of ours refused it, and PostgreSQL can't take it."""
    log.warning("the database refused a value", path=request.url.path, method=request.method, error=str(error))
    detail = "A value is too large or too long, or a text holds a NUL character."
    return refused(request, InvalidInput(detail))


def away(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database is away, or so busy that nobody got a connection in time."""
    log.warning("the database could not be asked", path=request.url.path, method=request.method, error=repr(error))
    problem = Problem(
        type="urn:wattline:problem:not_ready",
        title="The database can't be reached now",
        status=503,
        code="not_ready",
        detail="Please try again in a moment.",
    )
    return _respond(request, problem, {"Retry-After": "5"})


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A mistake of ours: logged with its trace, told without it."""
    log.error("request failed", path=request.url.path, method=request.method, exc_info=error)
    problem = Problem(
        type="urn:wattline:problem:internal_error",
        title="Something went wrong on our side",
        status=500,
        code="internal_error",
        detail="Please try again; if it happens again, tell the operator the time and the address.",
    )
    return _respond(request, problem)


HANDLERS: dict[type[Exception] | int, Any] = {
    WattlineError: refused,
    HTTPException: http_error,
    asyncpg.DataError: unstorable,
    **dict.fromkeys(AWAY, away),
    Exception: unexpected,
}
