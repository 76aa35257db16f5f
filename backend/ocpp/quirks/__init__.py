"""Habits of models as data: a profile for a vendor, model and firmware, matched when a station connects and boots.

`profiles.toml` holds what is known of the world's stations, the file of the setting WATTLINE_QUIRKS what an operator
adds. The flow asks for a habit (`session.quirks.ignores_ping`), never for a vendor.
"""

import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from backend.errors import StartRefused

SHIPPED = Path(__file__).with_name("profiles.toml")


class Quirks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a station does otherwise than others. Without any, it is one that keeps to the book."""

    boot_patience_s: float = 5.0
    """Some stations reconnect in a loop when a command comes before they booted, others never boot again after a
    lost link: commands wait for the first call, but no longer than this after it came."""
    only_a_boot_counts: bool = False
    """Commands wait for a boot, and not just for any call (as long as `boot_patience_s`)."""
    never_boots_again: bool = False
    """After a lost link it says nothing by itself: commands need not wait."""
    no_questions_after_boot: bool = False
    """It can't stand being asked for its configuration or a report right after its boot."""
    ignores_ping: bool = False
    """Its silence on a ping means nothing: only what it says itself shows that it is there."""
    stays_away_after_close: bool = False
    """After a close frame it never dials again: its links are cut instead."""
    heartbeat_s: int = 0
    """The interval that it is told, where the usual one is too long for its modem; 0: the usual one."""
    energy_unit: Literal["", "Wh", "kWh"] = ""
    """What its registers count, whatever it writes beside them."""
    power_unit: Literal["", "W", "kW"] = ""
    default_measurand: str = "Energy.Active.Import.Register"
    """What it means by a value without a measurand."""
    meter_wh: float = 1.0
    """1.6: the Wh that one step of meterStart and meterStop stands for."""


NONE = Quirks()


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`vendor`, `model` and `firmware` are patterns; `about` says what the station does, `source` who saw it."""

    about: str
    source: str = ""
    vendor: str = "*"
    model: str = "*"
    firmware: str = "*"
    quirks: dict[str, Any]

    def fits(self, vendor: str, model: str, firmware: str) -> bool:
        pairs = ((self.vendor, vendor), (self.model, model), (self.firmware, firmware))
        return all(fnmatchcase(text.strip().lower(), pattern.lower()) for pattern, text in pairs)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: list[Profile] = []


class Profiles:
    """In their order: of two that name the same habit the later one counts."""

    def __init__(self, profiles: Sequence[Profile] = ()) -> None:
        self._profiles = tuple(profiles)
        for one in self._profiles:
            msgspec.convert(one.quirks, Quirks)

    def of(self, vendor: str, model: str = "", firmware: str | None = None) -> Quirks:
        found: dict[str, Any] = {}
        for one in self._profiles:
            if one.fits(vendor, model, firmware or ""):
                found |= one.quirks
        return msgspec.convert(found, Quirks) if found else NONE


NOBODY = Profiles()


@cache
def load(own: str = "") -> Profiles:
    """The shipped profiles and those of the file `own`. Raises StartRefused for a file that can't be used."""
    return Profiles([*_read(SHIPPED), *(_read(Path(own)) if own else ())])


def _read(path: Path) -> list[Profile]:
    try:
        profiles = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).profile
        Profiles(profiles)
    except OSError as error:
        raise StartRefused(f"WATTLINE_QUIRKS: {path} can't be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise StartRefused(f"WATTLINE_QUIRKS: {path} is not a table of quirks: {error}") from None
    return profiles
