"""Make assets/map/world.json, the outline of all land that the app draws where it has no tiles.

Run it once, with the TopoJSON of the npm package `world-atlas` (Natural Earth, in the public domain):
    npm pack world-atlas@2 && tar xzf world-atlas-2*.tgz
    python scripts/make_world_map.py package/land-50m.json
"""

import argparse
import json
from pathlib import Path

TARGET = Path(__file__).parent.parent / "assets" / "map" / "world.json"
TOLERANCE = 0.18
"""Degrees by which a simplified coast may be off."""
SMALLEST = 0.3
"""Square degrees: smaller islands are left out."""
SOUTH = -60.0

Point = tuple[float, float]


def arcs_of(topology: dict) -> list[list[Point]]:
    """The arcs in degrees: TopoJSON stores differences of whole numbers."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale_x + shift_x, y * scale_y + shift_y))
        found.append(line)
    return found


def ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    line: list[Point] = []
    for number in numbers:
        part = arcs[number] if number >= 0 else arcs[~number][::-1]
        line.extend(part[1:] if line else part)
    return line


def area(line: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, line[1:] + line[:1], strict=True))) / 2


def simplified(line: list[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker, without recursion."""
    keep = {0, len(line) - 1}
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        farthest, at = 0.0, 0
        for place in range(first + 1, last):
            off = distance(line[place], line[first], line[last])
            if off > farthest:
                farthest, at = off, place
        if farthest > tolerance:
            keep.add(at)
            parts += [(first, at), (at, last)]
    return [line[place] for place in sorted(keep)]


def distance(point: Point, one: Point, other: Point) -> float:
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else ((point[0] - one[0]) * dx + (point[1] - one[1]) * dy) / length
    share = min(1.0, max(0.0, share))
    return float(((point[0] - one[0] - share * dx) ** 2 + (point[1] - one[1] - share * dy) ** 2) ** 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topojson", type=Path, help="land-50m.json of world-atlas")
    topology = json.loads(parser.parse_args().topojson.read_text())
    arcs = arcs_of(topology)
    rings = []
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            outer = ring(polygon[0], arcs)
            if area(outer) >= SMALLEST and max(y for _, y in outer) > SOUTH:
                rings.append(simplified(outer, TOLERANCE))
    rings.sort(key=len, reverse=True)
    flat = [[round(value, 2) for point in line for value in point] for line in rings if len(line) > 3]
    note = "Natural Earth, public domain. Each outline: longitude, latitude, longitude, … Made by make_world_map.py"
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps({"note": note, "land": flat}, separators=(",", ":")) + "\n")
    print(f"{len(flat)} outlines, {sum(len(line) for line in flat) // 2} points, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
