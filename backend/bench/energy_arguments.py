"""The options of `wattline bench-energy`, apart from what they start: the command line loads quickly."""

import argparse
from pathlib import Path


def arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("--python", type=Path, default=Path("build/bench-energy/bin/python"), help="with acnportal in it")
    one.add_argument("--days", type=int, default=2, help="of each ACN site (2)")
    one.add_argument("--seeds", type=int, default=1, help="runs with faults for each case (1)")
    one.add_argument("--tuning", action="store_true", help="the days the scheduler was tuned on instead")
    one.add_argument("--small", action="store_true", help="without the site of 500 connectors")
    one.add_argument("--only", default="", help="groups whose name contains this")
    one.add_argument("--no-baselines", action="store_true", help="without the algorithms of acnportal")
    one.add_argument(
        "--baseline-s",
        type=float,
        default=0.0,
        help="time of an algorithm of acnportal for a day (200, or more where slow)",
    )
    one.add_argument("--output", type=Path, default=Path("build/bench-energy.json"), help="where the rows go")
