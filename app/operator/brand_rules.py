"""What a brand may be, as far as the app can tell before it asks the backend. Pure."""

import base64
import re
from collections.abc import Callable

from app import theme
from shared.accounts import Brand, BrandChange

Words = Callable[[str], str]
MOST_LOGO = 140_000
"""Bytes. The backend takes 200,000 characters of a data URL."""
LOGO_KINDS = {"png": "image/png", "svg": "image/svg+xml"}
PALETTE = (
    ("#0B6E4F", "Forest"),
    ("#0E7490", "Lagoon"),
    ("#1D4ED8", "Cobalt"),
    ("#5B3FD6", "Iris"),
    ("#9D174D", "Berry"),
    ("#B42318", "Brick"),
    ("#B45309", "Amber"),
    ("#374151", "Slate"),
)
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def color_of(text: str) -> str | None:
    """`#0B6E4F` of `0b6e4f`; None for what is no colour."""
    match = _HEX.fullmatch(text.strip())
    return f"#{match[1].upper()}" if match else None


def logo_of(name: str, content: bytes) -> str:
    """The data URL of a picked file. Raises ValueError with a sentence for people."""
    kind = LOGO_KINDS.get(name.rsplit(".", 1)[-1].lower())
    if kind is None:
        raise ValueError("Choose a PNG or an SVG picture.")
    if len(content) > MOST_LOGO:
        raise ValueError("This picture is too large: at most 140 KB. A logo of 256 pixels is enough.")
    if not content:
        raise ValueError("This file is empty.")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def problems(name: str, color: str, email: str) -> dict[str, str]:
    """Field → what is wrong with it."""
    found = {}
    if not name.strip():
        found["name"] = "Your customers need a name to call you by."
    elif len(name.strip()) > 100:
        found["name"] = "At most 100 characters."
    if color_of(color) is None:
        found["color"] = "Six digits after the #, such as #0B6E4F."
    if email.strip() and not _EMAIL.fullmatch(email.strip()):
        found["email"] = "This is no e-mail address."
    return found


def change(before: Brand, name: str, color: str, logo: str, email: str) -> BrandChange | None:
    """What is to be sent: only what is new. None: nothing is."""
    wanted = BrandChange(
        name=name.strip() if name.strip() != before.name else None,
        seed_color=color_of(color) if color_of(color) != before.seed_color.upper() else None,
        logo=logo if logo != before.logo else None,
        support_email=email.strip() if email.strip() != before.support_email else None,
    )
    return None if wanted == BrandChange() else wanted


def adjusted(seed: str, dark: bool) -> str:
    """How the colour is shown where it has to be read; empty where it stays as it is."""
    shown = theme.tokens(seed, dark).primary
    return "" if shown == seed.upper() else shown
