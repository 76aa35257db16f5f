"""What a run found: one row a figure, as a table for people and as JSON for programs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`value` None: not measured here, and `load` says why. `ratio`: how many times better we are
    than the baseline: less of what costs, more of what is wanted."""

    name: str
    value: float | None
    unit: str
    baseline: str = ""
    baseline_value: float | None = None
    ratio: float | None = None
    load: str


def compared(
    name: str, value: float, unit: str, baseline: str, baseline_value: float, load: str, *, more_is_better: bool = False
) -> Row:
    above, below = (value, baseline_value) if more_is_better else (baseline_value, value)
    return Row(
        name=name,
        value=round(value, 2),
        unit=unit,
        baseline=baseline,
        baseline_value=round(baseline_value, 2),
        ratio=round(above / below, 1) if below > 0 else None,
        load=load,
    )


def measured(name: str, value: float, unit: str, load: str) -> Row:
    return Row(name=name, value=round(value, 2), unit=unit, load=load)


def not_measured(name: str, unit: str, why: str) -> Row:
    return Row(name=name, value=None, unit=unit, load=f"not measured: {why}")


def write(rows: Sequence[Row], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def table(rows: Iterable[Row]) -> str:
    """Figures in columns; what was put on the server stands below each."""
    rows = list(rows)
    wide = max((len(row.name) for row in rows), default=0)
    lines = [f"{'':<{wide}}{'Wattline':>12} {'':<5}{'baseline':>12}  {'ratio':>6}"]
    for row in rows:
        baseline = _number(row.baseline_value) if row.baseline else ""
        ratio = f"{row.ratio:.1f}" if row.ratio is not None else ""
        lines.append(f"{row.name:<{wide}}{_number(row.value):>12} {row.unit:<5}{baseline:>12}  {ratio:>6}".rstrip())
        beside = f"; baseline: {row.baseline}" if row.baseline else ""
        lines.append(f"    {row.load}{beside}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")
