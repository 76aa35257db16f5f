"""The checks that keep the house: style, types, who may import whom, and what must not be in the repository.

Most import rules are contracts in pyproject.toml; here are those that can't be said there.
"""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
MOST_LINES = 400
WHY_LONGER = re.compile(rf"^# Longer than {MOST_LINES} lines: \w+", re.M)


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@cache
def tracked() -> tuple[Path, ...]:
    """What git knows and is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found[str(path.relative_to(ROOT))] = content.decode("utf-8", errors="replace")
    return found


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("app", "backend", "shared", include_external_packages=True, cache_dir=None)


# --- tools -------------------------------------------------------------------------------------------


def test_lint() -> None:
    run(str(BIN / "ruff"), "check", ".")


def test_format() -> None:
    run(str(BIN / "ruff"), "format", "--check", ".")


def test_types() -> None:
    run(str(BIN / "mypy"))


def test_import_contracts() -> None:
    run(str(BIN / "lint-imports"), "--no-cache")


def test_generated_messages_are_current() -> None:
    run(sys.executable, "scripts/generate_ocpp_messages.py", "--check")


# --- who may import whom -----------------------------------------------------------------------------


def importers(module: str) -> set[str]:
    return graph().find_modules_that_directly_import(module) if module in graph().modules else set()


def test_a_store_serves_its_own_room() -> None:
    stores = [one for one in graph().modules if re.fullmatch(r"backend\.\w+\.(\w+_)?store", one)]
    assert len(stores) > 8
    wrong = [
        f"{importer} imports {store}"
        for store in stores
        for importer in importers(store)
        if importer.split(".")[:2] != store.split(".")[:2] or importer.rsplit(".", 1)[-1] in ("api", "rules")
    ]
    assert not wrong


def test_the_ocpp_package_stays_outside_the_central_system() -> None:
    """The simulator must be independent of our own codec, and our codec of the package it is measured against."""
    assert not [one for one in importers("ocpp") if not one.startswith(("backend.simulator", "backend.bench"))]
    simulator = {one for one in graph().modules if one.startswith("backend.simulator")}
    for one in simulator:
        assert not [used for used in graph().find_modules_directly_imported_by(one) if used.startswith("backend.ocpp")]


def test_words_of_1_6_live_in_v16() -> None:
    """Inside we speak 2.0.1. The ids on the wire may be named where frames are mended and redacted."""
    at_the_edge = ("backend/ocpp/", "backend/simulator/", "backend/bench/")
    words = re.compile(r"\b(chargePoint\w*|charge_point\w*|idTag\w*|id_tag\w*|chargeBox\w*|charge_box\w*)\b")
    wrong = [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        if name.endswith(".py")
        and name.startswith(("backend/", "app/", "shared/"))
        and not name.startswith(at_the_edge)
        for match in words.finditer(text)
    ]
    assert not wrong


def pages() -> set[str]:
    """The modules that the router shows."""
    places = ("app.auth", "app.common", "app.driver", "app.operator")
    return {one for one in graph().find_modules_directly_imported_by("app.router") if one.startswith(places)}


def test_pages_never_import_pages() -> None:
    assert len(pages()) > 10
    wrong = [
        f"{other} reaches {page}"
        for page in sorted(pages())
        for other in graph().find_downstream_modules(page) & pages()
    ]
    assert not wrong


def test_widgets_draw_what_they_are_given() -> None:
    """They may know where they stand (tokens, words, the page), never fetch: neither by a hook nor by the client."""
    for path in (ROOT / "app" / "widgets").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "app.hooks":
                assert not {one.name for one in node.names} & {"use_load", "use_live"}, path.name
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("api", "live"), f"{path.name}, line {node.lineno}"


def test_only_the_composition_root_knows_every_room() -> None:
    """A room reaches another through its service, model or rules, never through its api."""
    wrong = [
        f"{importer} imports {module}"
        for module in graph().modules
        if re.fullmatch(r"backend\.\w+\.(\w+_)?api", module)
        for importer in importers(module)
        if importer.split(".")[1] not in ("routes", "main", "wiring", "demo", module.split(".")[1])
    ]
    assert not wrong


# --- files -------------------------------------------------------------------------------------------


def test_files_stay_short() -> None:
    """A file that has to be longer says why in a line at its top: `# Longer than 400 lines: …`."""
    long = []
    for name, text in texts().items():
        lines = text.splitlines()
        if not name.endswith((".py", ".sh", ".md")) or len(lines) <= MOST_LINES:
            continue
        head = "\n".join(lines[:30])
        if "enerated by" not in head and not WHY_LONGER.search(head):
            long.append(f"{name}: {len(lines)}")
    assert not long


def test_nothing_names_somebodys_machine() -> None:
    """No absolute path of a developer, no address of a private package index, in anything that is tracked."""
    homes = r"/(?:home|Users)/(?!wattline\b)[a-z]\w+/"
    private = r"https?://[^\s/\"']*(?:\.internal|\.corp|\.intranet|\.lan)\b"
    here = re.escape(str(ROOT)) if len(ROOT.parts) > 2 else r"(?!)"
    found = re.compile(rf"{here}(?![\w.-])|{homes}|{private}|--(?:extra-)?index-url|--find-links|--trusted-host")
    wrong = [f"{name}: {match[0]}" for name, text in texts().items() for match in found.finditer(text)]
    assert not [one for one in wrong if not one.startswith("tests/test_architecture.py")]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_exact_and_name_no_address(name: str) -> None:
    text = texts()[name]
    assert not re.findall(r"https?://\S+", text)
    pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,]+\])?(\S*)", text, re.M)
    assert pins
    assert all(pin.startswith("==") for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins)


def test_locks_hold_what_the_project_asks_for() -> None:
    """A dependency that was added without `make lock` is missing on a fresh machine."""
    project = tomllib.loads(texts()["pyproject.toml"])["project"]
    backend, dev = project["optional-dependencies"]["backend"], project["optional-dependencies"]["dev"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"] + backend),
        ("requirements-dev.lock", project["dependencies"] + backend + dev),
    ):
        pinned = dict(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,]+\])?==(\S+)", texts()[lock], re.M))
        for one in wanted:
            match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?(?:==([\w.]+))?", one)
            assert match is not None
            assert match[1].lower() in pinned, f"{match[1]} is not in {lock}: run make lock"
            assert match[2] in (None, pinned[match[1].lower()]), f"{one} is not what {lock} pins: run make lock"


def test_every_room_and_test_folder_is_a_package() -> None:
    """A folder without __init__.py is invisible to types, import rules and the installed package."""
    folders = {path.parent for path in tracked() if path.suffix == ".py"} - {ROOT, ROOT / "scripts"}
    assert not [str(one.relative_to(ROOT)) for one in folders if not (one / "__init__.py").exists()]


def test_documents_link_to_files_that_exist() -> None:
    broken = []
    for name, text in texts().items():
        if name.endswith(".md"):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                if (
                    "://" not in target
                    and not target.startswith("mailto:")
                    and not (ROOT / name).parent.joinpath(target).exists()
                ):
                    broken.append(f"{name} → {target}")
    assert not broken
