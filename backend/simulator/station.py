"""The machine: outlets, transactions, faults, power. It knows no OCPP version and no socket.

What must reach the central system goes into `memory.outbox`; what it shows at the moment is asked by `phase`.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.simulator import physics, promises
from backend.simulator.clock import Clock
from backend.simulator.configuration import Settings
from backend.simulator.limiting import Limiting
from backend.simulator.model import Fact, Fault, Grant, KeptProfile, Memory, Outlet, Spec, Transaction
from backend.simulator.physics import Charge, shown_state
from backend.simulator.reserving import Reserving
from backend.simulator.vehicle import Vehicle

FIRST_SAMPLE_S = 3
"""A station that just began to charge tells so early; afterwards it keeps to its interval."""
MOST_FACTS = 2_000
FLOWING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})


class Station(Reserving, Limiting):
    """`changed` is called after whatever the central system might want to hear of."""

    def __init__(self, spec: Spec, clock: Clock, chance: random.Random, memory: Memory | None = None) -> None:
        self.spec = spec
        self.clock = clock
        self.memory = memory or Memory()
        self.settings = Settings(self.memory.settings)
        self.online = False
        """Connected and accepted."""
        self.powered = True
        self.lag_s = 0.0
        """How long it thinks before it answers a call."""
        self.boot_reason: str | None = "PowerUp"
        """None once the central system has accepted the boot."""
        self.reset_wanted = ""
        """now, or idle: as soon as no transaction runs."""
        self.wishes: list[tuple[str, int]] = []
        """Messages that the central system asked for: (name, outlet; 0: the station)."""
        self.changed: Callable[[], None] = lambda: None
        self.granted: Callable[[Outlet], None] = lambda _outlet: None
        """Somebody was allowed from afar and has not plugged in yet."""
        self.outlets = [Outlet(number, spec.power_w, spec.dc) for number in range(1, spec.connectors + 1)]
        if spec.broken and self.outlets:
            self.outlets[0].fault = Fault(spec.broken, "", "Power module 2: no answer")
        self._chance = chance
        self._ticked_s = clock.seconds()
        for outlet in self.outlets:
            new = spec.registers[outlet.number - 1] if len(spec.registers) >= outlet.number else 0
            self.memory.registers.setdefault(outlet.number, float(new or chance.randint(200_000, 6_000_000)))

    # --- what it shows -------------------------------------------------------------------------------------------

    def outlet(self, number: int) -> Outlet | None:
        return self.outlets[number - 1] if 1 <= number <= len(self.outlets) else None

    def register_wh(self, outlet: Outlet) -> float:
        return self.memory.registers[outlet.number]

    @property
    def firmware(self) -> str:
        return self.memory.firmware or self.spec.firmware

    def operative(self, number: int) -> bool:
        """0: the station as a whole."""
        return number not in self.memory.inoperative

    def phase(self, outlet: Outlet) -> str:
        """In the words of 1.6, which has more of them."""
        if outlet.fault is not None:
            return "Faulted"
        if outlet.transaction is not None:
            return outlet.state if outlet.state in FLOWING else "Preparing"
        if not self.operative(outlet.number):
            return "Unavailable"
        if outlet.charge is not None:
            return "Finishing" if outlet.served else "Preparing"
        if outlet.grant is None and self.reservation(outlet.number) is not None:
            return "Reserved"
        return "Preparing" if outlet.grant else "Available"

    def reading(self, outlet: Outlet) -> physics.Reading:
        charge = outlet.charge if outlet.transaction else None
        return physics.read(self.clock.now(), self.register_wh(outlet), charge, outlet.dc)

    def running(self, key: str | int) -> Outlet | None:
        """The outlet with this transaction: by its key, or by the number of a 1.6 central system."""
        for outlet in self.outlets:
            one = outlet.transaction
            if one is not None and (one.key == key or self.memory.numbers.get(one.key) == key):
                return outlet
        return None

    # --- time passes ---------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Charge the cars up to now, and see what follows from it."""
        now_s = self.clock.seconds()
        passed, self._ticked_s = now_s - self._ticked_s, now_s
        if not self.powered:
            return
        self._drop_expired()
        for outlet in self.outlets:
            if outlet.grant is not None and now_s > outlet.grant.until_s:
                outlet.grant = None
                self.changed()
            if outlet.transaction is not None and outlet.charge is not None:
                self._charge(outlet, outlet.charge, passed, now_s)

    def _charge(self, outlet: Outlet, charge: Charge, passed: float, now_s: float) -> None:
        charge.allowed_w = self.allowed_w(outlet)
        self.memory.registers[outlet.number] += charge.advance(passed)
        state = shown_state(charge, outlet.state)
        if state != outlet.state:
            outlet.state = state
            self._note(outlet, "state", "ChargingStateChanged")
            if state == "Charging":
                outlet.sample_due_s = now_s + min(FIRST_SAMPLE_S, self.settings.number("sample_s"))
        elif now_s >= outlet.sample_due_s and self.settings.number("sample_s"):
            self._note(outlet, "meter", "MeterValuePeriodic")
            outlet.sample_due_s = now_s + self.settings.number("sample_s")

    # --- what people do ------------------------------------------------------------------------------------------

    def plug(self, number: int, vehicle: Vehicle, soc: float, target: float) -> bool:
        outlet = self.outlets[number - 1]
        if outlet.charge is not None or not self.powered:
            return False
        outlet.charge, outlet.served = Charge(vehicle, outlet.dc, outlet.power_w, soc, target), False
        if outlet.grant is not None and outlet.fault is None:
            self._begin(outlet, outlet.grant, "CablePluggedIn")
        self.changed()
        return True

    def unplug(self, number: int) -> None:
        outlet = self.outlets[number - 1]
        if outlet.transaction is not None:
            self._end(outlet, "EVDisconnected")
        outlet.charge, outlet.served = None, False
        self.changed()

    def card(self, number: int, id_token: str, token_type: str = "ISO14443") -> bool:
        """An accepted card at the reader. True: charging begins, or will with the cable."""
        outlet = self.outlets[number - 1]
        if not self._may_begin(outlet, id_token):
            return False
        grant = Grant(id_token, token_type, False, self._plug_until())
        self._grant(outlet, grant, "Authorized")
        return True

    def card_again(self, number: int) -> None:
        """The same card ends what it began."""
        outlet = self.outlets[number - 1]
        if outlet.transaction is not None:
            self._end(outlet, "Local")

    def knows(self, id_token: str) -> bool:
        listed = self.memory.listed.get(id_token)
        if listed is not None:
            return listed.status == "Accepted"
        return self.settings.on("offline_cards") and id_token in self.memory.known_tokens

    def take_list(
        self, version: int, entries: Sequence[tuple[str, promises.ListedToken | None]], *, full: bool
    ) -> bool:
        """False: an update that isn't newer than what it has."""
        if not full and version <= self.memory.list_version:
            return False
        self.memory.listed = promises.updated(self.memory.listed, entries, full=full)
        self.memory.list_version = version
        return True

    # --- what the central system asks ----------------------------------------------------------------------------

    def remote_start(
        self,
        number: int | None,
        id_token: str,
        token_type: str = "Central",
        remote_start_id: int | None = None,
        profile: KeptProfile | None = None,
    ) -> Outlet | None:
        """None: refused. Without a number it takes the outlet with a car, or else the first free one."""
        choice = [self.outlet(number)] if number else sorted(self.outlets, key=lambda one: one.charge is None)
        outlet = next((one for one in choice if one is not None and self._may_begin(one, id_token)), None)
        if outlet is not None:
            grant = Grant(id_token, token_type, True, self._plug_until(), remote_start_id, profile)
            self._grant(outlet, grant, "RemoteStart")
            if outlet.transaction is None:
                self.granted(outlet)
        return outlet

    def remote_stop(self, key: str | int) -> bool:
        outlet = self.running(key)
        if outlet is not None:
            self._end(outlet, "Remote")
        return outlet is not None

    def deauthorized(self, key: str) -> None:
        """The central system doesn't want this card after all."""
        outlet = self.running(key)
        if outlet is not None and self.settings.on("stop_invalid"):
            self._end(outlet, "DeAuthorized")

    def reset(self, hard: bool, reason: str | None = None) -> bool:
        """True: at once; False: once no transaction runs. `reason`: why running ones end now; None: they may go on."""
        busy = any(outlet.transaction is not None for outlet in self.outlets)
        if reason is not None:
            self.end_all(reason)
        at_once = hard or reason is not None or not busy
        self.reset_wanted = "now" if at_once else "idle"
        self.changed()
        return at_once

    def wish(self, message: str, number: int = 0) -> None:
        self.wishes.append((message, number))
        self.changed()

    def tell(self, number: int) -> None:
        """The state of its transaction, because the central system asked."""
        outlet = self.outlets[number - 1]
        if outlet.transaction is not None:
            self._note(outlet, "meter", "Trigger")

    def unlock(self, number: int) -> str:
        """unlocked, unknown, failed. Ends a transaction (1.6: UnlockCommand)."""
        outlet = self.outlet(number)
        if outlet is None:
            return "unknown"
        if outlet.fault is not None and outlet.fault.code == "ConnectorLockFailure":
            return "failed"
        if outlet.transaction is not None:
            self._end(outlet, "UnlockCommand")
        return "unlocked"

    def available(self, number: int, operative: bool) -> str:
        """accepted, scheduled, rejected. 0 is the station with all its outlets."""
        if number and self.outlet(number) is None:
            return "rejected"
        if number == 0:
            self._set_operative(0, operative)
        waiting = False
        for outlet in self.outlets:
            if number in (0, outlet.number):
                outlet.closing = not operative and outlet.transaction is not None
                waiting = waiting or outlet.closing
                if not outlet.closing:
                    self._set_operative(outlet.number, operative)
        return "scheduled" if waiting else "accepted"

    # --- trouble -------------------------------------------------------------------------------------------------

    def break_down(self, number: int, fault: Fault) -> None:
        outlet = self.outlets[number - 1]
        outlet.fault, outlet.grant = fault, None
        if outlet.transaction is not None:
            self._end(outlet, "Fault")
        self.changed()

    def recover(self, number: int) -> None:
        self.outlets[number - 1].fault = None
        self.changed()

    def cut_power(self) -> None:
        """Nothing is sent any more; what ran is closed in the memory, as the station finds it when it boots."""
        self.tick()
        self.end_all("PowerLoss")
        self.powered = self.online = False

    def end_all(self, reason: str) -> None:
        for outlet in self.outlets:
            outlet.grant = None
            if outlet.transaction is not None:
                self._end(outlet, reason)

    def start_up(self, reason: str) -> None:
        """Power is back, or a reset is done: boot anew. What the memory still holds as running ended with the power."""
        self.powered, self.boot_reason = True, reason
        self._ticked_s = self.clock.seconds()
        for one in list(self.memory.running):
            self._close_found(one)
        for outlet in self.outlets:
            # It can't know whether the car that it finds plugged has been served.
            outlet.served = False
        self.changed()

    def _close_found(self, one: Transaction) -> None:
        outlet = self.outlet(one.evse)
        if outlet is not None:
            outlet.transaction = one
            self._end(outlet, "PowerLoss", self.memory.saved_at)

    # --- transactions --------------------------------------------------------------------------------------------

    def _may_begin(self, outlet: Outlet, id_token: str) -> bool:
        held = self.reservation(outlet.number)
        if held is not None and not promises.fits(held, id_token, self.memory.listed):
            return False
        taken = outlet.transaction is not None or outlet.grant is not None or outlet.fault is not None
        return self.powered and not taken and self.operative(outlet.number)

    def _plug_until(self) -> float:
        return self.clock.seconds() + self.settings.number("plug_s")

    def _grant(self, outlet: Outlet, grant: Grant, trigger: str) -> None:
        if outlet.charge is not None:
            self._begin(outlet, grant, trigger)
        else:
            outlet.grant = grant
        self.changed()

    def _begin(self, outlet: Outlet, grant: Grant, trigger: str) -> None:
        assert outlet.charge is not None
        outlet.grant = None
        outlet.charge.rest()
        self.tick()
        outlet.transaction = Transaction(
            key=str(UUID(int=self._chance.getrandbits(128), version=4)),
            evse=outlet.number,
            id_token=grant.id_token,
            token_type=grant.token_type,
            begun_at=self.clock.now(),
            meter_start_wh=int(self.register_wh(outlet)),
            remote_start_id=grant.remote_start_id,
            remote=grant.remote,
            reservation_id=self._redeem(outlet.number),
        )
        outlet.state = "EVConnected"
        outlet.sample_due_s = self.clock.seconds() + self.settings.number("sample_s")
        self.memory.running.append(outlet.transaction)
        if grant.profile is not None:
            self.keep_start(grant.profile, outlet.transaction)
        self._note(outlet, "started", trigger)

    def _end(self, outlet: Outlet, reason: str, at: datetime | None = None) -> None:
        one = outlet.transaction
        assert one is not None
        if self.powered and outlet.charge is not None:
            self.tick()
            outlet.charge.rest()
        outlet.state = "EVConnected"
        self._note(outlet, "ended", reason, at)
        self.memory.running = [other for other in self.memory.running if other.key != one.key]
        self.drop_profiles_of(one.key)
        outlet.transaction, outlet.state, outlet.served = None, "", True
        if outlet.closing:
            outlet.closing = False
            self._set_operative(outlet.number, False)
        self.changed()

    def _set_operative(self, number: int, operative: bool) -> None:
        known = set(self.memory.inoperative)
        # One outlet in service is enough for the station to be.
        self.memory.inoperative = sorted(known - {number, 0} if operative else known | {number})
        self.changed()

    def _note(self, outlet: Outlet, kind: str, trigger: str, at: datetime | None = None) -> None:
        """`trigger` of an ended one is its reason; each version has its own words for it. `at`: if not now."""
        one = outlet.transaction
        assert one is not None
        reading = self.reading(outlet)
        fact = Fact(
            kind=kind,
            key=one.key,
            evse=one.evse,
            at=at or reading.at,
            seq_no=one.next_seq,
            trigger=trigger,
            charging_state=outlet.state,
            reading=msgspec.structs.replace(reading, at=at) if at else reading,
            reason=trigger if kind == "ended" else "",
            offline=not self.online,
        )
        if kind == "started":
            fact.reservation_id = one.reservation_id
            fact.id_token, fact.token_type, fact.remote_start_id = one.id_token, one.token_type, one.remote_start_id
        elif kind == "ended" and trigger == "Local":
            fact.id_token, fact.token_type = one.id_token, one.token_type
        one.next_seq += 1
        self.memory.outbox.append(fact)
        if len(self.memory.outbox) > MOST_FACTS:
            self._thin_out()
        self.changed()

    def _thin_out(self) -> None:
        """A day without a link: every second periodic reading goes, everything else stays."""
        kept: list[Fact] = []
        periodic = 0
        for fact in self.memory.outbox:
            periodic += fact.kind == "meter"
            if fact.kind != "meter" or periodic % 2:
                kept.append(fact)
        self.memory.outbox = kept
