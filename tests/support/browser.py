"""The app in a real Chromium: pages are found by the identifiers that the app gives its controls."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = (390, 844), (1440, 900)
PATIENCE_MS = 20_000


def chromium() -> str | None:
    """The system's; None: the one Playwright brought."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


class Screen:
    """One tab. `click` and `type` wait for what they name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, url: str) -> None:
        self.page.add_init_script(
            "window.addEventListener('flutter-first-frame', () => { window.firstFrame = performance.now() })"
        )
        self.page.goto(url)
        self.page.wait_for_function("window.firstFrame !== undefined", timeout=PATIENCE_MS)
        self.page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")

    def find(self, identifier: str):  # type: ignore[no-untyped-def]  # a Playwright locator
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]').first

    def wait(self, identifier: str, timeout: int = PATIENCE_MS) -> None:
        self.find(identifier).wait_for(state="attached", timeout=timeout)

    def click(self, identifier: str) -> None:
        self.wait(identifier)
        box = self.find(identifier).bounding_box()
        assert box is not None, identifier
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def type(self, identifier: str, text: str) -> None:
        self.click(identifier)
        self.page.keyboard.type(text, delay=15)

    def text(self) -> str:
        """Everything a screen reader would say."""
        return str(
            self.page.evaluate(
                "Array.from(document.querySelectorAll('flt-semantics'))"
                ".map(e => e.getAttribute('aria-label') || (e.children.length ? '' : e.textContent)).join('\\n')"
            )
        )

    def wait_for_text(self, text: str, timeout: int = PATIENCE_MS) -> None:
        self.page.wait_for_function(
            "wanted => Array.from(document.querySelectorAll('flt-semantics'))"
            ".some(e => ((e.getAttribute('aria-label') || '') + ' ' + e.textContent).includes(wanted))",
            arg=text,
            timeout=timeout,
        )

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield one
        finally:
            one.close()


@contextmanager
def screen(one: Browser, size: tuple[int, int] = DESKTOP, *, dark: bool = False, scale: float = 1) -> Iterator[Screen]:
    context = one.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale=os.environ.get("WATTLINE_TEST_LOCALE", "en-GB"),
    )
    try:
        yield Screen(context.new_page())
    finally:
        context.close()
