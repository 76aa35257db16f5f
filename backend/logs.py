"""Structured logs: readable lines on a terminal, JSON objects elsewhere; never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAME = re.compile(r"passw|secret|token|authorization|credential|private|api_?key|dsn|database_url", re.I)
_SECRET_IN_URL = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]+")
BLANK = "•••"


def redact(value: Any) -> Any:
    """Texts without passwords in addresses and without authorization values; containers deeply."""
    if isinstance(value, str):
        return _BEARER.sub(rf"\1 {BLANK}", _SECRET_IN_URL.sub(rf"\1{BLANK}@", value))
    if isinstance(value, dict):
        return {k: BLANK if _SECRET_NAME.search(str(k)) else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact(one) for one in value]
    return value


def _redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {k: BLANK if _SECRET_NAME.search(k) else redact(v) for k, v in event.items()}


def _worth_a_line(record: logging.LogRecord) -> bool:
    """False for the one line, with a traceback, that the app's server writes for each browser that went away."""
    gone = record.name.startswith("flet_web") and record.getMessage().startswith("Receive loop error: WebSocket is not")
    return not gone


def configure(*, level: str = "info", as_json: bool = False) -> None:
    """Once at the start of a process. Logs of libraries (uvicorn, pgqueuer …) come out the same way."""
    number = getattr(logging, level.upper(), logging.INFO)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(_worth_a_line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for noisy in (
        "asyncio",
        "websockets",
        "httpx",
        "httpcore",
        "flet",
        "flet_web",
        "pgqueuer",
        "uvicorn",
    ):
        logging.getLogger(noisy).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
