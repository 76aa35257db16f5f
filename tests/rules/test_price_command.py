"""`wattline price FILE`: what it prints for good, odd and broken files."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend import cli

ENERGY = {"elements": [{"price_components": [{"type": "ENERGY", "price": 0.1, "vat": 19, "step_size": 1}]}]}
NIGHT = {
    "currency": "JPY",
    "elements": [
        {
            "price_components": [{"type": "TIME", "price": 60}],
            "restrictions": {"start_time": "22:00", "end_time": "06:00"},
        },
        {"price_components": [{"type": "TIME", "price": 90}]},
    ],
}


def segment(**more: Any) -> dict[str, Any]:
    return {"kind": "TIME", "start": "2026-03-02T21:00", "minutes": 120, "kwh": 3} | more


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, *words: str) -> tuple[int, list[Any], str]:
    file = tmp_path / "sessions.json"
    file.write_text(content)
    status = cli.main(["price", str(file), *words])
    said = capsys.readouterr()
    return status, [json.loads(line) for line in said.out.splitlines()], said.err


def test_one_line_for_each_and_binary_fractions_never_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = [
        {"id": "A", "tariff": ENERGY, "segments": [segment()], "about": "for people"},
        {"id": "B", "tariff": NIGHT, "segments": [segment()]},
    ]
    status, lines, _ = run(tmp_path, capsys, json.dumps({"vectors": vectors}))
    assert status == 0
    assert [(one["id"], one["total_excl_vat"], one["total_incl_vat"], one["payable"]) for one in lines] == [
        ("A", 0.3, 0.357, 0.36),
        ("B", 150, 150, 150),
    ]
    assert [(line["kind"], line["quantity"], line["unit_price"]) for line in lines[1]["lines"]] == [
        ("time", 1, 90),
        ("time", 1, 60),
    ]


def test_the_clock_is_that_of_the_zone_unless_a_time_has_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = [
        {"id": "local", "tariff": NIGHT, "segments": [segment()]},
        {"id": "offset", "tariff": NIGHT, "segments": [segment(start="2026-03-02T21:00:00Z")]},
    ]
    _, lines, _ = run(tmp_path, capsys, json.dumps({"vectors": vectors}), "--time-zone", "Europe/Berlin")
    assert [one["total_excl_vat"] for one in lines] == [150, 120]


@pytest.mark.parametrize(
    ("vector", "word"),
    [
        ({"segments": [segment()]}, "tariff"),
        ({"tariff": ENERGY, "segments": [segment(kwh=-1)]}, "kwh must be from 0"),
        ({"tariff": ENERGY, "segments": [segment(kwh="NaN")]}, "kwh must be from 0"),
        ({"tariff": ENERGY, "segments": [segment(start="9999-12-31T23:30")]}, "can't be meant"),
        ({"tariff": ENERGY | {"start_date_time": "2026-01-01T00:00:00Z"}, "segments": [segment()]}, "start_date_time"),
        ({"tariff": ENERGY | {"end_date_time": "2026-01-01T00:00:00Z"}, "segments": [segment()]}, "end_date_time"),
        ({"tariff": ENERGY | {"currency": "ZZZ"}, "segments": [segment()]}, "no currency"),
        ({"tariff": ENERGY | {"prices": 3}, "segments": [segment()]}, "prices"),
        ({"tariff": ENERGY, "segments": [segment(kind="SLEEP")]}, "SLEEP"),
        ({"tariff": ENERGY, "segments": [segment(start="noon")]}, "noon"),
        ({"tariff": {"elements": []}, "segments": [segment()]}, "elements"),
        ({"tariff": ENERGY | {"min_price": {"excl_vat": 2}, "max_price": {"excl_vat": 1}}, "segments": []}, "minimum"),
    ],
)
def test_one_that_cant_be_priced_says_why_and_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], vector: dict[str, Any], word: str
) -> None:
    good = {"id": "good", "tariff": ENERGY, "segments": [segment()]}
    status, (bad, fine), _ = run(tmp_path, capsys, json.dumps({"vectors": [{"id": "bad"} | vector, good]}))
    assert (status, bad["id"], fine["total_excl_vat"]) == (1, "bad", 0.3)
    assert word in bad["error"]


def test_an_item_that_is_no_vector_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = {"id": "good", "tariff": ENERGY, "segments": [segment()]}
    status, (bad, fine), _ = run(tmp_path, capsys, json.dumps({"vectors": [3, good]}))
    assert (status, bad["id"], "object" in bad["error"], fine["total_excl_vat"]) == (1, None, True, 0.3)


def test_a_whole_tariff_of_another_company(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With all that OCPI has beside the prices, and null for what isn't there."""
    about = {
        "country_code": "DE", "party_id": "ABC", "id": "12", "type": "REGULAR", "tariff_alt_text": [],
        "tariff_alt_url": "https://example.com", "start_date_time": None, "energy_mix": None,
        "last_updated": "2026-01-01T00:00:00Z", "currency": "EUR", "min_price": None,
    }  # fmt: skip
    (component,) = ENERGY["elements"][0]["price_components"]
    element = {"price_components": [component | {"step_size": 0}]} | {
        "restrictions": {"day_of_week": None, "min_kwh": None}
    }
    vector = {"id": "whole", "tariff": about | {"elements": [element]}, "segments": [segment()]}
    status, (line,), _ = run(tmp_path, capsys, json.dumps({"vectors": [vector]}))
    assert (status, line["total_excl_vat"]) == (0, 0.3)


@pytest.mark.parametrize("content", ["", "[]", '{"vectors": 3}', "no json"])
def test_a_file_without_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    status, lines, said = run(tmp_path, capsys, content)
    assert (status, lines) == (1, [])
    assert "no vectors that can be read" in said


def test_no_file_and_no_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["price", str(tmp_path / "nothing.json")]) == 1
    assert "can't be read" in capsys.readouterr().err
    assert run(tmp_path, capsys, "{}", "--time-zone", "Mars/Base")[0] == 1
