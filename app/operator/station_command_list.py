"""The commands, as data: what each is called, what it does, when it can't be sent, and where it goes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.operator.patience import waiting_for
from app.operator.station_rules import quoted
from shared.stations import (
    CommandAnswer,
    Connector,
    ConnectorStatus,
    Registration,
    ResetKind,
    ResetStation,
    SetAvailability,
    StationRow,
    TriggerMessage,
    UnlockConnector,
)
from shared.transactions import StartTransaction, Transaction

STARTABLE = (ConnectorStatus.AVAILABLE, ConnectorStatus.OCCUPIED, ConnectorStatus.RESERVED, ConnectorStatus.FINISHING)
IN_SERVICE, OUT_OF_SERVICE = "in", "out"
WHOLE = ""
"""The target that is no connector but the station."""
MESSAGES = ("StatusNotification", "MeterValues", "Heartbeat", "BootNotification")
OF_A_CONNECTOR = ("StatusNotification", "MeterValues")

Send = Callable[[Any, StationRow, str, str, Sequence[Transaction], str, str], Awaitable[Any]]
"""api, station, target, option, sessions, key, and how long it may wait (empty: it is sent now)."""


@dataclass(frozen=True, slots=True)
class Spec:
    """`targets`: which connectors it can be sent to; `whole`: to the station as a whole too. `asks`: the question."""

    name: str
    label: str
    effect: str
    asks: str
    icon: Any
    send: Send
    targets: Callable[[StationRow, Sequence[Transaction]], list[Connector]] | None = None
    whole: bool = False
    none_left: str = ""
    """Why it can't be sent when no connector is left."""
    options: tuple[tuple[str, str], ...] = ()
    dangerous: bool = False
    waits: bool = False
    """It may be kept for a station that is offline."""


def every(row: StationRow, _sessions: Sequence[Transaction]) -> list[Connector]:
    return list(row.connectors)


def startable(row: StationRow, sessions: Sequence[Transaction]) -> list[Connector]:
    taken = {one.connector_id for one in sessions}
    return [one for one in row.connectors if one.status in STARTABLE and one.id not in taken]


def stoppable(row: StationRow, sessions: Sequence[Transaction]) -> list[Connector]:
    running = {one.connector_id for one in sessions if not one.stopping}
    return [one for one in row.connectors if one.id in running]


def why_not(spec: Spec, row: StationRow, sessions: Sequence[Transaction]) -> str:
    """In plain words; empty: it can be sent."""
    if not row.online and not spec.waits:
        return "Not while the station is offline."
    if row.registration is not Registration.ACCEPTED and spec.name in ("start", "stop"):
        return "Only once the station is accepted."
    if spec.targets is not None and not spec.whole and not spec.targets(row, sessions):
        return spec.none_left
    return ""


def first_target(spec: Spec, row: StationRow, sessions: Sequence[Transaction]) -> str:
    """What is chosen when the question opens."""
    if spec.targets is None or spec.whole:
        return WHOLE
    found = spec.targets(row, sessions)
    return found[0].id if found else WHOLE


def first_option(spec: Spec, row: StationRow) -> str:
    """Out of service is what one wants of a station in service, and the other way round."""
    if spec.name != "availability":
        return spec.options[0][0] if spec.options else ""
    out = [one.status is ConnectorStatus.UNAVAILABLE for one in row.connectors]
    return IN_SERVICE if out and all(out) else OUT_OF_SERVICE


def interrupts(spec: Spec, target: str, option: str, sessions: Sequence[Transaction]) -> list[Transaction]:
    """The running sessions that this ends."""
    if spec.name == "reset-hard":
        return list(sessions)
    if spec.name in ("stop", "unlock"):
        return [one for one in sessions if one.connector_id == target]
    return []


def _path(row: StationRow, verb: str, wait: str) -> str:
    return waiting_for(f"/stations/{quoted(row.identity)}/{verb}", wait)


async def _start(
    api: Any, row: StationRow, target: str, option: str, sessions: Sequence[Transaction], key: str, wait: str
) -> Any:
    del row, option, sessions, wait
    return await api.post("/transactions", StartTransaction(connector_id=target), Transaction, key=key)


async def _stop(
    api: Any, row: StationRow, target: str, option: str, sessions: Sequence[Transaction], key: str, wait: str
) -> Any:
    del row, option, wait
    session = next(one for one in sessions if one.connector_id == target)
    return await api.post(f"/transactions/{session.id}/stop", None, Transaction, key=key)


async def _unlock(api: Any, row: StationRow, target: str, option: str, sessions: Any, key: str, wait: str) -> Any:
    del option, sessions
    return await api.post(_path(row, "unlock", wait), UnlockConnector(connector_id=target), CommandAnswer, key=key)


async def _availability(api: Any, row: StationRow, target: str, option: str, sessions: Any, key: str, wait: str) -> Any:
    del sessions
    wanted = SetAvailability(operative=option == IN_SERVICE, connector_id=target or None)
    return await api.post(_path(row, "availability", wait), wanted, CommandAnswer, key=key)


async def _trigger(api: Any, row: StationRow, target: str, option: str, sessions: Any, key: str, wait: str) -> Any:
    del sessions
    connector = target if option in OF_A_CONNECTOR else ""
    wanted = TriggerMessage(message=option, connector_id=connector or None)
    return await api.post(_path(row, "trigger", wait), wanted, CommandAnswer, key=key)


def _reset(kind: ResetKind) -> Send:
    async def send(api: Any, row: StationRow, target: str, option: str, sessions: Any, key: str, wait: str) -> Any:
        del target, option, sessions
        return await api.post(_path(row, "reset", wait), ResetStation(kind=kind), CommandAnswer, key=key)

    return send


COMMANDS = (
    Spec(
        "start",
        "Start charging",
        "Begins a session on a connector, without a card.",
        "Start charging at {name}?",
        ft.Icons.PLAY_ARROW_ROUNDED,
        _start,
        targets=startable,
        none_left="No connector is ready for a new session.",
    ),
    Spec(
        "stop",
        "Stop charging",
        "Ends a running session. The driver pays for what was charged.",
        "Stop charging at {name}?",
        ft.Icons.STOP_ROUNDED,
        _stop,
        targets=stoppable,
        none_left="No session is running.",
    ),
    Spec(
        "unlock",
        "Unlock cable",
        "Releases a cable that is stuck. A session on it ends.",
        "Unlock a cable at {name}?",
        ft.Icons.LOCK_OPEN_ROUNDED,
        _unlock,
        targets=every,
        none_left="It has not told of any connector yet.",
        waits=True,
    ),
    Spec(
        "availability",
        "In or out of service",
        "Closes the station or one connector for new sessions, or opens it again.",
        "Change the service of {name}?",
        ft.Icons.DO_NOT_DISTURB_ON_OUTLINED,
        _availability,
        targets=every,
        whole=True,
        options=((OUT_OF_SERVICE, "Out of service"), (IN_SERVICE, "In service")),
        waits=True,
    ),
    Spec(
        "trigger",
        "Ask for a message",
        "The station tells its state, meter or start-up again. Nobody notices.",
        "Ask {name} for a message",
        ft.Icons.CAMPAIGN_OUTLINED,
        _trigger,
        targets=every,
        whole=True,
        options=tuple((message, message) for message in MESSAGES),
        waits=True,
    ),
    Spec(
        "reset-soft",
        "Restart when idle",
        "Running sessions end as usual, then it restarts. Offline for a minute or two.",
        "Restart {name} when it is idle?",
        ft.Icons.RESTART_ALT_ROUNDED,
        _reset(ResetKind.SOFT),
        waits=True,
    ),
    Spec(
        "reset-hard",
        "Restart at once",
        "Ends every running session and restarts immediately.",
        "Restart {name} at once?",
        ft.Icons.POWER_SETTINGS_NEW_ROUNDED,
        _reset(ResetKind.HARD),
        waits=True,
        dangerous=True,
    ),
)
