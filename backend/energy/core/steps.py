"""Values that change with time, as SITE.json tells them: by the clock of each day, or from moments on."""

import math
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from backend.energy.core.fields import BadFile, get, maybe
from backend.energy.core.grid import Series


class Daily(msgspec.Struct, frozen=True, kw_only=True):
    """A value from this time of the day on."""

    start: time
    value: float


def steps(told: Any, where: str, zone: str, word: str) -> tuple[Daily, ...] | Series:
    """A number; steps of the day (`from` "07:00"); or moments (`start` with date)."""
    if told is None:
        return ()
    if isinstance(told, dict) and isinstance(told.get("steps"), list):
        told = told["steps"]
    if isinstance(told, dict) and all(":" in str(key) for key in told):
        told = list(map(list, told.items()))
    if isinstance(told, int | float):
        return (Daily(start=time(0), value=float(told)),)
    if not isinstance(told, list) or not told:
        raise BadFile(f"{where}: a number, or a list of steps with from and {word}")
    daily: list[Daily] = []
    dated: list[tuple[float, float]] = []
    for number, one in enumerate(told):
        at = f"{where}[{number}]"
        if isinstance(one, list) and len(one) == 2:
            start, fields = one[0], {word: one[1]}
        elif isinstance(one, dict):
            start, fields = get(one, "from", "start", "starts_at", "time", "hour", default="00:00"), one
        else:
            raise BadFile(f"{at}: a step has from and {word}")
        value = maybe(fields, word, "value", "price", "per_kwh", "price_per_kwh", "kw", "amps", where=at)
        if value is None:
            raise BadFile(f"{at} has no {word}")
        if isinstance(start, int | float) and 0 <= start < 24:
            start = f"{int(start):02d}:{int(start % 1 * 60 + 1e-6):02d}"
        if len(str(start)) <= 8 and ":" in str(start):
            try:
                clock = time.fromisoformat(f"0{start}" if str(start)[1] == ":" else str(start))
            except ValueError:
                raise BadFile(f"{at}: {start} is no time of the day") from None
            if clock.tzinfo is not None:
                raise BadFile(f"{at}: {start} has an offset; a time of the day is of the site's time_zone")
            daily.append(Daily(start=clock, value=value))
        else:
            dated.append((moment(str(start), zone, at), value))
    if daily and dated:
        raise BadFile(f"{where}: either times of the day or moments with a date")
    return tuple(sorted(daily, key=lambda one: one.start)) if daily else tuple(sorted(dated))


def unrolled(told: tuple[Daily, ...] | Series, zone: str, start: float, end: float) -> Series:
    """The steps of a day, for all days between."""
    if not told or not isinstance(told[0], Daily):
        return cast(Series, told)
    day = datetime.fromtimestamp(start, ZoneInfo(zone)).date() - timedelta(days=1)
    found: list[tuple[float, float]] = []
    while (midnight := _at(day, time(0), zone)) < end:
        daily = told  # of the day, by the first one
        if daily[0].start > time(0):
            found.append((midnight, daily[-1].value))
        found += [(_at(day, one.start, zone), one.value) for one in daily]
        day += timedelta(days=1)
    return tuple(found)


def _at(day: date, clock: time, zone: str) -> float:
    """When it is so late. A time that a clock leaves out, put forward, is where it goes on; of two the first."""
    wanted = datetime.combine(day, clock)
    there = wanted.replace(tzinfo=ZoneInfo(zone))
    begins, ends = there.replace(fold=1).timestamp(), there.timestamp()
    if begins >= ends:
        return ends
    begins, ends = math.floor(begins), math.ceil(ends)
    while ends - begins > 1:
        middle = (begins + ends) // 2
        if datetime.fromtimestamp(middle, ZoneInfo(zone)).replace(tzinfo=None) < wanted:
            begins = middle
        else:
            ends = middle
    return float(ends)


def moment(text: str, zone: str, where: str) -> float:
    """ISO 8601, with or without a zone (then the site's), or seconds or milliseconds since 1970."""
    text = text.strip()
    try:
        if len(text) < 9 or not text.replace(".", "", 1).isdigit():
            return _iso(text, zone)
        found = float(text)
        return found / 1000 if found > 1e11 else found
    except (ValueError, OverflowError):
        raise BadFile(f"{where}: {text!r} is no time; 2026-03-01T08:15:00Z is one") from None


def _iso(text: str, zone: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC).timestamp()
