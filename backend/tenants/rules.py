"""What a brand may be, and which language its operator speaks. Pure."""

import base64
import binascii
import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal

from shared.money import MINOR_UNITS

_DATA_URL = re.compile(r"^data:(image/(?:png|svg\+xml));base64,([A-Za-z0-9+/=]+)$")
GERMAN = frozenset({"DE", "AT", "CH", "LI", "LU"})
"""Countries whose operators speak German where nobody says else."""
_PNG = b"\x89PNG\r\n\x1a\n"
_ACTIVE_SVG = re.compile(rb"<\s*(script|foreignObject|iframe|embed|object)|\bon\w+\s*=|javascript:", re.IGNORECASE)


def in_coins(amount: Decimal, currency: str) -> Decimal:
    """An amount that is only a most: up to the smallest coin."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), ROUND_CEILING)


def language(wanted: str | None, country: str, *, foreign: str = "") -> str:
    """The one that was asked for, else the country's, of those that we speak.

    `wanted`: one language (`de-AT`), or several as in Accept-Language (RFC 9110 section 12.5.4). `foreign`: for who
    wants none of them; empty: the country's, too.
    """
    asked: list[tuple[float, str]] = []
    for part in [one for one in (wanted or "").split(",")[:20] if one.strip()]:
        name, _, weight = part.replace(" ", "").partition(";q=")
        with suppress(ValueError):
            asked.append((float(weight or 1), name[:2].lower()))
    for share, spoken in sorted(asked, key=lambda one: -one[0]):
        if spoken in ("de", "en") and share > 0:
            return spoken
    if asked and foreign:
        return foreign
    return "de" if country in GERMAN else "en"


def slug(name: str) -> str:
    """`Stadtwerke Nord GmbH` → `stadtwerke-nord-gmbh`; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "tenant"


def logo_problems(logo: str) -> Sequence[tuple[str, str]]:
    """Why a logo can't be taken, as (path, plain words); empty for none. A logo is a data URL of a PNG or SVG."""
    if not logo:
        return ()
    match = _DATA_URL.match(logo)
    if not match:
        return (("$.logo", "Send the logo as a data URL of a PNG or SVG picture."),)
    try:
        content = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return (("$.logo", "The logo's data is damaged."),)
    if match[1] == "image/png" and not content.startswith(_PNG):
        return (("$.logo", "This is not a PNG picture."),)
    if match[1] == "image/svg+xml" and _ACTIVE_SVG.search(content):
        return (("$.logo", "The SVG holds scripts; save it as a plain picture."),)
    return ()
