"""The web app in a headless Chromium, driven by Playwright where it is installed (the developers' environment)."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Visit:
    first_frame_s: float
    wire_bytes: int


def absent() -> str:
    """Why no page can be opened here; empty if one can."""
    if find_spec("playwright") is None or not _program():
        return "no browser"
    return ""


def _program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def visit(url: str) -> Visit:
    """Open the app in a new browser: nothing is cached. The time counts from the navigation."""
    from playwright.sync_api import sync_playwright

    wire = 0

    def took(event: dict[str, Any]) -> None:
        nonlocal wire
        wire += int(event["encodedDataLength"])

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=FLAGS)
        try:
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.on("Network.loadingFinished", took)
            page.add_init_script(
                "addEventListener('flutter-first-frame', () => { window.firstFrame = performance.now() })"
            )
            page.goto(url)
            page.wait_for_function("window.firstFrame !== undefined", timeout=PATIENCE_MS)
            first_frame = float(page.evaluate("window.firstFrame"))
        finally:
            browser.close()
    return Visit(first_frame / 1000, wire)
