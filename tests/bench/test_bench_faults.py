"""`wattline bench-faults` works: a few stations, a few hours, a few sockets. The figures themselves are its own."""

import json
from pathlib import Path

import pytest

from backend.bench import fault_push, faults
from backend.bench.fault_rows import quantile


def test_a_short_day_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.bench.fault_storm.STORM", 60)
    monkeypatch.setattr("backend.bench.fault_storm.STORM_SITES", 10)
    written = tmp_path / "rows.json"
    kinds = ["CX024", "OtherError", "connection lost", "2.0.1 PowerContactor"]
    sizes = ["--well", "2", "--each", "1", "--hours", "10", "--stations", "0"]
    assert faults.main(["--set", "tuning", *sizes, "--kinds", *kinds, "--output", str(written)]) == 0
    rows = {row["name"]: row["value"] for row in json.loads(written.read_text())}
    assert rows["kinds of faults"] == 4
    assert rows["faults detected in their window"] == 100
    assert rows["false incidents per 100 station-days"] == 0
    assert rows["of these mended with no person"] == 100
    assert rows["sessions interrupted by a playbook against its guard"] == 0
    assert rows["messages of stations in these days"] > 10
    assert 1 <= rows["storm: incidents that stand for themselves"] <= 5


def test_pushes_are_timed_from_the_socket_to_the_phones_service() -> None:
    rows = {row.name: row.value for row in fault_push.measured(30, 3)}
    assert rows["pushes that never came"] == 0
    assert 0 < rows["reported fault to delivered push, p50"] < 30


def test_a_push_that_never_came_spoils_the_figure() -> None:
    rows = {row.name: row for row in fault_push.rows_of({"a": 1.0, "b": 1.0}, {"a": 1.5}, 10)}
    assert rows["pushes that never came"].met is False
    assert rows["reported fault to delivered push, p99"].met is False
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
