"""The running demo and a real browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shared.accounts import Role
from tests import database
from tests.support.browser import PHONE, Screen, browser, screen
from tests.support.demo import Demo

OpenApp = Callable[..., Screen]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(pg_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Everything that `make demo` starts, on a database of its own."""
    folder = tmp_path_factory.mktemp("demo")
    name = f"demo_{folder.name}_{folder.parent.name}".replace("-", "_")
    url = database.run(database.make_database(pg_url, name))
    one = Demo(folder, database_url=url, WATTLINE_PUSH_HOSTS="127.0.0.1")
    try:
        one.start()
        yield one
    finally:
        one.stop()
        database.run(database.drop_database(pg_url, name))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not for the whole session: while it is open no other test can run an event loop in this process.
    with browser() as one:
        yield one


@pytest.fixture
def open_app(demo: Demo, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenApp]:
    """`open_app(Role.DRIVER, size=PHONE, route="/")`: a tab of its own, signed in by the demo button.

    The test fails when the browser's console of any of them told an error.
    """
    opened: list[Screen] = []
    with ExitStack() as stack:

        def open_one(
            role: Role | None = None, *, size: tuple[int, int] = PHONE, route: str = "/", locale: str = ""
        ) -> Screen:
            one = stack.enter_context(screen(chromium, size, locale=locale))
            opened.append(one)
            one.open(demo.url + route)
            if role is not None:
                one.click(f"demo-{role}")
                one.wait("nav-find" if role is Role.DRIVER else "nav-overview")
            return one

        yield open_one
        pictures = os.environ.get("WATTLINE_TEST_PICTURES")
        for number, one in enumerate(opened if pictures else []):
            one.picture(Path(str(pictures)) / f"{request.node.name}-{number}.png")
        for one in opened:
            assert not one.has("broken"), one.text()
            assert one.errors == []
