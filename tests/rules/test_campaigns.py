"""Stages and the threshold of bulk actions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns import rules
from backend.campaigns.rules import Limit, Step, Tally
from shared.campaigns import ActionKind, CampaignAction, CampaignNew, CampaignStations, Stage

LIMIT = Limit(max_percent=10, at_least=2)
STAGE = st.builds(Stage, count=st.integers(1, 40)) | st.builds(Stage, percent=st.integers(1, 100))


@pytest.mark.parametrize(
    ("stages", "total", "ends"),
    [
        ([], 7, [7]),
        ([Stage(count=1), Stage(percent=10)], 100, [1, 11, 100]),
        ([Stage(count=1), Stage(percent=10)], 5, [1, 2, 5]),
        ([Stage(count=9)], 5, [5]),
        ([Stage(percent=100), Stage(count=3)], 5, [5]),
    ],
)
def test_stages(stages: list[Stage], total: int, ends: list[int]) -> None:
    assert rules.ends(stages, total) == ends


@pytest.mark.parametrize(
    ("found", "stage", "step"),
    [
        (Tally(waiting=100), 0, (Step.TAKE, 1)),
        (Tally(waiting=99, running=1), 0, (Step.WAIT, 0)),
        (Tally(waiting=99, finished=1), 0, (Step.NEXT, 0)),
        (Tally(waiting=98), 0, (Step.TAKE, 1)),  # two were away
        (Tally(waiting=99, finished=1), 1, (Step.TAKE, 10)),
        (Tally(waiting=93, running=5, finished=2), 1, (Step.TAKE, 4)),
        (Tally(waiting=90, finished=10, failed=1), 1, (Step.TAKE, 1)),  # one is not enough to halt
        (Tally(waiting=80, finished=20, failed=2), 2, (Step.TAKE, 10)),  # exactly 10 %
        (Tally(waiting=81, finished=19, failed=2), 2, (Step.HALT, 0)),
        (Tally(running=1, finished=99), 2, (Step.WAIT, 0)),
        (Tally(finished=100), 2, (Step.END, 0)),
        (Tally(), 0, (Step.END, 0)),  # all were away
    ],
)
def test_what_comes_next(found: Tally, stage: int, step: tuple[Step, int]) -> None:
    assert rules.decide(found, [1, 11, 100], stage, LIMIT) == step


def test_what_was_seen_counts_no_more() -> None:
    seen = Limit(max_percent=10, at_least=2, forgiven_finished=5, forgiven_failed=5)
    assert not rules.over(Tally(finished=6, failed=6), seen)
    assert rules.over(Tally(finished=7, failed=7), seen)


@given(
    stages=st.lists(STAGE, max_size=5),
    answers=st.lists(st.sampled_from(["done", "failed", "offline"]), min_size=1, max_size=60),
    max_percent=st.integers(0, 100),
    at_least=st.integers(1, 5),
    data=st.data(),
)
def test_never_more_than_the_stage_allows_and_never_on_over_the_threshold(
    stages: list[Stage], answers: list[str], max_percent: int, at_least: int, data: st.DataObject
) -> None:
    limit = Limit(max_percent=max_percent, at_least=at_least)
    ends, stage, to_come = rules.ends(stages, len(answers)), 0, list(answers)
    waiting, running, done, failed = len(answers), 0, 0, 0
    assert ends == sorted(set(ends))
    assert ends[-1] == len(answers)
    while True:
        found = Tally(waiting=waiting, running=running, finished=done + failed, failed=failed)
        step, count = rules.decide(found, ends, stage, limit)
        too_much = failed >= at_least and failed * 100 > max_percent * (done + failed)
        assert (step is Step.HALT) == too_much
        if step in (Step.HALT, Step.END):
            assert step is Step.HALT or waiting == running == 0
            return
        if step is Step.NEXT:
            assert running == 0
            stage += 1
            continue
        assert count <= waiting
        waiting, running = waiting - count, running + count
        assert running + done + failed <= ends[stage]
        assert running <= rules.AT_ONCE
        assert running > 0  # it never stands still
        for _ in range(data.draw(st.integers(1, running))):
            answer = to_come.pop()
            running -= 1
            done += answer == "done"
            failed += answer == "failed"


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (ActionKind.VARIABLES, "variables"),
        (ActionKind.AVAILABILITY, "operative"),
        (ActionKind.RESET, "reset"),
        (ActionKind.TRIGGER, "message"),
        (ActionKind.FIRMWARE, "firmware"),
    ],
)
def test_what_is_missing_is_said(kind: ActionKind, field: str) -> None:
    new = CampaignNew(
        name="C", stations=CampaignStations(), action=CampaignAction(kind=kind), stages=[Stage(count=1, percent=1)]
    )
    assert [path for path, _ in rules.problems(new)] == ["$.stages[0]", f"$.action.{field}", "$.stations"]
