"""Every text of the driver's pages has its German one, with the same values in it."""

import ast
import re
from pathlib import Path

from app.common import bill
from app.common.receipt import STATES, UNDER_WAY
from app.driver.me import ROLES, THEMES
from app.i18n.catalog import GERMAN
from backend.notify import rules
from shared.said import told
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


def test_messages_of_sessions_are_told_in_german() -> None:
    def words(text: str) -> str:
        return GERMAN.get(text, text)

    row = {"station_name": "Hafen 01", "location": "Hafen", "energy_wh": 1246, "transaction": "1", "place": "2"}
    done = rules.session_text(row | {"stop_reason": "Local"}, broken=False)
    assert (words(done.title), told(done.body, words)) == (
        "Ihr Ladevorgang ist fertig",
        "Hafen · Hafen 01\n1,2 kWh geladen.",
    )
    broken = rules.session_text(row | {"stop_reason": "PowerLoss"}, broken=True)
    said_of = told(broken.body, words)
    assert said_of.endswith(
        "1,2 kWh geladen, dann: die Station hatte keinen Strom. Sehen Sie nach Ihrem Auto, oder starten Sie neu."
    )
    assert told(rules.back_text(row).body, words) == "Hafen · Hafen 01\nSie können dort jetzt laden."
