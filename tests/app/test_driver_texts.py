"""Every text of the driver's pages has its German one, with the same values in it."""

import ast
import re
from pathlib import Path

from app.common import bill
from app.common.receipt import STATES, UNDER_WAY
from app.driver.me import ROLES, THEMES
from app.i18n.catalog import GERMAN
from tests.support.sources import parsed

APP = Path(__file__).parent.parent.parent / "app"
SOURCES = [*(APP / "driver").glob("*.py"), *(APP / "common").glob("*.py"), APP / "widgets" / "map.py"]


def said(source: Path) -> set[str]:
    """The constant texts that a file hands to `words`."""
    found = set()
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("words", "say"):
            found |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
    return {text for text in found if isinstance(text, str) and text}


def test_nothing_of_the_drivers_pages_stays_english() -> None:
    wanted = {text for source in SOURCES for text in said(source)}
    wanted |= set(bill.EXPLAINED.values()) | {word for word, *_ in [*STATES.values(), UNDER_WAY]}
    wanted |= {label for _, label in THEMES} | set(ROLES.values())
    assert len(wanted) > 120
    assert sorted(text for text in wanted if text not in GERMAN) == []


def test_translations_keep_their_values() -> None:
    for english, german in GERMAN.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", german)), english
