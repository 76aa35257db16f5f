"""Decisions about network connection profiles. Pure."""

from collections.abc import Sequence
from urllib.parse import urlsplit

TLS = 2
"""From this security profile on a station connects over TLS."""


def url_problem(url: str, security_profile: int) -> str:
    """Why a station can't reach us there; empty if it can."""
    wanted = "wss" if security_profile >= TLS else "ws"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises for one that is no port
    except ValueError:
        return "This is no address."
    if parts.scheme != wanted or not parts.hostname:
        return f"With security profile {security_profile} the address must begin with {wanted}://."
    return ""


def priority(slot: int, known: str, stored: Sequence[int]) -> str:
    """NetworkConfigurationPriority with this slot first; the others stay behind it, as the way back."""
    others = [int(one) for one in known.split(",") if one.strip().isdecimal()] or list(stored)
    return ",".join(str(one) for one in dict.fromkeys([slot, *others]))
