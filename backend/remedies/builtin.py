"""Playbooks that every operator has from the start, and may change. Data."""

from shared.remedies import NEEDS_HANDS, Guards, PlaybookSet, PlaybookStep, StepKind

K = StepKind


def _ask(seconds: int = 30) -> PlaybookStep:
    return PlaybookStep(kind=K.TRIGGER, message="StatusNotification", verify_s=seconds)


BUILT_IN: dict[str, PlaybookSet] = {
    "plug_lock": PlaybookSet(
        name="Plug lock doesn't move: unlock, then restart",
        rules=["connector_faulted"],
        codes=["ConnectorLockFailure"],
        steps=[
            PlaybookStep(kind=K.UNLOCK, verify_s=60),
            _ask(),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=240),
        ],
    ),
    "fault": PlaybookSet(
        name="Fault that a restart may mend",
        rules=["connector_faulted"],
        not_codes=["ConnectorLockFailure", *NEEDS_HANDS],
        steps=[
            PlaybookStep(kind=K.WAIT, verify_s=60),
            _ask(),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=240),
            PlaybookStep(kind=K.HARD_RESET, verify_s=360),
        ],
    ),
    "silent": PlaybookSet(
        name="Connected, but silent: ask, then restart",
        rules=["station_silent"],
        steps=[
            PlaybookStep(kind=K.TRIGGER, message="Heartbeat", verify_s=60),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=300),
        ],
    ),
    "starts": PlaybookSet(
        name="Starts fail: out of service and back, then restart",
        rules=["starts_failing"],
        steps=[
            _ask(),
            PlaybookStep(kind=K.AVAILABILITY, verify_s=120),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=300),
        ],
        guards=Guards(max_per_day=2),
    ),
    "stuck": PlaybookSet(
        name="Stuck around a session: ask, clear limits, restart",
        rules=["plugged_not_started", "stuck_finishing", "no_energy", "no_power", "power_below_offer", "meter_freeze"],
        steps=[
            _ask(),
            PlaybookStep(kind=K.CLEAR_PROFILES, verify_s=60),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=300),
        ],
    ),
    "early": PlaybookSet(
        name="Sessions stop after seconds: restart",
        rules=["stops_early"],
        steps=[PlaybookStep(kind=K.SOFT_RESET, verify_s=300)],
        guards=Guards(max_per_day=1),
    ),
    "no_session": PlaybookSet(
        name="Charging without a session: ask for the status, then restart if somebody agrees",
        rules=["charging_without_session"],
        steps=[_ask(60), _ask(120), PlaybookStep(kind=K.SOFT_RESET, verify_s=300)],
        guards=Guards(approval=True),
    ),
    "clock": PlaybookSet(
        name="Clock is off: have the station ask for the time",
        rules=["clock_drift"],
        steps=[
            PlaybookStep(kind=K.TRIGGER, message="Heartbeat", verify_s=30),
            _ask(90),
            PlaybookStep(kind=K.TRIGGER, message="BootNotification", verify_s=60),
            _ask(120),
            PlaybookStep(kind=K.SOFT_RESET, verify_s=300),
            _ask(120),
        ],
        guards=Guards(quiet_from="07:00", quiet_to="22:00", max_per_day=1),
    ),
}
"""The order is that in which they are asked: the first that fits is taken."""
