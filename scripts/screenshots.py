"""Pictures of the running app: the README's, or with `--all DIR` every page at every size, light and dark.

Starts a fresh demo with simulated stations on free ports, charges a car, and stops everything again.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from shared.accounts import Role  # noqa: E402  # after the path
from tests.support.browser import DESKTOP, PHONE, TABLET, Screen, browser, screen  # noqa: E402
from tests.support.demo import Demo  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LARGEST = 250_000
CHARGED_S = 75.0
"""So long has the driver's car been charging when the first picture is taken."""
SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}


@dataclass(frozen=True)
class Shot:
    name: str
    role: Role | None
    route: str
    size: tuple[int, int] = DESKTOP
    dark: bool = False
    scale: float = 1
    tap: str = ""
    """What to press before."""


README = (
    Shot("driver-find-phone", Role.DRIVER, "/", PHONE, scale=2),
    Shot("driver-session-phone", Role.DRIVER, "/sessions/{active}", PHONE, scale=2),
    Shot("driver-session-phone-dark", Role.DRIVER, "/sessions/{active}", PHONE, dark=True, scale=2),
    Shot("driver-receipt-phone", Role.DRIVER, "/sessions/{ended}/receipt", PHONE, scale=2),
    Shot("operator-overview", Role.OPERATOR, "/"),
    Shot("operator-overview-dark", Role.OPERATOR, "/", dark=True),
    Shot("operator-stations", Role.OPERATOR, "/stations"),
    Shot("operator-station", Role.OPERATOR, "/stations/{station}"),
    Shot("operator-analytics", Role.OPERATOR, "/analytics"),
)
PAGES: tuple[tuple[str, Role | None, str, str], ...] = (
    ("sign-in", None, "/", ""),
    ("find", Role.DRIVER, "/", ""),
    ("location", Role.DRIVER, "/locations/{location}", ""),
    ("charge", Role.DRIVER, "/charge", ""),
    ("live", Role.DRIVER, "/sessions/{active}", ""),
    ("ended", Role.DRIVER, "/sessions/{ended}", ""),
    ("receipt", Role.DRIVER, "/sessions/{ended}/receipt", ""),
    ("history", Role.DRIVER, "/history", ""),
    ("me", Role.DRIVER, "/me", ""),
    ("wallet", Role.DRIVER, "/wallet", ""),
    ("nothing", Role.DRIVER, "/nothing/here", ""),
    ("overview", Role.OPERATOR, "/", ""),
    ("stations", Role.OPERATOR, "/stations", ""),
    ("station", Role.OPERATOR, "/stations/{station}", ""),
    ("station-log", Role.OPERATOR, "/stations/{station}", "tab-log"),
    ("station-configuration", Role.OPERATOR, "/stations/{station}", "tab-configuration"),
    ("station-commands", Role.OPERATOR, "/stations/{station}", "tab-commands"),
    ("station-upkeep", Role.OPERATOR, "/stations/{station}", "tab-upkeep"),
    ("sessions", Role.OPERATOR, "/sessions", ""),
    ("session", Role.OPERATOR, "/sessions/{active}", ""),
    ("sites", Role.OPERATOR, "/energy", ""),
    ("energy", Role.OPERATOR, "/locations/{tight}/energy", ""),
    ("energy-edit", Role.OPERATOR, "/locations/{tight}/energy", "energy-edit"),
    ("energy-sharing", Role.OPERATOR, "/locations/{tight}/energy", "energy-sharing"),
    ("energy-what-if", Role.OPERATOR, "/locations/{tight}/energy", "energy-what-if"),
    ("energy-feed", Role.OPERATOR, "/locations/{tight}/energy", "feed-price"),
    ("incidents", Role.OPERATOR, "/incidents", ""),
    ("incident", Role.OPERATOR, "/incidents/{incident}", ""),
    ("playbooks", Role.OPERATOR, "/playbooks", ""),
    ("rules", Role.OPERATOR, "/rules", ""),
    ("codes", Role.OPERATOR, "/rules/codes", ""),
    ("firmware", Role.OPERATOR, "/rules/firmware", ""),
    ("partners", Role.ADMIN, "/partners", ""),
    ("notices", Role.OPERATOR, "/notices", ""),
    ("notifications", Role.ADMIN, "/notifications", ""),
    ("quarantine", Role.OPERATOR, "/quarantine", ""),
    ("locations", Role.OPERATOR, "/locations", ""),
    ("bulk", Role.OPERATOR, "/bulk", ""),
    ("money", Role.ADMIN, "/money", ""),
    ("tariffs", Role.ADMIN, "/tariffs", ""),
    ("drivers", Role.ADMIN, "/drivers", ""),
    ("payment-settings", Role.ADMIN, "/payment-settings", ""),
    ("analytics", Role.OPERATOR, "/analytics", ""),
    ("settings", Role.ADMIN, "/settings", ""),
)


def every_page() -> Iterator[Shot]:
    for look in (False, True):
        for size_name, size in SIZES.items():
            for name, role, route, tap in PAGES:
                yield Shot(f"{name}-{size_name}{'-dark' if look else ''}", role, route, size, look, 1, tap)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every page at every size into this folder, to look at")
    parser.add_argument("--only", default="", metavar="PARTS", help="only pictures with one of these in their name")
    options = parser.parse_args()
    shots = [
        one
        for one in (every_page() if options.all else README)
        if any(part in one.name for part in options.only.split(","))
    ]
    with tempfile.TemporaryDirectory(prefix="wattline-pictures-") as folder:
        Path(folder).chmod(0o711)  # root's database server runs as another user
        demo = Demo(Path(folder))
        try:
            demo.start()
            take(demo, shots, options.all or IMAGES)
        finally:
            demo.stop()
    return 0


def take(demo: Demo, shots: list[Shot], folder: Path) -> None:
    """Shots that share a window are taken in one visit."""
    folder.mkdir(parents=True, exist_ok=True)
    print("Charging a car …", flush=True)
    places = charge(demo)
    with browser() as one:
        visits: dict[tuple[object, ...], list[Shot]] = {}
        for shot in shots:
            visits.setdefault((shot.role, shot.size, shot.dark, shot.scale), []).append(shot)
        for together in visits.values():
            first = together[0]
            with screen(one, first.size, dark=first.dark, scale=first.scale) as tab, signed_in(tab, demo, first.role):
                for shot in together:
                    path = folder / f"{shot.name}.png"
                    picture(tab, demo.url + shot.route.format_map(places), shot.tap, path)
                    print(f"{path} {path.stat().st_size // 1000} kB", flush=True)


def charge(demo: Demo) -> Mapping[str, str]:
    """Start a session as the driver, at the fastest connector that is free; what routes name."""
    with demo.client(Role.DRIVER) as driver:

        def find(page: dict[str, list[dict[str, str]]]) -> tuple[int, str, str, str] | None:
            found = []
            for summary in page["items"]:
                detail = driver.get(f"/locations/{summary['id']}").json()
                for station in detail["stations"]:
                    found += [
                        (connector["max_power_w"], connector["id"], station["identity"], detail["id"])
                        for connector in station["connectors"]
                        if station["online"] and connector["status"] == "available"
                    ]
            return max(found, default=None)

        _, connector, identity, location = demo.wait_for("free connector", driver, "/locations?limit=50", find, 60)
        key = {"Idempotency-Key": uuid4().hex}
        begun = driver.post("/transactions", json={"connector_id": connector}, headers=key)
        begun.raise_for_status()
        active = begun.json()["id"]
        path = f"/transactions/{active}"
        demo.wait_for("charging car", driver, path, lambda one: one["transaction"]["energy_wh"], 120)
        time.sleep(CHARGED_S)
        past = driver.get("/transactions", params={"state": "ended", "limit": 50}).json()["items"]
        ended = next(one["id"] for one in past if one["energy_wh"] > 10_000)
        places = driver.get("/locations", params={"limit": 50}).json()["items"]
        tight = next(one["id"] for one in places if one["name"].startswith("Altona"))
    with demo.client(Role.OPERATOR) as operator:
        incident = demo.wait_for(
            "incident", operator, "/incidents?limit=1", lambda page: page["items"] and page["items"][0]["id"], 120
        )
    return {
        "incident": incident,
        "active": active,
        "ended": ended,
        "station": identity,
        "location": location,
        "tight": tight,
    }


@contextmanager
def signed_in(tab: Screen, demo: Demo, role: Role | None) -> Iterator[None]:
    tab.open(demo.url)
    if role is not None:
        tab.click(f"demo-{role}")
        tab.wait("nav-find" if role is Role.DRIVER else "nav-overview")
    yield


def picture(tab: Screen, url: str, tap: str, path: Path) -> None:
    tab.open(url)
    still(tab)
    if tap:
        tab.click(tap)
        still(tab)
    tab.page.mouse.move(0, 0)
    small(tab.page.screenshot(), path)
    if tab.has("dialog-cancel"):  # it would still be there after the next address
        tab.click("dialog-cancel")
        tab.wait_gone("dialog-cancel")


def still(tab: Screen, most_s: float = 10) -> None:
    """Until our app is there (before it the client shows its own words) and nothing new appears: data, pictures."""
    deadline, before = time.monotonic() + most_s, ""
    tab.page.wait_for_selector("[flt-semantics-identifier]", state="attached")
    tab.page.wait_for_timeout(1200)
    while time.monotonic() < deadline:
        now = tab.text()
        if now == before and "Loading" not in now:
            return
        before = now
        tab.page.wait_for_timeout(700)


def small(png: bytes, path: Path) -> None:
    """In 256 colours, which a drawn screen doesn't miss; fewer where it is still too large for a repository."""
    image = Image.open(BytesIO(png)).convert("RGB")
    for colors in (256, 128, 64):
        image.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


if __name__ == "__main__":
    sys.exit(main())
