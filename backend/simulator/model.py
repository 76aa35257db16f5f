"""What a station is made of and what it remembers over a power cut. No I/O, no OCPP version."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from backend.energy.composite import Held
from backend.simulator.physics import Charge, Reading
from backend.simulator.promises import ListedToken, Reservation


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One station of a fleet file."""

    identity: str
    version: str = "1.6"
    password: str | None = None
    vendor: str = "Simulated"
    model: str = "Station"
    serial: str = ""
    firmware: str = "1.0.0"
    power_type: str = "AC"
    power_w: int = 22_000
    connectors: int = 1
    id_tokens: list[str] = []
    registers: list[int] = []
    """What the meters show when they are new, Wh."""
    broken: str = ""
    """The code of a fault that its first outlet has, and that nothing from afar mends."""
    certified: bool = False
    """It has a certificate of its own, which it asks for and renews (2.0.1)."""
    signs: bool = False
    """Its meters sign the register where a session begins and ends (2.0.1)."""

    @property
    def dc(self) -> bool:
        return self.power_type == "DC"


class FleetFile(msgspec.Struct, frozen=True):
    stations: list[Spec]


class Transaction(msgspec.Struct, kw_only=True):
    key: str
    """The id that the station gives it; 2.0.1 shows it to the central system."""
    evse: int
    id_token: str
    token_type: str
    begun_at: datetime
    meter_start_wh: int
    remote_start_id: int | None = None
    remote: bool = False
    reservation_id: int | None = None
    next_seq: int = 0


class Fact(msgspec.Struct, kw_only=True):
    """Something that happened in a transaction and must reach the central system, once and in order."""

    kind: str
    """started, meter, state, ended."""
    key: str
    evse: int
    at: datetime
    seq_no: int
    trigger: str
    charging_state: str
    reading: Reading
    id_token: str = ""
    token_type: str = ""
    remote_start_id: int | None = None
    reservation_id: int | None = None
    reason: str = ""
    offline: bool = False


class Watch(msgspec.Struct, kw_only=True):
    """A monitor of an outlet's power. `last`: the value that was told or seen first."""

    number: int
    evse: int
    kind: str
    value: float
    severity: int
    last: float | None = None
    told_s: float = 0.0
    beyond: bool = False


class KeptProfile(msgspec.Struct, kw_only=True):
    """A charging profile; `transaction`: the key of the one that it is for."""

    number: int
    transaction: str = ""
    held: Held


class Root(msgspec.Struct, kw_only=True):
    """A root certificate that it trusts. `kind`: a word of 2.0.1 InstallCertificateUseEnumType."""

    kind: str
    pem: str


class Memory(msgspec.Struct, kw_only=True):
    """What survives a power cut."""

    registers: dict[int, float] = {}
    running: list[Transaction] = []
    outbox: list[Fact] = []
    numbers: dict[str, int] = {}
    """Transaction key → the id that a 1.6 central system gave it."""
    inoperative: list[int] = []
    """Outlets; 0 is the station as a whole."""
    settings: dict[str, str] = {}
    known_tokens: list[str] = []
    """Cards that were accepted before: they may charge while the link is down."""
    listed: dict[str, ListedToken] = {}
    """The local list."""
    list_version: int = 0
    reservations: list[Reservation] = []
    password: str = ""
    """What it signs in with; empty: what the fleet file says."""
    networks: dict[int, str] = {}
    """Slot of a network profile → address; `network` is the slot in use, None the address of the fleet."""
    network: int | None = None
    costs: dict[str, float] = {}
    """Running transaction → what its screen shows of the price."""
    firmware: str = ""
    """What it was updated to; empty: what the fleet file says."""
    installed: int | None = None
    """New firmware that the central system doesn't know to be installed yet: the request's id."""
    monitors: dict[int, Watch] = {}
    next_monitor: int = 1
    monitoring_level: int = 9
    profiles: list[KeptProfile] = []
    certificate: str = ""
    """Its own, with the chain, PEM."""
    wished_key: str = ""
    """Made for a certificate that hasn't come yet."""
    roots: list[Root] = []
    saved_at: datetime | None = None


class Fault(msgspec.Struct, frozen=True):
    """In the words of 1.6 (ChargePointErrorCode); 2.0.1 has only the vendor's code and text."""

    code: str
    vendor_code: str
    info: str


@dataclass(slots=True)
class Grant:
    """Somebody may charge and hasn't plugged in yet."""

    id_token: str
    token_type: str
    remote: bool
    until_s: float
    remote_start_id: int | None = None
    profile: KeptProfile | None = None


@dataclass(slots=True)
class Outlet:
    number: int
    power_w: int
    dc: bool
    charge: Charge | None = None
    transaction: Transaction | None = None
    grant: Grant | None = None
    fault: Fault | None = None
    served: bool = False
    """The plugged car has had its transaction."""
    closing: bool = False
    """Out of service as soon as the transaction is over."""
    state: str = ""
    """Of the transaction: EVConnected, Charging, SuspendedEV."""
    sample_due_s: float = 0.0

    @property
    def free(self) -> bool:
        return self.charge is None and self.transaction is None and self.grant is None and self.fault is None
