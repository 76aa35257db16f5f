"""Id tokens: the cards, fobs and keys that may charge, and the lists of them that stations keep."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Value = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
Label = Annotated[str, msgspec.Meta(max_length=100)]
Group = Annotated[str, msgspec.Meta(max_length=36)]


class TokenType(StrEnum):
    """OCPP 2.0.1 IdTokenEnumType, without NoAuthorization: that is no token."""

    CENTRAL = "Central"
    EMAID = "eMAID"
    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    KEY_CODE = "KeyCode"
    LOCAL = "Local"
    MAC_ADDRESS = "MacAddress"


class TokenState(StrEnum):
    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"


class Token(Message):
    """`group`: tokens of one group stop each other's sessions (1.6 parentIdTag, 2.0.1 groupIdToken)."""

    id: str
    value: str
    type: TokenType
    state: TokenState
    label: str
    group: str
    account_id: str | None
    account_name: str
    expires_at: datetime | None
    created_at: datetime


class TokenNew(Request):
    value: Value
    type: TokenType = TokenType.ISO14443
    label: Label = ""
    group: Group = ""
    account_id: str | None = None
    expires_at: datetime | None = None


class TokenChange(Request):
    """What is left out stays. `expires_at` null: it never expires."""

    label: Label | msgspec.UnsetType = msgspec.UNSET
    group: Group | msgspec.UnsetType = msgspec.UNSET
    blocked: bool | msgspec.UnsetType = msgspec.UNSET
    type: TokenType | msgspec.UnsetType = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET


class TokenGroup(Message):
    """`master_pass`: its tokens stop every session at stations with OCPP 2.0.1, and start none anywhere."""

    name: str
    tokens: int
    blocked: int
    master_pass: bool


class TokenGroupChange(Request):
    """One group at most is the master pass: another one that was it is no more."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=36, pattern=r"^[^\x00-\x1f]*$")]
    master_pass: bool


class ListMode(StrEnum):
    """Which tokens a station keeps: none (the list is left alone), all of the operator's, or some groups."""

    OFF = "off"
    ALL = "all"
    GROUPS = "groups"


class ListState(StrEnum):
    """unknown: never sent; waiting: to be sent when the station can be asked; refused: `detail` says why."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    SENDING = "sending"
    SYNCED = "synced"
    REFUSED = "refused"


class LocalList(Message):
    """`version` is the one that we sent last, `station_version` what the station said when it was last asked."""

    mode: ListMode
    groups: list[str]
    state: ListState
    detail: str
    version: int
    station_version: int | None
    size: int
    synced_at: datetime | None


class LocalListEntry(Message):
    value: str
    type: str
    status: str
    group: str
    expires_at: datetime | None


class LocalListChange(Request):
    """`groups` counts where the mode is `groups`."""

    mode: ListMode
    groups: Annotated[list[Group], msgspec.Meta(max_length=100)] = []


class LocalListSync(Request):
    """full: send everything anew, in place of what changed."""

    full: bool = False
