#!/usr/bin/env python3
"""Writes the table of rules in docs/faults.md from the code; with --check only says whether it is current."""

import sys
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from backend import wiring  # noqa: E402  # found by the line above
from backend.alerts import rules, service, watching  # noqa: E402

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- rules: made by scripts/rules_table.py -->\n", "<!-- end of rules -->\n"
EACH = {
    "* * * * *": "each minute",
    "*/10 * * * *": "every ten minutes",
    "43 2 * * *": "each night",
    "23 5 * * *": "each night",
}


def every(job: str) -> str:
    return EACH[wiring.CRON[job][0]]


def last(span: timedelta) -> str:
    return f"the last {span.total_seconds() / 60:.0f} minutes"


CLOCK = every("alerts.watch")
WHEN: dict[type, str] = {
    rules.ConnectorFacts: "with the report",
    rules.EventFacts: "with the report",
    rules.SecurityFacts: "with the report",
    rules.ReportFacts: f"with the report and {every('driver_reports.watch')}",
    rules.CampaignFacts: "when it halts",
    rules.PresenceFacts: CLOCK,
    rules.LinkFacts: f"{CLOCK}, {last(watching.LINK_SPAN)}",
    rules.FloodFacts: "while it sends",
    rules.PowerFacts: "with the reading",
    rules.RunningFacts: f"{CLOCK}, {last(rules.READINGS)}",
    rules.SessionFacts: "at the end of a session",
    rules.StartFacts: f"at each start and {CLOCK}, {last(service.START_WINDOW)}",
    rules.OutletFacts: CLOCK,
    rules.PastFacts: f"at the end of a session, the last {rules.PAST_SESSIONS} of the outlet",
    rules.BusinessFacts: every("alerts.watch_business"),
    rules.ClockFacts: "with each time that it tells",
    rules.CertificateFacts: f"{every('certificates.watch')}, and when it is installed",
    rules.FirmwareFacts: f"{every('alerts.watch_upkeep')}, and when somebody says an end",
}
"""When facts of a kind are judged, and how far back they reach."""


def line(rule: rules.Rule) -> str:
    thresholds = ", ".join(f"`{name}` {value:g}" for name, value in rule.thresholds.items()) or "–"
    about = " ".join(rule.about.split()).replace("|", "\\|")
    return f"| `{rule.name}` | {about} | {WHEN[rule.looks_at]} | {thresholds} |\n"


def table() -> str:
    head = "| rule | what it sees | looked at | thresholds |\n|---|---|---|---|\n"
    return BEGIN + head + "".join(line(rule) for rule in rules.RULES) + END


def page(text: str) -> str:
    before, rest = text.split(BEGIN)
    return before + table() + rest.split(END)[1]


def main() -> int:
    text = PAGE.read_text("utf-8")
    if "--check" in sys.argv:
        if page(text) != text:
            print("docs/faults.md is not what the rules say; run make rules", file=sys.stderr)
        return int(page(text) != text)
    PAGE.write_text(page(text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
