"""What the station pages decide without a screen: order, filters, sentences. Pure."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from app.errors import ApiError
from shared.operations import Incident
from shared.stations import CommandAnswer, Connector, ConnectorStatus, Frame, Registration, StationRow
from shared.transactions import Transaction, TransactionState

PENDING = "pending"
"""A filter beside the states: stations that wait for an operator."""
WORST_FIRST = (
    ConnectorStatus.FAULTED,
    ConnectorStatus.OFFLINE,
    ConnectorStatus.UNKNOWN,
    ConnectorStatus.UNAVAILABLE,
    ConnectorStatus.SUSPENDED,
    ConnectorStatus.FINISHING,
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.RESERVED,
    ConnectorStatus.CHARGING,
    ConnectorStatus.AVAILABLE,
)
ALWAYS_OFFERED = (
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.CHARGING,
    ConnectorStatus.FAULTED,
    ConnectorStatus.OFFLINE,
)
SORTS: dict[str, Callable[[StationRow], Any]] = {
    "name": lambda row: (row.name or row.identity).casefold(),
    "status": lambda row: WORST_FIRST.index(row.status),
    "location": lambda row: row.location.casefold(),
    "power": lambda row: row.power_w,
    "incidents": lambda row: row.open_incidents,
    "last_seen": lambda row: row.last_seen_at.timestamp() if row.last_seen_at else 0.0,
}


# --- the list ----------------------------------------------------------------------------------------


def called(row: StationRow) -> str:
    return row.name or row.identity


def found(rows: Iterable[StationRow], search: str, status: str) -> list[StationRow]:
    """The rows that hold every searched word and are in the chosen state ("" for any, or PENDING)."""
    words = search.casefold().split()

    def wanted(row: StationRow) -> bool:
        waiting = row.registration is Registration.PENDING
        if status == PENDING and not waiting:
            return False
        if status and status != PENDING and (waiting or row.status != status):
            return False
        text = " ".join((row.identity, row.name, row.location, row.vendor, row.model, row.ocpp_version)).casefold()
        return all(word in text for word in words)

    return [row for row in rows if wanted(row)]


def in_order(rows: Iterable[StationRow], sort: str) -> list[StationRow]:
    """By a word of SORTS, `-` before it for falling; equal ones always by their identity."""
    by_identity = sorted(rows, key=lambda row: row.identity)
    rule = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return sorted(by_identity, key=rule, reverse=sort.startswith("-"))


def counted(rows: Iterable[StationRow]) -> dict[str, int]:
    """How many stations each filter shows."""
    return Counter(PENDING if row.registration is Registration.PENDING else str(row.status) for row in rows)


def offered(counts: dict[str, int], chosen: str) -> list[str]:
    """The filters to show: the usual ones, and what there is."""
    there = [status for status in WORST_FIRST[::-1] if status in ALWAYS_OFFERED or counts.get(status)]
    names = [str(status) for status in there]
    if counts.get(PENDING):
        names.append(PENDING)
    if chosen and chosen not in names:
        names.append(chosen)
    return names


def free_of(row: StationRow) -> tuple[int, int]:
    """(available, all) connectors."""
    free = sum(one.status is ConnectorStatus.AVAILABLE for one in row.connectors)
    return free, len(row.connectors)


# --- one station -------------------------------------------------------------------------------------


def unplaced(row: StationRow) -> bool:
    """It works, and no driver finds it: nobody said where it stands."""
    return row.registration is Registration.ACCEPTED and row.location_id is None


def kilowatts_written(power_w: int) -> str:
    """What stands in the field at first; empty where the power isn't known."""
    return f"{power_w / 1000:g}" if power_w else ""


def watts(typed: str) -> int | None:
    """Of kilowatts as typed, with a comma or a point; None for what can't be the power of a connector."""
    try:
        found = float(typed.strip().replace(",", "."))
    except ValueError:
        return None
    return round(found * 1000) if 0.1 <= found <= 10_000 else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it works: a head, a detail, and the name of a tone. Texts are keys with values to fill in."""

    tone: str
    head: str
    detail: str


def verdict(row: StationRow, incidents: Sequence[Incident]) -> Verdict:
    """The one sentence about a station; the worst that is true of it."""
    if row.registration is Registration.PENDING:
        return Verdict("violet", "Waits for you", "It called in and nobody entered it. Accept it to let it charge.")
    if row.registration is Registration.REJECTED:
        return Verdict("neutral", "Rejected", "It can't connect until somebody accepts it.")
    if not row.online and row.last_seen_at is None:
        return Verdict(
            "neutral", "Never connected", "It has not called in yet. Type its address into it: see the facts."
        )
    if not row.online:
        return Verdict("neutral", "Offline", "Last seen {when}. Running sessions go on there and are told later.")
    faulted = [one for one in row.connectors if one.status is ConnectorStatus.FAULTED]
    if faulted and len(faulted) == len(row.connectors):
        return Verdict("danger", "Not working", "Every connector reports a fault.")
    if faulted:
        return Verdict("danger", "Partly working", "Connector {which} reports a fault. Connected for {since}.")
    if incidents:
        return Verdict("warning", "Working, with something open", "Connected for {since}.")
    if row.connectors and all(one.status is ConnectorStatus.UNAVAILABLE for one in row.connectors):
        return Verdict("neutral", "Out of service", "It takes no new sessions. Connected for {since}.")
    return Verdict("good", "Working", "{free} of {total} connectors free. Connected for {since}.")


def forgotten(connector: Connector, session: Transaction) -> bool:
    """Whether a session is still open on a connector that says it is free: its end got lost."""
    return session.state is TransactionState.ACTIVE and connector.status is ConnectorStatus.AVAILABLE


# --- addresses ---------------------------------------------------------------------------------------


def asked(route: str) -> dict[str, str]:
    """What an address asks for: `/stations?status=faulted` → {"status": "faulted"}."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(route).query).items()}


def address(path: str, **wanted: str | None) -> str:
    """A path with what is asked for; empty ones are left out."""
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{path}?{query}" if query else path


def station_url(ocpp_url: str, app_url: str, identity: str = "") -> str:
    """What to type into a station. A listener that calls itself "this machine" gets the name the browser has for it."""
    parts = urlsplit(ocpp_url)
    named = urlsplit(app_url).hostname
    if parts.hostname in ("127.0.0.1", "localhost") and named:
        parts = parts._replace(netloc=f"{named}:{parts.port}" if parts.port else named)
    return urlunsplit(parts).rstrip("/") + "/" + identity


# --- a station's answer in plain words ---------------------------------------------------------------

MEANINGS = {
    "Accepted": "It will do it.",
    "Scheduled": "It will do it when the running session has ended.",
    "RebootRequired": "It is stored and counts after the next restart.",
    "Unlocked": "The cable can be pulled out.",
    "UnlockFailed": "The lock didn't move. Somebody has to look at the cable.",
    "NotSupported": "This station can't do that.",
    "NotImplemented": "This station doesn't know this command.",
    "Rejected": "It refuses. Its own rules, or what it does right now, don't allow it.",
    "OngoingAuthorizedTransaction": "A session is running on this connector; stop it first.",
    "UnknownConnector": "It doesn't know this connector.",
    "UnknownVariable": "It doesn't know this setting.",
    "UnknownComponent": "It doesn't know this part.",
    "NotSupportedAttributeType": "This setting can't be changed in this way.",
}


def meaning(answer: CommandAnswer) -> str:
    """What the station's own word means."""
    usual = "It will do it." if answer.accepted else "It refuses."
    return MEANINGS.get(answer.status, usual)


def failure(error: ApiError) -> tuple[str, str]:
    """(head, detail) of a command that brought no answer; `{identity}` in it is for the page to fill in."""
    match error.code:
        case "station_timeout":
            return "No answer from {identity}", "It may still do it. Look at the log, then try again."
        case "node_died":
            return "Nobody can tell what {identity} did", (
                "The server it was connected to is gone. Look at its state and the log, then try again."
            )
        case "not_noted":
            return "Nobody noted what {identity} did", "Look at its state, then try again in a minute."
        case "station_offline":
            return "{identity} is offline", "The command was not sent. It works again once the station is connected."
        case "station_error":
            return "{identity} answered with an error", error.detail
        case _:
            return error.title, error.detail


# --- the OCPP log ------------------------------------------------------------------------------------


def joined(known: Sequence[Frame], new: Sequence[Frame]) -> list[Frame]:
    """Both, newest first, each one once."""
    every = {frame.id: frame for frame in (*known, *new)}
    return sorted(every.values(), key=lambda frame: int(frame.id), reverse=True)


def passes(frame: Frame, direction: str, action: str, errors: bool) -> bool:
    """Whether a frame belongs into the filtered log. As the API filters."""
    if direction and frame.direction != direction:
        return False
    if action and frame.action != action:
        return False
    return not errors or frame.kind in ("error", "malformed")


def pretty(payload: str) -> str:
    """JSON with an indent; what isn't JSON stays as it came."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload


def short(payload: str, length: int = 140) -> str:
    """The beginning of what a message says, without its frame of number, id and action; on one line."""
    try:
        frame = json.loads(payload)
    except ValueError:
        frame = None
    told: Any = frame[-1] if isinstance(frame, list) and len(frame) > 2 and isinstance(frame[-1], dict) else None
    if isinstance(frame, list) and frame[:1] == [4]:
        told = frame[2:4]
    return one_line(payload if told is None else json.dumps(told, ensure_ascii=False), length)


def one_line(value: str, length: int = 140) -> str:
    line = " ".join(value.split())
    return line if len(line) <= length else line[: length - 1] + "…"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What of a station's log is looked at, and saved."""

    identity: str
    direction: str = ""
    action: str = ""
    errors: bool = False


# --- configuration -----------------------------------------------------------------------------------


def value_problem(before: str | None, wanted: str) -> str:
    """Why a new value can't be right, judged by what is there now; empty: it may be."""
    if before is None:
        return ""
    if before.lower() in ("true", "false") and wanted.lower() not in ("true", "false"):
        return "This is true or false."
    if _whole(before) and not _whole(wanted):
        return "This is a whole number."
    return ""


def _whole(value: str) -> bool:
    return value.removeprefix("-").isdecimal()


def call_problem(action: str, payload: str) -> str:
    """Why a free OCPP call can't be sent as it stands; empty: it can."""
    if not action.strip():
        return "Which action?"
    try:
        found_payload = json.loads(payload or "{}")
    except ValueError:
        return "This is not JSON."
    return "" if isinstance(found_payload, dict) else "The payload is a JSON object: {…}"


def age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else max(timedelta(0), now - since)


def quoted(identity: str) -> str:
    """As part of an address."""
    return quote(identity, safe="")


FROM_THE_BACKEND = (
    "Password",
    "No password",
    "The station is not connected",
    "The station didn't answer in time",
    "The station refused",
)
"""Words that come with a station or a command and are shown translated."""
