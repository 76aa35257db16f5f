"""`wattline price FILE`: the worked examples of a file, priced by the engine that writes the bills."""

import argparse
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from backend.errors import StartRefused
from backend.tariffs import vectors

_encoder = msgspec.json.Encoder(decimal_format="number")


def price(options: argparse.Namespace) -> int:
    """One JSON line for each vector. 1 if one of them could not be priced: its line says why."""
    try:
        zone = ZoneInfo(options.time_zone)
        found = vectors.read(Path(options.file).read_bytes())
    except ZoneInfoNotFoundError:
        raise StartRefused(f"{options.time_zone} is no time zone; Europe/Berlin is one.") from None
    except OSError as error:
        raise StartRefused(f"{options.file} can't be read ({error.strerror}).") from None
    except ValueError as error:
        raise StartRefused(f"{options.file} has no vectors that can be read: {error}") from None
    failed = 0
    for one in found:
        name = one.get("id") if isinstance(one, dict) else None
        try:
            line = vectors.shown(name, vectors.priced(one, zone))
        except ValueError as error:
            failed += 1
            line = {"id": name, "error": str(error)}
        sys.stdout.write(_encoder.encode(line).decode() + "\n")
    return 1 if failed else 0
