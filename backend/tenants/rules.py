"""What a brand may be, and which language its operator speaks. Pure."""

import base64
import binascii
import re
from collections.abc import Sequence

_DATA_URL = re.compile(r"^data:(image/(?:png|svg\+xml));base64,([A-Za-z0-9+/=]+)$")
GERMAN = frozenset({"DE", "AT", "CH", "LI", "LU"})
"""Countries whose operators speak German where nobody says else."""
_PNG = b"\x89PNG\r\n\x1a\n"
_ACTIVE_SVG = re.compile(rb"<\s*(script|foreignObject|iframe|embed|object)|\bon\w+\s*=|javascript:", re.IGNORECASE)


def language(wanted: str | None, country: str) -> str:
    """The one that was asked for, else the country's, of those that we speak."""
    if wanted and wanted[:2].lower() in ("de", "en"):
        return wanted[:2].lower()
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
