"""The page that turns push on: light, strict about what it loads, in the reader's language."""

import re
from html import unescape

import httpx
import pytest

from backend.notify import words
from backend.notify.channels import web_push
from backend.notify.page_api import FOLDER
from backend.web.front import Front
from tests import world
from tests.conftest import Clock
from tests.support.apps import create_app

MOST_BYTES = 12_000
pytestmark = pytest.mark.usefixtures("db")


async def test_it_is_light_and_loads_nothing_from_elsewhere(clock: Clock) -> None:
    ctx = world.make_context(clock)
    await world.add_tenant("Hafenstrom")
    app = create_app(ctx)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Front(app, app)), base_url="http://test") as client:
        page = await client.get("/push/device")
        assert page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= {*policy}
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.findall(r"https?://(?!)", page.text)
        assert "<script>" not in page.text
        assert " on" + "click=" not in page.text
        assert f'data-key="{web_push.public_key(ctx.settings.secret)}"' in page.text
        assert "Hafenstrom" in page.text
        weight = len(page.content)
        for name in ("page.js", "worker.js"):
            script = await client.get(f"/push/{name}")
            assert script.headers["content-type"].startswith("text/javascript")
            assert script.headers["cache-control"] == "no-cache"  # a worker that can't be replaced is forever
            weight += len(script.content)
        assert len(page.content) < MOST_BYTES
        assert weight < 2 * MOST_BYTES


async def test_each_of_its_words_is_german_too(clock: Clock) -> None:
    source = (FOLDER / "device.html").read_text()
    said = set(re.findall(r'voice\("([^"]+)"', source))
    table = re.search(r"in \((.*?)\) %}", source, re.DOTALL)
    assert table is not None
    said |= {one for one in re.findall(r'"([^"]+)"', table[1]) if " " in one}
    assert len(said) > 25
    assert said <= {*words.GERMAN}
    await world.add_tenant()
    app = create_app(world.make_context(clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        german = await client.get("/push/device?lang=de")
        assert '<html lang="de">' in german.text
        told = unescape(german.text)
        assert not [one for one in said if one in told]
        by_browser = await client.get("/push/device", headers={"Accept-Language": "de-DE,de;q=0.9"})
        assert '<html lang="de">' in by_browser.text
        best = await client.get("/push/device", headers={"Accept-Language": "fr,en;q=0.7,de;q=0.9"})
        assert '<html lang="de">' in best.text
