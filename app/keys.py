"""The keyboard, in one place: `/` finds, Esc goes back, arrows and Enter move through a list."""

from collections.abc import Callable, Mapping
from typing import Any

import flet as ft

Handlers = Mapping[str, Callable[[], Any]]
FIND, CLOSE, UP, DOWN, OPEN = "/", "Escape", "Arrow Up", "Arrow Down", "Enter"


class Keys:
    """Who listens to which key: the part of the screen that came last is asked first."""

    def __init__(self) -> None:
        self._followers: list[Callable[[], Handlers]] = []

    def follow(self, handlers: Callable[[], Handlers]) -> Callable[[], None]:
        """`handlers` is asked anew at each key. The returned function ends it."""
        self._followers.append(handlers)

        def leave() -> None:
            if handlers in self._followers:
                self._followers.remove(handlers)

        return leave

    def pressed(self, key: str) -> bool:
        """Whether somebody wanted it."""
        for handlers in reversed(self._followers):
            work = handlers().get(key)
            if work is not None:
                work()
                return True
        return False

    def on_event(self, event: ft.KeyboardEvent) -> None:
        """What the page calls. Keys with Ctrl, Alt or Meta are the browser's, and an open dialog has its own."""
        if event.ctrl or event.alt or event.meta or _asks(event.page):
            return
        self.pressed(event.key)


def _asks(page: Any) -> bool:
    return any(dialog.open for dialog in page._dialogs.controls)
