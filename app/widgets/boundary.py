"""An error in one part of a screen stays in that part. Without this an exception freezes the whole session."""

import logging
from collections.abc import Callable
from typing import Any

import flet as ft

from app.hooks import use_tokens
from app.widgets.surfaces import empty

log = logging.getLogger(__name__)


def guarded(component: Callable[..., ft.Control]) -> Callable[..., ft.Control]:
    """`@guarded def Page(...)`: a component whose failure shows a kind note instead of ending the session."""

    def draw(*arguments: Any, **named: Any) -> ft.Control:
        try:
            return component(*arguments, **named)
        except Exception:
            log.exception("a part of the screen could not be drawn: %s", component.__qualname__)
            return _Broken()

    draw.__name__ = component.__name__
    draw.__qualname__ = component.__qualname__
    return ft.component(draw)


@ft.component
def _Broken() -> ft.Control:  # a component
    t = use_tokens()
    return ft.Semantics(
        identifier="broken",
        content=empty(
            ft.Icons.BUILD_CIRCLE_OUTLINED,
            "This part can't be shown",
            "That is our mistake and has been noted. Everything else goes on; open the page again.",
            t,
        ),
    )
