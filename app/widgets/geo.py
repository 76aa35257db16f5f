"""Where things lie on a map: projection, clusters, and the drawn background's data. Pure but for reading its files."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MAPS = Path(__file__).parent.parent.parent / "assets" / "map"
CLUSTER_PX = 58
"""Pins nearer than this on the screen become one."""
TILE = 256


@dataclass(frozen=True, slots=True)
class Pin:
    """A location on the map. `free` of `total` connectors; `broken` when none of them works."""

    id: str
    label: str
    latitude: float
    longitude: float
    free: int
    total: int
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pins that lie too close to be told apart; one pin alone is a cluster too."""

    latitude: float
    longitude: float
    pins: tuple[Pin, ...]

    @property
    def free(self) -> int:
        return sum(pin.free for pin in self.pins)


@dataclass(frozen=True, slots=True)
class City:
    """A hand-drawn piece of the world. Lines are flat: longitude, latitude, longitude …"""

    bounds: tuple[float, float, float, float]
    water_areas: list[list[float]]
    rivers: list[dict[str, Any]]
    green: list[list[float]]
    grounds: list[list[float]]
    motorways: list[list[float]]
    roads: list[list[float]]
    rails: list[list[float]]
    names: list[dict[str, Any]]

    def holds(self, latitude: float, longitude: float) -> bool:
        west, south, east, north = self.bounds
        return south <= latitude <= north and west <= longitude <= east


def pixels(latitude: float, longitude: float, zoom: float) -> tuple[float, float]:
    """Web Mercator, in pixels from the north-west corner of the world."""
    size = TILE * 2**zoom
    sine = min(0.9999, max(-0.9999, math.sin(math.radians(latitude))))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (longitude + 180) / 360 * size, y * size


def clusters(pins: Sequence[Pin], zoom: float, *, apart: str = "") -> list[Cluster]:
    """Pins grouped by their distance on the screen; the pin `apart` always stands alone."""
    groups: list[list[Pin]] = []
    centres: list[tuple[float, float]] = []
    for pin in sorted(pins, key=lambda one: one.id):
        x, y = pixels(pin.latitude, pin.longitude, zoom)
        near = [
            place
            for place, (cx, cy) in enumerate(centres)
            if math.hypot(cx - x, cy - y) < CLUSTER_PX and groups[place][0].id != apart
        ]
        if near and pin.id != apart:
            group = groups[near[0]]
            group.append(pin)
            cx, cy = centres[near[0]]
            centres[near[0]] = (cx + (x - cx) / len(group), cy + (y - cy) / len(group))
        else:
            groups.append([pin])
            centres.append((x, y))
    return [
        Cluster(
            sum(pin.latitude for pin in group) / len(group),
            sum(pin.longitude for pin in group) / len(group),
            tuple(group),
        )
        for group in groups
    ]


def metres(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Between two places (latitude, longitude), along the globe."""
    lat1, lat2 = math.radians(one[0]), math.radians(other[0])
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return round(2 * 6_371_000 * math.asin(math.sqrt(min(1.0, half))))


@cache
def land() -> list[list[float]]:
    return list(json.loads((MAPS / "world.json").read_text(encoding="utf-8"))["land"])


@cache
def city() -> City:
    found = json.loads((MAPS / "hamburg.json").read_text(encoding="utf-8"))
    del found["note"]
    return City(**{**found, "bounds": tuple(found["bounds"])})
