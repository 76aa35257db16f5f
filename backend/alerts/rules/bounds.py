"""Between which numbers a threshold makes sense: beyond them its rule could never fire, or always would."""

from typing import NamedTuple


class Bounds(NamedTuple):
    least: float
    most: float
    whole: bool = False

    def fit(self, value: float) -> float:
        """The nearest that makes sense: what was kept before there was a bound, say."""
        near = min(max(value, self.least), self.most)
        return float(round(near)) if self.whole else near


LONGEST_MIN = 30
"""Of what readings of three quarters of an hour tell, also where a station reads its meter every 15 minutes."""
MOST_SESSIONS = 10
PERCENT = Bounds(1, 100)
COUNT = Bounds(1, 50, whole=True)
TIMES = Bounds(1, 100)
READINGS = Bounds(1, 10, whole=True)
WEIGHT = Bounds(0.5, 100)
MINUTES = Bounds(1, 24 * 60)
ENERGY = Bounds(1, 100_000)
LINK_MS = Bounds(50, 60_000)
DROPS = Bounds(3, 100, whole=True)

BOUNDS: dict[tuple[str, str], Bounds] = {
    ("device_event", "worst"): Bounds(0, 9, whole=True),
    ("driver_reports", "hint_weight"): WEIGHT,
    ("driver_reports", "warning_weight"): WEIGHT,
    ("station_offline", "grace_s"): Bounds(10, 24 * 3600),
    ("station_silent", "times_silence"): TIMES,
    ("station_flapping", "wired"): DROPS,
    ("station_flapping", "wireless"): DROPS,
    ("station_flapping", "times_usual"): TIMES,
    ("weak_link", "wired_ms"): LINK_MS,
    ("weak_link", "wireless_ms"): LINK_MS,
    ("weak_link", "wired_lost_percent"): PERCENT,
    ("weak_link", "wireless_lost_percent"): PERCENT,
    ("weak_link", "times_usual"): TIMES,
    ("weak_link", "always_percent"): PERCENT,
    ("voltage_out_of_band", "nominal_v"): Bounds(90, 500),
    ("voltage_out_of_band", "low_percent"): Bounds(1, 50),
    ("voltage_out_of_band", "high_percent"): Bounds(1, 50),
    ("voltage_out_of_band", "readings"): READINGS,
    ("phase_imbalance", "voltage_percent"): PERCENT,
    ("phase_imbalance", "current_percent"): PERCENT,
    ("phase_imbalance", "least_a"): Bounds(1, 1000),
    ("phase_imbalance", "readings"): READINGS,
    ("power_below_offer", "percent"): PERCENT,
    ("power_below_offer", "minutes"): Bounds(1, LONGEST_MIN),
    ("power_below_offer", "full_percent"): PERCENT,
    ("meter_jump", "times"): TIMES,
    ("meter_jump", "slack_wh"): Bounds(0, 100_000),
    ("meter_freeze", "minutes"): Bounds(1, LONGEST_MIN),
    ("meter_freeze", "least_w"): Bounds(1, 100_000),
    ("starts_failing", "enough"): COUNT,
    ("plugged_not_started", "minutes"): MINUTES,
    ("stuck_finishing", "hours"): Bounds(0.25, 7 * 24),
    ("charging_without_session", "minutes"): MINUTES,
    ("no_power", "minutes"): Bounds(1, LONGEST_MIN),
    ("no_power", "least_wh"): ENERGY,
    ("zombie_session", "silent_minutes"): Bounds(5, 24 * 60),
    ("zombie_session", "free_minutes"): MINUTES,
    ("no_energy", "sessions"): Bounds(1, MOST_SESSIONS, whole=True),
    ("no_energy", "least_wh"): ENERGY,
    ("stops_early", "sessions"): Bounds(1, MOST_SESSIONS, whole=True),
    ("stops_early", "seconds"): Bounds(1, 3600),
    ("no_sessions", "chance_percent"): Bounds(0.0001, 10),
    ("no_sessions", "times_longest"): Bounds(0, 100),
    ("no_sessions", "least_hours"): Bounds(1, 30 * 24),
    ("clock_drift", "seconds"): Bounds(1, 24 * 3600),
    ("certificate_expires", "warn_days"): Bounds(1, 90),
    ("firmware_expires", "warn_days"): Bounds(0, 730),
}
