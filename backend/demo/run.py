"""`wattline demo`: everything in one go, a banner, and a clean end."""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import structlog

from backend import logs
from backend.accounts.api import DEMO_ACCOUNTS
from backend.demo.seed import FLEET_FILE, seed
from backend.errors import StartRefused
from backend.main import database, node
from backend.process import raise_open_files, run_until_stopped, spare_the_collector
from backend.settings import Settings

log = structlog.get_logger(__name__)
STOP_WITHIN_S = 2.0


def run_demo(settings: Settings, options: argparse.Namespace) -> int:
    """Until Ctrl-C. Raises StartRefused with one plain sentence."""
    level = settings.log_level if "WATTLINE_LOG_LEVEL" in os.environ else "warning"
    logs.configure(level=level, as_json=settings.log_json)
    raise_open_files()
    if options.fresh:
        forget(settings)
    print("Starting Wattline …", flush=True)
    with database(settings) as url:
        run_until_stopped(_run(settings, url, options))
    print("Stopped. Your data is kept; `make demo` goes on from here, `make demo FRESH=1` starts over.")
    return 0


def forget(settings: Settings) -> None:
    """Remove what an earlier demo stored; only ever a folder that is ours."""
    from backend.db.embedded import EmbeddedPostgres

    folder = settings.data_dir
    if settings.database_url:
        raise StartRefused("FRESH=1 forgets only the embedded database; DATABASE_URL names another one.")
    if not folder.exists():
        return
    try:
        EmbeddedPostgres(folder).erase()
        shutil.rmtree(folder)
    except OSError as error:
        raise StartRefused(
            f"The folder {folder} can't be removed ({error.strerror}); stop the running demo, or remove it by hand."
        ) from None


async def _run(settings: Settings, url: str, options: argparse.Namespace) -> None:
    prepare = partial(seed, data_dir=settings.data_dir)
    fleet = settings.data_dir / FLEET_FILE
    async with (
        node(settings, url, prepare=prepare),
        _stations(settings, fleet, wanted=not options.no_stations),
    ):
        print(banner(settings), flush=True)
        spare_the_collector()
        if not options.no_browser:
            _open_browser(settings.app_url)
        try:
            await asyncio.Event().wait()
        finally:
            print("\nStopping …", flush=True)


@asynccontextmanager
async def _stations(settings: Settings, fleet: Path, *, wanted: bool) -> AsyncIterator[None]:
    """The simulated stations: a process of their own, restarted if it dies, ended with us."""
    if not wanted:
        yield
        return
    command = [
        sys.executable,
        "-m",
        "backend.cli",
        "simulate",
        "--url",
        settings.ocpp_url,
        "--fleet",
        str(fleet),
        "--state",
        str(settings.data_dir / "registers.json"),
        "--faults",
        "--until-stdin-closes",  # they end with us, also when nobody can tell them
    ]
    ending = asyncio.Event()
    keeper = asyncio.get_running_loop().create_task(_keep_running(command, ending))
    try:
        yield
    finally:
        ending.set()
        await keeper


async def _keep_running(command: list[str], ending: asyncio.Event) -> None:
    while not ending.is_set():
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        waiting = asyncio.get_running_loop().create_task(ending.wait())
        done = asyncio.get_running_loop().create_task(process.wait())
        await asyncio.wait({waiting, done}, return_when=asyncio.FIRST_COMPLETED)
        if done.done() and not ending.is_set():
            log.warning("the simulated stations ended and are started again", status=process.returncode)
            waiting.cancel()
            await asyncio.sleep(2)
            continue
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await done
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def banner(settings: Settings) -> str:
    accounts = "\n".join(f"    {one.role:<9} {one.email:<24} {one.password}" for one in DEMO_ACCOUNTS)
    return f"""
  Wattline is ready.

    App       {settings.app_url}
    API       {settings.app_url}/api/v1/docs
    Stations  {settings.ocpp_url}/{{identity}}   (OCPP 1.6 and 2.0.1)

  Demo accounts (one tap in the app):
{accounts}

  24 simulated stations in Hamburg are charging cars. Ctrl-C stops everything.
"""


def _open_browser(url: str) -> None:
    """Where there is one to be seen."""
    graphical = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if graphical:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)
