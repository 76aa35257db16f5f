"""A figure of `wattline bench-faults` beside its goal."""

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`met`: whether the goal is reached; None where there is none."""

    name: str
    value: float
    unit: str = ""
    goal: str = ""
    met: bool | None = None


def shown(rows: list[Row]) -> str:
    wide = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        met = "" if row.met is None else "  met" if row.met else "  MISSED"
        goal = f"  goal {row.goal}" if row.goal else ""
        lines.append(f"{row.name:<{wide}} {row.value:>10g} {row.unit:<3}{goal}{met}")
    return "\n".join(lines)


def quantile(values: list[float], share: float) -> float:
    """Of sorted or unsorted values; nothing is invented between them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
