"""Every text of the app has a German one that says the same values."""

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

from app.i18n import catalog, de_common, de_driver, de_reports, de_stations, translate
from shared.said import de_causes, de_faults, de_sentences, de_timeline, de_words
from tests.support.sources import parsed

APP = Path(__file__).parents[2] / "app"
ASKS = {"words", "translate"}
DICTIONARIES = (
    de_common,
    de_driver,
    de_stations,
    de_reports,
    de_causes,
    de_faults,
    de_sentences,
    de_timeline,
    de_words,
)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        if not path.name.startswith("de_"):
            yield str(path.relative_to(APP.parent)), parsed(path)


def literals(node: ast.expr) -> Iterator[tuple[str, int]]:
    """The texts an argument can be: `"a"`, `"a" if … else "b"`, `x or "a"`."""
    match node:
        case ast.Constant(value=str(text)):
            yield text, node.lineno
        case ast.IfExp(body=one, orelse=other):
            yield from literals(one)
            yield from literals(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from literals(value)


def asked_for() -> Iterator[tuple[str, str]]:
    """(text, where) of everything given to `words(…)` or `translate(…)`."""
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKS and node.args:
                for text, line in literals(node.args[0]):
                    yield text, f"{name}:{line}"
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("several"):
                for part in node.args[1:3]:
                    for text, line in literals(part):
                        yield text, f"{name}:{line}"


def named_values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_has_a_german_one() -> None:
    missing = {text: where for text, where in asked_for() if text not in catalog.GERMAN}
    shown = "\n".join(
        f"    {text!r}: ...,  # {where}" for text, where in sorted(missing.items(), key=lambda one: one[1])
    )
    assert not missing, f"{len(missing)} texts without a translation in app/i18n/de_*.py:\n{shown}"


def test_a_translation_has_the_values_of_its_text() -> None:
    wrong = [text for text, german in catalog.GERMAN.items() if named_values(text) != named_values(german)]
    assert wrong == []


def known_codes() -> set[str]:
    """What the house's list of makers' codes says in words of its own."""
    book = tomllib.loads((APP.parent / "backend/alerts/vendor_codes.toml").read_text("utf-8"))
    meanings = [one for part in book["codes"] for one in part["meanings"].values()]
    return {one[name] for one in meanings for name in ("title", "cause", "advice") if name in one}


def test_no_translation_is_left_over() -> None:
    """Its text is written somewhere: in the app, be it in a table, or among what the backend says."""
    trees = [tree for _, tree in sources()]
    for said in ("backend", "shared"):
        trees += [parsed(path) for path in (APP.parent / said).rglob("*.py")]
    written = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    written |= known_codes() | set(de_sentences.TEXTS) | set(de_timeline.TEXTS)
    assert sorted(set(catalog.GERMAN) - written) == []


def test_no_two_dictionaries_disagree() -> None:
    seen: dict[str, str] = {}
    for dictionary in DICTIONARIES:
        for text, german in dictionary.TEXTS.items():
            assert seen.setdefault(text, german) == german, text


def test_a_text_without_a_translation_stays_english() -> None:
    assert translate("Not in any dictionary", "de") == "Not in any dictionary"
    assert translate("Sign in", "en") == translate("Sign in", "fr") == "Sign in"
    assert translate("Sign in", "de") == "Anmelden"
