"""Our own sources, read by tests."""

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    """CPython before 3.11.8 counts the depth of a tree in one place for all threads (gh-106905): a pause of the
    collector in the middle lets another one count too, and a sound file is called broken. Then it is read again."""
    source = path.read_text(encoding="utf-8")
    for _ in range(5):
        try:
            return ast.parse(source)
        except SystemError as error:
            if "recursion depth mismatch" not in str(error):
                raise
    return ast.parse(source)
