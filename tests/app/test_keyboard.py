"""Whatever can be pressed can be reached with the keyboard: Flutter gives the focus only to what has an ink."""

import ast
from pathlib import Path

from tests.support.sources import parsed

APP = Path(__file__).parents[2] / "app"


def test_every_area_that_can_be_pressed_takes_the_focus() -> None:
    deaf = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ft.Container":
                given = {one.arg for one in node.keywords}
                if "on_click" in given and "ink" not in given:
                    deaf.append(f"{path.relative_to(APP.parent)}:{node.lineno}")
    assert deaf == []
