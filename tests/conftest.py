"""Fixtures of all tests. Those that touch data use a real PostgreSQL: see tests/database.py."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from backend.accounts import tokens
from backend.db import engine
from tests import database
from tests.conformance import report as conformance
from tests.support import apps

# How long an example takes says something about the machine, not about the law.
hypothesis.settings.register_profile("wattline", deadline=None)
hypothesis.settings.load_profile("wattline")

# Passwords are dear to hash, and most tests want only somebody who is signed in.
REAL_HASHER = tokens._hasher
tokens._hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))

_SERVER = pytest.StashKey[database.ServerOfTheRun]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_SERVER] = database.ServerOfTheRun()
        if config.getoption("conformance_report"):
            config.pluginmanager.register(_Conformance())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # of pytest-xdist
    node.workerinput["database_folder"] = str(node.config.stash[_SERVER].folder)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 25, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.close()


@pytest.fixture(scope="session")
def pg_url(request: pytest.FixtureRequest) -> str:
    """The address of the run's PostgreSQL server (its maintenance database: make databases of your own there)."""
    worker = getattr(request.config, "workerinput", None)
    folder = Path(worker["database_folder"]) if worker else request.config.stash[_SERVER].folder
    return database.ask_for_server(folder)


@pytest.fixture(scope="session")
def worker_database(pg_url: str) -> Iterator[str]:
    """The migrated database of this xdist worker, shared by its tests; `db` is what a test wants."""
    name = f"wattline_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    yield database.run(database.make_database(pg_url, name))
    database.run(database.drop_database(pg_url, name))


@pytest.fixture(scope="session")
def cleaner(worker_database: str) -> Iterator[database.Cleaner]:
    one = database.Cleaner(worker_database)
    yield one
    one.close()


@pytest.fixture
async def db(worker_database: str, cleaner: database.Cleaner) -> AsyncIterator[str]:
    """The engine, connected to a migrated database without a row. The value is its address."""
    await engine.connect(worker_database, pool_min=1, pool_max=10)
    try:
        await cleaner.clean()
        yield worker_database
    finally:
        await engine.disconnect()


@pytest.fixture(autouse=True)
def _apps_of_the_test() -> Iterator[None]:
    yield
    apps.give_back()


class Clock:
    """Time that stands still until a test moves it. Hand `clock.now` to what wants to know the time."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)

    def advance(self, duration: timedelta | None = None, **parts: float) -> datetime:
        """`clock.advance(minutes=5)` or a timedelta; the new time."""
        self._now += duration if duration is not None else timedelta(**parts)
        return self._now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class _Conformance:
    """docs/conformance.md of a run: one failed part fails its case."""

    def __init__(self) -> None:
        self.results: dict[tuple[str, str], str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        case = conformance.case_of(report.nodeid)
        if case is not None and (report.when == "call" or not report.passed) and self.results.get(case) != "failed":
            self.results[case] = report.outcome

    def pytest_sessionfinish(self) -> None:
        conformance.REPORT.write_text(conformance.page(self.results), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance-report", action="store_true", help="write docs/conformance.md from this run")
