"""Addresses that stations or operators name must not lead into our own network."""

import socket
from typing import Any

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


def resolver(*answers: str) -> Any:
    """Says something else each time it is asked, and the last one for ever."""
    left = list(answers)

    def resolve(host: str, *_args: Any, **_more: Any) -> list[Any]:
        answer = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET6 if ":" in answer else socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 0))]

    return resolve


async def test_a_name_is_resolved_once_and_that_answer_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind (DNS rebinding) leads where it was judged, or nowhere."""
    monkeypatch.setattr(socket, "getaddrinfo", resolver("8.8.8.8", "127.0.0.1"))
    where = await addresses.pinned("https://me:pw@hooks.example:8443/in?x=1#f")
    assert where.url == "https://me:pw@8.8.8.8:8443/in?x=1#f"
    assert where.headers == {"Host": "hooks.example:8443"}
    assert where.extensions == {"sni_hostname": "hooks.example"}
    with pytest.raises(addresses.Inside):
        await addresses.pinned("https://hooks.example/in")


async def test_what_is_pinned_and_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver("2606:4700::1111"))
    assert (await addresses.pinned("http://hooks.example/in")).url == "http://[2606:4700::1111]/in"
    assert (await addresses.pinned("http://8.8.4.4/in")).headers == {}
    assert (await addresses.pinned("http://NAS:8080/in", ["nas"])).url == "http://NAS:8080/in"
    for inside in ("http://10.0.0.1/in", "http://localhost/in", "", "no address"):
        with pytest.raises(addresses.Inside):
            await addresses.pinned(inside)


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(OSError, match="not known"):
        await addresses.pinned("https://hooks.example/in")
