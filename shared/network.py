"""Network connection profiles: by which addresses a 2.0.1 station may reach us."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.security import Profile
from shared.stations import ResetKind


class Interface(StrEnum):
    """OCPPInterfaceEnumType: the plug or radio that the station uses."""

    WIRED_0 = "Wired0"
    WIRED_1 = "Wired1"
    WIRED_2 = "Wired2"
    WIRED_3 = "Wired3"
    WIRELESS_0 = "Wireless0"
    WIRELESS_1 = "Wireless1"
    WIRELESS_2 = "Wireless2"
    WIRELESS_3 = "Wireless3"


class NetworkProfileNew(Request):
    """`url`: without the station's identity; empty: ours, where it fits the security profile."""

    security_profile: Profile
    url: Annotated[str, msgspec.Meta(max_length=512)] = ""
    interface: Interface = Interface.WIRED_0
    message_timeout_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 30


class NetworkProfile(Message):
    """What a slot holds, as the station accepted it. `active`: the first that it tries."""

    slot: int
    url: str
    security_profile: int
    interface: Interface
    message_timeout_s: int
    active: bool
    updated_at: datetime


class NetworkActivation(Request):
    """`reset`: the station uses the new order after a restart; None leaves that to somebody else."""

    reset: ResetKind | None = ResetKind.SOFT


class NetworkActivated(Message):
    """What the station said of the new order, and of the restart (empty: not asked)."""

    accepted: bool
    status: str
    priority: str
    reset_status: str = ""
