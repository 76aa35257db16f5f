"""The app in a real Chromium: pages are found by the identifiers that the app gives its controls."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
PATIENCE_MS = 20_000

HIT = """(e, [x, y]) => {
    const root = e.getRootNode();
    if (!root.elementFromPoint) return 'gone';
    const hit = root.elementFromPoint(x, y);
    if (hit === null || !(e.contains(hit) || hit.contains(e))) return 'hidden';
    const button = e.matches('[role="button"]') ? e : e.querySelector('[role="button"]');
    return button !== null && button.getAttribute('aria-disabled') === 'true' ? 'disabled' : 'hit';
}"""
"""What a press at a point would do to an element."""


def chromium() -> str | None:
    """The system's; None: the one Playwright brought."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


class Screen:
    """One tab. `click` and `type` wait for what they name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        """What the browser's console calls an error, and exceptions of the page."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.add_init_script(
            "window.addEventListener('flutter-first-frame', () => { window.firstFrame = performance.now() })"
        )

    def _heard(self, message: ConsoleMessage) -> None:
        # Our policy keeps the stock client from loading this from a CDN: see backend/web/client.py.
        if message.type == "error" and "rive_native.js" not in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, url: str) -> float:
        """The milliseconds until something was drawn."""
        self.page.goto(url)
        return self._shown()

    def reload(self) -> float:
        self.page.reload()
        return self._shown()

    def _shown(self) -> float:
        self.page.wait_for_function("window.firstFrame !== undefined", timeout=PATIENCE_MS)
        self.page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")
        return float(self.page.evaluate("window.firstFrame"))

    def find(self, identifier: str):  # type: ignore[no-untyped-def]  # a Playwright locator
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]').first

    def wait(self, identifier: str, timeout: int = PATIENCE_MS) -> None:
        self.find(identifier).wait_for(state="attached", timeout=timeout)

    def has(self, identifier: str) -> bool:
        return self.find(identifier).count() > 0

    def wait_gone(self, identifier: str, timeout: int = PATIENCE_MS) -> None:
        self.find(identifier).wait_for(state="detached", timeout=timeout)

    def click(self, identifier: str) -> None:
        """Scrolls to it first, as a person would."""
        x, y = self._middle(identifier)
        self.page.mouse.click(x, y)

    def click_until(self, identifier: str, true: Callable[[], Any], what: str, timeout: int = PATIENCE_MS) -> None:
        """Again every two seconds, as a person does when nothing happens."""
        deadline = time.monotonic() + timeout / 1000
        while True:
            self.click(identifier)
            patience = time.monotonic() + 2
            while time.monotonic() < patience:
                if true():
                    return
                self.page.wait_for_timeout(30)
            assert time.monotonic() < deadline, f"no {what} within {timeout} ms; on the screen: {self.text()}"

    def _middle(self, identifier: str) -> tuple[float, float]:
        """Where it can be hit: not below the edge, not behind a bar."""
        self.wait(identifier)
        size = self.page.viewport_size
        assert size is not None
        deadline, before = time.monotonic() + PATIENCE_MS / 1000, None
        while True:
            self.wait(identifier)
            if (box := self.find(identifier).bounding_box()) is None:
                continue
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            found = self.find(identifier).evaluate(HIT, [x, y])
            if found == "hit" and box == before:  # it also has to stand still
                return x, y
            before = box
            assert time.monotonic() < deadline, f"{identifier} can't be pressed: {found}"
            if found == "hidden":
                self.page.mouse.move(min(max(x, 1), size["width"] - 1), size["height"] * 0.7)
                self.page.mouse.wheel(0, 150 if y > size["height"] / 2 else -150)
            self.page.wait_for_timeout(100)

    def confirm(self) -> None:
        """Yes, in a dialog. What lies behind can be pressed only when it has gone."""
        self.click("dialog-confirm")
        self.wait_gone("dialog-confirm")
        self.page.wait_for_timeout(500)

    def said(self, identifier: str) -> str:
        """What a screen reader says of a part of the screen."""
        self.wait(identifier)
        return str(
            self.find(identifier).evaluate(
                "e => [e, ...e.querySelectorAll('*')]"
                ".map(c => c.getAttribute('aria-label') || (c.children.length ? '' : c.textContent))"
                ".filter(Boolean).join(' ')"
            )
        )

    def wait_until(self, true: Callable[[], Any], what: str, timeout: int = PATIENCE_MS) -> None:
        deadline = time.monotonic() + timeout / 1000
        while not true():
            assert time.monotonic() < deadline, f"no {what} within {timeout} ms; on the screen: {self.text()}"
            self.page.wait_for_timeout(30)

    def type(self, identifier: str, text: str) -> None:
        """In place of what the field holds. On a busy machine keys come before the field has the cursor: looked at,
        as a person would, and done again."""
        for pause in range(10):
            self.click(identifier)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text, delay=15)
            if self.page.evaluate("document.activeElement?.value") == text:
                return
            self.page.wait_for_timeout(300 * (1 + pause))
        raise AssertionError(f"{text!r} could not be typed into {identifier}")

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
def screen(
    one: Browser, size: tuple[int, int] = DESKTOP, *, dark: bool = False, scale: float = 1, locale: str = ""
) -> Iterator[Screen]:
    context = one.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale=locale or os.environ.get("WATTLINE_TEST_LOCALE", "en-GB"),
    )
    try:
        yield Screen(context.new_page())
    finally:
        context.close()
