"""Which cases there are, which test stands for which, and docs/conformance.md from a run of them.

A case is proven by the function `test_<id>`, such as `test_TC_001_CSMS`; parametrised ones count together.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
REPORT = FOLDER.parents[1] / "docs" / "conformance.md"
VERSIONS = {"16": "OCPP 1.6J", "201": "OCPP 2.0.1"}
_TEST = re.compile(r"^(?:async )?def test_(TC_\w+?_CSMS)\b", re.MULTILINE)
_NODE = re.compile(r"(test_v(?:16|201)\w*)\.py::test_(TC_\w+?_CSMS)(?:\[|$)")


class Case(NamedTuple):
    version: str
    id: str
    title: str
    part: str


def cases(version: str) -> list[Case]:
    with (FOLDER / f"cases{version}.tsv").open(encoding="utf-8", newline="") as file:
        return [Case(version, row["id"], row["title"], row["part"]) for row in csv.DictReader(file, delimiter="\t")]


def open_cases(version: str) -> set[str]:
    """Cases that nobody has proven yet: open.tsv names them, so that none is forgotten or lost."""
    with (FOLDER / "open.tsv").open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file, delimiter="\t") if row["version"] == version}


def version_of(file: str) -> str:
    """Files are named test_v16_….py and test_v201_….py."""
    return "16" if file.startswith("test_v16") else "201"


def written() -> dict[tuple[str, str], int]:
    """(version, id) → how many tests carry its name."""
    found: dict[tuple[str, str], int] = {}
    for path in sorted(FOLDER.glob("test_v*.py")):
        for name in _TEST.findall(path.read_text(encoding="utf-8")):
            key = (version_of(path.name), name)
            found[key] = found.get(key, 0) + 1
    return found


def case_of(nodeid: str) -> tuple[str, str] | None:
    match = _NODE.search(nodeid)
    return (version_of(match[1]), match[2]) if match else None


def page(results: Mapping[tuple[str, str], str]) -> str:
    """The report: what passed, what failed, and what nobody has proven."""
    lines = [
        "# Conformance",
        "",
        "Written by `make conformance`, not by hand. Each line is a test of that name in `tests/conformance/`, driven",
        "over a real socket and through the operator's or driver's API.",
        "",
    ]
    for version, name in VERSIONS.items():
        every = cases(version)
        passed = sum(results.get((version, one.id)) == "passed" for one in every)
        lines += [f"## {name}: {passed} of {len(every)}", "", "| case | what | part | result |", "|---|---|---|---|"]
        lines += [
            f"| {one.id} | {one.title} | {one.part} | {results.get((version, one.id), 'not proven')} |" for one in every
        ]
        lines.append("")
    return "\n".join(lines)
