"""An A4 sheet in the operator's brand: the parts that every paper is drawn from. Blocks: for a thread."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import structlog
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from shared.accounts import Brand

log = structlog.get_logger(__name__)
FONTS = Path(__file__).parent / "fonts"
INK, MUTED, RULE, SOFT = (26, 32, 36), (92, 102, 110), (214, 220, 224), (244, 246, 247)
MARGIN = 18
WIDTH = 210 - 2 * MARGIN
GOOD, BAD, NEUTRAL = (17, 110, 68), (176, 32, 32), MUTED


def colour(seed: str) -> tuple[int, int, int]:
    red, green, blue = (int(seed[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def clean(text: str) -> str:
    """Without what no font has: control characters would be drawn as boxes."""
    kept = text.translate({0x202F: 0xA0})  # a narrow space that the font lacks
    return "".join(letter for letter in kept if letter in "\n\xa0" or letter.isprintable())


class Sheet(FPDF):
    """`foot`: a line at the end of each page, with `{page}` and `{pages}` beside it."""

    def __init__(self, brand: Brand, foot: str, page_words: str) -> None:
        super().__init__(format="A4")
        self.brand = brand
        self.foot = clean(foot)
        self.page_words = page_words
        self.seed = colour(brand.seed_color)
        self.add_font("Inter", "", FONTS / "Inter-Regular.ttf")
        self.add_font("Inter", "B", FONTS / "Inter-SemiBold.ttf")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 24)
        self.set_title(brand.name)
        self.set_creator("Wattline")

    # --- every page ----------------------------------------------------------------------------------------

    def header(self) -> None:
        self.set_fill_color(*self.seed)
        self.rect(0, 0, 210, 3, "F")
        self.set_y(MARGIN)

    def footer(self) -> None:
        self.set_y(-18)
        self.write_in(7.5, MUTED)
        pages = self.page_words.format(page=self.page_no(), pages="{nb}")
        self.multi_cell(WIDTH - 30, 3.6, self.foot, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        # The library measures its sign for the number of pages, which is wider than the number that replaces it.
        wide = self.get_string_width(pages.replace("{nb}", "0")) + 2 * self.c_margin
        self.set_xy(210 - MARGIN - wide, -18)
        self.cell(wide, 3.6, pages)

    # --- letters -------------------------------------------------------------------------------------------

    def write_in(self, size: float, ink: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(*ink)

    def say(
        self,
        text: str,
        size: float = 9.5,
        ink: tuple[int, int, int] = INK,
        *,
        bold: bool = False,
        width: float = 0,
        align: str = "L",
        leading: float = 1.45,
    ) -> None:
        """A paragraph; the next one stands below it."""
        self.write_in(size, ink, bold=bold)
        self.multi_cell(width, size * 0.3528 * leading, clean(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def gap(self, height: float = 4) -> None:
        self.set_y(self.get_y() + height)

    def rule(self) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.25)
        self.line(MARGIN, self.get_y(), 210 - MARGIN, self.get_y())

    def pair(self, name: str, value: str, *, bold: bool = False, size: float = 9.5) -> None:
        """A name at the left, its value at the right end of the line."""
        height = size * 0.3528 * 1.6
        self.write_in(size, INK if bold else MUTED, bold=bold)
        self.cell(WIDTH * 0.62, height, clean(name))
        self.write_in(size, INK, bold=bold)
        self.cell(WIDTH * 0.38, height, clean(value), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def columns(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        aligns: str,
        *,
        size: float = 9,
        ink: tuple[int, int, int] = INK,
        bold: bool = False,
        fill: bool = False,
    ) -> None:
        """One row of a table; what is too long for its column is broken, never cut. aligns: `LRR`."""
        line = size * 0.3528 * 1.45
        self.write_in(size, ink, bold=bold)
        texts = [clean(cell) for cell in cells]
        high = max(
            len(cast(list[str], self.multi_cell(width, line, text, dry_run=True, output="LINES")))
            for width, text in zip(widths, texts, strict=True)
        )
        height = high * line + 1.6
        if self.will_page_break(height):
            self.add_page()
            self.write_in(size, ink, bold=bold)
        top = self.get_y()
        if fill:
            self.set_fill_color(*SOFT)
            self.rect(MARGIN, top, WIDTH, height, "F")
        left = float(MARGIN)
        for text, width, align in zip(texts, widths, aligns, strict=True):
            self.set_xy(left, top + 0.8)
            self.multi_cell(width, line, text, align=align)
            left += width
        self.set_xy(MARGIN, top + height)

    def letterhead(self, name: str, contact: Sequence[str]) -> None:
        """Who writes: logo and name at the left, how to reach them at the right."""
        top = self.get_y()
        wide = self.logo(12)
        self.set_xy(MARGIN + wide + 4, top)
        self.write_in(13, bold=True)
        self.cell(WIDTH - wide - 4, 12, clean(name), align="L")
        self.set_xy(MARGIN + WIDTH / 2, top)
        self.write_in(8, MUTED)
        self.multi_cell(WIDTH / 2, 3.8, clean("\n".join(one for one in contact if one)), align="R")
        self.set_xy(MARGIN, max(self.get_y(), top + 12) + 10)

    # --- the operator --------------------------------------------------------------------------------------

    def logo(self, height: float = 12) -> float:
        """Drawn at the current place; how wide it is. A picture that can't be drawn is told and left out."""
        if not self.brand.logo:
            return self._initial(height)
        try:
            picture = io.BytesIO(base64.b64decode(self.brand.logo.partition(",")[2]))
            drawn = self.image(picture, x=self.get_x(), y=self.get_y(), h=height, w=0)
            return float(drawn.rendered_width)
        except Exception as error:  # whatever an odd picture does to the library
            log.warning("the operator's logo can't be drawn", error=f"{type(error).__name__}: {error}")
            return self._initial(height)

    def _initial(self, size: float) -> float:
        """The first letter of the name in the brand's colour, as in the app."""
        x, y = self.get_x(), self.get_y()
        self.set_fill_color(*self.seed)
        self.rect(x, y, size, size, "F", round_corners=True, corner_radius=2.5)
        red, green, blue = self.seed
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 150
        self.write_in(size * 1.6, (255, 255, 255) if dark else INK, bold=True)
        self.set_xy(x, y)
        self.cell(size, size, clean(self.brand.name[:1].upper()), align="C")
        self.set_xy(x, y)
        return size

    def bytes(self) -> bytes:
        return bytes(self.output())
