#!/usr/bin/env python3
"""Draws the app's icon in every size that phones, desktops and browsers ask for.

A bolt inside a broken ring: a charge under way. Drawn large and scaled down, so that edges are smooth.
"""

import io
import json
import math
import sys
from pathlib import Path

from PIL import Image, ImageDraw

ASSETS = Path(__file__).parent.parent / "assets"
GREEN, DEEP, WHITE = (11, 110, 79), (7, 74, 54), (255, 255, 255)
LARGE = 2048
# On a square of 100.
BOLT = ((55, 20), (29, 55), (46, 55), (41, 80), (71, 42), (52.5, 42))
MARK_SHARE = {"icon.png": 1.0, "maskable": 0.8, "splash": 0.9}


def ground(round_corners: bool) -> Image.Image:
    """Green that deepens downwards; with corners cut, or filled to the edges where the system cuts them."""
    column = Image.new("RGB", (1, LARGE))
    for y in range(LARGE):
        share = y / LARGE
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(GREEN, DEEP, strict=True)))
    picture = column.resize((LARGE, LARGE)).convert("RGBA")
    if round_corners:
        mask = Image.new("L", (LARGE, LARGE), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, LARGE - 1, LARGE - 1), radius=LARGE * 0.22, fill=255)
        picture.putalpha(mask)
    return picture


def draw_mark(picture: Image.Image, share: float, color: tuple[int, int, int]) -> None:
    """The ring and the bolt in the middle, `share` of the picture wide."""
    pen = ImageDraw.Draw(picture)
    unit, offset = LARGE * share / 100, LARGE * (1 - share) / 2
    thick = 6 * unit
    box = (offset + 12 * unit, offset + 12 * unit, offset + 88 * unit, offset + 88 * unit)
    begin, end = -60, 210
    pen.arc(box, begin, end, fill=color, width=round(thick))
    middle, radius = LARGE / 2, 38 * unit - thick / 2
    for angle in (begin, end):  # round ends
        x, y = middle + radius * math.cos(math.radians(angle)), middle + radius * math.sin(math.radians(angle))
        pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=color)
    pen.polygon([(offset + x * unit, offset + y * unit) for x, y in BOLT], fill=color)


def picture(kind: str) -> Image.Image:
    if kind == "splash":
        found = Image.new("RGBA", (LARGE, LARGE), (0, 0, 0, 0))
        draw_mark(found, MARK_SHARE[kind], GREEN)
        return found
    found = ground(round_corners=kind == "icon.png")
    draw_mark(found, MARK_SHARE[kind], WHITE)
    return found


def files() -> dict[str, bytes]:
    kinds = {kind: picture(kind) for kind in MARK_SHARE}

    def png(kind: str, size: int) -> bytes:
        output = io.BytesIO()
        kinds[kind].resize((size, size), Image.Resampling.LANCZOS).save(output, "PNG", optimize=True)
        return output.getvalue()

    return {
        # `flet build` makes every launcher icon and splash of these two.
        "icon.png": png("icon.png", 1024),
        "splash.png": png("splash", 768),
        "favicon.png": png("icon.png", 64),
        "icons/icon-192.png": png("icon.png", 192),
        "icons/icon-512.png": png("icon.png", 512),
        "icons/icon-maskable-192.png": png("maskable", 192),
        "icons/icon-maskable-512.png": png("maskable", 512),
        "icons/apple-touch-icon-192.png": png("maskable", 192),
        "icons/loading-animation.png": png("splash", 256),
        "manifest.json": manifest().encode(),
    }


def manifest() -> str:
    """What a browser needs to install the web app. The server puts the operator's name and colour into it."""
    icons = [
        {"src": f"icons/icon-{extra}{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        | ({"purpose": "maskable"} if extra else {})
        for extra in ("", "maskable-")
        for size in (192, 512)
    ]
    described = {
        "id": "/",
        "name": "Wattline",
        "short_name": "Wattline",
        "description": "Find, start and pay for charging; run the stations.",
        "start_url": ".",
        "scope": "/",
        "display": "standalone",
        "background_color": "#F6F8F7",
        "theme_color": "#0B6E4F",
        "icons": icons,
    }
    return json.dumps(described, indent=2) + "\n"


def main() -> int:
    for name, content in files().items():
        path = ASSETS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
