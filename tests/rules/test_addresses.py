"""Addresses that stations or operators name must not lead into our own network."""

import pytest

from backend import addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/f",
        "https://10.1.2.3:8080/f",
        "ftp://192.168.0.9/f",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/f",
        "http://[fd00::1]/f",
        "http://[::ffff:10.0.0.1]/f",
        "http://127.1/f",
        "http://0x7f.1/f",
        "http://2130706433/f",
        "http://localhost/f",
        "http://localhost./f",
        "http://nas/f",
        "http://db.home.arpa/f",
        "http://printer.LOCAL/f",
        "http://me:pw@10.0.0.1/f",
        "http://host:99999/f",
        "no address",
        "",
    ],
)
async def test_inside(url: str) -> None:
    assert await addresses.leads_inside(url)


@pytest.mark.parametrize("url", ["https://8.8.8.8/f", "http://[2606:4700::1111]/f", "https://nobody.example/f.bin"])
async def test_outside(url: str) -> None:
    assert not await addresses.leads_inside(url)


async def test_what_the_settings_allow() -> None:
    assert not await addresses.leads_inside("http://NAS:8080/f", ["nas"])
    assert await addresses.leads_inside("http://nas2/f", ["nas"])
