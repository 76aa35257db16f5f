"""`wattline simulate-site` as a process, on the files that docs/energy.md shows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "energy.md").read_text()
SITE, SESSIONS = re.findall(r"\n```(?:json)?\n(\{.*?\}\n|id,connector.*?)```", DOCS, re.DOTALL)


def simulate(folder: Path, site: str, sessions: str, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "site.json").write_text(site)
    (folder / "sessions.csv").write_text(sessions)
    command = [sys.executable, "-m", "backend.cli", "simulate-site", str(folder / "site.json")]
    command += [str(folder / "sessions.csv"), "--out", str(folder / "plan.json"), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def planned(folder: Path, site: str, sessions: str, *more: str) -> Any:
    done = simulate(folder, site, sessions, *more)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "plan.json").read_text())


def test_the_documented_files_make_the_documented_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, SITE, SESSIONS)
    assert set(plan) >= {"periods", "connectors", "sessions", "limits", "totals"}
    totals = plan["totals"]
    assert totals["energy_kwh"] == pytest.approx(31.5, rel=0.01)
    assert totals["violations"] == 0
    assert totals["wanted_kwh"] == 31.5
    first, second = plan["connectors"]["A1"]["amps"], plan["connectors"]["A2"]["amps"]
    assert len(first) == len(second) == len(plan["periods"])
    assert max(0.5 * a + b for a, b in zip(first, second, strict=True)) <= 30 + 1e-6  # the limit named neutral


def test_a_limit_no_node_can_express_holds_with_faults_and_one_seed_is_one_run(tmp_path: Path) -> None:
    site = json.loads(SITE) | {"limits": [{"name": "shared", "weights": {"A1": 0.5, "A2": 1}, "bound": 16}]}
    site["connectors"][0]["fallback_amps"] = 0
    sessions = SESSIONS + "s3,A1,2026-03-02T16:30:00+01:00,2026-03-02T22:00:00+01:00,30,22\n"
    faults = ("--offline-share", "0.3", "--ack-delay", "45", "--seed", "7")
    plan = planned(tmp_path, json.dumps(site), sessions, *faults)
    assert plan["totals"]["violations"] == 0
    told = [plan["connectors"][name]["limit_amps"] for name in ("A1", "A2")]
    assert max(0.5 * a + b for a, b in zip(*told, strict=True)) > 12  # it is used
    amps = [plan["connectors"][name]["amps"] for name in ("A1", "A2")]
    assert max(0.5 * a + b for a, b in zip(*amps, strict=True)) <= 16 + 1e-6
    again = planned(tmp_path, json.dumps(site), sessions, *faults)
    assert (again["connectors"], again["sessions"]) == (plan["connectors"], plan["sessions"])


def test_who_has_not_arrived_changes_nothing_before(tmp_path: Path) -> None:
    without = planned(tmp_path, SITE, "\n".join(SESSIONS.splitlines()[:2]) + "\n")
    with_it = planned(tmp_path, SITE, SESSIONS)
    until = sum(at < "2026-03-02T08:40" for at in with_it["periods"])
    assert until > 0
    assert without["periods"][:until] == with_it["periods"][:until]
    assert without["connectors"]["A1"]["amps"][:until] == with_it["connectors"]["A1"]["amps"][:until]


@pytest.mark.parametrize(
    ("site", "sessions", "more", "said"),
    [
        (SITE.replace("[63, 63, 63]", "[5, 5, 5]"), SESSIONS, (), "feeder A"),
        (SITE.replace('"parent": "grid"', '"parent": "nowhere"'), SESSIONS, (), "nowhere"),
        (SITE, SESSIONS.replace("s1,A1", "s1,A9"), (), "A9"),
        (SITE, SESSIONS, ("--offline-share", "2"), "between 0 and 1"),
        (SITE, SESSIONS, ("--budget", "nan"), "--budget is between 0"),
        ("{", SESSIONS, (), "site.json"),
    ],
)
def test_a_file_that_cant_be_used_says_where(
    tmp_path: Path, site: str, sessions: str, more: tuple[str, ...], said: str
) -> None:
    done = simulate(tmp_path, site, sessions, *more)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "plan.json").exists()
