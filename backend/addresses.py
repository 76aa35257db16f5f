"""Whether an address that somebody else names leads into our own network (server-side request forgery)."""

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

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
