"""Keys go to the part of the screen that came last."""

from types import SimpleNamespace
from typing import Any

import flet as ft

from app.keys import CLOSE, FIND, Keys


def test_the_newest_part_is_asked_first_and_the_older_one_once_it_left() -> None:
    keys, heard = Keys(), []
    keys.follow(lambda: {FIND: lambda: heard.append("page"), CLOSE: lambda: heard.append("page closes")})
    leave = keys.follow(lambda: {FIND: lambda: heard.append("pane")})
    assert keys.pressed(FIND)
    assert keys.pressed(CLOSE)
    leave()
    assert keys.pressed(FIND)
    assert heard == ["pane", "page closes", "page"]
    assert not keys.pressed("a")


def key(name: str, *, dialog: bool = False, **modifiers: bool) -> Any:
    page = SimpleNamespace(_dialogs=SimpleNamespace(controls=[ft.AlertDialog(open=True)] if dialog else []))
    held = {"ctrl": False, "alt": False, "meta": False, "shift": False} | modifiers
    return SimpleNamespace(key=name, page=page, **held)


def test_what_belongs_to_the_browser_or_to_a_dialog_is_left_alone() -> None:
    keys, heard = Keys(), []
    keys.follow(lambda: {CLOSE: lambda: heard.append(1)})
    keys.on_event(key(CLOSE, ctrl=True))
    keys.on_event(key(CLOSE, dialog=True))
    assert heard == []
    keys.on_event(key(CLOSE))
    assert heard == [1]
