"""Pages without the app: plain HTML in an operator's colours, some kilobytes each."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "templates"
CSS = (FOLDER / "page.css").read_text(encoding="utf-8")


def environment(folder: Path) -> Environment:
    """A room's own templates, on `base.html`: that one wants `brand`, `voice`, `title`, `css` and `again_s`."""
    return Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=64)
def style(seed: str) -> tuple[str, str]:
    """(the style in an operator's colour, its hash for the content policy)."""
    parts = [int(seed[at : at + 2], 16) for at in (1, 3, 5)]
    light = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255
    on_seed = "#fff" if light < 0.6 else "#1a2024"
    ink = seed if light < 0.45 else "#12489c"
    css = CSS.replace("INKSEED", ink).replace("ONSEED", on_seed).replace("SEED", seed)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return css, f"'sha256-{digest}'"


def policy(seed: str, *more: str) -> str:
    """Nothing from elsewhere, no script and no form, but what `more` allows."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {style(seed)[1]}",
            "img-src 'self' data:",
            *more,
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
