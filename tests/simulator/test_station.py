"""The machine without a wire: what it allows, what it remembers, what it has to say."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from backend.energy.composite import Held
from backend.simulator.clock import Clock
from backend.simulator.configuration import BY_KEY, SETTINGS, Settings
from backend.simulator.memory import Memories
from backend.simulator.model import Fault, Memory, Spec
from backend.simulator.station import MOST_FACTS, Station
from shared.energy import ChargingSchedule, Kind, Purpose, RateUnit, SchedulePeriod
from tests.simulator.conftest import CAR

TWIN = Spec(identity="CP-1", connectors=2, registers=[1_000, 2_000])
FAULT = Fault("GroundFailure", "E-107", "tripped")


class HandClock(Clock):
    """Moves when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 0.0
        self.begun_at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def seconds(self) -> float:
        return self.at_s

    def now(self) -> datetime:
        return self.begun_at + timedelta(seconds=self.at_s)


def machine(memory: Memory | None = None, spec: Spec = TWIN) -> Station:
    station = Station(spec, HandClock(), random.Random(1), memory)
    station.start_up("PowerUp")
    station.online, station.boot_reason = True, None
    return station


def pass_time(station: Station, seconds: float) -> None:
    assert isinstance(station.clock, HandClock)
    for _ in range(round(seconds)):
        station.clock.at_s += 1
        station.tick()


def said(station: Station) -> list[tuple[str, str, str]]:
    return [(fact.kind, fact.trigger, fact.charging_state) for fact in station.memory.outbox]


def test_a_session_in_its_order() -> None:
    station = machine()
    phases = [station.phase(station.outlets[0])]
    station.plug(1, CAR, 79.95, 80)
    phases.append(station.phase(station.outlets[0]))
    assert station.card(1, "CARD-1")
    phases.append(station.phase(station.outlets[0]))
    pass_time(station, 3)
    phases.append(station.phase(station.outlets[0]))
    pass_time(station, 60)
    phases.append(station.phase(station.outlets[0]))
    station.card_again(1)
    phases.append(station.phase(station.outlets[0]))
    station.unplug(1)
    phases.append(station.phase(station.outlets[0]))
    assert phases == ["Available", "Preparing", "Preparing", "Charging", "SuspendedEV", "Finishing", "Available"]
    kinds = said(station)
    assert kinds[:2] == [("started", "Authorized", "EVConnected"), ("state", "ChargingStateChanged", "Charging")]
    assert kinds[-1] == ("ended", "Local", "EVConnected")
    facts = station.memory.outbox
    assert [fact.seq_no for fact in facts] == list(range(len(facts)))
    registers = [fact.reading.energy_wh for fact in facts]
    assert registers == sorted(registers)
    assert registers[0] == 1_000
    assert registers[-1] == int(station.register_wh(station.outlets[0]))
    assert station.memory.running == []


def test_readings_come_early_and_then_at_the_interval() -> None:
    station = machine()
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    pass_time(station, 40)
    begun_at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    at = [round((fact.at - begun_at).total_seconds()) for fact in station.memory.outbox if fact.kind == "meter"]
    assert at == [5, 15, 25, 35]
    station.settings.change(BY_KEY["MeterValueSampleInterval"], "0")
    count = len(station.memory.outbox)
    pass_time(station, 60)
    assert len(station.memory.outbox) == count


def test_card_first_lapses_without_a_car() -> None:
    station = machine()
    assert station.card(1, "CARD-1")
    assert station.phase(station.outlets[0]) == "Preparing"
    pass_time(station, 61)
    assert station.phase(station.outlets[0]) == "Available"
    station.plug(1, CAR, 20, 80)
    assert station.outlets[0].transaction is None


def test_which_outlet_a_remote_start_takes() -> None:
    station = machine()
    assert station.remote_start(3, "T") is None
    station.plug(2, CAR, 20, 80)
    chosen = station.remote_start(None, "T", remote_start_id=5)
    assert chosen is not None
    assert chosen.number == 2
    assert station.memory.outbox[0].remote_start_id == 5
    assert station.remote_start(2, "U") is None  # taken
    invited = []
    station.granted = invited.append
    assert station.remote_start(None, "U") is station.outlets[0]
    assert invited == [station.outlets[0]]
    assert station.remote_start(1, "V") is None  # promised to somebody


@pytest.mark.parametrize("hindrance", ["fault", "inoperative", "power"])
def test_nothing_begins_where_it_must_not(hindrance: str) -> None:
    station = machine()
    if hindrance == "fault":
        station.break_down(1, FAULT)
    elif hindrance == "inoperative":
        station.available(1, False)
    else:
        station.cut_power()
    assert station.remote_start(1, "T") is None
    assert not station.card(1, "T")
    assert station.memory.outbox == []


def test_stop_by_key_and_by_number() -> None:
    station = machine()
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    running = station.outlets[0].transaction
    assert running is not None
    station.memory.numbers[running.key] = 77
    assert not station.remote_stop(78)
    assert station.remote_stop(77)
    assert not station.remote_stop(running.key)


def test_out_of_service_waits_for_the_transaction() -> None:
    station = machine()
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    assert station.available(0, False) == "scheduled"
    assert [station.phase(outlet) for outlet in station.outlets] == ["Preparing", "Unavailable"]
    station.unplug(1)
    assert [station.phase(outlet) for outlet in station.outlets] == ["Unavailable", "Unavailable"]
    assert station.available(0, True) == "accepted"
    assert [station.phase(outlet) for outlet in station.outlets] == ["Available", "Available"]
    assert station.available(9, True) == "rejected"


def test_unlock() -> None:
    station = machine()
    assert station.unlock(1) == "unlocked"
    assert station.unlock(5) == "unknown"
    station.break_down(1, Fault("ConnectorLockFailure", "E-311", ""))
    assert station.unlock(1) == "failed"


def test_an_idle_reset_waits_an_immediate_one_ends() -> None:
    station = machine()
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    assert not station.reset(False)
    assert station.reset_wanted == "idle"
    assert station.outlets[0].transaction is not None
    assert station.reset(False, "ImmediateReset")
    assert said(station)[-1][:2] == ("ended", "ImmediateReset")


def test_a_card_the_central_system_refuses_after_all() -> None:
    station = machine()
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    running = station.outlets[0].transaction
    assert running is not None
    station.deauthorized(running.key)
    assert said(station)[-1][:2] == ("ended", "DeAuthorized")


def test_a_long_time_offline_thins_out_readings_only() -> None:
    station = machine()
    station.online = False
    station.plug(1, CAR, 5, 100)
    station.card(1, "CARD-1")
    station.settings.change(BY_KEY["MeterValueSampleInterval"], "1")
    pass_time(station, MOST_FACTS + 500)
    station.unplug(1)
    facts = station.memory.outbox
    assert len(facts) <= MOST_FACTS
    assert all(fact.offline for fact in facts)
    assert [fact.kind for fact in facts if fact.kind != "meter"] == ["started", "state", "ended"]
    assert [fact.seq_no for fact in facts] == sorted(fact.seq_no for fact in facts)


@pytest.mark.parametrize(
    ("key", "value", "done"),
    [
        ("MeterValueSampleInterval", "60", "accepted"),
        ("MeterValueSampleInterval", "-1", "rejected"),
        ("MeterValueSampleInterval", "soon", "rejected"),
        ("MeterValuesSampledData", "SoC,Voltage", "accepted"),
        ("MeterValuesSampledData", "Happiness", "rejected"),
        ("LocalAuthorizeOffline", "FALSE", "accepted"),
        ("LocalAuthorizeOffline", "maybe", "rejected"),
        ("ConnectorPhaseRotation", "RTS", "read_only"),
    ],
)
def test_settings(key: str, value: str, done: str) -> None:
    assert Settings({}).change(BY_KEY[key], value) == done


def test_every_setting_has_a_name_in_some_version() -> None:
    assert all(one.v16 or (one.component and one.variable) for one in SETTINGS)
    assert len({one.name for one in SETTINGS}) == len(SETTINGS)


# --- memory ------------------------------------------------------------------------------------------------------


def remembered(path: Path) -> Station:
    return machine(Memories(path).of(TWIN))


@pytest.mark.parametrize("clean", [True, False])
def test_what_survives_the_end_of_the_simulator(tmp_path: Path, clean: bool) -> None:
    path = tmp_path / "state.json"
    memories = Memories(path)
    station = machine(memories.of(TWIN))
    station.plug(1, CAR, 20, 80)
    station.card(1, "CARD-1")
    station.available(2, False)
    station.settings.change(BY_KEY["MeterValueSampleInterval"], "30")
    pass_time(station, 60)
    station.memory.outbox.clear()
    running = station.outlets[0].transaction
    assert running is not None
    station.memory.numbers[running.key] = 12
    before = station.register_wh(station.outlets[0])
    memories.save(station.clock.now(), clean=clean)
    saved_at, next_seq = station.clock.now(), running.next_seq
    pass_time(station, 2)
    known = station.register_wh(station.outlets[0])

    later = remembered(path)
    after = later.register_wh(later.outlets[0])
    assert after == before if clean else after >= known
    (ended,) = later.memory.outbox
    assert (ended.kind, ended.reason, ended.key) == ("ended", "PowerLoss", running.key)
    assert (ended.at, ended.reading.at, ended.reading.energy_wh) == (saved_at, saved_at, int(after))
    assert ended.seq_no == next_seq
    assert later.memory.numbers[running.key] == 12
    assert later.phase(later.outlets[1]) == "Unavailable"
    assert later.settings.number("sample_s") == 30


def test_an_unreadable_state_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("{half a fi")
    assert remembered(path).register_wh(remembered(path).outlets[0]) >= 1_000
    assert path.with_suffix(".unreadable").read_text() == "{half a fi"


# --- the clock ---------------------------------------------------------------------------------------------------


def test_a_fast_clock_never_runs_ahead() -> None:
    clock = Clock(1000)
    assert clock.now() < datetime.now(UTC) - timedelta(hours=11)
    assert not clock.caught_up
    clock._origin -= 60  # a minute later: 16 hours of its own time
    clock._began_at -= timedelta(seconds=60)
    assert clock.caught_up
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.real_s(5) == 5


def test_a_car_follows_its_limit_and_waits_below_the_least() -> None:
    station = machine()
    outlet = station.outlets[0]
    station.plug(1, CAR, 30, 80)
    station.card(1, "CARD-1")
    for limit, power, state in ((10, 6900, "Charging"), (0, 0, "SuspendedEVSE"), (32, 11040, "Charging")):
        period = SchedulePeriod(start_s=0, limit=Decimal(limit))
        schedule = ChargingSchedule(unit=RateUnit.AMPERE, periods=[period])
        held = Held(evse=1, purpose=Purpose.TRANSACTION, kind=Kind.RELATIVE, stack_level=0, schedule=schedule)
        assert station.take_profile(7, held, None, replaces=True) == "accepted"
        station.clock.at_s += 60  # type: ignore[attr-defined]
        station.tick()
        assert (station.reading(outlet).power_w, station.phase(outlet)) == (pytest.approx(power, abs=2), state)
    station.unplug(1)
    assert station.memory.profiles == []
