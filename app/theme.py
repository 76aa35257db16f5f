"""How the app looks: scales, colours for light and dark, and a tenant's own colour made readable.

Pages take everything from here: `t = use_tokens()` gives the colours of the moment, the scales are constants.
"""

import colorsys
from dataclasses import dataclass
from functools import lru_cache

import flet as ft

from shared.stations import ConnectorStatus

# One type scale, one spacing scale, two corners.
T12, T14, T16, T20, T28, T40 = 12, 14, 16, 20, 28, 40
S4, S8, S12, S16, S24, S32, S48 = 4, 8, 12, 16, 24, 32, 48
CARD, CONTROL = 12, 8
TOUCH = 48
PHONE, TABLET = 600, 1100
RAIL, NARROW_RAIL = 232, 80
"""How wide the navigation is beside a page, with words and without."""
FONT = "Inter"
AA = 4.5
LARGE = 1.3
"""Letters that much larger than ours need another place for what stands side by side or in a ring."""


def _rgb(color: str) -> tuple[float, float, float]:
    return tuple(int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))  # type: ignore[return-value]  # three


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in (red, green, blue))


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2), 0 black to 1 white."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(color)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(color: str, *grounds: str, least: float = AA) -> str:
    """The colour, made darker or lighter until it can be read on each of the grounds. Its hue stays."""
    hue, light, saturation = colorsys.rgb_to_hls(*_rgb(color))
    step = -0.01 if min(map(luminance, grounds)) > 0.18 else 0.01
    found = color.upper()
    for _ in range(100):
        if all(contrast(found, ground) >= least for ground in grounds):
            return found
        light = min(1.0, max(0.0, light + step))
        found = _hex(*colorsys.hls_to_rgb(hue, light, saturation))
    return "#000000" if step < 0 else "#FFFFFF"


def mix(one: str, other: str, share: float) -> str:
    """`share` of the first colour over the second."""
    return _hex(*(a * share + b * (1 - share) for a, b in zip(_rgb(one), _rgb(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour that means something: to write with, and as a soft ground that it can be read on."""

    ink: str
    ground: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, and how large its letters are."""

    dark: bool
    letters: float
    """What a person's device makes of our sizes: 2 draws letters twice as large."""
    background: str
    surface: str
    raised: str
    sunken: str
    border: str
    ink: str
    muted: str
    primary: str
    on_primary: str
    primary_soft: str
    danger: Tone
    warning: Tone
    good: Tone
    info: Tone
    neutral: Tone
    violet: Tone

    def high(self, height: float) -> float:
        """A height that holds one line, for letters of this size."""
        return height + T20 * max(0.0, self.letters - 1)

    def status(self, status: ConnectorStatus) -> Tone:
        tone: Tone = getattr(self, STATUS_TONE[status])
        return tone


STATUS_TONE = {
    ConnectorStatus.AVAILABLE: "good",
    ConnectorStatus.CHARGING: "info",
    ConnectorStatus.OCCUPIED: "warning",
    ConnectorStatus.SUSPENDED: "warning",
    ConnectorStatus.FINISHING: "warning",
    ConnectorStatus.RESERVED: "violet",
    ConnectorStatus.UNAVAILABLE: "neutral",
    ConnectorStatus.FAULTED: "danger",
    ConnectorStatus.OFFLINE: "neutral",
    ConnectorStatus.UNKNOWN: "neutral",
}
STATUS_ICON = {
    ConnectorStatus.AVAILABLE: ft.Icons.CHECK_CIRCLE_ROUNDED,
    ConnectorStatus.CHARGING: ft.Icons.BOLT_ROUNDED,
    ConnectorStatus.OCCUPIED: ft.Icons.DIRECTIONS_CAR_ROUNDED,
    ConnectorStatus.SUSPENDED: ft.Icons.PAUSE_CIRCLE_ROUNDED,
    ConnectorStatus.FINISHING: ft.Icons.HOURGLASS_BOTTOM_ROUNDED,
    ConnectorStatus.RESERVED: ft.Icons.BOOKMARK_ROUNDED,
    ConnectorStatus.UNAVAILABLE: ft.Icons.DO_NOT_DISTURB_ON_ROUNDED,
    ConnectorStatus.FAULTED: ft.Icons.ERROR_ROUNDED,
    ConnectorStatus.OFFLINE: ft.Icons.CLOUD_OFF_ROUNDED,
    ConnectorStatus.UNKNOWN: ft.Icons.HELP_ROUNDED,
}

_HUES = {
    "danger": "#D92D20",
    "warning": "#B54708",
    "good": "#067647",
    "info": "#175CD3",
    "neutral": "#5D6B82",
    "violet": "#6938EF",
}


def _brand(seed: str, surface: str, grounds: tuple[str, ...], muted: str, share: float) -> tuple[str, str]:
    """The operator's colour to write with and its soft ground: it, and muted text, can be read there too."""
    least = AA
    primary = readable(seed, *grounds)
    while contrast(primary, mix(primary, surface, share)) < AA:
        least += 0.1
        primary = readable(seed, *grounds, least=least)
    while contrast(muted, mix(primary, surface, share)) < AA:
        share -= 0.01
    return primary, mix(primary, surface, share)


@lru_cache(maxsize=64)
def tokens(seed: str, dark: bool, letters: float = 1) -> Tokens:
    """All colours of a theme. Every ink is readable (AA) on every ground it is meant for."""
    if dark:
        background, surface, raised, sunken = "#0B1014", "#12191F", "#182129", "#0F151A"
        border, ink, muted = "#26323C", "#EEF3F6", "#9DAEBB"
    else:
        background, surface, raised, sunken = "#F6F8F7", "#FFFFFF", "#FFFFFF", "#EDF1EF"
        border, ink, muted = "#DDE4E1", "#10201A", "#566660"
    tones = {}
    for name, hue in _HUES.items():
        ground = mix(hue, surface, 0.22 if dark else 0.10)
        tones[name] = Tone(readable(hue, ground), ground)
    primary, primary_soft = _brand(seed, surface, (background, surface, raised, sunken), muted, 0.20 if dark else 0.10)
    on_primary = "#FFFFFF" if contrast("#FFFFFF", primary) >= contrast("#0B1014", primary) else "#0B1014"
    return Tokens(
        dark=dark,
        letters=letters,
        background=background,
        surface=surface,
        raised=raised,
        sunken=sunken,
        border=border,
        ink=ink,
        muted=muted,
        primary=primary,
        on_primary=on_primary,
        primary_soft=primary_soft,
        **tones,
    )


def material(t: Tokens) -> ft.Theme:
    """What Flet's own controls take: the same colours, our corners and our type."""
    shape = ft.RoundedRectangleBorder(radius=CONTROL)
    plain = ft.TextStyle(font_family=FONT, letter_spacing=0)
    return ft.Theme(
        font_family=FONT,
        # Material's wide tracking is made for Roboto; Inter is set tight by itself.
        text_theme=ft.TextTheme(body_large=plain, body_medium=plain, body_small=plain, label_large=plain),
        color_scheme=ft.ColorScheme(
            primary=t.primary,
            on_primary=t.on_primary,
            primary_container=t.primary_soft,
            on_primary_container=t.ink,
            secondary=t.primary,
            on_secondary=t.on_primary,
            secondary_container=t.primary_soft,
            on_secondary_container=t.ink,
            surface=t.surface,
            on_surface=t.ink,
            on_surface_variant=t.muted,
            surface_container=t.surface,
            surface_container_low=t.surface,
            surface_container_high=t.raised,
            surface_container_highest=t.sunken,
            outline=t.border,
            outline_variant=t.border,
            error=t.danger.ink,
            surface_tint=ft.Colors.TRANSPARENT,
        ),
        scaffold_bgcolor=t.background,
        filled_button_theme=ft.FilledButtonTheme(style=ft.ButtonStyle(shape=shape, elevation=0)),
        outlined_button_theme=ft.OutlinedButtonTheme(
            style=ft.ButtonStyle(shape=shape, side=ft.BorderSide(1, t.border), color=t.ink)
        ),
        text_button_theme=ft.TextButtonTheme(style=ft.ButtonStyle(shape=shape)),
        divider_color=t.border,
        splash_color=t.primary_soft,
        page_transitions=ft.PageTransitionsTheme(
            android=ft.PageTransitionTheme.NONE,
            ios=ft.PageTransitionTheme.NONE,
            linux=ft.PageTransitionTheme.NONE,
            macos=ft.PageTransitionTheme.NONE,
            windows=ft.PageTransitionTheme.NONE,
        ),
        visual_density=ft.VisualDensity.STANDARD,
    )
