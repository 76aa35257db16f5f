"""What the backend says of faults and sessions, in the reader's language: app, push, letters and webhooks say it alike.

The backend writes English. Most of it is a text of its own; some sentences hold values. A text that nobody translated
stays as it came, and so do names.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial

from shared.said import de_causes, de_evidence, de_faults, de_power, de_sentences, de_timeline, de_words

Words = Callable[[str], str]
GERMAN: Mapping[str, str] = {
    **de_causes.TEXTS,
    **de_faults.TEXTS,
    **de_evidence.TEXTS,
    **de_words.TEXTS,
    **de_sentences.TEXTS,
    **de_timeline.TEXTS,
    **de_power.TEXTS,
}
CATALOGS: Mapping[str, Mapping[str, str]] = {"de": GERMAN}
TRANSLATED = frozenset({"outlet", "what", "why", "seen", "head", "answer"})
"""Values that are said in the other language as well."""
DECIMAL = frozenset(
    {"energy", "kw", "offered", "kwh", "possible", "usual", "seconds", "amps", "given", "most", "bound", "loads"}
)
"""Values that are numbers with a point, which becomes a comma."""
SHAPES = dict.fromkeys(("n", "all", "count", "wh", "s"), "[0-9]+") | {"label": r"[\w-]+"}
"""Of values that can't be anything."""
PIECES = re.compile(r"(?<=[.!?]) (?=It says: |The last one: )")


def in_language(text: str, language: str) -> str:
    """`language`: as `de`; one that isn't spoken leaves the text in English."""
    return told(text, words_of(language)) if language in CATALOGS else text


def words_of(language: str) -> Words:
    """A catalog's words, for `told`: English where the language isn't spoken."""
    return partial(_known, CATALOGS.get(language, {}))


def _known(catalog: Mapping[str, str], text: str) -> str:
    return catalog.get(text, text)


def told(text: str, words: Words) -> str:
    """Line by line, by the words of a catalog that holds GERMAN or is English."""
    return "\n".join(_line(line, words) for line in text.split("\n"))


def _line(line: str, words: Words) -> str:
    if (direct := words(line)) != line:
        return direct
    return " ".join(_sentence(part, words) for part in PIECES.split(line))


def _sentence(text: str, words: Words) -> str:
    if (direct := words(text)) != text:
        return direct
    for sentence, pattern in _patterns():
        if (match := pattern.fullmatch(text)) is not None and words(sentence) != sentence:
            return words(sentence).format(**{name: _value(name, one, words) for name, one in match.groupdict().items()})
    return text


def _value(name: str, value: str, words: Words) -> str:
    if name in TRANSLATED:
        return _line(value, words)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", value) if name in DECIMAL else value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (text, _pattern(text)) for text in (*de_sentences.TEXTS, *de_timeline.TEXTS, *de_power.TEXTS) if "{" in text
    )


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile("".join(_part(part) for part in re.split(r"(\{\w+\})", sentence)))


def _part(part: str) -> str:
    if part[:1] != "{":
        return re.escape(part)
    name = part[1:-1]
    return f"(?P<{name}>{SHAPES.get(name, '.+?')})"
