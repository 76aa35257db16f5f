"""What a station may give: charging profiles that it keeps, and what they come to. No OCPP version."""

from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from backend.energy.composite import Held, Supply, composite
from backend.simulator.clock import Clock
from backend.simulator.model import KeptProfile, Memory, Outlet, Transaction
from backend.simulator.vehicle import VOLTAGE
from shared.energy import Kind, Purpose, RateUnit, SchedulePeriod

MOST_LEVEL = 8
MOST_PERIODS = 24
MOST_PROFILES = 40


class Limiting:
    """Mixed into the station."""

    clock: Clock
    memory: Memory
    outlets: list[Outlet]

    def take_profile(self, number: int, held: Held, transaction: str | None, *, replaces: bool) -> str:
        """accepted, or why not. `replaces`: another one of its purpose and level goes (1.6); else it stands in the way
        (2.0.1 K01.FR.39)."""
        if wrong := self._wrong(held):
            return wrong
        key = ""
        if held.purpose is Purpose.TRANSACTION and not self._runs(held, transaction):
            return "no such transaction runs here"
        if held.purpose is Purpose.TRANSACTION:
            running = self.outlets[held.evse - 1].transaction
            key = running.key if running else ""
        others = [one for one in self.memory.profiles if one.number != number]
        same = [one for one in others if _place(one.held) == _place(held)]
        if same and not replaces:
            return "another profile of this purpose and level is there"
        kept = [one for one in others if one not in same]
        if len(kept) >= MOST_PROFILES:
            return "too many profiles"
        self.memory.profiles = [*kept, KeptProfile(number=number, transaction=key, held=held)]
        return "accepted"

    def _wrong(self, held: Held) -> str:
        schedule = held.schedule
        fits = 1 <= held.evse <= len(self.outlets)
        if held.evse and not fits:
            return "no such outlet"
        if held.stack_level > MOST_LEVEL or not 0 < len(schedule.periods) <= MOST_PERIODS:
            return "too high a level, or too many periods"
        if schedule.periods[0].start_s != 0:
            return "the first period begins at 0"
        if held.purpose is Purpose.EXTERNAL or (held.purpose is Purpose.STATION_MAX and held.evse):
            return "not for this outlet"
        if held.purpose is Purpose.STATION_MAX and held.kind is Kind.RELATIVE:
            return "a maximum is never relative"
        if held.kind is not Kind.RELATIVE and schedule.starts_at is None:
            return "it needs a begin"
        dc = fits and self.outlets[held.evse - 1].dc
        if dc and any(one.phases or one.phase_to_use for one in schedule.periods):
            return "direct current has no phases"
        return ""

    def refuses_start(self, held: Held) -> bool:
        return held.purpose is not Purpose.TRANSACTION or bool(self._wrong(held))

    def keep_start(self, profile: KeptProfile, transaction: Transaction) -> None:
        """What came with the start holds from its first moment on."""
        evse, number = transaction.evse, profile.number
        self.memory.profiles = [
            *(one for one in self.memory.profiles if one.number != number),
            KeptProfile(number=number, transaction=transaction.key, held=replace(profile.held, evse=evse)),
        ]

    def _runs(self, held: Held, transaction: str | None) -> bool:
        running = self.outlets[held.evse - 1].transaction if held.evse else None
        known = running and transaction in (None, running.key, str(self.memory.numbers.get(running.key)))
        return bool(known)

    def drop_profiles(
        self,
        number: int | None = None,
        evse: int | None = None,
        purpose: Purpose | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Whether any was there."""

        def meant(one: KeptProfile) -> bool:
            if number is not None:
                return one.number == number
            held = one.held
            wanted = ((evse, held.evse), (purpose, held.purpose), (stack_level, held.stack_level))
            return all(asked is None or asked == has for asked, has in wanted)

        kept = [one for one in self.memory.profiles if not meant(one)]
        gone = len(kept) < len(self.memory.profiles)
        self.memory.profiles = kept
        return gone

    def drop_profiles_of(self, transaction: str) -> None:
        self.memory.profiles = [one for one in self.memory.profiles if one.transaction != transaction]

    def schedule(self, evse: int, starts_at: datetime, duration_s: int, unit: RateUnit) -> list[SchedulePeriod]:
        """What its profiles come to; evse 0: the station as a whole."""
        own_w = max(one.power_w for one in self.outlets)
        return composite(
            [one.held for one in self.memory.profiles],
            evse=evse,
            evses=[one.number for one in self.outlets],
            starts_at=starts_at,
            duration_s=duration_s,
            unit=unit,
            begun={one.number: one.transaction.begun_at for one in self.outlets if one.transaction},
            supply=Supply(default_a=Decimal(str(round(own_w / (3 * VOLTAGE), 3)))),
        )

    def allowed_w(self, outlet: Outlet) -> float:
        """What it may give at this moment, as if over three phases; a maximum of the station is shared evenly."""
        if not self.memory.profiles:
            return float(outlet.power_w)
        now = self.clock.now()
        unit = RateUnit.WATT if outlet.dc else RateUnit.AMPERE
        scale = 1.0 if outlet.dc else 3 * VOLTAGE
        own = float(self.schedule(outlet.number, now, 1, unit)[0].limit) * scale
        if any(one.held.purpose is Purpose.STATION_MAX for one in self.memory.profiles):
            busy = max(1, sum(1 for one in self.outlets if one.transaction is not None))
            own = min(own, float(self.schedule(0, now, 1, unit)[0].limit) * scale / busy)
        return min(own, float(outlet.power_w))


def _place(held: Held) -> tuple[int, Purpose, int]:
    return held.evse, held.purpose, held.stack_level
