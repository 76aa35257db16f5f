"""The part of the machine that holds outlets for people who are on their way."""

from collections.abc import Callable

from backend.simulator.clock import Clock
from backend.simulator.model import Memory, Outlet
from backend.simulator.promises import Reservation


class Reserving:
    """Mixed into the station."""

    memory: Memory
    clock: Clock
    outlets: list[Outlet]
    changed: Callable[[], None]
    outlet: Callable[[int], Outlet | None]
    operative: Callable[[int], bool]
    wish: Callable[[str, int], None]

    def reservation(self, number: int) -> Reservation | None:
        """What holds this outlet; one for any outlet holds the last free one only."""
        own = next((one for one in self.memory.reservations if one.evse == number), None)
        if own is not None:
            return own
        open_ones = [one for one in self.memory.reservations if one.evse == 0]
        free = [one.number for one in self.outlets if one.free and self.operative(one.number)]
        return open_ones[0] if open_ones and number in free and len(free) <= len(open_ones) else None

    def reserve(self, wanted: Reservation) -> str:
        """accepted, faulted, occupied, rejected or unavailable."""
        choice = [self.outlet(wanted.evse)] if wanted.evse else list(self.outlets)
        outlets = [one for one in choice if one is not None]
        self.memory.reservations = [one for one in self.memory.reservations if one.id != wanted.id]
        if not outlets:
            return "rejected"
        if any(one.free and self.operative(one.number) and not self.reservation(one.number) for one in outlets):
            self.memory.reservations.append(wanted)
            self.changed()
            return "accepted"
        if all(one.fault is not None for one in outlets):
            return "faulted"
        return "unavailable" if not any(self.operative(one.number) for one in outlets) else "occupied"

    def cancel(self, reservation_id: int) -> bool:
        before = len(self.memory.reservations)
        self.memory.reservations = [one for one in self.memory.reservations if one.id != reservation_id]
        self.changed()
        return len(self.memory.reservations) < before

    def _drop_expired(self) -> None:
        now = self.clock.now()
        for one in [one for one in self.memory.reservations if one.until <= now]:
            self.cancel(one.id)
            self.wish("ReservationExpired", one.id)

    def _redeem(self, number: int) -> int | None:
        held = self.reservation(number)
        if held is None:
            return None
        self.cancel(held.id)
        return held.id
