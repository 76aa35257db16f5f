"""What a session knows that several pages need. One store for each session, never shared between two."""

from dataclasses import dataclass

import flet as ft

from app.theme import NARROW_RAIL, PHONE, RAIL, S16, S32, TABLET
from shared.accounts import Account, Brand, Meta, Role
from shared.operations import Incident


@ft.observable
@dataclass
class Store:
    route: str = "/"
    next_route: str = ""
    """Where somebody wanted to go before sign-in."""
    width: float = 1200
    height: float = 800
    letters: float = 1
    """How many times larger than ours somebody's device draws letters."""
    dark: bool = False
    theme_choice: str = "system"
    language: str = "en"
    meta: Meta | None = None
    brand: Brand | None = None
    account: Account | None = None
    ready: bool = False
    """Whether the first questions are answered: who is signed in, what the brand is."""
    visits: int = 0
    """How often the browser came back to this session."""
    unreachable: bool = False
    live: bool = True
    """False: what screens show may be old."""
    toast: str = ""
    toast_bad: bool = False
    open_incidents: int = 0
    """For operators: how many nobody looks after yet."""
    unread: int = 0
    """One's own messages that nobody has looked at."""
    alerts: tuple[Incident, ...] = ()
    """What has just opened, the worst first; goes by itself."""
    web: bool = False
    place: tuple[float, float] | None = None
    """Where the driver is: latitude, longitude."""

    @property
    def zone(self) -> str:
        """By which clock times are told: on the web the operator's, as the server can't know the browser's."""
        return self.brand.time_zone if self.web and self.brand else ""

    @property
    def phone(self) -> bool:
        """Large letters leave as little room as a small screen."""
        return self.width / self.letters < PHONE

    @property
    def wide(self) -> bool:
        return self.width / self.letters >= TABLET

    @property
    def beside(self) -> float:
        """The width that the navigation leaves."""
        return self.width - (0 if self.phone else RAIL if self.wide else NARROW_RAIL)

    @property
    def inside(self) -> float:
        """The width between the edges of a page."""
        return self.beside - 2 * (S16 if self.phone else S32)

    @property
    def operator(self) -> bool:
        return self.account is not None and self.account.role in (Role.OPERATOR, Role.ADMIN)

    @property
    def admin(self) -> bool:
        return self.account is not None and self.account.role is Role.ADMIN
