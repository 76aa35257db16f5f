"""Sessions, availability, configuration, and any call by hand."""

from typing import Any

import msgspec

from backend.commands.base import Command
from backend.commands.energy import Profile


class RequestStart(Command, frozen=True, kw_only=True):
    """remote_start_id comes back in TransactionEvent (2.0.1); 1.6 matches by connector and id token."""

    evse: int
    id_token: str
    id_token_type: str = "Central"
    remote_start_id: int
    profile: Profile | None = None


class RequestStop(Command, frozen=True, kw_only=True):
    """transaction_ref: the id the station knows (2.0.1), or our number as text (1.6)."""

    transaction_ref: str


class Reset(Command, frozen=True, kw_only=True):
    """evse None: the whole station."""

    hard: bool = False
    evse: int | None = None


class Unlock(Command, frozen=True, kw_only=True):
    evse: int
    connector: int = 1


class SetAvailability(Command, frozen=True, kw_only=True):
    """evse None: the whole station."""

    operative: bool
    evse: int | None = None
    connector: int | None = None


class Trigger(Command, frozen=True, kw_only=True):
    """extended: ask a 1.6 station by the message of the security extension."""

    message: str
    evse: int | None = None
    extended: bool = False


class VariableKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which attribute of which variable. 1.6: `component` empty, `name` the key. An instance stands behind a slash, as
    in `ItemsPerMessage/GetVariables`. evse 0: of the station, connector 0: of the EVSE as a whole."""

    component: str = ""
    name: str
    evse: int = 0
    connector: int = 0
    attribute: str = "Actual"


class VariableValue(VariableKey, frozen=True, kw_only=True):
    value: str


class GetVariables(Command, frozen=True, kw_only=True):
    """names: 1.6 keys, or `Component.Variable` for 2.0.1. Neither names nor keys: everything (2.0.1: a base report)."""

    names: list[str] = []
    keys: list[VariableKey] = []


class SetVariable(Command, frozen=True, kw_only=True):
    name: str
    value: str
    component: str = ""
    evse: int = 0
    connector: int = 0
    attribute: str = "Actual"


class SetVariables(Command, frozen=True, kw_only=True):
    """Several at once (2.0.1 only). `result` of the answer: `statuses`, in the order of the changes."""

    changes: list[VariableValue]


class RawCall(Command, frozen=True, kw_only=True):
    """Any OCPP call; the payload is checked against the schema of the station's version."""

    action: str
    payload: dict[str, Any]


AnyCore = (
    RequestStart
    | RequestStop
    | Reset
    | Unlock
    | SetAvailability
    | Trigger
    | GetVariables
    | SetVariable
    | SetVariables
    | RawCall
)
