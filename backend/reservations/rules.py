"""Who may hold an outlet for how long, and what the answers of stations mean. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from backend.authorization.rules import TokenStatus
from shared.reservations import MOST_MINUTES_FOR_DRIVERS, ReservationState
from shared.stations import ConnectorStatus

OPEN = (ReservationState.ASKED, ReservationState.HELD)
MOST_OPEN_FOR_DRIVERS = 1
REFUSALS = {
    "Faulted": ("reserve_faulted", "The charger reports a fault. Please choose another one."),
    "Occupied": ("reserve_occupied", "Somebody is there already, or has reserved it. Please choose another one."),
    "Unavailable": ("reserve_unavailable", "This charger is out of service. Please choose another one."),
    "Rejected": ("reserve_rejected", "This charger takes no reservations."),
}
TOKEN_WORDS = {
    TokenStatus.BLOCKED: "This card is blocked.",
    TokenStatus.EXPIRED: "This card has expired.",
    TokenStatus.INVALID: "This card isn't known.",
}
ENDED_BY_STATION = {
    "Expired": (ReservationState.EXPIRED, ""),
    "Removed": (ReservationState.REMOVED, "The charger gave the reservation up; it may have a fault."),
}
EARLY = timedelta(minutes=1)
"""A station that says so long before the end that it expired has a wrong clock."""


class How(StrEnum):
    """How a reservation ended, for those who ask money for it."""

    EXPIRED = "expired"
    GIVEN_BACK = "given_back"
    USED = "used"
    VOID = "void"


def how(
    state: ReservationState,
    *,
    was: str,
    came: bool,
    own_wish: bool,
    usable: bool,
    expires_at: datetime,
    now: datetime,
) -> How:
    """What may be asked for a reservation that is over now in `state`.

    Nobody pays for what the station never promised (`was` isn't held), for one that the charger gave up or couldn't
    serve at its end (not `usable`), or that the operator took away (not their `own_wish`). came: a session of theirs
    began there without naming the reservation, as some stations do.
    """
    if came:
        return How.USED
    if was != ReservationState.HELD:
        return How.VOID
    if state is ReservationState.CANCELLED:
        return How.GIVEN_BACK if own_wish else How.VOID
    if state is ReservationState.EXPIRED and usable and expires_at - now <= EARLY:
        return How.EXPIRED
    return How.VOID


def refusal(status: str) -> tuple[str, str]:
    """(code, plain words) of a station's answer that isn't Accepted."""
    return REFUSALS.get(status, ("reserve_rejected", f"The charger answered {status or 'without a word'}."))


def why_not(
    *, online: bool, operative: bool, status: ConnectorStatus | None, minutes: int, driver: bool, own_open: int
) -> tuple[str, str] | None:
    """(code, plain words) of what stands in the way of a driver's or an operator's wish; None: nothing.

    What the outlet says of itself counts for drivers only: an operator may reserve one that is in use now.
    """
    if not online:
        return "station_offline", "This charger is offline. Please choose another one."
    if not operative:
        return "reserve_unavailable", "This charger is out of service. Please choose another one."
    if not driver:
        return None
    if minutes > MOST_MINUTES_FOR_DRIVERS:
        return "reserve_too_long", f"You can reserve for {MOST_MINUTES_FOR_DRIVERS} minutes at most."
    if own_open >= MOST_OPEN_FOR_DRIVERS:
        return "reserve_too_many", "You have a reservation already; cancel it first."
    if status is not None and status is not ConnectorStatus.AVAILABLE:
        return "connector_taken", "This connector isn't free now. Please choose another one."
    return None


def fits(*, token: str, group: str, held_for: str, held_group: str) -> bool:
    """Whether a token may use what was reserved: it is the one, or one of the same group (1.6 5.13, H03.FR.07)."""
    return token.lower() == held_for.lower() or bool(group and group.lower() == held_group.lower())
