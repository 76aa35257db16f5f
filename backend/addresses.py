"""Whether an address that somebody else names leads into our own network (server-side request forgery)."""

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet", ".corp", ".home")
"""Names that only a network's own servers know (RFC 6761, 6762, 8375, and ICANN's reserved ones)."""


def host_of(url: str) -> str:
    """Lower case, without port; empty for what is no address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return ""


def named_inside(host: str) -> bool:
    """By the name alone: an address that is not public, or a name that only our own network knows."""
    host = host.rstrip(".").lower()
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(INSIDE) or _odd_number(host)


def _odd_number(host: str) -> bool:
    """127.1, 0x7f.1, 017700000001: resolvers read these as addresses too."""
    return all(part.isdigit() or part.startswith("0x") for part in host.split("."))


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where a request really goes: the name was resolved once, and the answer judged is the one that is used."""

    url: str
    headers: dict[str, str]
    extensions: dict[str, str]


class Inside(Exception):
    """The address leads into the own network, or is none."""


async def pinned(url: str, allowed: Collection[str] = ()) -> Pinned:
    """For a client that would resolve the name again, and might be told something else then (DNS rebinding).

    Raises Inside, and OSError for a name that can't be resolved.
    """
    host = host_of(url)
    if not host or (host not in allowed and named_inside(host)):
        raise Inside
    if host in allowed or _is_address(host):
        return Pinned(url, {}, {})
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(str(error)) from None
    told = [str(one[4][0]) for one in found]
    if not all(ipaddress.ip_address(one).is_global for one in told):
        raise Inside
    address = next((one for one in told if ":" not in one), f"[{told[0]}]")
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    login, at, _ = parts.netloc.rpartition("@")
    netloc = f"{login}{at}{address}{port}"
    return Pinned(urlunsplit(parts._replace(netloc=netloc)), {"Host": f"{host}{port}"}, {"sni_hostname": host})


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def leads_inside(url: str, allowed: Collection[str] = ()) -> bool:
    """True too for what is no address. A name that nobody here can resolve leads nowhere inside."""
    host = host_of(url)
    if not host:
        return True
    if host in allowed:
        return False
    if named_inside(host):
        return True
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return not all(ipaddress.ip_address(one[4][0]).is_global for one in found)
